//! Questions that go to the server together: each gets its own answer.

use std::sync::Arc;

use consentry_domain::Consent;
use consentry_store::{ChangeSet, Row, RowChange, Seeds, Store, StoreError, conformance::sample};
use consentry_store_postgres::PostgresStore;
use consentry_testkit::postgres::Postgres;

use crate::faults::{open, patient};

/// People in each of two tenants; the same person and slot are another consent there.
const PEOPLE: u32 = 24;

fn consent(tenant: u32, person: u32) -> Consent {
    sample::consent(
        sample::slot(sample::person(person), 1, 1),
        tenant * 1_000 + person,
    )
}

async fn decide(store: &PostgresStore, tenant: u32, person: u32) {
    let consent = consent(tenant, person);
    let mut change = ChangeSet::new(sample::tenant(tenant), sample::at(0));
    change.rows = vec![
        RowChange::Put(Row::Slot {
            slot: consent.slot.clone(),
            version: tenant,
            consent: consent.id,
        }),
        RowChange::Put(Row::Consent(consent)),
    ];
    assert!(store.commit(vec![change]).await.remove(0).is_ok());
}

/// Asks for everybody's slot at once, and for one that nobody decided; answers by tenant and person.
async fn all(store: &Arc<PostgresStore>) -> Vec<(u32, u32, Result<Option<Consent>, StoreError>)> {
    let mut asked = Vec::new();
    for person in 1..=PEOPLE + 1 {
        for tenant in [1, 2] {
            let store = Arc::clone(store);
            asked.push(tokio::spawn(async move {
                let slot = consent(tenant, person).slot;
                let seeds = Seeds {
                    slots: vec![sample::slot(sample::person(person), 9, 9), slot.clone()],
                    ..Seeds::default()
                };
                let found = store.touched(sample::tenant(tenant), seeds).await;
                let decided = found.map(|found| {
                    assert!(found.touched.slots.len() <= 1, "{found:?}");
                    let deciding = found.touched.slots.get(&slot)?;
                    assert_eq!(found.slot_versions[&slot], tenant);
                    found.touched.consents.get(deciding).cloned()
                });
                (tenant, person, decided)
            }));
        }
    }
    let mut answers = Vec::new();
    for asked in asked {
        answers.push(asked.await.unwrap());
    }
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn each_decision_gets_the_slots_of_its_own_person_and_tenant() {
    let server = Postgres::shared();
    let database = server.ledger().await;
    let store = Arc::new(open(&server.url(&database), patient()).await);
    for person in 1..=PEOPLE {
        decide(&store, 1, person).await;
        decide(&store, 2, person).await;
    }
    for (tenant, person, found) in all(&store).await {
        let expected = (person <= PEOPLE).then(|| consent(tenant, person));
        assert_eq!(found, Ok(expected), "{person} of {tenant}");
    }

    // What is broken is so for who asks for it.
    server.execute(
        &database,
        &format!("DELETE FROM consent WHERE id = '{}'", consent(1, 5).id),
    );
    for (tenant, person, found) in all(&store).await {
        if (tenant, person) == (1, 5) {
            assert!(
                matches!(found, Err(StoreError::Corrupt { table: "slot", .. })),
                "{found:?}"
            );
        } else {
            let expected = (person <= PEOPLE).then(|| consent(tenant, person));
            assert_eq!(found, Ok(expected), "{person} of {tenant}");
        }
    }

    store.close().await;
    for (_, _, found) in all(&store).await {
        assert!(matches!(found, Err(StoreError::Unavailable(_))), "{found:?}");
    }
}
