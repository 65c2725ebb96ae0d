use consentry_domain::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::preferences::model::{Choices, EventUser};

const DAY: i64 = 86_400;

/// An event of a day, confirmed.
fn event(number: u64, day: i64, choices: Value) -> EventBody {
    let at = Timestamp::from_seconds(day * DAY);
    EventBody {
        id: format!("E{number}"),
        number,
        decision: None,
        created_at: at,
        updated_at: at,
        applied_at: at,
        status: EventStatus::Confirmed,
        regulation: "gdpr".to_owned(),
        domain: None,
        metadata: None,
        user: EventUser::default(),
        choices: serde_json::from_value(choices).unwrap(),
        delegate: None,
        validations: None,
        approval_until: None,
        decided: std::collections::BTreeMap::new(),
        proofs: Vec::new(),
        hidden: false,
    }
}

fn choices(events: &[EventBody]) -> Choices {
    let mut folded = fold(events);
    folded.statuses.remove("gdpr").unwrap_or_default().choices
}

/// The switch of the newsletter and its topics.
fn newsletter(events: &[EventBody]) -> (Option<bool>, String) {
    let choices = choices(events);
    let purpose = choices.purposes.iter().find(|own| own.id == "newsletter");
    let purpose = purpose.cloned().unwrap_or_default();
    let topics = purpose.values.get("topics").cloned().unwrap_or_default();
    (purpose.enabled.flatten(), topics.value)
}

fn said(enabled: Option<bool>, topics: Option<&str>) -> Value {
    let mut purpose = json!({ "id": "newsletter" });
    if let Some(enabled) = enabled {
        purpose["enabled"] = json!(enabled);
    }
    if let Some(topics) = topics {
        purpose["values"] = json!({ "topics": { "value": topics } });
    }
    json!({ "purposes": [purpose] })
}

#[test]
fn ctp_6_5_the_worked_example_holds() {
    let first = event(0, 1, said(Some(true), Some("garden")));
    let mut second = event(1, 2, said(Some(false), None));
    second.status = EventStatus::PendingApproval;
    let third = event(2, 3, said(None, Some("kitchen")));
    let mut events = vec![first, second, third];
    assert_eq!(newsletter(&events), (Some(true), "kitchen".to_owned()));
    events[1].status = EventStatus::Confirmed;
    events[1].applied_at = Timestamp::from_seconds(4 * DAY);
    assert_eq!(newsletter(&events), (Some(false), "kitchen".to_owned()));
    events.remove(0);
    assert_eq!(newsletter(&events), (Some(false), "kitchen".to_owned()));
    events.push(event(3, 0, said(Some(true), None)));
    assert_eq!(newsletter(&events), (Some(false), "kitchen".to_owned()));
    let mut other = event(4, 9, said(Some(true), None));
    other.regulation = "cpra".to_owned();
    events.push(other);
    assert_eq!(newsletter(&events), (Some(false), "kitchen".to_owned()));
    assert_eq!(fold(&events).statuses.len(), 2);
}

#[test]
fn ctp_6_5_what_comes_later_of_two_at_once_counts() {
    let one = event(0, 1, said(Some(true), None));
    let other = event(1, 1, said(Some(false), None));
    assert_eq!(newsletter(&[other.clone(), one.clone()]).0, Some(false));
    assert_eq!(newsletter(&[one, other]).0, Some(false));
}

#[test]
fn ctp_6_5_null_keeps_the_earlier_answer_and_is_kept_where_there_is_none() {
    let null = json!({ "purposes": [{ "id": "newsletter", "enabled": null }] });
    let events = [event(0, 1, said(Some(true), None)), event(1, 2, null.clone())];
    assert_eq!(newsletter(&events).0, Some(true));
    let alone = choices(&[event(0, 1, null)]);
    assert_eq!(alone.purposes[0].enabled, Some(None));
    let written = serde_json::to_value(&alone).unwrap();
    assert_eq!(
        written["purposes"][0],
        json!({ "id": "newsletter", "enabled": null })
    );
}

#[test]
fn ctp_6_5_vendors_change_sides_and_the_pairs_are_independent() {
    let events = [
        event(
            0,
            1,
            json!({ "vendors": { "enabled": ["a", "b"], "enabled_li": ["a"] } }),
        ),
        event(1, 2, json!({ "vendors": { "disabled": ["a", "c"] } })),
        event(2, 3, json!({ "vendors": { "enabled": ["c"] } })),
    ];
    let vendors = choices(&events).vendors;
    assert_eq!(vendors.enabled, ["b", "c"]);
    assert_eq!(vendors.disabled, ["a"]);
    assert_eq!(vendors.enabled_li, ["a"]);
}

#[test]
fn ctp_6_5_nested_parts_merge_by_id_and_the_last_string_wins() {
    let nested = |purpose: Value, tcfcs: Value| json!({ "purposes": [purpose], "tcfcs": tcfcs });
    let events = [
        event(
            0,
            1,
            nested(
                json!({ "id": "p", "metadata": { "a": 1, "b": 1 }, "channels": [{ "id": "sms", "enabled": true }],
                    "preferences": [{ "id": "q", "enabled": true, "channels": [{ "id": "mail", "enabled": true }] }] }),
                json!("first"),
            ),
        ),
        event(
            1,
            2,
            nested(
                json!({ "id": "p", "metadata": { "b": 2 }, "channels": [{ "id": "sms", "enabled": false }],
                    "preferences": [{ "id": "q", "channels": [{ "id": "post", "enabled": false }] }] }),
                Value::Null,
            ),
        ),
    ];
    let choices = choices(&events);
    assert_eq!(choices.tcfcs.as_deref(), Some("first"));
    let purpose = serde_json::to_value(&choices.purposes[0]).unwrap();
    assert_eq!(purpose["metadata"], json!({ "a": 1, "b": 2 }));
    assert_eq!(purpose["channels"], json!([{ "id": "sms", "enabled": false }]));
    assert_eq!(
        purpose["preferences"],
        json!([{ "id": "q", "enabled": true,
            "channels": [{ "id": "mail", "enabled": true }, { "id": "post", "enabled": false }] }])
    );
}

#[test]
fn ctp_6_5_what_is_said_of_the_person_is_merged_in_the_order_that_counts() {
    let mut late = event(0, 5, json!({ "vendors": { "enabled": ["a"] } }));
    late.user =
        serde_json::from_value(json!({ "metadata": { "a": "late", "b": 1 }, "country": "PT" })).unwrap();
    let mut early = event(1, 2, json!({ "vendors": { "enabled": ["a"] } }));
    early.user =
        serde_json::from_value(json!({ "metadata": { "a": "early", "c": 1 }, "last_seen_country": "ES" }))
            .unwrap();
    let folded = fold(&[late, early]);
    assert_eq!(
        Value::Object(folded.metadata),
        json!({ "a": "late", "b": 1, "c": 1 })
    );
    assert_eq!(folded.country.as_deref(), Some("PT"));
    assert_eq!(folded.last_seen_country.as_deref(), Some("ES"));
}

#[test]
fn ctp_5_6_the_marks_of_propagation_stay_in_the_event() {
    let marked = json!({ "purposes": [{ "id": "newsletter", "enabled": true, "propagation": true,
        "values": { "topics": { "value": "garden", "from_propagation": true } } }] });
    let status = choices(&[event(0, 1, marked)]);
    assert_eq!(
        serde_json::to_value(&status.purposes[0]).unwrap(),
        json!({ "id": "newsletter", "enabled": true, "values": { "topics": { "value": "garden" } } })
    );
}
