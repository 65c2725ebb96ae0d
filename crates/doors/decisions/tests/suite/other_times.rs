//! Questions about another time than now (enforcement-events-evidence 2.2, `time` and `as_of`).

use consentry_domain::{Lifetime, Timestamp, client::Client, scope::Scope};
use consentry_testkit::TestApp;
use http::Method;
use serde_json::{Value, json};

use crate::world::{SCOPE, asked, assert_refused, change_client, changed, connected, judged, post};

/// Lets the bank's back end ask about the past.
async fn looking_back() -> TestApp {
    let app = connected().await;
    let known = app.bank.first_party.clone();
    let may = |client: &mut Client| {
        let all = format!("{} consent:history", client.allowed_scopes);
        client.allowed_scopes = Scope::parse(&all).unwrap();
    };
    change_client(&app, &known, may).await;
    app
}

fn at(time: Timestamp) -> Value {
    changed(&json!({ "context": { "audience": "moneytrack", "as_of": time } }))
}

async fn stop(app: &TestApp) {
    let token = app.person_token("ada", "openid").await;
    let _stopped = app
        .request(Method::DELETE, "/v1/consents/me/clients/moneytrack")
        .bearer(&token.access)
        .send()
        .await
        .expect_status(200);
}

#[tokio::test]
async fn as_of_answers_what_the_ledger_knew_then() {
    let app = looking_back().await;
    let agreed = app.now();
    app.pass(3600);
    stop(&app).await;
    let stopped = app.now();
    app.pass(3600);
    let _again = app.connect(&app.browser(), "ada", SCOPE).await;
    let again = app.now();
    app.pass(60);

    let micro = |time: Timestamp, by: i64| Timestamp::from_micros(time.as_micros() + by);
    for (moment, expected) in [
        (micro(agreed, -1), "no_consent"),
        (agreed, "consented"),
        (micro(stopped, -1), "consented"),
        (stopped, "revoked"),
        (micro(again, -1), "revoked"),
        (again, "consented"),
        (app.now(), "consented"),
    ] {
        let (decision, reason) = judged(&app, &at(moment)).await;
        assert_eq!(reason, expected, "{}", moment.to_rfc3339());
        assert_eq!(decision, expected == "consented");
    }
    let answer = asked(&app, &at(agreed)).await;
    assert_eq!(
        answer["context"]["max_age"], 0,
        "nothing may be done because of it"
    );
    assert_eq!(answer["context"]["evaluated_at"], json!(app.now()));

    // What ran out since had not run out then.
    app.clock.advance(Lifetime::days(31));
    assert_eq!(judged(&app, &at(again)).await.1, "consented");
    assert_eq!(judged(&app, &at(app.now())).await.1, "expired");
    // Several moments in one request, each by itself.
    let batch = json!({ "evaluations": [at(agreed), at(stopped), changed(&json!({}))] });
    let answer = post(&app, "/evaluations", &batch).await.expect_status(200).json();
    let reasons: Vec<&str> = answer["evaluations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["context"]["reason_code"].as_str().unwrap())
        .collect();
    assert_eq!(reasons, ["consented", "revoked", "expired"]);
}

#[tokio::test]
async fn as_of_has_a_scope_of_its_own_and_is_about_the_past() {
    let app = connected().await;
    let refused = post(&app, "/evaluation", &at(app.now()))
        .await
        .expect_status(403)
        .json();
    assert_eq!(refused["code"], "insufficient_scope");

    let app = looking_back().await;
    let ahead = Timestamp::from_micros(app.now().as_micros() + 1);
    assert_refused(&app, "/evaluation", &at(ahead), "/context/as_of").await;
    for wrong in [json!("yesterday"), json!(7), json!("2026-02-30T00:00:00Z")] {
        let question = changed(&json!({ "context": { "audience": "moneytrack", "as_of": wrong } }));
        assert_refused(&app, "/evaluation", &question, "/context/as_of").await;
    }
    let mut within = at(app.now());
    within["context"]["grant_id"] = json!("01a20289-a235-7a31-8a00-00aa00bb00cc");
    assert_refused(&app, "/evaluation", &within, "/context/grant_id").await;
    for search in ["/search/subject", "/search/resource", "/search/action"] {
        assert_refused(&app, search, &at(app.now()), "/context/as_of").await;
    }
}

#[tokio::test]
async fn chk_09_a_trusted_clock_that_is_ahead_makes_an_answer_stricter_and_nothing_else() {
    let app = connected().await;
    let days = |days: i64| Timestamp::from_micros(app.now().as_micros() + days * 86_400_000_000);
    let (before, ahead, behind) = (days(29), days(31), days(-31));
    let saying = |time: Value| changed(&json!({ "context": { "audience": "moneytrack", "time": time } }));
    for told in [json!(ahead), json!("soon"), json!(7)] {
        assert!(
            judged(&app, &saying(told)).await.0,
            "a clock that does not count is not looked at"
        );
    }
    let asker = app.bank.first_party.client_id.parse().unwrap();
    app.configure(|tenant| {
        tenant.checks.trusted_clocks.insert(asker);
    })
    .await;
    assert!(judged(&app, &saying(json!(before))).await.0);
    assert!(judged(&app, &saying(json!(behind))).await.0);
    assert_eq!(
        judged(&app, &saying(json!(ahead))).await,
        (false, "expired".to_owned())
    );
    assert_refused(&app, "/evaluation", &saying(json!("soon")), "/context/time").await;
    app.clock.advance(Lifetime::days(30));
    for told in [behind, before] {
        let judged = judged(&app, &saying(json!(told))).await;
        assert_eq!(judged, (false, "expired".to_owned()), "it is never wider");
    }
}
