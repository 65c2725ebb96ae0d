//! OAuth credentials under a grant: codes, access and refresh tokens, and what becomes of them.
//!
//! What lives here: client authentication, redeeming, refreshing, a client's own tokens, introspection, revocation, and the one
//! question every API of ours asks: does this token count now? What may not: HTTP, parameter names of a wire format beyond their
//! values, and pages.
//!
//! Access tokens are signed and never stored; what ends them early is stored (the grant, consent, a revoked `jti`). Codes and refresh
//! tokens are opaque and stored as SHA-256; the database makes them single use.

pub mod access_token;
pub mod code;
pub mod revocations;

mod active;
mod bearer;
mod challenge;
pub(crate) mod client_assertion;
mod client_authentication;
mod client_credentials;
mod consent_withdrawn;
mod details;
mod error;
mod family;
mod id_token;
mod introspect;
mod issue;
mod issuer;
mod lives;
mod redeem;
mod refresh;
mod revoke;

use std::sync::Arc;

use consentry_domain::client::Client;

pub use self::{
    access_token::AccessClaims,
    active::ActiveAccess,
    bearer::OwnApi,
    client_assertion::{AssertionError, PresentedAssertion},
    client_authentication::{ClientRefused, PresentedClient, ProvenClient},
    client_credentials::OwnToken,
    error::TokenError,
    id_token::IdClaims,
    introspect::{Introspected, IntrospectedAccess},
    issue::TokenAnswer,
    issuer::Issuer,
    redeem::Redemption,
    refresh::Refreshing,
};
use crate::{Caller, Permit, TenantSnapshot, access::UseGrant};

/// The client a permit was given to, if it is still served.
fn client_of(tenant: &TenantSnapshot, permit: &Permit<UseGrant>) -> Option<Arc<Client>> {
    match permit.caller() {
        Caller::Client { client, .. } => tenant.client(client.as_str()).cloned(),
        _ => None,
    }
}
