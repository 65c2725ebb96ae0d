//! From rows of tables to rows of the waist. The order of columns is that of the lists in [`crate::statements`].

use consentry_domain::{AgreementId, Consent, ConsentId, DefinitionKey, Slot, agreement::AgreementItem};
use consentry_store::{
    ConfigurationKind, ConfigurationRow, Hash, IdempotencyKey,
    stored::{self, Cells as _, Stored},
};
use tokio_postgres::Row;

use crate::{cells::Cells, fault::Result};

/// How many columns a record has.
pub(crate) const RECORD_COLUMNS: usize = 9;

/// A row of the table of what is read.
pub(crate) fn read<T: Stored>(row: &Row) -> Result<T> {
    T::read(&mut Cells::new(row, T::TABLE, T::KEYS))
}

/// The consent whose columns begin at `first`; none where the join found none.
pub(crate) fn consent_from(row: &Row, first: usize) -> Result<Option<Consent>> {
    let mut cells = Cells::from(row, Consent::TABLE, Consent::KEYS, first);
    if cells.is_missing()? {
        return Ok(None);
    }
    Consent::read(&mut cells).map(Some)
}

/// Slot, version and deciding consent.
pub(crate) fn slot(row: &Row) -> Result<(Slot, u32, ConsentId)> {
    stored::slot(&mut Cells::new(row, "slot", 5))
}

/// The agreement that an item belongs to, and the item.
pub(crate) fn agreement_item(row: &Row) -> Result<(AgreementId, AgreementItem)> {
    let mut cells = Cells::new(row, "agreement_consent", 2);
    Ok((
        cells.id("agreement", AgreementId::from_uuid)?,
        AgreementItem {
            definition: cells.named("definition", |text| DefinitionKey::parse(text).ok())?,
            consent: cells.id("consent", ConsentId::from_uuid)?,
        },
    ))
}

/// A remembered request, found by its key.
pub(crate) fn remembered(row: &Row, key: Hash) -> Result<IdempotencyKey> {
    stored::remembered(&mut Cells::new(row, "idempotency", 0), key)
}

pub(crate) fn configuration(kind: ConfigurationKind, row: &Row) -> Result<ConfigurationRow> {
    stored::configuration(&mut Cells::new(row, kind.table(), 2), kind)
}
