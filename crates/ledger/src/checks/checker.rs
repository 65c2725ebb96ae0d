//! Who may ask: a back end of the tenant whose credential carries the scope (enforcement-events-evidence 1.2).

use std::sync::Arc;

use consentry_domain::{DefinitionKey, client::Client};

use crate::tokens::{ActiveAccess, ProvenClient};

/// Scope of questions.
pub const CHECK: &str = "consent:check";

/// Scope of searches.
pub const SEARCH: &str = "consent:search";

/// A back end that may ask. Third parties may not: what they know a person by leads back to nobody.
#[derive(Debug, Clone)]
pub struct Checker {
    client: Arc<Client>,
}

impl Checker {
    /// The client that proved itself with its secret, if it is registered with the scope.
    pub fn proven(proven: &ProvenClient, scope: &str) -> Option<Self> {
        let client = proven.client();
        let may = proven.is_confidential() && has(client.allowed_scopes.values(), scope);
        Self::of(client, may)
    }

    /// The client behind a token of its own with the scope. A person's token is none, whoever holds it.
    pub fn token(access: &ActiveAccess, scope: &str) -> Option<Self> {
        let may = access.subject().is_none() && has(access.scope().values(), scope);
        Self::of(access.client(), may)
    }

    /// Who asks.
    pub fn client(&self) -> &Client {
        &self.client
    }

    fn of(client: &Arc<Client>, may: bool) -> Option<Self> {
        (may && !client.is_third_party).then(|| Self {
            client: Arc::clone(client),
        })
    }
}

fn has(values: &[DefinitionKey], scope: &str) -> bool {
    values.iter().any(|value| value.as_str() == scope)
}
