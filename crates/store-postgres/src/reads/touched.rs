//! What a command can touch, and everything that replay can rebuild.

use std::collections::BTreeSet;

use consentry_domain::{Agreement, AgreementId, Consent, ConsentId, Slot, TenantId};
use consentry_store::{Seeds, TouchedRows};
use tokio_postgres::Row;

use super::{agreements, all, consents, listed, pointed_at, records};
use crate::{
    cells::Cells,
    columns::{Cell, Columns},
    fault::Result,
    reader::Connection,
    rows, statements as sql,
};

/// How many columns of a slot come before those of its consent.
const POINTER_COLUMNS: usize = 3;

pub(crate) async fn touched(
    connection: Connection<'_>,
    tenant: TenantId,
    seeds: Seeds,
) -> Result<TouchedRows> {
    let mut reading = Reading {
        connection,
        tenant,
        found: TouchedRows::default(),
    };
    reading.seeds(&seeds).await?;
    reading.agreements(&seeds).await?;
    reading.slots_of_consents().await?;
    Ok(reading.found)
}

struct Reading<'c> {
    connection: Connection<'c>,
    tenant: TenantId,
    found: TouchedRows,
}

impl Reading<'_> {
    async fn seeds(&mut self, seeds: &Seeds) -> Result<()> {
        let named: BTreeSet<ConsentId> = seeds.consents.iter().copied().collect();
        let (slots, consents, records) = tokio::join!(
            slots(self.connection, self.tenant, &seeds.slots),
            consents(self.connection, self.tenant, named),
            records::by_ids(
                self.connection,
                self.tenant,
                seeds.records.iter().copied().collect::<BTreeSet<_>>()
            ),
        );
        self.add_slots(slots?);
        self.add_consents(consents?);
        for found in records? {
            let id = found.row.record.id;
            self.add_consents([found.consent]);
            self.found.touched.records.insert(id, found.row.record.clone());
            self.found.records.insert(id, found.row);
        }
        Ok(())
    }

    /// Named agreements and those of the consents found so far, with all their consents.
    async fn agreements(&mut self, seeds: &Seeds) -> Result<()> {
        let ids: BTreeSet<AgreementId> = self
            .found
            .touched
            .consents
            .values()
            .filter_map(|consent| consent.agreement)
            .chain(seeds.agreements.iter().copied())
            .collect();
        for (agreement, consents) in agreements::by_ids(self.connection, self.tenant, ids).await? {
            self.add_consents(consents);
            self.found.touched.agreements.insert(agreement.id, agreement);
        }
        Ok(())
    }

    /// The pointers of the slots of all consents found, with the consents that decide them now.
    async fn slots_of_consents(&mut self) -> Result<()> {
        let known = &self.found.touched.slots;
        let unknown: BTreeSet<&Slot> = self
            .found
            .touched
            .consents
            .values()
            .map(|consent| &consent.slot)
            .filter(|slot| !known.contains_key(*slot))
            .collect();
        let found = slots(self.connection, self.tenant, unknown).await?;
        self.add_slots(found);
        Ok(())
    }

    fn add_slots(&mut self, slots: Vec<Pointer>) {
        for Pointer {
            slot,
            version,
            consent,
        } in slots
        {
            self.found.touched.slots.insert(slot.clone(), consent.id);
            self.found.slot_versions.insert(slot, version);
            self.add_consents([consent]);
        }
    }

    fn add_consents(&mut self, consents: impl IntoIterator<Item = Consent>) {
        let new = consents.into_iter().map(|consent| (consent.id, consent));
        self.found.touched.consents.extend(new);
    }
}

/// A slot with the consent that decides it.
struct Pointer {
    slot: Slot,
    version: u32,
    consent: Consent,
}

async fn slots(
    connection: Connection<'_>,
    tenant: TenantId,
    slots: impl IntoIterator<Item = &Slot>,
) -> Result<Vec<Pointer>> {
    let slots: Vec<(&Slot, String)> = slots
        .into_iter()
        .map(|slot| (slot, slot.audience.text()))
        .collect();
    let mut keys = Columns::default();
    for (slot, audience) in &slots {
        keys.push([
            Cell::shard(slot.subject.shard()),
            Cell::id(tenant.uuid()),
            Cell::id(slot.subject.uuid()),
            Cell::text(slot.definition.as_str()),
            Cell::text(slot.audience.kind()),
            Cell::text(audience),
            Cell::text(slot.qualifier.as_str()),
        ]);
    }
    listed(connection, sql::SLOTS, keys)
        .await?
        .iter()
        .map(|row| {
            let mut cells = Cells::new(row, "slot", 1);
            let slot = cells.nth(&slots)?.0.clone();
            let consent = cells.id("consent", ConsentId::from_uuid)?;
            let version = cells.number("version")?;
            let found = rows::consent_from(row, POINTER_COLUMNS)?;
            debug_assert!(found.as_ref().is_none_or(|found| found.id == consent));
            let consent = pointed_at(found, ("slot", &slot.subject))?;
            Ok(Pointer {
                slot,
                version,
                consent,
            })
        })
        .collect()
}

pub(crate) async fn projection(connection: Connection<'_>, tenant: TenantId) -> Result<TouchedRows> {
    let tenant_id = tenant.uuid();
    let mut found = TouchedRows::default();
    let consents: Vec<Consent> = all(connection, sql::CONSENTS_ALL, &[&tenant_id], rows::consent).await?;
    found.touched.consents = consents
        .into_iter()
        .map(|consent| (consent.id, consent))
        .collect();
    for (slot, version, consent) in all(connection, sql::SLOTS_ALL, &[&tenant_id], rows::slot).await? {
        found.slot_versions.insert(slot.clone(), version);
        found.touched.slots.insert(slot, consent);
    }
    let agreements: Vec<Agreement> =
        all(connection, sql::AGREEMENTS_ALL, &[&tenant_id], rows::agreement).await?;
    found.touched.agreements = agreements
        .into_iter()
        .map(|agreement| (agreement.id, agreement))
        .collect();
    let item = |row: &Row| rows::agreement_item(row);
    for (agreement, item) in all(connection, sql::AGREEMENT_ITEMS_ALL, &[&tenant_id], item).await? {
        if let Some(agreement) = found.touched.agreements.get_mut(&agreement) {
            agreement.items.push(item);
        }
    }
    let records = all(connection, sql::RECORDS_ALL, &[&tenant_id], rows::record).await?;
    found.records = records.into_iter().map(|row| (row.record.id, row)).collect();
    found.touched.records = found
        .records
        .values()
        .map(|row| (row.record.id, row.record.clone()))
        .collect();
    Ok(found)
}
