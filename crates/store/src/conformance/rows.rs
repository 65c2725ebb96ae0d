//! Rows of each kind: written, read back, written over, removed, kept apart.

use consentry_domain::{Audience, Qualifier, Status, TenantId, Timestamp, subject::SubjectState};

use super::{Engine, commit, sample, write, writing};
use crate::{
    AgreementQuery, ChangeSet, CommitError, ConfigurationKind, ConfigurationRow, Expect, Row, RowChange,
    RowKey, Seeds, Store, TokenKind, TokenRow,
};

/// The stored row with the key of this one.
pub async fn stored(store: &impl Store, tenant: TenantId, like: &Row) -> Option<Row> {
    match like.key() {
        RowKey::Consent(id) => store.consent(tenant, id).await.unwrap().map(Row::Consent),
        RowKey::Slot(slot) => {
            let seeds = Seeds {
                slots: vec![slot.clone()],
                ..Seeds::default()
            };
            let found = store.touched(tenant, seeds).await.unwrap();
            let version = *found.slot_versions.get(&slot)?;
            Some(Row::Slot {
                consent: found.touched.slots[&slot],
                version,
                slot,
            })
        }
        RowKey::Use(id) => {
            let found = store.uses(tenant, vec![id]).await.unwrap();
            assert!(found.len() <= 1, "one row for each consent");
            found.into_iter().next().map(Row::Use)
        }
        RowKey::Agreement(id) => store
            .agreement(tenant, id)
            .await
            .unwrap()
            .map(|(found, _)| Row::Agreement(found)),
        RowKey::Record(_, id) => {
            let seeds = Seeds {
                records: vec![id],
                ..Seeds::default()
            };
            store
                .touched(tenant, seeds)
                .await
                .unwrap()
                .records
                .remove(&id)
                .map(Row::Record)
        }
        RowKey::Grant(id) => store.grant(tenant, id).await.unwrap().map(Row::Grant),
        RowKey::Token(hash) => store.token(tenant, hash).await.unwrap().map(Row::Token),
        RowKey::Interaction(hash) => store
            .interaction(tenant, hash)
            .await
            .unwrap()
            .map(Row::Interaction),
        RowKey::Subject(id) => store.subject(tenant, id).await.unwrap().map(Row::Subject),
        RowKey::Alias(hash) => store.alias(tenant, hash).await.unwrap().map(Row::Alias),
        RowKey::Account(id) => store.account(tenant, id).await.unwrap().map(Row::Account),
        RowKey::SubjectKey(id) => store.subject_key(tenant, id).await.unwrap().map(Row::SubjectKey),
        RowKey::Configuration(kind, id) => {
            let rows = store.configuration(kind).await.unwrap();
            rows.into_iter()
                .find(|row| row.tenant == tenant && row.id == id)
                .map(Row::Configuration)
        }
        RowKey::Job(kind, key) => store.job(tenant, kind, key).await.unwrap().map(Row::Job),
        RowKey::Delivery(id) => store.delivery(tenant, id).await.unwrap().map(Row::Delivery),
        RowKey::Preference(hash) => store.preference(tenant, hash).await.unwrap().map(Row::Preference),
    }
}

async fn assert_stored(store: &impl Store, row: &Row) {
    assert_eq!(stored(store, sample::tenant(1), row).await.as_ref(), Some(row));
}

/// A row of each kind reads back as it was written.
pub async fn every_kind_reads_back(engine: &impl Engine) {
    let store = engine.fresh().await;
    let rows = sample::every_row();
    write(&store, rows.clone()).await;
    for row in &rows {
        assert_stored(&store, row).await;
    }
    let store = engine.reopen(store).await;
    for row in &rows {
        assert_stored(&store, row).await;
    }
}

/// Parts that may be missing read back as missing.
pub async fn optional_parts_may_be_missing(engine: &impl Engine) {
    let store = engine.fresh().await;
    let mut rows = sample::every_row();
    for row in &mut rows {
        match row {
            Row::Consent(row) => {
                row.wording = None;
                row.agreement = None;
                row.valid_from = None;
                row.valid_until = None;
                row.actions = None;
                row.status = Status::Pending;
            }
            Row::Use(row) => {
                row.usage = consentry_domain::Usage::default();
                row.accounts = consentry_domain::AccountUses::default();
            }
            Row::Agreement(row) => {
                row.items.clear();
                row.valid_until = None;
                row.disclosure.organization = None;
                row.disclosure.texts.clear();
                row.disclosure.intermediaries.clear();
                row.accounts = consentry_domain::Accounts::default();
                row.renewed_at = None;
                row.qualifier = Qualifier::none();
            }
            Row::Record(row) => {
                row.sealed = None;
                row.keys.clear();
            }
            Row::Grant(row) => {
                row.agreement = None;
                row.session = None;
                row.resources.clear();
                row.amr.clear();
                row.offline = false;
            }
            Row::Token(row) => {
                row.subject = None;
                row.client = None;
                row.grant = None;
            }
            Row::Interaction(row) => row.subject = None,
            Row::Subject(row) => {
                row.merged_into = None;
                row.state = SubjectState::Active;
            }
            Row::Account(row) => {
                row.password_hash = None;
                row.applications.clear();
            }
            Row::Job(row) => {
                row.holder = None;
                row.held_until = None;
                row.last_error = None;
            }
            Row::Delivery(row) => row.finished_at = None,
            Row::Slot { .. }
            | Row::Alias(_)
            | Row::SubjectKey(_)
            | Row::Configuration(_)
            | Row::Preference(_) => {}
        }
    }
    write(&store, rows.clone()).await;
    for row in &rows {
        assert_stored(&store, row).await;
    }
}

/// The ends of what can be stored: versions, times, texts of all kinds, empty and large content.
pub async fn extremes_read_back(engine: &impl Engine) {
    let store = engine.fresh().await;
    let ada = sample::person(1);
    for (number, audience) in (1..).zip([
        Audience::Named("كشف الحساب 'quoted' \"twice\" \\ % _ 🏦".to_owned()),
        Audience::Named(String::new()),
        Audience::None,
    ]) {
        let mut slot = sample::slot(ada, 1, 1);
        slot.audience = audience;
        slot.qualifier = Qualifier::resources(["https://b.example/", "https://a.example/"]);
        let mut consent = sample::consent(slot.clone(), number);
        consent.version = u32::MAX;
        consent.created_at = Timestamp::from_micros(i64::MIN);
        consent.valid_until = Some(Timestamp::from_micros(i64::MAX));
        consent.ended = Some(sample::ended(1));
        let pointer = Row::Slot {
            slot,
            consent: consent.id,
            version: u32::MAX,
        };
        let mut record = sample::record(&consent, number);
        record.record.created_at = Timestamp::from_micros(-1);
        record.sealed = Some(if number == 1 {
            vec![0xff; 1024 * 1024]
        } else {
            Vec::new()
        });
        let rows = [Row::Consent(consent), pointer, Row::Record(record)];
        write(&store, rows.clone()).await;
        for row in &rows {
            assert_stored(&store, row).await;
        }
    }
    for kind in TokenKind::ALL {
        let mut token = sample::token(kind.as_str(), ada);
        token.kind = kind;
        token.failures = u32::MAX;
        let row = Row::Token(token);
        write(&store, [row.clone()]).await;
        assert_stored(&store, &row).await;
    }
}

/// What is written over a row replaces all of it.
pub async fn writing_again_replaces_the_whole_row(engine: &impl Engine) {
    let store = engine.fresh().await;
    let rows = sample::every_row();
    write(&store, rows.clone()).await;
    let ada = sample::person(1);
    let other = sample::consent(sample::slot(ada, 2, 1), 2);
    let mut second = Vec::new();
    for row in &rows {
        let mut row = sample::in_version(row, 2);
        match &mut row {
            Row::Consent(row) => {
                row.status = Status::Revoked;
                row.ended = Some(sample::ended(3));
                row.wording = None;
                row.actions = None;
            }
            Row::Use(row) => row.usage = consentry_domain::Usage::refused(sample::at(9)),
            Row::Slot { consent, .. } => *consent = other.id,
            Row::Agreement(row) => {
                row.items = sample::agreement(ada, 1, &[&other]).items;
                row.ended = Some(sample::ended(3));
            }
            Row::Record(row) => {
                row.keys.truncate(1);
                row.record.deleted = true;
                row.sealed = None;
            }
            Row::Grant(row) => row.ended = Some(sample::ended(3)),
            Row::Token(row) => {
                row.consumed_at = Some(sample::at(2));
                row.revoked_at = Some(sample::at(3));
            }
            Row::Interaction(row) => row.terminal = true,
            Row::Subject(row) => row.state = SubjectState::Erased,
            Row::Alias(row) => row.sealed = vec![1],
            Row::Account(row) => row.disabled = false,
            Row::SubjectKey(row) => row.wrapped = vec![2],
            Row::Configuration(row) => row.body = String::from("{}"),
            Row::Job(row) => row.detail = String::from("[]"),
            Row::Delivery(row) => row.status = crate::DeliveryStatus::Parked,
            Row::Preference(row) => row.sealed = vec![3],
        }
        second.push(row);
    }
    second.push(Row::Consent(other));
    write(&store, second.clone()).await;
    for row in &second {
        assert_stored(&store, row).await;
    }
}

/// Removed rows are gone, and removing what is not there is fine.
pub async fn deleted_rows_are_gone(engine: &impl Engine) {
    let store = engine.fresh().await;
    let rows = sample::every_row();
    write(&store, rows.clone()).await;
    // What points at others goes first.
    for row in rows.iter().rev() {
        let mut removal = ChangeSet::new(sample::tenant(1), sample::at(0));
        removal.rows.push(RowChange::Delete(row.key()));
        let _receipt = commit(&store, removal.clone()).await.unwrap();
        if !matches!(row, Row::Consent(_)) {
            assert_eq!(stored(&store, sample::tenant(1), row).await, None);
        }
        let _receipt = commit(&store, removal).await.unwrap();
    }
    let left = store.projection(sample::tenant(1)).await.unwrap();
    assert_eq!(left, crate::TouchedRows::default());
}

/// The same ids in two tenants are two rows.
pub async fn tenants_are_apart(engine: &impl Engine) {
    let store = engine.fresh().await;
    let rows = sample::every_row();
    write(&store, rows.clone()).await;
    let other = sample::tenant(2);
    for row in &rows {
        assert_eq!(stored(&store, other, row).await, None, "{:?}", row.key());
    }
    assert_eq!(
        store.projection(other).await.unwrap(),
        crate::TouchedRows::default()
    );
    let mut change = writing(rows.iter().map(|row| sample::in_version(row, 7)));
    change.tenant = other;
    change
        .events
        .push(sample::event("other tenant's", sample::person(1)));
    assert_eq!(commit(&store, change).await.unwrap().first_index, Some(0));
    for row in &rows {
        assert_stored(&store, row).await;
    }
    assert_eq!(store.log_head(sample::tenant(1)).await.unwrap().size, 0);
}

/// Configuration of one kind is listed for all tenants, by tenant and id.
pub async fn configuration_is_listed_for_all_tenants(engine: &impl Engine) {
    let store = engine.fresh().await;
    for number in [2, 1] {
        for id in ["b", "a"] {
            let mut change = writing(ConfigurationKind::ALL.map(|kind| {
                Row::Configuration(ConfigurationRow {
                    tenant: sample::tenant(number),
                    body: format!("{{\"kind\":\"{}\"}}", kind.table()),
                    ..sample::configuration(kind, id)
                })
            }));
            change.tenant = sample::tenant(number);
            let _receipt = commit(&store, change).await.unwrap();
        }
    }
    for kind in ConfigurationKind::ALL {
        let rows = store.configuration(kind).await.unwrap();
        let keys: Vec<_> = rows.iter().map(|row| (row.tenant, row.id.as_str())).collect();
        let mut expected: Vec<_> = [1, 2]
            .into_iter()
            .flat_map(|number| ["a", "b"].map(|id| (sample::tenant(number), id)))
            .collect();
        expected.sort_unstable();
        assert_eq!(keys, expected);
        assert!(
            rows.iter()
                .all(|row| row.kind == kind && row.body.contains(kind.table()))
        );
    }
}

/// A record whose person changes moves to that person's shard and is found by its id there and back.
pub async fn a_moved_record_is_found_by_its_id(engine: &impl Engine) {
    let store = engine.fresh().await;
    let tenant = sample::tenant(1);
    let people = [1, 2, 3].map(sample::person);
    let consents = people.map(|person| sample::consent(sample::slot(person, 1, 1), 1));
    write(&store, consents.iter().cloned().map(Row::Consent)).await;
    let mut record = sample::record(&consents[0], 1);
    write(&store, [Row::Record(record.clone())]).await;
    for (from, to) in [(0, 1), (1, 2), (2, 0), (0, 2)] {
        let old = Row::Record(record.clone()).key();
        record.version += 1;
        record.record.subject = people[to];
        record.record.consent = consents[to].id;
        let mut change = writing([]);
        // The old place may be cleared by name or left to the store.
        if to != 1 {
            change.rows.push(RowChange::Delete(old));
        }
        change.rows.push(RowChange::Put(Row::Record(record.clone())));
        let _receipt = commit(&store, change).await.unwrap();
        let found = store.record(tenant, record.record.id).await.unwrap().unwrap();
        assert_eq!(
            (&found.row, &found.consent),
            (&record, &consents[to]),
            "moved from {from}"
        );
        assert_eq!(
            store.projection(tenant).await.unwrap().records.len(),
            1,
            "it is in one place only"
        );
    }
    let mut removal = writing([]);
    removal
        .rows
        .push(RowChange::Delete(Row::Record(record.clone()).key()));
    let _receipt = commit(&store, removal).await.unwrap();
    assert_eq!(store.record(tenant, record.record.id).await.unwrap(), None);
}

/// An agreement whose id another system gave, and with it any shard, is found by its id, by its person and as a condition.
pub async fn an_agreement_with_an_id_of_another_system_lives_with_its_person(engine: &impl Engine) {
    let store = engine.fresh().await;
    let tenant = sample::tenant(1);
    let (ada, ben) = (sample::person(1), sample::person(2));
    assert_ne!(ada.shard(), ben.shard(), "people of this test live apart");
    let consent = sample::consent(sample::slot(ada, 1, 1), 1);
    let mut agreement = sample::agreement(ada, 1, &[&consent]);
    agreement.id = sample::agreement_id(ben, 7);
    write(
        &store,
        [Row::Consent(consent.clone()), Row::Agreement(agreement.clone())],
    )
    .await;
    let store = engine.reopen(store).await;
    assert_stored(&store, &Row::Agreement(agreement.clone())).await;
    let of_ada = AgreementQuery {
        subject: Some(ada),
        ..AgreementQuery::default()
    };
    let expected = vec![(agreement.clone(), vec![consent.clone()])];
    assert_eq!(store.agreements(tenant, of_ada.clone()).await.unwrap(), expected);
    let seeds = Seeds {
        agreements: vec![agreement.id],
        ..Seeds::default()
    };
    let touched = store.touched(tenant, seeds).await.unwrap().touched;
    assert_eq!(touched.agreements.get(&agreement.id), Some(&agreement));
    let key = RowKey::Agreement(agreement.id);
    let mut change = writing([]);
    change.expect.push(Expect::Absent(key.clone()));
    assert_eq!(commit(&store, change).await.unwrap_err(), CommitError::Taken);
    let mut change = writing([]);
    change.expect.push(Expect::At(key.clone(), agreement.version));
    agreement.version += 1;
    agreement.items.clear();
    change
        .rows
        .push(RowChange::Put(Row::Agreement(agreement.clone())));
    let _receipt = commit(&store, change).await.unwrap();
    assert_stored(&store, &Row::Agreement(agreement.clone())).await;
    let mut change = writing([]);
    change.rows.push(RowChange::Delete(key));
    let _receipt = commit(&store, change).await.unwrap();
    assert_eq!(store.agreements(tenant, of_ada).await.unwrap(), []);
    assert_eq!(store.agreement(tenant, agreement.id).await.unwrap(), None);
}

/// A record that is marked deleted is not read and not listed, but commands and the projection see it.
pub async fn deleted_records_are_left_out_of_reads(engine: &impl Engine) {
    let store = engine.fresh().await;
    let tenant = sample::tenant(1);
    let consent = sample::consent(sample::slot(sample::person(1), 1, 1), 1);
    let mut record = sample::record(&consent, 1);
    record.record.deleted = true;
    write(&store, [Row::Consent(consent), Row::Record(record.clone())]).await;
    assert_eq!(store.record(tenant, record.record.id).await.unwrap(), None);
    let query = super::lists::records_of(Some(sample::person(1)), 10);
    assert_eq!(store.records(tenant, query).await.unwrap(), []);
    assert_stored(&store, &Row::Record(record.clone())).await;
    assert_eq!(
        store
            .projection(tenant)
            .await
            .unwrap()
            .records
            .get(&record.record.id),
        Some(&record)
    );
}

/// Sessions of a person are listed until they are over or ended, latest first; other credentials of the person are none.
pub async fn sessions_of_a_person_are_latest_first(engine: &impl Engine) {
    let store = engine.fresh().await;
    let tenant = sample::tenant(1);
    let ada = sample::person(1);
    let made = |words, person, issued, expires| {
        let mut row = sample::token(words, person);
        row.kind = TokenKind::Session;
        row.issued_at = sample::at(issued);
        row.expires_at = sample::at(expires);
        row
    };
    let young = made("young", ada, 3, 100);
    let old = made("old", ada, 1, 60);
    let mut ended = made("ended", ada, 2, 100);
    ended.revoked_at = Some(sample::at(4));
    let foreign = made("foreign", sample::person(2), 1, 100);
    let mut code = made("code", ada, 1, 100);
    code.kind = TokenKind::OneTimeCode;
    write(
        &store,
        [&young, &old, &ended, &foreign, &code].map(|row| Row::Token(row.clone())),
    )
    .await;
    let listed = |seconds, limit| store.sessions_of(tenant, ada, sample::at(seconds), limit);
    assert_eq!(listed(59, 10).await.unwrap(), [young.clone(), old]);
    let only_young = std::slice::from_ref(&young);
    assert_eq!(listed(59, 1).await.unwrap(), only_young);
    assert_eq!(listed(60, 10).await.unwrap(), only_young);
    assert_eq!(listed(100, 10).await.unwrap(), []);
    let over = TokenRow {
        version: 2,
        revoked_at: Some(sample::at(5)),
        ..young
    };
    write(&store, [Row::Token(over)]).await;
    assert_eq!(listed(60, 10).await.unwrap(), []);
}
