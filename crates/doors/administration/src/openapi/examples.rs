//! Examples of bodies. All values are invented.

use serde_json::{Value, json};

pub(super) fn definition() -> Value {
    json!({
        "id": "share-location",
        "kind": "agreement",
        "display_name": "Share location",
        "description": "Coarse position for store finder",
        "parameters": ["precision"],
        "lifetime": 31_536_000,
    })
}

pub(super) fn definition_to_put() -> Value {
    json!({ "display_name": "Share location", "parameters": ["precision"] })
}

pub(super) fn definitions() -> Value {
    json!({ "definitions": [definition()] })
}

pub(super) fn localization() -> Value {
    json!({
        "definition": "share-location",
        "locale": "en-GB",
        "version": "1.2",
        "title": "Find shops near you",
        "data": "Your approximate position",
        "purpose": "To show nearby shops and opening hours",
        "published_at": "2031-03-04T09:15:27.104Z",
        "versions": ["1.1", "1.2"],
    })
}

pub(super) fn localization_to_put() -> Value {
    json!({
        "version": "1.2",
        "title": "Find shops near you",
        "data": "Your approximate position",
        "purpose": "To show nearby shops and opening hours",
    })
}

pub(super) fn localizations() -> Value {
    json!({ "localizations": [localization()] })
}

pub(super) fn account() -> Value {
    json!({
        "dn": "cn=portal,ou=services,dc=meadow,dc=example",
        "uid": ["portal"],
        "cn": [],
        "names": [],
        "has_password": true,
        "has_secret": false,
        "bypass_acl": false,
        "disabled": false,
    })
}

pub(super) fn account_to_put() -> Value {
    json!({ "uid": ["portal"], "password": "correct horse battery" })
}

pub(super) fn accounts() -> Value {
    json!({ "accounts": [account()] })
}

/// Our own id of a person.
pub(super) const SUBJECT: &str = "019ca832-6180-7a31-a1b2-c3d4e5f60718";

pub(super) fn person_name() -> Value {
    json!({ "issuer": "urn:consentry:login", "id": "ada" })
}

pub(super) fn person() -> Value {
    json!({ "subject": SUBJECT })
}

pub(super) fn restriction() -> Value {
    json!({ "since": "2026-11-22T09:15:04.120331Z", "reason": "accuracy contested, request 4711" })
}

pub(super) fn restriction_to_put() -> Value {
    json!({ "reason": "accuracy contested, request 4711" })
}

pub(super) fn erasure_to_begin() -> Value {
    json!({ "reason": "asked for on 21 November", "request_ref": "DSR-4711" })
}

/// Id of a hold.
pub(super) const HOLD: &str = "6f0c2d1e-8f6b-4c8e-9a55-0d1f3a2b4c5d";

pub(super) fn hold_to_make() -> Value {
    json!({ "reason": "court case 22 O 4711", "until": "2127-01-01T00:00:00Z" })
}

pub(super) fn hold() -> Value {
    json!({
        "id": HOLD,
        "reason": "court case 22 O 4711",
        "since": "2026-11-22T09:15:04.120331Z",
        "until": "2127-01-01T00:00:00.000000Z",
    })
}

pub(super) fn holds() -> Value {
    json!({ "holds": [hold()] })
}

/// Id of a mail.
pub(super) const MAIL: &str = "Z2l2ZW46MDFhMjAyOGQtZWI2OC03ZTVhLThkMTAtNTU2Njc3ODg5OWFh";

pub(super) fn mails() -> Value {
    json!({ "mails": [{
        "id": MAIL,
        "kind": "consent-given",
        "to": "person",
        "given_up_at": "2026-11-22T09:15:04.120331Z",
        "attempts": 6,
        "reason": "450 mailbox busy",
    }] })
}

pub(super) fn mail_again() -> Value {
    json!({ "id": MAIL })
}
