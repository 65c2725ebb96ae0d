//! Records that come from another system, in whatever order their file has them.

use super::world::{START, World, wording};
use crate::{
    Audience, Command, ConsentId, Fact, RecordId, Rejection, Slot, Status, Timestamp, Touched,
    apply::apply,
    command::{Answer, ImportRecord},
    decision::{Door, Outcome},
};

/// A moment before the world began.
fn ago(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(START.as_seconds() - seconds)
}

fn id(number: u128) -> RecordId {
    RecordId::from_uuid(uuid::Uuid::from_u128(number))
}

fn import(world: &mut World, record: RecordId, slot: Slot, answer: Answer, made: Timestamp) -> ImportRecord {
    let consent = ConsentId::from_uuid(uuid::Uuid::from_u128(record.uuid().as_u128() + 1_000));
    ImportRecord {
        act: world.act(Door::Operator),
        record,
        consent,
        slot,
        answer,
        wording: wording(),
        valid_until: None,
        created_at: made,
        updated_at: made,
        actions: None,
    }
}

fn carry_out(world: &mut World, command: ImportRecord) -> Vec<Fact> {
    world.run(&Command::ImportRecord(command)).unwrap()
}

#[test]
fn rec_17_the_latest_counts_whatever_the_order_of_the_file() {
    let answers = [
        (1, Answer::Accepted, ago(300)),
        (2, Answer::Revoked, ago(200)),
        (3, Answer::Accepted, ago(100)),
        (4, Answer::Denied, ago(100)),
    ];
    for order in [
        [0, 1, 2, 3],
        [3, 2, 1, 0],
        [2, 3, 0, 1],
        [3, 0, 2, 1],
        [1, 3, 0, 2],
    ] {
        let mut world = World::new();
        let slot = world.slot("photos", Audience::Named("store-app".to_owned()));
        for index in order {
            let (number, answer, made) = answers[index];
            let command = import(&mut world, id(number), slot.clone(), answer, made);
            carry_out(&mut world, command);
        }
        let deciding = world.state.deciding(&slot).unwrap();
        assert_eq!(deciding.record, id(4), "{order:?}");
        assert_eq!(deciding.status, Status::Denied, "{order:?}");
    }
}

#[test]
fn rec_17_events_tell_of_an_import_and_replaying_them_gives_the_rows() {
    let mut world = World::new();
    let slot = world.slot("photos", Audience::None);
    let mut command = import(&mut world, id(7), slot, Answer::Revoked, ago(500));
    command.updated_at = ago(400);
    let facts = carry_out(&mut world, command);
    assert_eq!(World::names(&facts), ["decision.recorded", "consent.imported"]);
    assert!(matches!(
        &facts[0],
        Fact::DecisionRecorded { decision } if decision.outcome == Outcome::Imported && decision.taken_at == START
    ));
    let consent = world.state.behind(id(7)).unwrap();
    assert_eq!((consent.created_at, consent.updated_at), (ago(500), ago(400)));
    assert_eq!(consent.ended.as_ref().map(|ended| ended.at), Some(ago(400)));
    assert_eq!(world.state.records[&id(7)].created_at, ago(500));
    let mut replayed = Touched::default();
    for fact in &world.log {
        apply(&mut replayed, fact);
    }
    assert_eq!(replayed, world.state);
}

#[test]
fn rec_17_what_is_older_than_a_decision_made_here_takes_nothing_from_it() {
    let mut world = World::new();
    let (agreement, _) = world.approve("moneytrack", &["accounts"], 1_000);
    let slot = world.client_slot("accounts", "moneytrack");
    let older = import(&mut world, id(1), slot.clone(), Answer::Revoked, ago(10));
    let facts = carry_out(&mut world, older);
    assert_eq!(World::names(&facts), ["decision.recorded", "consent.imported"]);
    assert!(world.state.agreements[&agreement].is_in_force(world.now));
    assert_eq!(world.state.deciding(&slot).unwrap().agreement, Some(agreement));

    world.pass(60);
    let made = Timestamp::from_seconds(START.as_seconds() + 30);
    let newer = import(&mut world, id(2), slot.clone(), Answer::Revoked, made);
    let facts = carry_out(&mut world, newer);
    assert!(World::names(&facts).contains(&"grant.ended"), "{facts:?}");
    assert_eq!(world.state.deciding(&slot).unwrap().record, id(2));
}

#[test]
fn rec_17_a_record_accepted_here_later_is_later_than_one_made_in_between() {
    let mut world = World::new();
    let slot = world.slot("photos", Audience::None);
    let first = import(&mut world, id(1), slot.clone(), Answer::Pending, ago(300));
    carry_out(&mut world, first);
    world.patch(id(1), Answer::Accepted).unwrap();
    let between = import(&mut world, id(2), slot.clone(), Answer::Denied, ago(100));
    carry_out(&mut world, between);
    assert_eq!(world.state.deciding(&slot).unwrap().record, id(1));
}

#[test]
fn rec_17_what_cannot_be_is_refused() {
    let mut world = World::new();
    let slot = world.slot("photos", Audience::None);
    let good = import(&mut world, id(1), slot, Answer::Accepted, ago(10));
    let refused = |world: &mut World, change: fn(&mut ImportRecord)| {
        let mut command = good.clone();
        change(&mut command);
        world.run(&Command::ImportRecord(command)).unwrap_err()
    };
    let later = |command: &mut ImportRecord| command.updated_at = ago(-1);
    let before = |command: &mut ImportRecord| command.updated_at = ago(11);
    assert_eq!(refused(&mut world, later), Rejection::ImpossibleTimes);
    assert_eq!(refused(&mut world, before), Rejection::ImpossibleTimes);
    assert_eq!(
        refused(&mut world, |command| command.wording = None),
        Rejection::WordingMissing
    );
    carry_out(&mut world, good.clone());
    assert_eq!(refused(&mut world, |_| {}), Rejection::RecordExists(id(1)));
    world.delete(id(1)).unwrap();
    assert_eq!(refused(&mut world, |_| {}), Rejection::RecordExists(id(1)));
}
