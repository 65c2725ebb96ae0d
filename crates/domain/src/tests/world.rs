//! A small world for tests: one person, clients, and ids that count up.

use crate::{
    AgreementId, ApplicationId, Audience, ClientId, Command, ConsentId, DecisionId, DefinitionKey, Fact,
    Policy, Qualifier, RecordId, Rejection, Shard, Slot, SubjectId, Timestamp, Touched,
    agreement::Disclosure,
    apply::apply,
    command::{Act, Answer, Approve, ChangeRecord, CreateRecord, DeleteRecord, NewItem, Stop},
    decide,
    decision::{Actor, CredentialKind, Door, EndReason},
    definition::Wording,
    locale::Locale,
};

pub(super) const START: Timestamp = Timestamp::from_seconds(1_790_000_000);

pub(super) struct World {
    pub state: Touched,
    pub log: Vec<Fact>,
    pub now: Timestamp,
    pub subject: SubjectId,
    pub policy: Policy,
    counter: u64,
}

pub(super) fn key(text: &str) -> DefinitionKey {
    DefinitionKey::parse(text).unwrap()
}

pub(super) fn wording() -> Option<Wording> {
    Some(Wording {
        version: "1.0".parse().unwrap(),
        locale: Locale::parse("en-GB").unwrap(),
    })
}

impl World {
    pub(super) fn new() -> Self {
        Self {
            state: Touched::default(),
            log: Vec::new(),
            now: START,
            subject: SubjectId::new(START, Shard::new(77), [1; 8]),
            policy: Policy {
                required: vec![key("openid")],
                strict_transitions: false,
                privileged: true,
            },
            counter: 0,
        }
    }

    pub(super) fn random(&mut self) -> [u8; 8] {
        self.counter += 1;
        self.counter.to_be_bytes()
    }

    pub(super) fn pass(&mut self, seconds: i64) {
        self.now = Timestamp::from_micros(self.now.as_micros() + seconds * 1_000_000);
    }

    pub(super) fn act(&mut self, door: Door) -> Act {
        Act {
            decision: DecisionId::new(self.now, self.subject.shard(), self.random()),
            subject: self.subject,
            door,
            actor: Actor::subject(self.subject),
            credential: CredentialKind::Session,
            texts: Vec::new(),
            interaction: None,
            request: None,
        }
    }

    pub(super) fn run(&mut self, command: &Command) -> Result<Vec<Fact>, Rejection> {
        let facts = decide(&self.state, command, &self.policy, self.now)?.facts;
        for fact in &facts {
            apply(&mut self.state, fact);
        }
        self.log.extend(facts.iter().cloned());
        Ok(facts)
    }

    pub(super) fn approve(
        &mut self,
        client: &str,
        scopes: &[&str],
        lifetime: i64,
    ) -> (AgreementId, Vec<Fact>) {
        let agreement = AgreementId::new(self.now, self.subject.shard(), self.random());
        let items = scopes.iter().map(|scope| self.item(scope)).collect();
        let until = Timestamp::from_seconds(self.now.as_seconds() + lifetime);
        let command = Command::Approve(Approve {
            act: self.act(Door::Authorization),
            agreement,
            application: ApplicationId::new(START, Shard::new(0), [0; 8]),
            client: ClientId::parse(client).unwrap(),
            qualifier: Qualifier::none(),
            items,
            left_out: Vec::new(),
            valid_until: Some(until),
            disclosure: Disclosure {
                client_name: client.to_owned(),
                organization: None,
                redirect_hosts: Vec::new(),
                client_type: "web".to_owned(),
                texts: Vec::new(),
                intermediaries: Vec::new(),
                details: None,
            },
            accounts: crate::Accounts::default(),
        });
        let facts = self.run(&command).unwrap();
        (agreement, facts)
    }

    pub(super) fn item(&mut self, scope: &str) -> NewItem {
        NewItem {
            definition: key(scope),
            consent: ConsentId::new(self.now, self.subject.shard(), self.random()),
            record: RecordId::new(self.now, self.subject.shard(), self.random()),
            wording: wording(),
        }
    }

    pub(super) fn stop(&mut self, agreement: AgreementId) -> Result<Vec<Fact>, Rejection> {
        let act = self.act(Door::Dashboard);
        self.run(&Command::Stop(Stop {
            act,
            agreements: vec![agreement],
            reason: EndReason::UserAction,
        }))
    }

    pub(super) fn slot(&self, definition: &str, audience: Audience) -> Slot {
        Slot {
            subject: self.subject,
            definition: key(definition),
            audience,
            qualifier: Qualifier::none(),
        }
    }

    pub(super) fn client_slot(&self, definition: &str, client: &str) -> Slot {
        self.slot(definition, Audience::Client(ClientId::parse(client).unwrap()))
    }

    pub(super) fn create(&mut self, slot: Slot, answer: Answer) -> (RecordId, Vec<Fact>) {
        let record = RecordId::new(self.now, self.subject.shard(), self.random());
        let consent = ConsentId::new(self.now, self.subject.shard(), self.random());
        let act = self.act(Door::Records);
        let command = CreateRecord {
            act,
            record,
            consent,
            slot,
            answer,
            wording: wording(),
            valid_until: None,
            actions: None,
        };
        let facts = self.run(&Command::CreateRecord(command)).unwrap();
        (record, facts)
    }

    pub(super) fn patch(&mut self, record: RecordId, answer: Answer) -> Result<Vec<Fact>, Rejection> {
        let slot = self.state.behind(record).unwrap().slot.clone();
        let consent = ConsentId::new(self.now, self.subject.shard(), self.random());
        let act = self.act(Door::Records);
        self.run(&Command::ChangeRecord(ChangeRecord {
            act,
            record,
            consent,
            slot,
            answer,
            wording: wording(),
            valid_until: None,
            actions: None,
            bulk_changed: false,
        }))
    }

    pub(super) fn delete(&mut self, record: RecordId) -> Result<Vec<Fact>, Rejection> {
        let act = self.act(Door::Records);
        self.run(&Command::DeleteRecord(DeleteRecord { act, record }))
    }

    pub(super) fn names(facts: &[Fact]) -> Vec<&'static str> {
        facts.iter().map(Fact::event_type).collect()
    }
}
