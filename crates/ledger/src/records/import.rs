//! Taking records over that another system kept (consent-api 17). Doing it twice changes nothing, and what stands here is never
//! written over.

use consentry_domain::{
    Command, Qualifier, RecordId, Rejection, Slot, SubjectId, Timestamp,
    command::{Act, Answer, ImportRecord},
    decision::{Actor, CredentialKind, Door, Role},
    dn::Dn,
};
use consentry_store::{Expect, RecordFound, RowKey, Seeds};
use futures_util::future::join_all;
use serde_json::{Value, value::RawValue};

use super::{
    audit::{self, Attributes, Document, Touched},
    details::{Details, same_value},
    identity::Identity,
    requester::dn_alias,
    rules::{self, Invalid, RecordWish, Settled},
    view::{Names, RecordView},
    writing::{self, texts_shown},
};
use crate::{
    Ledger, TenantSnapshot,
    access::{Permit, Provision},
    carry_out::{Plan, Updated},
    error::{DecisionError, Fault},
    import::{Imported, person_by_person},
    subjects::Origin,
};

/// A record as another system has it. Formats and sizes have been checked.
#[derive(Debug, Clone)]
pub struct ImportedRecord {
    /// Its id, which clients may have kept.
    pub id: RecordId,
    /// Whose it is.
    pub subject: ImportedIdentity,
    /// Who answered, where the other system says so.
    pub actor: Option<ImportedIdentity>,
    /// What it says.
    pub wish: RecordWish,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A subject or actor as another system has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedIdentity {
    /// As it was given there.
    pub text: String,
    /// The entry it meant there; none is found out here, as at the door.
    pub dn: Option<Dn>,
}

/// Why a record is not taken over.
#[derive(Debug, thiserror::Error)]
pub enum NotImported {
    /// Rules of consent-api 8.2 are broken.
    #[error("the record breaks {} rules", .0.len())]
    Invalid(Vec<Invalid>),
    /// It changed before it was made.
    #[error("it changed before it was made")]
    ChangedBeforeMade,
    /// It lies in the future.
    #[error("it changes in the future")]
    InTheFuture,
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// Why a record was not written.
enum NotWritten {
    /// It came to be in the meantime.
    Exists,
    Failed(DecisionError),
}

impl From<DecisionError> for NotWritten {
    fn from(error: DecisionError) -> Self {
        match error {
            DecisionError::Rejected(Rejection::RecordExists(_)) => Self::Exists,
            other => Self::Failed(other),
        }
    }
}

impl From<NotWritten> for Fault {
    fn from(error: NotWritten) -> Self {
        match error {
            NotWritten::Failed(DecisionError::Fault(fault)) => fault,
            NotWritten::Failed(other) => Self::Unreadable {
                what: "imported record",
                why: other.to_string(),
            },
            NotWritten::Exists => Self::Conflict,
        }
    }
}

impl Ledger {
    /// What importing a record would do. Nothing is written.
    pub async fn foresee_record(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Provision>,
        wanted: &ImportedRecord,
    ) -> Result<Imported, NotImported> {
        tracing::trace!(caller = ?permit.caller(), "looking at a record of another system");
        let seeds = Seeds {
            records: vec![wanted.id],
            ..Seeds::default()
        };
        let store = &self.inner.store;
        let rows = store.touched(tenant.id(), seeds).await.map_err(Fault::from)?;
        let found = rows.records.get(&wanted.id).zip(rows.touched.behind(wanted.id));
        let Some((row, consent)) = found else {
            if wanted.updated_at < wanted.created_at {
                return Err(NotImported::ChangedBeforeMade);
            }
            if wanted.updated_at > self.now() {
                return Err(NotImported::InTheFuture);
            }
            rules::settle(tenant, &wanted.wish, None).map_err(NotImported::Invalid)?;
            return Ok(Imported::Added);
        };
        if row.record.deleted {
            return Ok(Imported::Gone);
        }
        let found = RecordFound {
            row: row.clone(),
            consent: consent.clone(),
        };
        let Some(view) = self.view(tenant, &mut Names::default(), &found).await? else {
            return Ok(Imported::Gone);
        };
        // Time alone makes no difference: what ran out here was accepted there.
        let status = if consent.status.is_granting() && view.status.additional.is_none() {
            Answer::Accepted.as_str()
        } else {
            view.status.as_str()
        };
        let settled = rules::settle(tenant, &wanted.wish, Some(&view)).map_err(NotImported::Invalid)?;
        let different = different(wanted, &settled, &view, status);
        Ok(if different.is_empty() {
            Imported::Unchanged
        } else {
            Imported::Different(different)
        })
    }

    /// Takes records over; answers what became of each, in order. A record of a slot counts from when it was made, so their order
    /// does not matter. What a failure stops is done when it is done again.
    pub async fn import_records(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Provision>,
        records: &[ImportedRecord],
    ) -> Vec<Result<Imported, NotImported>> {
        let subjects = join_all(records.iter().map(async |record| {
            let imported = self.foresee_record(tenant, permit, record).await?;
            if imported != Imported::Added {
                return Ok(Err(imported));
            }
            let subject = self.identity_of(tenant, &record.subject).await?;
            let person = self
                .person_of(tenant, &subject, Origin::import(Door::Records))
                .await?;
            Ok::<_, NotImported>(Ok((person, subject)))
        }));
        person_by_person(subjects.await, async |index, person, subject| {
            match records.get(index) {
                Some(record) => self.import_record(tenant, permit, record, subject, person).await,
                None => Ok(Imported::Gone),
            }
        })
        .await
    }

    async fn import_record(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Provision>,
        wanted: &ImportedRecord,
        subject: Identity,
        person: SubjectId,
    ) -> Result<Imported, NotImported> {
        match self
            .write_imported(tenant, permit, wanted, subject, person)
            .await?
        {
            Ok(()) => Ok(Imported::Added),
            // The same id stands twice in a file.
            Err(NotWritten::Exists) => self.foresee_record(tenant, permit, wanted).await,
            Err(error) => Err(NotImported::Fault(error.into())),
        }
    }

    async fn write_imported(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Provision>,
        wanted: &ImportedRecord,
        subject: Identity,
        person: SubjectId,
    ) -> Result<Result<(), NotWritten>, NotImported> {
        let wish = &wanted.wish;
        let settled = rules::settle(tenant, wish, None).map_err(NotImported::Invalid)?;
        let actor = match &wanted.actor {
            Some(actor) if *actor == wanted.subject => Some(Identity {
                person: Some(person),
                ..subject.clone()
            }),
            Some(actor) => Some(self.identity_of(tenant, actor).await?),
            None => None,
        };
        let by = actor_of(person, actor.as_ref());
        let slot = Slot {
            subject: person,
            definition: settled.definition.clone(),
            audience: settled.audience.clone(),
            qualifier: Qualifier::none(),
        };
        let details = details(wanted, &settled, subject, actor);
        let consent = self.ids().consent(person);
        let mut bulk = self.sealed_bulk(tenant, person, wanted.id, &details).await?;
        bulk.updated = Updated::At(wanted.updated_at);
        let wording = settled
            .wording
            .as_ref()
            .map(|wording| (&slot.definition, wording));
        let act = Act {
            decision: self.ids().decision(person),
            subject: person,
            door: Door::Operator,
            actor: by,
            credential: CredentialKind::Operator,
            texts: texts_shown(tenant, wording),
            interaction: None,
            request: None,
        };
        let after = Document {
            status: wish.status.as_str(),
            slot: &slot,
            version: settled.version(),
            locale: settled.locale(),
            actions: wish.actions.as_ref(),
            details: &details,
        };
        let notes = audit::of_import(wanted.id, &after)?;
        let seeds = Seeds {
            agreements: self.agreements_around(tenant, &[&slot]).await?,
            slots: vec![slot.clone()],
            records: vec![wanted.id],
            ..Seeds::default()
        };
        let carried_out = self
            .carry_out::<_, NotWritten>(tenant, permit, seeds, |_before, _now| {
                Ok(Plan {
                    command: Some(Command::ImportRecord(ImportRecord {
                        act: act.clone(),
                        record: wanted.id,
                        consent,
                        slot: slot.clone(),
                        answer: wish.status.answer,
                        wording: settled.wording.clone(),
                        valid_until: writing::valid_until(
                            tenant,
                            &slot.definition,
                            wish.status.answer,
                            wanted.created_at,
                        ),
                        created_at: wanted.created_at,
                        updated_at: wanted.updated_at,
                        actions: wish.actions.clone(),
                    })),
                    expect: vec![Expect::Absent(RowKey::Record(person.shard(), wanted.id))],
                    bulk: Some(bulk.clone()),
                    notes: notes.clone(),
                    privileged: true,
                    ..Plan::default()
                })
            })
            .await;
        Ok(carried_out.map(|_done| ()))
    }

    /// Whom a subject or actor means: the entry the other system says, known here or not, else what the text means at the door.
    async fn identity_of(
        &self,
        tenant: &TenantSnapshot,
        imported: &ImportedIdentity,
    ) -> Result<Identity, Fault> {
        let text = imported.text.clone();
        if let Some(dn) = &imported.dn {
            return Ok(Identity {
                text,
                person: self.find_subject(tenant, &dn_alias(dn)).await?,
                dn: Some(dn.as_str().to_owned()),
            });
        }
        let mapped = self.map_identity(tenant, &text).await?;
        Ok(Identity {
            text,
            dn: mapped.dn,
            person: mapped.person,
        })
    }
}

/// Who took the decision that a record tells of. Somebody who is nobody known here is named as an account; where the other system
/// says nothing, nobody is.
fn actor_of(subject: SubjectId, actor: Option<&Identity>) -> Actor {
    let Some(actor) = actor else {
        return Actor::system();
    };
    match actor.person {
        Some(person) if person == subject => Actor::subject(subject),
        Some(person) => Actor {
            role: Role::Delegate,
            subject: Some(person),
            name: None,
        },
        None => Actor::staff(actor.dn.clone().unwrap_or_else(|| actor.text.clone())),
    }
}

fn details(
    wanted: &ImportedRecord,
    settled: &Settled,
    subject: Identity,
    actor: Option<Identity>,
) -> Details {
    let (actor, actor_dn) = actor.map(|actor| (actor.text, actor.dn)).unzip();
    Details {
        subject: subject.text,
        subject_dn: subject.dn,
        actor,
        actor_dn: actor_dn.flatten(),
        collaborators: wanted.wish.collaborators.clone(),
        lone_version: settled.lone_version,
        lone_locale: settled.lone_locale.clone(),
        title_text: settled.title_text.clone(),
        data_text: settled.data_text.clone(),
        purpose_text: settled.purpose_text.clone(),
        additional_status: wanted.wish.status.kept(1),
        data: wanted.wish.data.clone(),
        consent_context: wanted.wish.consent_context.clone(),
    }
}

/// The attributes in which a record of another system is not what stands here. An entry it does not name is not looked at: it was
/// found out here.
fn different(wanted: &ImportedRecord, settled: &Settled, view: &RecordView, status: &str) -> Vec<String> {
    let named = |imported: &ImportedIdentity, here: Option<&str>| Identity {
        text: imported.text.clone(),
        dn: match &imported.dn {
            Some(dn) => Some(dn.as_str().to_owned()),
            None => here.map(str::to_owned),
        },
        person: None,
    };
    let subject = named(&wanted.subject, view.subject_dn());
    let actor = wanted.actor.as_ref().map(|actor| named(actor, view.actor_dn()));
    let mut wished = details(wanted, settled, subject, actor);
    keep_spelling(&mut wished.data, view.data());
    keep_spelling(&mut wished.consent_context, view.consent_context());
    let slot = Slot {
        definition: settled.definition.clone(),
        audience: settled.audience.clone(),
        ..view.slot.clone()
    };
    let there = Document {
        status: wanted.wish.status.as_str(),
        slot: &slot,
        version: settled.version(),
        locale: settled.locale(),
        actions: wanted.wish.actions.as_ref(),
        details: &wished,
    };
    let here = Document {
        status,
        ..view.document()
    };
    let touched = Touched::between(
        &with_times(here.attributes(), view.created_at, view.updated_at),
        &with_times(there.attributes(), wanted.created_at, wanted.updated_at),
    );
    let mut names = [touched.added, touched.updated, touched.deleted].concat();
    names.sort_unstable();
    names
}

fn with_times(mut attributes: Attributes, created: Timestamp, updated: Timestamp) -> Attributes {
    let times = [("createdDate", created), ("updatedDate", updated)];
    attributes.extend(times.map(|(name, at)| (name.to_owned(), Value::from(at.to_rfc3339()))));
    attributes
}

/// JSON that has the value of what stands here is taken for it, however it is written.
fn keep_spelling(wished: &mut Option<Box<RawValue>>, here: Option<&RawValue>) {
    if let (Some(value), Some(here)) = (&wished, here)
        && same_value(value, here)
    {
        *wished = Some(here.to_owned());
    }
}
