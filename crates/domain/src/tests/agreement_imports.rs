//! Bundles that come from another system, in whatever order their file has them.

use super::world::{START, World};
use crate::{
    Agreement, AgreementId, ApplicationId, ClientId, Command, Fact, Qualifier, Rejection, Shard, Status,
    Timestamp, Touched,
    agreement::Disclosure,
    apply::apply,
    command::ImportAgreement,
    consent::Ended,
    decision::{Actor, Door, EndReason},
};

/// A moment before the world began.
fn ago(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(START.as_seconds() - seconds)
}

fn id(number: u128) -> AgreementId {
    AgreementId::from_uuid(uuid::Uuid::from_u128(number))
}

fn wish(world: &mut World, number: u128, scopes: &[&str], made: Timestamp) -> ImportAgreement {
    ImportAgreement {
        act: world.act(Door::Operator),
        agreement: id(number),
        application: ApplicationId::new(START, Shard::new(0), [0; 8]),
        client: ClientId::parse("moneytrack").unwrap(),
        qualifier: Qualifier::none(),
        items: scopes.iter().map(|scope| world.item(scope)).collect(),
        created_at: made,
        updated_at: made,
        valid_until: None,
        ended: None,
        disclosure: Disclosure {
            client_name: "Moneytrack".to_owned(),
            organization: None,
            redirect_hosts: Vec::new(),
            client_type: "web".to_owned(),
            texts: Vec::new(),
            intermediaries: Vec::new(),
            details: None,
        },
        accounts: crate::Accounts::default(),
    }
}

fn ended(at: Timestamp) -> Ended {
    Ended {
        at,
        reason: EndReason::PartyAction,
        by: Actor::system(),
    }
}

fn carry_out(world: &mut World, command: ImportAgreement) -> Vec<Fact> {
    world.run(&Command::ImportAgreement(command)).unwrap()
}

fn standing(agreement: &Agreement, world: &World) -> bool {
    agreement.is_in_force(world.now)
}

#[test]
fn tpa_co_01_an_imported_bundle_keeps_its_id_and_dates_and_grants() {
    let mut world = World::new();
    let mut command = wish(&mut world, 7, &["openid", "accounts"], ago(500));
    command.updated_at = ago(400);
    command.valid_until = Some(ago(-500));
    let facts = carry_out(&mut world, command);
    assert_eq!(
        World::names(&facts),
        [
            "decision.recorded",
            "consent.imported",
            "consent.imported",
            "grant.created"
        ]
    );
    assert!(facts.iter().all(Fact::is_imported));
    let agreement = &world.state.agreements[&id(7)];
    assert_eq!((agreement.created_at, agreement.updated_at), (ago(500), ago(400)));
    assert!(standing(agreement, &world));
    let deciding = world
        .state
        .deciding(&world.client_slot("accounts", "moneytrack"))
        .unwrap();
    assert!(deciding.is_in_force(world.now));
    assert_eq!(deciding.valid_from, Some(ago(500)));
    assert!(!deciding.is_in_force(ago(-500)), "it ends when it was to end");
    let mut replayed = Touched::default();
    for fact in &world.log {
        apply(&mut replayed, fact);
    }
    assert_eq!(replayed, world.state);
}

#[test]
fn tpa_co_02_of_several_bundles_the_latest_counts_whatever_the_order_of_the_file() {
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [2, 0, 1], [0, 2, 1], [1, 2, 0]] {
        let mut world = World::new();
        for index in order {
            let mut command = match index {
                0 => wish(&mut world, 10, &["openid", "accounts"], ago(300)),
                1 => wish(&mut world, 11, &["openid", "accounts"], ago(200)),
                _ => wish(&mut world, 12, &["openid", "accounts"], ago(100)),
            };
            if index == 2 {
                command.ended = Some(ended(ago(50)));
                command.updated_at = ago(50);
            }
            carry_out(&mut world, command);
        }
        let deciding = world
            .state
            .deciding(&world.client_slot("accounts", "moneytrack"))
            .unwrap();
        assert_eq!(deciding.agreement, Some(id(11)), "{order:?}");
        assert!(deciding.is_in_force(world.now), "{order:?}");
        let state = &world.state.agreements;
        assert!(standing(&state[&id(11)], &world), "{order:?}");
        let replaced = state[&id(10)].ended.as_ref().unwrap();
        assert_eq!(replaced.reason, EndReason::Superseded, "{order:?}");
        assert_eq!(
            state[&id(12)].ended.as_ref().unwrap().reason,
            EndReason::PartyAction,
            "{order:?}"
        );
    }
}

#[test]
fn tpa_co_01_a_bundle_of_which_a_part_was_replaced_keeps_the_rest() {
    let mut world = World::new();
    let older = wish(&mut world, 1, &["accounts", "transactions"], ago(300));
    let newer = wish(&mut world, 2, &["accounts"], ago(100));
    carry_out(&mut world, newer);
    carry_out(&mut world, older);
    let state = &world.state;
    assert!(standing(&state.agreements[&id(1)], &world));
    let of = |definition: &str| {
        state
            .deciding(&world.client_slot(definition, "moneytrack"))
            .unwrap()
    };
    assert_eq!(of("accounts").agreement, Some(id(2)));
    assert_eq!(of("transactions").agreement, Some(id(1)));
}

#[test]
fn what_was_decided_here_since_is_never_written_over() {
    let mut world = World::new();
    let (here, _) = world.approve("moneytrack", &["openid", "accounts"], 1_000);
    world.stop(here).unwrap();
    let command = wish(&mut world, 1, &["openid", "accounts"], ago(300));
    carry_out(&mut world, command);
    let deciding = world
        .state
        .deciding(&world.client_slot("accounts", "moneytrack"))
        .unwrap();
    assert_eq!(
        (deciding.agreement, deciding.status),
        (Some(here), Status::Revoked)
    );
    assert!(!standing(&world.state.agreements[&id(1)], &world));

    let mut world = World::new();
    let (here, _) = world.approve("moneytrack", &["openid", "accounts"], 1_000);
    let command = wish(&mut world, 1, &["openid", "accounts"], ago(300));
    carry_out(&mut world, command);
    assert!(standing(&world.state.agreements[&here], &world));
    assert!(!standing(&world.state.agreements[&id(1)], &world));
}

#[test]
fn a_bundle_that_cannot_be_is_refused_and_leaves_nothing() {
    let mut world = World::new();
    let command = wish(&mut world, 1, &["accounts"], ago(300));
    let first = command.clone();
    carry_out(&mut world, command);
    let before = world.state.clone();
    let refused = |world: &mut World, command: ImportAgreement| {
        world.run(&Command::ImportAgreement(command)).unwrap_err()
    };
    assert_eq!(
        refused(&mut world, first.clone()),
        Rejection::AgreementExists(id(1))
    );
    let consent = first.items[0].consent;
    let twin = ImportAgreement {
        agreement: id(2),
        ..first.clone()
    };
    assert_eq!(refused(&mut world, twin), Rejection::ConsentExists(consent));
    let mut empty = wish(&mut world, 3, &[], ago(300));
    assert_eq!(refused(&mut world, empty.clone()), Rejection::NothingApproved);
    empty.items = vec![world.item("a"), world.item("a")];
    assert!(matches!(refused(&mut world, empty), Rejection::ApprovedTwice(_)));
    for (made, changed, over) in [
        (ago(10), ago(20), None),
        (ago(10), ago(-10), None),
        (ago(10), ago(10), Some(ago(-10))),
        (ago(10), ago(10), Some(ago(20))),
    ] {
        let mut command = wish(&mut world, 4, &["accounts"], made);
        command.updated_at = changed;
        command.ended = over.map(ended);
        assert_eq!(refused(&mut world, command), Rejection::ImpossibleTimes);
    }
    assert_eq!(world.state, before);
}
