//! What the columns of each row mean, in their order.

use consentry_domain::{
    Agreement, AgreementId, ApplicationId, Audience, ClientId, Consent, ConsentId, DecisionId, DefinitionKey,
    DeliveryId, EndpointId, EventId, GrantId, Qualifier, RecordId, Slot, Status, SubjectId, TenantId, Usage,
    decision::Door,
    grant::Grant,
    record::Record,
    scope::Scope,
    subject::{Namespace, Subject, SubjectState},
};

use super::{alike::Alike, cells::Cells, search_keys::read_keys};
use crate::{
    AccountRow, AliasRow, ConfigurationKind, ConfigurationRow, DeliveryRow, DeliveryStatus, EventHead,
    EventRow, Hash, IdempotencyKey, InteractionRow, JobRow, PreferenceKind, PreferenceRow, RecordRow,
    SubjectKeyRow, TokenKind, TokenRow, UseRow,
};

/// What is read from the columns of one table.
pub trait Stored: Sized {
    /// The table.
    const TABLE: &'static str;

    /// How many of the first columns name a row.
    const KEYS: usize;

    /// Reads the columns in their order.
    fn read<C: Cells>(cells: &mut C) -> Result<Self, C::Fault>;
}

impl Stored for Consent {
    const TABLE: &'static str = "consent";
    const KEYS: usize = 1;

    fn read<C: Cells>(cells: &mut C) -> Result<Self, C::Fault> {
        consent(cells, &mut Alike::default())
    }
}

/// A consent of several that are read one after the other.
pub fn consent<C: Cells>(cells: &mut C, alike: &mut Alike) -> Result<Consent, C::Fault> {
    let id = cells.id("id", ConsentId::from_uuid)?;
    let version = cells.number("version")?;
    let status = cells.named("status", Status::from_name)?;
    let slot = slot_at(cells)?;
    Ok(Consent {
        id,
        slot,
        version,
        status,
        wording: cells.optional_named("wording", |text| alike.wording.read(text))?,
        door: cells.named("door", Door::from_name)?,
        actor: cells.named("actor", |text| alike.actor.read(text))?,
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

impl Stored for UseRow {
    const TABLE: &'static str = "consent_use";
    const KEYS: usize = 1;

    fn read<C: Cells>(cells: &mut C) -> Result<Self, C::Fault> {
        Ok(UseRow {
            consent: cells.id("consent", ConsentId::from_uuid)?,
            version: cells.number("version")?,
            subject: cells.id("subject", SubjectId::from_uuid)?,
            usage: Usage::from_stored(
                cells.optional_time("last_used_at")?,
                cells.optional_time("last_refused_at")?,
                cells.optional_time("last_issued_at")?,
                cells.number("days")?,
            ),
            accounts: cells.optional_json("accounts")?.unwrap_or_default(),
        })
    }
}

/// Without its items.
impl Stored for Agreement {
    const TABLE: &'static str = "agreement";
    const KEYS: usize = 1;

    fn read<C: Cells>(cells: &mut C) -> Result<Self, C::Fault> {
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
            accounts: cells.optional_json("accounts")?.unwrap_or_default(),
            renewed_at: cells.optional_time("renewed_at")?,
        })
    }
}

impl Stored for RecordRow {
    const TABLE: &'static str = "record";
    const KEYS: usize = 1;

    fn read<C: Cells>(cells: &mut C) -> Result<Self, C::Fault> {
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
}

impl Stored for Grant {
    const TABLE: &'static str = "oauth_grant";
    const KEYS: usize = 1;

    fn read<C: Cells>(cells: &mut C) -> Result<Self, C::Fault> {
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
}

impl Stored for TokenRow {
    const TABLE: &'static str = "token";
    const KEYS: usize = 1;

    fn read<C: Cells>(cells: &mut C) -> Result<Self, C::Fault> {
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
}

impl Stored for InteractionRow {
    const TABLE: &'static str = "interaction";
    const KEYS: usize = 1;

    fn read<C: Cells>(cells: &mut C) -> Result<Self, C::Fault> {
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
}

impl Stored for Subject {
    const TABLE: &'static str = "subject";
    const KEYS: usize = 1;

    fn read<C: Cells>(cells: &mut C) -> Result<Self, C::Fault> {
        Ok(Subject {
            id: cells.id("id", SubjectId::from_uuid)?,
            version: cells.number("version")?,
            state: cells.named("state", SubjectState::from_name)?,
            merged_into: cells.optional_id("merged_into", SubjectId::from_uuid)?,
            created_at: cells.time("created_at")?,
        })
    }
}

impl Stored for AliasRow {
    const TABLE: &'static str = "subject_alias";
    const KEYS: usize = 1;

    fn read<C: Cells>(cells: &mut C) -> Result<Self, C::Fault> {
        Ok(AliasRow {
            hash: cells.hash("hash")?,
            namespace: cells.named("namespace", Namespace::from_name)?,
            subject: cells.id("subject", SubjectId::from_uuid)?,
            sealed: cells.bytes("sealed")?,
            created_at: cells.time("created_at")?,
        })
    }
}

impl Stored for AccountRow {
    const TABLE: &'static str = "account";
    const KEYS: usize = 1;

    fn read<C: Cells>(cells: &mut C) -> Result<Self, C::Fault> {
        Ok(AccountRow {
            subject: cells.id("subject", SubjectId::from_uuid)?,
            version: cells.number("version")?,
            password_hash: cells.optional_text("password_hash")?,
            disabled: cells.boolean("disabled")?,
            applications: cells.json("applications")?,
            contact: cells.optional_bytes("contact")?,
            passkeys: cells.optional_bytes("passkeys")?,
            holdings: cells.optional_bytes("holdings")?,
            profile: cells.optional_bytes("profile")?,
        })
    }
}

impl Stored for SubjectKeyRow {
    const TABLE: &'static str = "subject_key";
    const KEYS: usize = 1;

    fn read<C: Cells>(cells: &mut C) -> Result<Self, C::Fault> {
        Ok(SubjectKeyRow {
            subject: cells.id("subject", SubjectId::from_uuid)?,
            wrapped: cells.bytes("wrapped")?,
        })
    }
}

impl Stored for EventRow {
    const TABLE: &'static str = "consent_event";
    const KEYS: usize = 1;

    fn read<C: Cells>(cells: &mut C) -> Result<Self, C::Fault> {
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
}

impl Stored for EventHead {
    const TABLE: &'static str = "consent_event";
    const KEYS: usize = 1;

    fn read<C: Cells>(cells: &mut C) -> Result<Self, C::Fault> {
        Ok(EventHead {
            index: cells.number("idx")?,
            kind: cells.text("kind")?,
            subject: cells.optional_id("subject", SubjectId::from_uuid)?,
        })
    }
}

impl Stored for PreferenceRow {
    const TABLE: &'static str = "preference";
    const KEYS: usize = 1;

    fn read<C: Cells>(cells: &mut C) -> Result<Self, C::Fault> {
        Ok(PreferenceRow {
            hash: cells.hash("hash")?,
            kind: cells.named("kind", PreferenceKind::from_name)?,
            version: cells.number("version")?,
            subject: cells.id("subject", SubjectId::from_uuid)?,
            created_at: cells.time("created_at")?,
            sealed: cells.bytes("sealed")?,
        })
    }
}

impl Stored for JobRow {
    const TABLE: &'static str = "job";
    const KEYS: usize = 2;

    fn read<C: Cells>(cells: &mut C) -> Result<Self, C::Fault> {
        Ok(JobRow {
            kind: cells.text("kind")?,
            key: cells.text("key")?,
            version: cells.number("version")?,
            due_at: cells.time("due_at")?,
            holder: cells.optional_text("holder")?,
            held_until: cells.optional_time("held_until")?,
            attempts: cells.number("attempts")?,
            last_error: cells.optional_text("last_error")?,
            detail: cells.text("detail")?,
        })
    }
}

impl Stored for DeliveryRow {
    const TABLE: &'static str = "delivery";
    const KEYS: usize = 1;

    fn read<C: Cells>(cells: &mut C) -> Result<Self, C::Fault> {
        Ok(DeliveryRow {
            id: cells.id("id", DeliveryId::from_uuid)?,
            version: cells.number("version")?,
            endpoint: cells.id("endpoint", EndpointId::from_uuid)?,
            number: cells.number("number")?,
            event: cells.id("event", EventId::from_uuid)?,
            index: cells.number("idx")?,
            kind: cells.text("kind")?,
            status: cells.named("status", DeliveryStatus::from_name)?,
            due_at: cells.time("due_at")?,
            attempts: cells.number("attempts")?,
            created_at: cells.time("created_at")?,
            finished_at: cells.optional_time("finished_at")?,
            detail: cells.text("detail")?,
        })
    }
}

/// Slot, version and deciding consent.
pub fn slot<C: Cells>(cells: &mut C) -> Result<(Slot, u32, ConsentId), C::Fault> {
    let slot = slot_at(cells)?;
    Ok((
        slot,
        cells.number("version")?,
        cells.id("consent", ConsentId::from_uuid)?,
    ))
}

/// The columns of a slot among others.
pub fn slot_at<C: Cells>(cells: &mut C) -> Result<Slot, C::Fault> {
    Ok(Slot {
        subject: cells.id("subject", SubjectId::from_uuid)?,
        definition: cells.named("definition", |text| DefinitionKey::parse(text).ok())?,
        audience: cells.pair(["audience_kind", "audience"], Audience::from_parts)?,
        qualifier: Qualifier::from_stored(cells.text("qualifier")?),
    })
}

/// A remembered request, found by its key.
pub fn remembered<C: Cells>(cells: &mut C, key: Hash) -> Result<IdempotencyKey, C::Fault> {
    Ok(IdempotencyKey {
        key,
        fingerprint: cells.hash("fingerprint")?,
        reference: cells.text("reference")?,
        expires_at: cells.time("expires_at")?,
    })
}

/// Configuration of one kind, all of which have the same columns.
pub fn configuration<C: Cells>(cells: &mut C, kind: ConfigurationKind) -> Result<ConfigurationRow, C::Fault> {
    Ok(ConfigurationRow {
        kind,
        tenant: cells.id("tenant", TenantId::from_uuid)?,
        id: cells.text("id")?,
        version: cells.number("version")?,
        body: cells.text("body")?,
    })
}
