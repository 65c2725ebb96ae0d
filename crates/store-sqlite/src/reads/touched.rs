//! What a command can touch, and everything that replay can rebuild.

use std::collections::{BTreeMap, BTreeSet};

use consentry_domain::{AgreementId, Consent, ConsentId, Slot, TenantId};
use consentry_store::{RecordRow, Seeds, TouchedRows};
use rusqlite::{Connection, params};

use super::{agreements, all, consent, one, pointed_at, records};
use crate::{fault::Result, put, rows, statements as sql};

pub(crate) fn touched(connection: &Connection, tenant: TenantId, seeds: &Seeds) -> Result<TouchedRows> {
    let mut reading = Reading {
        connection,
        tenant,
        found: TouchedRows::default(),
    };
    reading.seeds(seeds)?;
    reading.agreements(seeds)?;
    reading.slots_of_consents()?;
    Ok(reading.found)
}

struct Reading<'a> {
    connection: &'a Connection,
    tenant: TenantId,
    found: TouchedRows,
}

impl Reading<'_> {
    fn seeds(&mut self, seeds: &Seeds) -> Result<()> {
        for slot in &seeds.slots {
            self.slot(slot)?;
        }
        for id in &seeds.consents {
            if let Some(found) = consent(self.connection, self.tenant, *id)? {
                self.found.touched.consents.insert(*id, found);
            }
        }
        for id in &seeds.records {
            if let Some(row) = records::row(self.connection, self.tenant, *id)? {
                self.pointed_at(row.record.consent, ("record", id))?;
                self.found.touched.records.insert(*id, row.record.clone());
                self.found.records.insert(*id, row);
            }
        }
        Ok(())
    }

    /// Named agreements and those of the consents found so far, with all their consents.
    fn agreements(&mut self, seeds: &Seeds) -> Result<()> {
        let ids: BTreeSet<AgreementId> = self
            .found
            .touched
            .consents
            .values()
            .filter_map(|consent| consent.agreement)
            .chain(seeds.agreements.iter().copied())
            .collect();
        for id in ids {
            let Some(agreement) = agreements::without_consents(self.connection, self.tenant, id)? else {
                continue;
            };
            for item in &agreement.items {
                self.pointed_at(item.consent, ("agreement_consent", &id))?;
            }
            self.found.touched.agreements.insert(id, agreement);
        }
        Ok(())
    }

    /// The pointers of the slots of all consents found, with the consents that decide them now.
    fn slots_of_consents(&mut self) -> Result<()> {
        let known = &self.found.touched.slots;
        let slots: BTreeSet<Slot> = self
            .found
            .touched
            .consents
            .values()
            .filter(|consent| !known.contains_key(&consent.slot))
            .map(|consent| consent.slot.clone())
            .collect();
        slots.iter().try_for_each(|slot| self.slot(slot))
    }

    fn slot(&mut self, slot: &Slot) -> Result<()> {
        let Some((consent, version)) = one(
            self.connection,
            sql::SLOT,
            params![
                slot.subject.shard().number(),
                put::id(self.tenant.uuid()),
                put::id(slot.subject.uuid()),
                slot.definition.as_str(),
                slot.audience.kind(),
                slot.audience.text(),
                slot.qualifier.as_str(),
            ],
            rows::pointer,
        )?
        else {
            return Ok(());
        };
        self.pointed_at(consent, ("slot", &slot.subject))?;
        self.found.touched.slots.insert(slot.clone(), consent);
        self.found.slot_versions.insert(slot.clone(), version);
        Ok(())
    }

    fn pointed_at(&mut self, id: ConsentId, from: (&'static str, &dyn ToString)) -> Result<()> {
        if !self.found.touched.consents.contains_key(&id) {
            let found = pointed_at(self.connection, self.tenant, id, from)?;
            self.found.touched.consents.insert(id, found);
        }
        Ok(())
    }
}

pub(crate) fn projection(connection: &Connection, tenant: TenantId) -> Result<TouchedRows> {
    let tenant_id = put::id(tenant.uuid());
    let mut found = TouchedRows::default();
    let consents: Vec<Consent> = all(connection, sql::CONSENTS_ALL, params![tenant_id], rows::read)?;
    found.touched.consents = consents
        .into_iter()
        .map(|consent| (consent.id, consent))
        .collect();
    for (slot, version, consent) in all(connection, sql::SLOTS_ALL, params![tenant_id], rows::slot)? {
        found.slot_versions.insert(slot.clone(), version);
        found.touched.slots.insert(slot, consent);
    }
    for agreement in all(connection, sql::AGREEMENTS_ALL, params![tenant_id], rows::read)? {
        let agreement = agreements::with_items(connection, tenant, agreement)?;
        found.touched.agreements.insert(agreement.id, agreement);
    }
    let records: Vec<RecordRow> = all(connection, sql::RECORDS_ALL, params![tenant_id], rows::read)?;
    found.records = records
        .into_iter()
        .map(|row| (row.record.id, row))
        .collect::<BTreeMap<_, _>>();
    found.touched.records = found
        .records
        .values()
        .map(|row| (row.record.id, row.record.clone()))
        .collect();
    Ok(found)
}
