//! Status and life cycle (consent-api 10), and what a record does to an agreement (architecture 3.1, 3.2).

use consentry_domain::{
    DefinitionKey, Lifetime,
    definition::{Definition, DefinitionKind},
};
use consentry_ledger::provision::Entry;
use consentry_testkit::FULL_SCOPE;
use serde_json::json;

use crate::world::{
    accepted, ada, assert_invalid, assert_refused, bank, found, get, id, localization, made, patch, portal,
    put, seen,
};

const ALL: [&str; 4] = ["pending", "accepted", "denied", "revoked"];

#[tokio::test]
async fn rec_10_1_permissive_every_value_leads_to_every_value() {
    let app = bank().await;
    for who in [ada(&app), portal(&app)] {
        for from in ALL {
            for to in ALL {
                let record = made(&app, &who, json!({ "status": from })).await;
                let answer = patch(&app, &who, id(&record), &json!({ "status": to })).await;
                assert_eq!(answer.expect_status(200).json()["status"], to, "{from} → {to}");
                assert_eq!(seen(&app, id(&record)).await["status"], to);
                let body = accepted(json!({ "status": from }));
                let answer = put(&app, &who, id(&record), &body).await;
                assert_eq!(answer.expect_status(200).json()["status"], from, "{to} → {from}");
            }
        }
    }
}

/// The table of consent-api 10.1, rows from, columns to: `b` both, `p` privileged, `-` illegal, `=` the same.
const STRICT: [&str; 4] = ["=bbb", "-=bb", "pb=-", "pb-="];

#[tokio::test]
async fn rec_10_1_strict_only_what_the_table_says() {
    let app = bank().await;
    app.configure(|tenant| tenant.records.strict_transitions = true)
        .await;
    for (is_privileged, who) in [(false, ada(&app)), (true, portal(&app))] {
        for (row, from) in STRICT.into_iter().zip(ALL) {
            for (cell, to) in row.chars().zip(ALL) {
                let record = made(&app, &who, json!({ "status": from })).await;
                let answer = patch(&app, &who, id(&record), &json!({ "status": to })).await;
                match cell {
                    '-' => assert_refused(&answer, 400, "ILLEGAL_TRANSITION"),
                    'p' if !is_privileged => assert_refused(&answer, 403, "PRIVILEGE_REQUIRED"),
                    _ => assert_eq!(answer.expect_status(200).json()["status"], to, "{from} → {to}"),
                }
                let is_refused = cell == '-' || (cell == 'p' && !is_privileged);
                let expected = if is_refused { from } else { to };
                let after = seen(&app, id(&record)).await;
                assert_eq!(after["status"], expected, "{from} → {to}");
                assert_eq!(after == record, is_refused || from == to, "{from} → {to}");
            }
        }
    }
}

#[tokio::test]
async fn rec_10_1_a_value_outside_the_set_is_400_in_both_modes() {
    let app = bank().await;
    let record = made(&app, &ada(&app), json!({})).await;
    for strict in [false, true] {
        app.configure(|tenant| tenant.records.strict_transitions = strict)
            .await;
        for status in ["active", "Revoked", "expired", ""] {
            let answer = patch(&app, &ada(&app), id(&record), &json!({ "status": status })).await;
            assert_invalid(&answer, "status", "INVALID_VALUE");
        }
    }
}

#[tokio::test]
async fn rec_10_an_acceptance_ends_where_the_definition_gives_it_a_lifetime() {
    let app = bank().await;
    app.provision(&[
        Entry::Definition(Definition {
            key: DefinitionKey::parse("for-a-day").unwrap(),
            kind: DefinitionKind::Agreement,
            display_name: None,
            description: None,
            parameters: Vec::new(),
            parent: None,
            lifetime: Some(Lifetime::days(1)),
            actions: consentry_domain::Actions::default(),
            choice: consentry_domain::definition::Choice::default(),
        }),
        localization("for-a-day", "en", "1.0", None),
    ])
    .await;
    let more = json!({ "definition": { "id": "for-a-day", "version": "1.0", "locale": "en" } });
    let record = made(&app, &ada(&app), more).await;
    app.pass(24 * 3600 - 1);
    assert_eq!(seen(&app, id(&record)).await["status"], "accepted");
    app.pass(1);
    assert_eq!(seen(&app, id(&record)).await["status"], "revoked");
    let again = patch(&app, &ada(&app), id(&record), &json!({ "status": "accepted" })).await;
    assert_eq!(again.expect_status(200).json()["status"], "accepted");
    app.pass(24 * 3600 - 1);
    assert_eq!(seen(&app, id(&record)).await["status"], "accepted");
}

#[tokio::test]
async fn rec_10_1_every_effective_change_is_in_the_log() {
    let app = bank().await;
    let before = app.event_kinds().await.len();
    let record = made(&app, &ada(&app), json!({ "status": "pending" })).await;
    for status in ["accepted", "revoked", "accepted", "denied"] {
        let _changed = patch(&app, &ada(&app), id(&record), &json!({ "status": status }))
            .await
            .expect_status(200);
    }
    let _changed = patch(&app, &ada(&app), id(&record), &json!({ "data": {} }))
        .await
        .expect_status(200);
    let kinds = app.event_kinds().await.split_off(before);
    let decisions = kinds.iter().filter(|kind| *kind == "decision.recorded").count();
    assert_eq!(decisions, 6, "{kinds:?}");
    for kind in [
        "consent.requested",
        "consent.granted",
        "consent.revoked",
        "consent.denied",
        "consent.amended",
    ] {
        assert!(
            kinds.iter().any(|happened| happened == kind),
            "{kind} in {kinds:?}"
        );
    }
}

#[tokio::test]
async fn architecture_3_1_accepting_again_is_a_new_consent_and_revives_no_token() {
    let app = bank().await;
    let tokens = app.connect(&app.browser(), "ada", FULL_SCOPE).await;
    let record = found(&app, &ada(&app), "?definition=openid").await.remove(0);
    let _revoked = patch(&app, &ada(&app), &record, &json!({ "status": "revoked" }))
        .await
        .expect_status(200);
    assert_eq!(app.introspect(&tokens.access).await["active"], false);
    let again = patch(&app, &ada(&app), &record, &json!({ "status": "accepted" })).await;
    assert_eq!(again.expect_status(200).json()["status"], "accepted");
    assert_eq!(app.introspect(&tokens.access).await["active"], false);
    let refreshed = app
        .refresh(&app.bank.third_party, tokens.refresh.as_deref().unwrap())
        .await;
    assert_eq!(refreshed.status(), 400);
}

#[tokio::test]
async fn architecture_3_2_a_record_of_an_agreement_narrows_it() {
    let app = bank().await;
    let tokens = app.connect(&app.browser(), "ada", FULL_SCOPE).await;
    let record = found(&app, &portal(&app), "?subject=ada&definition=accounts%3Abalance")
        .await
        .remove(0);
    let _revoked = patch(&app, &portal(&app), &record, &json!({ "status": "revoked" }))
        .await
        .expect_status(200);
    let scope = app.introspect(&tokens.access).await["scope"].clone();
    assert_eq!(scope, "openid offline_access accounts:transactions");
}

#[tokio::test]
async fn architecture_3_1_records_are_many_and_the_newest_created_decides() {
    let app = bank().await;
    let tokens = app.connect(&app.browser(), "ada", FULL_SCOPE).await;
    let answer = |status: &str| {
        json!({
            "subject": "ada", "actor": "ada", "audience": "moneytrack", "status": status,
            "definition": { "id": "accounts:balance", "version": "2.0", "locale": "en-GB" },
        })
    };
    let has_balance = async || {
        let seen = app.introspect(&tokens.access).await;
        seen["scope"]
            .as_str()
            .unwrap_or_default()
            .contains("accounts:balance")
    };
    assert!(has_balance().await);
    app.pass(1);
    let _denied = made(&app, &portal(&app), answer("denied")).await;
    assert!(!has_balance().await, "a create always decides");
    let query = "?subject=ada&definition=accounts%3Abalance&audience=moneytrack";
    assert_eq!(
        found(&app, &portal(&app), query).await.len(),
        2,
        "the older record stands beside it"
    );
    let path = format!("/consents/{}", found(&app, &portal(&app), query).await[0]);
    assert_eq!(get(&app, &portal(&app), &path).await.json()["status"], "accepted");
}
