//! What the tests of this door begin with.

use consentry_domain::{
    client::StoredSecret,
    credential::ApiCredential,
    tenant::{FdxRegistry, FdxSettings, Tenant},
};
use consentry_ledger::{
    Caller, Permit, Target,
    access::{Provision, authorize},
    opaque,
    provision::Entry,
};
use consentry_testkit::{Answer, RequestBuilder, TestApp};
use http::Method;
use serde_json::{Value, json};

/// Customer id of Ada at the bank.
pub const ADA: &str = "cust-7f3a91";

/// Customer id of Ben at the bank.
pub const BEN: &str = "cust-20c4d7";

/// The body of a canonical token request.
pub fn canonical(customer: &str) -> Value {
    json!({ "type": "consent_management", "scopes": format!("customer.modify_consent:{customer}") })
}

/// A token request with the bank's credential.
pub fn token_request<'a>(app: &'a TestApp, body: &Value) -> RequestBuilder<'a> {
    with_credential(app, "/api/v4/token").json(body)
}

/// A `POST` with the bank's credential.
pub fn with_credential<'a>(app: &'a TestApp, path: &str) -> RequestBuilder<'a> {
    let credential = &app.bank.dashboard;
    app.request(Method::POST, path)
        .basic(&credential.client_id, &credential.client_secret)
}

/// A one-time token for a customer.
pub async fn token(app: &TestApp, customer: &str) -> String {
    let answer = token_request(app, &canonical(customer))
        .send()
        .await
        .expect_status(200)
        .json();
    answer["access_token"].as_str().unwrap().to_owned()
}

/// The request of a frame whose address holds a token.
pub fn opening<'a>(app: &'a TestApp, token: &str) -> RequestBuilder<'a> {
    app.request(
        Method::GET,
        &format!("/embed/authorizations?access_token={token}"),
    )
}

/// Opens with a token in a frame.
pub async fn open(app: &TestApp, token: &str) -> Answer {
    opening(app, token)
        .header("sec-fetch-dest", "iframe")
        .header("accept", "text/html")
        .send()
        .await
}

/// The bearer of a fresh page session.
pub async fn session(app: &TestApp, customer: &str) -> String {
    open(app, &token(app, customer).await)
        .await
        .expect_status(200)
        .field("session")
        .unwrap()
}

/// The list, asked for with a page session.
pub async fn list(app: &TestApp, session: &str) -> Answer {
    app.post_embedded("/embed/connections", &[("session", session)])
        .await
}

/// A page about one connection.
pub async fn about(app: &TestApp, path: &str, session: &str, id: &str) -> Answer {
    app.post_embedded(path, &[("session", session), ("id", id)]).await
}

/// Ada connects Moneytrack; answers the access token.
pub async fn connect(app: &TestApp) -> consentry_testkit::Tokens {
    app.connect(&app.browser(), "ada", consentry_testkit::FULL_SCOPE)
        .await
}

/// Changes the settings of the bank.
pub async fn configure(app: &TestApp, change: impl FnOnce(&mut Tenant)) {
    let mut tenant = app.tenant().tenant.clone();
    change(&mut tenant);
    app.ledger.provision_tenant(&operator(), &tenant).await.unwrap();
}

/// Makes the bank's API credential what is given.
pub async fn credential(app: &TestApp, secrets: Vec<StoredSecret>, enabled: bool) {
    let credential = ApiCredential {
        sealed: None,
        opens: consentry_domain::credential::Opens::Dashboard,
        client_id: app.bank.dashboard.client_id.clone(),
        secrets,
        enabled,
    };
    app.ledger
        .provision(&app.tenant(), &operator(), &[Entry::ApiCredential(credential)])
        .await
        .unwrap();
}

/// A secret as kept.
pub fn stored(secret: &str) -> StoredSecret {
    StoredSecret {
        sha256: opaque::hash_text(secret),
        expires_at: None,
    }
}

/// Somebody with access to the machine.
pub fn operator() -> Permit<Provision> {
    authorize(&Caller::Operator, Target::Tenant).unwrap()
}

/// Tells the bank's accounts of a customer: each with the last digits of its number.
pub async fn hold(app: &TestApp, customer: &str, accounts: &[(&str, &str)]) {
    let rows: Vec<Value> = accounts
        .iter()
        .map(|(name, digits)| {
            json!({
                "account_id": format!("acc_{digits}"),
                "nickname": name,
                "kind": "Current account",
                "account_number_display": format!("XXXXXXXX{digits}"),
            })
        })
        .collect();
    let answer = put_with_credential(app, "/api/v4/customer_accounts")
        .json(&json!({ "customerId": customer, "accounts": rows }))
        .send()
        .await
        .expect_status(200);
    assert_eq!(answer.json()["accounts"], accounts.len());
}

/// A `PUT` with the bank's credential.
pub fn put_with_credential<'a>(app: &'a TestApp, path: &str) -> RequestBuilder<'a> {
    let credential = &app.bank.dashboard;
    app.request(Method::PUT, path)
        .basic(&credential.client_id, &credential.client_secret)
}

/// Changes the registration of Moneytrack.
pub async fn register(app: &TestApp, change: impl FnOnce(&mut consentry_domain::client::Client)) {
    let known = app.bank.third_party.client_id.clone();
    let mut client = consentry_domain::client::Client::clone(app.tenant().client(&known).unwrap());
    change(&mut client);
    app.ledger
        .provision(&app.tenant(), &operator(), &[Entry::Client(client)])
        .await
        .unwrap();
}

/// A party that passes data on.
pub async fn intermediary(app: &TestApp, name: &str) -> consentry_domain::PartyId {
    let id = consentry_domain::PartyId::new(app.now(), consentry_domain::Shard::new(0), [7; 8]);
    let party = consentry_domain::client::Party {
        id,
        name: name.to_owned(),
        legal_name: Some(format!("{name} Ltd")),
        registry: None,
        registered_id: None,
        website: Some("https://linkbridge.example".to_owned()),
        contact: None,
        logo_uri: None,
        verified: false,
    };
    app.ledger
        .provision(&app.tenant(), &operator(), &[Entry::Party(party)])
        .await
        .unwrap();
    id
}

/// The bank says who it is in the words of FDX, and which clusters its scopes open.
pub async fn speak(app: &TestApp) {
    let settings = FdxSettings {
        home_uri: "https://www.harborbank.example".to_owned(),
        registry: FdxRegistry::Gleif,
        registered_name: "Harbor Bank NA".to_owned(),
        registered_id: "529900INVENTED00B21".to_owned(),
        clusters: [
            ("accounts:balance".to_owned(), vec!["ACCOUNT_BASIC".to_owned()]),
            (
                "accounts:transactions".to_owned(),
                [
                    "TRANSACTIONS",
                    "NOTIFICATIONS",
                    "PAYMENT_SUPPORT",
                    "ACCOUNT_BASIC",
                ]
                .map(str::to_owned)
                .to_vec(),
            ),
        ]
        .into(),
    };
    configure(app, |tenant| tenant.dashboard.fdx = Some(settings)).await;
}
