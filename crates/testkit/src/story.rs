//! The steps that most tests begin with, each through the doors as an outside app, a person or a back end would do it.

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use consentry_server::demo::seed::KnownClient;
use http::Method;
use serde_json::{Value, json};

use crate::{Answer, Browser, TestApp, app::BASE_URL};

/// Verifier of the proof key in every test.
pub const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters-0123456789";

/// Scope that Moneytrack asks for.
pub const FULL_SCOPE: &str = "openid offline_access accounts:balance accounts:transactions";

/// Tokens as an app holds them.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Access token.
    pub access: String,
    /// Refresh token.
    pub refresh: Option<String>,
    /// Id token.
    pub id: Option<String>,
    /// Scope as answered.
    pub scope: String,
}

/// S256 challenge of a verifier.
pub fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()))
}

impl TestApp {
    /// The redirect address of one of the demo's third-party apps.
    pub fn redirect_uri(&self, client: &KnownClient) -> String {
        format!("{BASE_URL}/demo/{}/callback", client.client_id)
    }

    /// Address of an authorization request with proof key, state `st-51` and nonce `n-77`; `more` adds or replaces parameters.
    pub fn authorization(&self, client: &KnownClient, scope: &str, more: &[(&str, &str)]) -> String {
        let redirect_uri = self.redirect_uri(client);
        let challenge = challenge(VERIFIER);
        let mut parameters = vec![
            ("client_id", client.client_id.as_str()),
            ("response_type", "code"),
            ("scope", scope),
            ("redirect_uri", &redirect_uri),
            ("prompt", "consent"),
            ("state", "st-51"),
            ("nonce", "n-77"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in more {
            parameters.retain(|(own, _)| own != name);
            if !value.is_empty() {
                parameters.push((name, value));
            }
        }
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(parameters)
            .finish();
        format!("/cis/oidc/auth?{query}")
    }

    /// Follows redirects on our own host; stops at a page or at an address of somebody else.
    pub async fn land(&self, browser: &Browser<'_>, mut answer: Answer) -> Answer {
        for _ in 0..8 {
            if answer.status() != 303 {
                return answer;
            }
            let location = answer.location();
            let own = location.as_str().starts_with(BASE_URL) && !location.path().starts_with("/demo/");
            if !own {
                return answer;
            }
            answer = browser.follow(&answer).await;
        }
        panic!("redirected in a circle");
    }

    /// Brings a person to the consent question: opens the request and logs in where asked.
    pub async fn reach_question(&self, browser: &Browser<'_>, username: &str, authorization: &str) -> Answer {
        let opened = browser.open(authorization).await;
        let page = self.land(browser, opened).await;
        if page.status() != 200 || page.field("username").is_none() {
            return page;
        }
        self.log_in_at(browser, username, &page).await
    }

    /// Logs a person in on the page that an interaction shows.
    pub async fn log_in_at(&self, browser: &Browser<'_>, username: &str, page: &Answer) -> Answer {
        let customer = self
            .bank
            .customers
            .iter()
            .find(|customer| customer.username == username)
            .unwrap();
        let interaction = page.field("interaction").unwrap();
        let fields = [
            ("interaction", interaction.as_str()),
            ("username", username),
            ("password", &customer.password),
        ];
        let answer = browser.submit("/login", &fields).await;
        self.land(browser, answer).await
    }

    /// Answers the hosted question: `approve` or `decline`.
    pub async fn decide(&self, browser: &Browser<'_>, question: &Answer, decision: &str) -> Answer {
        let interaction = question
            .field("interaction")
            .unwrap_or_else(|| panic!("no question: {}", question.text()));
        browser
            .submit(
                "/consent",
                &[("interaction", &interaction), ("decision", decision)],
            )
            .await
    }

    /// The whole thread on the hosted pages: request, login, approval, code, tokens.
    pub async fn connect(&self, browser: &Browser<'_>, username: &str, scope: &str) -> Tokens {
        let client = self.bank.third_party.clone();
        let authorization = self.authorization(&client, scope, &[]);
        let question = self.reach_question(browser, username, &authorization).await;
        let back = self
            .decide(browser, &question, "approve")
            .await
            .expect_status(303);
        let code = back
            .location_parameter("code")
            .unwrap_or_else(|| panic!("no code: {}", back.location()));
        self.redeem(&client, &code).await
    }

    /// Redeems a code; panics unless tokens come back.
    pub async fn redeem(&self, client: &KnownClient, code: &str) -> Tokens {
        tokens(&self.try_redeem(client, code).await.expect_status(200))
    }

    /// Redeems a code.
    pub async fn try_redeem(&self, client: &KnownClient, code: &str) -> Answer {
        let redirect_uri = self.redirect_uri(client);
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &redirect_uri),
            ("code_verifier", VERIFIER),
        ];
        self.ask_token(client, &fields).await
    }

    /// Uses a refresh token.
    pub async fn refresh(&self, client: &KnownClient, refresh_token: &str) -> Answer {
        self.ask_token(
            client,
            &[("grant_type", "refresh_token"), ("refresh_token", refresh_token)],
        )
        .await
    }

    /// Any token request with Basic credentials.
    pub async fn ask_token(&self, client: &KnownClient, fields: &[(&str, &str)]) -> Answer {
        let request = self
            .request(Method::POST, "/cis/oidc/token")
            .basic(&client.client_id, &client.client_secret);
        request.form(fields).send().await
    }

    /// A person's token through the bank's own client, which is not asked.
    pub async fn person_token(&self, username: &str, scope: &str) -> Tokens {
        const OUTSIDE: &str = "http://127.0.0.1:9999/callback";
        let client = &self.bank.first_party;
        let browser = self.browser();
        let more = [("redirect_uri", OUTSIDE), ("prompt", "")];
        let authorization = self.authorization(client, scope, &more);
        let back = self
            .reach_question(&browser, username, &authorization)
            .await
            .expect_status(303);
        let code = back.location_parameter("code").unwrap();
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", OUTSIDE),
            ("code_verifier", VERIFIER),
        ];
        tokens(&self.ask_token(client, &fields).await.expect_status(200))
    }

    /// A client's own access token.
    pub async fn own_token(&self, client: &KnownClient) -> String {
        let answer = self
            .ask_token(client, &[("grant_type", "client_credentials")])
            .await
            .expect_status(200);
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// What the bank's own client is told about a token.
    pub async fn introspect(&self, token: &str) -> Value {
        let client = &self.bank.first_party;
        let request = self.request(Method::POST, "/cis/oidc/token/introspection");
        let request = request
            .basic(&client.client_id, &client.client_secret)
            .form(&[("token", token)]);
        request.send().await.expect_status(200).json()
    }

    /// What of these definitions the check API lets an audience use of a person, in their order.
    pub async fn usable(&self, username: &str, audience: &str, definitions: &[&str]) -> Vec<String> {
        let client = &self.bank.first_party;
        let resources = definitions
            .iter()
            .map(|id| json!({ "resource": { "type": "definition", "id": id } }));
        let questions = json!({
            "subject": { "type": "user", "id": username },
            "action": { "name": "use" },
            "context": { "audience": audience },
            "evaluations": resources.collect::<Vec<_>>(),
        });
        let request = self.request(Method::POST, "/access/v1/evaluations");
        let request = request
            .basic(&client.client_id, &client.client_secret)
            .json(&questions);
        let answer = request.send().await.expect_status(200).json();
        let decisions = answer["evaluations"].as_array().unwrap().iter();
        let usable = definitions.iter().zip(decisions);
        usable
            .filter(|(_, decided)| decided["decision"] == true)
            .map(|(id, _)| (*id).to_owned())
            .collect()
    }

    /// Status of UserInfo for a token.
    pub async fn userinfo(&self, token: &str) -> u16 {
        self.request(Method::GET, "/cis/oidc/me")
            .bearer(token)
            .send()
            .await
            .status()
    }

    /// A request of the privileged account of the records door.
    pub async fn records(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let account = &self.bank.service;
        let request = self.request(method, &format!("/consent/v1{path}"));
        let request = request.basic(&account.client_id, &account.client_secret);
        match body {
            Some(body) => request.json(body).send().await,
            None => request.send().await,
        }
    }

    /// The records of a person, as the privileged account sees them.
    pub async fn records_of(&self, username: &str) -> Vec<Value> {
        let answer = self
            .records(Method::GET, &format!("/consents?subject={username}"), None)
            .await;
        answer.expect_status(200).json()["_embedded"]["consents"]
            .as_array()
            .unwrap()
            .clone()
    }

    /// The claims of something that the tenant signed, of this type, verified with the keys that it publishes.
    pub async fn verified(&self, jws: &str, typ: &str) -> Value {
        let keys = self.request(Method::GET, "/cis/oidc/jwks").send().await;
        let keys = consentry_jose::KeySet::parse(keys.expect_status(200).bytes()).unwrap();
        let expected = consentry_jose::Expectations {
            algorithms: &[consentry_jose::Algorithm::Es256],
            typ: Some(typ),
            max_len: 64 * 1024,
        };
        keys.verify(jws, &expected).unwrap().claims().unwrap()
    }

    /// A one-time token for a customer's dashboard.
    pub async fn ticket(&self, customer_id: &str) -> Answer {
        let credential = &self.bank.dashboard;
        let body = json!({ "type": "consent_management", "scopes": format!("customer.modify_consent:{customer_id}") });
        let request = self.request(Method::POST, "/api/v4/token");
        request
            .basic(&credential.client_id, &credential.client_secret)
            .json(&body)
            .send()
            .await
    }

    /// Opens a customer's dashboard in a frame.
    pub async fn open_dashboard(&self, username: &str) -> Answer {
        let customer = self
            .bank
            .customers
            .iter()
            .find(|customer| customer.username == username)
            .unwrap();
        let ticket = self.ticket(&customer.customer_id).await.expect_status(200).json();
        let path = format!(
            "/embed/authorizations?access_token={}",
            ticket["access_token"].as_str().unwrap()
        );
        let request = self.request(Method::GET, &path).header("accept", "text/html");
        request
            .header("sec-fetch-dest", "iframe")
            .header("sec-fetch-mode", "navigate")
            .send()
            .await
    }

    /// Posts a form of the dashboard's page, as the frame without script does.
    pub async fn post_embedded(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self.request(Method::POST, path).header("accept", "text/html");
        let request = request
            .header("sec-fetch-site", "same-origin")
            .header("sec-fetch-mode", "navigate");
        request
            .header("sec-fetch-dest", "iframe")
            .header("origin", "null")
            .form(fields)
            .send()
            .await
    }

    /// Stops the first connection that a customer's dashboard lists; answers the page that says so.
    pub async fn stop_sharing(&self, username: &str) -> Answer {
        let list = self.open_dashboard(username).await.expect_status(200);
        let session = list.field("session").unwrap();
        let id = list.field("id").unwrap();
        let fields = [("session", session.as_str()), ("id", id.as_str())];
        self.post_embedded("/embed/stop/confirm", &fields).await
    }
}

/// Reads a token answer.
pub fn tokens(answer: &Answer) -> Tokens {
    let body = answer.json();
    let text = |name: &str| body[name].as_str().map(str::to_owned);
    Tokens {
        access: text("access_token").unwrap(),
        refresh: text("refresh_token"),
        id: text("id_token"),
        scope: text("scope").unwrap_or_default(),
    }
}
