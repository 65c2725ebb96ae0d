//! Reading objects out of files, and what is told of those that are wrong.

use consentry_domain::{TenantId, Timestamp, decision::EndReason};
use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Vec<Result<(usize, String), Refused>> {
    elements(text.as_bytes())
        .map(|element| {
            let element = element.unwrap()?;
            Ok((element.line, String::from_utf8(element.text).unwrap()))
        })
        .collect()
}

fn good(text: &str) -> Vec<(usize, String)> {
    read(text).into_iter().map(Result::unwrap).collect()
}

fn tenant() -> TenantId {
    "0192f1d6-0000-7000-8000-000000000001".parse().unwrap()
}

fn element(text: &str) -> Element {
    elements(text.as_bytes()).next().unwrap().unwrap().unwrap()
}

fn told(refused: Vec<Refused>) -> Vec<String> {
    refused.iter().map(ToString::to_string).collect()
}

#[test]
fn objects_stand_in_lists_in_answers_or_one_after_the_other() {
    let one = (1, r#"{"a":"]}\"{"}"#.to_owned());
    assert_eq!(good(r#"[{"a":"]}\"{"}]"#), std::slice::from_ref(&one));
    assert_eq!(good(r#"{"a":"]}\"{"}"#), std::slice::from_ref(&one));
    let two = (3, r#"{"b":[{"c":{}}]}"#.to_owned());
    assert_eq!(
        good("{\"a\":\"]}\\\"{\"}\n\n{\"b\":[{\"c\":{}}]}\n"),
        [one, two.clone()]
    );
    assert_eq!(
        good("{\"result\":[\n\n{\"b\":[{\"c\":{}}]}\n],\"next_cursor\":\"x\"}"),
        std::slice::from_ref(&two)
    );
    let hal = "{\"count\":1,\"_embedded\":{\n\"consents\":[\n{\"b\":[{\"c\":{}}]}]}}";
    assert_eq!(good(hal), [two]);
    assert_eq!(good(""), []);
    assert_eq!(good("\u{feff}[]"), []);
    assert_eq!(good("{}"), [(1, "{}".to_owned())]);
}

#[test]
fn what_is_no_object_is_refused_with_its_line() {
    for (text, line) in [
        ("[\n{\"a\":1},\n7]", 3),
        ("<html>", 1),
        ("[{\"a\":1}", 1),
        ("\n{\"a\":", 2),
        ("{\"a", 1),
        ("{\"result\":{}}", 1),
    ] {
        let refused = read(text).pop().unwrap().unwrap_err();
        assert_eq!(refused.line, line, "{text:?}: {refused}");
    }
}

#[test]
fn an_object_that_is_too_large_is_refused() {
    let text = format!("[{{\"a\":\"{}\"}}]", "x".repeat(5 << 20));
    assert!(read(&text)[0].is_err());
}

proptest! {
    #[test]
    fn no_text_makes_reading_panic_or_go_on_forever(text in ".{0,200}") {
        let _all = elements(text.as_bytes()).count();
    }

    #[test]
    fn what_is_written_as_a_list_is_read_as_it_was(objects in proptest::collection::vec("[a-z\\[\\]{}\\\\\"\n]{0,12}", 0..6)) {
        let written: Vec<_> = objects.iter().map(|text| serde_json::json!({ "x": text })).collect();
        let read: Vec<serde_json::Value> = elements(serde_json::to_vec_pretty(&written).unwrap().as_slice())
            .map(|element| serde_json::from_slice(&element.unwrap().unwrap().text).unwrap())
            .collect();
        prop_assert_eq!(read, written);
    }
}

const THIRD_PARTY: &str = r#"{"consent_id":"cn_0042","tenant_id":"tn_91","app_id":"app_5dK2","client_id":"tpc_8Ybq4RkT",
 "user_id":"usr_A1","scope":"openid offline_access accounts:balance","created_at":1790000000,
 "expires_at":1792592000,"updated_at":1790000001,"status":"revoked"}"#;

#[test]
fn tpa_a3_1_a_third_party_consent_keeps_its_times_and_scopes() {
    let found = third_party_consent(tenant(), People::Login, element(THIRD_PARTY)).unwrap();
    let agreement = found.agreement;
    assert_eq!(found.name, "cn_0042");
    assert_eq!(agreement.client.as_str(), "tpc_8Ybq4RkT");
    let scopes: Vec<_> = agreement.items.iter().map(|(scope, _)| scope.as_str()).collect();
    assert_eq!(scopes, ["openid", "offline_access", "accounts:balance"]);
    assert_eq!(agreement.created_at, Timestamp::from_seconds(1_790_000_000));
    assert_eq!(
        agreement.valid_until,
        Some(Timestamp::from_seconds(1_792_592_000))
    );
    let ended = agreement.ended.unwrap();
    assert_eq!(
        (ended.at.as_seconds(), ended.reason),
        (1_790_000_001, EndReason::PartyAction)
    );
    assert_eq!(agreement.person.value, "usr_A1");
}

#[test]
fn everything_wrong_with_a_third_party_consent_is_told_at_its_line_with_what_would_be_right() {
    let text = "{\"consent_id\":\"cn_1\",\n\"client_id\":7,\n\"user_id\":\"\",\n\"scope\":\"a\",\n\"created_at\":1790000000000,\n\
        \"status\":\"gone\",\"claims\":[{}]}";
    let wrong = told(third_party_consent(tenant(), People::Login, element(text)).unwrap_err());
    assert_eq!(
        wrong,
        [
            "2: cn_1: client_id is no text; it is the id of a client that is registered here",
            "3: cn_1: user_id is no text; it says whose consent it is",
            "5: cn_1: created_at is too large; it is a number of seconds since 1970, not of milliseconds",
            "6: cn_1: status is unknown; it is active, expired, revoked or superseded",
            "6: cn_1: claims cannot be kept; only consents to scopes are taken over",
        ]
    );
    let broken = told(third_party_consent(tenant(), People::Login, element("{\"a\":1,\n}")).unwrap_err());
    assert_eq!(broken, ["2: is no JSON at column 1 of this line"]);
}

#[test]
fn a_consent_of_a_dataspace_keeps_the_id_that_its_tokens_carry() {
    let text = r#"{"tid":"0b6f5f0c-6f5e-4b0e-8a55-3f0f3c1f9e21","app":"app-1","subiss":"https://login.example","sub":"ada",
        "dsi":"dpp://office@northbay.example/Person_v1.0","state":"granted","granted_at":"2026-02-11T09:30:11Z"}"#;
    let found = dataspace_consent(tenant(), element(text)).unwrap().agreement;
    let (source, consent) = &found.items[0];
    assert_eq!(source.as_str(), "dpp://office@northbay.example/Person_v1.0");
    assert_eq!(
        consent.unwrap().to_string(),
        "0b6f5f0c-6f5e-4b0e-8a55-3f0f3c1f9e21"
    );
    assert_eq!(found.person.value, "https://login.example ada");
    let wrong = r#"{"tid":"x","app":"app-1","subiss":"https://login.example","sub":"ada","dsi":"https://x","state":"revoked",
        "granted_at":1790000000}"#;
    let wrong = told(dataspace_consent(tenant(), element(wrong)).unwrap_err());
    assert_eq!(
        wrong,
        [
            "1: x: dsi is no data source identifier; it is the data source, as dpp://…",
            "1: x: ended_at is missing; a consent that ended says when",
        ]
    );
}
