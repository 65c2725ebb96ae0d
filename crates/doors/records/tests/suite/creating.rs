//! Creating records: attributes, validation, representation, limits (consent-api 8.1, 8.2, 8.4, 13.1, 14).

use consentry_testkit::TestApp;
use serde_json::{Value, json};

use crate::world::{
    ADA, accepted, ada, assert_invalid, assert_refused, bank, details, found, get, id, made, patch, portal,
    post,
};

const BASE: &str = "http://127.0.0.1:8080/consent/v1";

#[tokio::test]
async fn rec_8_4_a_record_with_every_attribute() {
    let app = bank().await;
    let body = json!({
        "status": "accepted",
        "audience": "store-app",
        "collaborators": ["ben", "family circle"],
        "definition": { "id": "share-location", "version": "1.1", "locale": "en-GB" },
        "titleText": "Find shops near you",
        "dataText": "Your approximate position",
        "purposeText": "To show nearby shops",
        "data": { "precision": "district" },
        "consentContext": {
            "captureMethod": "mobile",
            "subject": { "userAgent": "StoreApp/4.2", "ipAddress": "198.51.100.24" },
        },
    });
    let answer = post(&app, &ada(&app), &body).await.expect_status(201);
    let record = answer.json();
    let address = format!("{BASE}/consents/{}", id(&record));
    assert_eq!(answer.header("location"), Some(address.as_str()));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    let now = app.now().to_rfc3339_millis();
    let mut expected = body;
    expected["_links"] = json!({
        "self": { "href": address },
        "definition": { "href": format!("{BASE}/definitions/share-location") },
        "localization": {
            "href": format!("{BASE}/definitions/share-location/localizations/en-GB"),
            "hreflang": "en-GB",
        },
    });
    expected["id"] = record["id"].clone();
    for name in ["subject", "subjectDN", "actor", "actorDN"] {
        expected[name] = json!(ADA);
    }
    expected["definition"]["currentVersion"] = json!("1.2");
    expected["createdDate"] = json!(now);
    expected["updatedDate"] = json!(now);
    assert_eq!(record, expected);
    assert_eq!(
        crate::world::seen(&app, id(&record)).await,
        expected,
        "read as created"
    );
    assert!(now.ends_with('Z') && now.len() == "2031-03-04T09:15:27.104Z".len());
    assert_eq!(id(&record).len(), 36);
}

#[tokio::test]
async fn rec_8_4_what_has_no_value_is_left_out() {
    let app = bank().await;
    let pending = json!({ "status": "pending", "definition": { "id": "share-location" } });
    let record = post(&app, &ada(&app), &pending).await.expect_status(201).json();
    let names: Vec<&String> = record.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        [
            "_links",
            "actor",
            "actorDN",
            "createdDate",
            "definition",
            "id",
            "status",
            "subject",
            "subjectDN",
            "updatedDate"
        ]
    );
    assert_eq!(record["definition"], json!({ "id": "share-location" }));
    assert!(record["_links"].get("localization").is_none());
}

#[tokio::test]
async fn rec_8_1_read_only_and_unknown_attributes_are_ignored() {
    let app = bank().await;
    let record = made(
        &app,
        &ada(&app),
        json!({
            "id": "11111111-2222-4333-8444-555555555555",
            "subjectDN": "uid=ben,dc=x",
            "actorDN": 7,
            "createdDate": "1999-01-01T00:00:00.000Z",
            "updatedDate": false,
            "_links": { "self": { "href": "https://evil.example" } },
            "_embedded": [],
            "schemas": [],
            "favouriteColour": "green",
            "definition": { "id": "share-location", "version": "1.2", "locale": "en-GB", "currentVersion": "9.9", "x": 1 },
        }),
    )
    .await;
    assert_ne!(id(&record), "11111111-2222-4333-8444-555555555555");
    assert_eq!(
        (&record["subjectDN"], &record["actorDN"]),
        (&json!(ADA), &json!(ADA))
    );
    assert_eq!(record["createdDate"], app.now().to_rfc3339_millis());
    assert_eq!(record["definition"]["currentVersion"], "1.2");
    assert!(record.get("favouriteColour").is_none() && record["definition"].get("x").is_none());
}

#[tokio::test]
async fn rec_8_1_data_and_context_come_back_exactly() {
    let app = bank().await;
    let texts = [
        (
            r#"{"n":12345678901234567890123.450,"e":1e2,"z":-0.0,"m":9007199254740993}"#,
            "{}",
        ),
        (
            r#"{"null":null,"empty":{},"none":[],"deep":{"a":[null,{"b":null}]}}"#,
            r#"{"ip":"::1","browser":"x"}"#,
        ),
        (
            r#"[1,"two",{"three":3}]"#,
            r#"{"timestamp":1,"urlVisit":"https://x","ipAddr":"1"}"#,
        ),
        (
            r#"{"\u00e9\ud83d\ude00":"\u0000\u001f\\\"/","":" "}"#,
            r#"{"é":"😀"}"#,
        ),
        ("{}", r#"{"captureMethod":"x","nested":{"userAgent":""}}"#),
    ];
    for (data, context) in texts {
        let body = format!(
            r#"{{"status":"accepted","definition":{{"id":"share-location","version":"1.2","locale":"en-GB"}},"data":{data},"consentContext":{context}}}"#
        );
        let sent = crate::world::request(&app, &ada(&app), http::Method::POST, "/consents")
            .header("content-type", "application/json")
            .body(body.as_bytes());
        let made = sent.send().await.expect_status(201);
        let read = get(&app, &ada(&app), &format!("/consents/{}", id(&made.json()))).await;
        for answer in [made, read] {
            let text = answer.text();
            assert!(text.contains(&format!(r#""data":{data}"#)), "{text}");
            assert!(text.contains(&format!(r#""consentContext":{context}"#)), "{text}");
        }
    }
}

#[tokio::test]
async fn rec_8_2_1_the_body_is_exactly_one_object() {
    let app = bank().await;
    for body in [json!([accepted(json!({}))]), json!("x"), json!(null), json!(7)] {
        assert_refused(&post(&app, &ada(&app), &body).await, 400, "INVALID_REQUEST");
    }
}

#[tokio::test]
async fn rec_8_2_2_to_8_each_rule_names_its_attribute() {
    let app = bank().await;
    let definition = |changes: Value| {
        let mut definition = json!({ "id": "share-location", "version": "1.2", "locale": "en-GB" });
        for (name, value) in changes.as_object().unwrap() {
            definition[name] = value.clone();
        }
        json!({ "definition": definition })
    };
    for (more, target, code) in [
        (json!({ "status": null }), "status", "REQUIRED_VALUE"),
        (json!({ "status": "Accepted" }), "status", "INVALID_VALUE"),
        (json!({ "status": "active" }), "status", "INVALID_VALUE"),
        (json!({ "status": "restricted" }), "status", "INVALID_VALUE"),
        (json!({ "status": "" }), "status", "INVALID_VALUE"),
        (json!({ "status": 1 }), "status", "INVALID_VALUE"),
        (json!({ "definition": null }), "definition", "REQUIRED_VALUE"),
        (
            json!({ "definition": "share-location" }),
            "definition",
            "INVALID_VALUE",
        ),
        (json!({ "definition": {} }), "definition.id", "REQUIRED_VALUE"),
        (
            definition(json!({ "id": null })),
            "definition.id",
            "REQUIRED_VALUE",
        ),
        (definition(json!({ "id": "" })), "definition.id", "INVALID_VALUE"),
        (definition(json!({ "id": 7 })), "definition.id", "INVALID_VALUE"),
        (
            definition(json!({ "id": "unheard-of" })),
            "definition.id",
            "DEFINITION_NOT_FOUND",
        ),
        (
            definition(json!({ "id": "Share-Location" })),
            "definition.id",
            "DEFINITION_NOT_FOUND",
        ),
        (
            definition(json!({ "version": null })),
            "definition.version",
            "REQUIRED_VALUE",
        ),
        (
            definition(json!({ "locale": null })),
            "definition.locale",
            "REQUIRED_VALUE",
        ),
        (
            definition(json!({ "locale": "" })),
            "definition.locale",
            "INVALID_VALUE",
        ),
        (
            definition(json!({ "locale": ["en-GB"] })),
            "definition.locale",
            "INVALID_VALUE",
        ),
        (
            definition(json!({ "locale": "de-DE" })),
            "definition.locale",
            "LOCALE_NOT_FOUND",
        ),
        (
            definition(json!({ "locale": "en" })),
            "definition.locale",
            "LOCALE_NOT_FOUND",
        ),
        (
            definition(json!({ "version": 1.2 })),
            "definition.version",
            "INVALID_VALUE",
        ),
        (
            definition(json!({ "version": "1.3" })),
            "definition.version",
            "VERSION_NOT_AVAILABLE",
        ),
        (
            definition(json!({ "version": "2.0" })),
            "definition.version",
            "VERSION_NOT_AVAILABLE",
        ),
        (json!({ "audience": "" }), "audience", "INVALID_VALUE"),
        (json!({ "audience": 7 }), "audience", "INVALID_VALUE"),
        (json!({ "audience": "a\u{0}b" }), "audience", "INVALID_VALUE"),
        (json!({ "titleText": 7 }), "titleText", "INVALID_VALUE"),
        (json!({ "dataText": {} }), "dataText", "INVALID_VALUE"),
        (json!({ "purposeText": [] }), "purposeText", "INVALID_VALUE"),
        (
            json!({ "collaborators": "ben" }),
            "collaborators",
            "INVALID_VALUE",
        ),
        (
            json!({ "collaborators": ["ben", ""] }),
            "collaborators",
            "INVALID_VALUE",
        ),
        (
            json!({ "collaborators": ["ben", 7] }),
            "collaborators",
            "INVALID_VALUE",
        ),
        (
            json!({ "collaborators": [null] }),
            "collaborators",
            "INVALID_VALUE",
        ),
        (json!({ "data": "x" }), "data", "INVALID_VALUE"),
        (json!({ "data": 7 }), "data", "INVALID_VALUE"),
        (json!({ "data": true }), "data", "INVALID_VALUE"),
        (json!({ "consentContext": [] }), "consentContext", "INVALID_VALUE"),
        (
            json!({ "consentContext": "x" }),
            "consentContext",
            "INVALID_VALUE",
        ),
    ] {
        let answer = post(&app, &ada(&app), &accepted(more)).await;
        assert_invalid(&answer, target, code);
    }
    for (more, target) in [
        (json!({ "subject": "" }), "subject"),
        (json!({ "subject": 7 }), "subject"),
        (json!({ "actor": "" }), "actor"),
        (json!({ "actor": ["ada"] }), "actor"),
    ] {
        assert_invalid(
            &post(&app, &portal(&app), &accepted(more)).await,
            target,
            "INVALID_VALUE",
        );
    }
    assert!(found(&app, &ada(&app), "").await.is_empty(), "nothing was made");
    assert!(
        found(&app, &portal(&app), "").await.is_empty(),
        "nothing was made"
    );
}

#[tokio::test]
async fn rec_8_2_all_that_is_wrong_is_told_at_once() {
    let app = bank().await;
    let body = json!({ "status": "x", "definition": { "id": "" }, "audience": 7, "data": 1 });
    let answer = post(&app, &ada(&app), &body).await;
    assert_refused(&answer, 400, "INVALID_DATA");
    let targets: Vec<String> = details(&answer).into_iter().map(|(target, _)| target).collect();
    assert_eq!(targets, ["audience", "data", "definition.id", "status"]);
}

#[tokio::test]
async fn rec_8_2_5_version_and_locale_are_required_unless_pending() {
    let app = bank().await;
    for status in ["accepted", "denied", "revoked"] {
        let body = json!({ "status": status, "definition": { "id": "share-location" } });
        let answer = post(&app, &ada(&app), &body).await;
        let required = ["definition.locale", "definition.version"];
        assert_eq!(
            details(&answer),
            required.map(|target| (target.to_owned(), "REQUIRED_VALUE".to_owned())),
            "{status}"
        );
    }
    for definition in [
        json!({ "id": "share-location" }),
        json!({ "id": "share-location", "version": "1.0" }),
        json!({ "id": "share-location", "locale": "en-gb" }),
        json!({ "id": "share-location", "version": "1.2", "locale": "en-GB" }),
    ] {
        let body = json!({ "status": "pending", "definition": definition });
        let record = post(&app, &ada(&app), &body).await.expect_status(201).json();
        assert_eq!(record["definition"]["version"], definition["version"]);
        let spelled = definition["locale"].as_str().map(|_| "en-GB");
        assert_eq!(record["definition"]["locale"].as_str(), spelled);
    }
}

#[tokio::test]
async fn rec_8_2_6_the_locale_is_stored_in_the_configured_spelling() {
    let app = bank().await;
    let more = json!({ "definition": { "id": "share-location", "version": "0.9", "locale": "US-en" } });
    assert_eq!(
        made(&app, &ada(&app), more).await["definition"]["locale"],
        "us-EN"
    );
}

#[tokio::test]
async fn rec_8_2_7_a_version_is_two_plain_numbers() {
    let app = bank().await;
    for version in [
        "1",
        "1.0.0",
        "01.0",
        "1.00",
        "v1.0",
        "1.",
        ".1",
        "",
        "1,0",
        " 1.0",
        "1.0 ",
        "-1.0",
        "+1.0",
        "1.0a",
        "1e1.0",
        "99999999999.0",
        "１.0",
    ] {
        let more = json!({ "definition": { "id": "share-location", "version": version, "locale": "en-GB" } });
        let answer = post(&app, &ada(&app), &accepted(more)).await;
        assert_invalid(&answer, "definition.version", "INVALID_VALUE");
    }
}

#[tokio::test]
async fn rec_8_2_9_texts_are_filled_from_the_wording_that_was_shown() {
    let app = bank().await;
    let shown = |version: &str, locale: &str| json!({ "definition": { "id": "share-location", "version": version, "locale": locale } });
    let older = made(&app, &ada(&app), shown("1.1", "en-GB")).await;
    assert_eq!(older["titleText"], "Find shops near you");
    assert_eq!(older["dataText"], "data of share-location en-GB 1.1");
    assert_eq!(older["purposeText"], "purpose of share-location en-GB 1.1");
    let untitled = made(&app, &ada(&app), shown("1.0", "nl-NL")).await;
    assert!(untitled.get("titleText").is_none());
    let mut partly = shown("1.2", "en-GB");
    partly["dataText"] = json!("What I was told");
    let partly = made(&app, &ada(&app), partly).await;
    assert_eq!(partly["dataText"], "What I was told");
    assert_eq!(partly["purposeText"], "purpose of share-location en-GB 1.2");
}

#[tokio::test]
async fn rec_8_2_9_texts_of_an_unknown_older_version_are_required() {
    let app = bank().await;
    let mut body =
        accepted(json!({ "definition": { "id": "share-location", "version": "0.3", "locale": "en-GB" } }));
    let required = |names: &[&str]| -> Vec<(String, String)> {
        names
            .iter()
            .map(|&name| (name.to_owned(), "REQUIRED_VALUE".to_owned()))
            .collect()
    };
    assert_eq!(
        details(&post(&app, &ada(&app), &body).await),
        required(&["dataText", "purposeText"])
    );
    body["dataText"] = json!("d");
    assert_eq!(
        details(&post(&app, &ada(&app), &body).await),
        required(&["purposeText"])
    );
    body["purposeText"] = json!("p");
    let record = post(&app, &ada(&app), &body).await.expect_status(201).json();
    assert!(record.get("titleText").is_none());
}

#[tokio::test]
async fn rec_8_2_10_a_text_that_differs_from_the_configured_one_is_kept() {
    let app = bank().await;
    let more = json!({ "titleText": "", "dataText": "<b>other</b>\n\u{202e}", "purposeText": "別の" });
    let record = made(&app, &ada(&app), more.clone()).await;
    for name in ["titleText", "dataText", "purposeText"] {
        assert_eq!(record[name], more[name]);
    }
}

#[tokio::test]
async fn rec_8_2_11_collaborators_are_kept_once_and_in_order() {
    let app = bank().await;
    let record = made(
        &app,
        &ada(&app),
        json!({ "collaborators": ["b", "a", "b", "A", "a"] }),
    )
    .await;
    assert_eq!(record["collaborators"], json!(["b", "a", "A"]));
    let empty = made(&app, &ada(&app), json!({ "collaborators": [] })).await;
    assert!(empty.get("collaborators").is_none());
}

#[tokio::test]
async fn rec_8_2_12_audience_is_free_text_and_optional() {
    let app = bank().await;
    let without = made(&app, &ada(&app), json!({ "audience": null })).await;
    assert!(without.get("audience").is_none());
    for audience in ["Größe & Co. <x>", " ", "moneytrack", "https://app.example/?a=b"] {
        let record = made(&app, &ada(&app), json!({ "audience": audience })).await;
        assert_eq!(record["audience"], audience);
    }
}

#[tokio::test]
async fn rec_14_sizes_up_to_the_limit_are_taken_and_one_more_is_not() {
    let app = bank().await;
    let text = |length: usize| Value::from("é".repeat(length / 2) + &"x".repeat(length % 2));
    let object = |length: usize| json!({ "x": "y".repeat(length - r#"{"x":""}"#.len()) });
    let nested = |depth: usize| {
        let mut value = json!({});
        for _ in 1..depth {
            value = json!({ "d": value });
        }
        value
    };
    let cases: [(&str, Value, Value); 11] = [
        ("titleText", text(16 * 1024), text(16 * 1024 + 1)),
        ("dataText", text(16 * 1024), text(16 * 1024 + 1)),
        ("purposeText", text(16 * 1024), text(16 * 1024 + 1)),
        ("data", object(64 * 1024), object(64 * 1024 + 1)),
        ("consentContext", object(64 * 1024), object(64 * 1024 + 1)),
        ("data", nested(32), nested(33)),
        ("consentContext", nested(32), nested(120)),
        ("collaborators", numbered(256), numbered(257)),
        (
            "collaborators",
            json!(["é".repeat(256)]),
            json!(["é".repeat(257)]),
        ),
        ("audience", json!("é".repeat(1024)), json!("é".repeat(1025))),
        ("subject", json!("é".repeat(1024)), json!("é".repeat(1025))),
    ];
    for (name, most, over) in cases {
        let record = made(&app, &portal(&app), json!({ name: most })).await;
        assert_eq!(record[name], most, "{name}");
        let answer = post(&app, &portal(&app), &accepted(json!({ name: over }))).await;
        assert_invalid(&answer, name, "SIZE_LIMIT_EXCEEDED");
        let answer = patch(&app, &portal(&app), id(&record), &json!({ name: over })).await;
        assert_invalid(&answer, name, "SIZE_LIMIT_EXCEEDED");
    }
    let long = json!({ "definition": { "id": "é".repeat(1025), "version": "1.0", "locale": "en-GB" } });
    assert_invalid(
        &post(&app, &ada(&app), &accepted(long)).await,
        "definition.id",
        "SIZE_LIMIT_EXCEEDED",
    );
}

fn numbered(count: usize) -> Value {
    (0..count).map(|number| number.to_string()).collect()
}

#[tokio::test]
async fn rec_1_there_is_no_uniqueness_and_the_last_is_the_newest() {
    let app = bank().await;
    let mut expected = Vec::new();
    for _ in 0..3 {
        let record = made(&app, &ada(&app), json!({})).await;
        expected.push(id(&record).to_owned());
        app.clock.advance_micros(1);
    }
    let query = "?definition=share-location&audience=store-app";
    assert_eq!(found(&app, &ada(&app), query).await, expected);
}

#[tokio::test]
async fn rec_10_a_record_can_be_made_in_any_of_the_four() {
    let app = bank().await;
    for status in ["pending", "accepted", "denied", "revoked"] {
        let record = made(&app, &ada(&app), json!({ "status": status })).await;
        assert_eq!(record["status"], status);
        assert_eq!(crate::world::seen(&app, id(&record)).await["status"], status);
    }
}

#[tokio::test]
async fn rec_8_2_4_a_definition_that_is_configured_in_the_meantime_can_be_used_at_once() {
    let app: TestApp = bank().await;
    let body = accepted(json!({ "definition": { "id": "new", "version": "1.0", "locale": "fi" } }));
    assert_invalid(
        &post(&app, &ada(&app), &body).await,
        "definition.id",
        "DEFINITION_NOT_FOUND",
    );
    app.provision(&[
        crate::world::definition("new", None, None),
        crate::world::localization("new", "fi", "1.0", None),
    ])
    .await;
    let _made = post(&app, &ada(&app), &body).await.expect_status(201);
}
