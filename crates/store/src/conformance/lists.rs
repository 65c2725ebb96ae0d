//! Lists: what is in them, in which order, and how they go on.

use consentry_domain::{Agreement, Consent, SubjectId};

use super::{Engine, sample, write};
use crate::{AgreementQuery, Hash, RecordQuery, RecordRow, Row, Store, read::PersonMatch, row::RecordKey};

/// A search for the records of a person, or of everybody.
pub fn records_of(person: Option<SubjectId>, limit: u32) -> RecordQuery {
    RecordQuery {
        subject: person.map(|person| PersonMatch {
            subject: Some(person),
            keys: Vec::new(),
        }),
        owner: None,
        actor: None,
        definition: None,
        definition_key: None,
        audience: None,
        collaborator: None,
        after: None,
        limit,
    }
}

async fn agreements_in(store: &impl Store, times: &[i64]) -> Vec<Agreement> {
    let ada = sample::person(1);
    let mut made = Vec::new();
    for (number, time) in (1..).zip(times) {
        let consent = sample::consent(sample::slot(ada, number, 1), number);
        let agreement = Agreement {
            created_at: sample::at(*time),
            ..sample::agreement(ada, number, &[&consent])
        };
        write(store, [Row::Consent(consent), Row::Agreement(agreement.clone())]).await;
        made.push(agreement);
    }
    made
}

/// Agreements come newest first, then by id, each with its consents, and pages follow each other without gap or repetition.
pub async fn agreements_are_newest_first_and_paged(engine: &impl Engine) {
    let store = engine.fresh().await;
    let tenant = sample::tenant(1);
    let mut expected = agreements_in(&store, &[5, 9, 5, 7, 5, 9]).await;
    expected.sort_by_key(|agreement| (std::cmp::Reverse(agreement.created_at), agreement.id));
    let all = AgreementQuery {
        subject: Some(sample::person(1)),
        ..AgreementQuery::default()
    };
    let found = store.agreements(tenant, all.clone()).await.unwrap();
    assert_eq!(
        found.iter().map(|(agreement, _)| agreement).collect::<Vec<_>>(),
        expected.iter().collect::<Vec<_>>()
    );
    for (agreement, consents) in &found {
        let items: Vec<_> = agreement.items.iter().map(|item| item.consent).collect();
        assert_eq!(
            consents.iter().map(|consent| consent.id).collect::<Vec<_>>(),
            items
        );
    }
    for narrowed in [
        AgreementQuery {
            subject: Some(sample::person(1)),
            ..AgreementQuery::default()
        },
        AgreementQuery {
            client: Some(sample::client(1)),
            ..AgreementQuery::default()
        },
        AgreementQuery::default(),
    ] {
        for size in 1..=3 {
            let mut paged = Vec::new();
            let mut query = AgreementQuery {
                limit: size,
                ..narrowed.clone()
            };
            loop {
                let page = store.agreements(tenant, query.clone()).await.unwrap();
                assert!(page.len() <= size as usize, "{} in a page of {size}", page.len());
                let Some((last, _)) = page.last() else { break };
                query.after = Some((last.created_at, last.id));
                paged.extend(page.into_iter().map(|(agreement, _)| agreement));
            }
            assert_eq!(paged, expected, "pages of {size}");
        }
    }
}

/// Agreements are narrowed by person, application, client and being in force.
pub async fn agreements_are_filtered(engine: &impl Engine) {
    let store = engine.fresh().await;
    let tenant = sample::tenant(1);
    let (ada, bob) = (sample::person(1), sample::person(2));
    let agreement = |person, number| sample::agreement(person, number, &[]);
    let standing = agreement(ada, 1);
    let ended = Agreement {
        ended: Some(sample::ended(3)),
        ..agreement(ada, 2)
    };
    let endless = Agreement {
        valid_until: None,
        client: sample::client(2),
        ..agreement(ada, 3)
    };
    let over = Agreement {
        valid_until: Some(sample::at(50)),
        ..agreement(ada, 4)
    };
    let bobs = Agreement {
        application: sample::application(2),
        ..agreement(bob, 5)
    };
    let all = [&standing, &ended, &endless, &over, &bobs];
    write(&store, all.map(|agreement| Row::Agreement(agreement.clone()))).await;
    let everybody = AgreementQuery::default();
    let of_ada = AgreementQuery {
        subject: Some(ada),
        ..AgreementQuery::default()
    };
    for (query, expected) in [
        (everybody.clone(), vec![&bobs, &over, &endless, &ended, &standing]),
        (of_ada.clone(), vec![&over, &endless, &ended, &standing]),
        (
            AgreementQuery {
                subject: Some(sample::person(3)),
                ..everybody.clone()
            },
            vec![],
        ),
        (
            AgreementQuery {
                client: Some(sample::client(2)),
                ..everybody.clone()
            },
            vec![&endless],
        ),
        (
            AgreementQuery {
                client: Some(sample::client(2)),
                ..of_ada.clone()
            },
            vec![&endless],
        ),
        (
            AgreementQuery {
                application: Some(sample::application(2)),
                ..everybody.clone()
            },
            vec![&bobs],
        ),
        (
            AgreementQuery {
                application: Some(sample::application(2)),
                ..of_ada.clone()
            },
            vec![],
        ),
        (
            AgreementQuery {
                in_force_at: Some(sample::at(49)),
                ..of_ada.clone()
            },
            vec![&over, &endless, &standing],
        ),
        (
            AgreementQuery {
                in_force_at: Some(sample::at(50)),
                ..of_ada.clone()
            },
            vec![&endless, &standing],
        ),
        (
            AgreementQuery {
                in_force_at: Some(sample::at(1_000_000)),
                ..of_ada
            },
            vec![&endless],
        ),
        (
            AgreementQuery {
                in_force_at: Some(sample::at(0)),
                client: Some(sample::client(1)),
                ..everybody
            },
            vec![&bobs, &over, &standing],
        ),
    ] {
        let found = store.agreements(tenant, query.clone()).await.unwrap();
        assert_eq!(
            found.iter().map(|(agreement, _)| agreement).collect::<Vec<_>>(),
            expected,
            "{query:?}"
        );
    }
}

async fn records_in(store: &impl Store, times: &[i64]) -> Vec<RecordRow> {
    let mut made = Vec::new();
    for (number, time) in (1..).zip(times) {
        // Every other record is one of Bob's under which Ada's name was given.
        let person = sample::person(1 + number % 2);
        let consent = sample::consent(sample::slot(person, number % 3, 1), number);
        let mut record = sample::record(&consent, number);
        record.record.created_at = sample::at(*time);
        record.keys = vec![
            (RecordKey::Subject, sample::hash("ada")),
            (RecordKey::Actor, sample::hash("desk")),
        ];
        write(store, [Row::Consent(consent), Row::Record(record.clone())]).await;
        made.push(record);
    }
    made
}

/// Records come oldest first, then by id, one more than asked where there are more, found by person or by the text given for
/// them, each once.
pub async fn records_are_oldest_first_and_paged(engine: &impl Engine) {
    let store = engine.fresh().await;
    let tenant = sample::tenant(1);
    let mut expected = records_in(&store, &[5, 9, 5, 7, 5, 9, 1]).await;
    expected.sort_by_key(|row| (row.record.created_at, row.record.id));
    let by_either = RecordQuery {
        subject: Some(PersonMatch {
            subject: Some(sample::person(1)),
            keys: vec![sample::hash("ada"), sample::hash("x")],
        }),
        ..records_of(None, 2)
    };
    let by_actor = RecordQuery {
        actor: Some(PersonMatch {
            subject: None,
            keys: vec![sample::hash("desk")],
        }),
        ..records_of(None, 2)
    };
    for narrowed in [by_either, by_actor, records_of(None, 2)] {
        let mut paged: Vec<RecordRow> = Vec::new();
        let mut query = narrowed;
        loop {
            let mut page = store.records(tenant, query.clone()).await.unwrap();
            let more = page.len() > 2;
            assert!(page.len() <= 3, "limit and one");
            page.truncate(2);
            let Some(last) = page.last() else { break };
            query.after = Some((last.row.record.created_at, last.row.record.id));
            paged.extend(page.into_iter().map(|found| found.row));
            assert_eq!(more, paged.len() < expected.len());
        }
        assert_eq!(paged, expected);
    }
}

/// Records are found by subject, actor, definition, audience and collaborator, all given ones together, and never beyond their
/// owner (consent-api 9).
pub async fn records_are_found_by_all_five_keys(engine: &impl Engine) {
    let store = engine.fresh().await;
    let tenant = sample::tenant(1);
    let (ada, bob) = (sample::person(1), sample::person(2));
    let record = |consent: &Consent, number, keys: &[(RecordKey, Hash)]| RecordRow {
        keys: keys.to_vec(),
        ..sample::record(consent, number)
    };
    let hash = sample::hash;
    let consents = [(ada, 1, 1), (ada, 2, 2), (bob, 1, 2), (bob, 2, 1)];
    let consents: Vec<Consent> = (1..)
        .zip(consents)
        .map(|(number, (person, about, toward))| sample::consent(sample::slot(person, about, toward), number))
        .collect();
    let rows = [
        record(
            &consents[0],
            1,
            &[
                (RecordKey::Actor, hash("desk")),
                (RecordKey::Collaborator, hash("carol")),
                (RecordKey::Definition, hash("one")),
            ],
        ),
        record(
            &consents[1],
            2,
            &[
                (RecordKey::ActorDn, hash("desk")),
                (RecordKey::Collaborator, hash("dave")),
            ],
        ),
        record(
            &consents[2],
            3,
            &[
                (RecordKey::Subject, hash("desk")),
                (RecordKey::Collaborator, hash("carol")),
                (RecordKey::Definition, hash("one")),
            ],
        ),
        record(
            &consents[3],
            4,
            &[
                (RecordKey::Subject, hash("ada")),
                (RecordKey::Actor, hash("carol")),
            ],
        ),
    ];
    write(&store, consents.into_iter().map(Row::Consent)).await;
    write(&store, rows.iter().cloned().map(Row::Record)).await;
    let named = |words| {
        Some(PersonMatch {
            subject: None,
            keys: vec![hash(words)],
        })
    };
    let everything = records_of(None, 10);
    for (query, expected) in [
        (everything.clone(), vec![1, 2, 3, 4]),
        (records_of(Some(ada), 10), vec![1, 2]),
        (
            RecordQuery {
                subject: named("ada"),
                ..everything.clone()
            },
            vec![4],
        ),
        (
            RecordQuery {
                subject: Some(PersonMatch {
                    subject: Some(ada),
                    keys: vec![hash("ada")],
                }),
                ..everything.clone()
            },
            vec![1, 2, 4],
        ),
        (
            RecordQuery {
                subject: Some(PersonMatch::default()),
                ..everything.clone()
            },
            vec![],
        ),
        (
            RecordQuery {
                actor: named("desk"),
                ..everything.clone()
            },
            vec![1, 2],
        ),
        (
            RecordQuery {
                actor: named("carol"),
                ..everything.clone()
            },
            vec![4],
        ),
        (
            RecordQuery {
                actor: Some(PersonMatch {
                    subject: Some(ada),
                    keys: vec![],
                }),
                ..everything.clone()
            },
            vec![],
        ),
        (
            RecordQuery {
                definition: Some(sample::definition(1)),
                ..everything.clone()
            },
            vec![1, 3],
        ),
        (
            RecordQuery {
                definition_key: Some(hash("one")),
                ..everything.clone()
            },
            vec![1, 3],
        ),
        (
            RecordQuery {
                definition_key: Some(hash("carol")),
                ..everything.clone()
            },
            vec![],
        ),
        (
            RecordQuery {
                definition_key: Some(hash("one")),
                audience: Some("tpc_2".to_owned()),
                actor: named("desk"),
                ..everything.clone()
            },
            vec![],
        ),
        (
            RecordQuery {
                definition_key: Some(hash("one")),
                owner: Some(bob),
                ..everything.clone()
            },
            vec![3],
        ),
        (
            RecordQuery {
                audience: Some("tpc_2".to_owned()),
                ..everything.clone()
            },
            vec![2, 3],
        ),
        (
            RecordQuery {
                audience: Some("TPC_2".to_owned()),
                ..everything.clone()
            },
            vec![],
        ),
        (
            RecordQuery {
                collaborator: Some(hash("carol")),
                ..everything.clone()
            },
            vec![1, 3],
        ),
        (
            RecordQuery {
                collaborator: Some(hash("desk")),
                ..everything.clone()
            },
            vec![],
        ),
        (
            RecordQuery {
                collaborator: Some(hash("carol")),
                audience: Some("tpc_2".to_owned()),
                ..everything.clone()
            },
            vec![3],
        ),
        (
            RecordQuery {
                actor: named("desk"),
                definition: Some(sample::definition(2)),
                ..everything.clone()
            },
            vec![2],
        ),
        (
            RecordQuery {
                owner: Some(bob),
                ..everything.clone()
            },
            vec![3, 4],
        ),
        (
            RecordQuery {
                owner: Some(bob),
                subject: named("ada"),
                ..everything.clone()
            },
            vec![4],
        ),
        (
            RecordQuery {
                owner: Some(bob),
                actor: named("desk"),
                ..everything.clone()
            },
            vec![],
        ),
        (
            RecordQuery {
                owner: Some(ada),
                ..records_of(Some(bob), 10)
            },
            vec![],
        ),
        (
            RecordQuery {
                limit: 0,
                ..everything
            },
            vec![1],
        ),
    ] {
        let found = store.records(tenant, query.clone()).await.unwrap();
        let expected: Vec<&RecordRow> = expected
            .into_iter()
            .map(|number: usize| &rows[number - 1])
            .collect();
        assert_eq!(
            found.iter().map(|found| &found.row).collect::<Vec<_>>(),
            expected,
            "{query:?}"
        );
    }
}

/// Grants of a person are listed until they end; a client narrows.
pub async fn grants_that_ended_are_left_out(engine: &impl Engine) {
    let store = engine.fresh().await;
    let tenant = sample::tenant(1);
    let ada = sample::person(1);
    let agreement = sample::agreement(ada, 1, &[]);
    let first = sample::grant(&agreement, 1);
    let mut second = sample::grant(&agreement, 2);
    second.client = sample::client(2);
    let mut third = sample::grant(&agreement, 3);
    third.ended = Some(sample::ended(1));
    write(
        &store,
        [&first, &second, &third].map(|grant| Row::Grant(grant.clone())),
    )
    .await;
    let listed = |client| store.grants_of(tenant, ada, client);
    assert_eq!(listed(None).await.unwrap(), [first.clone(), second.clone()]);
    assert_eq!(listed(Some(sample::client(2))).await.unwrap(), [second.clone()]);
    assert_eq!(listed(Some(sample::client(3))).await.unwrap(), []);
    assert_eq!(
        store.grants_of(tenant, sample::person(2), None).await.unwrap(),
        []
    );
    first.clone_into(&mut third);
    third.version = 2;
    third.ended = Some(sample::ended(1));
    write(&store, [Row::Grant(third)]).await;
    assert_eq!(listed(None).await.unwrap(), [second]);
}

/// Interactions of a browser are listed until their time is over, oldest first.
pub async fn interactions_of_a_browser_are_oldest_first(engine: &impl Engine) {
    let store = engine.fresh().await;
    let tenant = sample::tenant(1);
    let made = |words, browser, created, expires| {
        let mut row = sample::interaction(words, browser);
        row.created_at = sample::at(created);
        row.expires_at = sample::at(expires);
        row
    };
    let young = made("young", "browser", 3, 100);
    let old = made("old", "browser", 1, 60);
    let mut ended = made("ended", "browser", 2, 100);
    ended.terminal = true;
    let foreign = made("foreign", "other browser", 1, 100);
    write(
        &store,
        [&young, &old, &ended, &foreign].map(|row| Row::Interaction(row.clone())),
    )
    .await;
    let listed = |seconds| store.interactions_of(tenant, sample::hash("browser"), sample::at(seconds));
    assert_eq!(listed(59).await.unwrap(), [old, ended.clone(), young.clone()]);
    assert_eq!(listed(60).await.unwrap(), [ended, young]);
    assert_eq!(listed(100).await.unwrap(), []);
}

/// All names of a person are listed, and no others.
pub async fn names_of_a_person_are_listed(engine: &impl Engine) {
    let store = engine.fresh().await;
    let tenant = sample::tenant(1);
    let (ada, bob) = (sample::person(1), sample::person(2));
    let mut names: Vec<_> = ["a", "b", "c"].map(|words| sample::alias(words, ada)).into();
    write(&store, names.iter().cloned().map(Row::Alias)).await;
    write(&store, [Row::Alias(sample::alias("bob", bob))]).await;
    names.sort_by_key(|alias| alias.hash);
    assert_eq!(store.aliases_of(tenant, ada).await.unwrap(), names);
    // Linking two people moves a name.
    names[0].subject = bob;
    write(&store, [Row::Alias(names[0].clone())]).await;
    assert_eq!(store.aliases_of(tenant, ada).await.unwrap(), names[1..]);
    assert_eq!(store.aliases_of(tenant, bob).await.unwrap().len(), 2);
}
