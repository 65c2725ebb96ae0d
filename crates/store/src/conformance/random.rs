//! Random histories, compared with the model after every batch. The seed is fixed, so that a failure comes back.

use consentry_domain::{
    Consent, ConsentId, Qualifier, Slot, Status, SubjectId, TenantId,
    agreement::AgreementItem,
    subject::{Subject, SubjectState},
};

use super::{Engine, model::Model, rows::stored, sample};
use crate::{
    AccountRow, AgreementQuery, ChangeSet, CommitError, ConfigurationKind, ConfigurationRow, Expect, Hash,
    RecordQuery, Row, RowChange, RowKey, Seeds, Store, StoreError, SubjectKeyRow, read::PersonMatch,
    row::RecordKey,
};

const PEOPLE: u32 = 4;
/// Consents, agreements, records and grants that one person can have.
const OF_EACH: u32 = 5;
const HASHES: u32 = 6;
/// Times lie within this many seconds, so that they meet.
const SECONDS: u32 = 12;

/// Some thousand random change sets leave the store and the model alike in every read.
pub async fn histories_agree_with_the_model(engine: &impl Engine) {
    for seed in 0..4 {
        let mut random = Random(seed);
        let store = engine.fresh().await;
        let mut model = Model::default();
        for round in 0..60 {
            let size = 1 + random.below(30);
            step(&store, &mut model, &mut random, size).await;
            if round % 6 == 0 {
                let (tenant, before) = (random.tenant(), random.time());
                let gone = store.prune(tenant, before, u32::MAX).await.unwrap();
                assert_eq!(gone, model.prune(tenant, before), "seed {seed}, round {round}");
            }
            compare(&store, &model, &mut random).await;
        }
    }
}

/// Whatever was acknowledged is there after reopening, after each batch.
pub async fn every_batch_survives_reopening(engine: &impl Engine) {
    let mut random = Random(77);
    let mut store = engine.fresh().await;
    let mut model = Model::default();
    for _ in 0..25 {
        let size = 1 + random.below(10);
        step(&store, &mut model, &mut random, size).await;
        store = engine.reopen(store).await;
        compare(&store, &model, &mut random).await;
    }
}

/// A closed store answers that it is unavailable, to reads and to writes, and closing twice is fine.
pub async fn a_closed_store_answers_nothing(engine: &impl Engine) {
    let store = engine.fresh().await;
    store.ready().await.unwrap();
    store.close().await;
    store.close().await;
    let tenant = sample::tenant(1);
    assert!(matches!(
        store.log_head(tenant).await,
        Err(StoreError::Unavailable(_))
    ));
    assert!(matches!(store.ready().await, Err(StoreError::Unavailable(_))));
    assert!(matches!(
        store.prune(tenant, sample::at(0), 1).await,
        Err(StoreError::Unavailable(_))
    ));
    let answers = store.commit(vec![ChangeSet::new(tenant, sample::at(0)); 2]).await;
    assert_eq!(answers.len(), 2);
    for answer in answers {
        assert!(
            matches!(answer, Err(CommitError::Store(StoreError::Unavailable(_)))),
            "{answer:?}"
        );
    }
}

async fn step(store: &impl Store, model: &mut Model, random: &mut Random, size: u32) {
    let batch: Vec<ChangeSet> = (0..size).map(|_| random.change(model)).collect();
    let expected = model.commit(&batch);
    let answers = store.commit(batch.clone()).await;
    for ((change, answer), expected) in batch.iter().zip(&answers).zip(&expected) {
        assert_eq!(answer, expected, "{change:?}");
    }
    assert_eq!(answers.len(), expected.len());
}

async fn compare(store: &impl Store, model: &Model, random: &mut Random) {
    for tenant in [sample::tenant(1), sample::tenant(2)] {
        assert_eq!(store.log_head(tenant).await.unwrap(), model.log_head(tenant));
        assert_eq!(
            store.events(tenant, 0, u32::MAX).await.unwrap(),
            model.events(tenant)
        );
        assert_eq!(store.projection(tenant).await.unwrap(), model.projection(tenant));
        for row in model.rows(tenant) {
            assert_eq!(stored(store, tenant, row).await.as_ref(), Some(row));
        }
        for _ in 0..10 {
            let key = random.row(model).key();
            let absent = model.row(tenant, &key).is_none();
            if absent && let Some(row) = random.row_of(model, &key) {
                assert_eq!(stored(store, tenant, &row).await, None, "{key:?}");
            }
        }
        for person in (1..=PEOPLE).map(sample::person) {
            compare_lists(store, model, tenant, person).await;
        }
        for _ in 0..10 {
            let query = random.agreements();
            assert_eq!(
                store.agreements(tenant, query.clone()).await.unwrap(),
                model.agreements(tenant, &query),
                "{query:?}"
            );
            let query = random.records();
            assert_eq!(
                store.records(tenant, query.clone()).await.unwrap(),
                model.records(tenant, &query),
                "{query:?}"
            );
            let seeds = random.seeds();
            assert_eq!(
                store.touched(tenant, seeds.clone()).await.unwrap(),
                model.touched(tenant, &seeds),
                "{seeds:?}"
            );
        }
    }
    for kind in ConfigurationKind::ALL {
        let mut expected: Vec<ConfigurationRow> = [sample::tenant(1), sample::tenant(2)]
            .into_iter()
            .flat_map(|tenant| model.rows(tenant))
            .filter_map(|row| match row {
                Row::Configuration(row) if row.kind == kind => Some(row.clone()),
                _ => None,
            })
            .collect();
        expected.sort_by(|one, other| (one.tenant, &one.id).cmp(&(other.tenant, &other.id)));
        assert_eq!(store.configuration(kind).await.unwrap(), expected);
    }
}

async fn compare_lists(store: &impl Store, model: &Model, tenant: TenantId, person: SubjectId) {
    let mut deciding = store.deciding_consents(tenant, person).await.unwrap();
    deciding.sort_by_key(|consent| consent.id);
    assert_eq!(deciding, model.deciding_consents(tenant, person));
    let (somebody, mut deciding) = store.standing(tenant, person).await.unwrap();
    deciding.sort_by_key(|consent| consent.id);
    assert_eq!(deciding, model.deciding_consents(tenant, person));
    let person_row = store.subject(tenant, person).await.unwrap();
    assert_eq!(somebody, person_row.map(|row| row.state));

    let mut standing: Vec<_> = model
        .rows(tenant)
        .filter_map(|row| match row {
            Row::Grant(grant) if grant.subject == person && grant.ended.is_none() => Some(grant.clone()),
            _ => None,
        })
        .collect();
    standing.sort_by_key(|grant| grant.id);
    assert_eq!(store.grants_of(tenant, person, None).await.unwrap(), standing);

    let mut names: Vec<_> = model
        .rows(tenant)
        .filter_map(|row| match row {
            Row::Alias(alias) if alias.subject == person => Some(alias.clone()),
            _ => None,
        })
        .collect();
    names.sort_by_key(|alias| (alias.created_at, alias.hash));
    assert_eq!(store.aliases_of(tenant, person).await.unwrap(), names);

    let browser = sample::hash("browser 1");
    let mut open: Vec<_> = model
        .rows(tenant)
        .filter_map(|row| match row {
            Row::Interaction(row) if row.browser == browser && row.expires_at > sample::at(6) => {
                Some(row.clone())
            }
            _ => None,
        })
        .collect();
    open.sort_by_key(|row| (row.created_at, row.hash));
    assert_eq!(
        store
            .interactions_of(tenant, browser, sample::at(6))
            .await
            .unwrap(),
        open
    );
}

/// Numbers that look random and are the same in every run (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u32) -> u32 {
        u32::try_from(self.next() % u64::from(end)).unwrap()
    }

    fn in_hundred(&mut self, chance: u32) -> bool {
        self.below(100) < chance
    }

    fn sometimes<T>(&mut self, chance: u32, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.in_hundred(chance).then(|| make(self))
    }

    fn tenant(&mut self) -> TenantId {
        sample::tenant(if self.in_hundred(80) { 1 } else { 2 })
    }

    fn person(&mut self) -> SubjectId {
        sample::person(1 + self.below(PEOPLE))
    }

    fn number(&mut self) -> u32 {
        1 + self.below(OF_EACH)
    }

    fn time(&mut self) -> consentry_domain::Timestamp {
        sample::at(i64::from(self.below(SECONDS)))
    }

    fn hash(&mut self, what: &str) -> Hash {
        sample::hash(&format!("{what} {}", self.below(HASHES)))
    }

    /// A consent's slot follows from its id, as it does in life.
    fn slot_of(person: SubjectId, number: u32) -> Slot {
        let mut slot = sample::slot(person, number % 2, number % 3);
        if number == 5 {
            slot.qualifier = Qualifier::resources(["https://api.example/"]);
            slot.audience = consentry_domain::Audience::Named("a 'named' one".to_owned());
        }
        slot
    }

    /// A consent of this tenant and person that exists in the model; rows point only at such.
    fn existing(&mut self, model: &Model, tenant: TenantId, person: Option<SubjectId>) -> Option<Consent> {
        let mut consents: Vec<&Consent> = model
            .rows(tenant)
            .filter_map(|row| {
                if let Row::Consent(consent) = row {
                    Some(consent)
                } else {
                    None
                }
            })
            .filter(|consent| person.is_none_or(|person| consent.slot.subject == person))
            .collect();
        consents.sort_by_key(|consent| consent.id);
        let count = u32::try_from(consents.len()).unwrap();
        (count > 0).then(|| consents[self.below(count) as usize].clone())
    }

    fn change(&mut self, model: &Model) -> ChangeSet {
        let tenant = self.tenant();
        let mut change = ChangeSet::new(tenant, self.time());
        for _ in 0..self.below(4) {
            let row = self.row_in(model, tenant);
            let key = row.key();
            let version = model.version(tenant, &key);
            change.expect.extend(self.sometimes(30, |random| match version {
                _ if random.in_hundred(15) => Expect::Absent(key.clone()),
                Some(version) if random.in_hundred(80) => Expect::At(key.clone(), version),
                _ => Expect::At(key.clone(), random.below(3)),
            }));
            let next = if self.in_hundred(80) {
                version.unwrap_or_default() + 1
            } else {
                1 + self.below(3)
            };
            // A consent stays once it is there, since others may point at it.
            if !matches!(row, Row::Consent(_)) && self.in_hundred(15) {
                change.rows.push(RowChange::Delete(key));
            } else {
                change.rows.push(RowChange::Put(sample::in_version(&row, next)));
            }
        }
        let spend = self.sometimes(20, |random| Expect::Unspent(random.hash("token"), random.time()));
        change.expect.extend(spend);
        for _ in 0..self.below(3) {
            let person = self.person();
            let mut event = sample::event(&format!("event {}", self.next()), person);
            if self.in_hundred(10) {
                event.filter.subject = None;
                event.salt = Some(self.hash("salt"));
            }
            change.events.push(event);
        }
        change.idempotency = self.sometimes(10, |random| {
            let (key, asked) = (random.below(HASHES), random.below(2));
            sample::request(
                &format!("request {key}"),
                &format!("asked {asked}"),
                i64::from(random.below(SECONDS)),
            )
        });
        change
    }

    fn row(&mut self, model: &Model) -> Row {
        let tenant = self.tenant();
        self.row_in(model, tenant)
    }

    /// Some row with this key.
    fn row_of(&mut self, model: &Model, key: &RowKey) -> Option<Row> {
        (0..20).map(|_| self.row(model)).find(|row| row.key() == *key)
    }

    fn row_in(&mut self, model: &Model, tenant: TenantId) -> Row {
        let person = self.person();
        let number = self.number();
        match self.below(13) {
            0..=2 => Row::Consent(self.consent(person, number)),
            3 => match self.existing(model, tenant, Some(person)) {
                Some(consent) => Row::Slot {
                    slot: consent.slot,
                    consent: consent.id,
                    version: 1,
                },
                None => Row::Consent(self.consent(person, number)),
            },
            4 => self.agreement(model, tenant, person, number),
            5 | 6 => match self.existing(model, tenant, None) {
                Some(consent) => self.record(&consent, person, number),
                None => Row::Consent(self.consent(person, number)),
            },
            7 => {
                let mut grant = sample::grant(&sample::agreement(person, number, &[]), number);
                grant.ended = self.sometimes(30, |_| sample::ended(1));
                Row::Grant(grant)
            }
            8 => {
                let mut token = sample::token("", person);
                token.hash = self.hash("token");
                token.expires_at = self.time();
                token.consumed_at = self.sometimes(30, Self::time);
                token.revoked_at = self.sometimes(10, Self::time);
                Row::Token(token)
            }
            9 => {
                let browser = format!("browser {}", self.below(2));
                let mut interaction = sample::interaction("", &browser);
                interaction.hash = self.hash("interaction");
                interaction.created_at = self.time();
                interaction.expires_at = self.time();
                interaction.terminal = self.in_hundred(30);
                Row::Interaction(interaction)
            }
            10 => Row::Alias(crate::AliasRow {
                hash: self.hash("alias"),
                created_at: self.time(),
                ..sample::alias("sealed", person)
            }),
            11 => self.about(person),
            _ => {
                let kind = ConfigurationKind::ALL[self.below(11) as usize];
                let id = format!("id {}", self.below(2));
                let body = format!("{{\"n\":{}}}", self.below(100));
                Row::Configuration(ConfigurationRow {
                    tenant,
                    body,
                    ..sample::configuration(kind, &id)
                })
            }
        }
    }

    fn consent(&mut self, person: SubjectId, number: u32) -> Consent {
        let mut consent = sample::consent(Self::slot_of(person, number), number);
        consent.status = Status::ALL[self.below(7) as usize];
        consent.agreement = self.sometimes(70, |random| sample::agreement_id(person, random.number()));
        consent.ended = self.sometimes(20, |_| sample::ended(2));
        consent.actions = self.sometimes(20, |_| sample::actions());
        consent
    }

    fn agreement(&mut self, model: &Model, tenant: TenantId, person: SubjectId, number: u32) -> Row {
        let mut agreement = sample::agreement(person, number, &[]);
        for _ in 0..self.below(4) {
            agreement.items.extend(
                self.existing(model, tenant, Some(person))
                    .map(|consent| AgreementItem {
                        definition: consent.slot.definition,
                        consent: consent.id,
                    }),
            );
        }
        agreement.client = sample::client(self.below(2));
        agreement.application = sample::application(self.below(2));
        agreement.created_at = self.time();
        agreement.valid_until = self.sometimes(70, Self::time);
        agreement.ended = self.sometimes(20, |_| sample::ended(2));
        Row::Agreement(agreement)
    }

    /// A record of `consent`'s person whose id was made for another one, sometimes.
    fn record(&mut self, consent: &Consent, made_for: SubjectId, number: u32) -> Row {
        let mut record = sample::record(consent, number);
        record.record.id = sample::record_id(made_for, number);
        record.record.created_at = sample::at(i64::from(number % 3));
        record.record.deleted = self.in_hundred(10);
        record.keys = RecordKey::ALL
            .into_iter()
            .filter_map(|kind| self.sometimes(60, |random| (kind, random.hash("key"))))
            .collect();
        Row::Record(record)
    }

    fn about(&mut self, person: SubjectId) -> Row {
        match self.below(3) {
            0 => Row::Subject(Subject {
                id: person,
                version: 1,
                state: SubjectState::ALL[self.below(4) as usize],
                merged_into: self.sometimes(30, Self::person),
                created_at: self.time(),
            }),
            1 => Row::Account(AccountRow {
                subject: person,
                version: 1,
                password_hash: self.sometimes(50, |_| "$argon2id$…".to_owned()),
                disabled: self.in_hundred(50),
                applications: (0..self.below(3)).map(sample::application).collect(),
                contact: self.sometimes(50, |own| own.next().to_be_bytes().to_vec()),
                passkeys: self.sometimes(50, |own| own.next().to_be_bytes().to_vec()),
                holdings: self.sometimes(50, |own| own.next().to_be_bytes().to_vec()),
                profile: self.sometimes(50, |own| own.next().to_be_bytes().to_vec()),
            }),
            _ => Row::SubjectKey(SubjectKeyRow {
                subject: person,
                wrapped: self.next().to_be_bytes().to_vec(),
            }),
        }
    }

    fn agreements(&mut self) -> AgreementQuery {
        AgreementQuery {
            subject: self.sometimes(50, Self::person),
            application: self.sometimes(20, |random| sample::application(random.below(2))),
            client: self.sometimes(40, |random| sample::client(random.below(2))),
            after: self.sometimes(30, |random| {
                let (at, person, number) = (random.time(), random.person(), random.number());
                (at, sample::agreement_id(person, number))
            }),
            in_force_at: self.sometimes(30, Self::time),
            limit: self.below(5),
        }
    }

    fn records(&mut self) -> RecordQuery {
        let person = |random: &mut Self| PersonMatch {
            subject: random.sometimes(60, Self::person),
            keys: (0..random.below(3)).map(|_| random.hash("key")).collect(),
        };
        RecordQuery {
            subject: self.sometimes(40, person),
            owner: self.sometimes(20, Self::person),
            actor: self.sometimes(30, person),
            definition: self.sometimes(20, |random| sample::definition(random.below(2))),
            definition_key: self.sometimes(20, |random| random.hash("key")),
            audience: self.sometimes(20, |random| sample::client(random.below(3)).as_str().to_owned()),
            collaborator: self.sometimes(20, |random| random.hash("key")),
            after: self.sometimes(30, |random| {
                let (at, person, number) = (random.below(3), random.person(), random.number());
                (sample::at(i64::from(at)), sample::record_id(person, number))
            }),
            limit: self.below(6),
        }
    }

    fn seeds(&mut self) -> Seeds {
        let one = |random: &mut Self| (random.person(), random.number());
        let consent = |random: &mut Self| -> ConsentId {
            let (person, number) = one(random);
            sample::consent_id(person, number)
        };
        Seeds {
            slots: (0..self.below(3))
                .map(|_| one(self))
                .map(|(person, number)| Self::slot_of(person, number))
                .collect(),
            consents: (0..self.below(2)).map(|_| consent(self)).collect(),
            agreements: (0..self.below(2))
                .map(|_| one(self))
                .map(|(person, number)| sample::agreement_id(person, number))
                .collect(),
            records: (0..self.below(3))
                .map(|_| one(self))
                .map(|(person, number)| sample::record_id(person, number))
                .collect(),
        }
    }
}
