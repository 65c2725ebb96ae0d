//! The random steps: each stands for itself, so that a history stays one when steps are left out.

use proptest::prelude::*;

pub(super) const PEOPLE: [&str; 2] = ["ada", "ben"];

/// Asked on the hosted page, and asked on the bank's own page.
pub(super) const CLIENTS: [&str; 2] = ["moneytrack", "pennywise"];

/// What is asked for.
pub(super) const SCOPES: [&[&str]; 6] = [
    &[
        "openid",
        "offline_access",
        "accounts:balance",
        "accounts:transactions",
    ],
    &["openid", "offline_access", "accounts:balance"],
    &["openid", "accounts:balance", "accounts:transactions"],
    &["openid", "offline_access", "accounts:transactions"],
    &["openid", "offline_access"],
    &["openid"],
];

/// Definitions with the version of their words, and toward whom back ends write answers to them.
pub(super) const DEFINITIONS: [(&str, &str); 6] = [
    ("openid", "1.0"),
    ("offline_access", "1.0"),
    ("accounts:balance", "2.0"),
    ("accounts:transactions", "1.1"),
    ("share-my-email", "1.0"),
    ("email-newsletter", "1.2"),
];
pub(super) const AUDIENCES: [Option<&str>; 4] =
    [Some("moneytrack"), Some("pennywise"), Some("branch-office"), None];

pub(super) const ANSWERS: [&str; 4] = ["pending", "accepted", "denied", "revoked"];

/// How a question is answered.
#[derive(Debug, Clone, Copy)]
pub(super) enum Decision {
    All,
    /// The values whose bit is set.
    Part(u8),
    No,
}

/// Who stops agreements.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stopper {
    /// The first party's back end, everything of the pair.
    BackEnd,
    /// The same, one of them.
    BackEndOne(usize),
    /// The person through the first party's app.
    Person,
    /// The person in the frame, one of them.
    Dashboard(usize),
}

/// One step. Numbers that choose among what there is are taken modulo how much there is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    /// An app asks; nobody answers yet unless nobody has to be asked.
    Ask {
        person: usize,
        client: usize,
        scope: usize,
        prompt: bool,
    },
    /// A question that is open, or was, is answered.
    Decide {
        which: usize,
        decision: Decision,
        reported: bool,
    },
    /// A code is redeemed, perhaps again.
    Redeem(usize),
    /// A refresh token is used, perhaps again.
    Refresh(usize),
    RevokeAccess(usize),
    RevokeRefresh(usize),
    Stop {
        person: usize,
        client: usize,
        by: Stopper,
    },
    Create {
        person: usize,
        definition: usize,
        audience: usize,
        answer: usize,
    },
    Patch {
        which: usize,
        answer: usize,
    },
    /// The whole record anew: perhaps about somebody else, perhaps toward somebody else.
    Put {
        which: usize,
        answer: usize,
        person: Option<usize>,
        audience: Option<usize>,
    },
    Delete(usize),
    LogOut(usize),
    Pass {
        seconds: i64,
    },
    /// To the moment something ends, or one microsecond beside it.
    PassToEnd {
        which: usize,
        beside: i64,
    },
}

fn decision() -> impl Strategy<Value = Decision> {
    prop_oneof![
        6 => Just(Decision::All),
        2 => any::<u8>().prop_map(Decision::Part),
        1 => Just(Decision::No),
    ]
}

fn stopper() -> impl Strategy<Value = Stopper> {
    prop_oneof![
        Just(Stopper::BackEnd),
        any::<usize>().prop_map(Stopper::BackEndOne),
        Just(Stopper::Person),
        any::<usize>().prop_map(Stopper::Dashboard),
    ]
}

/// Any step; the latest of what there is is chosen more often than the rest.
pub(super) fn step() -> impl Strategy<Value = Step> {
    let which = || prop_oneof![Just(usize::MAX), any::<usize>()];
    let seconds = prop_oneof![1..120_i64, 120..3_600_i64, 3_600..900_000_i64, Just(2_592_000)];
    prop_oneof![
        8 => (0..2_usize, 0..2_usize, 0..6_usize, any::<bool>())
            .prop_map(|(person, client, scope, prompt)| Step::Ask { person, client, scope, prompt }),
        8 => (which(), decision(), any::<bool>())
            .prop_map(|(which, decision, reported)| Step::Decide { which, decision, reported }),
        8 => which().prop_map(Step::Redeem),
        5 => which().prop_map(Step::Refresh),
        1 => which().prop_map(Step::RevokeAccess),
        1 => which().prop_map(Step::RevokeRefresh),
        3 => (0..2_usize, 0..2_usize, stopper()).prop_map(|(person, client, by)| Step::Stop { person, client, by }),
        5 => (0..2_usize, 0..6_usize, 0..4_usize, 0..4_usize)
            .prop_map(|(person, definition, audience, answer)| Step::Create { person, definition, audience, answer }),
        8 => (which(), 0..4_usize).prop_map(|(which, answer)| Step::Patch { which, answer }),
        3 => (which(), 0..4_usize, proptest::option::of(0..2_usize), proptest::option::of(0..4_usize))
            .prop_map(|(which, answer, person, audience)| Step::Put { which, answer, person, audience }),
        2 => which().prop_map(Step::Delete),
        1 => (0..2_usize).prop_map(Step::LogOut),
        3 => seconds.prop_map(|seconds| Step::Pass { seconds }),
        2 => (0..6_usize, -1..=1_i64).prop_map(|(which, beside)| Step::PassToEnd { which, beside }),
    ]
}
