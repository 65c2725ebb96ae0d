//! The state table, and the rules of single values.

use crate::{
    Qualifier, Shard, State, Status, SubjectId, Timestamp, command::Answer, definition::WordingVersion,
    id::uuid_in_shard, scope::Scope, shown,
};

/// Architecture, state table: every door's word for every state.
#[test]
fn every_state_has_its_word_at_every_door() {
    let table = [
        (
            State::Pending,
            Some("pending"),
            None,
            None,
            None,
            None,
            false,
            (false, "pending_approval"),
        ),
        (
            State::Accepted,
            Some("accepted"),
            Some("active"),
            Some("active"),
            Some("ACTIVE"),
            Some(true),
            true,
            (true, "accepted"),
        ),
        (
            State::Denied,
            Some("denied"),
            None,
            None,
            None,
            Some(false),
            false,
            (false, "denied"),
        ),
        (
            State::Restricted,
            Some("accepted"),
            Some("active"),
            Some("active"),
            Some("ACTIVE"),
            Some(true),
            true,
            (true, "restricted"),
        ),
        (
            State::Revoked,
            Some("revoked"),
            Some("revoked"),
            Some("stopped"),
            Some("REVOKED"),
            Some(false),
            false,
            (false, "revoked"),
        ),
        (
            State::Expired,
            Some("revoked"),
            Some("expired"),
            Some("ended"),
            Some("EXPIRED"),
            None,
            false,
            (false, "expired"),
        ),
        (
            State::Superseded,
            Some("revoked"),
            Some("superseded"),
            None,
            None,
            None,
            false,
            (false, "no_consent"),
        ),
        (
            State::Erased,
            None,
            None,
            None,
            None,
            None,
            false,
            (false, "no_consent"),
        ),
    ];
    for (state, records, authorization, dashboard, fdx, preferences, dataspace, check) in table {
        assert_eq!(shown::records(state), records, "{state:?}");
        assert_eq!(shown::authorization(state), authorization, "{state:?}");
        assert_eq!(shown::dashboard(state), dashboard, "{state:?}");
        assert_eq!(shown::fdx(state), fdx, "{state:?}");
        assert_eq!(shown::preferences(state), preferences, "{state:?}");
        assert_eq!(shown::dataspace(state), dataspace, "{state:?}");
        assert_eq!(shown::check(state), check, "{state:?}");
    }
}

#[test]
fn ends_are_final() {
    for end in [Status::Revoked, Status::Superseded, Status::Denied] {
        for next in Status::ALL {
            assert_eq!(
                end.may_become(next),
                next == Status::Erased,
                "{end:?} to {next:?}"
            );
        }
    }
    assert!(Status::ALL.iter().all(|next| !Status::Erased.may_become(*next)));
}

#[test]
fn rec_8_2_rule_7_versions_are_two_numbers_without_leading_zeros() {
    for good in ["0.1", "1.10", "0.0", "10.0"] {
        assert_eq!(good.parse::<WordingVersion>().unwrap().to_string(), good);
    }
    for bad in [
        "1",
        "1.0.0",
        "01.0",
        "v1.0",
        "1.",
        ".1",
        "1.-1",
        "1.00",
        "",
        "1.4294967296",
    ] {
        assert!(bad.parse::<WordingVersion>().is_err(), "{bad}");
    }
    assert!("1.10".parse::<WordingVersion>().unwrap() > "1.9".parse().unwrap());
}

#[test]
fn ids_carry_their_shard_and_order_by_time() {
    for number in [0, 1, 77, 4095] {
        let id = SubjectId::new(
            Timestamp::from_seconds(1_790_000_000),
            Shard::new(number),
            [0xff; 8],
        );
        assert_eq!(id.shard().number(), number);
        assert_eq!(id.uuid().get_version_num(), 7);
        assert_eq!(id.uuid().get_variant(), uuid::Variant::RFC4122);
    }
    let early = uuid_in_shard(Timestamp::from_micros(1_000_000), Shard::new(4095), [0xff; 8]);
    let late = uuid_in_shard(Timestamp::from_micros(1_002_000), Shard::new(0), [0; 8]);
    assert!(early < late);
}

#[test]
fn times_have_six_digits_and_survive_a_round_trip() {
    let at = Timestamp::from_micros(1_795_338_904_120_331);
    assert_eq!(at.to_rfc3339(), "2026-11-22T09:15:04.120331Z");
    assert_eq!(at.to_rfc3339_millis(), "2026-11-22T09:15:04.120Z");
    assert_eq!(at.to_rfc3339_seconds(), "2026-11-22T09:15:04Z");
    assert_eq!(Timestamp::parse(&at.to_rfc3339()).unwrap(), at);
    assert_eq!(
        Timestamp::from_seconds(1).to_rfc3339(),
        "1970-01-01T00:00:01.000000Z"
    );
}

#[test]
fn equal_qualifiers_are_spelled_equally() {
    let one = Qualifier::resources(["https://b.example", "https://a.example", "https://b.example"]);
    let other = Qualifier::resources(["https://a.example", "https://b.example"]);
    assert_eq!(one, other);
    assert_eq!(Qualifier::resources([]), Qualifier::none());
}

#[test]
fn scopes_keep_order_and_drop_repetitions() {
    let scope = Scope::parse("openid  accounts:balance openid").unwrap();
    assert_eq!(scope.to_string(), "openid accounts:balance");
    assert!(Scope::parse("a\"b").is_err());
    assert!(Scope::parse("ü").is_err());
    assert!(Scope::parse("").unwrap().is_empty());
}

#[test]
fn answers_are_exact_lower_case() {
    assert_eq!(Answer::from_name("accepted"), Some(Answer::Accepted));
    assert_eq!(Answer::from_name("Accepted"), None);
}
