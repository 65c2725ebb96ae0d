//! When keys are fetched, without any network.

use consentry_jose::{Jwks, SigningKey};

use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_800_000_000 + seconds)
}

fn set(key: &SigningKey) -> fetching::Fetched {
    let jwks = Jwks {
        keys: vec![key.public_jwk().clone()],
    };
    fetching::Fetched {
        keys: KeySet::from_jwks(&jwks),
        fresh_for: Lifetime::seconds(300),
    }
}

fn what(next: &Next) -> &'static str {
    match next {
        Next::Use(_) => "use",
        Next::Unknown => "unknown",
        Next::Unavailable { .. } => "unavailable",
        Next::Fetch => "fetch",
    }
}

#[test]
fn dsp_8_5_unknown_keys_cause_one_fetch_in_thirty_seconds() {
    // Which algorithm makes no difference to when it is fetched, and this one is made faster.
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let mut kept = Kept::default();
    assert_eq!(what(&kept.next(key.kid(), at(0))), "fetch");
    kept.keep(Some(set(&key)), at(0), 80);
    assert_eq!(what(&kept.next(key.kid(), at(299))), "use");
    assert_eq!(what(&kept.next("other", at(29))), "unknown");
    assert_eq!(what(&kept.next("another", at(30))), "fetch");
    // What was asked for within the cooldown stays unknown for a minute, so the same name cannot force a fetch.
    assert_eq!(what(&kept.next("other", at(31))), "unknown");
    assert_eq!(what(&kept.next("other", at(89))), "fetch");
    assert_eq!(what(&kept.next(key.kid(), at(300))), "fetch");
}

#[test]
fn dsp_8_5_many_unknown_keys_do_not_fill_the_memory() {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let mut kept = Kept::default();
    kept.keep(Some(set(&key)), at(0), 80);
    for number in 0..5_000 {
        assert_eq!(what(&kept.next(&format!("k{number}"), at(1))), "unknown");
        assert!(kept.unknown.len() <= MOST_UNKNOWN);
    }
}

#[test]
fn dsp_8_5_a_party_out_of_reach_is_asked_less_and_less_and_old_keys_serve_for_six_hours() {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let mut kept = Kept::default();
    kept.keep(Some(set(&key)), at(0), 80);
    assert_eq!(what(&kept.next(key.kid(), at(300))), "fetch");
    kept.keep(None, at(300), 80);
    assert_eq!(what(&kept.next(key.kid(), at(300))), "use");
    assert_eq!(what(&kept.next(key.kid(), at(305))), "fetch");
    kept.keep(None, at(305), 80);
    assert_eq!(what(&kept.next(key.kid(), at(314))), "use");
    assert_eq!(what(&kept.next(key.kid(), at(315))), "fetch");
    for _ in 0..10 {
        kept.keep(None, at(400), 80);
    }
    let end = 300 + 6 * 3600;
    kept.keep(None, at(end - 1), 80);
    assert_eq!(what(&kept.next(key.kid(), at(end - 1))), "use");
    match kept.next(key.kid(), at(end)) {
        Next::Unavailable { seconds } => assert_eq!(seconds, 299),
        other => panic!("{}", what(&other)),
    }
    assert_eq!(what(&kept.next(key.kid(), at(end + 299))), "fetch");
}

#[test]
fn dsp_8_5_a_key_that_is_no_longer_listed_is_gone_at_once() {
    let (old, new) = (
        SigningKey::generate(Algorithm::Es256).unwrap(),
        SigningKey::generate(Algorithm::Es256).unwrap(),
    );
    let mut kept = Kept::default();
    kept.keep(Some(set(&old)), at(0), 80);
    assert_eq!(what(&kept.next(new.kid(), at(40))), "fetch");
    kept.keep(Some(set(&new)), at(40), 80);
    assert_eq!(what(&kept.next(new.kid(), at(40))), "use");
    assert_eq!(what(&kept.next(old.kid(), at(40))), "unknown");
}

#[test]
fn dsp_8_5_fresh_keys_are_fetched_beside_a_request_when_most_of_their_time_is_over() {
    let key = SigningKey::generate(Algorithm::Es256).unwrap();
    let mut kept = Kept::default();
    assert!(
        !kept.is_due(at(0)),
        "nobody has them yet, so the request itself waits"
    );
    kept.keep(Some(set(&key)), at(0), 80);
    assert!(!kept.is_due(at(239)));
    assert!(kept.is_due(at(240)));
    assert_eq!(what(&kept.next(key.kid(), at(240))), "use");
    kept.keep(None, at(240), 80);
    assert!(
        !kept.is_due(at(244)),
        "a party out of reach is left alone for a while"
    );
    assert!(kept.is_due(at(245)));
    kept.keep(Some(set(&key)), at(245), 80);
    assert!(!kept.is_due(at(246)));
    for spread in 0..1000 {
        assert!(REFRESH_AT.contains(&Source::new(spread).refresh_at));
    }
}
