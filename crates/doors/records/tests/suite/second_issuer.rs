//! Tokens of a real second issuer, npm's `oidc-provider`: asked about and signed (consent-api 4.2, 12.4).

use consentry_domain::tenant::{Introspection, JwtValidation, ValidatorKind};
use consentry_ledger::{Clock, SystemClock};
use consentry_testkit::{
    TestApp,
    issuer::{Format, Issuer, RESOURCE_SERVER, Said},
};
use serde_json::json;

use crate::{
    validators::{by, with},
    world::{ADA, assert_refused, bank, delete, get, id, made},
};

pub(crate) const AUDIENCE: &str = "urn:consents";

/// A bank that takes the issuer's tokens, signed ones first.
async fn bank_beside(issuer: &Issuer) -> TestApp {
    let app = bank().await;
    // The issuer has a clock of its own, which is that of the machine.
    app.clock.set(SystemClock.now());
    let file = app.folder().join("introspection.secret");
    std::fs::write(&file, RESOURCE_SERVER.1).unwrap();
    let signed = JwtValidation {
        jwks_url: Some(format!("{}/jwks", issuer.address)),
        issuer: Some(issuer.address.clone()),
        ..JwtValidation::default()
    };
    let asked = Introspection {
        endpoint: format!("{}/token/introspection", issuer.address),
        client_id: RESOURCE_SERVER.0.to_owned(),
        client_secret_file: file.to_str().unwrap().to_owned(),
        issuer: Some(issuer.address.clone()),
        access_token_manager_id: None,
        include_aud: false,
        clock_skew_seconds: 0,
    };
    with(
        &app,
        [
            ("signed", by(1, ValidatorKind::Jwt(signed))),
            ("asked", by(2, ValidatorKind::Introspection(asked))),
        ],
    )
    .await;
    app.configure(|tenant| tenant.records.audience = Some(AUDIENCE.to_owned()))
        .await;
    app
}

pub(crate) const OF_ADA: Said<'static> = Said {
    subject: "ada",
    scope: "openid urn:pingdirectory:consent",
    audience: AUDIENCE,
    seconds: 300,
};

pub(crate) fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

#[tokio::test]
async fn rec_12_4_tokens_of_oidc_provider_signed_or_not() {
    let mut issuer = Issuer::start();
    let app = bank_beside(&issuer).await;
    for format in [Format::Opaque, Format::Jwt] {
        let who = bearer(&issuer.token(format, OF_ADA));
        let record = made(&app, &who, json!({})).await;
        assert_eq!(
            (&record["subject"], &record["subjectDN"]),
            (&json!("ada"), &json!(ADA)),
            "{format:?}"
        );
        let others = get(&app, &who, "/consents?subject=ben").await;
        assert_refused(&others, 403, "PRIVILEGE_REQUIRED");
        let deleted = delete(&app, &who, id(&record)).await;
        assert_refused(&deleted, 403, "PRIVILEGE_REQUIRED");

        let privileged = Said {
            scope: "urn:pingdirectory:consent_admin",
            ..OF_ADA
        };
        let who = bearer(&issuer.token(format, privileged));
        let _gone = delete(&app, &who, id(&record)).await.expect_status(204);
    }
}

#[tokio::test]
async fn rec_4_2_tokens_of_oidc_provider_that_do_not_count() {
    let mut issuer = Issuer::start();
    let app = bank_beside(&issuer).await;
    for format in [Format::Opaque, Format::Jwt] {
        for (said, status, code) in [
            (
                Said {
                    audience: "urn:others",
                    ..OF_ADA
                },
                403,
                "INVALID_AUDIENCE",
            ),
            (
                Said {
                    scope: "openid",
                    ..OF_ADA
                },
                403,
                "INSUFFICIENT_SCOPE",
            ),
            (
                Said {
                    subject: "nobody",
                    ..OF_ADA
                },
                401,
                "ACCESS_FAILED",
            ),
        ] {
            let token = issuer.token(format, said);
            let answer = get(&app, &bearer(&token), "/consents").await;
            assert_refused(&answer, status, code);
        }
        let token = issuer.token(format, OF_ADA);
        let _list = get(&app, &bearer(&token), "/consents").await.expect_status(200);
        let mut broken = token.into_bytes();
        let middle = broken.len() / 2;
        broken[middle] = if broken[middle] == b'A' { b'B' } else { b'A' };
        let broken = String::from_utf8(broken).unwrap();
        let answer = get(&app, &bearer(&broken), "/consents").await;
        assert_refused(&answer, 401, "ACCESS_FAILED");
    }
}

#[tokio::test]
async fn rec_4_2_a_token_of_oidc_provider_ends_when_it_is_over_or_revoked() {
    let mut issuer = Issuer::start();
    let app = bank_beside(&issuer).await;
    let revoked = issuer.token(Format::Opaque, OF_ADA);
    let signed = issuer.token(Format::Jwt, OF_ADA);
    for token in [&revoked, &signed] {
        let _list = get(&app, &bearer(token), "/consents").await.expect_status(200);
    }
    issuer.revoke(&revoked);
    assert_refused(
        &get(&app, &bearer(&revoked), "/consents").await,
        401,
        "ACCESS_FAILED",
    );
    let opaque = issuer.token(Format::Opaque, OF_ADA);
    app.pass(301);
    for token in [&opaque, &signed] {
        assert_refused(
            &get(&app, &bearer(token), "/consents").await,
            401,
            "ACCESS_FAILED",
        );
    }
}
