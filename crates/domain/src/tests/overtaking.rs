//! Records that back ends write over what a person granted in a bundle, and the other way round.

use super::world::World;
use crate::{AgreementId, RecordId, Status, command::Answer, decision::EndReason};

const SCOPES: [&str; 3] = ["openid", "accounts:balance", "accounts:transactions"];

fn connected() -> (World, AgreementId) {
    let mut world = World::new();
    let (agreement, _) = world.approve("moneytrack", &SCOPES, 100);
    (world, agreement)
}

fn write(world: &mut World, definition: &str, answer: Answer) -> RecordId {
    let slot = world.client_slot(definition, "moneytrack");
    world.create(slot, answer).0
}

fn deciding(world: &World, definition: &str) -> (Status, bool) {
    let slot = world.client_slot(definition, "moneytrack");
    let consent = world.state.deciding(&slot).unwrap();
    (consent.status, consent.agreement.is_some())
}

fn end(world: &World, agreement: AgreementId) -> Option<EndReason> {
    let ended = world.state.agreements[&agreement].ended.as_ref();
    ended.map(|ended| ended.reason)
}

#[test]
fn another_answer_over_a_part_narrows_the_bundle_and_yes_widens_it_again() {
    let (mut world, agreement) = connected();
    let slot = world.client_slot("accounts:balance", "moneytrack");
    let (record, facts) = world.create(slot, Answer::Denied);
    assert_eq!(
        World::names(&facts),
        ["decision.recorded", "consent.denied", "grant.changed"]
    );
    let facts = world.patch(record, Answer::Accepted).unwrap();
    assert!(World::names(&facts).contains(&"grant.changed"));
    assert_eq!(end(&world, agreement), None);
}

#[test]
fn another_answer_over_what_it_cannot_do_without_ends_the_bundle_for_good() {
    for answer in [Answer::Denied, Answer::Pending, Answer::Revoked] {
        let (mut world, agreement) = connected();
        let record = write(&mut world, "openid", answer);
        assert_eq!(end(&world, agreement), Some(EndReason::Emptied), "{answer:?}");
        world.patch(record, Answer::Accepted).unwrap();
        assert_eq!(deciding(&world, "openid"), (Status::Accepted, false));
        assert_eq!(deciding(&world, "accounts:balance"), (Status::Revoked, true));
        assert!(end(&world, agreement).is_some(), "{answer:?}");
    }
}

#[test]
fn the_same_answer_over_it_leaves_the_bundle_as_it_was() {
    let (mut world, agreement) = connected();
    let before = world.state.agreements[&agreement].clone();
    let record = write(&mut world, "openid", Answer::Accepted);
    assert_eq!(world.state.agreements[&agreement], before);
    world.delete(record).unwrap();
    assert_eq!(end(&world, agreement), Some(EndReason::Emptied));
}

#[test]
fn a_record_that_was_overtaken_does_not_take_its_slot_back_without_a_yes() {
    for (first, then) in [
        (Answer::Pending, Answer::Denied),
        (Answer::Pending, Answer::Revoked),
        (Answer::Denied, Answer::Revoked),
        (Answer::Denied, Answer::Pending),
        (Answer::Accepted, Answer::Denied),
        (Answer::Accepted, Answer::Revoked),
        (Answer::Revoked, Answer::Pending),
    ] {
        let mut world = World::new();
        let record = write(&mut world, "accounts:balance", first);
        let (agreement, _) = world.approve("moneytrack", &SCOPES, 100);
        world.patch(record, then).unwrap();
        assert_eq!(
            deciding(&world, "accounts:balance"),
            (Status::Accepted, true),
            "{first:?} to {then:?}"
        );
        world.delete(record).unwrap();
        assert_eq!(world.state.agreements[&agreement].version, 1);
    }
}

#[test]
fn a_yes_to_a_record_that_was_overtaken_decides_the_slot() {
    let mut world = World::new();
    let record = write(&mut world, "accounts:balance", Answer::Denied);
    let (agreement, _) = world.approve("moneytrack", &SCOPES, 100);
    world.patch(record, Answer::Accepted).unwrap();
    assert_eq!(deciding(&world, "accounts:balance"), (Status::Accepted, false));
    world.patch(record, Answer::Revoked).unwrap();
    assert_eq!(world.state.agreements[&agreement].version, 2, "narrowed");
}

#[test]
fn tpa_co_02_a_newer_bundle_replaces_one_that_a_record_stood_over() {
    let (mut world, older) = connected();
    for definition in SCOPES {
        write(&mut world, definition, Answer::Accepted);
    }
    let (newer, _) = world.approve("moneytrack", &SCOPES, 100);
    assert_eq!(end(&world, older), Some(EndReason::Superseded));
    assert_eq!(end(&world, newer), None);
}

#[test]
fn stopping_takes_back_what_a_back_end_wrote_over_it() {
    let (mut world, agreement) = connected();
    let record = write(&mut world, "accounts:balance", Answer::Accepted);
    let asked = write(&mut world, "accounts:transactions", Answer::Pending);
    world.stop(agreement).unwrap();
    assert_eq!(world.state.behind(record).unwrap().status, Status::Revoked);
    assert_eq!(world.state.behind(asked).unwrap().status, Status::Pending);
    assert_eq!(end(&world, agreement), Some(EndReason::UserAction));
}

#[test]
fn a_bundle_whose_time_is_over_takes_no_record_with_it() {
    let (mut world, agreement) = connected();
    let record = write(&mut world, "accounts:balance", Answer::Accepted);
    world.pass(100);
    write(&mut world, "openid", Answer::Denied);
    assert_eq!(world.state.behind(record).unwrap().status, Status::Accepted);
    assert_eq!(end(&world, agreement), None, "it is over by its time alone");
}
