//! Admin JWTs and customer JWTs (consent-dashboard A5, A6, A7).

use consentry_domain::{credential::Opens, tenant::TenantState};
use consentry_jose::{Algorithm, DirectKey, SigningKey};
use consentry_ledger::{embed::SharedSecret, provision::Entry};
use consentry_testkit::{Answer, TestApp};
use http::Method;
use serde_json::{Value, json};

use crate::world::{ADA, configure, connect, operator, token, with_credential};

const PATH: &str = "/admin/customers/jwt";

fn shared(app: &TestApp) -> DirectKey {
    DirectKey::parse(&app.bank.shared_secret).unwrap()
}

fn encrypted(key: &DirectKey, content: &str) -> String {
    // Each with an iv of its own, by what is in it.
    let mut iv = [0_u8; 12];
    for (at, byte) in content.bytes().enumerate() {
        iv[at % 12] = iv[at % 12].wrapping_mul(31).wrapping_add(byte);
    }
    key.encrypt(&[], iv, content.as_bytes()).unwrap()
}

fn admin_jwt(app: &TestApp, claims: &Value) -> String {
    encrypted(&shared(app), &claims.to_string())
}

async fn post(app: &TestApp, jwt: &str) -> Answer {
    app.request(Method::POST, PATH)
        .json(&json!({ "jwt": jwt }))
        .send()
        .await
}

async fn refused(app: &TestApp, claims: Value, status: u16) -> String {
    let answer = post(app, &admin_jwt(app, &claims)).await.expect_status(status);
    answer.json()["error"].as_str().unwrap().to_owned()
}

async fn customer_jwt(app: &TestApp, claims: Value) -> String {
    let answer = post(app, &admin_jwt(app, &claims))
        .await
        .expect_status(200)
        .json();
    answer["jwt"].as_str().unwrap().to_owned()
}

async fn open(app: &TestApp, jwt: &str) -> Answer {
    app.request(Method::GET, &format!("/embed/authorizations?jwt={jwt}"))
        .header("sec-fetch-dest", "iframe")
        .send()
        .await
}

#[tokio::test]
async fn dsh_a6_an_admin_jwt_is_answered_with_a_customer_jwt_that_opens_the_dashboard() {
    let app = TestApp::start().await;
    connect(&app).await;
    let answer = post(&app, &admin_jwt(&app, &json!({ "sub": ADA })))
        .await
        .expect_status(200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("deprecation"), Some("@1795996800"));
    assert!(answer.header("link").unwrap().contains("rel=\"deprecation\""));
    let body = answer.json();
    assert_eq!(body["expires_in"], 900);
    let page = open(&app, body["jwt"].as_str().unwrap()).await.expect_status(200);
    assert!(page.text().contains("Moneytrack"));
    assert_eq!(page.header("set-cookie"), None);
}

#[tokio::test]
async fn dsh_a6_the_bare_token_and_the_forms_of_a_request() {
    let app = TestApp::start().await;
    let jwt = admin_jwt(&app, &json!({ "sub": ADA }));
    let bare = app
        .request(Method::POST, PATH)
        .header("authorization", &format!("Bearer {jwt}"))
        .header("accept", "application/jwt")
        .send()
        .await
        .expect_status(200);
    assert_eq!(bare.header("content-type"), Some("application/jwt"));
    let _answer = open(&app, bare.text()).await.expect_status(200);
    let ignored = with_credential(&app, PATH)
        .json(&json!({ "token": jwt }))
        .send()
        .await;
    let _answer = ignored.expect_status(200);
    for (body, error) in [
        (json!({}), "malformed_jwe"),
        (json!([]), "malformed_jwe"),
        (json!({ "jwt": "a.b.c" }), "malformed_jwe"),
        (json!({ "jwt": jwt, "token": jwt }), "malformed_jwe"),
    ] {
        let answer = app
            .request(Method::POST, PATH)
            .json(&body)
            .send()
            .await
            .expect_status(400);
        assert_eq!(answer.json()["error"], error);
    }
    for body in ["", "{", "{\"jwt\":\"a\",\"jwt\":\"b\"}", &"[".repeat(200)] {
        let request = app
            .request(Method::POST, PATH)
            .header("content-type", "application/json");
        let answer = request.body(body.as_bytes()).send().await.expect_status(400);
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{body}");
    }
    let long = post(&app, &"a".repeat(8193)).await.expect_status(413);
    assert_eq!(long.json()["error"], "request_too_large");
    let _answer = app.request(Method::GET, PATH).send().await.expect_status(405);
}

#[tokio::test]
async fn dsh_a6_whatever_is_wrong_with_the_encryption_is_one_answer() {
    let app = TestApp::start().await;
    let good = admin_jwt(&app, &json!({ "sub": ADA }));
    let cut: String = good.chars().take(good.len() - 11).collect();
    let other = encrypted(&DirectKey::new([1; 32]), &json!({ "sub": ADA }).to_string());
    let cbc = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0..15JwzoBHhxzarsb5EGqKYw.9DWOE178LyhhRBlTIPFb8HVV1-pfMDGOaRpoF1hPZLA.Xv9iKEWc3t_kDdOs-sZBgA";
    let mut bodies = Vec::new();
    for jwt in [cut.as_str(), &other, cbc] {
        let mut body = post(&app, jwt).await.expect_status(401).json();
        body.as_object_mut().unwrap().remove("request_id");
        bodies.push(body);
    }
    let mut expired = post(&app, &admin_jwt(&app, &json!({ "sub": ADA, "exp": 1 })))
        .await
        .expect_status(401)
        .json();
    expired.as_object_mut().unwrap().remove("request_id");
    bodies.push(expired);
    assert_eq!(bodies[0]["error"], "invalid_jwe");
    assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
}

#[tokio::test]
async fn dsh_a5_3_the_claims_name_one_customer() {
    let app = TestApp::start().await;
    let long = "x".repeat(256);
    for claims in [
        json!({}),
        json!({ "sub": "" }),
        json!({ "sub": 17 }),
        json!({ "sub": "a\nb" }),
        json!({ "sub": long }),
    ] {
        assert_eq!(refused(&app, claims, 400).await, "invalid_claims");
    }
    for content in [
        "[]",
        "x",
        r#"{"sub":"a","sub":"a"}"#,
        r#"{"sub":"a","x":[[[[[[[[]]]]]]]]}"#,
    ] {
        let answer = post(&app, &encrypted(&shared(&app), content))
            .await
            .expect_status(400);
        assert_eq!(answer.json()["error"], "invalid_claims", "{content}");
    }
}

#[tokio::test]
async fn dsh_a5_3_times_count_to_the_second() {
    let app = TestApp::start().await;
    let now = app.now().as_seconds();
    for (claim, good, bad) in [
        ("exp", [now - 59, now + 86_400], [now - 60, now + 86_401]),
        ("iat", [now - 300, now + 60], [now - 301, now + 61]),
        ("nbf", [0, now + 60], [now + 61, now + 3600]),
    ] {
        for at in good {
            customer_jwt(&app, json!({ "sub": ADA, claim: at })).await;
        }
        for at in bad {
            assert_eq!(
                refused(&app, json!({ "sub": ADA, claim: at }), 401).await,
                "invalid_jwe"
            );
        }
        assert_eq!(
            refused(&app, json!({ "sub": ADA, claim: "soon" }), 401).await,
            "invalid_jwe"
        );
    }
}

#[tokio::test]
async fn dsh_a5_3_a_jti_is_taken_once() {
    let app = TestApp::start().await;
    let now = app.now().as_seconds();
    let claims = json!({ "sub": ADA, "iat": now, "jti": "a1b2c3d4-0001" });
    customer_jwt(&app, claims.clone()).await;
    assert_eq!(refused(&app, claims, 401).await, "invalid_jwe");
    customer_jwt(&app, json!({ "sub": ADA, "iat": now, "jti": "a1b2c3d4-0002" })).await;
    for jti in [json!(7), json!("x".repeat(256))] {
        assert_eq!(
            refused(&app, json!({ "sub": ADA, "jti": jti }), 401).await,
            "invalid_jwe"
        );
    }
}

#[tokio::test]
async fn dsh_a5_3_a_bank_may_demand_times_an_issuer_and_an_audience() {
    let app = TestApp::start().await;
    configure(&app, |tenant| {
        let settings = &mut tenant.dashboard.admin_jwt;
        settings.require_time = true;
        settings.issuer = Some("https://bank.example".to_owned());
        settings.audience = Some("consentry".to_owned());
    })
    .await;
    let now = app.now().as_seconds();
    let good = json!({ "sub": ADA, "iat": now, "iss": "https://bank.example", "aud": ["x", "consentry"] });
    customer_jwt(&app, good.clone()).await;
    for (member, other) in [
        ("iat", Value::Null),
        ("iss", json!("https://other.example")),
        ("aud", json!("x")),
        ("aud", Value::Null),
    ] {
        let mut claims = good.clone();
        if other.is_null() {
            claims.as_object_mut().unwrap().remove(member);
        } else {
            claims[member] = other;
        }
        assert_eq!(refused(&app, claims, 401).await, "invalid_jwe", "{member}");
    }
}

#[tokio::test]
async fn dsh_a5_4_a_signed_token_within_needs_a_key_of_its_own() {
    let app = TestApp::start().await;
    let signing = SigningKey::generate(Algorithm::Es256).unwrap();
    let signed = signing
        .sign(&signing.header(None), &json!({ "sub": ADA }))
        .unwrap();
    let nested = |inner: &str, iv: u8| {
        shared(&app)
            .encrypt(&[("cty", "JWT")], [iv; 12], inner.as_bytes())
            .unwrap()
    };
    let jwt = nested(&signed, 1);
    let _answer = post(&app, &jwt).await.expect_status(401);
    let keys = json!({ "keys": [signing.public_jwk()] }).to_string();
    configure(&app, |tenant| tenant.dashboard.admin_jwt.jwks = Some(keys)).await;
    let _answer = post(&app, &jwt).await.expect_status(200);
    let _answer = post(&app, &nested("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.", 2))
        .await
        .expect_status(401);
    let mut tenant = app.tenant().tenant.clone();
    for unusable in ["{}", "not JSON", r#"{"keys":[]}"#] {
        tenant.dashboard.admin_jwt.jwks = Some(unusable.to_owned());
        let refused = app.ledger.provision_tenant(&operator(), &tenant).await;
        let error = refused.unwrap_err().to_string();
        assert!(error.contains("dashboard.admin_jwt.jwks"), "{error}");
    }
}

#[tokio::test]
async fn dsh_a5_1_two_secrets_live_and_one_that_is_removed_voids_what_was_issued_for_it() {
    let app = TestApp::start().await;
    let second = DirectKey::new([5; 32]);
    let keep = async |enabled: bool| {
        let secret = SharedSecret {
            id: "second-shared-secret".to_owned(),
            key: second.clone(),
            enabled,
        };
        app.ledger
            .provision(&app.tenant(), &operator(), &[Entry::SharedSecret(secret)])
            .await
            .unwrap()
    };
    assert_eq!(keep(true).await, 1);
    assert_eq!(keep(true).await, 0, "the same secret is no change");
    let kept = app.tenant().api_credentials["second-shared-secret"].clone();
    assert_eq!(kept.opens, Opens::AdminJwt);
    assert!(
        !serde_json::to_string(&kept)
            .unwrap()
            .contains(second.to_text().trim_end_matches('='))
    );
    customer_jwt(&app, json!({ "sub": ADA })).await;
    let issued = post(&app, &encrypted(&second, &json!({ "sub": ADA }).to_string()))
        .await
        .expect_status(200)
        .json();
    assert_eq!(keep(false).await, 1);
    let _answer = open(&app, issued["jwt"].as_str().unwrap())
        .await
        .expect_status(404);
    let _answer = post(&app, &encrypted(&second, &json!({ "sub": ADA }).to_string()))
        .await
        .expect_status(401);
}

#[tokio::test]
async fn dsh_a5_1_a_shared_secret_is_no_api_credential_and_without_one_there_is_no_path() {
    let app = TestApp::start().await;
    let id = "harbor-shared-secret";
    let answer = app
        .request(Method::POST, "/api/v4/token")
        .basic(id, &app.bank.shared_secret)
        .json(&crate::world::canonical(ADA))
        .send()
        .await;
    let _answer = answer.expect_status(401);
    let jwt = admin_jwt(&app, &json!({ "sub": ADA }));
    let off = SharedSecret {
        id: id.to_owned(),
        key: shared(&app),
        enabled: false,
    };
    app.ledger
        .provision(&app.tenant(), &operator(), &[Entry::SharedSecret(off)])
        .await
        .unwrap();
    let answer = post(&app, &jwt).await.expect_status(404);
    assert_eq!(answer.json()["error"], "not_found");
    configure(&app, |tenant| tenant.state = TenantState::Disabled).await;
    let answer = post(&app, &jwt).await.expect_status(403);
    assert_eq!(answer.json()["error"], "provider_disabled");
}

#[tokio::test]
async fn dsh_a7_a_customer_jwt_opens_one_page_within_900_seconds() {
    let app = TestApp::start().await;
    let jwt = customer_jwt(&app, json!({ "sub": ADA })).await;
    let _answer = open(&app, &jwt).await.expect_status(200);
    let again = open(&app, &jwt).await.expect_status(404);
    assert!(again.text().contains("Unauthorized"));
    let late = customer_jwt(&app, json!({ "sub": ADA })).await;
    let later = customer_jwt(&app, json!({ "sub": ADA })).await;
    app.clock.advance_micros(900_000_000 - 1);
    let _answer = open(&app, &late).await.expect_status(200);
    app.clock.advance_micros(1);
    let _answer = open(&app, &later).await.expect_status(404);
}

#[tokio::test]
async fn dsh_a7_the_kinds_are_never_taken_for_each_other() {
    let app = TestApp::start().await;
    let admin = admin_jwt(&app, &json!({ "sub": ADA, "jti": "one", "aud": "embed" }));
    let _answer = open(&app, &admin).await.expect_status(404);
    let customer = customer_jwt(&app, json!({ "sub": ADA })).await;
    let answer = post(&app, &customer).await.expect_status(401);
    assert_eq!(answer.json()["error"], "invalid_jwe");
    let as_access_token = format!("/embed/authorizations?access_token={customer}");
    let _answer = app
        .request(Method::GET, &as_access_token)
        .send()
        .await
        .expect_status(404);
    let form = [("jwt", customer.as_str())];
    let _answer = app
        .post_embedded("/embed/authorizations", &form)
        .await
        .expect_status(404);
    let _answer = open(&app, &customer).await.expect_status(200);
    let _answer = open(&app, &token(&app, ADA).await).await.expect_status(200);
}

#[tokio::test]
async fn dsh_a2_7_a_customer_jwt_is_revoked_like_a_token() {
    let app = TestApp::start().await;
    let jwt = customer_jwt(&app, json!({ "sub": ADA })).await;
    let _answer = with_credential(&app, "/api/v4/token/revoke")
        .json(&json!({ "token": jwt }))
        .send()
        .await
        .expect_status(200);
    let _answer = open(&app, &jwt).await.expect_status(404);
}

#[tokio::test]
async fn dsh_a7_an_unknown_customer_is_made_once_or_refused() {
    let app = TestApp::start().await;
    let first = admin_jwt(&app, &json!({ "sub": "cust-new", "jti": "a" }));
    let second = admin_jwt(&app, &json!({ "sub": "cust-new", "jti": "b" }));
    let (first, second) = tokio::join!(post(&app, &first), post(&app, &second));
    for answer in [first, second] {
        let jwt = answer.expect_status(200).json()["jwt"]
            .as_str()
            .unwrap()
            .to_owned();
        let _answer = open(&app, &jwt).await.expect_status(200);
    }
    configure(&app, |tenant| tenant.dashboard.reject_unknown_customers = true).await;
    customer_jwt(&app, json!({ "sub": "cust-new" })).await;
    assert_eq!(
        refused(&app, json!({ "sub": "cust-never-seen" }), 404).await,
        "customer_not_found"
    );
}
