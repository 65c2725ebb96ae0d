//! Wordings: published once, never changed, never lowered (consent-api 7.1, 12.5).

use consentry_testkit::TestApp;
use http::Method;
use serde_json::{Value, json};

use crate::world::{NEWSLETTER, agreed, assert_refused, assert_wrong, get, put, request, tag, words};

fn english() -> String {
    format!("{NEWSLETTER}/localizations/en-GB")
}

#[tokio::test]
async fn rec_7_1_a_higher_version_takes_the_place_and_people_are_asked_with_it() {
    let app = TestApp::start().await;
    let record = agreed(&app, "email-newsletter", "1.2", "en-GB").await;
    let published = put(&app, &english(), &words("1.10")).await.expect_status(200);
    let body = published.json();
    assert_eq!(body["versions"], json!(["1.2", "1.10"]));
    assert_eq!(body["data"], "data 1.10");
    assert_eq!(body["published_at"], json!(app.now()));
    let seen = app
        .records(Method::GET, &english(), None)
        .await
        .expect_status(200)
        .json();
    assert_eq!(
        (&seen["version"], &seen["dataText"]),
        (&json!("1.10"), &json!("data 1.10"))
    );
    let seen = app
        .records(Method::GET, &format!("/consents/{record}"), None)
        .await
        .json();
    assert_eq!(seen["definition"]["version"], "1.2");
    assert_eq!(seen["definition"]["currentVersion"], "1.10");

    let current = get(&app, &english()).await.expect_status(200);
    assert_eq!((current.json(), tag(&current)), (body, tag(&published)));
    let first = get(&app, &format!("{}?version=1.2", english()))
        .await
        .expect_status(200);
    assert_eq!(first.json()["data"], "Your e-mail address");
    assert_eq!(tag(&first), tag(&current));
    for (version, status, code) in [
        ("1.3", 404, "not_found"),
        ("1", 400, "invalid_parameter"),
        ("01.2", 400, "invalid_parameter"),
    ] {
        let answer = get(&app, &format!("{}?version={version}", english())).await;
        assert_refused(&answer, status, code);
    }
}

#[tokio::test]
async fn rec_7_1_published_words_never_change_and_versions_are_never_lowered() {
    let app = TestApp::start().await;
    let before = get(&app, &english()).await.expect_status(200);
    let answer = put(&app, &english(), &words("1.2")).await;
    assert_refused(&answer, 409, "wording_published");
    let _next = put(&app, &english(), &words("2.0")).await.expect_status(200);
    for body in [words("1.9"), words("0.1"), before.json()] {
        assert_refused(&put(&app, &english(), &body).await, 409, "version_lowered");
    }
    let mut reworded = words("2.0");
    reworded["title"] = Value::Null;
    assert_refused(&put(&app, &english(), &reworded).await, 409, "wording_published");
    let current = get(&app, &english()).await.json();
    assert_eq!(current["versions"], json!(["1.2", "2.0"]));
    assert_eq!(current["title"], "News");
}

#[tokio::test]
async fn the_same_words_again_change_nothing_in_whatever_spelling() {
    let app = TestApp::start().await;
    let path = format!("{NEWSLETTER}/localizations/nl-NL");
    let made = put(&app, &path, &words("1.0")).await.expect_status(201);
    app.pass(60);
    let spelled = format!("{NEWSLETTER}/localizations/NL-nl");
    for (path, body) in [
        (&path, words("1.0")),
        (&spelled, words("1.0")),
        (&spelled, made.json()),
    ] {
        let again = put(&app, path, &body).await.expect_status(200);
        assert_eq!((again.json(), tag(&again)), (made.json(), tag(&made)));
    }
    let next = put(&app, &spelled, &words("1.1")).await.expect_status(200).json();
    assert_eq!(
        (&next["locale"], &next["versions"]),
        (&json!("nl-NL"), &json!(["1.0", "1.1"]))
    );
}

#[tokio::test]
async fn localizations_are_listed_with_their_versions() {
    let app = TestApp::start().await;
    let _next = put(&app, &english(), &words("1.3")).await.expect_status(200);
    let path = format!("{NEWSLETTER}/localizations");
    let listed = get(&app, &path).await.expect_status(200).json();
    let listed: Vec<(Value, Value)> = listed["localizations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|wording| (wording["locale"].clone(), wording["versions"].clone()))
        .collect();
    assert_eq!(
        listed,
        [
            (json!("ar"), json!(["1.2"])),
            (json!("en-GB"), json!(["1.2", "1.3"])),
        ]
    );
    assert_refused(
        &get(&app, "/definitions/none/localizations").await,
        404,
        "not_found",
    );
}

#[tokio::test]
async fn whatever_cannot_be_right_is_told_at_once() {
    let app = TestApp::start().await;
    let with = |name: &str, value: Value| {
        let mut body = words("3.0");
        body[name] = value;
        body
    };
    for (body, pointers) in [
        (json!({}), vec!["/version", "/data", "/purpose"]),
        (with("version", json!("3")), vec!["/version"]),
        (with("version", json!("3.01")), vec!["/version"]),
        (with("version", json!("4294967296.0")), vec!["/version"]),
        (with("version", json!(3.0)), vec!["/version"]),
        (with("data", json!("")), vec!["/data"]),
        (with("data", Value::Null), vec!["/data"]),
        (with("purpose", json!("x".repeat(65_537))), vec!["/purpose"]),
        (with("title", json!({})), vec!["/title"]),
        (with("title", json!("x".repeat(4097))), vec!["/title"]),
        (with("locale", json!("ar")), vec!["/locale"]),
        (with("definition", json!("openid")), vec!["/definition"]),
        (with("dataText", json!("x")), vec!["/dataText"]),
    ] {
        assert_wrong(&put(&app, &english(), &body).await, &pointers);
    }
    for locale in ["en%20GB", "d%C3%A9", "a".repeat(65).as_str(), "en.GB"] {
        let path = format!("{NEWSLETTER}/localizations/{locale}");
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let answer = request(&app, method, &path).json(&words("1.0")).send().await;
            assert_refused(&answer, 404, "not_found");
        }
    }
    let unknown = put(&app, "/definitions/none/localizations/en", &words("1.0")).await;
    assert_refused(&unknown, 404, "not_found");
    let largest = with("data", json!("é".repeat(32_768)));
    let _largest = put(&app, &english(), &largest).await.expect_status(200);
}
