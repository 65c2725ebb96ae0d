//! `expand` (consent-api 11.3) and the opt-in fallback of locales (RFC 4647).

use serde_json::{Value, json};

use crate::world::{ada, assert_refused, bank, definition, details, get, id, localization, made};

async fn body(app: &consentry_testkit::TestApp, path: &str) -> Value {
    get(app, &ada(app), path).await.expect_status(200).json()
}

#[tokio::test]
async fn rec_11_3_a_definition_with_its_localizations() {
    let app = bank().await;
    let plain = body(&app, "/definitions/share-location").await;
    let mut expected = plain.clone();
    let wordings = body(&app, "/definitions/share-location/localizations").await;
    expected["_embedded"] = json!({ "localizations": wordings["_embedded"]["localizations"] });
    for path in [
        "?expand=localizations",
        "/?expand=localizations",
        "?expand=localizations,localizations",
    ] {
        assert_eq!(
            body(&app, &format!("/definitions/share-location{path}")).await,
            expected
        );
    }
    app.provision(&[definition("speechless", None, None)]).await;
    let speechless = body(&app, "/definitions/speechless?expand=localizations").await;
    assert_eq!(speechless["_embedded"], json!({ "localizations": [] }));
}

#[tokio::test]
async fn rec_11_3_a_localization_with_its_definition_one_level_deep() {
    let app = bank().await;
    let path = "/definitions/share-location/localizations/en-GB";
    let mut expected = body(&app, path).await;
    expected["_embedded"] = json!({ "definition": body(&app, "/definitions/share-location").await });
    for name in ["definition", "parent", "parent,definition"] {
        assert_eq!(
            body(&app, &format!("{path}?expand={name}")).await,
            expected,
            "{name}"
        );
    }
    assert!(expected["_embedded"]["definition"].get("_embedded").is_none());
}

#[tokio::test]
async fn rec_11_3_a_record_with_the_current_wording() {
    let app = bank().await;
    let more = json!({ "definition": { "id": "share-location", "version": "1.1", "locale": "en-GB" } });
    let record = made(&app, &ada(&app), more).await;
    let path = format!("/consents/{}", id(&record));
    let mut expected = record.clone();
    expected["_embedded"] = json!({
        "definition": body(&app, "/definitions/share-location").await,
        "localization": body(&app, "/definitions/share-location/localizations/en-GB").await,
    });
    assert_eq!(
        body(&app, &format!("{path}?expand=definition,localization")).await,
        expected
    );
    assert_eq!(
        expected["_embedded"]["localization"]["version"], "1.2",
        "not that of the record"
    );
    expected["_embedded"]
        .as_object_mut()
        .unwrap()
        .remove("definition");
    assert_eq!(body(&app, &format!("{path}?expand=localization")).await, expected);
    assert_eq!(body(&app, &path).await, record);
}

#[tokio::test]
async fn rec_11_3_a_target_that_is_not_there_is_left_out() {
    let app = bank().await;
    let more = json!({ "status": "pending", "definition": { "id": "share-location" } });
    let record = made(&app, &ada(&app), more).await;
    let path = format!("/consents/{}?expand=definition,localization", id(&record));
    let embedded = body(&app, &path).await["_embedded"].clone();
    let names: Vec<&String> = embedded.as_object().unwrap().keys().collect();
    assert_eq!(names, ["definition"]);
}

#[tokio::test]
async fn rec_11_3_on_collections_it_applies_to_every_element() {
    let app = bank().await;
    let _records = (
        made(&app, &ada(&app), json!({})).await,
        made(&app, &ada(&app), json!({})).await,
    );
    for (path, kind, relation) in [
        (
            "/definitions?expand=localizations",
            "definitions",
            "localizations",
        ),
        (
            "/definitions/share-location/localizations?expand=parent",
            "localizations",
            "definition",
        ),
        ("/consents?expand=definition", "consents", "definition"),
    ] {
        let collection = body(&app, path).await;
        let elements = collection["_embedded"][kind].as_array().unwrap();
        assert!(elements.len() > 1);
        assert!(
            elements
                .iter()
                .all(|element| element["_embedded"].get(relation).is_some()),
            "{path}"
        );
        let own = collection["_links"]["self"]["href"].as_str().unwrap();
        assert!(own.ends_with(path.split('?').next_back().unwrap()), "{own}");
    }
}

#[tokio::test]
async fn rec_11_3_unknown_and_empty_names_are_400_with_the_names_there_are() {
    let app = bank().await;
    let record = format!("/consents/{}", id(&made(&app, &ada(&app), json!({})).await));
    for (path, accepted) in [
        ("/definitions", "localizations"),
        ("/definitions/share-location", "localizations"),
        ("/definitions/share-location/localizations", "definition, parent"),
        (
            "/definitions/share-location/localizations/en-GB",
            "definition, parent",
        ),
        ("/consents", "definition, localization"),
        (&record, "definition, localization"),
    ] {
        for names in [
            "nothing",
            "Definition",
            ",",
            "localizations,",
            "definition,x",
            "self",
            "localizations%20",
        ] {
            let answer = get(&app, &ada(&app), &format!("{path}?expand={names}")).await;
            assert_refused(&answer, 400, "INVALID_REQUEST");
            assert_eq!(details(&answer)[0].0, "expand");
            let message = answer.json()["details"][0]["message"]
                .as_str()
                .unwrap()
                .to_owned();
            assert!(message.ends_with(accepted), "{message}");
        }
        for query in ["expand=", "expand", "expand=definition&expand=definition"] {
            let answer = get(&app, &ada(&app), &format!("{path}?{query}")).await;
            assert_refused(&answer, 400, "INVALID_REQUEST");
        }
    }
}

#[tokio::test]
async fn rfc4647_3_4_a_locale_falls_back_only_where_it_is_asked_to() {
    let app = bank().await;
    app.provision(&[localization("share-location", "en", "0.1", None)])
        .await;
    let path = |locale: &str, more: &str| format!("/definitions/share-location/localizations/{locale}{more}");
    for (asked, found) in [
        ("en-GB-oxendict", "en-GB"),
        ("EN-US", "en"),
        ("en-x-bank", "en"),
        ("nl-NL", "nl-NL"),
    ] {
        let wording = body(&app, &path(asked, "?fallback=true")).await;
        assert_eq!(wording["locale"], found, "{asked}");
        let own = wording["_links"]["self"]["href"].as_str().unwrap();
        assert!(own.ends_with(&format!("/localizations/{found}")), "{own}");
    }
    for asked in ["nl", "de-DE", "*", "e"] {
        let answer = get(&app, &ada(&app), &path(asked, "?fallback=true")).await;
        assert_refused(&answer, 404, "NOT_FOUND");
    }
    for more in ["", "?fallback=false"] {
        let answer = get(&app, &ada(&app), &path("en-US", more)).await;
        assert_refused(&answer, 404, "NOT_FOUND");
    }
    for more in ["?fallback=", "?fallback=yes", "?fallback=true&fallback=true"] {
        let answer = get(&app, &ada(&app), &path("en-GB", more)).await;
        assert_refused(&answer, 400, "INVALID_REQUEST");
        assert_eq!(details(&answer)[0].0, "fallback");
    }
}
