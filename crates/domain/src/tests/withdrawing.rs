//! Single consents that are taken back.

use super::world::World;
use crate::{
    Command, Rejection, Shard, SubjectId,
    command::Withdraw,
    decision::{Door, EndReason},
};

fn withdraw(world: &mut World, client: &str, definition: &str) -> Result<Vec<&'static str>, Rejection> {
    let consents = world
        .state
        .slots
        .get(&world.client_slot(definition, client))
        .copied()
        .into_iter()
        .collect();
    let command = Withdraw {
        act: world.act(Door::Dataspace),
        consents,
        reason: EndReason::UserAction,
    };
    let facts = world.run(&Command::Withdraw(command))?;
    Ok(World::names(&facts))
}

#[test]
fn dsp_9_taking_one_back_leaves_the_rest_of_its_bundle_and_the_last_one_ends_it() {
    let mut world = World::new();
    let (agreement, _) = world.approve("moneytrack", &["dpp://a@b.c/One", "dpp://a@b.c/Two"], 100);
    assert_eq!(
        withdraw(&mut world, "moneytrack", "dpp://a@b.c/One").unwrap(),
        ["decision.recorded", "consent.revoked", "grant.changed"]
    );
    assert!(world.state.agreements[&agreement].is_in_force(world.now));
    assert!(
        withdraw(&mut world, "moneytrack", "dpp://a@b.c/One")
            .unwrap()
            .is_empty(),
        "twice is nothing"
    );
    assert_eq!(
        withdraw(&mut world, "moneytrack", "dpp://a@b.c/Two").unwrap(),
        ["decision.recorded", "consent.revoked", "grant.ended"]
    );
    assert!(!world.state.agreements[&agreement].is_in_force(world.now));
}

#[test]
fn what_is_not_there_is_nothing_and_what_is_somebody_elses_is_refused() {
    let mut world = World::new();
    assert!(
        withdraw(&mut world, "moneytrack", "dpp://a@b.c/One")
            .unwrap()
            .is_empty()
    );
    world.approve("moneytrack", &["dpp://a@b.c/One"], 100);
    let slot = world.client_slot("dpp://a@b.c/One", "moneytrack");
    let consents = vec![world.state.slots[&slot]];
    let mut act = world.act(Door::Dataspace);
    act.subject = SubjectId::new(world.now, Shard::new(1), [9; 8]);
    let command = Withdraw {
        act,
        consents,
        reason: EndReason::UserAction,
    };
    let before = world.state.clone();
    assert_eq!(
        world.run(&Command::Withdraw(command)),
        Err(Rejection::WrongSubject)
    );
    assert_eq!(world.state, before);
}
