//! Definitions, localizations and versions (consent-api 6, 7, 11.1, 11.2).

use consentry_domain::{
    DefinitionKey,
    definition::{Definition, DefinitionKind},
};
use consentry_ledger::{Caller, Target, access::authorize, provision::Entry};
use serde_json::{Value, json};

use crate::world::{
    accepted, ada, assert_invalid, assert_refused, bank, definition, get, ids, localization, made, post,
};

const BASE: &str = "http://127.0.0.1:8080/consent/v1";

fn href(path: &str) -> Value {
    json!({ "href": format!("{BASE}{path}") })
}

#[tokio::test]
async fn rec_6_a_definition_with_all_it_has() {
    let app = bank().await;
    let localizations = ["en-GB", "nl-NL", "us-EN"].map(|locale| {
        let address = format!("{BASE}/definitions/share-location/localizations/{locale}");
        json!({ "href": address, "hreflang": locale })
    });
    assert_eq!(
        get(&app, &ada(&app), "/definitions/share-location")
            .await
            .expect_status(200)
            .json(),
        json!({
            "_links": { "self": href("/definitions/share-location"), "localizations": localizations },
            "id": "share-location",
            "displayName": "Share location",
            "description": "Coarse position for store finder",
        })
    );
}

#[tokio::test]
async fn rec_6_what_is_not_configured_is_left_out_and_parameters_are_shown() {
    let app = bank().await;
    let bare = get(
        &app,
        &ada(&app),
        "/definitions/terms%20%26%20conditions%2F%C2%A71",
    )
    .await
    .json();
    let names: Vec<&String> = bare.as_object().unwrap().keys().collect();
    assert_eq!(names, ["_links", "id"]);
    assert!(
        bare["_links"]["localizations"].is_array(),
        "an array even for one"
    );
    let with_parameters = Definition {
        key: DefinitionKey::parse("with-parameters").unwrap(),
        kind: DefinitionKind::Agreement,
        display_name: None,
        description: None,
        parameters: vec!["radius=5km".to_owned(), "until=2031".to_owned()],
        parent: None,
        lifetime: None,
        actions: consentry_domain::Actions::default(),
        choice: consentry_domain::definition::Choice::default(),
    };
    app.provision(&[Entry::Definition(with_parameters)]).await;
    let shown = get(&app, &ada(&app), "/definitions/with-parameters").await.json();
    assert_eq!(shown["parameters"], json!(["radius=5km", "until=2031"]));
    assert_eq!(shown["_links"]["localizations"], json!([]));
}

#[tokio::test]
async fn rec_11_1_collections_count_in_numbers_and_are_ordered_by_id() {
    let app = bank().await;
    let all = get(&app, &ada(&app), "/definitions")
        .await
        .expect_status(200)
        .json();
    let listed = ids(&all, "definitions");
    let mut sorted = listed.clone();
    sorted.sort();
    assert_eq!(listed, sorted);
    assert!(listed.contains(&"share-location".to_owned()));
    assert_eq!(
        (all["count"].as_u64(), all["size"].as_u64()),
        (Some(12), Some(12))
    );
    assert_eq!(all["_links"]["self"], href("/definitions"));

    let path = "/definitions/share-location/localizations";
    let wordings = get(&app, &ada(&app), path).await.expect_status(200).json();
    assert_eq!(ids(&wordings, "localizations"), ["en-GB", "nl-NL", "us-EN"]);
    assert_eq!(
        (wordings["count"].as_u64(), wordings["size"].as_u64()),
        (Some(3), Some(3))
    );
    assert_eq!(wordings["_links"]["self"], href(path));
}

#[tokio::test]
async fn rec_11_1_an_empty_collection_has_an_empty_array() {
    let app = bank().await;
    app.provision(&[definition("speechless", None, None)]).await;
    let path = "/definitions/speechless/localizations";
    let expected = json!({ "_links": { "self": href(path) }, "_embedded": { "localizations": [] }, "count": 0, "size": 0 });
    assert_eq!(
        get(&app, &ada(&app), path).await.expect_status(200).json(),
        expected
    );
}

#[tokio::test]
async fn rec_7_a_localization_with_all_it_has_is_the_current_one() {
    let app = bank().await;
    let path = "/definitions/share-location/localizations/en-GB";
    assert_eq!(
        get(&app, &ada(&app), path).await.expect_status(200).json(),
        json!({
            "_links": {
                "self": href(path),
                "parent": href("/definitions/share-location"),
                "definition": href("/definitions/share-location"),
            },
            "id": "en-GB",
            "locale": "en-GB",
            "version": "1.2",
            "titleText": "Find shops around you",
            "dataText": "data of share-location en-GB 1.2",
            "purposeText": "purpose of share-location en-GB 1.2",
        })
    );
    let untitled = get(
        &app,
        &ada(&app),
        "/definitions/share-location/localizations/nl-NL",
    )
    .await
    .json();
    assert_eq!(untitled["version"], "1.0");
    assert!(untitled.get("titleText").is_none());
}

#[tokio::test]
async fn rec_7_a_locale_is_found_in_any_case_and_nothing_stands_in_for_it() {
    let app = bank().await;
    for spelling in ["en-gb", "EN-GB", "eN-Gb", "US-en"] {
        let path = format!("/definitions/share-location/localizations/{spelling}");
        let wording = get(&app, &ada(&app), &path).await.expect_status(200).json();
        let configured = if spelling == "US-en" { "us-EN" } else { "en-GB" };
        assert_eq!(
            (&wording["id"], &wording["locale"]),
            (&json!(configured), &json!(configured))
        );
    }
    for unknown in ["en", "en-GB-x", "de-DE", "*"] {
        let path = format!("/definitions/share-location/localizations/{unknown}");
        assert_refused(&get(&app, &ada(&app), &path).await, 404, "NOT_FOUND");
    }
    for unknown in [
        "/definitions/none",
        "/definitions/none/localizations",
        "/definitions/none/localizations/en-GB",
    ] {
        assert_refused(&get(&app, &ada(&app), unknown).await, 404, "NOT_FOUND");
    }
}

#[tokio::test]
async fn rec_7_1_versions_are_numbers_and_ten_comes_after_nine() {
    let app = bank().await;
    let path = "/definitions/terms%20%26%20conditions%2F%C2%A71/localizations/en-GB";
    assert_eq!(get(&app, &ada(&app), path).await.json()["version"], "1.10");
    let body = |version: &str| {
        accepted(
            json!({ "definition": { "id": "terms & conditions/§1", "version": version, "locale": "en-GB" } }),
        )
    };
    for older in ["1.9", "1.10", "0.1", "1.0"] {
        let mut body = body(older);
        body["dataText"] = json!("d");
        body["purposeText"] = json!("p");
        let _made = post(&app, &ada(&app), &body).await.expect_status(201);
    }
    for newer in ["1.11", "2.0", "10.0"] {
        let answer = post(&app, &ada(&app), &body(newer)).await;
        assert_invalid(&answer, "definition.version", "VERSION_NOT_AVAILABLE");
    }
}

#[tokio::test]
async fn rec_7_1_current_version_follows_the_wording_of_the_records_locale() {
    let app = bank().await;
    let record = made(&app, &ada(&app), json!({})).await;
    assert_eq!(record["definition"]["currentVersion"], "1.2");
    app.provision(&[
        localization("share-location", "en-GB", "2.0", None),
        localization("share-location", "nl-NL", "3.0", None),
    ])
    .await;
    let seen = crate::world::seen(&app, crate::world::id(&record)).await;
    assert_eq!(
        seen["definition"],
        json!({ "id": "share-location", "version": "1.2", "currentVersion": "2.0", "locale": "en-GB" })
    );
    assert_eq!(
        seen["updatedDate"], record["updatedDate"],
        "the record itself did not change"
    );
}

#[tokio::test]
async fn rec_7_1_a_version_cannot_be_lowered_or_changed_in_place() {
    let app = bank().await;
    let permit = authorize(&Caller::Operator, Target::Tenant).unwrap();
    for (version, why) in [
        ("1.0", "lower than the current"),
        ("1.2", "is published and cannot change"),
    ] {
        let entry = localization("share-location", "en-GB", version, Some("Another title"));
        let error = app
            .ledger
            .provision(&app.tenant(), &permit, &[entry])
            .await
            .unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[tokio::test]
async fn rec_7_a_locale_spelled_otherwise_later_is_the_same_locale() {
    let app = bank().await;
    app.provision(&[localization("share-location", "EN-gb", "1.3", None)])
        .await;
    let wordings = get(&app, &ada(&app), "/definitions/share-location/localizations")
        .await
        .json();
    assert_eq!(ids(&wordings, "localizations"), ["EN-gb", "nl-NL", "us-EN"]);
    let old = get(
        &app,
        &ada(&app),
        "/definitions/share-location/localizations/en-GB",
    )
    .await
    .json();
    assert_eq!((&old["id"], &old["version"]), (&json!("EN-gb"), &json!("1.3")));
}
