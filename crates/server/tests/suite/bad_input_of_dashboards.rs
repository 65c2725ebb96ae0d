//! What is wrong for the API of dashboard providers and for that of embedded pages: bodies, and the member that is named.

use consentry_testkit::TestApp;
use http::Method;

/// Bodies that the route of this path refuses.
pub fn wrong(path: &str) -> Vec<(String, &'static str)> {
    let bodies: &[(&str, &'static str)] = match path.rsplit('/').next().unwrap_or_default() {
        "customer_accounts" => &[
            ("{}", "/customerId"),
            (r#"{"customerId":7,"accounts":[]}"#, "/customerId"),
            (r#"{"customerId":"c","accounts":{}}"#, "/accounts"),
            (
                r#"{"customerId":"c","accounts":[{"account_id":7}]}"#,
                "/accounts/0/account_id",
            ),
        ],
        "accounts" if path.starts_with("/api/") => &[
            ("{}", "automatic_access"),
            (r#"{"automatic_access":"true"}"#, "automatic_access"),
        ],
        "{account}" => &[("{}", "enabled"), (r#"{"enabled":"true"}"#, "enabled")],
        "accounts" => &[
            (r#"{"set":7}"#, "/set"),
            (r#"{"set":[{"account_id":"a"}]}"#, "/set"),
            (
                r#"{"auto_enable_future_accounts":1}"#,
                "/auto_enable_future_accounts",
            ),
        ],
        "exports" => &[(r#"{"id":7}"#, "/id"), (r#"{"id":"cns_none"}"#, "/id")],
        "clusters" => &[
            ("{}", "/remove"),
            (r#"{"remove":7}"#, "/remove"),
            (r#"{"remove":[7]}"#, "/remove"),
        ],
        "revoke" => &[(r#"{"confirm":"true"}"#, "/confirm")],
        "renew" if path.contains("session") => &[(r#"{"access_token":7}"#, "/access_token")],
        "renew" => &[(r#"{"days":"7"}"#, "/days")],
        _ => &[(r#"{"kind":7}"#, "/kind")],
    };
    bodies
        .iter()
        .map(|(body, place)| ((*body).to_owned(), *place))
        .collect()
}

/// A one-time token of Ada's.
pub async fn ticket(app: &TestApp) -> String {
    let credential = &app.bank.dashboard;
    let answer = app
        .request(Method::POST, "/api/v4/token")
        .basic(&credential.client_id, &credential.client_secret)
        .json(&serde_json::json!({ "type": "consent_management", "scopes": "customer.modify_consent:cust-7f3a91" }))
        .send()
        .await;
    answer.expect_status(200).json()["access_token"]
        .as_str()
        .unwrap()
        .to_owned()
}
