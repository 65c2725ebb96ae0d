//! Entity tags and conditions (RFC 9110 13): nobody overwrites what they have not seen.

use std::collections::BTreeMap;

use consentry_testkit::TestApp;
use http::Method;
use serde_json::json;

use crate::world::{COURIER, NEWSLETTER, assert_refused, courier, get, put, request, tag, words};

#[tokio::test]
async fn rfc9110_13_every_kind_of_thing_is_changed_only_in_the_state_that_is_named() {
    let app = TestApp::start().await;
    let _courier = courier(&app, json!({})).await.expect_status(201);
    let english = format!("{NEWSLETTER}/localizations/en-GB");
    let account = format!("/accounts/{COURIER}");
    for (path, body, next) in [
        (
            NEWSLETTER,
            json!({ "display_name": "News" }),
            json!({ "display_name": "Newer" }),
        ),
        (&english, words("1.3"), words("1.4")),
        (&account, json!({ "uid": ["one"] }), json!({ "uid": ["two"] })),
    ] {
        let conditional = |method: Method, name: &'static str, value: &str| {
            request(&app, method, path).header(name, value).json(&body)
        };
        let seen = tag(&get(&app, path).await.expect_status(200));
        let weak = format!("W/{seen}");
        for (name, value) in [
            ("if-match", "\"other\""),
            ("if-match", weak.as_str()),
            ("if-none-match", "*"),
            ("if-none-match", seen.as_str()),
        ] {
            let answer = conditional(Method::PUT, name, value).send().await;
            assert_refused(&answer, 412, "precondition_failed");
        }
        for (name, value) in [("if-match", "other"), ("if-none-match", "\"a\" \"b\"")] {
            let answer = conditional(Method::PUT, name, value).send().await;
            assert_refused(&answer, 400, "invalid_request");
        }
        assert_eq!(tag(&get(&app, path).await), seen);
        let listed = format!("\"other\", {seen}");
        let changed = conditional(Method::PUT, "if-match", &listed)
            .send()
            .await
            .expect_status(200);
        let stale = request(&app, Method::PUT, path)
            .header("if-match", &seen)
            .json(&next);
        assert_refused(&stale.send().await, 412, "precondition_failed");
        let answer = request(&app, Method::DELETE, path)
            .header("if-match", &seen)
            .send()
            .await;
        assert_refused(&answer, 412, "precondition_failed");
        let now = tag(&changed);
        let not_modified = request(&app, Method::GET, path)
            .header("if-none-match", &now)
            .send()
            .await;
        assert_eq!((not_modified.status(), tag(&not_modified)), (304, now.clone()));
        assert!(not_modified.bytes().is_empty());
        let _last = request(&app, Method::DELETE, path)
            .header("if-match", &now)
            .send()
            .await
            .expect_status(204);
        let answer = conditional(Method::PUT, "if-match", "*").send().await;
        assert_refused(&answer, 412, "precondition_failed");
        if path == NEWSLETTER {
            let _back = conditional(Method::PUT, "if-none-match", "*")
                .send()
                .await
                .expect_status(201);
            let _words = put(&app, &english, &words("1.2")).await.expect_status(201);
        }
    }
}

#[tokio::test]
async fn rfc9110_13_of_two_changes_of_one_state_one_is_refused() {
    let app = TestApp::start().await;
    let _courier = courier(&app, json!({})).await.expect_status(201);
    let english = format!("{NEWSLETTER}/localizations/en-GB");
    let account = format!("/accounts/{COURIER}");
    for (path, bodies) in [
        (
            NEWSLETTER,
            [json!({ "display_name": "one" }), json!({ "display_name": "two" })],
        ),
        (&english, [words("2.0"), words("3.0")]),
        (&account, [json!({ "cn": ["one"] }), json!({ "cn": ["two"] })]),
    ] {
        let seen = tag(&get(&app, path).await.expect_status(200));
        let changing = |body| {
            request(&app, Method::PUT, path)
                .header("if-match", &seen)
                .json(body)
                .send()
        };
        let (one, two) = tokio::join!(changing(&bodies[0]), changing(&bodies[1]));
        let mut statuses = [one.status(), two.status()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412], "{path}: {} {}", one.text(), two.text());
        let winner = if one.status() == 200 { one } else { two };
        let now = get(&app, path).await;
        assert_eq!((now.json(), tag(&now)), (winner.json(), tag(&winner)));
    }
}

#[tokio::test]
async fn of_many_who_make_the_same_thing_one_makes_it() {
    let app = TestApp::start().await;
    let making = |number: usize| {
        let body = json!({ "description": number.to_string() });
        let request = request(&app, Method::PUT, "/definitions/rush").header("if-none-match", "*");
        async move { request.json(&body).send().await.status() }
    };
    let (a, b, c, d) = tokio::join!(making(1), making(2), making(3), making(4));
    let mut counted = BTreeMap::new();
    for status in [a, b, c, d] {
        *counted.entry(status).or_insert(0) += 1;
    }
    assert_eq!(counted, BTreeMap::from([(201, 1), (412, 3)]));
}

#[tokio::test]
async fn rec_7_1_versions_that_race_never_end_lower_than_they_were() {
    let app = TestApp::start().await;
    for round in 2..6 {
        // The same locale in other spellings is other rows: what keeps them apart is their definition.
        let put = |spelling: &str, version: String| {
            let path = format!("{NEWSLETTER}/localizations/{spelling}");
            let request = request(&app, Method::PUT, &path).json(&words(&version));
            async move { request.send().await }
        };
        let (low, high, same) = tokio::join!(
            put("fr-FR", format!("{round}.0")),
            put("FR-fr", format!("{round}.9")),
            put("fr-fr", format!("{round}.9"))
        );
        assert!([200, 201].contains(&high.status()), "{}", high.text());
        assert!([200, 201].contains(&same.status()), "{}", same.text());
        assert!([200, 201, 409].contains(&low.status()), "{}", low.text());
        let now = get(&app, &format!("{NEWSLETTER}/localizations/fr-FR"))
            .await
            .json();
        assert_eq!(now["version"], format!("{round}.9"), "{now}");
        let versions = now["versions"].as_array().unwrap();
        let mut distinct = versions.clone();
        distinct.dedup();
        assert_eq!(*versions, distinct);
    }
}
