//! Tokens of other issuers (consent-api 4.2, 12.4).

mod introspection;

use std::collections::BTreeMap;

use consentry_domain::tenant::{ClaimNames, IdentityMapper, JwtValidation, TokenValidator, ValidatorKind};
use consentry_jose::{Algorithm, SigningKey};
use consentry_testkit::{Answer, Peer, TestApp};
use serde_json::{Value, json};

use self::introspection::introspection;
use crate::world::{ADA, UNPRIVILEGED, ada, assert_refused, bank, bank_of, get, id, made, token};

const LIST: &str = "/consents";

/// The time of the tests, in seconds.
fn now(app: &TestApp) -> i64 {
    app.now().as_seconds()
}

pub fn by(order: u32, kind: ValidatorKind) -> TokenValidator {
    TokenValidator {
        order,
        identity_mapper: None,
        claims: ClaimNames::default(),
        kind,
    }
}

pub async fn with(app: &TestApp, validators: impl IntoIterator<Item = (&str, TokenValidator)>) {
    let validators: BTreeMap<String, TokenValidator> = validators
        .into_iter()
        .map(|(name, validator)| (name.to_owned(), validator))
        .collect();
    app.configure(|tenant| tenant.records.access_token_validators = validators)
        .await;
}

pub fn jwks(keys: &[&SigningKey]) -> String {
    let keys: Vec<Value> = keys
        .iter()
        .map(|key| serde_json::to_value(key.public_jwk()).unwrap())
        .collect();
    json!({ "keys": keys }).to_string()
}

pub fn claims(app: &TestApp) -> Value {
    json!({
        "iss": "https://idp.example",
        "sub": "ada",
        "aud": ["urn:consents", "other"],
        "scope": "openid urn:pingdirectory:consent",
        "client_id": "shop",
        "iat": now(app),
        "exp": now(app) + 300,
    })
}

pub fn signed(key: &SigningKey, claims: &Value) -> String {
    format!(
        "Bearer {}",
        key.sign(&key.header(Some("at+jwt")), claims).unwrap()
    )
}

fn changed(app: &TestApp, changes: Value) -> Value {
    let mut all = claims(app);
    for (name, value) in changes.as_object().unwrap() {
        all[name] = value.clone();
    }
    all
}

fn inline(key: &SigningKey) -> JwtValidation {
    JwtValidation {
        jwks: Some(jwks(&[key])),
        issuer: Some("https://idp.example".to_owned()),
        ..JwtValidation::default()
    }
}

async fn asked(app: &TestApp, who: &str) -> Answer {
    get(app, who, LIST).await
}

#[tokio::test]
async fn rec_12_4_a_token_signed_by_a_configured_key_counts() {
    let app = bank().await;
    for algorithm in [Algorithm::Rs256, Algorithm::Es256] {
        let key = SigningKey::generate(algorithm).unwrap();
        with(&app, [("idp", by(1, ValidatorKind::Jwt(inline(&key))))]).await;
        let record = made(&app, &signed(&key, &claims(&app)), json!({})).await;
        assert_eq!(
            (&record["subject"], &record["subjectDN"]),
            (&json!("ada"), &json!(ADA))
        );
        let privileged = changed(&app, json!({ "scope": ["urn:pingdirectory:consent_admin"] }));
        let others = get(&app, &signed(&key, &privileged), "/consents?subject=ben").await;
        let _others = others.expect_status(200);
    }
}

#[tokio::test]
async fn rec_12_4_what_is_not_signed_by_it_does_not() {
    let app = bank().await;
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let other = SigningKey::generate(Algorithm::Es256).unwrap();
    with(&app, [("idp", by(1, ValidatorKind::Jwt(inline(&key))))]).await;
    let good = signed(&key, &claims(&app));
    let (head, rest) = good.strip_prefix("Bearer ").unwrap().split_once('.').unwrap();
    let none = consentry_jose::encoding::encode(r#"{"alg":"none"}"#);
    for who in [
        signed(&other, &claims(&app)),
        format!("{good}x"),
        format!("Bearer {head}.{rest}.x"),
        format!("Bearer {none}.{}.", rest.split('.').next().unwrap()),
        format!("Bearer {none}.{rest}"),
        format!("Bearer {}", "a".repeat(20_000)),
        "Bearer {\"active\":true,\"sub\":\"ada\",\"scope\":\"urn:pingdirectory:consent_admin\"}".to_owned(),
        token(&app, "ada", UNPRIVILEGED).await,
    ] {
        assert_refused(&asked(&app, &who).await, 401, "ACCESS_FAILED");
    }
    let _good = asked(&app, &good).await.expect_status(200);
}

#[tokio::test]
async fn rec_12_4_algorithms_are_pinned() {
    let app = bank().await;
    let (rsa, ec) = (
        SigningKey::generate(Algorithm::Rs256).unwrap(),
        SigningKey::generate(Algorithm::Es256).unwrap(),
    );
    let both = JwtValidation {
        jwks: Some(jwks(&[&rsa, &ec])),
        algorithms: vec!["RS256".to_owned()],
        ..JwtValidation::default()
    };
    with(&app, [("idp", by(1, ValidatorKind::Jwt(both)))]).await;
    let _good = asked(&app, &signed(&rsa, &claims(&app))).await.expect_status(200);
    assert_refused(
        &asked(&app, &signed(&ec, &claims(&app))).await,
        401,
        "ACCESS_FAILED",
    );
}

#[tokio::test]
async fn rec_4_2_claims_are_demanded_to_the_second() {
    let app = bank().await;
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let demanding = JwtValidation {
        audience: Some("urn:consents".to_owned()),
        clock_skew_seconds: 5,
        ..inline(&key)
    };
    with(&app, [("idp", by(1, ValidatorKind::Jwt(demanding)))]).await;
    let now = now(&app);
    for (changes, status) in [
        (json!({}), 200),
        (json!({ "aud": "urn:consents" }), 200),
        (json!({ "exp": now - 4 }), 200),
        (json!({ "exp": now - 5 }), 401),
        (json!({ "nbf": now + 5 }), 200),
        (json!({ "nbf": now + 6 }), 401),
        (json!({ "exp": "never" }), 401),
        (json!({ "exp": null }), 401),
        (json!({ "iss": "https://evil.example" }), 401),
        (json!({ "iss": ["https://idp.example"] }), 401),
        (json!({ "aud": "other" }), 401),
        (json!({ "aud": ["urn:consents2"] }), 401),
        (json!({ "sub": "" }), 401),
        (json!({ "sub": 7 }), 401),
        (json!({ "sub": "nobody" }), 401),
        (json!({ "scope": { "urn:pingdirectory:consent": true } }), 401),
        (json!({ "scope": "openid" }), 403),
        (json!({ "scope": ["openid urn:pingdirectory:consent"] }), 403),
    ] {
        let answer = asked(&app, &signed(&key, &changed(&app, changes.clone()))).await;
        assert_eq!(answer.status(), status, "{changes}");
    }
    let mut endless = claims(&app);
    endless.as_object_mut().unwrap().remove("exp");
    assert_refused(&asked(&app, &signed(&key, &endless)).await, 401, "ACCESS_FAILED");
    let twice =
        br#"{"iss":"https://idp.example","aud":"urn:consents","exp":99999999999,"sub":"ben","sub":"ada"}"#;
    let who = format!("Bearer {}", key.sign_bytes(&key.header(None), twice).unwrap());
    assert_refused(&asked(&app, &who).await, 401, "ACCESS_FAILED");
    app.configure(|tenant| tenant.records.audience = Some("urn:elsewhere".to_owned()))
        .await;
    assert_refused(
        &asked(&app, &signed(&key, &claims(&app))).await,
        403,
        "INVALID_AUDIENCE",
    );
}

#[tokio::test]
async fn rec_12_4_claims_may_have_other_names() {
    let app = bank().await;
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let names = ClaimNames {
        subject: "preferred_username".to_owned(),
        scope: "scp".to_owned(),
        client: "azp".to_owned(),
    };
    let validator = TokenValidator {
        claims: names,
        ..by(1, ValidatorKind::Jwt(inline(&key)))
    };
    with(&app, [("idp", validator)]).await;
    let changes = json!({ "sub": "u-1", "preferred_username": "ada", "scope": "", "scp": ["urn:pingdirectory:consent"] });
    let record = made(&app, &signed(&key, &changed(&app, changes)), json!({})).await;
    assert_eq!(record["subject"], "ada");
}

#[tokio::test]
async fn rec_12_4_keys_are_fetched_kept_and_changed() {
    let app = bank().await;
    let (old, new) = (
        SigningKey::generate(Algorithm::Es256).unwrap(),
        SigningKey::generate(Algorithm::Es256).unwrap(),
    );
    let peer = Peer::start(&jwks(&[&old])).await;
    let by_url = JwtValidation {
        jwks_url: Some(format!("{}/jwks", peer.address)),
        issuer: Some("https://idp.example".to_owned()),
        ..JwtValidation::default()
    };
    with(&app, [("idp", by(1, ValidatorKind::Jwt(by_url)))]).await;
    for _ in 0..3 {
        let _good = asked(&app, &signed(&old, &claims(&app))).await.expect_status(200);
    }
    assert_eq!(peer.asked().len(), 1, "kept");
    assert_eq!(asked(&app, &signed(&new, &claims(&app))).await.status(), 401);
    assert_eq!(peer.asked().len(), 1, "not tried again at once");
    peer.answers(200, &jwks(&[&old, &new]));
    app.pass(30);
    let _good = asked(&app, &signed(&new, &claims(&app))).await.expect_status(200);
    assert_eq!(peer.asked().len(), 2, "fetched for the unknown key");
    app.pass(300);
    peer.answers(500, "broken");
    for _ in 0..3 {
        let _good = asked(&app, &signed(&old, &claims(&app))).await.expect_status(200);
    }
    assert_eq!(peer.asked().len(), 3, "what is there will do, and nobody insists");
    app.pass(24 * 3600);
    let answer = asked(&app, &signed(&old, &claims(&app))).await;
    assert_refused(&answer, 503, "SERVICE_UNAVAILABLE");
    assert!(answer.header("retry-after").is_some());
    peer.answers(200, &jwks(&[&new]));
    app.pass(30);
    let _good = asked(&app, &signed(&new, &claims(&app))).await.expect_status(200);
    assert_eq!(
        asked(&app, &signed(&old, &claims(&app))).await.status(),
        401,
        "taken out of use"
    );
}

#[tokio::test]
async fn rec_12_4_keys_are_fetched_only_for_tokens_that_may_be_theirs() {
    let app = bank().await;
    let (key, other) = (
        SigningKey::generate(Algorithm::Es256).unwrap(),
        SigningKey::generate(Algorithm::Es256).unwrap(),
    );
    let peer = Peer::start(&jwks(&[&key])).await;
    let by_url = JwtValidation {
        jwks_url: Some(peer.address.clone()),
        issuer: Some("https://idp.example".to_owned()),
        ..JwtValidation::default()
    };
    with(
        &app,
        [
            ("idp", by(1, ValidatorKind::Jwt(by_url))),
            ("own", by(2, ValidatorKind::Own)),
        ],
    )
    .await;
    let own = token(&app, "ada", UNPRIVILEGED).await;
    let foreign = signed(
        &other,
        &changed(&app, json!({ "iss": "https://elsewhere.example" })),
    );
    for who in [own.as_str(), &foreign, "Bearer x", "Bearer a.b.c"] {
        let _answer = asked(&app, who).await;
    }
    assert!(peer.asked().is_empty());
    let _good = asked(&app, &own).await.expect_status(200);
}

#[tokio::test]
async fn rec_12_4_keys_in_a_file() {
    let app = bank().await;
    let (old, new) = (
        SigningKey::generate(Algorithm::Es256).unwrap(),
        SigningKey::generate(Algorithm::Es256).unwrap(),
    );
    let file = app.folder().join("jwks.json");
    let by_file = JwtValidation {
        jwks_file: Some(file.to_str().unwrap().to_owned()),
        ..JwtValidation::default()
    };
    with(&app, [("idp", by(1, ValidatorKind::Jwt(by_file)))]).await;
    assert_refused(
        &asked(&app, &signed(&old, &claims(&app))).await,
        503,
        "SERVICE_UNAVAILABLE",
    );
    std::fs::write(&file, jwks(&[&old])).unwrap();
    app.pass(30);
    let _good = asked(&app, &signed(&old, &claims(&app))).await.expect_status(200);
    std::fs::write(&file, jwks(&[&new])).unwrap();
    app.pass(30);
    let _good = asked(&app, &signed(&new, &claims(&app))).await.expect_status(200);
    std::fs::write(&file, "x".repeat(100_000)).unwrap();
    app.pass(301);
    let _kept = asked(&app, &signed(&new, &claims(&app))).await.expect_status(200);
}

#[tokio::test]
async fn rec_12_4_keys_in_certificates() {
    let app = bank().await;
    // The clock of the tests stands in November 2026; certificates are valid for a year around it and not before it.
    let certificate = |pair: &rcgen::KeyPair, from: i32, until: i32| {
        let mut parameters = rcgen::CertificateParams::new(vec!["idp.example".to_owned()]).unwrap();
        parameters.not_before = rcgen::date_time_ymd(from, 1, 1);
        parameters.not_after = rcgen::date_time_ymd(until, 1, 1);
        parameters.self_signed(pair).unwrap().pem()
    };
    let pairs = [
        rcgen::KeyPair::generate().unwrap(),
        rcgen::KeyPair::generate().unwrap(),
    ];
    let keys = pairs
        .each_ref()
        .map(|pair| SigningKey::from_pkcs8(Algorithm::Es256, &pair.serialize_der()).unwrap());
    let by_certificates = |text: String| JwtValidation {
        certificates: Some(text),
        // Certificates are given, so the set is not looked at.
        jwks: Some("{}".to_owned()),
        ..JwtValidation::default()
    };
    let both = certificate(&pairs[0], 2026, 2028) + &certificate(&pairs[1], 2026, 2028);
    with(&app, [("idp", by(1, ValidatorKind::Jwt(by_certificates(both))))]).await;
    for key in &keys {
        let _good = asked(&app, &signed(key, &claims(&app))).await.expect_status(200);
    }
    let stranger = SigningKey::generate(Algorithm::Es256).unwrap();
    assert_refused(
        &asked(&app, &signed(&stranger, &claims(&app))).await,
        401,
        "ACCESS_FAILED",
    );
    let over = certificate(&pairs[0], 2020, 2026) + &certificate(&pairs[1], 2026, 2028);
    with(&app, [("idp", by(1, ValidatorKind::Jwt(by_certificates(over))))]).await;
    assert_refused(
        &asked(&app, &signed(&keys[0], &claims(&app))).await,
        401,
        "ACCESS_FAILED",
    );
    let _good = asked(&app, &signed(&keys[1], &claims(&app)))
        .await
        .expect_status(200);
    for broken in [
        "",
        "no certificate",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        with(
            &app,
            [(
                "idp",
                by(1, ValidatorKind::Jwt(by_certificates(broken.to_owned()))),
            )],
        )
        .await;
        let answer = asked(&app, &signed(&keys[1], &claims(&app))).await;
        assert_refused(&answer, 503, "SERVICE_UNAVAILABLE");
    }
}

#[tokio::test]
async fn rec_12_4_an_address_inside_is_never_asked() {
    let app = bank().await;
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    for url in [
        "http://169.254.169.254/jwks",
        "http://10.0.0.1/jwks",
        "file:///etc/passwd",
        "https://[::1]/jwks",
    ] {
        let by_url = JwtValidation {
            jwks_url: Some(url.to_owned()),
            ..JwtValidation::default()
        };
        with(&app, [("idp", by(1, ValidatorKind::Jwt(by_url)))]).await;
        let answer = asked(&app, &signed(&key, &claims(&app))).await;
        assert_refused(&answer, 503, "SERVICE_UNAVAILABLE");
        assert!(!answer.text().contains("169") && !answer.text().contains("jwks"));
    }
}

#[tokio::test]
async fn rec_4_2_1_validators_are_asked_in_order_until_one_accepts() {
    let app = bank().await;
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let peer = Peer::start(r#"{"active":false}"#).await;
    let asking = ValidatorKind::Introspection(introspection(&app, &peer));
    let all = [
        ("z-first", by(1, ValidatorKind::Own)),
        ("m-second", by(2, ValidatorKind::Jwt(inline(&key)))),
        ("a-last", by(3, asking)),
    ];
    with(&app, all.clone()).await;
    let own = token(&app, "ada", UNPRIVILEGED).await;
    let theirs = signed(&key, &claims(&app));
    for who in [&own, &theirs] {
        let _good = asked(&app, who).await.expect_status(200);
    }
    assert!(peer.asked().is_empty(), "who accepts ends the search");
    assert_refused(&asked(&app, "Bearer opaque").await, 401, "ACCESS_FAILED");
    assert_eq!(peer.asked().len(), 1);

    app.configure(|tenant| tenant.records.token_validators = vec!["m-second".to_owned()])
        .await;
    let _good = asked(&app, &theirs).await.expect_status(200);
    assert_refused(&asked(&app, &own).await, 401, "ACCESS_FAILED");
    assert_refused(&asked(&app, "Bearer opaque").await, 401, "ACCESS_FAILED");
    assert_eq!(peer.asked().len(), 1, "only those that are named are asked");

    app.configure(|tenant| tenant.records.token_validators = Vec::new())
        .await;
    peer.answers(500, "");
    let _good = asked(&app, &own).await.expect_status(200);
    assert_refused(&asked(&app, "Bearer opaque").await, 503, "SERVICE_UNAVAILABLE");
    let _basic = asked(&app, &ada(&app)).await.expect_status(200);
}

#[tokio::test]
async fn rec_4_2_2_each_validator_has_its_own_mapper() {
    let app = bank().await;
    let (one, other) = (
        SigningKey::generate(Algorithm::Es256).unwrap(),
        SigningKey::generate(Algorithm::Es256).unwrap(),
    );
    let template = IdentityMapper::Template {
        dn: "uid={id},ou=staff,dc=harbor,dc=example".to_owned(),
    };
    app.configure(|tenant| {
        tenant.records.identity_mappers = [("staff".to_owned(), template)].into();
    })
    .await;
    let jwt = |key: &SigningKey| JwtValidation {
        jwks: Some(jwks(&[key])),
        ..JwtValidation::default()
    };
    let mapped = TokenValidator {
        identity_mapper: Some("staff".to_owned()),
        ..by(2, ValidatorKind::Jwt(jwt(&other)))
    };
    with(&app, [("a", by(1, ValidatorKind::Jwt(jwt(&one)))), ("b", mapped)]).await;
    let customer = made(&app, &signed(&one, &claims(&app)), json!({})).await;
    let staff = made(&app, &signed(&other, &claims(&app)), json!({})).await;
    assert_eq!(customer["subjectDN"], ADA);
    assert_eq!(staff["subjectDN"], "uid=ada,ou=staff,dc=harbor,dc=example");
    assert_eq!(customer["subject"], staff["subject"]);
    let own = get(&app, &signed(&other, &claims(&app)), LIST).await.json();
    assert_eq!(crate::world::ids(&own, "consents"), [id(&staff)]);
}

/// A bank whose tenant has a mock validator.
async fn mocked(app: TestApp) -> TestApp {
    let app = bank_of(app).await;
    with(&app, [("mock", by(1, ValidatorKind::Mock))]).await;
    app
}

#[tokio::test]
async fn rec_4_2_a_mock_token_is_its_claims_where_the_installation_allows_that() {
    let app = mocked(TestApp::start_in_development().await).await;
    let mock = r#"Bearer {"active":true, "sub":"ada","scope":"urn:pingdirectory:consent","aud":"consentry"}"#;
    let record = made(&app, mock, json!({})).await;
    assert_eq!(
        (&record["subject"], &record["subjectDN"]),
        (&json!("ada"), &json!(ADA))
    );
    for who in [
        r#"Bearer {"active":false,"sub":"ada","scope":"urn:pingdirectory:consent"}"#,
        r#"Bearer {"sub":"nobody","scope":"urn:pingdirectory:consent"}"#,
        r#"Bearer {"sub":"ada","exp":1,"scope":"urn:pingdirectory:consent"}"#,
        "Bearer ada",
        "Bearer []",
    ] {
        assert_refused(&asked(&app, who).await, 401, "ACCESS_FAILED");
    }
    app.configure(|tenant| tenant.records.audience = Some("elsewhere".to_owned()))
        .await;
    assert_refused(&asked(&app, mock).await, 403, "INVALID_AUDIENCE");
}

#[tokio::test]
async fn rec_4_2_a_mock_token_is_nothing_anywhere_else() {
    let app = mocked(TestApp::start().await).await;
    let mock = r#"Bearer {"active":true,"sub":"ada","scope":"urn:pingdirectory:consent_admin"}"#;
    assert_refused(&asked(&app, mock).await, 401, "ACCESS_FAILED");
}
