//! Signing and verifying whole tokens through the public interface.
#![expect(clippy::unwrap_used, reason = "a test may stop")]

use consentry_jose::{
    Algorithm, DEFAULT_MAX_LEN, Expectations, Jwk, JwkError, Jwks, KeyError, KeySet, KeyType, Limits,
    SigningKey, VerifyError, VerifyingKey, decode, encoding,
};
use serde_json::{Map, Value, json};

const BOTH: Expectations<'static> = Expectations::new(&Algorithm::ALL);

fn vector(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

fn without_private_members(key: &Value) -> Value {
    let mut key = key.as_object().unwrap().clone();
    for private in ["d", "p", "q", "dp", "dq", "qi"] {
        key.remove(private);
    }
    Value::Object(key)
}

fn set_of(keys: &[&SigningKey]) -> KeySet {
    KeySet::from_jwks(&keys.iter().map(|key| key.public_jwk().clone()).collect())
}

/// Signs whatever header text is given with the key, by way of a header of the same length class.
fn forge(key: &SigningKey, header: &str, payload: &str) -> String {
    let token = key.sign_bytes(&key.header(None), payload.as_bytes()).unwrap();
    let (_, rest) = token.split_once('.').unwrap();
    format!("{}.{rest}", encoding::encode(header))
}

#[test]
fn rfc_7515_a2_and_a3_tokens_verify() {
    for (text, algorithm, key_type) in [
        (
            include_str!("vectors/rfc7515-a2.json"),
            Algorithm::Rs256,
            KeyType::Rsa,
        ),
        (
            include_str!("vectors/rfc7515-a3.json"),
            Algorithm::Es256,
            KeyType::EcP256,
        ),
    ] {
        let vector = vector(text);
        let jwk = Jwk::from_value(&without_private_members(&vector["key"])).unwrap();
        assert_eq!(jwk.key_type(), key_type);
        let keys = KeySet::from_jwk(&jwk).unwrap();
        let token = vector["token"].as_str().unwrap();
        let verified = keys.verify(token, &Expectations::new(&[algorithm])).unwrap();
        assert_eq!(
            verified.payload,
            b"{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}"
        );
        assert_eq!(verified.claims::<Value>().unwrap()["iss"], "joe");
        assert_eq!(verified.header.alg, algorithm);
        assert_eq!(
            Jwk::from_value(&vector["key"]),
            Err(JwkError::PrivateMember("d")),
            "the published example holds a private key"
        );
    }
}

#[test]
fn rfc_7638_example_thumbprint() {
    let vector = vector(include_str!("vectors/rfc7638-3.1.json"));
    let jwk = Jwk::from_value(&vector["key"]).unwrap();
    assert_eq!(jwk.thumbprint(), vector["thumbprint"].as_str().unwrap());
    assert_eq!(VerifyingKey::from_jwk(&jwk).unwrap().kid(), "2011-04-29");
}

#[test]
fn tokens_round_trip_with_every_algorithm() {
    for algorithm in Algorithm::ALL {
        let key = SigningKey::generate(algorithm).unwrap();
        let header = key.header(Some("at+jwt"));
        let token = key.sign(&header, &json!({"sub": "subject"})).unwrap();
        let verified = set_of(&[&key])
            .verify(&token, &Expectations::new(&[algorithm]).with_typ("at+jwt"))
            .unwrap();
        assert_eq!(verified.header.kid.as_deref(), Some(key.kid()));
        assert_eq!(verified.claims::<Value>().unwrap(), json!({"sub": "subject"}));

        let empty = key.sign_bytes(&header, b"").unwrap();
        assert!(set_of(&[&key]).verify(&empty, &BOTH).unwrap().payload.is_empty());
    }
}

#[test]
fn changing_any_character_of_a_token_is_noticed() {
    for algorithm in Algorithm::ALL {
        let key = SigningKey::generate(algorithm).unwrap();
        let keys = set_of(&[&key]);
        let token = key
            .sign(&key.header(Some("JWT")), &json!({"sub": "subject"}))
            .unwrap();
        for at in 0..token.len() {
            let mut characters = token.clone().into_bytes();
            characters[at] = if characters[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(characters).unwrap();
            assert!(keys.verify(&changed, &BOTH).is_err(), "character {at}");
        }
        for changed in [
            format!("{token}A"),
            format!("{token}="),
            format!(" {token}"),
            format!("{token}."),
        ] {
            assert!(keys.verify(&changed, &BOTH).is_err(), "{changed}");
        }
    }
}

#[test]
fn a_key_signs_only_with_its_own_algorithm() {
    let rsa = SigningKey::generate(Algorithm::Rs256).unwrap();
    let ec = SigningKey::generate(Algorithm::Es256).unwrap();
    let keys = set_of(&[&rsa, &ec]);

    let other_key = forge(&ec, &format!(r#"{{"alg":"ES256","kid":"{}"}}"#, rsa.kid()), "{}");
    assert_eq!(
        keys.verify(&other_key, &BOTH),
        Err(VerifyError::KeyAlgorithmMismatch)
    );

    let token = rsa.sign(&rsa.header(None), &json!({})).unwrap();
    assert_eq!(
        keys.verify(&token, &Expectations::new(&[Algorithm::Es256])),
        Err(VerifyError::AlgorithmNotAllowed)
    );
    assert_eq!(
        keys.verify(&token, &Expectations::new(&[])),
        Err(VerifyError::AlgorithmNotAllowed)
    );
}

#[test]
fn none_hmac_and_unknown_algorithms_are_never_supported() {
    let key = SigningKey::generate(Algorithm::Rs256).unwrap();
    let keys = set_of(&[&key]);
    for alg in [
        "none", "None", "NONE", "nOnE", "HS256", "HS512", "RS512", "PS256", "rs256", "", "RS256 ",
    ] {
        let token = forge(&key, &format!(r#"{{"alg":"{alg}","kid":"{}"}}"#, key.kid()), "{}");
        assert_eq!(
            keys.verify(&token, &BOTH),
            Err(VerifyError::UnsupportedAlgorithm),
            "{alg}"
        );
    }
    let unsigned = format!(
        "{}.{}.",
        encoding::encode(r#"{"alg":"none"}"#),
        encoding::encode("{}")
    );
    assert!(keys.verify(&unsigned, &BOTH).is_err());
}

#[test]
fn hmac_with_the_public_key_as_secret_is_refused() {
    use aws_lc_rs::hmac;

    let key = SigningKey::generate(Algorithm::Rs256).unwrap();
    let secret = serde_json::to_vec(key.public_jwk()).unwrap();
    let input = format!(
        "{}.{}",
        encoding::encode(format!(r#"{{"alg":"HS256","kid":"{}"}}"#, key.kid())),
        encoding::encode("{}")
    );
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), input.as_bytes());
    let token = format!("{input}.{}", encoding::encode(tag));
    assert_eq!(
        set_of(&[&key]).verify(&token, &BOTH),
        Err(VerifyError::UnsupportedAlgorithm)
    );
}

#[test]
fn critical_and_repeated_header_members_are_refused() {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let keys = set_of(&[&key]);
    let refused = |header: &str| keys.verify(&forge(&key, header, "{}"), &BOTH).unwrap_err();
    for header in [
        r#"{"alg":"ES256","crit":["exp"],"exp":1}"#,
        r#"{"alg":"ES256","crit":[]}"#,
        r#"{"alg":"ES256","crit":null}"#,
        r#"{"alg":"ES256","\u0063rit":["b64"],"b64":false}"#,
    ] {
        assert_eq!(refused(header), VerifyError::CriticalHeader, "{header}");
    }
    for header in [
        r#"{"alg":"ES256","alg":"ES256"}"#,
        r#"{"alg":"none","alg":"ES256"}"#,
        r#"{"alg":"ES256","x":1,"x":2}"#,
        r#"{"alg":"ES256","\u0061lg":"ES256"}"#,
        r#"{"kid":"a","alg":"ES256","kid":"b"}"#,
    ] {
        assert_eq!(refused(header), VerifyError::DuplicateHeaderMember, "{header}");
    }
}

#[test]
fn headers_that_are_no_object_or_have_wrong_types_are_malformed() {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let keys = set_of(&[&key]);
    let many = (0..40).fold(String::new(), |text, n| format!(r#"{text},"m{n}":{n}"#));
    for header in [
        "",
        "{}",
        "[]",
        "null",
        r#"["ES256"]"#,
        r#""ES256""#,
        r#"{"alg":null}"#,
        r#"{"alg":["ES256"]}"#,
        r#"{"kid":"x"}"#,
        r#"{"alg":"ES256","kid":1}"#,
        r#"{"alg":"ES256","typ":{}}"#,
        r#"{"alg":"ES256"} {}"#,
        r#"{"alg":"ES256",}"#,
        &format!(r#"{{"alg":"ES256"{many}}}"#),
        &format!(r#"{{"alg":"ES256","deep":{}"#, "[".repeat(5000)),
    ] {
        let refused = keys.verify(&forge(&key, header, "{}"), &BOTH);
        assert_eq!(refused, Err(VerifyError::HeaderMalformed), "{header}");
    }
}

#[test]
fn keys_and_urls_inside_a_token_are_ignored() {
    let trusted = SigningKey::generate(Algorithm::Es256).unwrap();
    let attacker = SigningKey::generate(Algorithm::Es256).unwrap();
    let header = json!({
        "alg": "ES256", "kid": trusted.kid(), "jwk": attacker.public_jwk(),
        "jku": "https://attacker.example/jwks", "x5u": "https://attacker.example/x5u", "x5c": ["MA=="],
    });
    let token = forge(&attacker, &header.to_string(), "{}");
    assert_eq!(
        set_of(&[&trusted]).verify(&token, &BOTH),
        Err(VerifyError::SignatureInvalid)
    );
}

#[test]
fn malformed_and_oversized_tokens_are_refused_before_anything_else() {
    let keys = KeySet::default();
    for token in [
        "",
        ".",
        "..",
        "...",
        "a",
        "a.b",
        "a.b.",
        "e30.e30.e30.e30",
        "{\"payload\":\"e30\"}",
        "é.é.é",
    ] {
        let refused = keys.verify(token, &BOTH).unwrap_err();
        assert!(
            matches!(refused, VerifyError::Malformed | VerifyError::HeaderMalformed),
            "{token:?}: {refused}"
        );
    }
    assert_eq!(
        keys.verify(&"A".repeat(DEFAULT_MAX_LEN), &BOTH),
        Err(VerifyError::Malformed)
    );
    assert_eq!(
        keys.verify(&"A".repeat(DEFAULT_MAX_LEN + 1), &BOTH),
        Err(VerifyError::TooLarge)
    );

    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let token = key.sign(&key.header(None), &json!({})).unwrap();
    let at_most = |max_len| Expectations { max_len, ..BOTH };
    assert!(set_of(&[&key]).verify(&token, &at_most(token.len())).is_ok());
    assert_eq!(
        set_of(&[&key]).verify(&token, &at_most(token.len() - 1)),
        Err(VerifyError::TooLarge)
    );
}

#[test]
fn the_type_is_compared_without_case_and_application_prefix() {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let keys = set_of(&[&key]);
    let verify = |typ: Option<&str>, expected: &str| {
        let token = key.sign(&key.header(typ), &json!({})).unwrap();
        keys.verify(&token, &BOTH.with_typ(expected)).map(|_| ())
    };
    for typ in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"] {
        assert_eq!(verify(Some(typ), "at+jwt"), Ok(()), "{typ}");
        assert_eq!(verify(Some(typ), "application/at+JWT"), Ok(()), "{typ}");
    }
    for typ in [
        None,
        Some("JWT"),
        Some(""),
        Some("application/"),
        Some("text/at+jwt"),
        Some("application/x/at+jwt"),
    ] {
        assert_eq!(verify(typ, "at+jwt"), Err(VerifyError::TypeMismatch), "{typ:?}");
    }
}

#[test]
fn a_token_without_kid_needs_a_set_with_one_key_of_its_algorithm() {
    let first = SigningKey::generate(Algorithm::Es256).unwrap();
    let second = SigningKey::generate(Algorithm::Es256).unwrap();
    let rsa = SigningKey::generate(Algorithm::Rs256).unwrap();
    let token = vector(include_str!("vectors/rfc7515-a3.json"))["token"].clone();
    let token = token.as_str().unwrap();
    assert_eq!(
        set_of(&[&first, &rsa]).verify(token, &BOTH),
        Err(VerifyError::SignatureInvalid)
    );
    assert_eq!(
        set_of(&[&first, &second]).verify(token, &BOTH),
        Err(VerifyError::AmbiguousKey)
    );
    assert_eq!(set_of(&[&rsa]).verify(token, &BOTH), Err(VerifyError::UnknownKey));
}

#[test]
fn an_unknown_kid_is_never_tried_with_another_key() {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let other = SigningKey::generate(Algorithm::Es256).unwrap();
    let token = key.sign(&key.header(None), &json!({})).unwrap();
    assert_eq!(
        set_of(&[&other]).verify(&token, &BOTH),
        Err(VerifyError::UnknownKey)
    );
}

#[test]
fn a_contested_kid_is_left_out_and_a_repeated_key_is_not() {
    let renamed = |key: &SigningKey| {
        let mut value = serde_json::to_value(key.public_jwk()).unwrap();
        value["kid"] = json!("shared");
        value
    };
    let first = SigningKey::generate(Algorithm::Es256).unwrap();
    let second = SigningKey::generate(Algorithm::Rs256).unwrap();
    let third = SigningKey::generate(Algorithm::Es256).unwrap();
    let set = |keys: &[Value]| KeySet::parse(json!({"keys": keys}).to_string()).unwrap();

    let contested = set(&[renamed(&first), renamed(&second), json!(third.public_jwk())]);
    assert!(contested.get("shared").is_none());
    assert!(contested.get(third.kid()).is_some());
    assert!(set(&[renamed(&first), renamed(&second), renamed(&first)]).is_empty());
    assert_eq!(set(&[renamed(&first), renamed(&first)]).len(), 1);
}

#[test]
fn further_header_members_are_read_into_a_type() {
    #[derive(serde::Deserialize)]
    struct Profile {
        jku: String,
        v: String,
    }

    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let members = Map::from_iter([
        ("jku".to_owned(), json!("https://keys.example")),
        ("v".to_owned(), json!("0.2")),
    ]);
    let token = key
        .sign(&key.header_with(Some("JWT"), members).unwrap(), &json!({}))
        .unwrap();
    let header = decode(&token, Limits::default()).unwrap().header;
    let profile: Profile = header.members().unwrap();
    assert_eq!(
        (profile.jku.as_str(), profile.v.as_str()),
        ("https://keys.example", "0.2")
    );
    assert!(header.members::<Vec<u8>>().is_err());
}

#[test]
fn private_members_are_refused_and_other_members_ignored() {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let public = serde_json::to_value(key.public_jwk()).unwrap();
    for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        let mut value = public.clone();
        value[name] = json!("AQAB");
        assert_eq!(Jwk::from_value(&value), Err(JwkError::PrivateMember(name)));
        assert!(serde_json::from_value::<Jwk>(value.clone()).is_err());
        assert_eq!(
            Jwks::from_value(&json!({"keys": [public, value]})),
            Err(JwkError::PrivateMember(name))
        );
    }
    let mut value = public.clone();
    value["x5t"] = json!("ignored");
    value["exp"] = json!(1);
    let jwk = Jwk::from_value(&value).unwrap();
    assert_eq!(&jwk, key.public_jwk());
    assert_eq!(serde_json::to_value(&jwk).unwrap(), public);
}

#[test]
fn malformed_keys_are_refused_with_the_member_that_is_wrong() {
    let coordinate = encoding::encode([1; 32]);
    let modulus = encoding::encode([0xA5; 256]);
    for (value, error) in [
        (json!([]), JwkError::NotAnObject),
        (json!({}), JwkError::MissingMember("kty")),
        (json!({"kty": 1}), JwkError::MalformedMember("kty")),
        (
            json!({"kty": "OKP", "crv": "Ed25519", "x": coordinate}),
            JwkError::Unsupported,
        ),
        (json!({"kty": "rsa"}), JwkError::Unsupported),
        (json!({"kty": "RSA", "n": modulus}), JwkError::MissingMember("e")),
        (json!({"kty": "RSA", "e": "AQAB"}), JwkError::MissingMember("n")),
        (
            json!({"kty": "RSA", "n": "", "e": "AQAB"}),
            JwkError::MalformedMember("n"),
        ),
        (
            json!({"kty": "RSA", "n": format!("{modulus}="), "e": "AQAB"}),
            JwkError::MalformedMember("n"),
        ),
        (
            json!({"kty": "RSA", "n": modulus, "e": "AAEAAQ"}),
            JwkError::MalformedMember("e"),
        ),
        (
            json!({"kty": "RSA", "n": modulus, "e": 65_537}),
            JwkError::MalformedMember("e"),
        ),
        (
            json!({"kty": "EC", "x": coordinate, "y": coordinate}),
            JwkError::MissingMember("crv"),
        ),
        (
            json!({"kty": "EC", "crv": "P-384", "x": coordinate, "y": coordinate}),
            JwkError::Unsupported,
        ),
        (
            json!({"kty": "EC", "crv": "P-256", "x": "AQ", "y": coordinate}),
            JwkError::MalformedMember("x"),
        ),
        (
            json!({"kty": "EC", "crv": "P-256", "x": coordinate, "y": coordinate, "kid": 1}),
            JwkError::MalformedMember("kid"),
        ),
        (
            json!({"kty": "EC", "crv": "P-256", "x": coordinate, "y": coordinate, "key_ops": "verify"}),
            JwkError::MalformedMember("key_ops"),
        ),
    ] {
        assert_eq!(Jwk::from_value(&value), Err(error), "{value}");
    }
    let off_curve = json!({"kty": "EC", "crv": "P-256", "x": coordinate, "y": coordinate});
    assert_eq!(
        VerifyingKey::from_jwk(&Jwk::from_value(&off_curve).unwrap()).unwrap_err(),
        KeyError::Invalid
    );
}

#[test]
fn keys_meant_for_something_else_are_refused() {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let with = |name: &str, member: Value| {
        let mut value = serde_json::to_value(key.public_jwk()).unwrap();
        value[name] = member;
        VerifyingKey::from_jwk(&Jwk::from_value(&value).unwrap()).map(|key| key.algorithm())
    };
    assert_eq!(with("alg", json!("RS256")), Err(KeyError::AlgorithmMismatch));
    assert_eq!(with("alg", json!("ECDH-ES")), Err(KeyError::AlgorithmMismatch));
    assert_eq!(with("use", json!("enc")), Err(KeyError::NotForSignatures));
    assert_eq!(with("key_ops", json!(["sign"])), Err(KeyError::NotForSignatures));
    assert_eq!(with("key_ops", json!([])), Err(KeyError::NotForSignatures));
    assert_eq!(with("key_ops", json!(["verify"])), Ok(Algorithm::Es256));
}

#[test]
fn a_set_ignores_keys_it_cannot_use_and_reads_at_most_a_hundred() {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let usable = serde_json::to_value(key.public_jwk()).unwrap();
    let foreign = json!({"kty": "OKP", "crv": "Ed25519", "x": "AQ"});
    let set = Jwks::from_value(&json!({"keys": [foreign, {"kty": "RSA"}, 7, usable], "more": true})).unwrap();
    assert_eq!(set.keys, [key.public_jwk().clone()]);
    assert_eq!(serde_json::to_value(&set).unwrap(), json!({"keys": [usable]}));

    let mut entries = vec![foreign; consentry_jose::MAX_KEYS];
    entries.push(usable);
    assert!(
        Jwks::from_value(&json!({"keys": entries}))
            .unwrap()
            .keys
            .is_empty()
    );
    for malformed in ["", "[]", "{}", r#"{"keys":{}}"#] {
        assert_eq!(Jwks::parse(malformed), Err(JwkError::NotAnObject), "{malformed}");
    }
}
