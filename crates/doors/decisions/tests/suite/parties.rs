//! Third parties that ask: toward themselves, by their own names for people (enforcement-events-evidence 1.2, 2).

use consentry_testkit::{Answer, TestApp};
use http::Method;
use serde_json::{Value, json};

use crate::world::{SCOPE, changed, connected, lets_party};

/// The issuer of names by which third parties know people.
const BASE: &str = "http://127.0.0.1:8080";

/// A bank at which Ada has approved Moneytrack, which may ask about it.
async fn asking() -> TestApp {
    let app = connected().await;
    lets_party(&app, "consent:check consent:search").await;
    app
}

async fn post(app: &TestApp, path: &str, body: &Value) -> Answer {
    let client = &app.bank.third_party;
    app.request(Method::POST, &format!("/access/v1{path}"))
        .basic(&client.client_id, &client.client_secret)
        .json(body)
        .send()
        .await
}

async fn asked(app: &TestApp, question: &Value) -> Value {
    post(app, "/evaluation", question).await.expect_status(200).json()
}

/// By what Moneytrack knows a person: from the tokens of a new connection.
async fn known_as(app: &TestApp, person: &str) -> String {
    let tokens = app.connect(&app.browser(), person, SCOPE).await;
    let answer = app.introspect(&tokens.access).await;
    answer["sub"].as_str().unwrap().to_owned()
}

/// May I read the balance of this person?
fn balance_of(name: &str) -> Value {
    json!({
        "subject": { "type": "user", "id": name },
        "action": { "name": "read" },
        "resource": { "type": "scope", "id": "accounts:balance" },
    })
}

#[tokio::test]
async fn chk_06_a_third_party_asks_toward_itself_by_its_own_names() {
    let app = asking().await;
    let ada = known_as(&app, "ada").await;
    let answer = asked(&app, &balance_of(&ada)).await;
    assert_eq!(answer["decision"], true, "{answer}");
    assert_eq!(answer["context"]["audience"], "moneytrack");

    let mut named = balance_of(&ada);
    named["subject"]["properties"] = json!({ "issuer": BASE });
    for audience in [json!("moneytrack"), json!({ "client_id": "moneytrack" })] {
        named["context"] = json!({ "audience": audience });
        assert_eq!(asked(&app, &named).await["decision"], true);
    }
    let bank = &app.bank.first_party.client_id;
    for other in [
        json!(bank),
        json!({ "client_id": bank }),
        json!("shop-1"),
        json!("Moneytrack"),
    ] {
        named["context"] = json!({ "audience": other });
        let refused = post(&app, "/evaluation", &named).await.expect_status(403).json();
        assert_eq!(refused["code"], "not_your_party");
        for search in ["/search/subject", "/search/resource", "/search/action"] {
            let refused = post(&app, search, &named).await.expect_status(403).json();
            assert_eq!(refused["code"], "not_your_party");
        }
    }
    let batch = json!({ "evaluations": [balance_of(&ada), named, balance_of(&ada)] });
    let answer = post(&app, "/evaluations", &batch).await.expect_status(200).json();
    let decisions = answer["evaluations"].as_array().unwrap();
    assert_eq!(decisions.len(), 3);
    assert_eq!(
        (&decisions[0]["decision"], &decisions[2]["decision"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(decisions[1]["context"]["error"]["status"], 403);
}

#[tokio::test]
async fn chk_06_what_it_took_back_is_refused_at_once() {
    let app = asking().await;
    let ada = known_as(&app, "ada").await;
    assert_eq!(asked(&app, &balance_of(&ada)).await["decision"], true);
    let token = app.person_token("ada", "openid").await;
    let _gone = app
        .request(Method::DELETE, "/v1/consents/me/clients/moneytrack")
        .bearer(&token.access)
        .send()
        .await
        .expect_status(200);
    let answer = asked(&app, &balance_of(&ada)).await;
    assert_eq!(answer["decision"], false);
    assert_eq!(answer["context"]["reason_code"], "revoked");
}

#[tokio::test]
async fn chk_11_who_is_unknown_and_who_did_not_agree_are_the_same() {
    let app = asking().await;
    let ada = known_as(&app, "ada").await;
    let mut not_agreed = balance_of(&ada);
    not_agreed["resource"] = json!({ "type": "definition", "id": "share-my-email" });
    let expected = asked(&app, &not_agreed).await;
    assert_eq!(expected["context"]["reason_code"], "no_consent");

    // Names of the bank's own, our own ids, identifiers that were never given out, and what is none at all.
    let id = app.bank.customers[0].user_id.clone();
    let twisted = ada.replacen(
        &ada[..4],
        if ada.starts_with("pw_A") { "pw_B" } else { "pw_A" },
        1,
    );
    let issuers = [
        BASE,
        "urn:consentry:login",
        "urn:consentry:subject",
        "urn:consentry:customer",
        "nobody",
    ];
    for name in [
        "ada",
        &id,
        "pw_AAAAAAAAAAAAAAAAAAAAAA",
        "pw_",
        "pw_x",
        "",
        &twisted,
        "pw_\u{1F600}",
    ] {
        for issuer in issuers {
            for resource in ["accounts:balance", "accounts:transactions"] {
                let mut question = balance_of(name);
                question["subject"]["properties"] = json!({ "issuer": issuer });
                question["resource"]["id"] = json!(resource);
                assert_eq!(asked(&app, &question).await, expected, "{name} of {issuer}");
            }
        }
    }
    // The right name of the wrong issuer is another person.
    let mut question = balance_of(&ada);
    question["subject"]["properties"] = json!({ "issuer": "urn:consentry:login" });
    assert_eq!(asked(&app, &question).await, expected);
}

#[tokio::test]
async fn chk_11_what_one_party_calls_somebody_means_nobody_to_another() {
    let app = asking().await;
    let ada = known_as(&app, "ada").await;
    let answer = crate::world::asked(
        &app,
        &changed(&json!({ "subject": { "type": "user", "id": ada } })),
    )
    .await;
    assert_eq!(
        answer["context"]["reason_code"], "no_consent",
        "the bank has other names"
    );
}

#[tokio::test]
async fn chk_31_a_third_party_finds_its_own_people_by_its_own_names() {
    let app = asking().await;
    let ada = known_as(&app, "ada").await;
    let search = json!({
        "subject": { "type": "user", "id": ada },
        "action": { "name": "read" },
        "resource": { "type": "scope" },
    });
    let answer = post(&app, "/search/resource", &search)
        .await
        .expect_status(200)
        .json();
    let mut found: Vec<&str> = answer["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "accounts:balance",
            "accounts:transactions",
            "offline_access",
            "openid"
        ]
    );
    let answer = post(&app, "/search/action", &balance_of(&ada))
        .await
        .expect_status(200)
        .json();
    assert_eq!(answer["results"], json!([{ "name": "read" }, { "name": "use" }]));

    for audience in ["moneytrack", "shop-1"] {
        let wish = json!({
            "status": "accepted", "subject": "somebody", "audience": audience,
            "definition": { "id": "share-my-email", "version": "1.0", "locale": "en-GB" },
        });
        let _made = app
            .records(Method::POST, "/consents", Some(&wish))
            .await
            .expect_status(201);
    }
    let who = json!({
        "subject": { "type": "user" },
        "action": { "name": "read" },
        "resource": { "type": "definition", "id": "share-my-email" },
    });
    let answer = post(&app, "/search/subject", &who)
        .await
        .expect_status(200)
        .json();
    let results = answer["results"].as_array().unwrap();
    assert_eq!(results.len(), 1, "{answer}");
    assert_eq!(results[0]["properties"]["issuer"], BASE);
    let name = results[0]["id"].as_str().unwrap();
    assert!(name.starts_with("pw_"), "{name}");
    // CHK-25: whoever is found, asked about, is a permit.
    let mut question = balance_of(name);
    question["resource"] = who["resource"].clone();
    assert_eq!(asked(&app, &question).await["decision"], true);
    let mut by_login = who.clone();
    by_login["subject"]["properties"] = json!({ "issuer": "urn:consentry:record-subject" });
    let answer = post(&app, "/search/subject", &by_login)
        .await
        .expect_status(200)
        .json();
    assert_eq!(answer["results"], json!([]), "the bank's names are not told");
}

#[tokio::test]
async fn chk_31_searching_needs_its_own_scope() {
    let app = connected().await;
    lets_party(&app, "consent:check").await;
    let _answer = post(&app, "/evaluation", &balance_of("pw_x"))
        .await
        .expect_status(200);
    for search in ["/search/subject", "/search/resource", "/search/action"] {
        let refused = post(&app, search, &balance_of("pw_x"))
            .await
            .expect_status(403)
            .json();
        assert_eq!(refused["code"], "insufficient_scope");
    }
}

#[tokio::test]
async fn com_11_questions_of_third_parties_are_counted_and_those_of_the_bank_are_not() {
    let app = asking().await;
    app.configure(|tenant| tenant.checks.party_questions_per_second = 5)
        .await;
    let one = balance_of("pw_x");
    let answer = post(&app, "/evaluation", &one).await.expect_status(200);
    assert_eq!(answer.headers()["ratelimit-policy"], "\"check\";q=5;w=1");
    assert_eq!(answer.headers()["ratelimit"], "\"check\";r=4;t=1");
    let three = json!({ "evaluations": [one, one, one] });
    let answer = post(&app, "/evaluations", &three).await.expect_status(200);
    assert_eq!(answer.headers()["ratelimit"], "\"check\";r=1;t=1");
    let _last = post(&app, "/evaluations", &three).await.expect_status(200);
    let refused = post(&app, "/evaluation", &one).await.expect_status(429);
    assert_eq!(refused.headers()["ratelimit"], "\"check\";r=0;t=1");
    assert_eq!(refused.json()["violated-policies"], json!(["check"]));
    let bank = crate::world::post(&app, "/evaluation", &crate::world::balance())
        .await
        .expect_status(200);
    assert!(bank.header("ratelimit").is_none());
    app.pass(1);
    let _anew = post(&app, "/evaluation", &one).await.expect_status(200);
}
