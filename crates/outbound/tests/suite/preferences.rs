//! A house with a preferences door.

use consentry_domain::{
    client::StoredSecret,
    credential::{ApiCredential, Opens},
    definition::{Choice, Definition, DefinitionKind},
    subject::Namespace,
};
use consentry_ledger::{opaque, provision::Entry};
use consentry_testkit::{Answer, TestApp};
use http::Method;
use serde_json::{Value, json};

/// Somebody whom nobody here knows by another name.
pub(crate) const IRIS: &str = "iris.faro@example.org";

pub(crate) fn purpose(key: &str) -> Definition {
    Definition {
        key: key.parse().unwrap(),
        kind: DefinitionKind::Purpose,
        display_name: None,
        description: None,
        parameters: Vec::new(),
        parent: None,
        lifetime: None,
        actions: consentry_domain::Actions::default(),
        choice: Choice::default(),
    }
}

/// Opens a session at the preferences door, which has the purpose `newsletter` then.
pub(crate) async fn session(app: &TestApp) -> String {
    let (key, secret) = ("machine", "a secret of a machine that nobody guesses");
    app.provision(&[
        Entry::Definition(purpose("newsletter")),
        Entry::ApiCredential(ApiCredential {
            sealed: None,
            client_id: key.to_owned(),
            secrets: vec![StoredSecret {
                sha256: opaque::hash_text(secret),
                expires_at: None,
            }],
            enabled: true,
            opens: Opens::Preferences,
        }),
    ])
    .await;
    let body = json!({ "type": "api-key", "key": key, "secret": secret });
    let opened = app.request(Method::POST, "/sessions").json(&body).send().await;
    let opened = opened.expect_status(200).json();
    opened["access_token"].as_str().unwrap().to_owned()
}

/// A house with a preferences door, and a session at it.
pub(crate) struct World {
    pub(crate) app: TestApp,
    session: String,
}

impl World {
    pub(crate) async fn new() -> Self {
        let app = TestApp::start().await;
        app.configure(|tenant| tenant.preferences.organization_users = Namespace::Organization)
            .await;
        let session = session(&app).await;
        Self { app, session }
    }

    pub(crate) async fn send(&self, bearer: &str, method: Method, path: &str, body: &Value) -> Answer {
        let path = format!(
            "{path}{}organization_id=harbor",
            if path.contains('?') { '&' } else { '?' }
        );
        let request = self.app.request(method, &path).bearer(bearer);
        request.json(body).send().await
    }

    pub(crate) async fn ask(&self, method: Method, path: &str, body: &Value) -> Value {
        let answer = self.send(&self.session, method, path, body).await;
        answer.expect_status(200).json()
    }

    pub(crate) async fn take_away(&self, path: &str) {
        let answer = self.send(&self.session, Method::DELETE, path, &json!({})).await;
        let _gone = answer.expect_status(204);
    }

    /// An event that its own maker says waits.
    pub(crate) async fn waiting(&self, id: &str) -> Value {
        let event = json!({ "id": id, "status": "pending_approval",
            "user": { "organization_user_id": IRIS },
            "consents": { "purposes": [{ "id": "newsletter", "enabled": true }] } });
        self.ask(Method::POST, "/consents/events", &event).await
    }

    /// What the log tells, without the prefix of names.
    pub(crate) async fn told(&self) -> Vec<Value> {
        let client = &self.app.bank.first_party;
        let path = "/events/v1/events?from=earliest&limit=500&types=approval.*,decision.*,consent.*,grant.*";
        let page = self.app.request(Method::GET, path);
        let page = page.basic(&client.client_id, &client.client_secret).send().await;
        page.expect_status(200).json()["events"]
            .as_array()
            .unwrap()
            .clone()
    }

    pub(crate) async fn cells(&self) -> Vec<(String, Value)> {
        let cell = |event: &Value| {
            let name = event["type"].as_str().unwrap().replace("consentry.", "");
            (name, event["data"]["decision"]["status"].clone())
        };
        self.told().await.iter().map(cell).collect()
    }
}
