//! Tokens that npm's `oidc-provider` signed and then encrypted for us (consent-api 12.4).

use consentry_domain::tenant::{JwtValidation, ValidatorKind};
use consentry_ledger::{Clock, SystemClock};
use consentry_testkit::{
    TestApp,
    issuer::{Format, Issuer},
};
use serde_json::json;

use crate::{
    second_issuer::{AUDIENCE, OF_ADA, bearer},
    validators::{by, with},
    world::{ADA, assert_refused, bank, get, made},
};

/// A bank that takes the issuer's tokens, encrypted for the keys in a file.
async fn bank_beside(issuer: &Issuer, change: impl FnOnce(&mut JwtValidation)) -> TestApp {
    let app = bank().await;
    // The issuer has a clock of its own, which is that of the machine.
    app.clock.set(SystemClock.now());
    let mut jwt = JwtValidation {
        jwks_url: Some(format!("{}/jwks", issuer.address)),
        issuer: Some(issuer.address.clone()),
        decryption_key_file: Some(file(&app)),
        ..JwtValidation::default()
    };
    change(&mut jwt);
    with(&app, [("idp", by(1, ValidatorKind::Jwt(jwt)))]).await;
    app.configure(|tenant| tenant.records.audience = Some(AUDIENCE.to_owned()))
        .await;
    app
}

fn file(app: &TestApp) -> String {
    let file = app.folder().join("decryption.pem");
    file.to_str().unwrap().to_owned()
}

#[tokio::test]
async fn rec_12_4_encrypted_tokens_of_oidc_provider() {
    let mut issuer = Issuer::start();
    let app = bank_beside(&issuer, |_| {}).await;
    for (curve, ways) in [
        (None, ["RSA-OAEP", "RSA-OAEP-256"]),
        (Some("P-256"), ["ECDH-ES", "ECDH-ES+A128KW"]),
        (Some("P-384"), ["ECDH-ES", "ECDH-ES+A256KW"]),
    ] {
        let key = issuer.key(curve);
        std::fs::write(file(&app), &key).unwrap();
        app.pass(30);
        for (alg, enc) in ways.into_iter().zip(["A128CBC-HS256", "A256GCM"]) {
            let token = issuer.encrypted(OF_ADA, alg, enc, &key);
            assert_eq!(token.split('.').count(), 5, "{token}");
            let record = made(&app, &bearer(&token), json!({})).await;
            assert_eq!(
                (&record["subject"], &record["subjectDN"]),
                (&json!("ada"), &json!(ADA)),
                "{alg} {enc}"
            );
        }
    }
    // Whoever encrypts must not be the only one who is let in.
    let plain = issuer.token(Format::Jwt, OF_ADA);
    let _list = get(&app, &bearer(&plain), "/consents").await.expect_status(200);
}

#[tokio::test]
async fn rec_12_4_what_was_encrypted_is_still_judged_by_its_signature() {
    let mut issuer = Issuer::start();
    let mut stranger = Issuer::start();
    let app = bank_beside(&issuer, |_| {}).await;
    let key = issuer.key(None);
    std::fs::write(file(&app), &key).unwrap();
    let foreign = stranger.encrypted(OF_ADA, "RSA-OAEP-256", "A256GCM", &key);
    let over = issuer.encrypted(
        consentry_testkit::issuer::Said { seconds: 1, ..OF_ADA },
        "RSA-OAEP-256",
        "A256GCM",
        &key,
    );
    let good = issuer.encrypted(OF_ADA, "RSA-OAEP-256", "A256GCM", &key);
    let _list = get(&app, &bearer(&good), "/consents").await.expect_status(200);
    app.pass(2);
    for token in [&foreign, &over] {
        assert_refused(
            &get(&app, &bearer(token), "/consents").await,
            401,
            "ACCESS_FAILED",
        );
    }
}

#[tokio::test]
async fn rec_12_4_only_allowed_ways_and_keys_of_the_file_open() {
    let mut issuer = Issuer::start();
    let app = bank_beside(&issuer, |jwt| {
        jwt.key_encryption_algorithms = vec!["RSA-OAEP-256".to_owned()];
        jwt.content_encryption_algorithms = vec!["A256GCM".to_owned()];
    })
    .await;
    let (old, new, other) = (issuer.key(None), issuer.key(None), issuer.key(None));
    std::fs::write(file(&app), format!("{old}\n{new}")).unwrap();
    for (alg, enc, key, status) in [
        ("RSA-OAEP-256", "A256GCM", &old, 200),
        ("RSA-OAEP-256", "A256GCM", &new, 200),
        ("RSA-OAEP-256", "A256GCM", &other, 401),
        ("RSA-OAEP", "A256GCM", &new, 401),
        ("RSA-OAEP-256", "A128GCM", &new, 401),
    ] {
        let token = issuer.encrypted(OF_ADA, alg, enc, key);
        let answer = get(&app, &bearer(&token), "/consents").await;
        assert_eq!(answer.status(), status, "{alg} {enc}");
    }
}

#[tokio::test]
async fn rec_12_4_keys_that_cannot_be_had_are_not_the_callers_fault() {
    let mut issuer = Issuer::start();
    let app = bank_beside(&issuer, |_| {}).await;
    let (old, new) = (issuer.key(None), issuer.key(None));
    let token = issuer.encrypted(OF_ADA, "RSA-OAEP", "A128GCM", &old);
    let asked = async || get(&app, &bearer(&token), "/consents").await;
    for content in [
        "",
        "no PEM",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        std::fs::write(file(&app), content).unwrap();
        app.pass(30);
        assert_refused(&asked().await, 503, "SERVICE_UNAVAILABLE");
    }
    std::fs::write(file(&app), &old).unwrap();
    app.pass(30);
    let _list = asked().await.expect_status(200);
    // A key that has just come into the file is found at once after the pause between two tries.
    std::fs::write(file(&app), format!("{old}{new}")).unwrap();
    app.pass(30);
    let token = issuer.encrypted(OF_ADA, "RSA-OAEP", "A128GCM", &new);
    let _list = get(&app, &bearer(&token), "/consents").await.expect_status(200);
}

#[tokio::test]
async fn rec_12_4_without_a_key_encrypted_tokens_are_refused() {
    let mut issuer = Issuer::start();
    let app = bank_beside(&issuer, |jwt| jwt.decryption_key_file = None).await;
    let key = issuer.key(None);
    let token = issuer.encrypted(OF_ADA, "RSA-OAEP", "A128GCM", &key);
    assert_refused(
        &get(&app, &bearer(&token), "/consents").await,
        401,
        "ACCESS_FAILED",
    );
}
