//! What a command can touch, and everything that replay can rebuild.

use std::{collections::BTreeSet, sync::Arc};

use consentry_domain::{Agreement, AgreementId, Consent, ConsentId, Slot, TenantId};
use consentry_store::{RecordRow, Seeds, TouchedRows, stored::Cells as _};
use tokio_postgres::Row;

use super::{agreements, all, consents, listed, pointed_at, records};
use crate::{
    cells::Cells,
    columns::{Cell, Columns},
    fault::Result,
    gather::Question,
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
    let mut reading = Reading::begin(connection, tenant);
    reading.seeds(&seeds).await?;
    reading.agreements(&seeds).await?;
    reading.slots_of_consents().await?;
    Ok(reading.found)
}

/// As [`touched`] for questions whose seeds are slots, all in one statement; none for those of which something found leads on.
pub(crate) async fn touched_by_slots(
    connection: Connection<'_>,
    questions: Arc<[Question]>,
) -> Result<Vec<Option<TouchedRows>>> {
    let asked = questions.iter().enumerate().flat_map(|(nth, (tenant, slots))| {
        let keys = slots.iter().map(|slot| (*tenant, slot));
        keys.map(move |key| (nth, key))
    });
    let (nth, keys): (Vec<usize>, Vec<_>) = asked.unzip();
    let mut found: Vec<Vec<Pointer>> = questions.iter().map(|_| Vec::new()).collect();
    for (place, pointer) in slots(connection, keys).await? {
        if let Some(found) = nth.get(place).and_then(|nth| found.get_mut(*nth)) {
            found.push(pointer);
        }
    }
    let answers = found
        .into_iter()
        .zip(questions.iter())
        .map(|(found, (tenant, _))| {
            let mut reading = Reading::begin(connection, *tenant);
            reading.add_slots(found);
            (!reading.leads_on()).then_some(reading.found)
        });
    Ok(answers.collect())
}

struct Reading<'c> {
    connection: Connection<'c>,
    tenant: TenantId,
    found: TouchedRows,
}

impl<'c> Reading<'c> {
    fn begin(connection: Connection<'c>, tenant: TenantId) -> Self {
        Self {
            connection,
            tenant,
            found: TouchedRows::default(),
        }
    }

    async fn seeds(&mut self, seeds: &Seeds) -> Result<()> {
        let named: BTreeSet<ConsentId> = seeds.consents.iter().copied().collect();
        let (slots, consents, records) = tokio::join!(
            slots_of(self.connection, self.tenant, &seeds.slots),
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

    /// Whether a consent that was found is part of an agreement.
    fn leads_on(&self) -> bool {
        let mut consents = self.found.touched.consents.values();
        consents.any(|consent| consent.agreement.is_some())
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
        let found = slots_of(self.connection, self.tenant, unknown).await?;
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

async fn slots_of(
    connection: Connection<'_>,
    tenant: TenantId,
    asked: impl IntoIterator<Item = &Slot>,
) -> Result<Vec<Pointer>> {
    let keys = asked.into_iter().map(|slot| (tenant, slot)).collect();
    let found = slots(connection, keys).await?;
    Ok(found.into_iter().map(|(_, pointer)| pointer).collect())
}

/// The pointers of slots, each with its place among those that were asked for.
async fn slots(connection: Connection<'_>, asked: Vec<(TenantId, &Slot)>) -> Result<Vec<(usize, Pointer)>> {
    let asked: Vec<(usize, &Slot, TenantId, String)> = asked
        .into_iter()
        .enumerate()
        .map(|(place, (tenant, slot))| (place, slot, tenant, slot.audience.text()))
        .collect();
    let mut keys = Columns::default();
    for (_, slot, tenant, audience) in &asked {
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
            let (place, slot, ..) = cells.nth(&asked)?;
            let (place, slot) = (*place, (*slot).clone());
            let consent = cells.id("consent", ConsentId::from_uuid)?;
            let version = cells.number("version")?;
            let found = rows::consent_from(row, POINTER_COLUMNS)?;
            debug_assert!(found.as_ref().is_none_or(|found| found.id == consent));
            let consent = pointed_at(found, ("slot", &slot.subject))?;
            let pointer = Pointer {
                slot,
                version,
                consent,
            };
            Ok((place, pointer))
        })
        .collect()
}

pub(crate) async fn projection(connection: Connection<'_>, tenant: TenantId) -> Result<TouchedRows> {
    let tenant_id = tenant.uuid();
    let mut found = TouchedRows::default();
    let consents: Vec<Consent> = all(connection, sql::CONSENTS_ALL, &[&tenant_id], rows::read).await?;
    found.touched.consents = consents
        .into_iter()
        .map(|consent| (consent.id, consent))
        .collect();
    for (slot, version, consent) in all(connection, sql::SLOTS_ALL, &[&tenant_id], rows::slot).await? {
        found.slot_versions.insert(slot.clone(), version);
        found.touched.slots.insert(slot, consent);
    }
    let agreements: Vec<Agreement> = all(connection, sql::AGREEMENTS_ALL, &[&tenant_id], rows::read).await?;
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
    let records: Vec<RecordRow> = all(connection, sql::RECORDS_ALL, &[&tenant_id], rows::read).await?;
    found.records = records.into_iter().map(|row| (row.record.id, row)).collect();
    found.touched.records = found
        .records
        .values()
        .map(|row| (row.record.id, row.record.clone()))
        .collect();
    Ok(found)
}
