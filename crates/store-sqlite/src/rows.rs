//! From rows of tables to rows of the waist. The order of columns is that of the lists in [`crate::statements`].

use consentry_domain::{ConsentId, DefinitionKey, Slot, agreement::AgreementItem};
use consentry_store::{
    ConfigurationKind, ConfigurationRow, Hash, IdempotencyKey,
    stored::{self, Cells as _, Stored},
};
use rusqlite::Row;

use crate::{cells::Cells, fault::Result};

/// A row of the table of what is read.
pub(crate) fn read<T: Stored>(row: &Row<'_>) -> Result<T> {
    T::read(&mut Cells::new(row, T::TABLE, T::KEYS))
}

/// Slot, version and deciding consent.
pub(crate) fn slot(row: &Row<'_>) -> Result<(Slot, u32, ConsentId)> {
    stored::slot(&mut Cells::new(row, "slot", 5))
}

/// Deciding consent and version of a slot that was asked for by its key.
pub(crate) fn pointer(row: &Row<'_>) -> Result<(ConsentId, u32)> {
    let mut cells = Cells::new(row, "slot", 1);
    Ok((
        cells.id("consent", ConsentId::from_uuid)?,
        cells.number("version")?,
    ))
}

pub(crate) fn agreement_item(row: &Row<'_>) -> Result<AgreementItem> {
    let mut cells = Cells::new(row, "agreement_consent", 2);
    Ok(AgreementItem {
        definition: cells.named("definition", |text| DefinitionKey::parse(text).ok())?,
        consent: cells.id("consent", ConsentId::from_uuid)?,
    })
}

/// A remembered request, found by its key.
pub(crate) fn remembered(row: &Row<'_>, key: Hash) -> Result<IdempotencyKey> {
    stored::remembered(&mut Cells::new(row, "idempotency", 0), key)
}

pub(crate) fn configuration(kind: ConfigurationKind, row: &Row<'_>) -> Result<ConfigurationRow> {
    stored::configuration(&mut Cells::new(row, kind.table(), 2), kind)
}
