//! Whom a text means: the record mapper (consent-api 5.4, 9.3, 12.3).

use std::collections::BTreeSet;

use consentry_domain::{
    SubjectId,
    dn::Dn,
    subject::{Alias, Namespace, SubjectState},
    tenant::MatchAttribute,
};

use super::{
    live::LiveQuestion,
    requester::{Requester, dn_alias, is_privileged_entry},
    view::RecordView,
};
use crate::{Ledger, TenantSnapshot, error::Fault, subjects::Origin};

/// A subject or actor: the text that was given, the distinguished name it maps to, and the person it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    /// As given, or as the requester's default.
    pub text: String,
    /// Absent where nothing, or more than one entry, fits.
    pub dn: Option<String>,
    /// Absent where nobody is known by it yet.
    pub person: Option<SubjectId>,
}

/// What a request says about subject and actor.
#[derive(Debug, Clone, Copy, Default)]
pub struct NamedIdentities<'a> {
    /// `subject` as sent.
    pub subject: Option<&'a str>,
    /// `actor` as sent.
    pub actor: Option<&'a str>,
    /// The record that is changed; none where one is made.
    pub before: Option<&'a RecordView>,
    /// Whether the request is the whole record, so that what it leaves out has no value of its own (consent-api 8.3).
    pub is_whole: bool,
}

/// The subject and actor of a request, resolved for who asks and allowed to them. Absent ones are left to the use case's default.
#[derive(Debug, Clone)]
pub struct Identities {
    pub(crate) subject: Option<Identity>,
    pub(crate) actor: Option<Identity>,
}

/// Why identities were not resolved.
#[derive(Debug, thiserror::Error)]
pub enum ForeignIdentity {
    /// An ordinary requester named somebody else.
    #[error("the {attribute} is somebody other than the requester")]
    Foreign {
        /// `subject` or `actor`.
        attribute: &'static str,
    },
    /// The record's actor is nobody with a distinguished name; only a privileged requester changes it (consent-api 5.2).
    #[error("the actor of the record has no distinguished name")]
    NamelessActor,
    /// The record's actor is somebody else, and the tenant lets nobody but a privileged requester change it (consent-api 5.5).
    #[error("the actor of the record is somebody other than the requester")]
    ForeignActor,
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What a text maps to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Mapped {
    pub dn: Option<String>,
    pub person: Option<SubjectId>,
}

impl Ledger {
    /// Resolves the subject and actor that a request names. An ordinary requester may name nobody but themself; what is stored
    /// then is the default of consent-api 5.3. Repeating what the record says already is naming nobody.
    pub async fn resolve_identities(
        &self,
        tenant: &TenantSnapshot,
        requester: &Requester,
        named: NamedIdentities<'_>,
    ) -> Result<Identities, ForeignIdentity> {
        let NamedIdentities {
            subject,
            actor,
            before,
            is_whole,
        } = named;
        if let Some(before) = before {
            check_actor(tenant, requester, before)?;
        }
        let is_mine = before.is_some_and(|before| acts_in_own_name(requester, before));
        let repeats_subject = before.is_some_and(|before| subject == Some(before.subject()));
        let repeats_actor = is_mine && before.is_some_and(|before| actor == before.actor());
        let own = || {
            (is_whole && before.is_some() && !requester.is_privileged()).then(|| requester.identity().clone())
        };
        let subject = match subject {
            None => own(),
            Some(_) if repeats_subject => None,
            Some(text) => Some(self.resolve_identity(tenant, requester, "subject", text).await?),
        };
        let actor = match actor {
            None => own(),
            Some(_) if repeats_actor => None,
            Some(text) => Some(self.resolve_identity(tenant, requester, "actor", text).await?),
        };
        Ok(Identities { subject, actor })
    }

    async fn resolve_identity(
        &self,
        tenant: &TenantSnapshot,
        requester: &Requester,
        attribute: &'static str,
        text: &str,
    ) -> Result<Identity, ForeignIdentity> {
        if requester.is_privileged() {
            let mapped = self.map_identity(tenant, text).await?;
            return Ok(Identity {
                text: text.to_owned(),
                dn: mapped.dn,
                person: mapped.person,
            });
        }
        if self.is_self(tenant, requester, text).await? {
            Ok(requester.identity().clone())
        } else {
            Err(ForeignIdentity::Foreign { attribute })
        }
    }

    /// Whether a text means the requester: their default, their distinguished name in any spelling, or what maps to it.
    pub(crate) async fn is_self(
        &self,
        tenant: &TenantSnapshot,
        requester: &Requester,
        text: &str,
    ) -> Result<bool, Fault> {
        if text == requester.identity().text || requester.dn().names(text) {
            return Ok(true);
        }
        let mapped = self.map_identity(tenant, text).await?;
        Ok(mapped.dn.is_some_and(|dn| requester.dn().names(&dn)))
    }

    /// The record mappers: a distinguished name of an entry, then each configured mapper in order, the first hit wins; without any
    /// configuration the directory as a whole. A text no mapper knows may still be one a record was made with before: then it
    /// means the same person again.
    pub(crate) async fn map_identity(&self, tenant: &TenantSnapshot, text: &str) -> Result<Mapped, Fault> {
        if let Some(entry) = self.entry_by_dn(tenant, text).await? {
            return Ok(entry);
        }
        let hit = match &tenant.tenant.records.record_identity_mappers {
            None => self.search_directory(tenant, text).await?,
            Some(names) => {
                let mut hit = None;
                for name in names {
                    hit = self.run_mapper(tenant, name, text).await?;
                    if hit.is_some() {
                        break;
                    }
                }
                hit
            }
        };
        if let Some(hit) = hit {
            return Ok(hit);
        }
        Ok(Mapped {
            dn: None,
            person: self
                .find_subject(tenant, &Alias::new(Namespace::RecordSubject, text))
                .await?,
        })
    }

    /// The entry whose distinguished name a text is, in any spelling.
    pub(crate) async fn entry_by_dn(
        &self,
        tenant: &TenantSnapshot,
        text: &str,
    ) -> Result<Option<Mapped>, Fault> {
        let Ok(dn) = Dn::parse(text) else { return Ok(None) };
        let person = self.find_subject(tenant, &dn_alias(&dn)).await?;
        if person.is_some() || tenant.principals.named(&dn).is_some() {
            return Ok(Some(Mapped {
                dn: Some(dn.into()),
                person,
            }));
        }
        self.entry_listed(tenant, LiveQuestion::Named(&dn)).await
    }

    /// The entry that the directories asked live have.
    pub(crate) async fn entry_listed(
        &self,
        tenant: &TenantSnapshot,
        question: LiveQuestion<'_>,
    ) -> Result<Option<Mapped>, Fault> {
        let Some(listed) = self.ask_directories(tenant, question).await? else {
            return Ok(None);
        };
        let dn = listed.entry.dn;
        let person = self.find_subject(tenant, &dn_alias(&dn)).await?;
        Ok(Some(Mapped {
            dn: Some(dn.into()),
            person,
        }))
    }

    /// The directory as a whole: names of accounts, login names, customer ids, and the ids people have at the authorization door.
    /// Exactly one hit maps; none or several do not. Where nothing of our own fits, directories that are asked live may know it.
    pub(crate) async fn search_directory(
        &self,
        tenant: &TenantSnapshot,
        text: &str,
    ) -> Result<Option<Mapped>, Fault> {
        let mut hits = BTreeSet::new();
        let mut persons = BTreeSet::new();
        for namespace in [Namespace::Login, Namespace::Customer] {
            persons.extend(self.find_subject(tenant, &Alias::new(namespace, text)).await?);
        }
        persons.extend(self.subject_with_id(tenant, text).await?);
        for person in persons {
            hits.insert((self.dn_of(tenant, person).await?.map(String::from), Some(person)));
        }
        for entry in tenant.principals.called(text) {
            let Ok(dn) = Dn::parse(&entry.dn) else { continue };
            let person = self.find_subject(tenant, &dn_alias(&dn)).await?;
            hits.insert((Some(dn.into()), person));
        }
        let mut hits = hits.into_iter();
        match (hits.next(), hits.next()) {
            (Some((dn, person)), None) => Ok(Some(Mapped { dn, person })),
            (Some(_), Some(_)) => Ok(None),
            (None, _) => {
                let anything = LiveQuestion::Matching {
                    attributes: MatchAttribute::ALL,
                    text,
                    bases: &[],
                };
                self.entry_listed(tenant, anything).await
            }
        }
    }

    /// The person whose slots a record of this identity stands in; made where nobody is known by it yet. A privileged directory
    /// entry that is nobody's gets a placeholder per record, so that one account with a million records touches no row twice.
    pub(crate) async fn person_of(
        &self,
        tenant: &TenantSnapshot,
        identity: &Identity,
        origin: Origin,
    ) -> Result<SubjectId, Fault> {
        match (identity.person, &identity.dn) {
            (Some(person), _) => Ok(person),
            (None, Some(dn)) => match Dn::parse(dn) {
                Ok(dn) if !is_privileged_entry(tenant, &dn) => {
                    self.subject_named(tenant, &dn_alias(&dn), origin).await
                }
                _ => self.unassigned_subject(tenant).await,
            },
            (None, None) => {
                let alias = Alias::new(Namespace::RecordSubject, identity.text.as_str());
                self.subject_with_names(tenant, &[alias], SubjectState::Unassigned, origin)
                    .await
            }
        }
    }

    pub(crate) async fn subject_with_id(
        &self,
        tenant: &TenantSnapshot,
        text: &str,
    ) -> Result<Option<SubjectId>, Fault> {
        let Some(id) = text.parse::<SubjectId>().ok().filter(|id| id.to_string() == text) else {
            return Ok(None);
        };
        let subject = self.inner.store.subject(tenant.id(), id).await?;
        Ok(subject
            .filter(|subject| subject.state.is_somebody())
            .map(|subject| subject.id))
    }
}

/// Whether the record says that the requester acted, or the requester may leave whoever it says.
pub(crate) fn acts_in_own_name(requester: &Requester, before: &RecordView) -> bool {
    requester.is_privileged() || before.actor_dn().is_some_and(|dn| requester.dn().names(dn))
}

/// Whether an ordinary requester may change a record whose actor is somebody else (consent-api 5.2, 5.5).
fn check_actor(
    tenant: &TenantSnapshot,
    requester: &Requester,
    before: &RecordView,
) -> Result<(), ForeignIdentity> {
    if acts_in_own_name(requester, before) {
        return Ok(());
    }
    if before.actor().is_some() && before.actor_dn().is_none() {
        return Err(ForeignIdentity::NamelessActor);
    }
    if tenant.tenant.records.strict_actor_match {
        return Err(ForeignIdentity::ForeignActor);
    }
    Ok(())
}
