//! What a person does with a bundle that stands: changes its accounts, lets it go on, does not recognise it.

use super::world::World;
use crate::{
    AccountId, Accounts, AgreementId, Command, Fact, Rejection, Timestamp,
    command::{ChangeAccounts, Renew, Report},
    decision::{Door, Outcome},
};

const DAY: i64 = 86_400;

fn id(text: &str) -> AccountId {
    AccountId::parse(text).unwrap()
}

fn change(world: &mut World, agreement: AgreementId, set: &[(&str, bool)]) -> ChangeAccounts {
    ChangeAccounts {
        act: world.act(Door::Dashboard),
        agreement,
        version: None,
        set: set.iter().map(|(account, on)| (id(account), *on)).collect(),
        others: None,
        held: vec![id("a"), id("b")],
        may_widen: true,
    }
}

#[test]
fn dsh_b6_1_taking_accounts_off_is_one_decision_and_one_change() {
    let mut world = World::new();
    let (agreement, _) = world.approve("x", &["openid", "balance"], 30 * DAY);
    let command = ChangeAccounts {
        others: Some(false),
        ..change(&mut world, agreement, &[("a", false), ("b", false)])
    };
    let facts = world.run(&Command::ChangeAccounts(command.clone())).unwrap();
    assert_eq!(World::names(&facts), ["decision.recorded", "grant.changed"]);
    assert!(matches!(&facts[0], Fact::DecisionRecorded { decision } if decision.outcome == Outcome::Changed));
    let now = &world.state.agreements[&agreement];
    assert!(now.accounts.share_nothing() && now.ended.is_none());
    assert_eq!(now.version, 2);
    assert!(world.run(&Command::ChangeAccounts(command)).unwrap().is_empty());
}

#[test]
fn dsh_a11_widening_needs_the_leave_of_the_tenant_and_taking_back_what_was_agreed_does_not() {
    let mut world = World::new();
    let (agreement, _) = world.approve("x", &["openid"], 30 * DAY);
    let held = world.state.agreements.get_mut(&agreement).unwrap();
    held.accounts = Accounts::only([id("a")]);
    let strict = |command| {
        Command::ChangeAccounts(ChangeAccounts {
            may_widen: false,
            ..command
        })
    };
    let off = strict(change(&mut world, agreement, &[("a", false)]));
    world.run(&off).unwrap();
    let on = strict(change(&mut world, agreement, &[("a", true)]));
    assert_eq!(
        World::names(&world.run(&on).unwrap()),
        ["decision.recorded", "grant.changed"]
    );
    let wider = strict(change(&mut world, agreement, &[("b", true)]));
    assert_eq!(world.run(&wider), Err(Rejection::Widens));
    let all = strict(ChangeAccounts {
        others: Some(true),
        ..change(&mut world, agreement, &[])
    });
    assert_eq!(world.run(&all), Err(Rejection::Widens));
    let allowed = change(&mut world, agreement, &[("b", true)]);
    world.run(&Command::ChangeAccounts(allowed)).unwrap();
    assert!(world.state.agreements[&agreement].accounts.shares(&id("b")));
}

#[test]
fn dsh_a11_accounts_of_what_is_over_or_was_changed_meanwhile_stay() {
    let mut world = World::new();
    let (agreement, _) = world.approve("x", &["openid"], 5);
    let stale = ChangeAccounts {
        version: Some(7),
        ..change(&mut world, agreement, &[("a", false)])
    };
    assert_eq!(
        world.run(&Command::ChangeAccounts(stale)),
        Err(Rejection::AgreementChanged(agreement))
    );
    let late = change(&mut world, agreement, &[("a", false)]);
    world.pass(5);
    assert_eq!(
        world.run(&Command::ChangeAccounts(late)),
        Err(Rejection::AgreementOver(agreement))
    );
}

#[test]
fn dsh_b6_2_renewing_moves_the_end_of_everything_and_keeps_the_beginning() {
    let mut world = World::new();
    let (agreement, _) = world.approve("x", &["openid", "balance"], 10 * DAY);
    let began = world.now;
    world.pass(DAY);
    let until = Timestamp::from_seconds(world.now.as_seconds() + 365 * DAY);
    let act = world.act(Door::Dashboard);
    let renew = |valid_until, act| {
        Command::Renew(Renew {
            act,
            agreement,
            valid_until,
        })
    };
    let facts = world.run(&renew(until, act.clone())).unwrap();
    assert_eq!(
        World::names(&facts),
        [
            "decision.recorded",
            "consent.renewed",
            "consent.renewed",
            "grant.renewed"
        ]
    );
    let renewed = &world.state.agreements[&agreement];
    assert_eq!((renewed.created_at, renewed.renewed_at), (began, Some(world.now)));
    assert_eq!(renewed.valid_until, Some(until));
    assert!(
        world
            .state
            .consents
            .values()
            .all(|consent| consent.valid_until == Some(until))
    );
    assert_eq!(
        world.run(&renew(until, act.clone())),
        Err(Rejection::EndsBeforeItBegins)
    );
    world.now = until;
    let later = Timestamp::from_seconds(until.as_seconds() + DAY);
    assert_eq!(
        world.run(&renew(later, act)),
        Err(Rejection::AgreementOver(agreement)),
        "what has ended is not revived"
    );
}

#[test]
fn dsh_b6_6_not_recognising_tells_and_changes_nothing() {
    let mut world = World::new();
    let (agreement, _) = world.approve("x", &["openid"], 10 * DAY);
    let before = world.state.clone();
    let act = world.act(Door::Dashboard);
    let facts = world.run(&Command::Report(Report { act, agreement })).unwrap();
    assert_eq!(World::names(&facts), ["grant.reported"]);
    assert_eq!(world.state, before);
}
