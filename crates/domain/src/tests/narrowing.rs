//! Consents that allow only some actions.

use proptest::prelude::*;

use super::world::{World, key, wording};
use crate::{
    Action, Actions, Audience, Command, ConsentId, Fact, RecordId, Status,
    command::{Answer, ChangeRecord},
    decision::Door,
    definition::{Definition, DefinitionKind},
    enforce::{Refusal, allows},
};

fn actions(names: &[&str]) -> Actions {
    let actions: Vec<Action> = names.iter().map(|name| name.parse().unwrap()).collect();
    Actions::try_from(actions).unwrap()
}

fn definition(names: &[&str]) -> Definition {
    Definition {
        choice: crate::definition::Choice::default(),
        key: key("record-1"),
        kind: DefinitionKind::Agreement,
        display_name: None,
        description: None,
        parameters: Vec::new(),
        parent: None,
        lifetime: None,
        actions: actions(names),
    }
}

fn narrow(world: &mut World, record: RecordId, to: Option<Actions>) -> Vec<Fact> {
    let before = world.state.behind(record).unwrap();
    let (slot, subject) = (before.slot.clone(), before.slot.subject);
    let consent = ConsentId::new(world.now, subject.shard(), world.random());
    let act = world.act(Door::Records);
    let command = ChangeRecord {
        act,
        record,
        consent,
        slot,
        answer: Answer::Accepted,
        wording: wording(),
        valid_until: None,
        actions: to,
        bulk_changed: false,
    };
    world.run(&Command::ChangeRecord(command)).unwrap()
}

fn accepted() -> (World, RecordId) {
    let mut world = World::new();
    let slot = world.slot("record-1", Audience::None);
    let (record, _) = world.create(slot, Answer::Accepted);
    (world, record)
}

#[test]
fn chk_13_what_a_definition_lacks_is_unknown_before_it_is_restricted() {
    let (mut world, record) = accepted();
    let three = definition(&["read", "write", "delete"]);
    let asked = |world: &World, definition: &Definition, action: &str| {
        allows(definition, world.state.behind(record).unwrap(), action)
    };
    assert_eq!(asked(&world, &three, "delete"), Ok(()));
    assert_eq!(asked(&world, &three, "use"), Err(Refusal::UnknownAction));
    assert_eq!(asked(&world, &definition(&[]), "use"), Ok(()));
    assert_eq!(
        asked(&world, &definition(&[]), "write"),
        Err(Refusal::UnknownAction)
    );
    narrow(&mut world, record, Some(actions(&["read", "fly"])));
    assert_eq!(asked(&world, &three, "read"), Ok(()));
    assert_eq!(asked(&world, &three, "write"), Err(Refusal::Restricted));
    assert_eq!(asked(&world, &three, "fly"), Err(Refusal::UnknownAction));
}

#[test]
fn fewer_actions_restrict_a_consent_and_others_are_a_new_one() {
    let (mut world, record) = accepted();
    let first = world.state.behind(record).unwrap().id;
    let facts = narrow(&mut world, record, Some(actions(&["read", "write"])));
    assert_eq!(World::names(&facts), ["decision.recorded", "consent.restricted"]);
    let consent = world.state.behind(record).unwrap();
    assert_eq!(
        (consent.id, consent.status, consent.version),
        (first, Status::Restricted, 2)
    );
    assert!(narrow(&mut world, record, Some(actions(&["write", "read"]))).is_empty());
    let facts = narrow(&mut world, record, Some(actions(&["read", "delete"])));
    assert_eq!(
        World::names(&facts),
        ["decision.recorded", "consent.revoked", "consent.granted"]
    );
    assert_ne!(world.state.behind(record).unwrap().id, first);
    assert_eq!(world.state.consents[&first].status, Status::Revoked);
}

#[test]
fn what_is_withdrawn_and_accepted_again_allows_what_the_new_answer_says() {
    let (mut world, record) = accepted();
    narrow(&mut world, record, Some(actions(&["read"])));
    world.patch(record, Answer::Revoked).unwrap();
    narrow(&mut world, record, Some(actions(&["write"])));
    let consent = world.state.behind(record).unwrap();
    assert_eq!(consent.actions, Some(actions(&["write"])));
    assert!(consent.is_in_force(world.now));
    assert!(!consent.is_in_force_for_all(world.now));
}

proptest! {
    #[test]
    fn one_consent_never_comes_to_allow_more(
        steps in prop::collection::vec(prop::option::of(prop::collection::btree_set(0..4_usize, 1..4)), 1..12),
    ) {
        const NAMES: [&str; 4] = ["a", "b", "c", "d"];
        let all = definition(&NAMES);
        let (mut world, record) = accepted();
        for step in steps {
            let to = step.map(|of| actions(&of.into_iter().map(|name| NAMES[name]).collect::<Vec<_>>()));
            let before = world.state.behind(record).unwrap().clone();
            narrow(&mut world, record, to.clone());
            let after = world.state.behind(record).unwrap();
            prop_assert_eq!(&after.actions, &to);
            if after.id == before.id {
                for name in NAMES {
                    let more = allows(&all, &before, name).is_err() && allows(&all, after, name).is_ok();
                    prop_assert!(!more, "{} was added to {:?}", name, before.actions);
                }
            } else {
                prop_assert!(!world.state.consents[&before.id].is_in_force(world.now));
            }
        }
    }
}
