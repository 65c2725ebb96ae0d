//! Clients that prove themselves by what they sign (`private_key_jwt`): registering their keys, and using them.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use consentry_domain::tenant::Preset;
use consentry_jose::{Algorithm, SigningKey};
use consentry_testkit::{Answer, KnownClient, TestApp};
use http::Method;
use serde_json::{Value, json};

use super::{BACK, bank, change, refused, register, third_party, third_party_with};

const ISSUER: &str = "http://127.0.0.1:8080/cis/oidc";
const TOKEN: &str = "/cis/oidc/token";
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const OWN: (&str, &str) = ("grant_type", "client_credentials");

/// A client of the bank's own that signs, with its key.
struct Signer {
    client: KnownClient,
    key: SigningKey,
}

impl Signer {
    async fn register(app: &TestApp, algorithm: Algorithm) -> Self {
        let key = SigningKey::generate(algorithm).unwrap();
        let body = json!({
            "name": format!("Signs with {algorithm:?}"),
            "redirect_uris": [BACK],
            "allowed_scopes": ["openid"],
            "authentication_configuration": method(&[&key]),
        });
        let (client, made) = register(app, &body).await;
        assert_eq!(made["client_secret"], Value::Null, "{made}");
        Self { client, key }
    }

    /// What an assertion says that is good now.
    fn claims(&self, app: &TestApp, jti: &str) -> Value {
        let now = app.now().as_seconds();
        json!({
            "iss": self.client.client_id, "sub": self.client.client_id, "aud": ISSUER,
            "jti": jti, "iat": now, "exp": now + 60,
        })
    }

    fn sign(&self, claims: &Value) -> String {
        self.key.sign(&self.key.header(None), claims).unwrap()
    }

    /// A good one with some claims replaced, or left out where they are null.
    fn with(&self, app: &TestApp, jti: &str, more: &Value) -> String {
        let mut claims = self.claims(app, jti);
        for (name, value) in more.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
            .as_object_mut()
            .unwrap()
            .retain(|_, value| !value.is_null());
        self.sign(&claims)
    }
}

fn method(keys: &[&SigningKey]) -> Value {
    let keys: Vec<Value> = keys
        .iter()
        .map(|key| serde_json::to_value(key.public_jwk()).unwrap())
        .collect();
    json!({ "method": "private_key_jwt", "jwks": { "keys": keys } })
}

/// The same with another first byte of the signature.
fn meddled(signed: &str) -> String {
    let (input, signature) = signed.rsplit_once('.').unwrap();
    let other = if signature.starts_with('A') { 'B' } else { 'A' };
    format!("{input}.{other}{}", &signature[1..])
}

async fn present(app: &TestApp, path: &str, assertion: &str, more: &[(&str, &str)]) -> Answer {
    let mut fields = vec![
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", assertion),
    ];
    fields.extend(more);
    app.post_form(path, &fields).await
}

#[track_caller]
fn assert_refused(answer: &Answer, why: &str) {
    assert_eq!(answer.status(), 401, "{why}: {}", answer.text());
    assert_eq!(answer.json()["error"], "invalid_client", "{why}");
}

#[tokio::test]
async fn b19_a_signed_assertion_opens_every_endpoint_that_wants_a_client() {
    let app = TestApp::start().await;
    for algorithm in [Algorithm::Es256, Algorithm::Rs256] {
        let signer = Signer::register(&app, algorithm).await;
        let sign = |jti: &str| signer.sign(&signer.claims(&app, jti));
        let token = present(&app, TOKEN, &sign("1"), &[OWN]).await.expect_status(200);
        let token = token.json()["access_token"].as_str().unwrap().to_owned();
        let named = [OWN, ("client_id", signer.client.client_id.as_str())];
        let _named = present(&app, TOKEN, &sign("2"), &named).await.expect_status(200);
        let seen = present(
            &app,
            "/cis/oidc/token/introspection",
            &sign("3"),
            &[("token", &token)],
        )
        .await
        .expect_status(200);
        assert_eq!(seen.json()["active"], true);
        let request = [
            ("response_type", "code"),
            ("redirect_uri", BACK),
            ("scope", "openid"),
        ];
        let _pushed = present(&app, "/cis/oidc/request", &sign("4"), &request)
            .await
            .expect_status(201);
        let _revoked = present(
            &app,
            "/cis/oidc/token/revocation",
            &sign("5"),
            &[("token", &token)],
        )
        .await
        .expect_status(200);
    }
    let known = app.get("/cis/oidc/.well-known/openid-configuration").await.json();
    for endpoint in ["token", "revocation", "introspection"] {
        let methods = &known[format!("{endpoint}_endpoint_auth_methods_supported")];
        assert!(
            methods.as_array().unwrap().contains(&json!("private_key_jwt")),
            "{endpoint}"
        );
        let algorithms = &known[format!("{endpoint}_endpoint_auth_signing_alg_values_supported")];
        assert_eq!(*algorithms, json!(["RS256", "ES256"]), "{endpoint}");
    }
}

#[tokio::test]
async fn b19_02_an_assertion_is_good_once_also_at_the_same_moment_and_after_a_restart() {
    let app = TestApp::start_in_folder().await;
    let signer = Signer::register(&app, Algorithm::Es256).await;
    let once = signer.sign(&signer.claims(&app, "once"));
    let (one, other) = tokio::join!(
        present(&app, TOKEN, &once, &[OWN]),
        present(&app, TOKEN, &once, &[OWN])
    );
    let mut both = [one.status(), other.status()];
    both.sort_unstable();
    assert_eq!(both, [200, 401]);
    let app = app.restarted().await;
    assert_refused(&present(&app, TOKEN, &once, &[OWN]).await, "used before");
    let again = signer.with(&app, "once", &json!({ "iat": null }));
    assert_refused(&present(&app, TOKEN, &again, &[OWN]).await, "its jti in another");
    let other = Signer::register(&app, Algorithm::Rs256).await;
    let same = other.sign(&other.claims(&app, "once"));
    let _of_another_client = present(&app, TOKEN, &same, &[OWN]).await.expect_status(200);
}

#[tokio::test]
async fn b19_01_it_is_meant_for_the_issuer_alone() {
    let app = TestApp::start().await;
    let signer = Signer::register(&app, Algorithm::Es256).await;
    let endpoint = format!("{ISSUER}/token");
    for (index, aud) in [
        json!([ISSUER]),
        json!([ISSUER, "https://other.example"]),
        json!(endpoint),
        json!(format!("{ISSUER}/")),
        json!("https://other.example"),
        Value::Null,
    ]
    .into_iter()
    .enumerate()
    {
        let assertion = signer.with(&app, &index.to_string(), &json!({ "aud": aud }));
        assert_refused(
            &present(&app, TOKEN, &assertion, &[OWN]).await,
            &format!("aud {aud}"),
        );
        app.pass(60);
    }
    app.configure(|tenant| tenant.authorization = Preset::Mosaic.settings())
        .await;
    let compat = signer.with(&app, "compat", &json!({ "aud": endpoint }));
    let _as_the_original = present(&app, TOKEN, &compat, &[OWN]).await.expect_status(200);
    let list = signer.with(&app, "list", &json!({ "aud": [endpoint] }));
    assert_refused(&present(&app, TOKEN, &list, &[OWN]).await, "a list");
}

#[tokio::test]
async fn b19_02_time_counts_to_the_second() {
    let app = TestApp::start().await;
    let signer = Signer::register(&app, Algorithm::Es256).await;
    let now = app.now().as_seconds();
    for (more, is_good) in [
        (json!({ "exp": now + 1 }), true),
        (json!({ "exp": now }), false),
        (json!({ "exp": null }), false),
        (json!({ "exp": now + 3600 }), true),
        (json!({ "exp": now + 3601 }), false),
        (json!({ "iat": now + 10 }), true),
        (json!({ "iat": now + 61 }), false),
        (json!({ "nbf": now + 10 }), true),
        (json!({ "nbf": now + 61 }), false),
        (json!({ "iat": null }), true),
    ] {
        let assertion = signer.with(&app, &more.to_string(), &more);
        let answer = present(&app, TOKEN, &assertion, &[OWN]).await;
        if is_good {
            let _good = answer.expect_status(200);
        } else {
            assert_refused(&answer, &more.to_string());
        }
    }
}

#[tokio::test]
async fn b19_02_nothing_else_proves_anything() {
    let app = TestApp::start().await;
    let signer = Signer::register(&app, Algorithm::Es256).await;
    let other = Signer::register(&app, Algorithm::Rs256).await;
    let good = signer.claims(&app, "good");
    let typed = signer
        .key
        .sign(&signer.key.header(Some("at+jwt")), &good)
        .unwrap();
    let signed = signer.sign(&good);
    let (_, unsigned) = signed.split_once('.').unwrap();
    let (payload, _) = unsigned.split_once('.').unwrap();
    let none = format!("{}.{payload}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#));
    let secret = format!(
        "{}.{payload}.{}",
        URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#),
        URL_SAFE_NO_PAD.encode([0; 32])
    );
    let as_other = json!({ "iss": other.client.client_id, "sub": other.client.client_id });
    let rows = [
        ("a key of another client", signer.with(&app, "1", &as_other)),
        (
            "iss of another",
            signer.with(&app, "2", &json!({ "iss": other.client.client_id })),
        ),
        (
            "an unknown client",
            signer.with(&app, "3", &json!({ "iss": "nobody", "sub": "nobody" })),
        ),
        ("no jti", signer.with(&app, "4", &json!({ "jti": null }))),
        ("an empty jti", signer.with(&app, "", &json!({}))),
        (
            "a long jti",
            signer.with(&app, "5", &json!({ "jti": "j".repeat(257) })),
        ),
        ("an access token", typed),
        ("no algorithm", none),
        ("a secret's algorithm", secret),
        ("a meddled signature", meddled(&signed)),
        ("no JWT", "x".to_owned()),
        (
            "a large one",
            signer.with(&app, "6", &json!({ "more": "m".repeat(9_000) })),
        ),
    ];
    for (why, assertion) in rows {
        assert_refused(&present(&app, TOKEN, &assertion, &[OWN]).await, why);
        app.pass(1);
    }
    let named = [OWN, ("client_id", other.client.client_id.as_str())];
    let sure = signer.with(&app, "7", &json!({}));
    assert_refused(
        &present(&app, TOKEN, &sure, &named).await,
        "another name beside it",
    );
    let two = [OWN, ("client_secret", "s")];
    let refused = present(&app, TOKEN, &sure, &two).await.expect_status(400);
    assert_eq!(refused.json()["error"], "invalid_request");
    let _still_good = present(&app, TOKEN, &sure, &[OWN]).await.expect_status(200);
}

#[tokio::test]
async fn b01_03_guessing_is_slowed_down_as_with_secrets() {
    let app = TestApp::start().await;
    let signer = Signer::register(&app, Algorithm::Es256).await;
    let wrong = signer.with(&app, "w", &json!({ "aud": "other" }));
    let mut seen = Vec::new();
    for _ in 0..30 {
        seen.push(present(&app, TOKEN, &wrong, &[OWN]).await.status());
    }
    assert!(seen.contains(&429), "{seen:?}");
}

#[tokio::test]
async fn tpa_a2_keys_take_the_place_of_a_secret_and_back() {
    let app = TestApp::start().await;
    let (client, made) = register(&app, &third_party()).await;
    let id = client.client_id.as_str();
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let wanted = json!({ "authentication_configuration": method(&[&key]) });
    let changed = change(&app, id, &wanted).await;
    assert_eq!(
        changed["authentication_configuration"],
        wanted["authentication_configuration"]
    );
    let again = change(&app, id, &changed).await;
    assert_eq!(
        again["authentication_configuration"],
        changed["authentication_configuration"]
    );
    let by_secret = app.ask_token(&client, &[("grant_type", "refresh_token")]).await;
    assert_eq!(by_secret.status(), 401, "the old secret is over");
    let rotate = format!("/cis/v1/clients/{id}/secret/rotate");
    let refused = bank(&app, Method::POST, &rotate, Some(&json!({}))).await;
    let _no_secret_to_rotate = refused.expect_status(400);

    let back = json!({ "authentication_configuration": { "method": "client_secret_basic" } });
    let shown = change(&app, id, &back).await;
    assert_eq!(
        shown["authentication_configuration"],
        made["authentication_configuration"]
    );
    let rotated = bank(&app, Method::POST, &rotate, Some(&json!({}))).await;
    let secret = rotated.expect_status(200).json()["client_secret"]
        .as_str()
        .unwrap()
        .to_owned();
    let client = KnownClient {
        client_secret: secret,
        ..client
    };
    let proven = app
        .ask_token(
            &client,
            &[("grant_type", "refresh_token"), ("refresh_token", "rt_x")],
        )
        .await;
    assert_eq!(proven.json()["error"], "invalid_grant");
}

#[tokio::test]
async fn tpa_a2_keys_that_nothing_can_be_verified_with_are_refused() {
    let app = TestApp::start().await;
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let public = serde_json::to_value(key.public_jwk()).unwrap();
    let mut private = public.clone();
    private["d"] = json!("AAAA");
    let small = json!({ "kty": "RSA", "kid": "small", "e": "AQAB", "n": "w".repeat(171) });
    let many: Vec<Value> = (0..11)
        .map(|index| {
            let mut key = public.clone();
            key["kid"] = json!(index.to_string());
            key
        })
        .collect();
    for jwks in [
        Value::Null,
        json!({}),
        json!({ "keys": [] }),
        json!({ "keys": [private] }),
        json!({ "keys": [small] }),
        json!({ "keys": [public.clone(), public.clone()] }),
        json!({ "keys": [public, { "kty": "oct", "k": "AAAA" }] }),
        json!({ "keys": many }),
        json!("keys"),
    ] {
        let body = third_party_with(
            &json!({ "authentication_configuration": { "method": "private_key_jwt", "jwks": jwks } }),
        );
        let messages = refused(&app, Method::POST, "/cis/v1/clients", &body).await;
        assert_eq!(messages.len(), 1, "{jwks}: {messages:?}");
        assert!(
            messages[0].contains("authentication_configuration"),
            "{messages:?}"
        );
    }
    let body = third_party_with(&json!({
        "pkce": "enforcePkceInsteadOfClientCredentials",
        "authentication_configuration": method(&[&key]),
    }));
    let messages = refused(&app, Method::POST, "/cis/v1/clients", &body).await;
    assert!(
        messages.iter().any(|message| message.contains("pkce")),
        "{messages:?}"
    );
}
