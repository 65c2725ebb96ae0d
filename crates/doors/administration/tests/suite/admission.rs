//! Who may: every path for every class of caller, and what is no request at all.

use consentry_domain::tenant::Tenant;
use consentry_ledger::{Caller, Target, access::Provision, authorize};
use consentry_testkit::TestApp;
use http::Method;
use serde_json::json;

use crate::world::{NEWSLETTER, assert_refused, get, request, words};

/// Every operation of the door.
const OPERATIONS: [(Method, &str); 12] = [
    (Method::GET, "/definitions"),
    (Method::GET, "/definitions/email-newsletter"),
    (Method::PUT, "/definitions/email-newsletter"),
    (Method::DELETE, "/definitions/email-newsletter"),
    (Method::GET, "/definitions/email-newsletter/localizations"),
    (Method::GET, "/definitions/email-newsletter/localizations/ar"),
    (Method::PUT, "/definitions/email-newsletter/localizations/ar"),
    (Method::DELETE, "/definitions/email-newsletter/localizations/ar"),
    (Method::GET, "/accounts"),
    (Method::GET, "/accounts/portal"),
    (Method::PUT, "/accounts/portal"),
    (Method::DELETE, "/accounts/portal"),
];

fn basic(user: &str, password: &str) -> String {
    use base64::Engine as _;
    let text = format!("{user}:{password}");
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(text))
}

async fn own_token(app: &TestApp, client: &consentry_testkit::KnownClient, scope: &str) -> String {
    let fields = [("grant_type", "client_credentials"), ("scope", scope)];
    let answer = app.ask_token(client, &fields).await.expect_status(200).json();
    format!("Bearer {}", answer["access_token"].as_str().unwrap())
}

#[tokio::test]
async fn rec_12_5_nobody_but_a_back_end_with_the_scope_administers() {
    let app = TestApp::start().await;
    let bank = &app.bank;
    let ada = &bank.customers[0];
    let privileged = "openid urn:pingdirectory:consent_admin";
    let person = app.person_token("ada", privileged).await.access;
    let refused = [
        (String::new(), 401),
        ("Bearer nothing".to_owned(), 401),
        (basic(&bank.admin.client_id, "wrong"), 401),
        // The person, and the privileged account of the records door: no clients.
        (basic(&ada.username, &ada.password), 401),
        (basic(&bank.service.client_id, &bank.service.client_secret), 401),
        (
            basic(&bank.dashboard.client_id, &bank.dashboard.client_secret),
            401,
        ),
        (format!("Bearer {person}"), 403),
        (
            basic(&bank.first_party.client_id, &bank.first_party.client_secret),
            403,
        ),
        (
            basic(&bank.third_party.client_id, &bank.third_party.client_secret),
            403,
        ),
        (
            own_token(&app, &bank.first_party, "urn:pingdirectory:consent_admin").await,
            403,
        ),
        // The administrator's token without the scope.
        (format!("Bearer {}", app.own_token(&bank.admin).await), 403),
    ];
    for (method, path) in OPERATIONS {
        // Wrong secrets have to wait, which is another test's matter.
        app.pass(61);
        for (who, status) in &refused {
            let mut asking = app.request(method.clone(), &format!("/admin/v1{path}"));
            if !who.is_empty() {
                asking = asking.header("authorization", who);
            }
            let answer = asking.json(&json!({ "nonsense": true })).send().await;
            let code = if *status == 401 {
                "unauthenticated"
            } else {
                "insufficient_scope"
            };
            assert_refused(&answer, *status, code);
            let challenges = answer.headers().get_all("www-authenticate").iter().count();
            assert_eq!(challenges, if *status == 401 { 2 } else { 0 }, "{method} {path}");
        }
    }
    // Nothing of it had an effect, and the administrator may by secret and by token.
    let token = own_token(&app, &bank.admin, "consentry:admin").await;
    for (method, path) in OPERATIONS.iter().filter(|(method, _)| method == Method::GET) {
        let _by_secret = request(&app, method.clone(), path)
            .send()
            .await
            .expect_status(200);
        let asking = app.request(method.clone(), &format!("/admin/v1{path}"));
        let _by_token = asking
            .header("authorization", &token)
            .send()
            .await
            .expect_status(200);
    }
}

#[tokio::test]
async fn rec_12_5_a_third_party_never_administers_whatever_it_is_registered_with() {
    let app = TestApp::start().await;
    let third = &app.bank.third_party;
    let mut client = (*app.tenant().client(&third.client_id).cloned().unwrap()).clone();
    client.allowed_scopes =
        consentry_domain::scope::Scope::parse("openid accounts:balance consentry:admin").unwrap();
    app.provision(&[consentry_ledger::provision::Entry::Client(client)])
        .await;
    let asking = app.request(Method::GET, "/admin/v1/accounts");
    let answer = asking.basic(&third.client_id, &third.client_secret).send().await;
    assert_refused(&answer, 403, "insufficient_scope");
}

#[tokio::test]
async fn rec_12_5_an_administrator_of_one_tenant_is_nobody_in_another() {
    let app = TestApp::start().await;
    let permit = authorize::<Provision>(&Caller::Operator, Target::Tenant).unwrap();
    let tenant = Tenant {
        id: app.ledger.ids().tenant(),
        slug: "meadow".to_owned(),
        hosts: vec!["meadow.example".to_owned()],
        ..app.tenant().tenant.clone()
    };
    app.ledger.provision_tenant(&permit, &tenant).await.unwrap();
    app.configure(|tenant| tenant.hosts = vec!["127.0.0.1".to_owned()])
        .await;
    let admin = &app.bank.admin;
    let token = own_token(&app, admin, "consentry:admin").await;
    let there = |method: Method| app.request(method, "http://meadow.example/admin/v1/definitions/x");
    let answer = there(Method::PUT)
        .basic(&admin.client_id, &admin.client_secret)
        .json(&json!({}))
        .send()
        .await;
    assert_refused(&answer, 401, "unauthenticated");
    let answer = there(Method::GET).header("authorization", &token).send().await;
    assert_refused(&answer, 401, "unauthenticated");
    let nowhere = app.request(Method::GET, "http://elsewhere.example/admin/v1/definitions");
    let answer = nowhere.basic(&admin.client_id, &admin.client_secret).send().await;
    assert_eq!(answer.status(), 404);
    let _still_here = get(&app, "/definitions").await.expect_status(200);
}

#[tokio::test]
async fn rec_14_wrong_secrets_have_to_wait() {
    let app = TestApp::start().await;
    let admin = &app.bank.admin;
    let asking = || app.request(Method::GET, "/admin/v1/accounts");
    for _ in 0..6 {
        let answer = asking().basic(&admin.client_id, "wrong").send().await;
        assert_refused(&answer, 401, "unauthenticated");
    }
    let answer = asking()
        .basic(&admin.client_id, &admin.client_secret)
        .send()
        .await;
    assert_refused(&answer, 429, "rate_limited");
    assert!(answer.header("retry-after").is_some());
}

#[tokio::test]
async fn requests_that_are_none_are_told_so() {
    let app = TestApp::start().await;
    assert_refused(&get(&app, "/nothing").await, 404, "not_found");
    assert_refused(&get(&app, "/definitions/%ff").await, 404, "not_found");
    let answer = request(&app, Method::POST, "/definitions")
        .json(&json!({}))
        .send()
        .await;
    assert_refused(&answer, 405, "method_not_allowed");
    assert_eq!(answer.header("allow"), Some("GET, HEAD"));
    let german = format!("{NEWSLETTER}/localizations/de");
    let putting = || request(&app, Method::PUT, &german);
    let untyped = putting().body(words("1.0").to_string().as_bytes()).send().await;
    assert_refused(&untyped, 415, "unsupported_media_type");
    let typed = |body: &[u8]| putting().header("content-type", "application/json").body(body);
    for (body, pointer) in [
        (&b"{"[..], ""),
        (b"{\"version\":\"1.0\",\"version\":\"1.1\"}", "/version"),
        (b"{\"data\":\"\xff\"}", "/data"),
    ] {
        let answer = typed(body).send().await;
        assert_refused(&answer, 400, "invalid_json");
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer);
    }
    let answer = typed(b"[1]").send().await;
    assert_refused(&answer, 400, "invalid_request");
    let large = format!("{{\"data\":\"{}\"}}", "x".repeat(1024 * 1024));
    assert_refused(&typed(large.as_bytes()).send().await, 413, "payload_too_large");
    assert_refused(&get(&app, &german).await, 404, "not_found");
}

#[tokio::test]
async fn no_page_of_another_origin_may_read_or_write() {
    let app = TestApp::start().await;
    let preflight = app
        .request(Method::OPTIONS, "/admin/v1/accounts/portal")
        .header("origin", "https://elsewhere.example")
        .header("access-control-request-method", "PUT")
        .send()
        .await;
    let answer = request(&app, Method::GET, "/accounts")
        .header("origin", "https://elsewhere.example")
        .send()
        .await
        .expect_status(200);
    for answer in [preflight, answer] {
        let names = answer.headers().keys();
        assert!(
            !names
                .into_iter()
                .any(|name| name.as_str().starts_with("access-control"))
        );
    }
}
