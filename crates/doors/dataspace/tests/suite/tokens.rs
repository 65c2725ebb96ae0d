//! Consent tokens: what they say, how long, and whether they are good (dataspace-consent-protocol 4.2, 5.2, 5.3, 8.3).

use consentry_domain::Lifetime;
use consentry_testkit::{Answer, FULL_SCOPE};
use http::Method;
use serde_json::{Value, json};

use crate::world::{ADDRESS, INCOME, ISSUER, LOGIN_ISSUER, PROFILE, World, contents};

impl World {
    async fn verify(&self, id_token: &str, token: &str, source: &str) -> Answer {
        self.app
            .request(Method::POST, "/Consent/Verify")
            .bearer(id_token)
            .header("x-consent-token", token)
            .json(&json!({ "dataSource": source }))
            .send()
            .await
    }

    async fn is_verified(&self, id_token: &str, token: &str, source: &str) -> bool {
        let answer = self.verify(id_token, token, source).await.expect_status(200);
        answer.json()["verified"].as_bool().unwrap()
    }

    /// An ID token of a customer for the application of the dataspace.
    async fn id_token(&self, username: &str) -> String {
        let browser = self.app.browser();
        let tokens = self.app.connect(&browser, username, FULL_SCOPE).await;
        tokens.id.unwrap()
    }
}

#[tokio::test]
async fn dsp_4_2_a_token_has_exactly_the_members_of_the_schema() {
    let world = World::start().await;
    world.granted(&[PROFILE]).await;
    let answer = world.get_token(PROFILE).await;
    assert_eq!(answer["type"], "consentGranted");
    let (header, claims) = contents(answer["consentToken"].as_str().unwrap());
    let now = world.app.now().as_seconds();
    let keys = world.app.get("/.well-known/jwks.json").await.json();
    assert_eq!(
        header,
        json!({
            "v": "0.2",
            "tid": answer["tid"],
            "kid": keys["keys"][0]["kid"],
            "alg": "RS256",
            "typ": "JWT",
            "jku": format!("{ISSUER}/.well-known/jwks.json"),
        })
    );
    assert_eq!(
        claims,
        json!({
            "iss": ISSUER,
            "sub": world.ada(),
            "subiss": LOGIN_ISSUER,
            "acr": "login",
            "app": world.client(),
            "appiss": LOGIN_ISSUER,
            "dsi": PROFILE,
            "iat": now - 5,
            "exp": now + 3600,
        })
    );
}

#[tokio::test]
async fn dsp_5_2_what_is_not_granted_is_one_answer() {
    let world = World::start().await;
    world.granted(&[PROFILE]).await;
    let missing = json!({ "type": "missingConsent" });
    for source in [
        ADDRESS,
        "dpp://nobody@northbay.example/Unknown_v1.0",
        "dpp://tide_office:v2@other.example/Person/Profile_v1.0",
        // Nothing of an identifier is folded.
        "dpp://tide_office:V2@northbay.example/Person/Profile_v1.0",
        "dpp://tide_office:v2@northbay.example/Person/profile_v1.0",
        "dpp://tide_office:v2@northbay.example/Person/Profile_v1.1",
    ] {
        assert_eq!(world.get_token(source).await, missing, "{source}");
    }
    let mut other = world.claims();
    other["sub"] = json!(world.app.bank.customers[1].user_id);
    let token = world.party.sign(&other);
    let body = json!({ "dataSource": PROFILE });
    let answer = world.ask_with(&token, "/Consent/GetToken", &body).await;
    assert_eq!(answer.json(), missing);
    let shouted = world.claims()["sub"].as_str().unwrap().to_uppercase();
    other["sub"] = json!(shouted);
    let token = world.party.sign(&other);
    let answer = world.ask_with(&token, "/Consent/GetToken", &body).await;
    assert_eq!(answer.json(), missing, "names of people are not folded either");
    for body in [
        json!({}),
        json!({ "dataSource": "no" }),
        json!({ "dataSource": [PROFILE] }),
    ] {
        assert_eq!(
            world.ask("/Consent/GetToken", &body).await.status(),
            422,
            "{body}"
        );
    }
}

#[tokio::test]
async fn dsp_2_3_tokens_of_a_consent_share_its_id_and_a_new_consent_has_another() {
    let world = World::start().await;
    world.granted(&[PROFILE]).await;
    let first = world.consent_token(PROFILE).await;
    world.app.pass(359);
    assert_eq!(
        world.consent_token(PROFILE).await,
        first,
        "a tenth of its life is not over"
    );
    world.app.pass(1);
    let second = world.consent_token(PROFILE).await;
    assert_ne!(first, second);
    assert_eq!(contents(&first).0["tid"], contents(&second).0["tid"]);
    let later = contents(&second).1["exp"].as_i64().unwrap();
    assert_eq!(later - contents(&first).1["exp"].as_i64().unwrap(), 360);

    let id_token = world.id_token("ada").await;
    assert!(world.is_verified(&id_token, &first, PROFILE).await);
    let body = json!({ "dataSource": PROFILE });
    let gone = world.ask("/Consent/Revoke", &body).await.expect_status(200);
    assert_eq!(gone.json(), json!({ "type": "consentRevoked" }));
    assert!(!world.is_verified(&id_token, &first, PROFILE).await);
    assert_eq!(
        world.get_token(PROFILE).await,
        json!({ "type": "missingConsent" })
    );
    assert_eq!(world.ask("/Consent/Revoke", &body).await.status(), 200, "again");

    world.granted(&[PROFILE]).await;
    let third = world.consent_token(PROFILE).await;
    assert_ne!(contents(&third).0["tid"], contents(&first).0["tid"]);
    assert!(world.is_verified(&id_token, &third, PROFILE).await);
    assert!(
        !world.is_verified(&id_token, &first, PROFILE).await,
        "no old token revives"
    );
}

#[tokio::test]
async fn dsp_11_4_giving_one_back_leaves_the_others() {
    let world = World::start().await;
    world.granted(&[PROFILE, ADDRESS]).await;
    let body = json!({ "dataSource": ADDRESS });
    let _done = world.ask("/Consent/Revoke", &body).await.expect_status(200);
    assert_eq!(world.get_token(ADDRESS).await["type"], "missingConsent");
    assert_eq!(world.get_token(PROFILE).await["type"], "consentGranted");
}

#[tokio::test]
async fn dsp_4_2_a_token_never_outlives_its_consent() {
    let world = World::start().await;
    world.granted(&[PROFILE]).await;
    let validity = world.app.tenant().tenant.lifetimes.consent;
    let end = world.app.now().plus(validity);
    world
        .app
        .clock
        .advance(Lifetime::seconds(validity.as_seconds() - 100));
    let token = world.consent_token(PROFILE).await;
    assert_eq!(contents(&token).1["exp"], json!(end.as_seconds()));
    world.app.pass(99);
    assert_eq!(world.get_token(PROFILE).await["type"], "consentGranted");
    world.app.pass(1);
    assert_eq!(world.get_token(PROFILE).await["type"], "missingConsent");
}

#[tokio::test]
async fn dsp_15_life_and_backdate_are_what_is_configured() {
    let world = World::start().await;
    world.granted(&[PROFILE]).await;
    world
        .app
        .configure(|tenant| {
            tenant.lifetimes.consent_token = Lifetime::seconds(60);
            tenant.dataspace.issue_backdate_seconds = 30;
        })
        .await;
    let (_, claims) = contents(&world.consent_token(PROFILE).await);
    let now = world.app.now().as_seconds();
    assert_eq!(
        (&claims["iat"], &claims["exp"]),
        (&json!(now - 30), &json!(now + 60))
    );
    let configuration = world
        .app
        .get("/.well-known/dataspace/consent-configuration.json")
        .await
        .json();
    assert_eq!(configuration["consent_token_max_lifetime"], 60);
}

#[tokio::test]
async fn dsp_5_3_verify_is_true_only_if_everything_fits() {
    let world = World::start().await;
    world.granted(&[PROFILE, INCOME]).await;
    let token = world.consent_token(PROFILE).await;
    let ada = world.id_token("ada").await;
    assert_eq!(contents(&ada).1["acr"], "login");
    assert_eq!(contents(&ada).1["sub"], json!(world.ada()));
    assert!(world.is_verified(&ada, &token, PROFILE).await);

    let ben = world.id_token(&world.app.bank.customers[1].username).await;
    let garbage = "x.y.z".to_owned();
    for (id_token, token, source, why) in [
        (&ben, &token, PROFILE, "another person"),
        (&ada, &token, INCOME, "another data source"),
        (&ada, &garbage, PROFILE, "no token"),
        (&garbage, &token, PROFILE, "no ID token"),
        (&token, &token, PROFILE, "a consent token as ID token"),
        (&ada, &ada, PROFILE, "an ID token as consent token"),
    ] {
        assert!(!world.is_verified(id_token, token, source).await, "{why}");
    }
    let claims = contents(&token).1;
    let forged = world.party.sign(&claims);
    assert!(
        !world.is_verified(&ada, &forged, PROFILE).await,
        "signed by a party"
    );
    // In time to the second, with the skew.
    world.app.pass(3600 + 60);
    let fresh = world.id_token("ada").await;
    assert!(world.is_verified(&fresh, &token, PROFILE).await);
    world.app.pass(1);
    assert!(!world.is_verified(&fresh, &token, PROFILE).await);
    let token = world.consent_token(PROFILE).await;
    assert!(world.is_verified(&fresh, &token, PROFILE).await);
    world.app.pass(3600 + 60);
    assert!(
        !world
            .is_verified(&fresh, &world.consent_token(PROFILE).await, PROFILE)
            .await,
        "old ID token"
    );
}

#[tokio::test]
async fn dsp_5_3_only_what_is_no_question_is_refused() {
    let world = World::start().await;
    let body = json!({ "dataSource": PROFILE });
    let ask = || world.app.request(Method::POST, "/Consent/Verify");
    for answer in [
        ask().header("x-consent-token", "x").json(&body).send().await,
        ask().bearer("x").json(&body).send().await,
        ask()
            .bearer("x")
            .header("x-consent-token", "")
            .json(&body)
            .send()
            .await,
        ask()
            .basic("a", "b")
            .header("x-consent-token", "x")
            .json(&body)
            .send()
            .await,
        ask()
            .bearer("x")
            .header("x-consent-token", "x")
            .json(&json!({}))
            .send()
            .await,
        ask()
            .bearer("x")
            .header("x-consent-token", "x")
            .json(&json!({ "dataSource": "no" }))
            .send()
            .await,
    ] {
        assert_eq!(answer.status(), 422);
        assert_eq!(answer.json()["type"], "validation_error");
    }
    let lower = ask()
        .header("authorization", "bearer x")
        .header("x-consent-token", "x")
        .json(&body)
        .send()
        .await
        .expect_status(200);
    assert_eq!(lower.json(), json!({ "verified": false }));
}

/// Whether the check API permits Moneytrack to read a data source of ada's.
async fn is_permitted(world: &World) -> bool {
    let client = &world.app.bank.first_party;
    let question = json!({
        "subject": { "type": "user", "id": "ada" },
        "action": { "name": "read" },
        "resource": { "type": "data_source", "id": PROFILE },
        "context": { "audience": world.client() },
    });
    let answer = world
        .app
        .request(Method::POST, "/access/v1/evaluation")
        .basic(&client.client_id, &client.client_secret)
        .json(&question)
        .send()
        .await
        .expect_status(200);
    answer.json()["decision"].as_bool().unwrap()
}

/// The events of a type, as a back end of the bank reads them.
async fn events(world: &World, kind: &str) -> Vec<Value> {
    let client = &world.app.bank.first_party;
    let page = world
        .app
        .request(Method::GET, "/events/v1/events?limit=500&from=earliest")
        .basic(&client.client_id, &client.client_secret)
        .send()
        .await
        .expect_status(200)
        .json();
    let all = page["events"].as_array().unwrap().iter();
    all.filter(|event| event["type"].as_str().unwrap().ends_with(kind))
        .cloned()
        .collect()
}

#[tokio::test]
async fn one_ledger_a_consent_given_here_is_seen_and_ended_at_the_other_doors() {
    let world = World::start().await;
    let app = &world.app;
    assert!(!is_permitted(&world).await);
    world.granted(&[PROFILE]).await;
    assert!(is_permitted(&world).await);
    let granted = events(&world, "consent.granted").await;
    assert_eq!(granted.len(), 1);
    assert_eq!(granted[0]["data"]["door"], "dataspace", "{}", granted[0]);
    assert_eq!(granted[0]["data"]["channel"], "dataspace", "{}", granted[0]);

    // The customer stops sharing in the embedded dashboard.
    let _page = app.stop_sharing("ada").await.expect_status(200);
    assert_eq!(world.get_token(PROFILE).await["type"], "missingConsent");
    assert!(!is_permitted(&world).await);

    // The person's own back end deletes it at the consents API.
    world.granted(&[PROFILE]).await;
    let token = app.own_token(&app.bank.first_party).await;
    let listed = app
        .request(Method::GET, "/cis/v1/consents")
        .bearer(&token)
        .send()
        .await
        .expect_status(200)
        .json();
    let scopes: Vec<&Value> = listed["result"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["scope"])
        .collect();
    assert!(scopes.contains(&&json!(PROFILE)), "{listed}");
    let path = format!(
        "/cis/v1/consents/clients/{}/users/{}",
        world.client(),
        world.ada()
    );
    let ended = app.request(Method::DELETE, &path).bearer(&token).send().await;
    assert_eq!(ended.status(), 200, "{}", ended.text());
    assert_eq!(world.get_token(PROFILE).await["type"], "missingConsent");

    // A back end patches the record behind it.
    world.granted(&[PROFILE]).await;
    let records = app.records_of("ada").await;
    let record = records
        .into_iter()
        .find(|record| record["definition"]["id"] == PROFILE && record["status"] == "accepted")
        .unwrap();
    let path = format!("/consents/{}", record["id"].as_str().unwrap());
    let patch = json!({ "status": "revoked" });
    let patched = app.records(Method::PATCH, &path, Some(&patch)).await;
    assert_eq!(patched.status(), 200, "{}", patched.text());
    assert_eq!(world.get_token(PROFILE).await["type"], "missingConsent");
    assert!(!is_permitted(&world).await);
}

#[tokio::test]
async fn dsp_6_4_a_refusal_is_kept_as_a_decision_and_what_was_taken_back_here_is_told() {
    let world = World::start().await;
    let browser = world.app.browser();
    world.log_in(&browser, "ada").await;
    let path = world.page(&[(PROFILE, true)]).await;
    let _done = world
        .answer(&browser, &path, "deny", &[])
        .await
        .expect_status(303);
    let decisions = events(&world, "decision.recorded").await;
    let declined: Vec<&Value> = decisions
        .iter()
        .filter(|event| event["data"]["decision"]["outcome"] == "declined")
        .collect();
    assert_eq!(declined.len(), 1, "{decisions:?}");
    assert!(declined[0].to_string().contains(PROFILE));
    world.granted(&[PROFILE]).await;
    let _done = world
        .ask("/Consent/Revoke", &json!({ "dataSource": PROFILE }))
        .await
        .expect_status(200);
    let revoked = events(&world, "consent.revoked").await;
    assert_eq!(revoked.len(), 1);
    assert_eq!(revoked[0]["data"]["door"], "dataspace");
    assert!(
        revoked[0].to_string().contains(world.client()),
        "who gave it back"
    );
}
