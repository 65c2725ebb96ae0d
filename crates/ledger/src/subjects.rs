//! People and their names. Two names become one person only by linking, never by looking alike.

use consentry_domain::{
    SubjectId,
    decision::{Actor, Door},
    subject::{Alias, Namespace, Subject, SubjectState},
};
use consentry_store::{
    AliasRow, ChangeSet, CommitError, Expect, Hash, NewEvent, Row, RowChange, RowKey, SubjectKeyRow,
};
use serde_json::{Map, Value, json};

use crate::{
    Ledger, TenantSnapshot,
    access::{Permit, Provision},
    environment::Ids,
    error::Fault,
    events,
    sealing::Key,
};

/// Where somebody becomes known, or is given another name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The door.
    pub door: Door,
    /// Whether another system knew them before, so that it is no news (enforcement-events-evidence EVT-15).
    pub is_imported: bool,
}

impl Origin {
    /// News at a door.
    pub const fn at(door: Door) -> Self {
        Self {
            door,
            is_imported: false,
        }
    }

    /// Taken over from another system.
    pub const fn import(door: Door) -> Self {
        Self {
            door,
            is_imported: true,
        }
    }
}

/// Why two names could not be linked.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The name already belongs to another person; merging people is a different act.
    #[error("the name already belongs to another person")]
    BelongsToAnother,
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Ledger {
    /// Whose name this is.
    pub async fn find_subject(
        &self,
        tenant: &TenantSnapshot,
        alias: &Alias,
    ) -> Result<Option<SubjectId>, Fault> {
        self.subject_of_name(tenant, alias_hash(tenant, alias)).await
    }

    /// Whose name this is, by its keyed hash.
    pub(crate) async fn subject_of_name(
        &self,
        tenant: &TenantSnapshot,
        hash: Hash,
    ) -> Result<Option<SubjectId>, Fault> {
        self.inner
            .names
            .get_or_read(&(tenant.id(), hash), async {
                let row = self.inner.store.alias(tenant.id(), hash).await?;
                Ok(row.map(|row| row.subject))
            })
            .await
    }

    /// Whose name this is; a person is made on first use, which is told. Two first uses at once lead to one person.
    pub async fn subject_named(
        &self,
        tenant: &TenantSnapshot,
        alias: &Alias,
        origin: Origin,
    ) -> Result<SubjectId, Fault> {
        self.subject_with_names(tenant, std::slice::from_ref(alias), SubjectState::Active, origin)
            .await
    }

    /// Whose name the first of these is. A new person begins in `state` and has all of them.
    pub(crate) async fn subject_with_names(
        &self,
        tenant: &TenantSnapshot,
        aliases: &[Alias],
        state: SubjectState,
        origin: Origin,
    ) -> Result<SubjectId, Fault> {
        let first = aliases.first().ok_or(Fault::Conflict)?;
        if let Some(subject) = self.find_subject(tenant, first).await? {
            return Ok(subject);
        }
        let (subject, mut change) = self.new_subject(tenant, state);
        for alias in aliases {
            change.rows.push(RowChange::Put(Row::Alias(self.alias_row(
                tenant,
                subject.id,
                &subject.key,
                alias,
            ))));
            change
                .expect
                .push(Expect::Absent(RowKey::Alias(alias_hash(tenant, alias))));
        }
        let names = aliases.iter().map(|alias| alias.namespace);
        change
            .events
            .push(self.of_names("subject.created", (subject.id, &subject.key), names, origin)?);
        match self.commit(change).await {
            Ok(_receipt) => Ok(subject.id),
            Err(CommitError::Taken) => self.find_subject(tenant, first).await?.ok_or(Fault::Conflict),
            Err(error) => Err(error.into()),
        }
    }

    /// That somebody came to be known, or is known by other names than before: the name spaces, and no name.
    pub(crate) fn of_names(
        &self,
        kind: &'static str,
        (subject, key): (SubjectId, &Key),
        names: impl IntoIterator<Item = Namespace>,
        origin: Origin,
    ) -> Result<NewEvent, Fault> {
        let mut spaces: Vec<&str> = names.into_iter().map(Namespace::as_str).collect();
        spaces.sort_unstable();
        spaces.dedup();
        let mut note = Map::new();
        note.insert("issuers".to_owned(), json!(spaces));
        if origin.is_imported {
            note.insert("imported".to_owned(), Value::Bool(true));
        }
        let ids = self.ids();
        let act = (ids.decision(subject), subject, origin.door);
        events::of_note_by(&ids, key, kind, act, Some(Actor::system()), note)
    }

    /// A person nobody has a name for yet: the placeholder of a record whose subject is unknown. Nobody came to be known by it, so that
    /// nothing is told.
    pub(crate) async fn unassigned_subject(&self, tenant: &TenantSnapshot) -> Result<SubjectId, Fault> {
        let (subject, change) = self.new_subject(tenant, SubjectState::Unassigned);
        let _receipt = self.commit(change).await?;
        Ok(subject.id)
    }

    /// Makes `alias` one more name of a person. Only for what proves that both are the same: provisioning, tenant rules, claims of a
    /// verified login.
    pub async fn link_alias(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<Provision>,
        subject: SubjectId,
        alias: &Alias,
    ) -> Result<(), LinkError> {
        tracing::debug!(caller = ?permit.caller(), namespace = alias.namespace.as_str(), "linking an alias");
        match self.find_subject(tenant, alias).await? {
            Some(owner) if owner == subject => return Ok(()),
            Some(_) => return Err(LinkError::BelongsToAnother),
            None => {}
        }
        let key = self.subject_key(tenant, subject).await?.ok_or(Fault::Conflict)?;
        let mut change = ChangeSet::new(tenant.id(), self.now());
        change
            .expect
            .push(Expect::Absent(RowKey::Alias(alias_hash(tenant, alias))));
        change.rows.push(RowChange::Put(Row::Alias(
            self.alias_row(tenant, subject, &key, alias),
        )));
        let names = [alias.namespace];
        change.events.push(self.of_names(
            "subject.updated",
            (subject, &key),
            names,
            Origin::at(Door::Operator),
        )?);
        match self.commit(change).await {
            Ok(_receipt) => Ok(()),
            Err(CommitError::Taken) => match self.find_subject(tenant, alias).await? {
                Some(owner) if owner == subject => Ok(()),
                _ => Err(LinkError::BelongsToAnother),
            },
            Err(error) => Err(Fault::from(error).into()),
        }
    }

    /// A person's name in a name space; none where they have none there. With several, the oldest.
    pub async fn name_of(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
        namespace: Namespace,
    ) -> Result<Option<String>, Fault> {
        let names = self.names_of(tenant, subject).await?;
        let named = names.into_iter().find(|(own, _)| *own == namespace);
        Ok(named.map(|(_, name)| name))
    }

    /// All names of a person, oldest first.
    pub(crate) async fn names_of(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
    ) -> Result<Vec<(Namespace, String)>, Fault> {
        let mut rows = self.inner.store.aliases_of(tenant.id(), subject).await?;
        rows.sort_by_key(|row| row.created_at);
        let Some(key) = self.subject_key(tenant, subject).await? else {
            return Ok(Vec::new());
        };
        let opened = rows.iter().map(|row| {
            let value = key.open(row.hash.as_bytes(), &row.sealed)?;
            let name = String::from_utf8(value).map_err(|error| Fault::Unreadable {
                what: "alias",
                why: error.to_string(),
            })?;
            Ok((row.namespace, name))
        });
        opened.collect()
    }

    fn new_subject(&self, tenant: &TenantSnapshot, state: SubjectState) -> (NewSubject, ChangeSet) {
        let now = self.now();
        let id = Ids {
            now,
            entropy: self.entropy(),
        }
        .subject();
        let key = Key::random(self.entropy());
        let mut change = ChangeSet::new(tenant.id(), now);
        change.rows.push(RowChange::Put(Row::Subject(Subject {
            id,
            version: 1,
            state,
            merged_into: None,
            created_at: now,
        })));
        change.rows.push(RowChange::Put(Row::SubjectKey(SubjectKeyRow {
            subject: id,
            wrapped: tenant.keys.wrap_subject_key(self.entropy(), id, &key),
        })));
        (NewSubject { id, key }, change)
    }

    /// A name of a person, as it is kept.
    pub(crate) async fn alias_of(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
        alias: &Alias,
    ) -> Result<AliasRow, Fault> {
        let key = self.subject_key(tenant, subject).await?.ok_or(Fault::Conflict)?;
        Ok(self.alias_row(tenant, subject, &key, alias))
    }

    fn alias_row(&self, tenant: &TenantSnapshot, subject: SubjectId, key: &Key, alias: &Alias) -> AliasRow {
        let hash = alias_hash(tenant, alias);
        AliasRow {
            hash,
            namespace: alias.namespace,
            subject,
            sealed: key.seal(self.entropy(), hash.as_bytes(), alias.value.as_bytes()),
            created_at: self.now(),
        }
    }
}

struct NewSubject {
    id: SubjectId,
    key: Key,
}

/// HMAC under which an alias is found (enforcement-events-evidence DSR-22).
pub(crate) fn alias_hash(tenant: &TenantSnapshot, alias: &Alias) -> Hash {
    tenant.keys.lookup(alias.namespace.as_str(), &alias.value)
}
