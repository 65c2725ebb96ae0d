//! Private keys: what they give out, and what they refuse.

use aws_lc_rs::rsa::KeyPairComponents;
use aws_lc_rs::signature::RsaPublicKeyComponents;
use serde_json::json;

use super::*;

#[test]
fn generated_keys_are_2048_bit_rsa_or_p256_and_named_by_thumbprint() {
    for algorithm in Algorithm::ALL {
        let key = SigningKey::generate(algorithm).unwrap();
        assert_eq!(key.algorithm(), algorithm);
        assert_eq!(key.kid(), key.public_jwk().thumbprint());
        let jwk = serde_json::to_value(key.public_jwk()).unwrap();
        assert_eq!(jwk["kid"], key.kid());
        assert_eq!(jwk["alg"], algorithm.as_str());
        assert_eq!(jwk["use"], "sig");
        if algorithm == Algorithm::Rs256 {
            assert_eq!(encoding::decode(jwk["n"].as_str().unwrap()).unwrap().len(), 256);
            assert_eq!(jwk["e"], "AQAB");
        }
        for private in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            assert!(jwk.get(private).is_none(), "{private}");
        }
    }
}

#[test]
fn pkcs8_round_trips_and_is_bound_to_its_algorithm() {
    for (algorithm, other) in [
        (Algorithm::Rs256, Algorithm::Es256),
        (Algorithm::Es256, Algorithm::Rs256),
    ] {
        let key = SigningKey::generate(algorithm).unwrap();
        let again = SigningKey::from_pkcs8(algorithm, &key.to_pkcs8()).unwrap();
        assert_eq!(again.public_jwk(), key.public_jwk());
        assert_eq!(again.to_pkcs8(), key.to_pkcs8());
        assert_eq!(
            SigningKey::from_pkcs8(other, &key.to_pkcs8()).unwrap_err(),
            KeyError::Invalid
        );
        assert_eq!(
            SigningKey::from_pkcs8(algorithm, b"not a key").unwrap_err(),
            KeyError::Invalid
        );
    }
}

#[test]
fn rsa_keys_below_2048_bits_are_refused() {
    let der = encoding::decode(include_str!("../tests/vectors/rsa-1024.pkcs8.b64u")).unwrap();
    assert!(matches!(
        SigningKey::from_pkcs8(Algorithm::Rs256, &der),
        Err(KeyError::TooSmall { .. })
    ));
}

#[test]
fn debug_shows_nothing_private() {
    for algorithm in Algorithm::ALL {
        let key = SigningKey::generate(algorithm).unwrap();
        let shown = format!("{key:?}");
        assert_eq!(
            shown,
            format!(
                "SigningKey {{ kid: {:?}, algorithm: {algorithm:?}, .. }}",
                key.kid()
            )
        );
    }
}

#[test]
fn headers_carry_alg_kid_typ_and_additional_members() {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let read = |header: &EncodedHeader| -> Value {
        serde_json::from_slice(&encoding::decode(header.as_str()).unwrap()).unwrap()
    };
    assert_eq!(read(&key.header(None)), json!({"alg": "ES256", "kid": key.kid()}));
    assert_eq!(
        read(&key.header(Some("at+jwt"))),
        json!({"alg": "ES256", "kid": key.kid(), "typ": "at+jwt"})
    );
    let members = Map::from_iter([
        ("jku".to_owned(), json!("https://keys.example/jwks")),
        ("v".to_owned(), json!("0.2")),
    ]);
    assert_eq!(
        read(&key.header_with(Some("JWT"), members).unwrap()),
        json!({"alg": "ES256", "kid": key.kid(), "typ": "JWT", "jku": "https://keys.example/jwks", "v": "0.2"})
    );
    for reserved in ["alg", "kid", "typ", "crit", "b64"] {
        let members = Map::from_iter([(reserved.to_owned(), json!("none"))]);
        assert!(
            matches!(key.header_with(None, members), Err(SignError::ReservedMember(name)) if name == reserved)
        );
    }
}

#[test]
fn a_header_of_another_key_and_claims_that_are_no_object_are_refused() {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let other = SigningKey::generate(Algorithm::Es256).unwrap();
    assert!(matches!(
        key.sign(&other.header(None), &json!({})),
        Err(SignError::ForeignHeader)
    ));
    for claims in [json!([1]), json!("text"), json!(null), json!(1)] {
        assert!(matches!(
            key.sign(&key.header(None), &claims),
            Err(SignError::ClaimsNotObject)
        ));
    }
}

#[test]
fn rfc_7515_a2_signature_is_made_octet_for_octet() {
    let vector: Value = serde_json::from_str(include_str!("../tests/vectors/rfc7515-a2.json")).unwrap();
    let octets = |name: &str| encoding::decode(vector["key"][name].as_str().unwrap()).unwrap();
    let pair = RsaKeyPair::from_components(&KeyPairComponents {
        public_key: RsaPublicKeyComponents {
            n: octets("n"),
            e: octets("e"),
        },
        d: octets("d"),
        p: octets("p"),
        q: octets("q"),
        dP: octets("dp"),
        dQ: octets("dq"),
        qInv: octets("qi"),
    })
    .unwrap();
    let key = SigningKey::from_rsa(pair).unwrap();
    let token = vector["token"].as_str().unwrap();
    let (header, rest) = token.split_once('.').unwrap();
    let (payload, _) = rest.split_once('.').unwrap();
    let header = EncodedHeader {
        text: header.to_owned(),
        kid: key.kid().to_owned(),
    };
    assert_eq!(
        key.sign_bytes(&header, &encoding::decode(payload).unwrap())
            .unwrap(),
        token
    );
}

#[test]
fn keys_that_tokens_cannot_name_are_all_tried_and_others_are_not() {
    let [own, other] = [(); 2].map(|()| SigningKey::generate(Algorithm::Es256).unwrap());
    let renamed = |key: &SigningKey, kid: &str| {
        let mut jwk = serde_json::to_value(key.public_jwk()).unwrap();
        jwk["kid"] = json!(kid);
        jwk
    };
    let keys = json!({ "keys": [renamed(&other, "a"), renamed(&own, "b")] });
    let jwks = crate::Jwks::parse(keys.to_string()).unwrap();
    let algorithms = [Algorithm::Es256];
    let expectations = crate::Expectations::new(&algorithms);
    let token = own.sign(&own.header(None), &json!({ "sub": "ada" })).unwrap();
    let named = crate::KeySet::from_jwks(&jwks).verify(&token, &expectations);
    assert_eq!(named.unwrap_err(), crate::VerifyError::UnknownKey);
    let unnamed = crate::KeySet::unnamed(&jwks);
    assert_eq!((unnamed.len(), unnamed.is_empty()), (2, false));
    assert!(unnamed.verify(&token, &expectations).is_ok());
    let stranger = SigningKey::generate(Algorithm::Es256).unwrap();
    let token = stranger
        .sign(&stranger.header(None), &json!({ "sub": "ada" }))
        .unwrap();
    let refused = unnamed.verify(&token, &expectations);
    assert_eq!(refused.unwrap_err(), crate::VerifyError::SignatureInvalid);
    let rs256 = SigningKey::generate(Algorithm::Rs256).unwrap();
    let token = rs256.sign(&rs256.header(None), &json!({ "sub": "ada" })).unwrap();
    let refused = unnamed.verify(&token, &expectations);
    assert_eq!(refused.unwrap_err(), crate::VerifyError::AlgorithmNotAllowed);
}
