//! The published vectors of enforcement-events-evidence 13, and what they do not cover.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use consentry_domain::{
    EventId, Timestamp,
    definition::{Localization, WordingVersion},
    locale::Locale,
};
use consentry_store::{Hash, chain};
use serde_json::{Map, Value, json};

use crate::{
    canonical::{NotCanonical, to_canonical},
    environment::Entropy,
    events::leaf,
    sealing::{Key, TenantKeys, commitment, event_salt, open_body, seal_body},
    snapshot::digest_of,
};

struct Counting;

impl Entropy for Counting {
    fn fill(&self, buffer: &mut [u8]) {
        for (position, byte) in buffer.iter_mut().enumerate() {
            *byte = u8::try_from(position % 251).unwrap();
        }
    }
}

struct Vector {
    event: &'static str,
    kind: &'static str,
    at: &'static str,
    definition: &'static str,
    version: &'static str,
    text: &'static str,
    salt: &'static str,
    body: Value,
    leaf: &'static str,
    leaf_hash: &'static str,
    chain: &'static str,
}

fn vectors() -> [Vector; 3] {
    const SUBJECT: &str = "019ca832-6180-7a31-a1b2-c3d4e5f60718";
    let body = |consent: &str, decision: &str, status: &str, version: u32| json!({ "consent": consent, "decision": decision, "status": status, "subject": SUBJECT, "version": version });
    let granted = "01a20289-a230-7a31-b0b0-102030405060";
    let mut revoked = body(
        "01a20289-a237-7a31-8e01-aabbccddeeff",
        "01a2028d-eb60-7a31-9abc-0f0e0d0c0b0a",
        "revoked",
        2,
    );
    revoked["reason"] = json!("user_action");
    [
        Vector {
            event: "01a20289-a238-7c0f-9c44-1d2e3f405162",
            kind: "consent.granted",
            at: "2026-11-22T09:15:04.120331Z",
            definition: "accounts:balance",
            version: "2.0",
            text: "RQhhftIkfSTEUaXSdAttqoQ3YvMNnKchOqIRa6Slo0g",
            salt: "j7qXE1RC_bHGEoZgCMGJGxaNptwcSHGqWMyjMjnnU-o",
            body: body("01a20289-a237-7a31-8e01-aabbccddeeff", granted, "accepted", 1),
            leaf: r#"{"at":"2026-11-22T09:15:04.120331Z","audience":"moneytrack","c":"sha256:vWXRkzyf8LUix0K4NcyngdxMFXblUwNga1Zm1BlRK8c","definition":{"id":"accounts:balance","locale":"en-GB","text":"sha256:RQhhftIkfSTEUaXSdAttqoQ3YvMNnKchOqIRa6Slo0g","version":"2.0"},"event":"01a20289-a238-7c0f-9c44-1d2e3f405162","type":"consent.granted","v":1}"#,
            leaf_hash: "0uFNwmb-Xgv_inJMEWIFhRWtf-4syLc16IcwKkWvC6I",
            chain: "20dxaP5QZETkxmGCQ0IJ1xpGwyrsQnnTqio0sABrTEs",
        },
        Vector {
            event: "01a20289-a238-7193-a7d0-84c5b6a79889",
            kind: "consent.granted",
            at: "2026-11-22T09:15:04.120331Z",
            definition: "accounts:transactions",
            version: "1.1",
            text: "Ncm42lg9nDhuFAGWxnc-_Iup2Nh8jBgz3nkz4iRfHUk",
            salt: "OZtMclui5IZb0DZ8KpBOrDMEJeQkt9dndd14B4NWzEA",
            body: body("01a20289-a237-7a31-8e01-aabbccddef00", granted, "accepted", 1),
            leaf: r#"{"at":"2026-11-22T09:15:04.120331Z","audience":"moneytrack","c":"sha256:SFNam5SDtcKa85pSj3LZd9YqrR3-3GAaNoaUIaPAshY","definition":{"id":"accounts:transactions","locale":"en-GB","text":"sha256:Ncm42lg9nDhuFAGWxnc-_Iup2Nh8jBgz3nkz4iRfHUk","version":"1.1"},"event":"01a20289-a238-7193-a7d0-84c5b6a79889","type":"consent.granted","v":1}"#,
            leaf_hash: "bLW_r_uJPT41tWN8JM7F0W3B3ZVuU9ZnLo5PBmNUMfg",
            chain: "BRhhagBKyt5IB-uRJEObWXLtQxzC9IHFSMRIXCg5Ik8",
        },
        Vector {
            event: "01a2028d-eb68-7e5a-8d10-5566778899aa",
            kind: "consent.revoked",
            at: "2026-11-22T09:19:45.000007Z",
            definition: "accounts:balance",
            version: "2.0",
            text: "RQhhftIkfSTEUaXSdAttqoQ3YvMNnKchOqIRa6Slo0g",
            salt: "iCnPecF1NjuF97UKG-kzqePj4E5knIWMFJ3-hSBAxW4",
            body: revoked,
            leaf: r#"{"at":"2026-11-22T09:19:45.000007Z","audience":"moneytrack","c":"sha256:PV8iLBGpX0TVFlQGKRDgOy9Lu4CZoeB7dgfp9KszvvQ","definition":{"id":"accounts:balance","locale":"en-GB","text":"sha256:RQhhftIkfSTEUaXSdAttqoQ3YvMNnKchOqIRa6Slo0g","version":"2.0"},"event":"01a2028d-eb68-7e5a-8d10-5566778899aa","type":"consent.revoked","v":1}"#,
            leaf_hash: "sxUG4sS4w8aeGVwSRJCo_dxZ8qaOfBlBBF1tcRAOwbg",
            chain: "XuV5vDhAgJd95AmH2hvuV2p06d3ukbe4nMEuysZ4N0E",
        },
    ]
}

fn text(hash: &Hash) -> String {
    URL_SAFE_NO_PAD.encode(hash.as_bytes())
}

fn key() -> Key {
    Key::new(std::array::from_fn(|position| u8::try_from(position).unwrap()))
}

#[test]
fn log_02_published_vectors_come_out_byte_for_byte() {
    let mut value = chain::start(0);
    assert_eq!(text(&value), "DmYE4ior4_ZhYI0nDjE2ogn5LclCz-ILT722P-o435A");
    for vector in vectors() {
        let event: EventId = vector.event.parse().unwrap();
        let salt = event_salt(&key(), event);
        assert_eq!(text(&salt), vector.salt);
        let body = to_canonical(&vector.body).unwrap();
        let mut definition = Map::new();
        definition.insert("version".to_owned(), json!(vector.version));
        definition.insert("id".to_owned(), json!(vector.definition));
        definition.insert("text".to_owned(), json!(format!("sha256:{}", vector.text)));
        definition.insert("locale".to_owned(), json!("en-GB"));
        let at = Timestamp::parse(vector.at).unwrap();
        let commitment = commitment(&salt, &body);
        let leaf = leaf(
            event,
            vector.kind,
            at,
            Some("moneytrack"),
            Some(definition),
            commitment.as_bytes(),
        )
        .unwrap();
        assert_eq!(std::str::from_utf8(&leaf).unwrap(), vector.leaf);
        let leaf_hash = chain::leaf_hash(&leaf);
        assert_eq!(text(&leaf_hash), vector.leaf_hash);
        value = chain::next(&value, &leaf_hash);
        assert_eq!(text(&value), vector.chain);
    }
}

#[test]
fn wordings_have_the_published_digest() {
    let wording = Localization {
        definition: consentry_domain::DefinitionKey::parse("accounts:balance").unwrap(),
        locale: Locale::parse("en-GB").unwrap(),
        version: WordingVersion { major: 2, minor: 0 },
        title: Some("Account balance".to_owned()),
        data: "Name, type and balance of the accounts you tick".to_owned(),
        purpose: "Moneytrack shows your balances in one place".to_owned(),
        published_at: Timestamp::EPOCH,
    };
    assert_eq!(
        digest_of(&wording).unwrap(),
        "sha256:RQhhftIkfSTEUaXSdAttqoQ3YvMNnKchOqIRa6Slo0g"
    );
}

#[test]
fn log_03_a_changed_field_changes_the_commitment_and_a_changed_byte_does_not_open() {
    let event: EventId = "01a20289-a238-7c0f-9c44-1d2e3f405162".parse().unwrap();
    let sealed = seal_body(&key(), &Counting, event, b"{\"a\":1}");
    assert_eq!(open_body(&key(), event, &sealed).unwrap(), b"{\"a\":1}");
    for position in 0..sealed.len() {
        let mut broken = sealed.clone();
        broken[position] ^= 1;
        assert!(open_body(&key(), event, &broken).is_err(), "byte {position}");
    }
    let other: EventId = "01a20289-a238-7193-a7d0-84c5b6a79889".parse().unwrap();
    assert!(open_body(&key(), other, &sealed).is_err());
    let salt = event_salt(&key(), event);
    assert_ne!(commitment(&salt, b"{\"a\":1}"), commitment(&salt, b"{\"a\":2}"));
}

#[test]
fn canonical_form_refuses_what_others_may_read_differently() {
    assert_eq!(to_canonical(&json!({ "a": null })), Err(NotCanonical::Null));
    assert_eq!(to_canonical(&json!({ "a": 1.5 })), Err(NotCanonical::Number));
    assert_eq!(
        to_canonical(&json!({ "a": 9_007_199_254_740_992_i64 })),
        Err(NotCanonical::Number)
    );
    assert_eq!(
        to_canonical(&json!({ "A": 1 })),
        Err(NotCanonical::Name("A".to_owned()))
    );
    let bytes = to_canonical(&json!({ "b": ["\u{1f}\"\\\n", "é"], "a": true })).unwrap();
    assert_eq!(
        std::str::from_utf8(&bytes).unwrap(),
        "{\"a\":true,\"b\":[\"\\u001f\\\"\\\\\\n\",\"é\"]}"
    );
}

/// Members in the order in which they are declared, one of them twice.
struct Declared(&'static [(&'static str, u32)]);

impl serde::Serialize for Declared {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

#[test]
fn canonical_form_has_each_member_once_and_in_order() {
    let given = Declared(&[("b", 2), ("ab", 3), ("a_", 4), ("a", 1), ("a0", 5)]);
    let bytes = to_canonical(&json!([{ "outer": 1, "inner": [] }])).unwrap();
    assert_eq!(bytes, br#"[{"inner":[],"outer":1}]"#);
    let bytes = to_canonical(&vec![given]).unwrap();
    assert_eq!(bytes, br#"[{"a":1,"a0":5,"a_":4,"ab":3,"b":2}]"#);
    let twice = Declared(&[("b", 1), ("a", 1), ("b", 2)]);
    assert_eq!(to_canonical(&twice), Err(NotCanonical::Twice("b".to_owned())));
}

proptest::proptest! {
    /// Against the simplest way to say it: members in a sorted map, each written whole.
    #[test]
    fn canonical_form_is_that_of_sorted_maps(value in any_value()) {
        let bytes = to_canonical(&value).unwrap();
        proptest::prop_assert_eq!(String::from_utf8(bytes).unwrap(), sorted(&value));
    }
}

fn any_value() -> impl proptest::strategy::Strategy<Value = Value> {
    use proptest::{collection, prelude::*};
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        (-(1_i64 << 53) + 1..1_i64 << 53).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        prop_oneof![
            collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            collection::vec(("[a-z][a-z0-9_]{0,3}", inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn sorted(value: &Value) -> String {
    match value {
        Value::Array(entries) => {
            let entries: Vec<String> = entries.iter().map(sorted).collect();
            format!("[{}]", entries.join(","))
        }
        Value::Object(members) => {
            let members: std::collections::BTreeMap<_, _> = members.iter().collect();
            let members: Vec<String> = members
                .into_iter()
                .map(|(name, value)| format!("\"{name}\":{}", sorted(value)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        leaf => leaf.to_string(),
    }
}

#[test]
fn keys_of_one_tenant_do_not_open_what_another_sealed() {
    let tenant = |number: u8| {
        let id = consentry_domain::TenantId::from_uuid(uuid::Uuid::from_bytes([number; 16]));
        TenantKeys::new(id, &Key::new([number; 32]))
    };
    let subject = consentry_domain::SubjectId::from_uuid(uuid::Uuid::from_bytes([7; 16]));
    let wrapped = tenant(1).wrap_subject_key(&Counting, subject, &key());
    assert!(tenant(1).unwrap_subject_key(subject, &wrapped).is_ok());
    assert!(tenant(2).unwrap_subject_key(subject, &wrapped).is_err());
    let other = consentry_domain::SubjectId::from_uuid(uuid::Uuid::from_bytes([8; 16]));
    assert!(tenant(1).unwrap_subject_key(other, &wrapped).is_err());
    assert_ne!(tenant(1).lookup("login", "ada"), tenant(2).lookup("login", "ada"));
    assert_ne!(
        tenant(1).lookup("login", "ada"),
        tenant(1).lookup("customer", "ada")
    );
}
