//! What each command means, case by case.

use super::world::{World, key};
use crate::{
    Audience, ClientId, Command, Fact, Rejection, State, Status,
    command::{Answer, Approve, Decline},
    decision::{Door, EndReason},
};

#[test]
fn evt_09_one_decision_then_its_consents_then_the_bundle() {
    let mut world = World::new();
    let (agreement, facts) = world.approve("moneytrack", &["openid", "accounts:balance"], 100);
    assert_eq!(
        World::names(&facts),
        [
            "decision.recorded",
            "consent.granted",
            "consent.granted",
            "grant.created"
        ]
    );
    let bundle = &world.state.agreements[&agreement];
    assert_eq!(bundle.scope(), "openid accounts:balance");
    for item in &bundle.items {
        let consent = &world.state.consents[&item.consent];
        assert_eq!(world.state.deciding(&consent.slot), Some(consent));
        assert_eq!(world.state.records[&consent.record].consent, consent.id);
    }
}

#[test]
fn tpa_co_02_a_wider_grant_supersedes_the_older_one() {
    let mut world = World::new();
    let (older, _) = world.approve("moneytrack", &["openid", "accounts:balance"], 100);
    let (newer, facts) = world.approve(
        "moneytrack",
        &["openid", "accounts:balance", "accounts:transactions"],
        100,
    );
    assert!(World::names(&facts).contains(&"grant.ended"));
    assert_eq!(
        world.state.agreements[&older].ended.as_ref().unwrap().reason,
        EndReason::Superseded
    );
    assert!(world.state.agreements[&newer].ended.is_none());
}

#[test]
fn a_partly_overlapping_grant_leaves_the_rest_of_the_older_one() {
    let mut world = World::new();
    let (older, _) = world.approve("moneytrack", &["openid", "accounts:balance"], 100);
    let (_, facts) = world.approve("moneytrack", &["openid", "accounts:transactions"], 100);
    assert!(World::names(&facts).contains(&"grant.changed"));
    assert!(world.state.agreements[&older].ended.is_none());
    let balance = world.client_slot("accounts:balance", "moneytrack");
    assert_eq!(world.state.deciding(&balance).unwrap().status, Status::Accepted);
}

#[test]
fn tpa_cn_07_other_clients_are_not_touched() {
    let mut world = World::new();
    let (one, _) = world.approve("moneytrack", &["openid"], 100);
    let (other, _) = world.approve("pennywise", &["openid"], 100);
    world.stop(one).unwrap();
    assert!(world.state.agreements[&other].ended.is_none());
}

#[test]
fn stopping_revokes_all_at_once_and_twice_is_nothing() {
    let mut world = World::new();
    let (agreement, _) = world.approve("moneytrack", &["openid", "accounts:balance"], 100);
    let facts = world.stop(agreement).unwrap();
    assert_eq!(
        World::names(&facts),
        [
            "decision.recorded",
            "consent.revoked",
            "consent.revoked",
            "grant.ended"
        ]
    );
    assert!(world.stop(agreement).unwrap().is_empty());
}

#[test]
fn tpa_fl_09_a_decline_leaves_standing_consents_alone() {
    let mut world = World::new();
    world.approve("moneytrack", &["openid"], 100);
    let before = world.state.clone();
    let act = world.act(Door::Authorization);
    let facts = world
        .run(&Command::Decline(Decline {
            act,
            asked: vec![key("openid")],
        }))
        .unwrap();
    assert_eq!(World::names(&facts), ["decision.recorded"]);
    assert_eq!(world.state, before);
}

#[test]
fn dsp_6_3_a_decision_tells_what_was_asked_and_left_out() {
    let mut world = World::new();
    let act = world.act(Door::Dataspace);
    let item = world.item("profile");
    let command = Command::Approve(Approve {
        act,
        agreement: crate::AgreementId::new(world.now, world.subject.shard(), [9; 8]),
        application: crate::ApplicationId::new(world.now, crate::Shard::new(0), [0; 8]),
        client: ClientId::parse("vesper").unwrap(),
        qualifier: crate::Qualifier::none(),
        items: vec![item],
        left_out: vec![key("income")],
        valid_until: None,
        disclosure: crate::agreement::Disclosure {
            client_name: "Vesper".to_owned(),
            organization: None,
            redirect_hosts: Vec::new(),
            client_type: "web".to_owned(),
            texts: Vec::new(),
            intermediaries: Vec::new(),
            details: None,
        },
        accounts: crate::Accounts::default(),
    });
    let facts = world.run(&command).unwrap();
    let asked = facts.iter().find_map(|fact| match fact {
        crate::Fact::DecisionRecorded { decision } => Some(decision.asked.clone()),
        _ => None,
    });
    assert_eq!(asked, Some(vec![key("profile"), key("income")]));
    assert_eq!(world.state.consents.len(), 1, "what was left out is no consent");
}

#[test]
fn approvals_of_nothing_twice_or_without_future_are_refused() {
    let mut world = World::new();
    let template = |world: &mut World, scopes: &[&str], lifetime: i64| {
        let (_, facts) = World::new().approve("x", &["openid"], 5);
        assert_eq!(facts.len(), 3);
        let items = scopes.iter().map(|scope| world.item(scope)).collect();
        Command::Approve(Approve {
            act: world.act(Door::Authorization),
            agreement: crate::AgreementId::new(world.now, world.subject.shard(), [9; 8]),
            application: crate::ApplicationId::new(world.now, crate::Shard::new(0), [0; 8]),
            client: ClientId::parse("x").unwrap(),
            qualifier: crate::Qualifier::none(),
            items,
            left_out: Vec::new(),
            valid_until: Some(crate::Timestamp::from_seconds(world.now.as_seconds() + lifetime)),
            disclosure: crate::agreement::Disclosure {
                client_name: "x".to_owned(),
                organization: None,
                redirect_hosts: Vec::new(),
                client_type: "web".to_owned(),
                texts: Vec::new(),
                intermediaries: Vec::new(),
                details: None,
            },
            accounts: crate::Accounts::default(),
        })
    };
    let nothing = template(&mut world, &[], 5);
    assert_eq!(world.run(&nothing), Err(Rejection::NothingApproved));
    let twice = template(&mut world, &["openid", "openid"], 5);
    assert_eq!(world.run(&twice), Err(Rejection::ApprovedTwice(key("openid"))));
    let past = template(&mut world, &["openid"], 0);
    assert_eq!(world.run(&past), Err(Rejection::EndsBeforeItBegins));
    assert!(world.log.is_empty());
}

#[test]
fn tpa_co_03_at_the_end_it_is_over() {
    let mut world = World::new();
    world.approve("moneytrack", &["openid"], 2_592_000);
    let slot = world.client_slot("openid", "moneytrack");
    world.pass(2_591_999);
    assert_eq!(
        world.state.deciding(&slot).unwrap().state_at(world.now),
        State::Accepted
    );
    world.pass(1);
    assert_eq!(
        world.state.deciding(&slot).unwrap().state_at(world.now),
        State::Expired
    );
}

#[test]
fn revoking_one_record_narrows_the_agreement() {
    let mut world = World::new();
    let (agreement, _) = world.approve(
        "moneytrack",
        &["openid", "accounts:balance", "accounts:transactions"],
        100,
    );
    let consent = world.state.agreements[&agreement].items[1].consent;
    let record = world.state.consents[&consent].record;
    let facts = world.patch(record, Answer::Revoked).unwrap();
    assert_eq!(
        World::names(&facts),
        ["decision.recorded", "consent.revoked", "grant.changed"]
    );
    assert!(world.state.agreements[&agreement].ended.is_none());
}

#[test]
fn revoking_a_required_record_ends_the_agreement_with_everything_in_it() {
    let mut world = World::new();
    let (agreement, _) = world.approve("moneytrack", &["openid", "accounts:balance"], 100);
    let consent = world.state.agreements[&agreement].items[0].consent;
    let record = world.state.consents[&consent].record;
    let facts = world.patch(record, Answer::Revoked).unwrap();
    assert_eq!(
        World::names(&facts),
        [
            "decision.recorded",
            "consent.revoked",
            "consent.revoked",
            "grant.ended"
        ]
    );
    assert!(world.state.agreements[&agreement].ended.is_some());
    assert!(
        world
            .state
            .consents
            .values()
            .all(|consent| !consent.status.is_granting())
    );
}

#[test]
fn accepting_again_is_a_new_consent_behind_the_same_record() {
    let mut world = World::new();
    let slot = world.slot("share-my-email", Audience::Named("store-app".to_owned()));
    let (record, _) = world.create(slot, Answer::Accepted);
    let first = world.state.behind(record).unwrap().id;
    world.patch(record, Answer::Revoked).unwrap();
    assert_eq!(world.state.behind(record).unwrap().id, first);
    world.patch(record, Answer::Accepted).unwrap();
    let second = world.state.behind(record).unwrap();
    assert_ne!(second.id, first);
    assert_eq!(world.state.consents[&first].status, Status::Revoked);
    assert_eq!(world.state.deciding(&second.slot).unwrap().id, second.id);
}

#[test]
fn rec_10_1_permissive_every_answer_can_follow_every_other() {
    let all = [Answer::Pending, Answer::Accepted, Answer::Denied, Answer::Revoked];
    for from in all {
        for to in all {
            let mut world = World::new();
            let slot = world.slot("share-my-email", Audience::None);
            let (record, _) = world.create(slot.clone(), from);
            world.pass(1);
            let facts = world.patch(record, to).unwrap();
            assert_eq!(facts.is_empty(), from == to, "{from:?} to {to:?}");
            let state = world.state.behind(record).unwrap().state_at(world.now);
            assert_eq!(Answer::of_state(state), Some(to));
            let deciding = world.state.deciding(&slot).unwrap();
            assert_eq!(deciding.id, world.state.behind(record).unwrap().id);
        }
    }
}

#[test]
fn rec_10_1_strict_follows_the_table() {
    let all = [Answer::Pending, Answer::Accepted, Answer::Denied, Answer::Revoked];
    for privileged in [false, true] {
        for from in all {
            for to in all.into_iter().filter(|to| *to != from) {
                let mut world = World::new();
                let slot = world.slot("share-my-email", Audience::None);
                let (record, _) = world.create(slot, from);
                world.policy.strict_transitions = true;
                world.policy.privileged = privileged;
                let outcome = world.patch(record, to);
                match (from, to) {
                    (Answer::Accepted, Answer::Pending)
                    | (Answer::Denied, Answer::Revoked)
                    | (Answer::Revoked, Answer::Denied) => {
                        assert!(
                            matches!(outcome, Err(Rejection::IllegalTransition { .. })),
                            "{from:?} to {to:?}"
                        );
                    }
                    (Answer::Denied | Answer::Revoked, Answer::Pending) if !privileged => {
                        assert!(
                            matches!(outcome, Err(Rejection::PrivilegeRequired { .. })),
                            "{from:?} to {to:?}"
                        );
                    }
                    _ => assert!(outcome.is_ok(), "{from:?} to {to:?}"),
                }
            }
        }
    }
}

#[test]
fn deleting_a_record_ends_its_consent_and_a_second_time_there_is_none() {
    let mut world = World::new();
    let slot = world.slot("share-my-email", Audience::None);
    let (record, _) = world.create(slot.clone(), Answer::Accepted);
    let facts = world.delete(record).unwrap();
    assert_eq!(
        World::names(&facts),
        ["decision.recorded", "decision.deleted", "consent.revoked"]
    );
    assert_eq!(world.state.deciding(&slot).unwrap().status, Status::Revoked);
    assert_eq!(world.delete(record), Err(Rejection::NoRecord(record)));
}

#[test]
fn a_second_record_of_the_same_slot_leaves_the_first_as_it_was() {
    let mut world = World::new();
    let slot = world.slot("share-my-email", Audience::None);
    let (first, _) = world.create(slot.clone(), Answer::Accepted);
    let (second, _) = world.create(slot.clone(), Answer::Denied);
    assert_eq!(world.state.behind(first).unwrap().status, Status::Accepted);
    assert_eq!(
        world.state.deciding(&slot).unwrap().id,
        world.state.behind(second).unwrap().id
    );
}

#[test]
fn facts_survive_being_written_and_read() {
    let mut world = World::new();
    let (agreement, _) = world.approve("moneytrack", &["openid", "accounts:balance"], 100);
    world.stop(agreement).unwrap();
    let slot = world.slot("share-my-email", Audience::None);
    let (record, _) = world.create(slot, Answer::Pending);
    world.delete(record).unwrap();
    for fact in &world.log {
        let text = serde_json::to_string(fact).unwrap();
        assert!(!text.contains("null"), "{text}");
        assert_eq!(&serde_json::from_str::<Fact>(&text).unwrap(), fact);
    }
}
