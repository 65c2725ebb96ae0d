//! What is asked, resolved to what the ledger knows.

use consentry_domain::{
    AccountId, DefinitionKey, GrantId, Qualifier, SubjectId, Timestamp,
    client::Client,
    definition::{Definition, DefinitionKind, WordingVersion},
    dn::Dn,
    subject::{Alias, Namespace},
    tenant::USUAL_REGULATION,
};

use super::{checker::Toward, verdict::Moment};
use crate::{TenantSnapshot, error::Fault, tokens::access_token::subject_identified};

/// A person by a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectName {
    /// What they are; only a `user` is anybody.
    pub kind: String,
    /// The name.
    pub id: String,
    /// Whose name it is; none means the tenant's choice.
    pub issuer: Option<String>,
    /// The authentication context in which they agreed, at the login provider whose name it is, else at our own; none: consents that no
    /// login keeps apart (dataspace-consent-protocol 2.1).
    pub acr: Option<String>,
}

/// What is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Its type, as written.
    pub kind: String,
    /// Its id, as written.
    pub id: String,
    /// The resource that a scope is for (RFC 8707).
    pub target: Option<String>,
    /// The oldest wording that counts.
    pub min_version: Option<WordingVersion>,
    /// The account whose data it is; none: no particular one.
    pub account: Option<AccountId>,
}

/// What else an answer has to hold for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Within {
    /// The grant within which it must hold: a family of tokens as introspection names it, or a bundle as events name it.
    pub grant: Option<GrantId>,
    /// A moment ahead at which it must hold as well, where the asker's clock is trusted (`context.time`).
    pub time: Option<Timestamp>,
    /// The regulation under which it was agreed to; none: the usual one (`context.regulation`).
    pub regulation: Option<String>,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Whose data.
    pub subject: SubjectName,
    /// Which.
    pub resource: Resource,
    /// What for.
    pub action: String,
    /// Who will receive or use it.
    pub audience: Toward,
    /// What else the answer has to hold for.
    pub within: Within,
    /// The moment that the question is about instead of now: what the ledger knew then (`context.as_of`).
    pub as_of: Option<Timestamp>,
    /// Whether the answer is acted on: a permit counts as a use of the consent, a refusal as an attempt (`context.record_use`).
    pub record_use: bool,
}

/// Our own names of name spaces; `urn:consentry:subject` is our own id.
const OWN_ISSUERS: [(&str, Namespace); 4] = [
    ("urn:consentry:login", Namespace::Login),
    ("urn:consentry:customer", Namespace::Customer),
    ("urn:consentry:dn", Namespace::Dn),
    ("urn:consentry:record-subject", Namespace::RecordSubject),
];

/// The one type of subjects.
const USER: &str = "user";

/// Issuer of our own ids.
const OWN_IDS: &str = "urn:consentry:subject";

/// Our own names of kinds of definitions.
const OWN_KINDS: [(&str, DefinitionKind); 3] = [
    ("scope", DefinitionKind::Scope),
    ("purpose", DefinitionKind::Purpose),
    ("data_source", DefinitionKind::Source),
];

/// Names every kind of definition.
const ANY_KIND: &str = "definition";

/// Which definitions a type of resources means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kinds {
    Any,
    /// A scope is one that opens data or one that steers the protocol.
    Only(DefinitionKind),
}

impl Kinds {
    pub(super) fn of(tenant: &TenantSnapshot, named: &str) -> Option<Self> {
        if named == ANY_KIND {
            return Some(Self::Any);
        }
        let own = OWN_KINDS.iter().find(|(name, _)| *name == named);
        let own = own.map(|(_, kind)| *kind);
        let configured = || tenant.tenant.checks.resource_types.get(named).copied();
        own.or_else(configured).map(Self::Only)
    }

    pub(super) fn has(self, kind: DefinitionKind) -> bool {
        match self {
            Self::Any => true,
            Self::Only(DefinitionKind::Scope) => {
                matches!(kind, DefinitionKind::Scope | DefinitionKind::Protocol)
            }
            Self::Only(only) => only == kind,
        }
    }
}

impl Resource {
    /// The definition it means, if the tenant has it.
    pub(super) fn definition<'a>(&self, tenant: &'a TenantSnapshot) -> Option<&'a Definition> {
        let kinds = Kinds::of(tenant, &self.kind)?;
        let key = DefinitionKey::parse(&self.id).ok()?;
        let definition = tenant.definitions.get(&key)?;
        kinds.has(definition.kind).then_some(definition)
    }

    /// What can be done with it, by name; nothing where it is not known.
    pub fn action_names<'a>(&self, tenant: &'a TenantSnapshot) -> Vec<&'a str> {
        self.definition(tenant)
            .map(Definition::action_names)
            .unwrap_or_default()
    }
}

impl Within {
    /// What keeps answers apart, where no login does: the regulation that is named, else the target of what is asked about.
    pub(super) fn qualifier(&self, resource: Option<&Resource>) -> Qualifier {
        match &self.regulation {
            Some(regulation) => Qualifier::regulation(regulation, USUAL_REGULATION),
            None => Qualifier::resources(resource.and_then(|resource| resource.target.as_deref())),
        }
    }
}

/// Which names an issuer gives; none where it is not known.
pub(crate) fn names_of(tenant: &TenantSnapshot, issuer: &str) -> Option<Names> {
    if issuer == OWN_IDS {
        return Some(Names::Ids);
    }
    let own = OWN_ISSUERS.iter().find(|(name, _)| *name == issuer);
    let own = own.map(|(_, namespace)| *namespace);
    let configured = || tenant.tenant.checks.issuers.get(issuer).copied();
    own.or_else(configured).map(Names::In)
}

/// How an issuer calls people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// By our own ids.
    Ids,
    /// By names in a name space.
    In(Namespace),
}

impl Moment<'_> {
    /// What keeps the consents apart that are asked about: the login or the regulation, where one is named, else the resource. None: no
    /// such login counts.
    pub(super) fn qualifier(
        &self,
        name: &SubjectName,
        resource: Option<&Resource>,
        within: &Within,
    ) -> Option<Qualifier> {
        let Some(acr) = &name.acr else {
            return Some(within.qualifier(resource));
        };
        let tenant = self.tenant();
        let elsewhere = name.issuer.as_deref();
        let elsewhere = elsewhere.filter(|issuer| tenant.login_provider(issuer).is_some());
        let login = tenant.login_at(elsewhere, acr)?;
        Some(tenant.qualifier_of(&login))
    }

    /// Whether the asker knows people by the names of a login provider of the dataspace: a back end of the tenant may, and so does an
    /// application that is registered there.
    fn knows_names_at(&self, issuer: &str) -> bool {
        let tenant = self.tenant();
        let is_known = |party: &Client| {
            let own = tenant.tenant.dataspace.application(&party.id);
            let registration = own.and_then(|own| own.registration.as_ref());
            registration.is_some_and(|registration| registration.issuer == issuer)
        };
        tenant.login_provider(issuer).is_some() && self.checker().party().is_none_or(is_known)
    }

    /// The person with a name. The same name of another issuer is another person (CHK-08). A third party knows people by what
    /// we call them toward it, and by what the provider calls them where it is registered.
    pub(super) async fn person_named(&self, name: &SubjectName) -> Result<Option<SubjectId>, Fault> {
        if name.kind != USER {
            return Ok(None);
        }
        let tenant = self.tenant();
        let issuer = name.issuer.as_deref().unwrap_or(self.default_issuer());
        let is_ours_to_name = self.checker().party().is_none() && names_of(tenant, issuer).is_some();
        if !is_ours_to_name && self.knows_names_at(issuer) {
            let name = tenant.name_at(issuer, &name.id);
            return self.ledger().subject_of_name(tenant, name).await;
        }
        if let Some(party) = self.checker().party() {
            let is_ours = issuer == self.base();
            return Ok(is_ours
                .then(|| subject_identified(tenant, party, &name.id))
                .flatten());
        }
        let value = match names_of(tenant, issuer) {
            None => return Ok(None),
            Some(Names::Ids) => return Ok(name.id.parse().ok()),
            // Names are kept in their canonical form.
            Some(Names::In(Namespace::Dn)) => match Dn::parse(&name.id) {
                Ok(dn) => Alias::new(Namespace::Dn, dn.as_str()),
                Err(_) => return Ok(None),
            },
            Some(Names::In(namespace)) => Alias::new(namespace, &name.id),
        };
        self.ledger().find_subject(tenant, &value).await
    }
}
