//! From rows of tables to rows of the waist. The order of columns is that of the lists in [`crate::statements`].

use consentry_domain::{
    Agreement, AgreementId, ApplicationId, Audience, ClientId, Consent, ConsentId, DecisionId, DefinitionKey,
    EventId, GrantId, Qualifier, RecordId, Slot, Status, SubjectId, TenantId, Usage,
    decision::Door,
    grant::Grant,
    record::Record,
    scope::Scope,
    subject::{Namespace, Subject, SubjectState},
};
use consentry_store::{
    AccountRow, AliasRow, ConfigurationKind, ConfigurationRow, EventRow, Hash, IdempotencyKey,
    InteractionRow, RecordRow, SubjectKeyRow, TokenKind, TokenRow, UseRow, row::RecordKey,
};
use rusqlite::Row;

use crate::{cells::Cells, fault::Result};

pub(crate) fn consent(row: &Row<'_>) -> Result<Consent> {
    let mut cells = Cells::new(row, "consent", 1);
    let id = cells.id("id", ConsentId::from_uuid)?;
    let version = cells.number("version")?;
    let status = cells.named("status", Status::from_name)?;
    let slot = slot_cells(&mut cells)?;
    Ok(Consent {
        id,
        slot,
        version,
        status,
        wording: cells.optional_json("wording")?,
        door: cells.named("door", Door::from_name)?,
        actor: cells.json("actor")?,
        decision: cells.id("decision", DecisionId::from_uuid)?,
        record: cells.id("record", RecordId::from_uuid)?,
        agreement: cells.optional_id("agreement", AgreementId::from_uuid)?,
        created_at: cells.time("created_at")?,
        updated_at: cells.time("updated_at")?,
        valid_from: cells.optional_time("valid_from")?,
        valid_until: cells.optional_time("valid_until")?,
        ended: cells.optional_json("ended")?,
        actions: cells.optional_json("actions")?,
    })
}

/// How a consent was used.
pub(crate) fn usage(row: &Row<'_>) -> Result<UseRow> {
    let mut cells = Cells::new(row, "consent_use", 1);
    Ok(UseRow {
        consent: cells.id("consent", ConsentId::from_uuid)?,
        version: cells.number("version")?,
        subject: cells.id("subject", SubjectId::from_uuid)?,
        usage: Usage::from_stored(
            cells.optional_time("last_used_at")?,
            cells.optional_time("last_refused_at")?,
            cells.number("days")?,
        ),
    })
}

/// Slot, version and deciding consent.
pub(crate) fn slot(row: &Row<'_>) -> Result<(Slot, u32, ConsentId)> {
    let mut cells = Cells::new(row, "slot", 5);
    let slot = slot_cells(&mut cells)?;
    Ok((
        slot,
        cells.number("version")?,
        cells.id("consent", ConsentId::from_uuid)?,
    ))
}

fn slot_cells(cells: &mut Cells<'_, '_>) -> Result<Slot> {
    Ok(Slot {
        subject: cells.id("subject", SubjectId::from_uuid)?,
        definition: cells.named("definition", |text| DefinitionKey::parse(text).ok())?,
        audience: cells.pair(["audience_kind", "audience"], Audience::from_parts)?,
        qualifier: Qualifier::from_stored(cells.text("qualifier")?),
    })
}

/// Deciding consent and version of a slot that was asked for by its key.
pub(crate) fn pointer(row: &Row<'_>) -> Result<(ConsentId, u32)> {
    let mut cells = Cells::new(row, "slot", 1);
    Ok((
        cells.id("consent", ConsentId::from_uuid)?,
        cells.number("version")?,
    ))
}

/// An agreement without its items.
pub(crate) fn agreement(row: &Row<'_>) -> Result<Agreement> {
    let mut cells = Cells::new(row, "agreement", 1);
    Ok(Agreement {
        id: cells.id("id", AgreementId::from_uuid)?,
        version: cells.number("version")?,
        subject: cells.id("subject", SubjectId::from_uuid)?,
        application: cells.id("application", ApplicationId::from_uuid)?,
        client: cells.named("client", |text| ClientId::parse(text).ok())?,
        qualifier: Qualifier::from_stored(cells.text("qualifier")?),
        items: Vec::new(),
        decision: cells.id("decision", DecisionId::from_uuid)?,
        created_at: cells.time("created_at")?,
        updated_at: cells.time("updated_at")?,
        valid_until: cells.optional_time("valid_until")?,
        disclosure: cells.json("disclosure")?,
        ended: cells.optional_json("ended")?,
    })
}

pub(crate) fn agreement_item(row: &Row<'_>) -> Result<consentry_domain::agreement::AgreementItem> {
    let mut cells = Cells::new(row, "agreement_consent", 2);
    Ok(consentry_domain::agreement::AgreementItem {
        definition: cells.named("definition", |text| DefinitionKey::parse(text).ok())?,
        consent: cells.id("consent", ConsentId::from_uuid)?,
    })
}

pub(crate) fn record(row: &Row<'_>) -> Result<RecordRow> {
    let mut cells = Cells::new(row, "record", 1);
    let id = cells.id("id", RecordId::from_uuid)?;
    let version = cells.number("version")?;
    let subject = cells.id("subject", SubjectId::from_uuid)?;
    let consent = cells.id("consent", ConsentId::from_uuid)?;
    let deleted = cells.boolean("deleted")?;
    let created_at = cells.time("created_at")?;
    Ok(RecordRow {
        record: Record {
            id,
            subject,
            consent,
            created_at,
            deleted,
        },
        version,
        updated_at: cells.time("updated_at")?,
        keys: cells
            .optional_named("search_keys", read_keys)?
            .unwrap_or_default(),
        sealed: cells.optional_bytes("sealed")?,
    })
}

/// What a record can be searched by, as it is kept in the record's own row; none for the empty list.
pub(crate) fn write_keys(keys: &[(RecordKey, Hash)]) -> Result<Option<String>> {
    if keys.is_empty() {
        return Ok(None);
    }
    let named: Vec<(&str, String)> = keys
        .iter()
        .map(|(kind, hash)| (kind.as_str(), hex(hash)))
        .collect();
    Ok(Some(serde_json::to_string(&named)?))
}

/// Reads what [`write_keys`] wrote.
pub(crate) fn read_keys(text: &str) -> Option<Vec<(RecordKey, Hash)>> {
    let named: Vec<(String, String)> = serde_json::from_str(text).ok()?;
    named
        .into_iter()
        .map(|(kind, hash)| Some((RecordKey::from_name(&kind)?, from_hex(&hash)?)))
        .collect()
}

fn hex(hash: &Hash) -> String {
    use std::fmt::Write as _;
    hash.as_bytes()
        .iter()
        .fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

fn from_hex(text: &str) -> Option<Hash> {
    let mut bytes = [0_u8; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(Hash::new(bytes))
}

pub(crate) fn grant(row: &Row<'_>) -> Result<Grant> {
    let mut cells = Cells::new(row, "oauth_grant", 1);
    Ok(Grant {
        id: cells.id("id", GrantId::from_uuid)?,
        version: cells.number("version")?,
        subject: cells.id("subject", SubjectId::from_uuid)?,
        application: cells.id("application", ApplicationId::from_uuid)?,
        client: cells.named("client", |text| ClientId::parse(text).ok())?,
        agreement: cells.optional_id("agreement", AgreementId::from_uuid)?,
        scope: cells.named("scope", |text| Scope::parse(text).ok())?,
        resources: cells.json("resources")?,
        qualifier: Qualifier::from_stored(cells.text("qualifier")?),
        session: cells.optional_text("session")?,
        offline: cells.boolean("offline")?,
        auth_time: cells.time("auth_time")?,
        amr: cells.json("amr")?,
        created_at: cells.time("created_at")?,
        expires_at: cells.time("expires_at")?,
        ended: cells.optional_json("ended")?,
    })
}

/// A remembered request, found by its key.
pub(crate) fn remembered(row: &Row<'_>, key: Hash) -> Result<IdempotencyKey> {
    let mut cells = Cells::new(row, "idempotency", 0);
    Ok(IdempotencyKey {
        key,
        fingerprint: cells.hash("fingerprint")?,
        reference: cells.text("reference")?,
        expires_at: cells.time("expires_at")?,
    })
}

pub(crate) fn token(row: &Row<'_>) -> Result<TokenRow> {
    let mut cells = Cells::new(row, "token", 1);
    Ok(TokenRow {
        hash: cells.hash("hash")?,
        kind: cells.named("kind", TokenKind::from_name)?,
        version: cells.number("version")?,
        subject: cells.optional_id("subject", SubjectId::from_uuid)?,
        client: cells.optional_text("client")?,
        grant: cells.optional_id("oauth_grant", GrantId::from_uuid)?,
        issued_at: cells.time("issued_at")?,
        expires_at: cells.time("expires_at")?,
        consumed_at: cells.optional_time("consumed_at")?,
        revoked_at: cells.optional_time("revoked_at")?,
        failures: cells.number("failures")?,
        detail: cells.text("detail")?,
    })
}

pub(crate) fn interaction(row: &Row<'_>) -> Result<InteractionRow> {
    let mut cells = Cells::new(row, "interaction", 1);
    Ok(InteractionRow {
        hash: cells.hash("hash")?,
        version: cells.number("version")?,
        browser: cells.hash("browser")?,
        subject: cells.optional_id("subject", SubjectId::from_uuid)?,
        expires_at: cells.time("expires_at")?,
        created_at: cells.time("created_at")?,
        terminal: cells.boolean("terminal")?,
        detail: cells.text("detail")?,
    })
}

pub(crate) fn subject(row: &Row<'_>) -> Result<Subject> {
    let mut cells = Cells::new(row, "subject", 1);
    Ok(Subject {
        id: cells.id("id", SubjectId::from_uuid)?,
        version: cells.number("version")?,
        state: cells.named("state", SubjectState::from_name)?,
        merged_into: cells.optional_id("merged_into", SubjectId::from_uuid)?,
        created_at: cells.time("created_at")?,
    })
}

pub(crate) fn alias(row: &Row<'_>) -> Result<AliasRow> {
    let mut cells = Cells::new(row, "subject_alias", 1);
    Ok(AliasRow {
        hash: cells.hash("hash")?,
        namespace: cells.named("namespace", Namespace::from_name)?,
        subject: cells.id("subject", SubjectId::from_uuid)?,
        sealed: cells.bytes("sealed")?,
        created_at: cells.time("created_at")?,
    })
}

pub(crate) fn account(row: &Row<'_>) -> Result<AccountRow> {
    let mut cells = Cells::new(row, "account", 1);
    Ok(AccountRow {
        subject: cells.id("subject", SubjectId::from_uuid)?,
        version: cells.number("version")?,
        password_hash: cells.optional_text("password_hash")?,
        disabled: cells.boolean("disabled")?,
        applications: cells.json("applications")?,
        contact: cells.optional_bytes("contact")?,
    })
}

pub(crate) fn subject_key(row: &Row<'_>) -> Result<SubjectKeyRow> {
    let mut cells = Cells::new(row, "subject_key", 1);
    Ok(SubjectKeyRow {
        subject: cells.id("subject", SubjectId::from_uuid)?,
        wrapped: cells.bytes("wrapped")?,
    })
}

pub(crate) fn event(row: &Row<'_>) -> Result<EventRow> {
    let mut cells = Cells::new(row, "consent_event", 1);
    Ok(EventRow {
        index: cells.number("idx")?,
        id: cells.id("id", EventId::from_uuid)?,
        kind: cells.text("kind")?,
        at: cells.time("at")?,
        leaf: cells.bytes("leaf")?,
        sealed: cells.optional_bytes("sealed")?,
        salt: cells.optional_hash("salt")?,
        chain: cells.hash("hash")?,
        subject: cells.optional_id("subject", SubjectId::from_uuid)?,
        door: cells.optional_named("door", Door::from_name)?,
    })
}

pub(crate) fn configuration(kind: ConfigurationKind, row: &Row<'_>) -> Result<ConfigurationRow> {
    let mut cells = Cells::new(row, kind.table(), 2);
    Ok(ConfigurationRow {
        kind,
        tenant: cells.id("tenant", TenantId::from_uuid)?,
        id: cells.text("id")?,
        version: cells.number("version")?,
        body: cells.text("body")?,
    })
}
