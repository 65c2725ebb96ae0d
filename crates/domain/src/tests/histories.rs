//! Properties that hold whatever people do, in any order.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::world::World;
use crate::{
    AgreementId, Audience, Consent, ConsentId, RecordId, Status, Touched, apply::apply, command::Answer,
    enforce::speaking,
};

#[derive(Debug, Clone)]
enum Step {
    Approve(usize, Vec<usize>, i64),
    Stop(usize),
    Create(usize, usize, usize),
    Patch(usize, usize),
    Delete(usize),
    Pass(i64),
}

const CLIENTS: [&str; 2] = ["moneytrack", "pennywise"];
const SCOPES: [&str; 4] = [
    "openid",
    "accounts:balance",
    "accounts:transactions",
    "offline_access",
];
const ANSWERS: [Answer; 4] = [Answer::Pending, Answer::Accepted, Answer::Denied, Answer::Revoked];

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..2_usize, proptest::collection::vec(0..4_usize, 1..4), 1..500_i64)
            .prop_map(|(client, scopes, life)| Step::Approve(client, scopes, life)),
        2 => (0..20_usize).prop_map(Step::Stop),
        2 => (0..4_usize, 0..4_usize, 0..3_usize).prop_map(|(scope, answer, to)| Step::Create(scope, answer, to)),
        4 => (0..40_usize, 0..4_usize).prop_map(|(record, answer)| Step::Patch(record, answer)),
        1 => (0..40_usize).prop_map(Step::Delete),
        2 => (1..400_i64).prop_map(Step::Pass),
    ]
}

fn take(world: &mut World, step: &Step) {
    let agreements: Vec<AgreementId> = world.state.agreements.keys().copied().collect();
    let records: Vec<RecordId> = world
        .state
        .records
        .values()
        .filter(|record| !record.deleted)
        .map(|record| record.id)
        .collect();
    match step {
        Step::Approve(client, scopes, life) => {
            let mut names: Vec<&str> = scopes.iter().map(|scope| SCOPES[*scope]).collect();
            names.sort_unstable();
            names.dedup();
            world.approve(CLIENTS[*client], &names, *life);
        }
        Step::Stop(which) if !agreements.is_empty() => {
            world.stop(agreements[which % agreements.len()]).unwrap();
        }
        Step::Create(scope, answer, to) => {
            let slot = match to {
                0 => world.slot(SCOPES[*scope], Audience::None),
                1 => world.slot(SCOPES[*scope], Audience::Named("store-app".to_owned())),
                _ => world.client_slot(SCOPES[*scope], CLIENTS[0]),
            };
            world.create(slot, ANSWERS[*answer]);
        }
        Step::Patch(which, answer) if !records.is_empty() => {
            world
                .patch(records[which % records.len()], ANSWERS[*answer])
                .unwrap();
        }
        Step::Delete(which) if !records.is_empty() => {
            world.delete(records[which % records.len()]).unwrap();
        }
        Step::Pass(seconds) => world.pass(*seconds),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Replaying the log gives the rows, whatever happened.
    #[test]
    fn replay_equals_projection(steps in proptest::collection::vec(step(), 1..60)) {
        let mut world = World::new();
        for step in &steps {
            take(&mut world, step);
        }
        let mut replayed = Touched::default();
        for fact in &world.log {
            apply(&mut replayed, fact);
        }
        prop_assert_eq!(replayed, world.state);
    }

    /// Revoke is final: no consent ever leaves an end, and versions count its facts.
    #[test]
    fn ends_stay_ends(steps in proptest::collection::vec(step(), 1..60)) {
        let mut world = World::new();
        for step in &steps {
            take(&mut world, step);
        }
        let mut seen: BTreeMap<ConsentId, (u32, Status)> = BTreeMap::new();
        for consent in world.log.iter().filter_map(crate::Fact::consent) {
            match seen.insert(consent.id, (consent.version, consent.status)) {
                None => prop_assert_eq!(consent.version, 1),
                Some((version, status)) => {
                    prop_assert_eq!(consent.version, version + 1);
                    prop_assert!(
                        status == consent.status || status.may_become(consent.status),
                        "{:?} became {:?}", status, consent.status
                    );
                }
            }
        }
    }

    /// No bundle outlives the consents that speak for it, and none that ended has a consent that still grants.
    #[test]
    fn bundles_and_consents_end_together(steps in proptest::collection::vec(step(), 1..60)) {
        let mut world = World::new();
        for step in &steps {
            take(&mut world, step);
        }
        let state = &world.state;
        for agreement in state.agreements.values() {
            let own: Vec<_> = agreement.items.iter().map(|item| &state.consents[&item.consent]).collect();
            if agreement.ended.is_some() {
                prop_assert!(own.iter().all(|own| !own.status.is_granting()));
            } else if agreement.is_in_force(world.now) {
                let speaking = |own: &&&Consent| speaking(own, state.deciding(&own.slot)).status.is_granting();
                prop_assert!(own.iter().any(|own| speaking(&own)));
            }
            prop_assert!(own.iter().all(|own| own.valid_until <= agreement.valid_until));
        }
    }

    /// One consent of a slot at most is part of a bundle and grants: a newer bundle takes the place of the older.
    #[test]
    fn a_slot_grants_through_one_bundle(steps in proptest::collection::vec(step(), 1..60)) {
        let mut world = World::new();
        for step in &steps {
            take(&mut world, step);
        }
        let mut seen = BTreeSet::new();
        for consent in world.state.consents.values() {
            if consent.agreement.is_some() && consent.status.is_granting() {
                prop_assert!(seen.insert(&consent.slot), "{:?}", consent.slot);
            }
        }
    }

    /// The consent behind a standing record is of the record's subject, and each slot points at a consent of that slot.
    #[test]
    fn pointers_point_where_they_should(steps in proptest::collection::vec(step(), 1..60)) {
        let mut world = World::new();
        for step in &steps {
            take(&mut world, step);
        }
        for (slot, consent) in &world.state.slots {
            prop_assert_eq!(slot, &world.state.consents[consent].slot);
        }
        for record in world.state.records.values() {
            prop_assert_eq!(world.state.consents[&record.consent].record, record.id);
        }
    }
}
