//! Definitions: what can be put, what is seen of it at once, and taking them away (consent-api 12.5).

use consentry_testkit::TestApp;
use http::Method;
use serde_json::{Value, json};

use crate::world::{NEWSLETTER, agreed, assert_refused, assert_wrong, delete, get, put, request, tag, words};

#[tokio::test]
async fn rec_12_5_a_definition_is_made_and_seen_with_the_next_request() {
    let app = TestApp::start().await;
    let path = "/definitions/share-location";
    assert_refused(&get(&app, path).await, 404, "not_found");
    let body = json!({
        "kind": "purpose",
        "display_name": "Share location",
        "description": "Coarse position",
        "parameters": ["precision", "hours"],
        "parent": "share-my-email",
        "lifetime": 86_400,
        "actions": ["delete", "read", "write"],
    });
    let made = put(&app, path, &body).await.expect_status(201);
    let mut whole = body.clone();
    whole["id"] = json!("share-location");
    assert_eq!(made.json(), whole);
    assert_eq!(made.header("cache-control"), Some("no-store"));
    let seen = app
        .records(Method::GET, path, None)
        .await
        .expect_status(200)
        .json();
    assert_eq!(seen["displayName"], "Share location");
    assert_eq!(seen["parameters"], json!(["precision", "hours"]));
    let read = get(&app, path).await.expect_status(200);
    assert_eq!((read.json(), tag(&read)), (whole, tag(&made)));

    // What is left out has its default.
    let changed = put(&app, path, &json!({ "display_name": "Location" }))
        .await
        .expect_status(200);
    assert_ne!(tag(&changed), tag(&made));
    let plain =
        json!({ "id": "share-location", "kind": "agreement", "display_name": "Location", "parameters": [] });
    assert_eq!(changed.json(), plain);
    let seen = app
        .records(Method::GET, path, None)
        .await
        .expect_status(200)
        .json();
    assert_eq!(seen["displayName"], "Location");
    assert!(seen.get("parameters").is_none(), "{seen}");

    // An answer can be sent back as it is.
    let again = put(&app, path, &plain).await.expect_status(200);
    assert_eq!(tag(&again), tag(&changed));
}

#[tokio::test]
async fn definitions_are_listed_by_id() {
    let app = TestApp::start().await;
    let _made = put(&app, "/definitions/Zoo", &json!({})).await.expect_status(201);
    let listed = get(&app, "/definitions").await.expect_status(200);
    let ids: Vec<String> = listed.json()["definitions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|definition| definition["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 11);
    assert!(ids.is_sorted() && ids.contains(&"Zoo".to_owned()), "{ids:?}");
    let kept = request(&app, Method::GET, "/definitions").header("if-none-match", &tag(&listed));
    let _same = kept.send().await.expect_status(304);
    let _changed = put(&app, "/definitions/Zoo", &json!({ "description": "d" }))
        .await
        .expect_status(200);
    assert_ne!(tag(&get(&app, "/definitions").await), tag(&listed));
}

#[tokio::test]
async fn ids_may_hold_any_character_but_controls() {
    let app = TestApp::start().await;
    for (path, id) in [
        ("terms%20%26%20conditions%2F%C2%A71", "terms & conditions/§1"),
        ("%F0%9F%93%8D%20ort", "📍 ort"),
        ("dpp%3A%2F%2Fsource@example", "dpp://source@example"),
        ("%D9%85%D9%88%D9%82%D8%B9", "موقع"),
    ] {
        let path = format!("/definitions/{path}");
        let made = put(&app, &path, &json!({ "id": id })).await.expect_status(201);
        assert_eq!(made.json()["id"], id);
        let localization = format!("{path}/localizations/en");
        let _words = put(&app, &localization, &words("1.0")).await.expect_status(201);
        let seen = app.records(Method::GET, &localization, None).await;
        assert_eq!(seen.expect_status(200).json()["dataText"], "data 1.0");
    }
    let long = format!("/definitions/{}", "x".repeat(1025));
    for path in ["/definitions/a%00b", "/definitions/a%0Ab", long.as_str()] {
        assert_refused(&put(&app, path, &json!({})).await, 404, "not_found");
    }
}

#[tokio::test]
async fn whatever_cannot_be_right_is_told_at_once_and_nothing_is_written() {
    let app = TestApp::start().await;
    let path = "/definitions/odd";
    let long = "x".repeat(1025);
    for (body, pointers) in [
        (json!({ "displayName": "x" }), vec!["/displayName"]),
        (json!({ "a/b~c": 1 }), vec!["/a~1b~0c"]),
        (json!({ "kind": "wish" }), vec!["/kind"]),
        (json!({ "kind": 7, "lifetime": 0 }), vec!["/kind", "/lifetime"]),
        (json!({ "lifetime": 1.5 }), vec!["/lifetime"]),
        (json!({ "lifetime": "60" }), vec!["/lifetime"]),
        (json!({ "display_name": "" }), vec!["/display_name"]),
        (json!({ "display_name": long }), vec!["/display_name"]),
        (json!({ "description": "a\u{0}b" }), vec!["/description"]),
        (json!({ "parameters": "one" }), vec!["/parameters"]),
        (
            json!({ "parameters": ["one", 2, ""] }),
            vec!["/parameters/1", "/parameters/2"],
        ),
        (json!({ "parameters": vec!["x"; 101] }), vec!["/parameters"]),
        (
            json!({ "actions": ["read", "a b", ""] }),
            vec!["/actions/1", "/actions/2"],
        ),
        (json!({ "actions": vec!["x"; 33] }), vec!["/actions"]),
        (json!({ "actions": "read" }), vec!["/actions"]),
        (json!({ "parent": "" }), vec!["/parent"]),
        (json!({ "parent": "a\nb" }), vec!["/parent"]),
        (json!({ "id": "even" }), vec!["/id"]),
        (json!({ "id": 7, "zebra": null }), vec!["/id", "/zebra"]),
    ] {
        assert_wrong(&put(&app, path, &body).await, &pointers);
    }
    assert_refused(&get(&app, path).await, 404, "not_found");
    let whole = put(&app, "/definitions/whole", &json!({ "lifetime": 60.0 })).await;
    assert_eq!(whole.expect_status(201).json()["lifetime"], 60);
    let nulls = json!({ "display_name": null, "lifetime": null, "parameters": null, "actions": null });
    let made = put(&app, path, &nulls).await.expect_status(201).json();
    assert_eq!(
        made,
        json!({ "id": "odd", "kind": "agreement", "parameters": [] })
    );
}

#[tokio::test]
async fn rec_12_5_what_records_refer_to_goes_only_by_force_and_they_stay_readable() {
    let app = TestApp::start().await;
    let record = agreed(&app, "email-newsletter", "1.2", "en-GB").await;
    let seen =
        |app| async move { TestApp::records(app, Method::GET, &format!("/consents/{record}"), None).await };
    let before = seen.clone()(&app).await.expect_status(200).json();
    assert_eq!(before["definition"]["currentVersion"], "1.2");

    assert_refused(&delete(&app, NEWSLETTER).await, 409, "in_use");
    let english = format!("{NEWSLETTER}/localizations/en-gb");
    assert_refused(&delete(&app, &english).await, 409, "in_use");
    assert_refused(
        &delete(&app, &format!("{english}?force=yes")).await,
        400,
        "invalid_parameter",
    );
    let _arabic = delete(&app, &format!("{NEWSLETTER}/localizations/ar"))
        .await
        .expect_status(204);
    let _unused = delete(&app, "/definitions/share-my-email")
        .await
        .expect_status(204);
    assert_eq!(seen.clone()(&app).await.json(), before);

    // 19 no. 23: the records stay, without the current version of what is not there.
    let _english = delete(&app, &format!("{english}?force=true"))
        .await
        .expect_status(204);
    let after = seen.clone()(&app).await.expect_status(200).json();
    assert_eq!(after["definition"].get("currentVersion"), None, "{after}");
    let _definition = delete(&app, &format!("{NEWSLETTER}?force=true"))
        .await
        .expect_status(204);
    let after = seen(&app).await.expect_status(200).json();
    for name in ["id", "status", "dataText", "purposeText", "titleText", "subject"] {
        assert_eq!(after[name], before[name], "{name}");
    }
    assert_eq!(after["definition"]["id"], "email-newsletter");
    assert_eq!(after["definition"]["version"], "1.2");
    assert_eq!(after["definition"].get("currentVersion"), None, "{after}");
    for path in [NEWSLETTER.to_owned(), english] {
        assert_refused(&get(&app, &path).await, 404, "not_found");
        assert_refused(&delete(&app, &path).await, 404, "not_found");
        assert_eq!(app.records(Method::GET, &path, None).await.status(), 404);
    }
    let answer = app
        .records(Method::POST, "/consents", Some(&refused_record()))
        .await;
    assert_eq!(answer.status(), 400);
}

fn refused_record() -> Value {
    json!({
        "status": "accepted",
        "audience": "letters",
        "definition": { "id": "email-newsletter", "version": "1.2", "locale": "en-GB" },
    })
}
