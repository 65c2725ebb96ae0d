//! Tokens under a shared secret: what npm's `jose`, Python's `joserfc`, Ruby's `json-jwt` and Ruby's `jwe` made (`e2e/peers/direct*`), the
//! vectors of the specification, and what is refused.
#![expect(clippy::unwrap_used, reason = "a test may stop")]

use consentry_jose::{DirectError, DirectKey, DirectToken, NoDirectKey, encoding};
use serde::Deserialize;

const SECRET: &str = "OsB/bDFOpzax4/drCC5Cp3xVAcdzn+00+vacy9hVFqo=";

/// Vectors of consent-dashboard A5.5.
const V1: &str = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..Jz2gZVf_w_m_dHIc.Sd0eva5CmCXFr5VaIBDXNT4imLZp.7KYZ2XCvoRrDgfqJP-DLmw";
const V2: &str = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwidHlwIjoiSldUIiwia2lkIjoiazEifQ..nDDRKF4ubdhivZgJ.OBJtJ02rjdgTwCUvsgkyl9kQyJoWPuhRByebtDP5_hNWkPFFlDQ21EcCtWSCM-IvCJKd_ziYU7FI8C2V6carXJPs5kfJi7k9Q02lOk0.6ynvMFZ6e2W68W3LIOLiUA";
const V3: &str = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0..15JwzoBHhxzarsb5EGqKYw.9DWOE178LyhhRBlTIPFb8HVV1-pfMDGOaRpoF1hPZLA.Xv9iKEWc3t_kDdOs-sZBgA";
const V4: &str =
    "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..Jz2gZVf_w_m_dHIc.Sd0eva5CmCXFr5VaIBDXNT4imLZp.7KYZ2XCvoRo";

#[derive(Deserialize)]
struct Vectors {
    made_by: String,
    secret: String,
    content: String,
    accepted: Vec<String>,
    refused: Vec<String>,
}

fn key() -> DirectKey {
    DirectKey::parse(SECRET).unwrap()
}

fn open(token: &str) -> Result<String, DirectError> {
    let content = DirectToken::parse(token)?.open(&key())?;
    Ok(String::from_utf8(content.to_vec()).unwrap())
}

fn reason(token: &str) -> String {
    match open(token).unwrap_err() {
        DirectError::Refused(why) => why,
        other => format!("{other:?}"),
    }
}

/// A token with this header and the right secret.
fn with_header(header: &str) -> String {
    let token = key().encrypt(&[], [7; 12], b"{\"sub\":\"cust-7f3a91\"}").unwrap();
    let (_, rest) = token.split_once('.').unwrap();
    format!("{}.{rest}", encoding::encode(header))
}

#[test]
fn dsh_a5_tokens_of_other_libraries_are_opened_in_one_way_only() {
    let files = [
        include_str!("vectors/direct-npm.json"),
        include_str!("vectors/direct-python.json"),
        include_str!("vectors/direct-ruby.json"),
        include_str!("vectors/direct-ruby-jwe.json"),
    ];
    for file in files {
        let vectors: Vectors = serde_json::from_str(file).unwrap();
        assert_eq!(vectors.secret, SECRET);
        for token in &vectors.accepted {
            assert_eq!(
                open(token).as_deref(),
                Ok(&*vectors.content),
                "{}",
                vectors.made_by
            );
        }
        for token in &vectors.refused {
            assert!(
                matches!(open(token), Err(DirectError::Refused(_))),
                "{}: {token}",
                vectors.made_by
            );
        }
        assert!(!vectors.accepted.is_empty() && !vectors.refused.is_empty());
    }
}

#[test]
fn dsh_a5_5_vectors_of_the_specification() {
    assert_eq!(open(V1).unwrap(), r#"{"sub":"cust-7f3a91"}"#);
    let claims: serde_json::Value = serde_json::from_str(&open(V2).unwrap()).unwrap();
    assert_eq!(claims["jti"], "a1b2c3d4-0001");
    assert_eq!(claims["exp"], 1_790_000_300);
    assert_eq!(DirectToken::parse(V2).unwrap().kid(), Some("k1"));
    assert_eq!(reason(V3), "enc A128CBC-HS256, expected A256GCM");
    assert_eq!(reason(V4), "the tag is not 16 bytes long");
}

#[test]
fn dsh_a5_1_a_secret_is_base64_of_exactly_32_bytes() {
    let url_safe = SECRET.replace('/', "_").replace('+', "-");
    for good in [
        SECRET,
        SECRET.trim_end_matches('='),
        &url_safe,
        url_safe.trim_end_matches('='),
    ] {
        assert_eq!(*DirectKey::parse(good).unwrap().to_text(), SECRET, "{good}");
    }
    let raw = "3ac07f6c314ea736b1e3f76b082e42a77c5501c7739fed34faf69ccbd85516aa";
    for bad in [
        "",
        raw,
        &SECRET[..42],
        &format!("{SECRET}="),
        &format!("{SECRET}\n"),
        &format!(" {SECRET}"),
        &SECRET.replace('/', "_"),
        &SECRET.replace("qo=", "qp="),
        &encoding::encode([1; 31]),
        &encoding::encode([1; 33]),
    ] {
        assert_eq!(DirectKey::parse(bad).unwrap_err(), NoDirectKey, "{bad}");
    }
    assert_eq!(format!("{:?}", key()), "DirectKey(…)");
}

#[test]
fn dsh_a5_2_what_is_no_compact_jwe_is_malformed() {
    let parts: Vec<&str> = V1.split('.').collect();
    let joined = |at: usize, with: &str| {
        let mut parts = parts.clone();
        parts[at] = with;
        parts.join(".")
    };
    let long_header = format!(r#"{{"alg":"dir","enc":"A256GCM","x":"{}"}}"#, "x".repeat(1000));
    for bad in [
        String::new(),
        "a.b.c".to_owned(),
        format!("{V1}."),
        format!("{V1}="),
        format!("{V1}\n"),
        joined(2, "Jz2gZVf/w/m/dHIc"),
        joined(4, "7KYZ2XCvoRrDgfqJP-DLmx"),
        joined(0, &encoding::encode("[]")),
        joined(0, &encoding::encode(b"{\"alg\":\"\xff\"}")),
        joined(0, ""),
        with_header(r#"{"alg":"dir","enc":"A256GCM","enc":"A256GCM"}"#),
        with_header(r#"{"alg":"dir","enc":"A256GCM","x":{"y":1,"y":1}}"#),
        with_header(&long_header),
    ] {
        assert!(
            matches!(open(&bad), Err(DirectError::Malformed(_))),
            "{bad}: {:?}",
            open(&bad)
        );
    }
    assert_eq!(open(&"a".repeat(8193)), Err(DirectError::TooLarge));
    let big = format!(
        "{}..{}.{}.{}",
        parts[0],
        parts[2],
        encoding::encode(vec![0; 4097]),
        parts[4]
    );
    assert_eq!(open(&big), Err(DirectError::TooLarge));
}

#[test]
fn dsh_a5_2_headers_iv_tag_and_key_part_are_checked_before_anything_is_decrypted() {
    for (header, why) in [
        (r#"{"enc":"A256GCM"}"#, "alg missing, expected dir"),
        (r#"{"alg":"DIR","enc":"A256GCM"}"#, "alg DIR, expected dir"),
        (
            r#"{"alg":"dir","enc":"A128GCM\n\u0007"}"#,
            "enc A128GCM, expected A256GCM",
        ),
        (
            r#"{"alg":"dir","enc":"A256GCM","zip":null}"#,
            "its header has zip",
        ),
        (
            r#"{"alg":"dir","enc":"A256GCM","crit":["exp"]}"#,
            "its header has crit",
        ),
    ] {
        assert_eq!(reason(&with_header(header)), why);
    }
    let parts: Vec<&str> = V1.split('.').collect();
    let token = |key: &str, iv: &str, tag: &str| format!("{}.{key}.{iv}.{}.{tag}", parts[0], parts[3]);
    assert_eq!(
        reason(&token("AA", parts[2], parts[4])),
        "with alg dir there is no encrypted key"
    );
    for length in [0, 8, 11, 13, 16] {
        let iv = encoding::encode(vec![1; length]);
        assert_eq!(reason(&token("", &iv, parts[4])), "the iv is not 12 bytes long");
    }
    for length in [0, 4, 8, 15, 17] {
        let tag = encoding::encode(vec![1; length]);
        assert_eq!(reason(&token("", parts[2], &tag)), "the tag is not 16 bytes long");
    }
}

#[test]
fn dsh_a5_2_the_header_is_protected_as_it_was_received() {
    assert!(open(&with_header(r#"{"alg":"dir","enc":"A256GCM"}"#)).is_ok());
    let spaced = with_header(r#"{"alg":"dir", "enc":"A256GCM"}"#);
    assert_eq!(
        reason(&spaced),
        "it is encrypted with another secret, or was changed"
    );
    let other = DirectKey::new([9; 32]);
    let token = DirectToken::parse(V1).unwrap();
    assert!(token.open(&other).is_err());
}

#[test]
fn dsh_a5_4_a_token_within_is_told() {
    let is_nested = |cty: &str| {
        let token = with_header(&format!(r#"{{"alg":"dir","enc":"A256GCM"{cty}}}"#));
        DirectToken::parse(&token).unwrap().is_nested()
    };
    assert!(is_nested(r#","cty":"JWT""#));
    assert!(is_nested(r#","cty":"jwt""#));
    assert!(!is_nested(""));
    assert!(!is_nested(r#","cty":"json""#));
}

#[test]
fn what_is_encrypted_here_is_opened_here_and_not_too_long() {
    let token = key().encrypt(&[("typ", "x+jwt")], [3; 12], b"{}").unwrap();
    assert_eq!(open(&token).unwrap(), "{}");
    assert_eq!(DirectToken::parse(&token).unwrap().typ(), Some("x+jwt"));
    assert!(
        key()
            .encrypt(&[("typ", "x+jwt")], [3; 12], &[b'a'; 4096])
            .is_some_and(|token| open(&token).is_ok())
    );
    assert_eq!(key().encrypt(&[("typ", "x+jwt")], [3; 12], &[b'a'; 4097]), None);
}
