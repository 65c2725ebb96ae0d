//! What the tests of this door begin with.

use std::sync::Mutex;

use consentry_domain::{
    Actions, DefinitionKey, Timestamp,
    client::StoredSecret,
    credential::{ApiCredential, Opens},
    definition::{Choice, ChoiceValue, Definition, DefinitionKind, Localization},
    locale::Locale,
    subject::Namespace,
    tenant::Center,
};
use consentry_ledger::{opaque, provision::Entry, verify::Verdict};
use consentry_testkit::{Answer, TestApp};
use http::Method;
use serde_json::{Value, json};

/// The organization.
pub const ORGANIZATION: &str = "harbor";

/// The API key of the tests.
pub const KEY: &str = "harbor-preferences-key";

/// Its secret.
pub const SECRET: &str = "a secret of a machine that nobody guesses";

/// A person nobody here knows by another name.
pub const IRIS: &str = "iris.faro@example.org";

/// A house with purposes, and a session.
pub struct World {
    pub app: TestApp,
    session: Mutex<String>,
}

pub fn definition(key: &str, kind: DefinitionKind, parent: Option<&str>, choice: Choice) -> Entry {
    Entry::Definition(Definition {
        key: key.parse().unwrap(),
        kind,
        display_name: Some(key.to_owned()),
        description: None,
        parameters: Vec::new(),
        parent: parent.map(|key| key.parse::<DefinitionKey>().unwrap()),
        lifetime: None,
        actions: Actions::default(),
        choice,
    })
}

fn values(multiple: bool, ids: &[&str]) -> Choice {
    Choice {
        one_click: false,
        multiple,
        values: ids
            .iter()
            .map(|id| ChoiceValue {
                id: (*id).to_owned(),
                name: [("en".to_owned(), id.to_uppercase())].into(),
            })
            .collect(),
        ..Choice::default()
    }
}

pub fn key(id: &str, secret: &str, enabled: bool) -> Entry {
    Entry::ApiCredential(ApiCredential {
        sealed: None,
        client_id: id.to_owned(),
        secrets: vec![StoredSecret {
            sha256: opaque::hash_text(secret),
            expires_at: None,
        }],
        enabled,
        opens: Opens::Preferences,
    })
}

impl World {
    /// Purposes `newsletter` (with `topics` and `rhythm`), `offers` (one click, with `goods` and `channel`) and `account-data`, the parent
    /// of the scopes of accounts.
    pub async fn new() -> Self {
        let app = TestApp::start().await;
        app.configure(|tenant| tenant.preferences.organization_users = Namespace::Organization)
            .await;
        let plain = Choice::default;
        let one_click = Choice {
            one_click: true,
            ..Choice::default()
        };
        app.provision(&[
            definition("newsletter", DefinitionKind::Purpose, None, plain()),
            definition(
                "topics",
                DefinitionKind::Preference,
                Some("newsletter"),
                values(true, &["garden", "kitchen"]),
            ),
            definition(
                "rhythm",
                DefinitionKind::Preference,
                Some("newsletter"),
                values(false, &["daily", "weekly"]),
            ),
            definition("offers", DefinitionKind::Purpose, None, one_click),
            definition(
                "goods",
                DefinitionKind::Preference,
                Some("offers"),
                values(true, &["shoes", "hats"]),
            ),
            definition(
                "channel",
                DefinitionKind::Preference,
                Some("offers"),
                values(false, &["mail", "post"]),
            ),
            definition("account-data", DefinitionKind::Purpose, None, plain()),
            definition(
                "accounts:balance",
                DefinitionKind::Scope,
                Some("account-data"),
                plain(),
            ),
            definition(
                "accounts:transactions",
                DefinitionKind::Scope,
                Some("account-data"),
                plain(),
            ),
            key(KEY, SECRET, true),
            Entry::Localization(Localization {
                definition: "newsletter".parse().unwrap(),
                locale: Locale::parse("en-GB").unwrap(),
                version: "1.0".parse().unwrap(),
                title: Some("Newsletter".to_owned()),
                data: "Your address".to_owned(),
                purpose: "So that we can write to you".to_owned(),
                published_at: app.now(),
            }),
        ])
        .await;
        Self::of(app).await
    }

    /// As [`Self::new`], with one center of these settings; `more` are laid over them.
    pub async fn with_center(settings: &Value, more: &Value) -> Self {
        let world = Self::new().await;
        let mut settings = settings.clone();
        merge(&mut settings, more);
        let center: Center = serde_json::from_value(settings).unwrap();
        world
            .app
            .configure(|tenant| tenant.preferences.centers = vec![center])
            .await;
        world
    }

    /// A session at an application that is seeded already.
    pub async fn of(app: TestApp) -> Self {
        let session = Mutex::new(session(&app).await);
        Self { app, session }
    }

    /// The session.
    pub fn session(&self) -> String {
        self.session.lock().unwrap().clone()
    }

    /// Lets time pass, and opens a new session where that ends it.
    pub async fn pass(&self, seconds: i64) {
        self.app.pass(seconds);
        if seconds >= 3_600 {
            let session = session(&self.app).await;
            *self.session.lock().unwrap() = session;
        }
    }

    /// With a session, the organization named.
    pub async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let sign = if path.contains('?') { '&' } else { '?' };
        let path = format!("{path}{sign}organization_id={ORGANIZATION}");
        self.with(&self.session(), method, &path, body).await
    }

    /// With any bearer token.
    pub async fn with(&self, token: &str, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let request = self.app.request(method, path).bearer(token);
        match body {
            Some(body) => request.json(body).send().await,
            None => request.send().await,
        }
    }

    pub async fn get(&self, path: &str) -> Value {
        self.ask(Method::GET, path, None).await.expect_status(200).json()
    }

    pub async fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self.ask(Method::POST, path, Some(body)).await;
        answer.expect_status(200).json()
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Value {
        let answer = self.ask(Method::PATCH, path, Some(body)).await;
        answer.expect_status(200).json()
    }

    /// Records an event by the back end.
    pub async fn event(&self, event: &Value) -> Value {
        self.post("/consents/events", event).await
    }

    /// A consent token for somebody, with more members.
    pub async fn token(&self, organization_user_id: &str, more: &Value) -> Value {
        let mut body = json!({ "organization_user_id": organization_user_id });
        merge(&mut body, more);
        self.post("/consents/tokens", &body).await
    }

    /// The log and the rows agree.
    pub async fn verify(&self) {
        let verdict = self.app.ledger.verify(&self.app.tenant()).await.unwrap();
        assert!(matches!(verdict, Verdict::Sound { .. }), "{verdict:?}");
    }

    /// The token's text.
    pub async fn id_token(&self, organization_user_id: &str, more: &Value) -> String {
        text(&self.token(organization_user_id, more).await, "id_token")
    }

    /// The users of a name.
    pub async fn user(&self, organization_user_id: &str) -> Value {
        let name = organization_user_id
            .replace('+', "%2B")
            .replace('@', "%40")
            .replace(' ', "%20");
        let list = self
            .get(&format!("/consents/users?organization_user_id={name}"))
            .await;
        list["data"][0].clone()
    }

    /// Whether a purpose is on for somebody, as the door says.
    pub async fn is_on(&self, organization_user_id: &str, purpose: &str) -> Value {
        let user = self.user(organization_user_id).await;
        purpose_of(&user, purpose)["enabled"].clone()
    }
}

/// A new session.
pub async fn session(app: &TestApp) -> String {
    let body = json!({ "type": "api-key", "key": KEY, "secret": SECRET });
    let opened = app.request(Method::POST, "/v1/sessions").json(&body).send().await;
    text(&opened.expect_status(200).json(), "access_token")
}

pub fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap().to_owned()
}

fn merge(body: &mut Value, more: &Value) {
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name] = value.clone();
    }
}

/// An event that switches one purpose of somebody.
pub fn switch(organization_user_id: &str, purpose: &str, enabled: Value) -> Value {
    json!({
        "user": { "organization_user_id": organization_user_id },
        "consents": { "purposes": [{ "id": purpose, "enabled": enabled }] },
    })
}

/// As [`switch`], with more members.
pub fn switch_with(organization_user_id: &str, purpose: &str, enabled: Value, more: &Value) -> Value {
    let mut event = switch(organization_user_id, purpose, enabled);
    merge(&mut event, more);
    event
}

/// What a user or event says about a purpose.
pub fn purpose_of(of: &Value, purpose: &str) -> Value {
    let all = of["consents"]["purposes"].as_array().cloned().unwrap_or_default();
    all.into_iter()
        .find(|own| own["id"] == purpose)
        .unwrap_or_default()
}

/// A moment, so many seconds from now.
pub fn moment(app: &TestApp, seconds: i64) -> String {
    Timestamp::from_micros(app.now().as_micros() + seconds * 1_000_000).to_rfc3339_millis()
}

/// Asserts a failure in the door's shape; gives its `errors`.
#[track_caller]
pub fn refused(answer: &Answer, status: u16, name: &str) -> Value {
    assert_eq!(answer.status(), status, "{}", answer.text());
    let body = answer.json();
    assert_eq!(body["code"], status, "{body}");
    assert_eq!(body["name"], name, "{body}");
    assert!(
        body["message"].is_string() && body["errors"].is_object(),
        "{body}"
    );
    body["errors"].clone()
}
