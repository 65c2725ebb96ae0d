//! `PUT …/clients/{clientId}` and `PUT …/resources`.

use consentry_testkit::TestApp;
use http::Method;
use serde_json::{Value, json};

use super::{
    admin, bank, change, connect, events, kept, names, now, refused, register, third_party, third_party_with,
};

#[tokio::test]
async fn tpa_cl_04_put_changes_the_fields_given_and_replaces_objects_whole() {
    let app = TestApp::start().await;
    let expiration =
        json!({ "access_token_ttl": 120, "refresh_token_ttl": 7200, "max_refresh_rotate": 86400 });
    let body = third_party_with(
        &json!({ "description": "One", "token_expiration": expiration, "purpose": "Budgets" }),
    );
    let (client, made) = register(&app, &body).await;
    app.pass(5);
    let changed = change(&app, &client.client_id, &json!({ "description": "Two" })).await;
    let mut expected = made.clone();
    expected["client_secret"] = json!("[redacted]");
    expected["description"] = json!("Two");
    expected["updated_at"] = changed["updated_at"].clone();
    assert_eq!(changed, expected);
    assert_ne!(changed["updated_at"], made["updated_at"]);
    let changed = change(
        &app,
        &client.client_id,
        &json!({ "token_expiration": { "access_token_ttl": 60 } }),
    )
    .await;
    assert_eq!(
        changed["token_expiration"],
        json!({ "access_token_ttl": 60, "refresh_token_ttl": 1_209_600, "max_refresh_rotate": 1_209_600 })
    );
    let changed = change(
        &app,
        &client.client_id,
        &json!({ "purpose": null, "token_expiration": null }),
    )
    .await;
    assert_eq!(changed["purpose"], Value::Null);
    assert_eq!(changed["token_expiration"]["access_token_ttl"], 600);
}

#[tokio::test]
async fn tpa_cl_04_an_answer_can_be_sent_back_and_changes_nothing() {
    let app = TestApp::start().await;
    let (client, _) = register(&app, &third_party()).await;
    let path = format!("/cis/v1/clients/{}", client.client_id);
    let shown = bank(&app, Method::GET, &path, None).await.json();
    let before = now(&app).await;
    app.pass(5);
    let mut sent = shown.clone();
    // What a client has of its own and what it has of the tenant look the same; sent back, the latter would become its own.
    for name in [
        "consent_validity_period",
        "token_expiration",
        "interaction_ttl_seconds",
        "consent_callback_mode",
        "prompt_consent",
        "requested_scope_format",
        "subject_type",
        "short_cookies_samesite_type",
        "id_token_signed_response_alg",
        "access_token_signed_response_alg",
    ] {
        sent.as_object_mut().unwrap().remove(name);
    }
    assert_eq!(change(&app, &client.client_id, &sent).await, shown);
    assert_eq!(names(&events(&app, &before).await), Vec::<String>::new());
    let whole = change(&app, &client.client_id, &shown).await;
    assert_eq!(whole["client_id"], shown["client_id"]);
    for (name, value) in [
        ("client_id", json!("x")),
        ("app_id", json!("x")),
        ("client_secret", json!("x")),
        ("created_at", json!("x")),
    ] {
        let told = refused(&app, Method::PUT, &path, &json!({ name: value })).await;
        assert!(told[0].starts_with(&format!("/{name} ")), "{told:?}");
    }
}

#[tokio::test]
async fn tpa_cl_03_becoming_a_third_party_ends_every_grant() {
    let app = TestApp::start().await;
    let own = third_party_with(&json!({ "is_third_party": false }));
    let (client, _) = register(&app, &own).await;
    let browser = app.browser();
    let request = app.authorization(
        &client,
        "openid accounts:balance",
        &[("redirect_uri", super::BACK), ("prompt", "")],
    );
    let back = app
        .reach_question(&browser, "ada", &request)
        .await
        .expect_status(303);
    let code = back.location_parameter("code").unwrap();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", super::BACK),
        ("code_verifier", consentry_testkit::VERIFIER),
    ];
    let held = consentry_testkit::tokens(&app.ask_token(&client, &fields).await.expect_status(200));
    assert_eq!(app.userinfo(&held.access).await, 200);
    let own_token = app.own_token(&client).await;
    let changed = change(&app, &client.client_id, &json!({ "is_third_party": true })).await;
    assert_eq!(changed["is_third_party"], true);
    assert_eq!(app.userinfo(&held.access).await, 401);
    let answer = super::call(&app, &own_token, Method::GET, "/v1/clients", None).await;
    let _epoch = answer.expect_status(401);
}

#[tokio::test]
async fn tpa_cl_03_the_consent_step_is_silenced_by_an_admin_only_and_the_log_says_so() {
    let app = TestApp::start().await;
    let (client, _) = register(&app, &third_party()).await;
    let path = format!(
        "/cis/v1/applications/{}/clients/{}",
        app.bank.app_id, client.client_id
    );
    let body = json!({ "is_third_party": false });
    let _refused = bank(&app, Method::PUT, &path, Some(&body))
        .await
        .expect_status(403);
    let before = now(&app).await;
    let _changed = admin(&app, Method::PUT, &path, Some(&body))
        .await
        .expect_status(200);
    assert_eq!(names(&events(&app, &before).await), ["client.changed"]);
    let body = kept(&app, "client.changed").await;
    assert_eq!(body["by_client"], app.bank.admin.client_id.as_str());
    assert!(
        body["touched"]
            .as_array()
            .unwrap()
            .contains(&json!("is_third_party")),
        "{body}"
    );
}

#[tokio::test]
async fn tpa_cl_07_a_removed_scope_is_filtered_and_comes_back_with_the_registration() {
    let app = TestApp::start().await;
    let (client, _) = register(&app, &third_party()).await;
    let held = connect(&app, &client, "openid offline_access accounts:balance").await;
    let _less = change(
        &app,
        &client.client_id,
        &json!({ "allowed_scopes": ["openid", "offline_access"] }),
    )
    .await;
    assert_eq!(
        app.introspect(&held.access).await["scope"],
        "openid offline_access"
    );
    let refreshed = app
        .refresh(&client, held.refresh.as_deref().unwrap())
        .await
        .expect_status(200)
        .json();
    assert_eq!(refreshed["scope"], "openid offline_access");
    let consents = bank(&app, Method::GET, "/v1/consents", None).await.json();
    assert_eq!(
        consents["result"][0]["scope"],
        "openid offline_access accounts:balance"
    );
    let all = json!({ "allowed_scopes": ["openid", "offline_access", "accounts:balance"] });
    let _more = change(&app, &client.client_id, &all).await;
    let again = app
        .refresh(&client, refreshed["refresh_token"].as_str().unwrap())
        .await;
    assert_eq!(
        again.expect_status(200).json()["scope"],
        "openid offline_access accounts:balance"
    );
}

#[tokio::test]
async fn tpa_a2_1_resources_are_those_of_the_application() {
    let app = TestApp::start().await;
    let (client, _) = register(&app, &third_party()).await;
    let api = "https://api.bank.example/accounts";
    let application = format!("/v1/applications/{}", app.bank.app_id);
    let known = bank(&app, Method::GET, &application, None).await.json()["result"]["resources"].clone();
    let mut resources = known.as_array().unwrap().clone();
    resources.push(json!(api));
    let _app = bank(
        &app,
        Method::PUT,
        &application,
        Some(&json!({ "resources": resources })),
    )
    .await
    .expect_status(200);
    let path = format!("/cis/v1/clients/{}/resources", client.client_id);
    let set = bank(&app, Method::PUT, &path, Some(&json!({ "resource_ids": [api] })))
        .await
        .expect_status(200);
    assert_eq!(set.json()["resources"], json!([api]));
    for body in [
        json!({}),
        json!({ "resource_ids": ["https://other.example/"] }),
        json!({ "resource_ids": [api, api] }),
        json!({ "resources": [api] }),
    ] {
        let _told = refused(&app, Method::PUT, &path, &body).await;
    }
    let none = bank(&app, Method::PUT, &path, Some(&json!({ "resource_ids": [] })))
        .await
        .expect_status(200);
    assert_eq!(none.json()["resources"], json!([]));
}
