//! A dataspace of Harbor Bank: Moneytrack asks there, and a party signs for it.

mod party;

use consentry_domain::{
    ClientId, DefinitionKey,
    definition::{Definition, DefinitionKind, Localization},
    locale::Locale,
    tenant::{DataspaceApplication, DataspaceSettings, SourceOwner},
};
use consentry_jose::encoding;
use consentry_ledger::provision::Entry;
use http::Method;
use serde_json::{Value, json};

pub use self::party::{Document, Party, sign_raw};
use crate::{Answer, Browser, TestApp};

/// The provider.
pub const ISSUER: &str = "http://127.0.0.1:8080";
/// The login provider.
pub const LOGIN_ISSUER: &str = "http://127.0.0.1:8080/cis/oidc";
/// The party of the application.
pub const PARTY: &str = "https://keys.vesper.example";
/// The owner of the data source [`PROFILE`].
pub const OWNER: &str = "https://keys.tide.example";
/// A data source with a variant.
pub const PROFILE: &str = "dpp://tide_office:v2@northbay.example/Person/Profile_v1.0";
/// Another data source of the same group.
pub const ADDRESS: &str = "dpp://tide_office@northbay.example/Person/Address_v1.0";
/// A data source of another group.
pub const INCOME: &str = "dpp://revenue@northbay.example/Person/Income_v1.0";
/// Where the application wants people back.
pub const HOME: &str = "https://app.vesper.example/profile?tab=2";

/// The dataspace.
pub struct Dataspace {
    /// The house.
    pub app: TestApp,
    /// The party that signs for the application and for the owner of a data source.
    pub party: Party,
}

impl Dataspace {
    /// Opens the dataspace in a fresh house.
    pub async fn start() -> Self {
        let (app, party) = tokio::join!(TestApp::start(), Party::start());
        let world = Self { app, party };
        world.open().await;
        world
    }

    async fn open(&self) {
        let entries: Vec<Entry> = [PROFILE, ADDRESS, INCOME].into_iter().flat_map(source).collect();
        self.app.provision(&entries).await;
        let configuration = Some(self.party.configuration());
        let client = ClientId::parse(self.client()).unwrap();
        self.app
            .configure(|tenant| {
                tenant.dataspace = DataspaceSettings {
                    base_domain: Some("northbay.example".to_owned()),
                    name: Some("Northbay".to_owned()),
                    applications: vec![DataspaceApplication {
                        client,
                        registration: None,
                        party: "keys.vesper.example".to_owned(),
                        party_configuration: configuration.clone(),
                        return_origins: vec!["https://app.vesper.example".to_owned()],
                    }],
                    sources: vec![SourceOwner {
                        source: DefinitionKey::parse(PROFILE).unwrap(),
                        party: "keys.tide.example".to_owned(),
                        party_configuration: configuration,
                    }],
                    ..DataspaceSettings::default()
                };
            })
            .await;
    }

    /// The application of the dataspace.
    pub fn client(&self) -> &str {
        &self.app.bank.third_party.client_id
    }

    /// Ada, as everybody here knows her.
    pub fn ada(&self) -> &str {
        &self.app.bank.customers[0].user_id
    }

    /// Claims of a request token about ada.
    pub fn claims(&self) -> Value {
        let now = self.app.now().as_seconds();
        json!({
            "iss": PARTY,
            "sub": self.ada(),
            "subiss": LOGIN_ISSUER,
            "acr": "login",
            "app": self.client(),
            "appiss": LOGIN_ISSUER,
            "aud": ISSUER,
            "iat": now,
            "exp": now + 3600,
        })
    }

    /// A good request token about ada.
    pub fn token(&self) -> String {
        self.party.sign(&self.claims())
    }

    /// Asks an endpoint with a request token.
    pub async fn ask_with(&self, token: &str, path: &str, body: &Value) -> Answer {
        self.app
            .request(Method::POST, path)
            .header("x-consent-request-token", token)
            .json(body)
            .send()
            .await
    }

    /// As [`Self::ask_with`], with a good token about ada.
    pub async fn ask(&self, path: &str, body: &Value) -> Answer {
        self.ask_with(&self.token(), path, body).await
    }

    /// Asks for data sources; `true` means required.
    pub async fn request(&self, wanted: &[(&str, bool)]) -> Answer {
        let items: Vec<Value> = wanted
            .iter()
            .map(|(source, required)| json!({ "dataSource": source, "required": required }))
            .collect();
        self.ask("/Consent/RequestConsents", &json!({ "consentRequests": items }))
            .await
    }

    /// The path of the page where ada is asked for this.
    pub async fn page(&self, wanted: &[(&str, bool)]) -> String {
        let asked = self.request(wanted).await.expect_status(201).json();
        let url = asked["requestUrl"].as_str().unwrap();
        url.strip_prefix(ISSUER).unwrap().to_owned()
    }

    /// Asks for a token.
    pub async fn get_token(&self, source: &str) -> Value {
        let body = json!({ "dataSource": source });
        self.ask("/Consent/GetToken", &body)
            .await
            .expect_status(200)
            .json()
    }

    /// The consent token that there must be.
    pub async fn consent_token(&self, source: &str) -> String {
        let answer = self.get_token(source).await;
        assert_eq!(answer["type"], "consentGranted", "{answer}");
        answer["consentToken"].as_str().unwrap().to_owned()
    }

    /// Logs a customer in.
    pub async fn log_in(&self, browser: &Browser<'_>, username: &str) {
        let customers = &self.app.bank.customers;
        let customer = customers.iter().find(|own| own.username == username).unwrap();
        let fields = [("username", username), ("password", customer.password.as_str())];
        let _done = browser.submit("/login", &fields).await.expect_status(303);
    }

    /// Answers the question on a page that was shown.
    pub async fn answer(&self, browser: &Browser<'_>, path: &str, decision: &str, ticked: &[&str]) -> Answer {
        let shown = browser.open(path).await.expect_status(200);
        let token = shown.field("token").unwrap_or_default();
        send(browser, path, &token, decision, ticked).await
    }

    /// Ada agrees to these data sources.
    pub async fn granted(&self, sources: &[&str]) {
        let browser = self.app.browser();
        self.log_in(&browser, "ada").await;
        let wanted: Vec<(&str, bool)> = sources.iter().map(|source| (*source, true)).collect();
        let path = self.page(&wanted).await;
        let _done = self
            .answer(&browser, &path, "grant", sources)
            .await
            .expect_status(303);
    }
}

/// Sends an answer as a page's form does.
pub async fn send(browser: &Browser<'_>, path: &str, token: &str, decision: &str, ticked: &[&str]) -> Answer {
    let mut fields = vec![("token", token), ("decision", decision)];
    fields.extend(ticked.iter().map(|source| ("source", *source)));
    browser.submit(path, &fields).await
}

/// Header and claims of a token, of which nothing is checked.
pub fn contents(token: &str) -> (Value, Value) {
    let part = |index: usize| {
        let text = token.split('.').nth(index).unwrap();
        serde_json::from_slice(&encoding::decode(text).unwrap()).unwrap()
    };
    (part(0), part(1))
}

fn source(key: &str) -> Vec<Entry> {
    let name = key.rsplit('/').next().unwrap().split("_v").next().unwrap();
    let key = DefinitionKey::parse(key).unwrap();
    let definition = Entry::Definition(Definition {
        key: key.clone(),
        kind: DefinitionKind::Source,
        display_name: Some(name.to_owned()),
        description: None,
        parameters: Vec::new(),
        parent: None,
        lifetime: None,
        actions: Default::default(),
        choice: Default::default(),
    });
    let wording = Entry::Localization(Localization {
        definition: key,
        locale: Locale::parse("en-GB").unwrap(),
        version: "1.0".parse().unwrap(),
        title: Some(format!("Your {name}")),
        data: format!("What is in your {name}"),
        purpose: "Filling in forms for you".to_owned(),
        published_at: consentry_domain::Timestamp::EPOCH,
    });
    vec![definition, wording]
}
