//! One try at changing what people chose: the people in hand, who is meant by a name (consent-tokens-and-preferences 5.2), and names
//! that change with them.

use std::collections::{BTreeMap, HashMap};

use consentry_domain::{
    SubjectId,
    decision::Door,
    subject::{Alias, Namespace, Subject, SubjectState},
};
use consentry_store::{Expect, Hash, Row, RowChange, RowKey};

use super::{
    PreferenceError, Whom,
    person::{Person, device_alias, organization_alias},
};
use crate::{
    Ledger, TenantSnapshot,
    erasure::Terms,
    error::Fault,
    subjects::{Origin, alias_hash},
};

/// Everything that is written at once, if nobody was faster.
pub(super) struct Attempt<'a> {
    pub(super) ledger: &'a Ledger,
    pub(super) tenant: &'a TenantSnapshot,
    pub(super) people: BTreeMap<SubjectId, Person>,
    /// Names that will be somebody else's.
    names: HashMap<Hash, Option<SubjectId>>,
    pub(super) expect: Vec<Expect>,
    pub(super) rows: Vec<RowChange>,
    /// How somebody is deleted; none: as this door's own requests ask.
    pub(super) terms: Option<Terms>,
}

impl<'a> Attempt<'a> {
    pub(super) fn new(ledger: &'a Ledger, tenant: &'a TenantSnapshot) -> Self {
        Self {
            ledger,
            tenant,
            people: BTreeMap::new(),
            names: HashMap::new(),
            expect: Vec::new(),
            rows: Vec::new(),
            terms: None,
        }
    }

    /// Whose name this is, once everything in hand is written.
    pub(super) async fn whose(&self, alias: &Alias) -> Result<Option<SubjectId>, Fault> {
        match self.names.get(&alias_hash(self.tenant, alias)) {
            Some(known) => Ok(*known),
            None => self.ledger.find_subject(self.tenant, alias).await,
        }
    }

    /// A person of whom something is kept.
    pub(super) async fn person(&mut self, subject: SubjectId) -> Result<Option<&mut Person>, Fault> {
        if !self.people.contains_key(&subject) {
            let found = self.ledger.person_with_preferences(self.tenant, subject).await?;
            if let Some(found) = found {
                self.people.insert(subject, found);
            }
        }
        Ok(self.people.get_mut(&subject))
    }

    /// The person who is meant, made where nobody is: in the order of 5.2.
    pub(super) async fn resolve(&mut self, whom: Whom<'_>) -> Result<SubjectId, PreferenceError> {
        let organization = whom
            .organization_user_id
            .map(|id| organization_alias(self.tenant, id));
        let device = whom.id.map(device_alias);
        let by_organization = match &organization {
            Some(alias) => self.whose(alias).await?,
            None => None,
        };
        let by_device = match &device {
            Some(alias) => self.whose(alias).await?,
            None => None,
        };
        let subject = match (by_organization, by_device) {
            (Some(person), Some(device)) if person != device => {
                self.absorb(device, person).await?;
                person
            }
            (Some(person), _) | (None, Some(person)) => person,
            (None, None) => match (&organization, &device) {
                (Some(alias), _) | (None, Some(alias)) => self.first_seen(alias).await?,
                (None, None) => {
                    let alias = device_alias(&self.ledger.fresh_id());
                    let subject = self.first_seen(&alias).await?;
                    self.begin(subject, &alias.value).await?;
                    subject
                }
            },
        };
        if self.person(subject).await?.is_none() {
            let id = match whom.id {
                Some(id) => id.to_owned(),
                None => self.ledger.fresh_id(),
            };
            self.begin(subject, &id).await?;
        }
        if let Some(id) = whom.id {
            self.add_device(subject, id).await?;
        }
        if let Some(id) = whom.organization_user_id {
            self.assign(subject, id).await?;
        }
        Ok(subject)
    }

    /// Makes somebody known.
    async fn first_seen(&self, alias: &Alias) -> Result<SubjectId, Fault> {
        let origin = Origin::at(Door::Preferences);
        self.ledger.subject_named(self.tenant, alias, origin).await
    }

    async fn begin(&mut self, subject: SubjectId, id: &str) -> Result<(), PreferenceError> {
        let person = self
            .ledger
            .new_person(self.tenant, subject, id.to_owned())
            .await?;
        self.people.insert(subject, person);
        self.name(subject, &device_alias(id)).await
    }

    async fn add_device(&mut self, subject: SubjectId, id: &str) -> Result<(), PreferenceError> {
        if let Some(person) = self.people.get_mut(&subject)
            && !person.body.devices.iter().any(|own| own == id)
        {
            person.body.devices.push(id.to_owned());
            person.is_changed = true;
        }
        self.name(subject, &device_alias(id)).await
    }

    /// Gives a person the name that the first party knows them by, if they have none yet.
    async fn assign(&mut self, subject: SubjectId, id: &str) -> Result<(), PreferenceError> {
        let Some(person) = self.people.get_mut(&subject) else {
            return Ok(());
        };
        match person.body.organization_user_id.as_deref() {
            Some(own) if own == id => return Ok(()),
            Some(_) => {
                return Err(PreferenceError::Conflict(
                    "the user has another organization_user_id",
                ));
            }
            None => {}
        }
        person.body.organization_user_id = Some(id.to_owned());
        person.is_changed = true;
        let alias = organization_alias(self.tenant, id);
        self.name(subject, &alias).await
    }

    /// Gives a person another name that the first party knows them by, or none.
    pub(super) async fn rename(&mut self, subject: SubjectId, id: &str) -> Result<(), PreferenceError> {
        let alias = organization_alias(self.tenant, id);
        if self.whose(&alias).await?.is_some_and(|owner| owner != subject) {
            return Err(PreferenceError::Conflict("the organization_user_id is in use"));
        }
        let Some(person) = self.people.get_mut(&subject) else {
            return Ok(());
        };
        let old = person.body.organization_user_id.replace(id.to_owned());
        if old.as_deref() == Some(id) {
            return Ok(());
        }
        person.is_changed = true;
        if let Some(old) = old {
            self.forget(&organization_alias(self.tenant, &old));
        }
        self.name(subject, &alias).await
    }

    /// Makes a name a person's, unless it is already.
    async fn name(&mut self, subject: SubjectId, alias: &Alias) -> Result<(), PreferenceError> {
        match self.whose(alias).await? {
            Some(owner) if owner == subject => return Ok(()),
            Some(_) => return Err(PreferenceError::Conflict("the name is another user's")),
            None => {}
        }
        let hash = alias_hash(self.tenant, alias);
        self.expect.push(Expect::Absent(RowKey::Alias(hash)));
        if let Some(person) = self.people.get_mut(&subject) {
            person.renamed.insert(alias.namespace);
        }
        self.put_name(subject, alias).await
    }

    async fn put_name(&mut self, subject: SubjectId, alias: &Alias) -> Result<(), PreferenceError> {
        let row = self.ledger.alias_of(self.tenant, subject, alias).await?;
        self.names.insert(row.hash, Some(subject));
        self.rows.push(RowChange::Put(Row::Alias(row)));
        Ok(())
    }

    /// A name is nobody's any more. One that other doors know the person by stays.
    pub(super) fn forget(&mut self, alias: &Alias) {
        if !matches!(alias.namespace, Namespace::Organization | Namespace::Device) {
            return;
        }
        let hash = alias_hash(self.tenant, alias);
        self.names.insert(hash, None);
        self.rows.push(RowChange::Delete(RowKey::Alias(hash)));
    }

    /// A device turns out to be a person's whom the first party knows: what was chosen there is theirs.
    async fn absorb(&mut self, device: SubjectId, into: SubjectId) -> Result<(), PreferenceError> {
        let Some(lone) = self.person(device).await? else {
            return Err(PreferenceError::Conflict("the id is another user's"));
        };
        if lone.body.organization_user_id.is_some() {
            return Err(PreferenceError::Conflict("the id is another user's"));
        }
        let devices = std::mem::take(&mut lone.body.devices);
        let mut absorbed = std::mem::take(&mut lone.body.absorbed);
        absorbed.push(device);
        let mut events = lone.hand_over();
        lone.is_gone = true;
        self.mark_merged(device, into).await?;
        if self.person(into).await?.is_none() {
            let first = devices.first().cloned().unwrap_or_default();
            let mut person = self.ledger.new_person(self.tenant, into, first).await?;
            person.body.devices.clear();
            self.people.insert(into, person);
        }
        for id in &devices {
            let alias = device_alias(id);
            self.expect
                .push(Expect::At(RowKey::Alias(alias_hash(self.tenant, &alias)), 1));
            self.put_name(into, &alias).await?;
        }
        if let Some(person) = self.people.get_mut(&into) {
            person.is_changed = true;
            person.merged.push(device);
            person.body.absorbed.extend(absorbed);
            person.body.devices.extend(devices);
            events.sort_by_key(|event| event.body.number);
            for mut event in events {
                event.body.number = person.body.next;
                person.body.next = person.body.next.saturating_add(1);
                event.is_changed = true;
                person.events.push(event);
            }
        }
        Ok(())
    }

    /// Whoever asks for the device by our own id learns that it is somebody else now.
    async fn mark_merged(&mut self, device: SubjectId, into: SubjectId) -> Result<(), Fault> {
        let store = &self.ledger.inner.store;
        let Some(known) = store.subject(self.tenant.id(), device).await? else {
            return Ok(());
        };
        self.expect
            .push(Expect::At(RowKey::Subject(device), known.version));
        self.rows.push(RowChange::Put(Row::Subject(Subject {
            version: known.version.saturating_add(1),
            state: SubjectState::Merged,
            merged_into: Some(into),
            ..known
        })));
        Ok(())
    }
}
