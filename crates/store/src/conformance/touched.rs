//! What a command can touch, and what replay can rebuild.

use consentry_domain::{Agreement, Consent};

use super::{Engine, sample, write};
use crate::{RecordRow, Row, Seeds, Store, TouchedRows};

/// Ada's agreement over two consents, each deciding its slot, with their records; and a third consent beside them.
struct World {
    agreement: Agreement,
    consents: [Consent; 3],
    records: [RecordRow; 3],
}

async fn world(store: &impl Store) -> World {
    let ada = sample::person(1);
    let mut consents = [1, 2, 3].map(|number| sample::consent(sample::slot(ada, number, 1), number));
    let agreement = sample::agreement(ada, 1, &[&consents[0], &consents[1]]);
    consents[0].agreement = Some(agreement.id);
    consents[1].agreement = Some(agreement.id);
    let mut number = 0;
    let records = consents.each_ref().map(|consent| {
        number += 1;
        sample::record(consent, number)
    });
    write(store, consents.iter().cloned().map(Row::Consent)).await;
    write(store, consents.iter().map(|consent| pointer(consent, 1))).await;
    write(store, records.iter().cloned().map(Row::Record)).await;
    write(store, [Row::Agreement(agreement.clone())]).await;
    World {
        agreement,
        consents,
        records,
    }
}

fn pointer(consent: &Consent, version: u32) -> Row {
    Row::Slot {
        slot: consent.slot.clone(),
        consent: consent.id,
        version,
    }
}

fn expected(consents: &[&Consent], agreements: &[&Agreement], records: &[&RecordRow]) -> TouchedRows {
    let mut rows = TouchedRows::default();
    for consent in consents {
        rows.touched.consents.insert(consent.id, (*consent).clone());
        rows.touched.slots.insert(consent.slot.clone(), consent.id);
        rows.slot_versions.insert(consent.slot.clone(), 1);
    }
    rows.touched.agreements = agreements
        .iter()
        .map(|agreement| (agreement.id, (*agreement).clone()))
        .collect();
    rows.touched.records = records
        .iter()
        .map(|row| (row.record.id, row.record.clone()))
        .collect();
    rows.records = records
        .iter()
        .map(|row| (row.record.id, (*row).clone()))
        .collect();
    rows
}

/// Each kind of seed brings the consent it stands for, that consent's agreement, and all consents and slots of it.
pub async fn seeds_bring_what_hangs_on_them(engine: &impl Engine) {
    let store = engine.fresh().await;
    let World {
        agreement,
        consents,
        records,
    } = world(&store).await;
    let [one, two, three] = &consents;
    let none = Seeds::default;
    for (seeds, wanted) in [
        (
            Seeds {
                slots: vec![one.slot.clone()],
                ..none()
            },
            expected(&[one, two], &[&agreement], &[]),
        ),
        (
            Seeds {
                consents: vec![two.id],
                ..none()
            },
            expected(&[one, two], &[&agreement], &[]),
        ),
        (
            Seeds {
                agreements: vec![agreement.id],
                ..none()
            },
            expected(&[one, two], &[&agreement], &[]),
        ),
        (
            Seeds {
                records: vec![records[1].record.id],
                ..none()
            },
            expected(&[one, two], &[&agreement], &[&records[1]]),
        ),
        (
            Seeds {
                slots: vec![three.slot.clone()],
                ..none()
            },
            expected(&[three], &[], &[]),
        ),
        (
            Seeds {
                records: vec![records[2].record.id],
                ..none()
            },
            expected(&[three], &[], &[&records[2]]),
        ),
        (
            Seeds {
                consents: vec![three.id],
                records: vec![records[0].record.id],
                ..none()
            },
            expected(&[one, two, three], &[&agreement], &[&records[0]]),
        ),
    ] {
        let found = store.touched(sample::tenant(1), seeds.clone()).await.unwrap();
        assert_eq!(found, wanted, "{seeds:?}");
    }
}

/// Where a newer consent decides a slot, the older one's reader sees the newer one too, without what hangs on that.
pub async fn a_slot_shows_who_decides_it_now(engine: &impl Engine) {
    let store = engine.fresh().await;
    let World {
        agreement, consents, ..
    } = world(&store).await;
    let newer = Consent {
        agreement: Some(sample::agreement_id(sample::person(1), 2)),
        ..sample::consent(consents[0].slot.clone(), 9)
    };
    let newer_agreement = sample::agreement(sample::person(1), 2, &[&newer, &consents[2]]);
    write(
        &store,
        [
            Row::Consent(newer.clone()),
            pointer(&newer, 2),
            Row::Agreement(newer_agreement.clone()),
        ],
    )
    .await;

    let by_older = Seeds {
        agreements: vec![agreement.id],
        ..Seeds::default()
    };
    let found = store.touched(sample::tenant(1), by_older).await.unwrap();
    let mut wanted = expected(&[&consents[0], &consents[1]], &[&agreement], &[]);
    wanted.touched.consents.insert(newer.id, newer.clone());
    wanted.touched.slots.insert(newer.slot.clone(), newer.id);
    wanted.slot_versions.insert(newer.slot.clone(), 2);
    assert_eq!(found, wanted);

    let by_slot = Seeds {
        slots: vec![newer.slot.clone()],
        ..Seeds::default()
    };
    let found = store.touched(sample::tenant(1), by_slot).await.unwrap();
    let mut wanted = expected(&[&newer, &consents[2]], &[&newer_agreement], &[]);
    wanted.slot_versions.insert(newer.slot.clone(), 2);
    assert_eq!(found, wanted);
    let deciding = store
        .deciding_consents(sample::tenant(1), sample::person(1))
        .await
        .unwrap();
    let mut ids: Vec<_> = deciding.iter().map(|consent| consent.id).collect();
    ids.sort_unstable();
    let mut wanted = [newer.id, consents[1].id, consents[2].id];
    wanted.sort_unstable();
    assert_eq!(ids, wanted);
}

/// A consent that was made elsewhere keeps its id, and lives where that says rather than where its person does.
pub async fn a_consent_of_another_shard_decides_too(engine: &impl Engine) {
    let store = engine.fresh().await;
    let (ada, bob) = (sample::person(1), sample::person(2));
    assert_ne!(ada.shard(), bob.shard());
    let mut consent = sample::consent(sample::slot(ada, 1, 1), 1);
    consent.id = sample::consent_id(bob, 1);
    write(&store, [Row::Consent(consent.clone()), pointer(&consent, 1)]).await;
    let tenant = sample::tenant(1);
    let deciding = store.deciding_consents(tenant, ada).await.unwrap();
    assert_eq!(deciding, [consent.clone()]);
    let (_nobody, deciding) = store.standing(tenant, ada).await.unwrap();
    assert_eq!(deciding, [consent]);
}

/// Seeds that name nothing known are no error and bring nothing.
pub async fn nothing_known_is_nothing_touched(engine: &impl Engine) {
    let store = engine.fresh().await;
    let world = world(&store).await;
    let bob = sample::person(2);
    let unknown = Seeds {
        slots: vec![sample::slot(bob, 1, 1)],
        consents: vec![sample::consent_id(bob, 1)],
        agreements: vec![sample::agreement_id(bob, 1)],
        records: vec![sample::record_id(bob, 1)],
    };
    assert_eq!(
        store.touched(sample::tenant(1), unknown).await.unwrap(),
        TouchedRows::default()
    );
    assert_eq!(
        store.touched(sample::tenant(1), Seeds::default()).await.unwrap(),
        TouchedRows::default()
    );
    let elsewhere = Seeds {
        agreements: vec![world.agreement.id],
        ..Seeds::default()
    };
    assert_eq!(
        store.touched(sample::tenant(2), elsewhere).await.unwrap(),
        TouchedRows::default()
    );
}

/// The projection is everything that replay rebuilds.
pub async fn the_projection_holds_all_rows_that_replay_rebuilds(engine: &impl Engine) {
    let store = engine.fresh().await;
    let World {
        agreement,
        consents,
        records,
    } = world(&store).await;
    let found = store.projection(sample::tenant(1)).await.unwrap();
    assert_eq!(
        found,
        expected(&consents.each_ref(), &[&agreement], &records.each_ref())
    );
}
