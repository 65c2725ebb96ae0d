//! `POST …/clients`.

use consentry_testkit::TestApp;
use http::Method;
use serde_json::{Value, json};

use super::{
    admin, bank, call, connect, events, kept, names, now, refused, register, third_party, third_party_with,
};

#[tokio::test]
async fn tpa_cl_01_a_new_client_has_every_field_and_serves_at_once() {
    let app = TestApp::start().await;
    let (client, made) = register(&app, &third_party()).await;
    assert!(client.client_id.starts_with("tpc_"), "{made}");
    assert_eq!(made["app_id"], app.bank.app_id.as_str());
    assert_eq!(made["tenant_id"], app.tenant().id().to_string());
    for (name, value) in [
        ("name", json!("Budgeteer")),
        ("description", json!("")),
        ("is_third_party", json!(true)),
        ("enabled", json!(true)),
        ("consent_uri", Value::Null),
        ("consent_validity_period", json!(2_592_000)),
        (
            "allowed_scopes",
            json!(["openid", "offline_access", "accounts:balance"]),
        ),
        ("client_type", json!("web")),
        ("pkce", json!("enforcePkceAlongsideClientCredentials")),
        ("response_types", json!(["code"])),
        ("enforce_par", json!(false)),
        ("fapi_version_compliancy", json!(false)),
        (
            "authentication_configuration",
            json!({ "method": "client_secret_basic" }),
        ),
        ("session_expiration", json!(1_209_600)),
        ("resources", json!([])),
        ("role_ids", json!([])),
        ("short_cookies_samesite_type", json!("lax")),
        ("authentication_protocol", json!("oidc")),
        ("subject_type", json!("pairwise")),
        ("id_token_signed_response_alg", json!("RS256")),
        ("access_token_signed_response_alg", json!("RS256")),
        ("consent_callback_mode", json!("strict")),
        ("prompt_consent", json!("always")),
        ("requested_scope_format", json!("repeat")),
        ("interaction_ttl_seconds", json!(600)),
    ] {
        assert_eq!(made[name], value, "{name}");
    }
    let mut prompts: Vec<&str> = made["supported_prompts"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    prompts.sort_unstable();
    assert_eq!(prompts, ["consent", "login", "none"]);
    assert_eq!(made["created_at"], made["updated_at"]);
    let held = connect(&app, &client, "openid offline_access accounts:balance").await;
    assert_eq!(held.scope, "openid offline_access accounts:balance");
    assert!(held.refresh.is_some());
}

#[tokio::test]
async fn tpa_cl_02_the_secret_is_shown_once_and_only_its_hash_is_kept() {
    let app = TestApp::start().await;
    let (client, made) = register(&app, &third_party()).await;
    assert!(client.client_secret.len() >= 43);
    let path = format!("/cis/v1/clients/{}", client.client_id);
    let read = bank(&app, Method::GET, &path, None)
        .await
        .expect_status(200)
        .json();
    assert_eq!(read["client_secret"], "[redacted]");
    let list = bank(&app, Method::GET, "/cis/v1/clients", None)
        .await
        .expect_status(200);
    assert!(!list.text().contains(&client.client_secret));
    let mut expected = made.clone();
    expected["client_secret"] = json!("[redacted]");
    assert_eq!(read, expected);
    let kept = app.tenant();
    let kept = &kept.clients[&client.client_id.parse().unwrap()];
    let kept = serde_json::to_string(&**kept).unwrap();
    assert!(!kept.contains(&client.client_secret), "{kept}");
}

#[tokio::test]
async fn tpa_url_01_all_four_addresses_are_one() {
    let app = TestApp::start().await;
    let own = format!("/v1/applications/{}/clients", app.bank.app_id);
    for (number, path) in ["/v1/clients", "/cis/v1/clients", &own, &format!("/cis{own}")]
        .iter()
        .enumerate()
    {
        let body = third_party_with(&json!({ "name": format!("App {number}") }));
        let made = bank(&app, Method::POST, path, Some(&body))
            .await
            .expect_status(201);
        assert!(made.header("location").unwrap().contains("/clients/tpc_"));
        assert_eq!(made.header("cache-control"), Some("no-store"));
        let id = made.json()["client_id"].as_str().unwrap().to_owned();
        let read = bank(&app, Method::GET, &format!("{path}/{id}"), None).await;
        assert_eq!(read.expect_status(200).json()["name"], format!("App {number}"));
        let listed = bank(&app, Method::GET, path, None)
            .await
            .expect_status(200)
            .json();
        let ids: Vec<&Value> = listed
            .as_array()
            .unwrap()
            .iter()
            .map(|client| &client["client_id"])
            .collect();
        assert!(ids.contains(&&json!(id)), "{ids:?}");
        let gone = bank(&app, Method::DELETE, &format!("{path}/{id}"), None)
            .await
            .expect_status(204);
        assert!(gone.bytes().is_empty());
        let missing = bank(&app, Method::GET, &format!("{path}/{id}"), None)
            .await
            .expect_status(404);
        assert_eq!(missing.json()["message"], "Client not found");
    }
}

#[tokio::test]
async fn tpa_a2_a_name_is_used_once_within_an_application() {
    let app = TestApp::start().await;
    let (first, _) = register(&app, &third_party()).await;
    let again = bank(&app, Method::POST, "/v1/clients", Some(&third_party()))
        .await
        .expect_status(409);
    assert_eq!(
        again.json(),
        json!({ "message": "Client name already used", "error_code": 409, "ts_error_code": "identifier_taken" })
    );
    let (second, _) = register(&app, &third_party_with(&json!({ "name": "Other" }))).await;
    let path = format!("/v1/clients/{}", second.client_id);
    let renamed = bank(&app, Method::PUT, &path, Some(&json!({ "name": "Budgeteer" }))).await;
    let _taken = renamed.expect_status(409);
    let path = format!("/v1/clients/{}", first.client_id);
    let same = bank(&app, Method::PUT, &path, Some(&json!({ "name": "Budgeteer" }))).await;
    let _own_name = same.expect_status(200);
}

#[tokio::test]
async fn tpa_a2_what_is_not_built_or_makes_no_sense_is_refused_by_name() {
    let app = TestApp::start().await;
    for (field, value) in [
        ("name", json!("")),
        ("name", json!(7)),
        ("description", json!(7)),
        ("redirect_uris", json!([])),
        ("redirect_uris", json!("https://x.example/")),
        ("redirect_uris", json!([7])),
        ("allowed_scopes", json!([])),
        ("allowed_scopes", json!(["openid openid"])),
        ("allowed_scopes", json!(["a", "a"])),
        ("is_third_party", json!("true")),
        ("consent_validity_period", json!(0)),
        ("consent_validity_period", json!(31_536_001)),
        ("consent_validity_period", json!(1.5)),
        ("client_type", json!("spa")),
        ("pkce", json!("off")),
        ("supported_prompts", json!([])),
        ("supported_prompts", json!(["select_account"])),
        ("supported_prompts", json!(["none", "none"])),
        ("response_types", json!(["code", "id_token"])),
        ("enforce_par", json!("yes")),
        ("fapi_version_compliancy", json!(true)),
        (
            "authentication_configuration",
            json!({ "method": "private_key_jwt" }),
        ),
        (
            "authentication_configuration",
            json!({ "method": "client_secret_basic", "jwks": {} }),
        ),
        ("token_expiration", json!({ "access_token_ttl": 0 })),
        ("token_expiration", json!({ "access_token_ttl": 3601 })),
        ("token_expiration", json!({ "id_token_ttl": 60 })),
        ("token_expiration", json!(600)),
        ("session_expiration", json!(60)),
        ("resources", json!(["https://unknown.example/"])),
        ("default_custom_claims", json!(["roles"])),
        ("default_user_info_claims", json!(["email"])),
        ("sync_id_token_claims_to_userinfo", json!(true)),
        ("id_token_encryption", json!({ "enabled": true })),
        ("device_authorization", json!({ "enabled": true })),
        ("ciba_authorization", json!({ "enabled": true })),
        ("short_cookies_samesite_type", json!("strict")),
        ("client_group_id", json!("g1")),
        ("authentication_protocol", json!("saml")),
        ("role_ids", json!(["r1"])),
        ("token_endpoint_auth_method", json!("private_key_jwt")),
        ("backchannel_logout_uri", json!("https://x.example/")),
        ("subject_type", json!("other")),
        ("sector_identifier_uri", json!("https://x.example/")),
        ("logo_uri", json!("https://elsewhere.example/logo.png")),
        ("policy_uri", json!("javascript:alert(1)")),
        ("contacts", json!("a@b.example")),
        ("consent_callback_mode", json!("lenient")),
        ("prompt_consent", json!("never")),
        ("requested_scope_format", json!("json")),
        ("interaction_ttl_seconds", json!(1)),
        ("authorization_details_types", json!(["payment"])),
        ("dpop_bound_access_tokens", json!(true)),
        ("require_signed_request_object", json!(true)),
        ("id_token_signed_response_alg", json!("none")),
        ("access_token_signed_response_alg", json!("HS256")),
        ("client_id", json!("mine")),
        ("client_secret", json!("mine")),
        ("app_id", json!("other")),
        ("created_at", json!("2020-01-01T00:00:00Z")),
        ("surprise", json!(1)),
    ] {
        let mut body = third_party();
        body[field] = value.clone();
        let told = refused(&app, Method::POST, "/v1/clients", &body).await;
        assert!(
            told.iter().any(|line| line.contains(field)),
            "{field} {value}: {told:?}"
        );
    }
    let told = refused(&app, Method::POST, "/v1/clients", &json!({})).await;
    assert!(told.iter().any(|line| line.contains("name")), "{told:?}");
    assert_eq!(
        app.tenant().clients.len(),
        TestApp::start().await.tenant().clients.len()
    );
}

#[tokio::test]
async fn tpa_a2_deprecated_and_unset_fields_are_taken_as_they_are() {
    let app = TestApp::start().await;
    let (_, made) = register(
        &app,
        &third_party_with(&json!({
            "token_endpoint_auth_method": "private_key_jwt",
            "authentication_configuration": { "method": "client_secret_basic", "isMtlsCertTokenBound": false },
            "role_ids": [], "id_token_encryption": { "enabled": false }, "consent_validity_period": null,
            "response_types": ["code"], "client_group_id": null, "session_expiration": 1_209_600,
        })),
    )
    .await;
    assert_eq!(made["consent_validity_period"], 2_592_000);
}

#[tokio::test]
async fn tpa_cl_08_to_10_addresses_that_could_mislead_are_refused_where_they_are_registered() {
    let app = TestApp::start().await;
    for field in ["redirect_uris", "post_logout_redirect_uris"] {
        for uri in [
            "http://x.example/",
            "//x.example/",
            "https://x.example/#a",
            "https://a@x.example/",
            "javascript:alert(1)",
            "https://*.example/",
            "https://x.example/../y",
            "com.vendor.app://y",
            "https://x.example/a\\b",
        ] {
            let told = refused(
                &app,
                Method::POST,
                "/v1/clients",
                &third_party_with(&json!({ field: [uri] })),
            )
            .await;
            assert!(told.iter().any(|line| line.contains(field)), "{uri}: {told:?}");
        }
    }
    for uri in [
        "http://x.example/",
        "https://x.example/#a",
        "https://a@x.example/",
        "com.vendor.app://y",
    ] {
        let told = refused(
            &app,
            Method::POST,
            "/v1/clients",
            &third_party_with(&json!({ "consent_uri": uri })),
        )
        .await;
        assert!(
            told.iter().any(|line| line.contains("consent_uri")),
            "{uri}: {told:?}"
        );
    }
    let native = third_party_with(&json!({
        "client_type": "native", "redirect_uris": ["com.vendor.app://path"],
        "consent_uri": "https://app.bank.example/consent?for=x",
    }));
    let (_, made) = register(&app, &native).await;
    assert_eq!(made["redirect_uris"], json!(["com.vendor.app://path"]));
    assert_eq!(made["consent_uri"], "https://app.bank.example/consent?for=x");
}

#[tokio::test]
async fn tpa_a16_the_log_says_who_registered_a_client() {
    let app = TestApp::start().await;
    let before = now(&app).await;
    let (client, _) = register(&app, &third_party()).await;
    let told = events(&app, &before).await;
    assert_eq!(names(&told), ["client.created"]);
    assert_eq!(told[0]["data"]["client"]["id"], client.client_id);
    let body = kept(&app, "client.created").await;
    assert_eq!(body["by_client"], app.bank.first_party.client_id.as_str());
    assert!(body["request"].is_string(), "{body}");
}

#[tokio::test]
async fn com_09_a_repeated_registration_makes_one_client_and_keeps_its_secret() {
    let app = TestApp::start().await;
    let token = app.own_token(&app.bank.first_party).await;
    let send = async |body: &Value| {
        let request = app.request(Method::POST, "/v1/clients").bearer(&token);
        request.header("idempotency-key", "key-1").json(body).send().await
    };
    let first = send(&third_party()).await.expect_status(201);
    let again = send(&third_party()).await.expect_status(201);
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.json()["client_id"], first.json()["client_id"]);
    assert_eq!(again.json()["client_secret"], "[redacted]");
    let other = send(&third_party_with(&json!({ "name": "Other" }))).await;
    let _reused = other.expect_status(422);
}

#[tokio::test]
async fn tpa_cl_12_the_proof_key_that_nobody_chose() {
    let app = TestApp::start().await;
    let (_, own) = register(
        &app,
        &third_party_with(&json!({ "is_third_party": false, "name": "Own" })),
    )
    .await;
    assert_eq!(own["pkce"], "allowPkceAlongsideClientCredentials");
    let public = third_party_with(&json!({
        "name": "Public", "client_type": "native", "pkce": "enforcePkceInsteadOfClientCredentials",
    }));
    let (client, public) = register(&app, &public).await;
    assert_eq!(public["client_secret"], Value::Null);
    assert_eq!(public["authentication_configuration"]["method"], "none");
    let without = app.authorization(
        &client,
        "openid",
        &[
            ("redirect_uri", super::BACK),
            ("code_challenge", ""),
            ("code_challenge_method", ""),
        ],
    );
    let answer = app.reach_question(&app.browser(), "ada", &without).await;
    assert_eq!(
        answer.location_parameter("error").as_deref(),
        Some("invalid_request")
    );
}

#[tokio::test]
async fn tpa_cl_05_an_admin_registers_for_every_application_by_its_id() {
    let app = TestApp::start().await;
    let path = format!("/cis/v1/applications/{}/clients", app.bank.app_id);
    let made = admin(&app, Method::POST, &path, Some(&third_party()))
        .await
        .expect_status(201);
    assert_eq!(made.json()["app_id"], app.bank.app_id.as_str());
    let token = app.own_token(&app.bank.admin).await;
    for id in ["nonsense", "00000000-0000-7000-8000-000000000000"] {
        let path = format!("/v1/applications/{id}/clients");
        let answer = call(&app, &token, Method::GET, &path, None)
            .await
            .expect_status(404);
        assert_eq!(answer.json()["message"], "Application not found");
    }
}

#[tokio::test]
async fn b10_08_types_of_authorization_details_are_those_of_a_bank_that_speaks_fdx() {
    let app = TestApp::start().await;
    let body = third_party_with(&json!({ "authorization_details_types": ["fdx_v1.0"] }));
    let told = refused(&app, Method::POST, "/v1/clients", &body).await;
    assert!(
        told.iter()
            .any(|line| line.contains("authorization_details_types")),
        "{told:?}"
    );
    crate::front::details::speak(&app).await;
    let (_, made) = register(&app, &body).await;
    assert_eq!(made["authorization_details_types"], json!(["fdx_v1.0"]));
    for wrong in [json!(["fdx_v1.0", "fdx_v1.0"]), json!("fdx_v1.0"), json!(["x"])] {
        let body = third_party_with(&json!({ "name": "Other", "authorization_details_types": wrong }));
        let told = refused(&app, Method::POST, "/v1/clients", &body).await;
        assert!(
            told.iter()
                .any(|line| line.contains("authorization_details_types")),
            "{told:?}"
        );
    }
    // Whoever is not asked about has nothing to ask with.
    let own = third_party_with(&json!({
        "name": "Own", "is_third_party": false, "authorization_details_types": ["fdx_v1.0"],
    }));
    let told = refused(&app, Method::POST, "/v1/clients", &own).await;
    assert!(
        told.iter()
            .any(|line| line.contains("authorization_details_types")),
        "{told:?}"
    );
}
