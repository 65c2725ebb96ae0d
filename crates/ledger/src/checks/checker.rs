//! Who may ask: whose credential carries the scope, and toward whom (enforcement-events-evidence 1.2).

use std::sync::Arc;

use consentry_domain::{Audience, ClientId, DefinitionKey, client::Client};

use crate::{
    TenantSnapshot,
    tokens::{ActiveAccess, ProvenClient},
};

/// Scope of questions.
pub const CHECK: &str = "consent:check";

/// Scope of questions about the past, beside [`CHECK`].
pub const HISTORY: &str = "consent:history";

/// Scope of searches.
pub const SEARCH: &str = "consent:search";

/// A client that may ask: a back end of the tenant, toward everybody, or a third party, toward itself.
#[derive(Debug, Clone)]
pub struct Checker {
    client: Arc<Client>,
    looks_back: bool,
}

/// A third party asked what concerns another (CHK-06).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a third party asks only toward itself")]
pub struct NotYourParty;

/// Toward whom something is asked. Only a [`Checker`] makes one, so that nobody asks toward another party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toward(Option<String>);

impl Checker {
    /// The client that proved itself with its secret, if it is registered with the scope.
    pub fn proven(proven: &ProvenClient, scope: &str) -> Option<Self> {
        let client = proven.client();
        let scopes = client.allowed_scopes.values();
        proven
            .is_confidential()
            .then(|| Self::of(client, scopes, scope))?
    }

    /// The client behind a token of its own with the scope. A person's token is none, whoever holds it.
    pub fn token(access: &ActiveAccess, scope: &str) -> Option<Self> {
        let scopes = access.scope().values();
        access
            .subject()
            .is_none()
            .then(|| Self::of(access.client(), scopes, scope))?
    }

    /// Who asks.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The third party that asks; none where it is a back end of the tenant.
    pub fn party(&self) -> Option<&Client> {
        self.client.is_third_party.then_some(&*self.client)
    }

    /// The audience that is asked about. A third party need not name itself and may not name another (CHK-06); where a back end of
    /// the tenant names none, consents that name nobody are meant (CHK-07).
    pub fn toward(&self, named: Option<&str>) -> Result<Toward, NotYourParty> {
        match (self.party(), named) {
            (None, named) => Ok(Toward(named.map(str::to_owned))),
            (Some(party), Some(named)) if named != party.id.as_str() => Err(NotYourParty),
            (Some(party), _) => Ok(Toward(Some(party.id.as_str().to_owned()))),
        }
    }

    /// Whether it may ask about the past.
    pub const fn looks_back(&self) -> bool {
        self.looks_back
    }

    fn of(client: &Arc<Client>, scopes: &[DefinitionKey], scope: &str) -> Option<Self> {
        has(scopes, scope).then(|| Self {
            client: Arc::clone(client),
            looks_back: has(scopes, HISTORY),
        })
    }
}

impl Toward {
    /// As it was named.
    pub(super) fn named(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// Who it is: a client, switched off or not, or the name that a record was made with.
    pub(super) fn audience(&self, tenant: &TenantSnapshot) -> Audience {
        let Some(named) = &self.0 else {
            return Audience::None;
        };
        match ClientId::parse(named) {
            Ok(client) if tenant.clients.contains_key(&client) => Audience::Client(client),
            _ => Audience::Named(named.clone()),
        }
    }
}

fn has(values: &[DefinitionKey], scope: &str) -> bool {
    values.iter().any(|value| value.as_str() == scope)
}
