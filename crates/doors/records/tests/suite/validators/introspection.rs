//! Tokens that somebody else is asked about (RFC 7662; consent-api 4.2, 12.4).

use base64::{Engine, engine::general_purpose::STANDARD};
use consentry_domain::tenant::{Introspection, ValidatorKind};
use consentry_testkit::{Peer, TestApp};
use serde_json::json;

use super::{LIST, asked, by, now, with};
use crate::world::{ADA, assert_refused, bank, get, made};

pub(super) fn introspection(app: &TestApp, peer: &Peer) -> Introspection {
    let file = app.folder().join("introspection.secret");
    std::fs::write(&file, "s3cr:et+/ü\n").unwrap();
    Introspection {
        endpoint: format!("{}/introspect", peer.address),
        client_id: "consentry client".to_owned(),
        client_secret_file: file.to_str().unwrap().to_owned(),
        issuer: None,
        access_token_manager_id: None,
        include_aud: false,
        clock_skew_seconds: 0,
    }
}

#[tokio::test]
async fn rec_12_4_somebody_else_is_asked_about_a_token() {
    let app = bank().await;
    let answer = json!({ "active": true, "sub": "ada", "scope": "urn:pingdirectory:consent", "client_id": "shop", "aud": "x" });
    let peer = Peer::start(&answer.to_string()).await;
    with(
        &app,
        [(
            "idp",
            by(1, ValidatorKind::Introspection(introspection(&app, &peer))),
        )],
    )
    .await;
    let record = made(&app, "Bearer opaque-1 with spaces&more=1", json!({})).await;
    assert_eq!(
        (&record["subject"], &record["subjectDN"]),
        (&json!("ada"), &json!(ADA))
    );
    let seen = peer.asked().pop().unwrap();
    assert_eq!(
        seen.body,
        "token=opaque-1+with+spaces%26more%3D1&token_type_hint=access_token"
    );
    let credentials = seen.headers["authorization"]
        .to_str()
        .unwrap()
        .strip_prefix("Basic ")
        .unwrap();
    let credentials = String::from_utf8(STANDARD.decode(credentials).unwrap()).unwrap();
    assert_eq!(credentials, "consentry%20client:s3cr%3Aet%2B%2F%C3%BC");
}

#[tokio::test]
async fn rec_12_4_our_own_authorization_door_is_asked_like_any_other() {
    let app = bank().await;
    let address = app.listen().await;
    let client = &app.bank.first_party;
    let file = app.folder().join("introspection.secret");
    std::fs::write(&file, &client.client_secret).unwrap();
    let asking = Introspection {
        endpoint: format!("{address}/cis/oidc/token/introspection"),
        client_id: client.client_id.clone(),
        client_secret_file: file.to_str().unwrap().to_owned(),
        issuer: Some("http://127.0.0.1:8080/cis/oidc".to_owned()),
        access_token_manager_id: None,
        include_aud: false,
        clock_skew_seconds: 0,
    };
    with(&app, [("own", by(1, ValidatorKind::Introspection(asking)))]).await;
    let token = app
        .person_token("ada", "openid urn:pingdirectory:consent")
        .await
        .access;
    let who = format!("Bearer {token}");
    let record = made(&app, &who, json!({})).await;
    assert_eq!(record["subjectDN"], ADA);
    assert_refused(
        &get(&app, &who, "/consents?subject=ben").await,
        403,
        "PRIVILEGE_REQUIRED",
    );
    let privileged = app
        .person_token("ben", "openid urn:pingdirectory:consent_admin")
        .await
        .access;
    let others = get(&app, &format!("Bearer {privileged}"), "/consents?subject=ada").await;
    assert_eq!(
        others.expect_status(200).json()["_embedded"]["consents"][0]["id"],
        record["id"]
    );
    let _revoked = app
        .request(http::Method::POST, "/cis/oidc/token/revocation")
        .basic(&client.client_id, &client.client_secret)
        .form(&[("token", &token)])
        .send()
        .await
        .expect_status(200);
    assert_refused(&get(&app, &who, LIST).await, 401, "ACCESS_FAILED");
}

#[tokio::test]
async fn rec_12_4_what_it_says_decides() {
    let app = bank().await;
    let peer = Peer::start("{}").await;
    let asking = Introspection {
        issuer: Some("https://idp.example".to_owned()),
        ..introspection(&app, &peer)
    };
    with(&app, [("idp", by(1, ValidatorKind::Introspection(asking)))]).await;
    let good = json!({ "active": true, "iss": "https://idp.example", "sub": "ada", "scope": "urn:pingdirectory:consent" });
    let now = now(&app);
    for (changes, status) in [
        (json!({}), 200),
        (json!({ "exp": now + 1, "nbf": now }), 200),
        (json!({ "active": false }), 401),
        (json!({ "active": "true" }), 401),
        (json!({ "active": null }), 401),
        (json!({ "exp": now }), 401),
        (json!({ "nbf": now + 1 }), 401),
        (json!({ "iss": "https://evil.example" }), 401),
        (json!({ "sub": "nobody" }), 401),
        (json!({ "scope": "openid" }), 403),
    ] {
        let mut body = good.clone();
        body.as_object_mut()
            .unwrap()
            .extend(changes.as_object().unwrap().clone());
        peer.answers(200, &body.to_string());
        assert_eq!(asked(&app, "Bearer t").await.status(), status, "{changes}");
    }
    for (status, body) in [
        (200, "[]"),
        (200, "x"),
        (200, ""),
        (401, "{}"),
        (500, "{}"),
        (302, "{}"),
    ] {
        peer.answers(status, body);
        assert_refused(&asked(&app, "Bearer t").await, 503, "SERVICE_UNAVAILABLE");
    }
    drop(peer);
    assert_refused(&asked(&app, "Bearer t").await, 503, "SERVICE_UNAVAILABLE");
}

#[tokio::test]
async fn rec_4_2_hints_for_the_one_who_is_asked() {
    let app = bank().await;
    let peer = Peer::start(r#"{"active":false}"#).await;
    let plain = introspection(&app, &peer);
    for (asking, expected) in [
        (plain.clone(), ""),
        (
            Introspection {
                include_aud: true,
                ..plain.clone()
            },
            "&aud=http%3A%2F%2F127.0.0.1%3A8080%2Fconsent%2Fv1%2Fconsents",
        ),
        (
            Introspection {
                include_aud: true,
                access_token_manager_id: Some("atm 1".to_owned()),
                ..plain
            },
            "&access_token_manager_id=atm+1",
        ),
    ] {
        with(&app, [("idp", by(1, ValidatorKind::Introspection(asking)))]).await;
        let _refused = get(&app, "Bearer t", "/consents?subject=ben")
            .await
            .expect_status(401);
        let body = peer.asked().pop().unwrap().body;
        assert_eq!(body, format!("token=t&token_type_hint=access_token{expected}"));
    }
}
