//! Several questions in one request (enforcement-events-evidence 2.6).

use serde_json::{Value, json};

use crate::world::{asked, assert_refused, balance, changed, connected, post};

fn batch(items: &Value, semantic: Option<&str>) -> Value {
    let mut body = balance();
    body["evaluations"] = items.clone();
    if let Some(semantic) = semantic {
        body["options"] = json!({ "evaluations_semantic": semantic, "more": 1 });
    }
    body
}

/// Permit, deny, broken, permit.
fn mixed() -> Value {
    json!([
        {},
        { "subject": { "type": "user", "id": "ben" } },
        { "resource": { "type": "scope" } },
        { "resource": { "type": "scope", "id": "accounts:transactions" } },
    ])
}

fn decisions(answer: &Value) -> Vec<bool> {
    let all = answer["evaluations"].as_array().unwrap();
    all.iter().map(|one| one["decision"].as_bool().unwrap()).collect()
}

#[tokio::test]
async fn chk_19_every_item_has_its_answer_in_its_place() {
    let app = connected().await;
    for semantic in [None, Some("execute_all")] {
        let answer = post(&app, "/evaluations", &batch(&mixed(), semantic)).await;
        let answer = answer.expect_status(200).json();
        assert_eq!(decisions(&answer), [true, false, false, true]);
        assert!(answer.get("decision").is_none(), "chk_22");
        let broken = &answer["evaluations"][2]["context"];
        assert_eq!(broken["reason_code"], "error");
        assert_eq!(broken["error"]["status"], 400);
        assert_eq!(
            broken["error"]["message"],
            "/evaluations/2/resource/id: is required"
        );
        let instants: Vec<_> = [0, 1, 3]
            .map(|at| &answer["evaluations"][at]["context"]["evaluated_at"])
            .into();
        assert!(instants.iter().all(|instant| *instant == instants[0]), "chk_23");
    }
    let odd = batch(&json!([7, null, {}]), None);
    let answer = post(&app, "/evaluations", &odd).await.expect_status(200).json();
    assert_eq!(decisions(&answer), [false, false, true]);
}

#[tokio::test]
async fn chk_20_the_first_deny_or_permit_ends_it_where_that_is_wanted() {
    let app = connected().await;
    let ended = async |items: Value, semantic| {
        let answer = post(&app, "/evaluations", &batch(&items, Some(semantic))).await;
        let answer = answer.expect_status(200).json();
        let last = answer["evaluations"].as_array().unwrap().last().unwrap();
        (decisions(&answer), last["context"]["short_circuit"].clone())
    };
    assert_eq!(
        ended(mixed(), "deny_on_first_deny").await,
        (vec![true, false], json!("deny_on_first_deny"))
    );
    assert_eq!(
        ended(mixed(), "permit_on_first_permit").await,
        (vec![true], json!("permit_on_first_permit"))
    );
    let broken_first = json!([{ "action": 7 }, {}]);
    assert_eq!(
        ended(broken_first.clone(), "deny_on_first_deny").await,
        (vec![false], json!("deny_on_first_deny"))
    );
    assert_eq!(
        ended(broken_first, "permit_on_first_permit").await,
        (vec![false, true], json!("permit_on_first_permit"))
    );
}

#[tokio::test]
async fn a_member_of_an_item_takes_the_place_of_the_default_as_a_whole() {
    let app = connected().await;
    let items = json!([{ "context": {} }, { "subject": { "type": "user", "id": "ben" } }, {}]);
    let answer = post(&app, "/evaluations", &batch(&items, None)).await;
    assert_eq!(decisions(&answer.expect_status(200).json()), [false, false, true]);
    let mut whole = json!({ "evaluations": [balance()] });
    let answer = post(&app, "/evaluations", &whole).await.expect_status(200).json();
    assert_eq!(decisions(&answer), [true], "items need no defaults");
    whole["subject"] = json!(7);
    let answer = post(&app, "/evaluations", &whole).await.expect_status(200).json();
    assert_eq!(
        decisions(&answer),
        [true],
        "a default that nobody uses is not looked at"
    );
}

#[tokio::test]
async fn without_items_it_is_one_question() {
    let app = connected().await;
    let one = asked(&app, &balance()).await;
    for body in [balance(), batch(&json!([]), None)] {
        let answer = post(&app, "/evaluations", &body).await.expect_status(200).json();
        assert_eq!(answer, one);
    }
}

#[tokio::test]
async fn chk_21_and_24_bad_options_and_too_many_items() {
    let app = connected().await;
    for (semantic, pointer) in [
        (json!("all"), "/options/evaluations_semantic"),
        (json!(7), "/options/evaluations_semantic"),
    ] {
        let mut body = batch(&mixed(), None);
        body["options"] = json!({ "evaluations_semantic": semantic });
        assert_refused(&app, "/evaluations", &body, pointer).await;
    }
    assert_refused(
        &app,
        "/evaluations",
        &changed(&json!({ "evaluations": {} })),
        "/evaluations",
    )
    .await;
    let many = |count: usize| batch(&Value::Array(vec![json!({}); count]), None);
    let answer = post(&app, "/evaluations", &many(100))
        .await
        .expect_status(200)
        .json();
    assert_eq!(decisions(&answer).len(), 100);
    let answer = post(&app, "/evaluations", &many(101)).await.expect_status(413);
    assert_eq!(answer.json()["code"], "payload_too_large");
    app.configure(|tenant| tenant.checks.most_evaluations = 101).await;
    let _fits = post(&app, "/evaluations", &many(101)).await.expect_status(200);
}
