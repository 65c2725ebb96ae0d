//! Runs the Wycheproof and RFC 7520 vectors, where a copy of them lies beside the checkout.
//!
//! The folder is named by `CONSENTRY_JOSE_VECTORS`, else it is `../shared/data/jose` seen from the workspace root.
#![expect(clippy::unwrap_used, reason = "a test may stop")]

use std::fs;
use std::path::{Path, PathBuf};

use consentry_jose::{
    Acceptance, Algorithm, ContentEncryption, DecryptionKey, Expectations, Jwk, JwkError, Jwks,
    KeyEncryption, KeySet, VerifyError, decrypt, encoding,
};
use serde_json::Value;

const BOTH: Expectations<'static> = Expectations::new(&Algorithm::ALL);

/// The folder, or `None` with a notice that the test is skipped.
fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("CONSENTRY_JOSE_VECTORS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/jose"),
        PathBuf::from,
    );
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no published vectors in {}", folder.display());
    None
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// A key or a set of keys as a verifier would load it; one that is refused leaves the verifier without keys.
fn key_set(value: &Value) -> KeySet {
    let jwks = if value.get("keys").is_some() {
        Jwks::from_value(value)
    } else {
        Jwk::from_value(value).map(|key| Jwks { keys: vec![key] })
    };
    jwks.map(|jwks| KeySet::from_jwks(&jwks)).unwrap_or_default()
}

/// Whether the group's key is one the house supports: then valid vectors must verify.
fn supported(key: &Value) -> bool {
    let key = key.pointer("/keys/0").unwrap_or(key);
    key["alg"] == "RS256" || (key["alg"] == "ES256" && key["crv"] == "P-256")
}

#[test]
fn wycheproof_vectors() {
    let Some(folder) = folder() else { return };
    let (mut accepted, mut refused) = (0, 0);
    for file in ["json_web_signature_test.json", "json_web_key_test.json"] {
        let vectors = read(&folder.join(file));
        for group in vectors["testGroups"].as_array().unwrap() {
            let key = group.get("public").unwrap_or(&group["private"]);
            let keys = key_set(key);
            if group.get("public").is_none() {
                assert!(keys.is_empty(), "a symmetric key was taken for a public one");
            }
            for test in group["tests"].as_array().unwrap() {
                // Some vectors are the JSON serialization, given as text or as an object.
                let token = test["jws"]
                    .as_str()
                    .map_or_else(|| test["jws"].to_string(), str::to_owned);
                let result = keys.verify(&token, &BOTH);
                let name = format!("{file} {} {}", test["tcId"], test["comment"]);
                if test["result"] == "valid" && supported(key) {
                    assert!(result.is_ok(), "{name}: {result:?}");
                    accepted += 1;
                } else {
                    assert!(result.is_err(), "{name}");
                    refused += 1;
                }
            }
        }
    }
    println!("wycheproof: {accepted} accepted, {refused} refused");
    assert!(
        accepted >= 8 && refused > 300,
        "{accepted} accepted, {refused} refused"
    );
}

#[test]
fn rfc_7520_signatures() {
    let Some(folder) = folder() else { return };
    let (mut accepted, mut refused) = (0, 0);
    for entry in fs::read_dir(folder.join("cookbook/jws")).unwrap() {
        let vector = read(&entry.unwrap().path());
        let title = vector["title"].as_str().unwrap();
        let Some(token) = vector["output"]["compact"].as_str() else {
            continue;
        };
        let private = &vector["input"]["key"];
        assert!(
            matches!(Jwk::from_value(private), Err(JwkError::PrivateMember(_))),
            "{title}"
        );
        let mut public = private.clone();
        public
            .as_object_mut()
            .unwrap()
            .retain(|name, _| ["kty", "kid", "use", "n", "e", "crv", "x", "y"].contains(&name.as_str()));
        let result = key_set(&public).verify(token, &BOTH);
        if vector["input"]["alg"] == "RS256" {
            assert_eq!(
                result.unwrap().payload,
                vector["input"]["payload"].as_str().unwrap().as_bytes()
            );
            accepted += 1;
        } else {
            assert_eq!(result, Err(VerifyError::UnsupportedAlgorithm), "{title}");
            refused += 1;
        }
    }
    println!("RFC 7520: {accepted} accepted, {refused} refused");
    assert!(accepted > 0 && refused > 0);
}

/// A private JWK as the PKCS#8 that the house reads; none for keys that it does not know.
fn pkcs8(key: &Value) -> Option<Vec<u8>> {
    let octets = |name: &str| encoding::decode(key[name].as_str().unwrap()).unwrap();
    let number = |name: &str| {
        // DER numbers have a sign.
        der(0x02, &[&[0], octets(name).as_slice()].concat())
    };
    let (algorithm, private) = match key["kty"].as_str().unwrap() {
        "RSA" => {
            let numbers = ["n", "e", "d", "p", "q", "dp", "dq", "qi"].map(number);
            let private = der(0x30, &[der(0x02, &[0]), numbers.concat()].concat());
            (hex("06092a864886f70d0101010500"), private)
        }
        "EC" => {
            let curve = match key["crv"].as_str().unwrap() {
                "P-256" => hex("06082a8648ce3d030107"),
                "P-384" => hex("06052b81040022"),
                "P-521" => hex("06052b81040023"),
                _ => return None,
            };
            let private = der(0x30, &[der(0x02, &[1]), der(0x04, &octets("d"))].concat());
            ([hex("06072a8648ce3d0201"), curve].concat(), private)
        }
        _ => return None,
    };
    Some(der(
        0x30,
        &[der(0x02, &[0]), der(0x30, &algorithm), der(0x04, &private)].concat(),
    ))
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    // DER numbers have no superfluous zeros.
    let content = match content {
        [0, rest @ ..] if tag == 0x02 && rest.first().is_some_and(|octet| *octet < 0x80) => rest,
        content => content,
    };
    let len = content.len().to_be_bytes();
    let zeros = len.iter().take_while(|octet| **octet == 0).count();
    let mut written = vec![tag];
    if content.len() < 0x80 {
        written.push(u8::try_from(content.len()).unwrap());
    } else {
        written.push(0x80 | u8::try_from(len.len() - zeros).unwrap());
        written.extend(&len[zeros..]);
    }
    written.extend(content);
    written
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

#[test]
fn wycheproof_encryption() {
    let Some(folder) = folder() else { return };
    let (mut opened, mut refused) = (0, 0);
    let vectors = read(&folder.join("json_web_encryption_test.json"));
    for group in vectors["testGroups"].as_array().unwrap() {
        let named = &group["private"];
        let key = pkcs8(named).and_then(|der| DecryptionKey::from_pkcs8(&der, None).ok());
        let alg = named["alg"].as_str().unwrap().parse::<KeyEncryption>();
        for test in group["tests"].as_array().unwrap() {
            let name = format!("{} {} {}", group["comment"], test["tcId"], test["comment"]);
            let (Some(key), Ok(alg), Some(token)) = (&key, alg, test["jwe"].as_str()) else {
                refused += 1;
                continue;
            };
            // A key is used only in the way it is meant for.
            let acceptance = Acceptance {
                max_len: 16 * 1024,
                key: &[alg],
                content: &ContentEncryption::ALL,
            };
            let result = decrypt(token, key, &acceptance);
            let is_compressed = test["flags"].to_string().contains("CompressedPlaintext");
            if test["result"] == "valid" && !is_compressed {
                let text = result.unwrap_or_else(|error| panic!("{name}: {error}"));
                assert_eq!(*text, hex(test["pt"].as_str().unwrap()), "{name}");
                opened += 1;
            } else {
                assert!(result.is_err(), "{name}");
                refused += 1;
            }
        }
    }
    println!("wycheproof: {opened} opened, {refused} refused");
    assert!(
        opened >= 25 && refused >= 60,
        "{opened} opened, {refused} refused"
    );
}
