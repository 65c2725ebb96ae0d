//! The registered claims, member by member.

use super::*;

const NOW: i64 = 1_790_000_000;

fn validation() -> Validation<'static> {
    Validation {
        issuer: Some("https://issuer.example"),
        audience: Some("client-1"),
        now: NOW,
        leeway: 30,
    }
}

fn check(payload: &str) -> Result<Claims, ClaimsError> {
    validation().check(payload.as_bytes())
}

fn payload(aud: &str, times: &str) -> String {
    format!(r#"{{"iss":"https://issuer.example","sub":"s","aud":{aud},{times},"jti":"j","other":[1]}}"#)
}

#[test]
fn complete_claims_are_returned() {
    let claims = check(&payload(
        r#""client-1""#,
        r#""exp":1790000300,"nbf":1790000000,"iat":1790000000"#,
    ))
    .unwrap();
    assert_eq!(
        claims,
        Claims {
            iss: Some("https://issuer.example".to_owned()),
            sub: Some("s".to_owned()),
            aud: vec!["client-1".to_owned()],
            exp: Some(NOW + 300),
            nbf: Some(NOW),
            iat: Some(NOW),
            jti: Some("j".to_owned()),
        }
    );
}

#[test]
fn audience_may_be_a_string_or_an_array() {
    let exp = r#""exp":1790000300"#;
    assert!(check(&payload(r#"["other","client-1"]"#, exp)).is_ok());
    for aud in [r#""client-10""#, "[]", r#"["other"]"#, r#"["CLIENT-1"]"#] {
        assert_eq!(check(&payload(aud, exp)), Err(ClaimsError::Audience), "{aud}");
    }
    for aud in ["1", "null", r#"["client-1",1]"#, r#"{"client-1":1}"#] {
        assert_eq!(check(&payload(aud, exp)), Err(ClaimsError::Malformed), "{aud}");
    }
}

#[test]
fn issuer_is_compared_byte_for_byte() {
    for iss in ["https://issuer.example/", "https://ISSUER.example", ""] {
        let text = format!(r#"{{"iss":"{iss}","aud":"client-1","exp":1790000300}}"#);
        assert_eq!(check(&text), Err(ClaimsError::Issuer), "{iss}");
    }
    assert_eq!(
        check(r#"{"aud":"client-1","exp":1790000300}"#),
        Err(ClaimsError::Issuer)
    );
}

#[test]
fn expiry_is_required_and_exclusive_with_leeway() {
    let at = |exp: i64| check(&payload(r#""client-1""#, &format!(r#""exp":{exp}"#)));
    assert!(at(NOW - 29).is_ok());
    assert_eq!(at(NOW - 30), Err(ClaimsError::Expired));
    assert_eq!(at(i64::MIN), Err(ClaimsError::Expired));
    assert!(at(i64::MAX).is_ok());
    assert_eq!(
        check(&payload(r#""client-1""#, r#""iat":1"#)),
        Err(ClaimsError::ExpiryMissing)
    );
}

#[test]
fn not_before_has_leeway() {
    let at = |nbf: i64| {
        check(&payload(
            r#""client-1""#,
            &format!(r#""exp":1790000300,"nbf":{nbf}"#),
        ))
    };
    assert!(at(NOW + 30).is_ok());
    assert_eq!(at(NOW + 31), Err(ClaimsError::NotYetValid));
    assert_eq!(at(i64::MAX), Err(ClaimsError::NotYetValid));
    assert!(at(i64::MIN).is_ok());
}

#[test]
fn times_may_have_fractions_and_must_be_numbers() {
    for (number, read) in [("1790000000.25", NOW + 1), ("1.79e9", NOW), ("-0.5", 0)] {
        let claims = Claims::parse(format!(r#"{{"iat":{number}}}"#).as_bytes()).unwrap();
        assert_eq!(claims.iat, Some(read), "{number}");
    }
    for name in ["exp", "nbf", "iat"] {
        for number in [
            r#""1790000300""#,
            "null",
            "true",
            "[]",
            "1e300",
            "-1e17",
            "18446744073709551615",
        ] {
            let text = format!(r#"{{"{name}":{number}}}"#);
            assert_eq!(
                Claims::parse(text.as_bytes()),
                Err(ClaimsError::Malformed),
                "{text}"
            );
        }
    }
}

#[test]
fn claims_that_are_no_object_or_repeat_a_claim_are_malformed() {
    for text in [
        "",
        "null",
        "[]",
        r#"["i","s","a",1,1,1,"j"]"#,
        r#""x""#,
        "{",
        r#"{"exp":1,"exp":2}"#,
        "{} x",
    ] {
        assert_eq!(
            Claims::parse(text.as_bytes()),
            Err(ClaimsError::Malformed),
            "{text}"
        );
    }
    assert_eq!(Claims::parse(b" {}").unwrap(), Claims::default());
}

#[test]
fn without_issuer_and_audience_only_time_is_checked() {
    let validation = Validation {
        issuer: None,
        audience: None,
        ..validation()
    };
    assert!(validation.check(br#"{"exp":1790000001}"#).is_ok());
}
