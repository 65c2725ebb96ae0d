//! Who may administer.

use std::sync::Arc;

use consentry_domain::{client::Client, decision::CredentialKind};

use crate::{
    Caller,
    tokens::{ActiveAccess, ProvenClient},
};

/// The scope of those who may. It has nothing to do with the scopes of the records door, and none of those is enough.
pub const ADMINISTER: &str = "consentry:admin";

/// A back end that may administer its tenant. Third parties may not, whatever they are registered with, and neither may a person,
/// whoever holds their token.
#[derive(Debug, Clone)]
pub struct Administrator {
    client: Arc<Client>,
    credential: CredentialKind,
}

impl Administrator {
    /// The client that proved itself with its secret, if it is registered with the scope.
    pub fn proven(proven: &ProvenClient) -> Option<Self> {
        let may = proven.is_confidential() && proven.client().allowed_scopes.contains(ADMINISTER);
        Self::of(proven.client(), may, CredentialKind::ClientSecret)
    }

    /// The client behind a token of its own with the scope.
    pub fn token(access: &ActiveAccess) -> Option<Self> {
        let may = access.subject().is_none() && access.scope().contains(ADMINISTER);
        Self::of(access.client(), may, CredentialKind::AccessToken)
    }

    /// As the access rules know them.
    pub fn caller(&self) -> Caller {
        Caller::Administrator {
            client: self.client.id.clone(),
            credential: self.credential,
        }
    }

    fn of(client: &Arc<Client>, may: bool, credential: CredentialKind) -> Option<Self> {
        (may && !client.is_third_party).then(|| Self {
            client: Arc::clone(client),
            credential,
        })
    }
}
