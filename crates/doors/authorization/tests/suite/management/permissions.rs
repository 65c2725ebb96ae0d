//! Who may manage clients (TPA-CL-05).

use consentry_testkit::{FULL_SCOPE, TestApp};
use http::Method;
use serde_json::json;

use super::{admin, bank, call, connect, register, third_party, third_party_with};

#[tokio::test]
async fn tpa_cl_05_third_parties_people_and_strangers_manage_nothing() {
    let app = TestApp::start().await;
    let person = app.person_token("ada", "openid").await.access;
    let through = app.connect(&app.browser(), "ada", FULL_SCOPE).await.access;
    let third = app.own_token(&app.bank.third_party).await;
    let application = format!("/cis/v1/applications/{}", app.bank.app_id);
    let one = "/v1/clients/moneytrack".to_owned();
    let calls = [
        (Method::GET, "/v1/clients".to_owned()),
        (Method::POST, "/v1/clients".to_owned()),
        (Method::DELETE, "/v1/clients".to_owned()),
        (Method::GET, one.clone()),
        (Method::PUT, one.clone()),
        (Method::DELETE, one.clone()),
        (Method::PUT, format!("{one}/resources")),
        (Method::POST, format!("{one}/secret/rotate")),
        (Method::GET, "/v1/applications".to_owned()),
        (Method::GET, application.clone()),
        (Method::PUT, application.clone()),
        (Method::DELETE, format!("{application}/clients/moneytrack")),
    ];
    for (method, path) in calls {
        let statuses = [
            (person.as_str(), 403),
            (through.as_str(), 403),
            (third.as_str(), 401),
            ("nonsense", 401),
        ];
        for (token, status) in statuses {
            let answer = call(
                &app,
                token,
                method.clone(),
                &path,
                Some(&json!({ "enabled": false })),
            )
            .await;
            let told = [status, 403];
            assert!(
                told.contains(&answer.status()),
                "{method} {path}: {} {}",
                answer.status(),
                answer.text()
            );
            assert_eq!(answer.json()["error_code"], answer.status());
        }
        let none = app.request(method, &path).send().await.expect_status(401);
        assert!(none.header("www-authenticate").unwrap().starts_with("Bearer"));
    }
    assert!(app.tenant().client("moneytrack").is_some());
}

#[tokio::test]
async fn tpa_cl_05_an_application_cannot_make_itself_more_than_it_is() {
    let app = TestApp::start().await;
    let scopes = |scope: &str| {
        third_party_with(
            &json!({ "is_third_party": false, "name": "Own", "allowed_scopes": ["openid", scope] }),
        )
    };
    for scope in ["consentry:admin", "consent:history"] {
        let answer = bank(&app, Method::POST, "/v1/clients", Some(&scopes(scope))).await;
        let _refused = answer.expect_status(403);
        let own = format!("/v1/clients/{}", app.bank.first_party.client_id);
        let body = json!({ "allowed_scopes": ["openid", scope] });
        let _refused = bank(&app, Method::PUT, &own, Some(&body))
            .await
            .expect_status(403);
    }
    // What it has it may hand on, and an admin has the other.
    let _handed = register(&app, &scopes("consent:check")).await;
    let path = format!("/v1/applications/{}/clients", app.bank.app_id);
    let body = third_party_with(
        &json!({ "is_third_party": false, "name": "Admin", "allowed_scopes": ["consentry:admin"] }),
    );
    let _handed = admin(&app, Method::POST, &path, Some(&body))
        .await
        .expect_status(201);
    let _not_settable = super::refused(
        &app,
        Method::POST,
        "/v1/clients",
        &third_party_with(&json!({ "authority": "tenant" })),
    )
    .await;
    let manager = format!("/v1/clients/{}", app.bank.admin.client_id);
    for (method, path) in [
        (Method::PUT, manager.clone()),
        (Method::DELETE, manager.clone()),
        (Method::POST, format!("{manager}/secret/rotate")),
    ] {
        let answer = bank(&app, method, &path, Some(&json!({}))).await;
        let _refused = answer.expect_status(403);
    }
}

#[tokio::test]
async fn tpa_cl_05_a_new_own_client_manages_its_application_and_a_third_party_does_not() {
    let app = TestApp::start().await;
    let (own, _) = register(
        &app,
        &third_party_with(&json!({ "is_third_party": false, "name": "Own" })),
    )
    .await;
    let token = app.own_token(&own).await;
    let _listed = call(&app, &token, Method::GET, "/v1/clients", None)
        .await
        .expect_status(200);
    let (third, _) = register(&app, &third_party()).await;
    let held = connect(&app, &third, "openid accounts:balance").await;
    let _refused = call(&app, &held.access, Method::GET, "/v1/clients", None)
        .await
        .expect_status(403);
}

#[tokio::test]
async fn tpa_cl_11_grant_types_of_a_new_third_party() {
    let app = TestApp::start().await;
    let (client, _) = register(&app, &third_party()).await;
    for grant_type in ["password", "implicit", "urn:transmit:grant-type:delegated-access"] {
        let answer = app
            .ask_token(&client, &[("grant_type", grant_type)])
            .await
            .expect_status(400);
        assert_eq!(answer.json()["error"], "unauthorized_client");
    }
    let own = app.own_token(&client).await;
    assert_eq!(
        super::part(&own, 1)["aud"],
        "http://127.0.0.1:8080/cis/oidc/grants"
    );
}

#[tokio::test]
async fn com_11_management_is_counted() {
    let app = TestApp::start().await;
    let token = app.own_token(&app.bank.first_party).await;
    for _ in 0..600 {
        let _counted = call(&app, &token, Method::GET, "/v1/clients/nobody", None)
            .await
            .expect_status(404);
    }
    let over = call(&app, &token, Method::GET, "/v1/clients/nobody", None)
        .await
        .expect_status(429);
    assert!(over.header("retry-after").is_some());
    assert_eq!(over.json()["error_code"], 429);
    app.pass(60);
    let told = call(&app, &token, Method::GET, "/v1/clients", None)
        .await
        .expect_status(200);
    assert_eq!(told.header("ratelimit"), Some("\"management\";r=599;t=60"));
    let _again = call(&app, &token, Method::GET, "/v1/clients/nobody", None)
        .await
        .expect_status(404);
}
