//! The record of use (enforcement-events-evidence 2.2 `record_use`, consent-dashboard B9.2).

use consentry_domain::{ConsentId, Timestamp, Usage};
use consentry_testkit::TestApp;
use http::Method;
use serde_json::{Value, json};

use crate::world::{asked, assert_refused, changed, connected, judged, lets_party, post};

/// The question about Ada's balance, acted on.
fn using(more: &Value) -> Value {
    let mut question = changed(&json!({ "context": { "audience": "moneytrack", "record_use": true } }));
    for (name, value) in more.as_object().unwrap() {
        question["context"][name] = value.clone();
    }
    question
}

async fn consent(app: &TestApp) -> ConsentId {
    let answer = asked(app, &crate::world::balance()).await;
    answer["context"]["consent_id"].as_str().unwrap().parse().unwrap()
}

/// What is written down about a consent.
async fn recorded(app: &TestApp, consent: ConsentId) -> Usage {
    app.ledger.write_uses().await.unwrap();
    let uses = app.ledger.uses(app.tenant().id(), vec![consent]).await.unwrap();
    uses.get(&consent).copied().unwrap_or_default()
}

#[tokio::test]
async fn a_permit_that_is_acted_on_is_a_use_and_nothing_else_is() {
    let app = connected().await;
    let consent = consent(&app).await;
    for question in [
        crate::world::balance(),
        using(&json!({ "record_use": false })),
        changed(&json!({ "context": { "record_use": true } })),
        changed(
            &json!({ "action": { "name": "fly" }, "context": { "audience": "moneytrack", "record_use": true } }),
        ),
    ] {
        asked(&app, &question).await;
    }
    assert_eq!(recorded(&app, consent).await, Usage::default());
    assert!(judged(&app, &using(&json!({}))).await.0);
    assert_eq!(recorded(&app, consent).await, Usage::used(app.now()));
    let used = app.now();
    // Introspection tells whether a token is alive; it does not say that data was delivered.
    let token = app.connect(&app.browser(), "ada", crate::world::SCOPE).await;
    app.pass(60);
    assert_eq!(app.introspect(&token.access).await["active"], true);
    assert_eq!(recorded(&app, consent).await, Usage::used(used));
    let answer = asked(&app, &crate::world::balance()).await;
    let consent = answer["context"]["consent_id"].as_str().unwrap().parse().unwrap();
    assert_eq!(recorded(&app, consent).await.last_refused_at(), None);
}

#[tokio::test]
async fn what_waits_is_written_when_a_node_stops() {
    let app = connected().await;
    let consent = consent(&app).await;
    judged(&app, &using(&json!({}))).await;
    let used = app.now();
    let app = app.restarted().await;
    let uses = app.ledger.uses(app.tenant().id(), vec![consent]).await.unwrap();
    assert_eq!(uses[&consent], Usage::used(used));
}

#[tokio::test]
async fn what_is_no_truth_value_is_refused() {
    let app = connected().await;
    for wrong in [json!("yes"), json!(1), json!(null)] {
        let question = using(&json!({ "record_use": wrong }));
        assert_refused(&app, "/evaluation", &question, "/context/record_use").await;
    }
}

#[tokio::test]
async fn one_use_is_written_for_a_consent_and_minute() {
    let app = connected().await;
    let consent = consent(&app).await;
    // To the beginning of a minute.
    let into = app.now().as_seconds().rem_euclid(60);
    app.pass(60 - into);
    let first = app.now();
    let versions = async || {
        app.ledger.write_uses().await.unwrap();
        recorded(&app, consent).await.last_used_at()
    };
    for _ in 0..5 {
        judged(&app, &using(&json!({}))).await;
        assert_eq!(versions().await, Some(first));
        app.pass(10);
    }
    app.pass(10);
    judged(&app, &using(&json!({}))).await;
    assert_eq!(
        versions().await,
        Some(first.plus(consentry_domain::Lifetime::seconds(60)))
    );
}

#[tokio::test]
async fn dsh_b4_3_accounts_of_one_minute_are_all_known() {
    let app = connected().await;
    let consent = consent(&app).await;
    let into = app.now().as_seconds().rem_euclid(60);
    app.pass(60 - into);
    let of = |account: &str| {
        let mut question = using(&json!({}));
        question["resource"]["properties"] = json!({ "account_id": account });
        question
    };
    assert!(judged(&app, &of("acc_1")).await.0);
    app.ledger.write_uses().await.unwrap();
    for account in ["acc_1", "acc_2", "acc_3", "acc_2"] {
        app.pass(10);
        assert!(judged(&app, &of(account)).await.0);
    }
    app.ledger.write_uses().await.unwrap();
    let tenant = app.tenant().id();
    let uses = app
        .ledger
        .uses_with_accounts(tenant, vec![consent])
        .await
        .unwrap();
    let (usage, accounts) = &uses[&consent];
    let used = usage.last_used_at().map(Timestamp::as_seconds);
    assert_eq!(used, Some(app.now().as_seconds() - 40));
    let ago = |account: &str| {
        let account = consentry_domain::AccountId::parse(account).unwrap();
        let at = accounts.last_used_at(&account).unwrap();
        app.now().as_seconds() - at.as_seconds()
    };
    assert_eq!(
        (ago("acc_1"), ago("acc_2"), ago("acc_3")),
        (40, 20, 10),
        "right to the minute"
    );
    assert!(
        judged(&app, &of("acc_unheard-of")).await.0,
        "all accounts are shared"
    );
}

#[tokio::test]
async fn refused_attempts_are_told_apart_from_uses() {
    let app = connected().await;
    let consent = consent(&app).await;
    judged(&app, &using(&json!({}))).await;
    let used = app.now();
    app.pass(120);
    let _page = app.stop_sharing("ada").await.expect_status(200);
    assert_eq!(judged(&app, &using(&json!({}))).await.1, "revoked");
    let usage = recorded(&app, consent).await;
    assert_eq!(usage.last_used_at(), Some(used));
    assert_eq!(usage.last_refused_at(), Some(app.now()));
}

#[tokio::test]
async fn batches_and_parties_record_what_they_act_on() {
    let app = connected().await;
    let consent = consent(&app).await;
    let batch = json!({ "evaluations": [crate::world::balance(), using(&json!({}))] });
    let _answers = post(&app, "/evaluations", &batch).await.expect_status(200);
    assert_eq!(recorded(&app, consent).await, Usage::used(app.now()));

    lets_party(&app, "consent:check").await;
    app.pass(86_400);
    let token = app.connect(&app.browser(), "ada", crate::world::SCOPE).await;
    let sub = app.introspect(&token.access).await["sub"].clone();
    let client = &app.bank.third_party;
    let question = json!({
        "subject": { "type": "user", "id": sub },
        "action": { "name": "use" },
        "resource": { "type": "scope", "id": "accounts:balance" },
        "context": { "record_use": true },
    });
    let answer = app
        .request(Method::POST, "/access/v1/evaluation")
        .basic(&client.client_id, &client.client_secret)
        .json(&question)
        .send()
        .await
        .expect_status(200)
        .json();
    let now: ConsentId = answer["context"]["consent_id"].as_str().unwrap().parse().unwrap();
    let at: Timestamp = app.now();
    assert_eq!(recorded(&app, now).await.last_used_at(), Some(at));
}
