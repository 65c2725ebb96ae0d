//! `filter` over HTTP (consent-api 11.4). The grammar and its meaning are proved beside the code.

use consentry_testkit::{Answer, TestApp};

use crate::world::{ada, assert_refused, bank, details, get, ids};

async fn filtered(app: &TestApp, path: &str, filter: &str) -> Answer {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("filter", filter)
        .finish();
    get(app, &ada(app), &format!("{path}?{query}")).await
}

#[tokio::test]
async fn rec_11_4_the_documented_examples() {
    let app = bank().await;
    for (path, expected) in [
        (
            "/definitions?filter=displayName%20sw%20%22S%22",
            &["share-location", "share-my-email"][..],
        ),
        (
            "/definitions?filter=localizations.id%20eq%20%22nl-NL%22",
            &["share-location"],
        ),
        (
            "/definitions?filter=description+co+%22STORE%22",
            &["share-location"],
        ),
    ] {
        let all = get(&app, &ada(&app), path).await.expect_status(200).json();
        assert_eq!(ids(&all, "definitions"), expected, "{path}");
        assert_eq!(all["count"], expected.len());
    }
    let path = "/definitions/share-location/localizations?filter=version%20eq%20%221.2%22";
    let all = get(&app, &ada(&app), path).await.expect_status(200).json();
    assert_eq!(ids(&all, "localizations"), ["en-GB"]);
    assert_eq!(
        all["_links"]["self"]["href"],
        format!("http://127.0.0.1:8080/consent/v1{path}")
    );
}

#[tokio::test]
async fn rec_11_4_every_operator_on_every_documented_attribute() {
    let app = bank().await;
    for attribute in [
        "displayName",
        "description",
        "locale",
        "version",
        "dataText",
        "purposeText",
        "titleText",
        "id",
        "localizations.id",
        "localizations.locale",
        "localizations.version",
        "localizations.titleText",
        "localizations.dataText",
        "localizations.purposeText",
    ] {
        for operator in ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"] {
            let filter = format!("{attribute} {operator} \"1.0\"");
            let _all = filtered(&app, "/definitions", &filter).await.expect_status(200);
            if !attribute.starts_with("localizations") {
                let path = "/definitions/share-location/localizations";
                let _all = filtered(&app, path, &filter).await.expect_status(200);
            }
        }
    }
}

#[tokio::test]
async fn rec_11_4_localizations_know_their_definition() {
    let app = bank().await;
    let path = "/definitions/share-location/localizations";
    for (filter, expected) in [
        (
            r#"displayName eq "share location""#,
            &["en-GB", "nl-NL", "us-EN"][..],
        ),
        (r#"description pr and locale sw "nl""#, &["nl-NL"]),
        (r#"id eq "EN-gb""#, &["en-GB"]),
        (r#"version ge "1.0""#, &["en-GB", "nl-NL"]),
        (r#"version ge "1.10""#, &[]),
        ("not (titleText pr)", &["nl-NL"]),
        (r#"titleText ne "Find shops""#, &["en-GB", "nl-NL"]),
        (r#"displayName eq "x""#, &[]),
    ] {
        let all = filtered(&app, path, filter).await.expect_status(200).json();
        assert_eq!(ids(&all, "localizations"), expected, "{filter}");
    }
}

#[tokio::test]
async fn rec_11_4_no_hit_is_an_empty_collection_and_no_definition_404() {
    let app = bank().await;
    let none = filtered(&app, "/definitions", r#"id eq "x""#)
        .await
        .expect_status(200)
        .json();
    assert_eq!(
        (&none["count"], &none["_embedded"]["definitions"]),
        (&0.into(), &serde_json::json!([]))
    );
    for filter in [r#"id eq "x""#, "broken"] {
        let answer = filtered(&app, "/definitions/none/localizations", filter).await;
        assert_refused(&answer, 404, "NOT_FOUND");
    }
}

#[tokio::test]
async fn rec_11_4_what_is_no_filter_is_400_with_a_position() {
    let app = bank().await;
    let parentheses = "(".repeat(10_000);
    for path in ["/definitions", "/definitions/share-location/localizations"] {
        for (filter, at) in [
            ("", 1),
            ("displayName", 12),
            ("colour eq \"x\"", 1),
            ("version eq 1.2", 12),
            ("id pr and (version gt \"x\")", 23),
            (parentheses.as_str(), 4097),
        ] {
            let answer = filtered(&app, path, filter).await;
            assert_refused(&answer, 400, "INVALID_FILTER");
            assert_eq!(details(&answer)[0].0, "filter");
            let message = answer.json()["details"][0]["message"]
                .as_str()
                .unwrap()
                .to_owned();
            assert!(message.ends_with(&format!(", at character {at}")), "{message}");
        }
    }
    let twice = get(&app, &ada(&app), "/definitions?filter=id+pr&filter=id+pr").await;
    assert_refused(&twice, 400, "INVALID_REQUEST");
}

#[tokio::test]
async fn rec_11_4_a_filter_elsewhere_is_an_unknown_parameter() {
    let app = bank().await;
    for path in [
        "/definitions/share-location",
        "/definitions/share-location/localizations/en-GB",
        "/consents",
    ] {
        let _answer = filtered(&app, path, "broken (").await.expect_status(200);
    }
}
