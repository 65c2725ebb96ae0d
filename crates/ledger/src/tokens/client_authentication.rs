//! Client authentication: which client a back end proves to be (RFC 6749 2.3).

use std::{net::IpAddr, sync::Arc};

use consentry_domain::{
    ApplicationId, TenantId, Timestamp,
    client::{Client, ClientAuthority, StoredSecret},
    decision::CredentialKind,
};
use consentry_jose::constant_time_eq;

use crate::{
    Caller, Denied, Ledger, Opaque, Permit, Target, TenantSnapshot,
    access::{UseGrant, authorize},
    opaque,
};

/// What a back end presents about itself.
#[derive(Debug, Clone)]
pub struct PresentedClient {
    /// `client_id`.
    pub id: String,
    /// `client_secret`; none for a client that claims to be public.
    pub secret: Option<Opaque>,
}

/// A client after its credential was checked.
#[derive(Debug, Clone)]
pub struct ProvenClient {
    client: Arc<Client>,
    proof: Proof,
}

/// What a client proved itself with.
#[derive(Debug, Clone)]
enum Proof {
    /// Nothing: a public client only said its name.
    Nothing,
    /// A secret, as it is kept.
    Secret(String),
    /// An assertion that it signed.
    Assertion,
}

/// Why nobody was authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClientRefused {
    /// Unknown, disabled, wrong or expired secret, missing secret: one answer for all.
    #[error("the client could not be authenticated")]
    Wrong,
    /// Too many failures for this client from this address; wait.
    #[error("too many failures; wait {seconds} s")]
    Throttled {
        /// Seconds until the next try is looked at.
        seconds: i64,
    },
}

/// Whose failures are counted together.
#[derive(Debug, Hash)]
pub(super) struct Trying<'a> {
    pub(super) tenant: TenantId,
    /// `client_id`, as it was presented.
    pub(super) client: &'a str,
    pub(super) address: IpAddr,
}

impl ProvenClient {
    /// The client.
    pub fn client(&self) -> &Arc<Client> {
        &self.client
    }

    pub(super) const fn by_assertion(client: Arc<Client>) -> Self {
        Self {
            client,
            proof: Proof::Assertion,
        }
    }

    /// Whether it proved itself; a public client only said its name.
    pub fn is_confidential(&self) -> bool {
        !matches!(self.proof, Proof::Nothing)
    }

    /// The secret it proved itself with, where it did, as it is kept: the SHA-256 in base64url.
    pub(crate) fn secret(&self) -> Option<&str> {
        match &self.proof {
            Proof::Secret(stored) => Some(stored),
            Proof::Nothing | Proof::Assertion => None,
        }
    }

    /// The application it belongs to.
    pub fn application(&self) -> ApplicationId {
        self.client.application
    }

    /// The client as a caller. A name without proof carries no authority.
    pub fn caller(&self) -> Caller {
        Caller::Client {
            client: self.client.id.clone(),
            application: self.client.application,
            authority: if self.is_confidential() {
                authority(&self.client)
            } else {
                ClientAuthority::None
            },
            credential: match self.proof {
                Proof::Nothing => CredentialKind::PublicClient,
                Proof::Secret(_) => CredentialKind::ClientSecret,
                Proof::Assertion => CredentialKind::ClientAssertion,
            },
        }
    }

    /// Leave to use grants of its own.
    pub fn permit(&self) -> Result<Permit<UseGrant>, Denied> {
        authorize(&self.caller(), Target::Application(self.client.application))
    }
}

impl Ledger {
    /// Checks a client's credential. `address` is where it came from: failures count for client and address
    /// together, so that nobody can lock an honest client out from elsewhere.
    pub fn authenticate_client(
        &self,
        tenant: &TenantSnapshot,
        presented: &PresentedClient,
        address: IpAddr,
    ) -> Result<ProvenClient, ClientRefused> {
        let now = self.now();
        let keys = [Trying {
            tenant: tenant.id(),
            client: &presented.id,
            address,
        }];
        if let Some(seconds) = self.inner.throttle.wait(&keys, now) {
            return Err(ClientRefused::Throttled { seconds });
        }
        let proven = prove(tenant, presented, now);
        match proven {
            Some(proven) => {
                self.inner.throttle.succeed(&keys[0]);
                Ok(proven)
            }
            None => {
                self.inner.throttle.fail(&keys, now);
                Err(ClientRefused::Wrong)
            }
        }
    }

    /// Looks again at a credential that was checked and is still in use, such as that of a stream. Counts neither as a try nor as a
    /// success: who guesses from the same address gains nothing by it.
    pub fn recheck_client(
        &self,
        tenant: &TenantSnapshot,
        presented: &PresentedClient,
    ) -> Option<ProvenClient> {
        prove(tenant, presented, self.now())
    }
}

fn prove(tenant: &TenantSnapshot, presented: &PresentedClient, now: Timestamp) -> Option<ProvenClient> {
    let client = tenant.client(&presented.id);
    let secret = presented.secret.as_ref();
    let secret = secret.map(|secret| opaque::hash_text(secret.expose()));
    let proven = match &secret {
        Some(digest) => {
            let stored = client.map(|client| client.secrets.as_slice()).unwrap_or_default();
            let right = secret_fits(digest, stored, now);
            client.filter(|client| right && !client.is_public() && !client.signs_assertions())
        }
        None => client.filter(|client| client.is_public()),
    };
    proven.map(|client| ProvenClient {
        client: Arc::clone(client),
        proof: secret.map_or(Proof::Nothing, Proof::Secret),
    })
}

/// What a client may do by itself; third parties nothing, whatever their configuration says (TPA-CL-05).
pub(crate) fn authority(client: &Client) -> ClientAuthority {
    if client.is_third_party {
        ClientAuthority::None
    } else {
        client.authority
    }
}

/// Compares with every stored secret, and with one that fits nothing where there is none.
fn secret_fits(digest: &str, stored: &[StoredSecret], now: Timestamp) -> bool {
    const NOTHING: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let _same_work = constant_time_eq(digest.as_bytes(), NOTHING.as_bytes());
    stored.iter().fold(false, |fits, entry| {
        let equal = constant_time_eq(digest.as_bytes(), entry.sha256.as_bytes());
        fits | (equal & entry.expires_at.is_none_or(|end| now < end))
    })
}
