//! Who reads the stream, and what of it they may see (enforcement-events-evidence 1.2, 3.5, 3.6; EVT-17).

use std::sync::Arc;

use consentry_domain::{Lifetime, client::Client};

use super::{
    catalogue::{EventType, Family},
    happening::Leaf,
    ticket::Basis,
};
use crate::tokens::{ActiveAccess, ProvenClient};

/// Scope of reading the stream.
pub const READ: &str = "events:read";

/// Scope of seeing who people are by our own ids.
pub const READ_SUBJECTS: &str = "subjects:read";

/// How long parties can go back (enforcement-events-evidence 4.1). The tenant's own readers can go back to the beginning.
pub const PARTIES_GO_BACK: Lifetime = Lifetime::days(90);

/// On which side a reader stands.
#[derive(Debug, Clone)]
enum Side {
    /// A back end of the tenant, or a part of this house.
    Tenant,
    /// A third party, which sees what concerns itself.
    Party(Arc<Client>),
}

/// Somebody who may read the stream.
#[derive(Debug, Clone)]
pub struct Reader {
    name: String,
    side: Side,
    sees_subjects: bool,
    /// What it proved itself with; none for parts of this house.
    pub(super) basis: Option<Basis>,
}

/// How people are named to a reader of the tenant (enforcement-events-evidence 3.5). Parties always get their own names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SubjectView {
    /// By the name that the tenant's own back ends use, unless it is an address for mail.
    #[default]
    Usual,
    /// By the names of this issuer.
    Of(String),
    /// By our own ids; needs [`READ_SUBJECTS`].
    Internal,
    /// Not at all.
    Nobody,
}

impl Reader {
    /// A part of this house that follows what happens, such as deliveries; `name` tells it from others. It sees all of it.
    pub fn house(name: &str) -> Self {
        Self {
            name: format!("house {name}"),
            side: Side::Tenant,
            sees_subjects: true,
            basis: None,
        }
    }

    /// A webhook endpoint; `party` where it is a third party's. `name` tells it from others.
    pub(crate) fn of_endpoint(name: String, party: Option<Arc<Client>>, sees_subjects: bool) -> Self {
        Self {
            name,
            side: party.map_or(Side::Tenant, Side::Party),
            sees_subjects,
            basis: None,
        }
    }

    /// What a client's party may be told, whoever carries it there.
    pub fn of_client(client: &Arc<Client>) -> Self {
        Self::new(client, false, None)
    }

    /// The client that proved itself with its secret, if it is registered with the scope.
    pub fn proven(proven: &ProvenClient) -> Option<Self> {
        let client = proven.client();
        let basis = Basis::secret(client, proven.secret()?);
        Self::registered(client, true, basis)
    }

    /// The client behind a token of its own with the scope. A person's token is none, whoever holds it.
    pub fn token(access: &ActiveAccess) -> Option<Self> {
        let scope = access.scope();
        let sees_subjects = scope.contains(READ_SUBJECTS);
        (access.subject().is_none() && scope.contains(READ)).then(|| {
            let basis = Basis::token(access, sees_subjects);
            Self::new(access.client(), sees_subjects, Some(basis))
        })
    }

    /// The client as it is registered, if it may read; `may_see_subjects` is what its credential allows.
    pub(super) fn registered(client: &Arc<Client>, may_see_subjects: bool, basis: Basis) -> Option<Self> {
        let scopes = &client.allowed_scopes;
        let sees_subjects = may_see_subjects && scopes.contains(READ_SUBJECTS);
        (scopes.contains(READ)).then(|| Self::new(client, sees_subjects, Some(basis)))
    }

    fn new(client: &Arc<Client>, sees_subjects: bool, basis: Option<Basis>) -> Self {
        let (side, sees_subjects) = if client.is_third_party {
            (Side::Party(Arc::clone(client)), false)
        } else {
            (Side::Tenant, sees_subjects)
        };
        Self {
            name: format!("client {}", client.id),
            side,
            sees_subjects,
            basis,
        }
    }

    /// What tells this reader from others: whose streams are counted together, and under whose name persons are partitioned.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The client of a third party; none for readers of the tenant.
    pub fn party(&self) -> Option<&Client> {
        match &self.side {
            Side::Tenant => None,
            Side::Party(client) => Some(client),
        }
    }

    /// Whether it may name people by our own ids.
    pub const fn sees_subjects(&self) -> bool {
        self.sees_subjects
    }

    /// Whether an event concerns it.
    pub(crate) fn may_see(&self, entry: &EventType, leaf: &Leaf) -> bool {
        let Some(client) = self.party() else {
            return true;
        };
        let concerned = match (entry.family, leaf.audience.as_deref()) {
            (_, None) => false,
            (Family::Party, Some(party)) => client.party.is_some_and(|own| own.to_string() == party),
            (_, Some(audience)) => audience == client.id.as_str(),
        };
        concerned && !entry.tenant_only
    }
}
