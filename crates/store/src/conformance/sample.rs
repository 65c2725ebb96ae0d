//! Rows to store: one of each kind, made from small numbers, alike in every run.

use consentry_domain::{
    AccountId, AccountUses, Accounts, Actions, Agreement, AgreementId, ApplicationId, Audience, ClientId,
    Consent, ConsentId, DecisionId, DefinitionKey, DeliveryId, EndpointId, EventId, GrantId, Lifetime,
    PartyId, Qualifier, RecordId, Shard, Slot, Status, SubjectId, TenantId, Timestamp, Usage,
    agreement::{AgreementItem, Disclosure},
    consent::Ended,
    decision::{Actor, Door, EndReason, TextShown},
    definition::{Wording, WordingVersion},
    grant::Grant,
    locale::Locale,
    record::Record,
    scope::Scope,
    subject::{Namespace, Subject, SubjectState},
};

use crate::{
    AccountRow, AliasRow, ConfigurationKind, ConfigurationRow, DeliveryRow, DeliveryStatus, Hash,
    IdempotencyKey, InteractionRow, JobRow, NewEvent, PreferenceKind, PreferenceRow, RecordRow, Row,
    SubjectKeyRow, TokenKind, TokenRow, UseRow, chain, change::EventFilter, row::RecordKey,
};

/// The moment this many seconds into the tests' time.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_800_000_000).plus(Lifetime::seconds(seconds))
}

/// A hash of some words.
pub fn hash(words: &str) -> Hash {
    chain::sha256(words.as_bytes())
}

fn random(words: &str) -> [u8; 8] {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&hash(words).as_bytes()[..8]);
    bytes
}

/// A tenant.
pub fn tenant(number: u32) -> TenantId {
    TenantId::new(at(0), Shard::new(0), random(&format!("tenant {number}")))
}

/// A person; people live in different shards.
pub fn person(number: u32) -> SubjectId {
    let words = format!("person {number}");
    SubjectId::new(at(0), hash(&words).shard(), random(&words))
}

/// An application.
pub fn application(number: u32) -> ApplicationId {
    ApplicationId::new(at(0), Shard::new(0), random(&format!("application {number}")))
}

/// A client.
pub fn client(number: u32) -> ClientId {
    ClientId::parse(&format!("tpc_{number}")).unwrap()
}

/// A definition.
pub fn definition(number: u32) -> DefinitionKey {
    DefinitionKey::parse(&format!("accounts:{number}")).unwrap()
}

/// An act of will.
pub fn decision(number: u32) -> DecisionId {
    DecisionId::new(at(0), Shard::new(0), random(&format!("decision {number}")))
}

/// The id of one of a person's consents.
pub fn consent_id(person: SubjectId, number: u32) -> ConsentId {
    ConsentId::new(
        at(i64::from(number)),
        person.shard(),
        random(&format!("consent {number} of {person}")),
    )
}

/// The id of one of a person's agreements.
pub fn agreement_id(person: SubjectId, number: u32) -> AgreementId {
    AgreementId::new(
        at(i64::from(number)),
        person.shard(),
        random(&format!("agreement {number} of {person}")),
    )
}

/// The id of one of a person's grants.
pub fn grant_id(person: SubjectId, number: u32) -> GrantId {
    GrantId::new(
        at(i64::from(number)),
        person.shard(),
        random(&format!("grant {number} of {person}")),
    )
}

/// The id of a record that was made for this person.
pub fn record_id(person: SubjectId, number: u32) -> RecordId {
    RecordId::new(
        at(i64::from(number)),
        person.shard(),
        random(&format!("record {number} of {person}")),
    )
}

/// A slot of a person toward a client.
pub fn slot(person: SubjectId, about: u32, toward: u32) -> Slot {
    Slot {
        subject: person,
        definition: definition(about),
        audience: Audience::Client(client(toward)),
        qualifier: Qualifier::none(),
    }
}

/// An end.
pub fn ended(seconds: i64) -> Ended {
    Ended {
        at: at(seconds),
        reason: EndReason::UserAction,
        by: Actor::staff("desk".to_owned()),
    }
}

/// An accepted consent in a slot, part of no agreement.
pub fn consent(slot: Slot, number: u32) -> Consent {
    Consent {
        id: consent_id(slot.subject, number),
        record: record_id(slot.subject, number),
        version: 1,
        status: Status::Accepted,
        wording: Some(Wording {
            version: WordingVersion { major: 2, minor: 1 },
            locale: Locale::parse("en-GB").unwrap(),
        }),
        door: Door::Authorization,
        actor: Actor::subject(slot.subject),
        slot,
        decision: decision(number),
        agreement: None,
        created_at: at(i64::from(number)),
        updated_at: at(i64::from(number)),
        valid_from: Some(at(i64::from(number))),
        valid_until: Some(at(1_000_000)),
        ended: None,
        actions: None,
    }
}

/// What a consent is narrowed to.
pub fn actions() -> Actions {
    let read = ["write", "read"].map(|name| name.parse().unwrap());
    Actions::try_from(read.to_vec()).unwrap()
}

/// How a consent was used.
pub fn usage(consent: &Consent) -> UseRow {
    UseRow {
        consent: consent.id,
        version: 1,
        subject: consent.slot.subject,
        usage: Usage::used(at(86_400 * 3))
            .merge(Usage::used(at(86_400 + 1)))
            .merge(Usage::refused(at(7)))
            .merge(Usage::issued(at(9))),
        accounts: AccountUses::used(AccountId::parse("acc_51c0 ü").unwrap(), at(7)),
    }
}

/// An agreement of a person over some consents.
pub fn agreement(person: SubjectId, number: u32, consents: &[&Consent]) -> Agreement {
    Agreement {
        id: agreement_id(person, number),
        version: 1,
        subject: person,
        application: application(1),
        client: client(1),
        qualifier: Qualifier::resources(["https://api.example/"]),
        items: consents
            .iter()
            .map(|consent| AgreementItem {
                definition: consent.slot.definition.clone(),
                consent: consent.id,
            })
            .collect(),
        decision: decision(number),
        created_at: at(i64::from(number)),
        updated_at: at(i64::from(number)),
        valid_until: Some(at(1_000_000)),
        disclosure: Disclosure {
            client_name: "Moneytrack".to_owned(),
            organization: Some("Moneytrack Ltd".to_owned()),
            redirect_hosts: vec!["moneytrack.example".to_owned()],
            client_type: "web".to_owned(),
            texts: vec![TextShown {
                definition: definition(1),
                version: WordingVersion { major: 2, minor: 1 },
                locale: Locale::parse("ar").unwrap(),
                digest: "sha256:abc".to_owned(),
            }],
            intermediaries: vec![PartyId::new(at(0), Shard::new(0), [5; 8])],
            details: None,
        },
        accounts: Accounts::only([AccountId::parse("acc_51c0").unwrap()]),
        renewed_at: Some(at(i64::from(number) + 1)),
        ended: None,
    }
}

/// A record of a consent's person, with content and one key of each kind.
pub fn record(consent: &Consent, number: u32) -> RecordRow {
    RecordRow {
        record: Record {
            id: record_id(consent.slot.subject, number),
            subject: consent.slot.subject,
            consent: consent.id,
            created_at: at(i64::from(number)),
            deleted: false,
        },
        version: 1,
        updated_at: at(i64::from(number)),
        sealed: Some(vec![7; 300]),
        keys: vec![
            (RecordKey::Subject, hash("subject as given")),
            (RecordKey::Actor, hash("actor as given")),
            (RecordKey::ActorDn, hash("actor's name")),
            (RecordKey::Collaborator, hash("collaborator")),
        ],
    }
}

/// A grant under an agreement.
pub fn grant(agreement: &Agreement, number: u32) -> Grant {
    Grant {
        id: grant_id(agreement.subject, number),
        version: 1,
        subject: agreement.subject,
        application: agreement.application,
        client: agreement.client.clone(),
        agreement: Some(agreement.id),
        scope: Scope::parse("openid accounts:1").unwrap(),
        resources: vec!["https://api.example/".to_owned()],
        qualifier: agreement.qualifier.clone(),
        session: Some("session".to_owned()),
        offline: true,
        auth_time: at(1),
        amr: vec!["pwd".to_owned(), "otp".to_owned()],
        created_at: at(2),
        expires_at: at(1_000),
        ended: None,
    }
}

/// A live credential of a person.
pub fn token(words: &str, person: SubjectId) -> TokenRow {
    TokenRow {
        hash: hash(words),
        kind: TokenKind::Refresh,
        version: 1,
        subject: Some(person),
        client: Some("tpc_1".to_owned()),
        grant: Some(grant_id(person, 1)),
        issued_at: at(0),
        expires_at: at(100),
        consumed_at: None,
        revoked_at: None,
        failures: 0,
        detail: r#"{"scope":"openid"}"#.to_owned(),
    }
}

/// An interaction of a browser.
pub fn interaction(words: &str, browser: &str) -> InteractionRow {
    InteractionRow {
        hash: hash(words),
        version: 1,
        browser: hash(browser),
        subject: Some(person(1)),
        expires_at: at(100),
        created_at: at(0),
        terminal: false,
        detail: r#"{"step":"consent"}"#.to_owned(),
    }
}

/// A name of a person.
pub fn alias(words: &str, person: SubjectId) -> AliasRow {
    AliasRow {
        hash: hash(words),
        namespace: Namespace::Customer,
        subject: person,
        sealed: words.as_bytes().to_vec(),
        created_at: at(0),
    }
}

/// What a person chose.
pub fn preference(words: &str, kind: PreferenceKind, person: SubjectId) -> PreferenceRow {
    PreferenceRow {
        hash: hash(words),
        kind,
        version: 1,
        subject: person,
        created_at: at(0),
        sealed: words.as_bytes().to_vec(),
    }
}

/// A row of configuration.
pub fn configuration(kind: ConfigurationKind, id: &str) -> ConfigurationRow {
    ConfigurationRow {
        kind,
        tenant: tenant(1),
        id: id.to_owned(),
        version: 1,
        body: r#"{"name":"Harbor"}"#.to_owned(),
    }
}

/// A request to remember until `seconds`.
pub fn request(words: &str, asked: &str, seconds: i64) -> IdempotencyKey {
    IdempotencyKey {
        key: hash(words),
        fingerprint: hash(asked),
        reference: format!("what came of {words}"),
        expires_at: at(seconds),
    }
}

/// An event about a person.
pub fn event(words: &str, person: SubjectId) -> NewEvent {
    NewEvent {
        id: EventId::new(at(0), hash(words).shard(), random(words)),
        kind: "consent.granted",
        at: at(5),
        leaf: format!("leaf of {words}").into_bytes(),
        sealed: format!("sealed {words}").into_bytes(),
        salt: None,
        filter: EventFilter {
            subject: Some(person),
            door: Door::Dashboard,
            party: Some("tpc_1".to_owned()),
            definition: Some(definition(1)),
        },
    }
}

/// Work that somebody holds.
pub fn job(kind: &str, key: &str) -> JobRow {
    JobRow {
        kind: kind.to_owned(),
        key: key.to_owned(),
        version: 1,
        due_at: at(1),
        holder: Some("a node".to_owned()),
        held_until: Some(at(11)),
        attempts: 3,
        last_error: Some("it was away".to_owned()),
        detail: "{\"position\":7}".to_owned(),
    }
}

/// An endpoint.
pub fn endpoint(number: u32) -> EndpointId {
    EndpointId::new(at(0), Shard::new(0), random(&format!("endpoint {number}")))
}

/// A message that waits.
pub fn delivery(to: u32, number: u32) -> DeliveryRow {
    let words = format!("delivery {to} {number}");
    DeliveryRow {
        id: DeliveryId::new(at(0), Shard::new(0), random(&words)),
        version: 1,
        endpoint: endpoint(to),
        number: u64::from(number),
        event: EventId::new(at(0), Shard::new(0), random(&format!("event {number}"))),
        index: u64::from(number) + 100,
        kind: "consent.granted".to_owned(),
        status: DeliveryStatus::Waiting,
        due_at: at(2),
        attempts: 2,
        created_at: at(i64::from(number)),
        finished_at: Some(at(9)),
        detail: "{}".to_owned(),
    }
}

/// One row of each kind, those that others point at first.
pub fn every_row() -> Vec<Row> {
    let ada = person(1);
    let mut consent = consent(slot(ada, 1, 1), 1);
    let agreement = agreement(ada, 1, &[&consent]);
    consent.agreement = Some(agreement.id);
    consent.actions = Some(actions());
    let mut rows = vec![
        Row::Consent(consent.clone()),
        Row::Use(usage(&consent)),
        Row::Slot {
            slot: consent.slot.clone(),
            consent: consent.id,
            version: 3,
        },
        Row::Record(record(&consent, 1)),
        Row::Grant(grant(&agreement, 1)),
        Row::Agreement(agreement),
        Row::Token(token("token", ada)),
        Row::Interaction(interaction("interaction", "browser")),
        Row::Subject(Subject {
            id: ada,
            version: 1,
            state: SubjectState::Merged,
            merged_into: Some(person(2)),
            created_at: at(0),
        }),
        Row::Alias(alias("ada", ada)),
        Row::Account(AccountRow {
            subject: ada,
            version: 1,
            password_hash: Some("$argon2id$v=19$…".to_owned()),
            disabled: true,
            applications: vec![application(1), application(2)],
            contact: Some(vec![7; 40]),
            passkeys: Some(vec![8; 300]),
            holdings: Some(vec![8; 40]),
            profile: Some(vec![8; 60]),
        }),
        Row::SubjectKey(SubjectKeyRow {
            subject: ada,
            wrapped: vec![9; 60],
        }),
    ];
    rows.push(Row::Job(job("webhooks", "all")));
    rows.push(Row::Delivery(delivery(1, 1)));
    rows.extend(PreferenceKind::ALL.map(|kind| Row::Preference(preference(kind.as_str(), kind, ada))));
    rows.extend(ConfigurationKind::ALL.map(|kind| Row::Configuration(configuration(kind, "one"))));
    rows
}

/// The same row in another version; rows without one stay as they are.
pub fn in_version(row: &Row, number: u32) -> Row {
    let mut row = row.clone();
    match &mut row {
        Row::Consent(row) => row.version = number,
        Row::Use(row) => row.version = number,
        Row::Slot { version, .. } => *version = number,
        Row::Agreement(row) => row.version = number,
        Row::Record(row) => row.version = number,
        Row::Grant(row) => row.version = number,
        Row::Token(row) => row.version = number,
        Row::Interaction(row) => row.version = number,
        Row::Subject(row) => row.version = number,
        Row::Alias(_) | Row::SubjectKey(_) => {}
        Row::Account(row) => row.version = number,
        Row::Configuration(row) => row.version = number,
        Row::Job(row) => row.version = number,
        Row::Delivery(row) => row.version = number,
        Row::Preference(row) => row.version = number,
    }
    row
}
