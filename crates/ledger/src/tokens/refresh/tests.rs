use super::*;
use crate::environment::SystemEntropy;

fn scope(text: &str) -> Scope {
    Scope::parse(text).unwrap()
}

#[test]
fn tpa_rt_04_what_is_not_covered_is_left_out() {
    let granted = scope("openid a b");
    assert_eq!(
        narrowed(&granted, &scope("openid b"), None).unwrap(),
        scope("openid b")
    );
    let asked = scope("a b");
    assert_eq!(
        narrowed(&granted, &scope("openid b"), Some(&asked)).unwrap(),
        scope("b")
    );
}

#[test]
fn tpa_rt_05_more_than_was_granted_is_invalid_scope_even_if_covered() {
    let refused = narrowed(&scope("openid a"), &scope("openid a b"), Some(&scope("openid b")));
    assert!(matches!(refused, Err(TokenError::InvalidScope(_))));
}

#[test]
fn tpa_rt_04_nothing_left_is_invalid_grant() {
    let refused = narrowed(&scope("openid a"), &scope("openid"), Some(&scope("a")));
    assert!(matches!(
        refused,
        Err(TokenError::InvalidGrant("Consent expired or revoked"))
    ));
}

#[test]
fn tpa_rt_06_only_the_presented_token_opens_what_is_kept_for_the_leeway() {
    let presented = Opaque::received("rt_presented");
    let answer = TokenAnswer {
        access_token: "a.b.c".to_owned(),
        expires_in: 600,
        scope: scope("openid"),
        id_token: None,
        refresh_token: Some("rt_successor".to_owned()),
        details: None,
    };
    let plain = stored_json::to_json(&answer, "token answer").unwrap();
    let aad = presented.hash();
    let sealed = seal_key(&presented).seal(&SystemEntropy, aad.as_bytes(), plain.as_bytes());
    let sealed = opaque::base64url(&sealed);
    assert_eq!(open(&presented, &sealed), Some(answer));
    assert_eq!(open(&Opaque::received("rt_other"), &sealed), None);
    let stored = Key::new(*presented.hash().as_bytes());
    let bytes = URL_SAFE_NO_PAD.decode(&sealed).unwrap();
    assert!(
        stored.open(aad.as_bytes(), &bytes).is_err(),
        "the stored hash is no key"
    );
}
