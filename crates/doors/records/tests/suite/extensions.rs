//! The opt-in extensions: `status`, `all`, pages, and conditions (consent-api 15).

use consentry_testkit::{Answer, TestApp};
use http::Method;
use serde_json::{Value, json};

use crate::world::{
    PRIVILEGED, accepted, ada, assert_invalid, assert_refused, bank, ben, delete, details, found, get, id,
    made, patch, portal, request, seen, token,
};

/// Five records, alternately Ada's and Ben's, a moment apart.
async fn five(app: &TestApp) -> Vec<String> {
    let mut records = Vec::new();
    for number in 0..5 {
        let subject = if number % 2 == 0 { "ada" } else { "ben" };
        let status = if number < 3 { "accepted" } else { "revoked" };
        let more = json!({ "subject": subject, "actor": subject, "status": status });
        records.push(id(&made(app, &portal(app), more).await).to_owned());
        app.clock.advance_micros(1);
    }
    records
}

fn picked(records: &[String], numbers: &[usize]) -> Vec<String> {
    numbers.iter().map(|&number| records[number].clone()).collect()
}

#[tokio::test]
async fn rec_15_status_narrows_what_is_found_now() {
    let app = bank().await;
    let records = five(&app).await;
    for (query, expected) in [
        ("?subject=ada&status=accepted", &[0, 2][..]),
        ("?subject=ada&status=revoked", &[4]),
        ("?subject=ada&status=pending", &[]),
        ("?actor=ben&status=accepted", &[1]),
        ("?subject=ada&status=denied&definition=share-location", &[]),
    ] {
        assert_eq!(
            found(&app, &portal(&app), query).await,
            picked(&records, expected),
            "{query}"
        );
    }
    assert_eq!(
        found(&app, &ada(&app), "?status=revoked").await,
        picked(&records, &[4])
    );
    for status in ["", "Accepted", "expired", "accepted,revoked"] {
        let answer = get(&app, &ada(&app), &format!("/consents?status={status}")).await;
        assert_refused(&answer, 400, "INVALID_REQUEST");
        assert_eq!(details(&answer)[0].0, "status");
    }
}

#[tokio::test]
async fn rec_15_all_is_everybody_for_the_privileged_only() {
    let app = bank().await;
    let records = five(&app).await;
    let other = json!({ "definition": { "id": "share-my-email", "version": "1.0", "locale": "en-GB" } });
    let mail = made(&app, &ada(&app), other).await;
    for who in [portal(&app), token(&app, "ben", PRIVILEGED).await] {
        assert_eq!(
            found(&app, &who, "?all=true&definition=share-location").await,
            records
        );
        assert_eq!(
            found(&app, &who, "?all=true&definition=share-my-email").await,
            [id(&mail)]
        );
        assert_eq!(found(&app, &who, "?all=true").await.len(), 6);
        let query = "?all=true&definition=share-location&status=accepted&audience=store-app";
        assert_eq!(found(&app, &who, query).await, picked(&records, &[0, 1, 2]));
        assert_eq!(
            found(&app, &who, "?all=true&subject=ben").await,
            picked(&records, &[1, 3])
        );
    }
    assert!(found(&app, &portal(&app), "?all=false").await.is_empty());
    for who in [ada(&app), token(&app, "ada", crate::world::UNPRIVILEGED).await] {
        let answer = get(&app, &who, "/consents?all=true").await;
        assert_refused(&answer, 403, "PRIVILEGE_REQUIRED");
        assert_eq!(details(&answer)[0].0, "all");
        let _own = get(&app, &who, "/consents?all=false").await.expect_status(200);
    }
    for value in ["", "1", "TRUE", "true&all=true"] {
        let answer = get(&app, &portal(&app), &format!("/consents?all={value}")).await;
        assert_refused(&answer, 400, "INVALID_REQUEST");
    }
}

#[tokio::test]
async fn rec_15_all_follows_a_record_to_its_new_definition_and_sees_other_doors() {
    let app = bank().await;
    let record = made(&app, &ada(&app), json!({})).await;
    let moved = json!({ "definition": { "id": "share-my-email", "version": "1.0" } });
    let _moved = patch(&app, &portal(&app), id(&record), &moved)
        .await
        .expect_status(200);
    assert!(
        found(&app, &portal(&app), "?all=true&definition=share-location")
            .await
            .is_empty()
    );
    assert_eq!(
        found(&app, &portal(&app), "?all=true&definition=share-my-email").await,
        [id(&record)]
    );
    for username in ["ada", "ben"] {
        let _tokens = app
            .connect(&app.browser(), username, consentry_testkit::FULL_SCOPE)
            .await;
    }
    let query = "?all=true&definition=accounts%3Abalance&status=accepted";
    assert_eq!(found(&app, &portal(&app), query).await.len(), 2);
    let _stopped = app.stop_sharing("ada").await.expect_status(200);
    assert_eq!(found(&app, &portal(&app), query).await.len(), 1);
}

async fn page(app: &TestApp, who: &str, address: &str) -> (Vec<String>, Value, Option<String>) {
    let path = address
        .strip_prefix("http://127.0.0.1:8080/consent/v1")
        .unwrap_or(address);
    let body = get(app, who, path).await.expect_status(200).json();
    let ids = crate::world::ids(&body, "consents");
    assert_eq!(body["size"], ids.len());
    let next = body["_links"]["next"]["href"].as_str().map(str::to_owned);
    (ids, body["count"].clone(), next)
}

#[tokio::test]
async fn rec_15_pages_follow_each_other_without_gap_and_count_the_whole() {
    let app = bank().await;
    let records = five(&app).await;
    for (query, expected) in [
        ("all=true&definition=share-location", &[0, 1, 2, 3, 4][..]),
        ("subject=ada", &[0, 2, 4]),
        ("actor=ada", &[0, 2, 4]),
        ("all=true&status=accepted", &[0, 1, 2]),
        ("actor=ben&status=denied", &[]),
    ] {
        let expected = picked(&records, expected);
        for limit in 1..=6 {
            let mut address = format!("/consents?{query}&limit={limit}");
            let mut all = Vec::new();
            loop {
                let (ids, count, next) = page(&app, &portal(&app), &address).await;
                assert_eq!(count, expected.len(), "{address}");
                assert!(ids.len() <= limit);
                all.extend(ids);
                match next {
                    Some(next) => address = next,
                    None => break,
                }
                assert!(all.len() < expected.len(), "a next page is never empty");
            }
            assert_eq!(all, expected, "{query} by {limit}");
        }
    }
}

#[tokio::test]
async fn rec_15_the_limit_goes_from_one_to_the_search_limit() {
    let app = bank().await;
    app.configure(|tenant| tenant.records.search_size_limit = 3).await;
    let _records = five(&app).await;
    let (ids, count, next) = page(&app, &portal(&app), "/consents?all=true&limit=3").await;
    assert_eq!((ids.len(), count, next.is_some()), (3, json!(5), true));
    for limit in [
        "0",
        "4",
        "-1",
        "+1",
        "1.0",
        "x",
        "",
        "99999999999999999999",
        "1&limit=1",
    ] {
        let answer = get(&app, &portal(&app), &format!("/consents?all=true&limit={limit}")).await;
        assert_refused(&answer, 400, "INVALID_REQUEST");
    }
    let whole = get(&app, &portal(&app), "/consents?all=true").await;
    assert_refused(&whole, 400, "SEARCH_SIZE_LIMIT_EXCEEDED");
}

#[tokio::test]
async fn rec_15_a_cursor_that_is_foreign_altered_or_stale_is_400() {
    let app = bank().await;
    let _records = five(&app).await;
    let (_, _, next) = page(&app, &portal(&app), "/consents?all=true&limit=2").await;
    let next = next.unwrap();
    let cursor = next.split("cursor=").nth(1).unwrap().to_owned();
    let asked =
        async |who: &str, query: String| -> Answer { get(&app, who, &format!("/consents?{query}")).await };
    let good = asked(&portal(&app), format!("all=true&limit=3&cursor={cursor}")).await;
    assert_eq!(
        good.expect_status(200).json()["count"],
        5,
        "another size is the same search"
    );
    let altered = format!(
        "{}{}",
        if cursor.starts_with('A') { 'B' } else { 'A' },
        &cursor[1..]
    );
    let other = token(&app, "ben", PRIVILEGED).await;
    for (who, query) in [
        (portal(&app), format!("limit=2&cursor={cursor}")),
        (
            portal(&app),
            format!("all=true&status=accepted&limit=2&cursor={cursor}"),
        ),
        (
            portal(&app),
            format!("all=true&definition=share-location&limit=2&cursor={cursor}"),
        ),
        (portal(&app), format!("all=true&limit=2&cursor={altered}")),
        (portal(&app), format!("all=true&limit=2&cursor={cursor}x")),
        (
            portal(&app),
            format!("all=true&limit=2&cursor={}", "A".repeat(10_000)),
        ),
        (portal(&app), "all=true&limit=2&cursor=x".to_owned()),
        (portal(&app), "all=true&limit=2&cursor=".to_owned()),
        (portal(&app), format!("all=true&cursor={cursor}")),
        (other, format!("all=true&limit=2&cursor={cursor}")),
    ] {
        let answer = asked(&who, query.clone()).await;
        assert_refused(&answer, 400, "INVALID_REQUEST");
        assert_eq!(details(&answer)[0].0, "cursor", "{query}");
    }
    app.pass(3599);
    let _good = asked(&portal(&app), format!("all=true&limit=2&cursor={cursor}"))
        .await
        .expect_status(200);
    app.pass(1);
    let stale = asked(&portal(&app), format!("all=true&limit=2&cursor={cursor}")).await;
    assert_refused(&stale, 400, "INVALID_REQUEST");
    let elsewhere = TestApp::start_seeded(9).await;
    let path = format!("/consents?all=true&limit=2&cursor={cursor}");
    assert_refused(
        &get(&elsewhere, &portal(&elsewhere), &path).await,
        400,
        "INVALID_REQUEST",
    );
}

#[tokio::test]
async fn rec_15_pages_of_an_ordinary_requester_are_their_own() {
    let app = bank().await;
    let records = five(&app).await;
    let (first, count, next) = page(&app, &ada(&app), "/consents?limit=2").await;
    assert_eq!((first, count), (picked(&records, &[0, 2]), json!(3)));
    let (second, _, end) = page(&app, &ada(&app), &next.unwrap()).await;
    assert_eq!((second, end), (picked(&records, &[4]), None));
}

#[tokio::test]
async fn rec_15_what_is_made_while_pages_are_turned_comes_at_the_end_and_nothing_twice() {
    let app = bank().await;
    let records = five(&app).await;
    let (first, _, next) = page(&app, &portal(&app), "/consents?all=true&limit=2").await;
    assert_eq!(first, picked(&records, &[0, 1]));
    let _deleted = delete(&app, &portal(&app), &records[2]).await.expect_status(204);
    let _changed = patch(&app, &portal(&app), &records[3], &json!({ "data": {} })).await;
    app.pass(1);
    let newer = made(&app, &ada(&app), json!({})).await;
    let (second, _, next) = page(&app, &portal(&app), &next.unwrap()).await;
    assert_eq!(second, picked(&records, &[3, 4]));
    let (third, _, end) = page(&app, &portal(&app), &next.unwrap()).await;
    assert_eq!((third, end), (vec![id(&newer).to_owned()], None));
}

fn tag(answer: &Answer) -> String {
    answer.header("etag").unwrap().to_owned()
}

async fn conditional(app: &TestApp, method: Method, record: &str, if_match: &str, body: &Value) -> Answer {
    let asked = request(app, &portal(app), method.clone(), &format!("/consents/{record}"))
        .header("if-match", if_match);
    match method {
        Method::DELETE => asked.send().await,
        _ => asked.json(body).send().await,
    }
}

#[tokio::test]
async fn rec_15_every_single_record_has_a_tag_that_moves_with_each_change() {
    let app = bank().await;
    let made = crate::world::post(&app, &ada(&app), &accepted(json!({}))).await;
    let one = id(&made.json()).to_owned();
    let path = format!("/consents/{one}");
    assert_eq!(tag(&get(&app, &ada(&app), &path).await), tag(&made));
    let unchanged = patch(&app, &ada(&app), &one, &json!({})).await;
    assert_eq!(tag(&unchanged), tag(&made));
    let mut seen = vec![tag(&made)];
    for change in [
        json!({ "data": {} }),
        json!({ "status": "revoked" }),
        json!({ "status": "accepted" }),
    ] {
        let changed = patch(&app, &ada(&app), &one, &change).await.expect_status(200);
        assert!(!seen.contains(&tag(&changed)), "{change}");
        assert_eq!(tag(&get(&app, &ada(&app), &path).await), tag(&changed));
        seen.push(tag(&changed));
    }
    let list = get(&app, &ada(&app), "/consents").await;
    assert_eq!(list.header("etag"), None);
}

#[tokio::test]
async fn rec_15_if_match_lets_through_what_was_seen_and_refuses_the_rest() {
    let app = bank().await;
    let record = made(&app, &portal(&app), json!({ "subject": "ada" })).await;
    let one = id(&record);
    let old = tag(&get(&app, &portal(&app), &format!("/consents/{one}")).await);
    let change = json!({ "data": { "a": 1 } });
    let changed = conditional(&app, Method::PATCH, one, &old, &change)
        .await
        .expect_status(200);
    let now = tag(&changed);
    let body = accepted(json!({ "data": { "a": 2 } }));
    for (method, body) in [
        (Method::PATCH, json!({ "data": {} })),
        (Method::PUT, body.clone()),
        (Method::DELETE, json!({})),
    ] {
        let weak = format!("W/{now}");
        for if_match in [old.as_str(), "\"x\"", "\"\"", &weak, "\"1.1\", \"0.0.accepted\""] {
            let answer = conditional(&app, method.clone(), one, if_match, &body).await;
            assert_refused(&answer, 412, "PRECONDITION_FAILED");
        }
        for if_match in ["x", "\"x", "\"a\" \"b\"", ""] {
            let answer = conditional(&app, method.clone(), one, if_match, &body).await;
            assert_refused(&answer, 400, "INVALID_REQUEST");
        }
    }
    assert_eq!(seen(&app, one).await, changed.json());
    let either = format!("\"x\" , {now}");
    let replaced = conditional(&app, Method::PUT, one, &either, &body)
        .await
        .expect_status(200);
    let any = conditional(&app, Method::PATCH, one, "*", &json!({ "audience": "x" }))
        .await
        .expect_status(200);
    assert_ne!(tag(&replaced), tag(&any));
    let _deleted = conditional(&app, Method::DELETE, one, &tag(&any), &json!({}))
        .await
        .expect_status(204);
}

#[tokio::test]
async fn rec_15_and_5_6_the_condition_is_the_last_check() {
    let app = bank().await;
    let record = made(&app, &ada(&app), json!({})).await;
    let one = id(&record);
    let stale = "\"9.9.accepted\"";
    let invalid = json!({ "status": "x" });
    assert_invalid(
        &conditional(&app, Method::PATCH, one, stale, &invalid).await,
        "status",
        "INVALID_VALUE",
    );
    let unknown = json!({ "definition": { "version": "9.0" } });
    let answer = conditional(&app, Method::PATCH, one, stale, &unknown).await;
    assert_invalid(&answer, "definition.version", "VERSION_NOT_AVAILABLE");
    let absent = "11111111-2222-4333-8444-555555555555";
    for method in [Method::PATCH, Method::PUT, Method::DELETE] {
        let answer = conditional(&app, method, absent, stale, &accepted(json!({}))).await;
        assert_refused(&answer, 404, "NOT_FOUND");
    }
    let foreign =
        request(&app, &ben(&app), Method::PATCH, &format!("/consents/{one}")).header("if-match", stale);
    assert_refused(&foreign.json(&json!({})).send().await, 403, "NOT_OWNER");
    let nothing = conditional(&app, Method::PATCH, one, stale, &json!({})).await;
    assert_refused(&nothing, 412, "PRECONDITION_FAILED");
}

#[tokio::test]
async fn rec_15_of_many_who_saw_the_same_one_wins() {
    let app = bank().await;
    let record = made(&app, &ada(&app), json!({})).await;
    let one = id(&record);
    let tag = tag(&get(&app, &portal(&app), &format!("/consents/{one}")).await);
    let changes: Vec<Value> = (0..3).map(|number| json!({ "data": { "by": number } })).collect();
    let answers = tokio::join!(
        conditional(&app, Method::PATCH, one, &tag, &changes[0]),
        conditional(&app, Method::PATCH, one, &tag, &changes[1]),
        conditional(&app, Method::DELETE, one, &tag, &changes[2]),
    );
    let statuses = [answers.0.status(), answers.1.status(), answers.2.status()];
    let won = statuses.iter().filter(|status| **status < 300).count();
    assert_eq!(won, 1, "{statuses:?}");
    assert!(
        statuses
            .iter()
            .all(|status| [200, 204, 404, 412].contains(status)),
        "{statuses:?}"
    );
}

#[tokio::test]
async fn rec_15_a_consent_that_ran_out_is_no_longer_what_was_seen() {
    let app = bank().await;
    let _tokens = app
        .connect(&app.browser(), "ada", consentry_testkit::FULL_SCOPE)
        .await;
    let one = found(&app, &portal(&app), "?subject=ada&definition=accounts%3Abalance")
        .await
        .remove(0);
    let before = tag(&get(&app, &portal(&app), &format!("/consents/{one}")).await);
    app.pass(31 * 24 * 3600);
    let answer = conditional(&app, Method::PATCH, &one, &before, &json!({ "data": {} })).await;
    assert_refused(&answer, 412, "PRECONDITION_FAILED");
}

#[tokio::test]
async fn rec_15_vendor_clients_see_nothing_of_it() {
    let app = bank().await;
    let _records = five(&app).await;
    let body = get(&app, &portal(&app), "/consents?subject=ada").await.json();
    let names: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(names, ["_embedded", "_links", "count", "size"]);
    assert_eq!(body["_links"].as_object().unwrap().len(), 1);
    assert_eq!((&body["count"], &body["size"]), (&json!(3), &json!(3)));
}
