//! Examples of bodies. All values are invented.

use serde_json::{Value, json};

const BASE: &str = "https://cs.example.net/consent/v1";

pub(super) fn definition() -> Value {
    json!({
        "_links": {
            "self": { "href": format!("{BASE}/definitions/share-location") },
            "localizations": [
                { "href": format!("{BASE}/definitions/share-location/localizations/en-GB"), "hreflang": "en-GB" },
                { "href": format!("{BASE}/definitions/share-location/localizations/nl-NL"), "hreflang": "nl-NL" },
            ],
        },
        "id": "share-location",
        "displayName": "Share location",
        "description": "Coarse position for store finder",
    })
}

pub(super) fn localization() -> Value {
    json!({
        "_links": {
            "self": { "href": format!("{BASE}/definitions/share-location/localizations/en-GB") },
            "parent": { "href": format!("{BASE}/definitions/share-location") },
            "definition": { "href": format!("{BASE}/definitions/share-location") },
        },
        "id": "en-GB",
        "locale": "en-GB",
        "version": "1.2",
        "titleText": "Find shops near you",
        "dataText": "Your approximate position",
        "purposeText": "To show nearby shops and opening hours",
    })
}

pub(super) fn consent() -> Value {
    json!({
        "_links": {
            "self": { "href": format!("{BASE}/consents/3f0b5c1e-7a44-4f0e-9a27-5d1c0a4e9b10") },
            "definition": { "href": format!("{BASE}/definitions/share-location") },
            "localization": {
                "href": format!("{BASE}/definitions/share-location/localizations/en-GB"),
                "hreflang": "en-GB",
            },
        },
        "id": "3f0b5c1e-7a44-4f0e-9a27-5d1c0a4e9b10",
        "status": "accepted",
        "subject": "5b9d6f0a-2f63-4c1e-8a70-1f6f9d1b7c22",
        "subjectDN": "uid=ada,ou=people,dc=example,dc=net",
        "actor": "5b9d6f0a-2f63-4c1e-8a70-1f6f9d1b7c22",
        "actorDN": "uid=ada,ou=people,dc=example,dc=net",
        "audience": "store-app",
        "collaborators": ["ben"],
        "definition": { "id": "share-location", "version": "1.1", "currentVersion": "1.2", "locale": "en-GB" },
        "titleText": "Find shops near you",
        "dataText": "Your approximate position",
        "purposeText": "To show nearby shops",
        "data": { "precision": "district" },
        "consentContext": { "captureMethod": "mobile" },
        "createdDate": "2031-03-04T09:15:27.104Z",
        "updatedDate": "2031-03-04T09:15:27.104Z",
    })
}

pub(super) fn consent_to_create() -> Value {
    json!({
        "status": "accepted",
        "audience": "store-app",
        "definition": { "id": "share-location", "version": "1.2", "locale": "en-GB" },
        "data": { "precision": "district" },
        "consentContext": { "captureMethod": "mobile" },
    })
}

pub(super) fn consent_changes() -> Value {
    json!({ "status": "revoked" })
}

pub(super) fn collection(kind: &str, path: &str, element: &Value) -> Value {
    json!({
        "_links": { "self": { "href": format!("{BASE}{path}") } },
        "_embedded": { kind: [element] },
        "count": 1,
        "size": 1,
    })
}

pub(super) fn failure() -> Value {
    json!({
        "id": "b7c3a9c2-0d52-4d5b-9c1a-6f0a8e9d2f41",
        "status": 400,
        "code": "INVALID_DATA",
        "message": "the request could not be accepted because of invalid data",
        "details": [{
            "code": "VERSION_NOT_AVAILABLE",
            "target": "definition.version",
            "message": "version 9.0 has not been published for locale en-GB",
        }],
    })
}

pub(super) fn failure_with(status: u16, code: &str, message: &str) -> Value {
    json!({
        "id": "b7c3a9c2-0d52-4d5b-9c1a-6f0a8e9d2f41",
        "status": status,
        "code": code,
        "message": message,
    })
}
