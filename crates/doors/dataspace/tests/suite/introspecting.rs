//! A data source asks about a token (dataspace-consent-protocol 11.3).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use consentry_domain::{
    client::StoredSecret,
    credential::{ApiCredential, Opens},
};
use consentry_ledger::{opaque::hash_text, provision::Entry};
use consentry_testkit::Answer;
use http::Method;
use serde_json::{Value, json};

use crate::world::{ADDRESS, ISSUER, OWNER, PROFILE, World};

const KEY: &str = "key-of-a-gateway-0001";
const OTHER_KEY: &str = "key-of-a-backend-0001";
const SECRET: &str = "a secret of a machine, of 32 characters";

impl World {
    fn owner_claims(&self) -> Value {
        let now = self.app.now().as_seconds();
        json!({ "iss": OWNER, "aud": ISSUER, "dsi": PROFILE, "iat": now, "exp": now + 60 })
    }

    async fn introspect(&self, statement: &str, token: &str, source: &str) -> Answer {
        self.app
            .request(Method::POST, "/Consent/Introspect")
            .header("x-consent-verifier-token", statement)
            .json(&json!({ "consentToken": token, "dataSource": source }))
            .send()
            .await
    }
}

#[tokio::test]
async fn dsp_11_3_the_owner_learns_whether_a_token_is_good_now() {
    let world = World::start().await;
    world.granted(&[PROFILE, ADDRESS]).await;
    let answer = world.get_token(PROFILE).await;
    let (token, tid) = (answer["consentToken"].as_str().unwrap(), &answer["tid"]);
    let statement = world.party.sign(&world.owner_claims());
    let now = world.app.now().as_seconds();
    let told = world
        .introspect(&statement, token, PROFILE)
        .await
        .expect_status(200);
    assert_eq!(told.header("cache-control"), Some("no-store"));
    assert_eq!(
        told.json(),
        json!({
            "active": true,
            "tid": tid,
            "exp": now + 3600,
            "grantedAt": now,
            "validUntil": now + 30 * 86_400,
        })
    );
    let inactive = json!({ "active": false });
    let other = world.consent_token(ADDRESS).await;
    assert_eq!(
        world.introspect(&statement, &other, PROFILE).await.json(),
        inactive
    );
    assert_eq!(
        world.introspect(&statement, "x.y.z", PROFILE).await.json(),
        inactive
    );
    let _done = world
        .ask("/Consent/Revoke", &json!({ "dataSource": PROFILE }))
        .await
        .expect_status(200);
    assert_eq!(
        world.introspect(&statement, token, PROFILE).await.json(),
        inactive
    );
}

#[tokio::test]
async fn dsp_11_3_a_key_of_the_operator_opens_introspection_for_every_data_source() {
    let world = World::start().await;
    world.granted(&[PROFILE, ADDRESS]).await;
    let key = |client_id: &str, opens: Opens| {
        Entry::ApiCredential(ApiCredential {
            sealed: None,
            client_id: client_id.to_owned(),
            secrets: vec![StoredSecret {
                sha256: hash_text(SECRET),
                expires_at: None,
            }],
            enabled: true,
            opens,
        })
    };
    world
        .app
        .provision(&[key(KEY, Opens::Dataspace), key(OTHER_KEY, Opens::Preferences)])
        .await;
    let ask = async |key: &str, secret: &str, source: &str| {
        let token = world.consent_token(source).await;
        let basic = STANDARD.encode(format!("{key}:{secret}"));
        world
            .app
            .request(Method::POST, "/Consent/Introspect")
            .header("authorization", &format!("Basic {basic}"))
            .json(&json!({ "consentToken": token, "dataSource": source }))
            .send()
            .await
    };
    for source in [PROFILE, ADDRESS] {
        let told = ask(KEY, SECRET, source).await.expect_status(200);
        assert_eq!(told.json()["active"], json!(true));
    }
    for (key, secret) in [(KEY, "wrong"), (OTHER_KEY, SECRET), ("nobody", SECRET)] {
        let refused = ask(key, secret, PROFILE).await;
        assert_eq!(refused.status(), 401, "{key}");
        assert_eq!(refused.json()["type"], "consent_verifier_token_invalid");
    }
}

#[tokio::test]
async fn dsp_11_3_who_does_not_prove_to_be_the_owner_is_refused() {
    let world = World::start().await;
    world.granted(&[PROFILE, ADDRESS]).await;
    let token = world.consent_token(PROFILE).await;
    let claims = world.owner_claims();
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        world.party.sign(&claims)
    };
    let now = world.app.now().as_seconds();
    for (statement, status) in [
        (String::new(), 401),
        ("x.y.z".to_owned(), 401),
        (with("aud", json!("https://other.example")), 401),
        (with("exp", json!(now - 61)), 401),
        (with("iat", json!(now + 61)), 401),
        (with("dsi", json!("no")), 401),
        (with("iss", json!("https://keys.other.example")), 403),
        (with("dsi", json!(ADDRESS)), 403),
        (
            world.party.sign_raw(
                "{\"alg\":\"RS256\",\"kid\":\"x\",\"v\":\"0.2\"}",
                &claims.to_string(),
            ),
            401,
        ),
        (world.token(), 401),
    ] {
        let answer = world.introspect(&statement, &token, PROFILE).await;
        assert_eq!(answer.status(), status, "{}", answer.text());
        assert_ne!(answer.json()["active"], json!(true));
    }
    let statement = world.party.sign(&claims);
    let other = world.introspect(&statement, &token, ADDRESS).await;
    assert_eq!(other.status(), 403, "not his data source");
    assert_eq!(other.json()["type"], "data_source_not_yours");
}
