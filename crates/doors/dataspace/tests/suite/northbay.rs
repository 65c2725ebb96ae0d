//! A dataspace whose people log in at a real provider, where its application is registered too.

use consentry_domain::tenant::{LoginIssuer, Registration, Upstream};
use consentry_ledger::{Clock as _, SystemClock};
use consentry_testkit::{APPLICATION_CLIENT, Answer, Browser, PROVIDER_CLIENT, Provider};
use http::Method;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::world::{ADDRESS, PROFILE, World, send};

pub(crate) const SUBSTANTIAL: &str = "eid-substantial";
pub(crate) const HIGH: &str = "eid-high";

/// A dataspace whose application is registered at another provider, where people log in.
pub(crate) struct Northbay {
    pub(crate) world: World,
    pub(crate) issuer: String,
    pub(crate) provider: Mutex<Provider>,
}

impl Northbay {
    pub(crate) async fn start() -> Self {
        let provider = Provider::start(&["eid"]);
        let world = World::start().await;
        // The provider has a clock of its own, which is that of the machine.
        world.app.clock.set(SystemClock.now());
        let file = world.app.folder().join("provider.secret");
        std::fs::write(&file, PROVIDER_CLIENT.1).unwrap();
        let upstream: Upstream = serde_json::from_value(json!({
            "name": "eid", "label": "Northbay eID", "issuer": provider.issuer,
            "client_id": PROVIDER_CLIENT.0, "client_secret_file": file,
        }))
        .unwrap();
        let registration = Registration {
            issuer: provider.issuer.clone(),
            client_id: APPLICATION_CLIENT.0.to_owned(),
        };
        world
            .app
            .configure(|tenant| {
                tenant.authorization.sign_in.upstreams = vec![upstream];
                tenant.dataspace.login_issuers = vec![LoginIssuer {
                    upstream: "eid".to_owned(),
                    acr: vec![SUBSTANTIAL.to_owned(), HIGH.to_owned()],
                }];
                tenant.dataspace.applications[0].registration = Some(registration);
            })
            .await;
        Self {
            world,
            issuer: provider.issuer.clone(),
            provider: Mutex::new(provider),
        }
    }

    /// From now on somebody sits in front of the provider, who logs in like that.
    pub(crate) async fn sits(&self, sub: &str, acr: &str) {
        self.provider
            .lock()
            .await
            .sits(&json!({ "sub": sub, "acr": acr }));
    }

    /// The ID token that the application gets of them.
    pub(crate) async fn id_token(&self, acr: &str) -> String {
        self.provider.lock().await.id_token(acr).await
    }

    pub(crate) fn claims(&self, sub: &str, acr: &str) -> Value {
        let mut claims = self.world.claims();
        claims["subiss"] = json!(self.issuer);
        claims["appiss"] = json!(self.issuer);
        claims["app"] = json!(APPLICATION_CLIENT.0);
        claims["sub"] = json!(sub);
        claims["acr"] = json!(acr);
        claims
    }

    pub(crate) async fn ask(&self, claims: &Value, path: &str, body: &Value) -> Answer {
        let token = self.world.party.sign(claims);
        self.world.ask_with(&token, path, body).await
    }

    pub(crate) async fn get_token(&self, sub: &str, acr: &str) -> Value {
        let body = json!({ "dataSource": PROFILE });
        let answer = self.ask(&self.claims(sub, acr), "/Consent/GetToken", &body).await;
        answer.expect_status(200).json()
    }

    /// The path of the page where somebody is asked.
    pub(crate) async fn page(&self, sub: &str, acr: &str) -> String {
        let body = json!({ "consentRequests": [
            { "dataSource": PROFILE, "required": true },
            { "dataSource": ADDRESS, "required": false },
        ] });
        let answer = self
            .ask(&self.claims(sub, acr), "/Consent/RequestConsents", &body)
            .await;
        let url = answer.expect_status(201).json()["requestUrl"]
            .as_str()
            .unwrap()
            .to_owned();
        url.strip_prefix("http://127.0.0.1:8080").unwrap().to_owned()
    }

    /// From a page by its link to the provider and back, as far as the page that comes then.
    pub(crate) async fn log_in(&self, browser: &Browser<'_>, page: &Answer) -> Answer {
        let link = link(page).unwrap_or_else(|| panic!("no link to the provider: {}", page.text()));
        let sent = browser.press(&link).await.expect_status(303);
        let answered = self.provider.lock().await.answer(&sent.location()).await;
        let back = browser.open(&answered.with(&[])).await.expect_status(303);
        let onward = browser.open(back.location().path()).await.expect_status(303);
        browser.open(onward.location().path()).await
    }

    /// Somebody at the provider agrees to the profile, in a browser of their own.
    pub(crate) async fn agreed(&self, browser: &Browser<'_>, sub: &str, acr: &str) -> Value {
        self.sits(sub, acr).await;
        let path = self.page(sub, acr).await;
        let shown = browser.open(&path).await.expect_status(200);
        let asked = self.log_in(browser, &shown).await.expect_status(200);
        let form = asked.field("token").unwrap();
        let _done = send(browser, &path, &form, "grant", &[PROFILE])
            .await
            .expect_status(303);
        let given = self.get_token(sub, acr).await;
        assert_eq!(given["type"], "consentGranted", "{given}");
        given
    }

    pub(crate) async fn is_verified(&self, id_token: &str, token: &str) -> bool {
        let answer = self
            .world
            .app
            .request(Method::POST, "/Consent/Verify")
            .bearer(id_token)
            .header("x-consent-token", token)
            .json(&json!({ "dataSource": PROFILE }))
            .send()
            .await;
        answer.expect_status(200).json()["verified"].as_bool().unwrap()
    }
}

/// Where a page leads to the provider.
pub(crate) fn link(page: &Answer) -> Option<String> {
    let found = page
        .text()
        .split("href=\"")
        .find(|part| part.starts_with("/login/with/eid"));
    let address = found?.split('"').next()?;
    Some(address.replace("&#38;", "&").replace("&amp;", "&"))
}

pub(crate) fn missing() -> Value {
    json!({ "type": "missingConsent" })
}
