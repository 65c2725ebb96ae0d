//! Opening encrypted tokens: what npm's `jose` made in every way that the house knows (`e2e/peers/encrypt.mjs`), and what is refused.
#![expect(clippy::unwrap_used, reason = "a test may stop")]

use std::collections::BTreeMap;

use consentry_jose::{
    Acceptance, ContentEncryption, DecryptError, DecryptionKey, KeyEncryption, decrypt, encoding,
    is_encrypted,
};
use serde::Deserialize;
use serde_json::json;

const ALL: Acceptance<'static> = Acceptance {
    max_len: 4096,
    key: &KeyEncryption::ALL,
    content: &ContentEncryption::ALL,
};

#[derive(Deserialize)]
struct Vectors {
    text: String,
    keys: BTreeMap<String, String>,
    tokens: Vec<Made>,
}

#[derive(Deserialize, Clone)]
struct Made {
    key: String,
    alg: String,
    enc: String,
    token: String,
}

impl Vectors {
    fn read() -> Self {
        serde_json::from_str(include_str!("vectors/encrypted.json")).unwrap()
    }

    fn key(&self, name: &str, kid: Option<&str>) -> DecryptionKey {
        let der = encoding::decode(&self.keys[name]).unwrap();
        DecryptionKey::from_pkcs8(&der, kid.map(str::to_owned)).unwrap()
    }

    fn with(&self, alg: &str, enc: &str) -> Made {
        let found = self.tokens.iter().find(|made| made.alg == alg && made.enc == enc);
        found.unwrap().clone()
    }
}

#[test]
fn every_way_of_npm_jose_is_opened_by_its_key_and_no_other() {
    let vectors = Vectors::read();
    let keys: BTreeMap<&str, DecryptionKey> = vectors
        .keys
        .keys()
        .map(|name| (name.as_str(), vectors.key(name, None)))
        .collect();
    let mut ways = std::collections::BTreeSet::new();
    for made in &vectors.tokens {
        assert!(is_encrypted(&made.token));
        for (name, key) in &keys {
            let opened = decrypt(&made.token, key, &ALL);
            if *name == made.key {
                assert_eq!(
                    *opened.unwrap(),
                    vectors.text.as_bytes(),
                    "{} {}",
                    made.alg,
                    made.enc
                );
            } else {
                assert_eq!(opened.unwrap_err(), DecryptError::OtherKey);
            }
        }
        ways.insert((made.alg.as_str(), made.enc.as_str()));
    }
    assert_eq!(
        ways.len(),
        KeyEncryption::ALL.len() * ContentEncryption::ALL.len()
    );
}

#[test]
fn another_key_of_the_same_kind_opens_nothing_and_says_no_more_than_a_changed_token() {
    let vectors = Vectors::read();
    let rsa = include_str!("vectors/rsa-2048.pkcs8.b64u").trim_end();
    let rsa = DecryptionKey::from_pkcs8(&encoding::decode(rsa).unwrap(), None).unwrap();
    for enc in ContentEncryption::ALL {
        let made = vectors.with("RSA-OAEP-256", enc.as_str());
        assert_eq!(
            decrypt(&made.token, &rsa, &ALL).unwrap_err(),
            DecryptError::Refused
        );
    }
    let made = vectors.with("RSA-OAEP-256", "A128GCM");
    let changed = changed(&made.token, 3);
    assert_eq!(
        decrypt(&changed, &vectors.key("rsa", None), &ALL).unwrap_err(),
        DecryptError::Refused
    );
}

/// The token with the first octet of a part changed.
fn changed(token: &str, part: usize) -> String {
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    let mut bytes = encoding::decode(&parts[part]).unwrap();
    bytes[0] ^= 1;
    parts[part] = encoding::encode(bytes);
    parts.join(".")
}

#[test]
fn a_change_in_any_part_is_noticed() {
    let vectors = Vectors::read();
    for made in &vectors.tokens {
        let key = vectors.key(&made.key, None);
        for part in 0..5 {
            // An agreed key that is the content's key leaves this part empty.
            if part == 1 && made.alg == "ECDH-ES" {
                continue;
            }
            let opened = decrypt(&changed(&made.token, part), &key, &ALL);
            assert!(opened.is_err(), "{} {} part {part}", made.alg, made.enc);
        }
    }
}

#[test]
fn rfc_7516_a_key_for_direct_agreement_comes_without_an_encrypted_one() {
    let vectors = Vectors::read();
    let made = vectors.with("ECDH-ES", "A256GCM");
    let mut parts: Vec<&str> = made.token.split('.').collect();
    parts[1] = "AAAA";
    assert_eq!(
        decrypt(&parts.join("."), &vectors.key(&made.key, None), &ALL).unwrap_err(),
        DecryptError::Malformed
    );
}

#[test]
fn a_name_that_is_not_the_keys_is_refused_untried() {
    let vectors = Vectors::read();
    let made = vectors.with("RSA-OAEP", "A128GCM");
    let opened = |kid| decrypt(&made.token, &vectors.key("rsa", kid), &ALL);
    assert!(opened(Some("rsa")).is_ok());
    assert_eq!(opened(Some("other")).unwrap_err(), DecryptError::OtherKey);
}

#[test]
fn only_what_the_caller_accepts_is_opened() {
    let vectors = Vectors::read();
    let made = vectors.with("RSA-OAEP", "A128GCM");
    let key = vectors.key("rsa", None);
    for (acceptance, expected) in [
        (ALL, None),
        (
            Acceptance {
                key: &[KeyEncryption::RsaOaep256],
                ..ALL
            },
            Some(DecryptError::Algorithm),
        ),
        (
            Acceptance {
                content: &[ContentEncryption::A256Gcm],
                ..ALL
            },
            Some(DecryptError::Algorithm),
        ),
        (
            Acceptance {
                max_len: made.token.len() - 1,
                ..ALL
            },
            Some(DecryptError::TooLarge),
        ),
    ] {
        assert_eq!(decrypt(&made.token, &key, &acceptance).err(), expected);
    }
}

#[test]
fn headers_that_cannot_be_used_are_refused_before_any_key_is() {
    let vectors = Vectors::read();
    let key = vectors.key("P-256", None);
    let good = json!({ "alg": "ECDH-ES", "enc": "A128GCM" });
    let epk = |x: &str, y: &str| json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y });
    let zeros = encoding::encode([0; 32]);
    let with = |name: &str, value: serde_json::Value| {
        let mut header = good.clone();
        header[name] = value;
        header.to_string()
    };
    for (header, expected) in [
        (good.to_string(), DecryptError::Header),
        ("[]".to_owned(), DecryptError::Header),
        ("{".to_owned(), DecryptError::Header),
        (json!({ "alg": "ECDH-ES" }).to_string(), DecryptError::Header),
        (
            r#"{"alg":"ECDH-ES","alg":"ECDH-ES","enc":"A128GCM"}"#.to_owned(),
            DecryptError::Header,
        ),
        (with("crit", json!(["exp"])), DecryptError::Header),
        (with("crit", json!(null)), DecryptError::Header),
        (with("zip", json!("DEF")), DecryptError::Header),
        (with("apu", json!("=")), DecryptError::Header),
        (with("alg", json!("dir")), DecryptError::Algorithm),
        (with("alg", json!("RSA1_5")), DecryptError::Algorithm),
        (with("alg", json!("none")), DecryptError::Algorithm),
        (with("alg", json!("PBES2-HS256+A128KW")), DecryptError::Algorithm),
        (with("enc", json!("A128CBC")), DecryptError::Algorithm),
        (with("alg", json!("RSA-OAEP")), DecryptError::OtherKey),
        // A point that is not on the curve, one that is too short, and one with a private part.
        (with("epk", epk(&zeros, &zeros)), DecryptError::Refused),
        (with("epk", epk("AAAA", &zeros)), DecryptError::Header),
        (
            with(
                "epk",
                json!({ "kty": "EC", "crv": "P-256", "x": zeros, "y": zeros, "d": zeros }),
            ),
            DecryptError::Header,
        ),
        (
            with("epk", json!({ "kty": "OKP", "crv": "X25519", "x": zeros })),
            DecryptError::Header,
        ),
    ] {
        let token = format!(
            "{}..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA",
            encoding::encode(&header)
        );
        assert_eq!(decrypt(&token, &key, &ALL).unwrap_err(), expected, "{header}");
    }
}

#[test]
fn other_forms_are_no_compact_jwe() {
    let vectors = Vectors::read();
    let key = vectors.key("rsa", None);
    let made = vectors.with("RSA-OAEP", "A128GCM");
    for token in [
        String::new(),
        "a.b.c".to_owned(),
        format!("{}.", made.token),
        format!("{}=", made.token),
        "....".to_owned(),
        json!({ "protected": "", "ciphertext": "" }).to_string(),
    ] {
        assert!(decrypt(&token, &key, &ALL).is_err(), "{token}");
    }
    assert!(!is_encrypted("a.b.c"));
}

#[test]
fn keys_that_are_too_small_or_none_are_refused() {
    let small = encoding::decode(include_str!("vectors/rsa-1024.pkcs8.b64u").trim_end()).unwrap();
    assert!(DecryptionKey::from_pkcs8(&small, None).is_err());
    assert!(DecryptionKey::from_pkcs8(b"no key", None).is_err());
    let vectors = Vectors::read();
    let shown = format!("{:?}", vectors.key("rsa", Some("name")));
    assert!(shown.contains("name") && shown.len() < 60, "{shown}");
}
