use http::{HeaderMap, HeaderValue, header};
use secrecy::ExposeSecret as _;

use super::*;

fn read(value: &str) -> Result<Credentials, CredentialsError> {
    let mut headers = HeaderMap::new();
    headers.insert(
        header::AUTHORIZATION,
        HeaderValue::from_bytes(value.as_bytes()).unwrap(),
    );
    authorization(&headers)
}

fn cookies(lines: &[&str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(header::COOKIE, line.parse().unwrap());
    }
    headers
}

fn name(name: &str) -> CookieName {
    CookieName::new(name).unwrap()
}

#[test]
fn consent_api_4_1_basic_splits_at_the_first_colon() {
    // cn=a b:se:cret
    let Ok(Credentials::Basic { user, password }) = read("bAsIc Y249YSBiOnNlOmNyZXQ=") else {
        panic!("not basic");
    };
    assert_eq!(user, "cn=a b");
    assert_eq!(password.expose_secret(), "se:cret");
}

#[test]
fn consent_api_4_2_a_bearer_token_is_everything_behind_the_scheme() {
    let Ok(Credentials::Bearer(token)) = read("BEARER  {\"active\":true, \"sub\":\"ada\"} ") else {
        panic!("not bearer");
    };
    assert_eq!(token.expose_secret(), r#"{"active":true, "sub":"ada"}"#);
}

#[test]
fn broken_credentials_are_typed() {
    for (value, expected) in [
        ("Basic", CredentialsError::Empty),
        ("Basic !!!", CredentialsError::Base64),
        ("Basic YWRh", CredentialsError::NoColon),
        ("Basic /zo=", CredentialsError::Encoding),
        ("Basic YQo6Yg==", CredentialsError::Control),
        ("Bearer", CredentialsError::Empty),
        ("Bearer   ", CredentialsError::Empty),
        ("", CredentialsError::Empty),
    ] {
        assert_eq!(read(value).unwrap_err(), expected, "{value}");
    }
    let mut twice = HeaderMap::new();
    twice.append(header::AUTHORIZATION, "Bearer a".parse().unwrap());
    twice.append(header::AUTHORIZATION, "Bearer b".parse().unwrap());
    assert_eq!(authorization(&twice).unwrap_err(), CredentialsError::Repeated);
}

#[test]
fn absent_and_foreign_schemes_are_told_apart() {
    assert!(matches!(authorization(&HeaderMap::new()), Ok(Credentials::None)));
    assert!(matches!(read("DPoP abc"), Ok(Credentials::Other(scheme)) if scheme == "dpop"));
}

#[test]
fn secrets_are_not_shown() {
    for value in ["Basic YWRhOnNlY3JldA==", "Bearer secret"] {
        let shown = format!("{:?}", read(value).unwrap());
        assert!(!shown.contains("secret\""), "{shown}");
        assert!(shown.contains("REDACTED"), "{shown}");
    }
}

#[test]
fn tpa_ix_01_cookies_are_host_bound_over_tls() {
    let line = set_cookie(
        &name("cst_ix_0a1b2c3d"),
        "v4lue",
        SameSite::Lax,
        Some(600),
        Transport::Tls,
    )
    .unwrap();
    assert_eq!(
        line,
        "__Host-cst_ix_0a1b2c3d=v4lue; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=600"
    );
    assert!(line.is_sensitive());
}

#[test]
fn tpa_ix_01_plain_loopback_has_neither_prefix_nor_secure() {
    let line = set_cookie(&name("s"), "v", SameSite::None, None, Transport::PlainLoopback).unwrap();
    assert_eq!(line, "s=v; Path=/; HttpOnly; SameSite=Lax");
    let cleared = clear_cookie(&name("s"), SameSite::Strict, Transport::Tls).unwrap();
    assert_eq!(
        cleared,
        "__Host-s=; Path=/; HttpOnly; Secure; SameSite=Strict; Max-Age=0"
    );
}

#[test]
fn a_cookie_cannot_smuggle_attributes() {
    for value in ["a; Domain=evil", "a\"b", "a b", "a\nb", "é"] {
        let line = set_cookie(&name("s"), value, SameSite::Lax, None, Transport::Tls);
        assert_eq!(line, Err(CookieError::Value), "{value}");
    }
    for bad in ["", "__Host-x", "a b", "a=b", "a;b"] {
        assert_eq!(CookieName::new(bad), Err(CookieError::Name), "{bad}");
    }
}

#[test]
fn a_cookie_is_read_by_its_name_on_the_wire() {
    let headers = cookies(&["a=1; __Host-s=good", "s=planted; b=2"]);
    assert_eq!(cookie(&headers, &name("s"), Transport::Tls), Some("good"));
    assert_eq!(
        cookie(&headers, &name("s"), Transport::PlainLoopback),
        Some("planted")
    );
    assert_eq!(cookie(&headers, &name("missing"), Transport::Tls), None);
}

#[test]
fn two_values_of_one_cookie_are_none() {
    let headers = cookies(&["s=1; s=2"]);
    assert_eq!(cookie(&headers, &name("s"), Transport::PlainLoopback), None);
    let headers = cookies(&["s=1; s=1"]);
    assert_eq!(cookie(&headers, &name("s"), Transport::PlainLoopback), Some("1"));
}
