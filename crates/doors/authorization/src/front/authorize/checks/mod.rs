//! Everything about an authorization request that is answered at its redirect address (A.5.1 steps 5 to 17), one rule per file.

mod acr;
mod authorization_details;
mod claims;
mod id_token_hint;
mod max_age;
mod nonce;
mod pkce;
mod prompt;
mod pushed;
mod registration;
mod repeated;
mod request_object;
mod resource;
mod response_type;
mod scope;
mod ui_locales;

use std::borrow::Cow;

use consentry_domain::{client::Client, scope::Scope, tenant::SignIn};
use consentry_ledger::{
    TenantSnapshot,
    interactions::{AuthorizationRequest, RequestedClaims},
};
use consentry_web::{parameters::Parameters, visit::Visit};

use super::address::Address;
use crate::front::usable_sign_in;

/// A request on its way through the checks; each check that concerns a value writes it into `request`.
pub(super) struct Candidate<'a> {
    pub tenant: &'a TenantSnapshot,
    pub issuer: &'a str,
    /// How people may log in at this address.
    pub sign_in: &'a SignIn,
    pub client: &'a Client,
    pub parameters: &'a Parameters,
    pub way: Way,
    pub request: AuthorizationRequest,
}

/// How a request came here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// With the person's browser.
    Browser,
    /// From the client's back end, beforehand (RFC 9126).
    BackEnd,
}

impl Candidate<'_> {
    /// The value of a parameter. Nothing is repeated any more: [`repeated`] comes first.
    fn value(&self, name: &str) -> Option<&str> {
        self.parameters.all(name).next()
    }
}

/// An OAuth error for the redirect address (RFC 6749 4.1.2.1, OpenID Connect Core 3.1.2.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub error: &'static str,
    pub description: Cow<'static, str>,
}

impl Refusal {
    fn new(error: &'static str, description: impl Into<Cow<'static, str>>) -> Self {
        Self {
            error,
            description: description.into(),
        }
    }

    pub(super) fn invalid_request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::new("invalid_request", description)
    }
}

/// One rule.
type Check = fn(&mut Candidate<'_>) -> Result<(), Refusal>;

/// The rules in the order of A.5.1. Step 12 (`offline_access`) is elsewhere, since it depends on the person
/// (`consentry_ledger::interactions::ask`).
pub(super) const ORDER: [(&str, Check); 16] = [
    ("5 repeated", repeated::check),
    ("6 response_type", response_type::check),
    ("7 request, request_uri", request_object::check),
    ("7 registration", registration::check),
    ("8 pushed", pushed::check),
    ("9, 10 scope", scope::check),
    ("11 prompt", prompt::check),
    ("13 proof key", pkce::check),
    ("14 resource", resource::check),
    ("acr_values", acr::check),
    ("15 claims", claims::check),
    ("15 authorization_details", authorization_details::check),
    ("16 max_age", max_age::check),
    ("16 id_token_hint", id_token_hint::check),
    ("17 nonce", nonce::check),
    ("ui_locales", ui_locales::check),
];

/// Runs all checks; the first that fails answers.
pub(super) fn run(
    visit: &Visit,
    issuer: &str,
    address: &Address,
    parameters: &Parameters,
    way: Way,
) -> Result<AuthorizationRequest, Refusal> {
    let client = &address.client;
    let sign_in = usable_sign_in(visit);
    let mut candidate = Candidate {
        tenant: &visit.tenant,
        issuer,
        sign_in: &sign_in,
        client,
        parameters,
        way,
        request: AuthorizationRequest {
            client: client.id.clone(),
            application: client.application,
            redirect_uri: address.redirect_uri.clone(),
            response_mode: address.mode,
            state: address.state.clone(),
            scope: Scope::default(),
            prompt: Vec::new(),
            code_challenge: None,
            nonce: None,
            resources: Vec::new(),
            max_age: None,
            acr_values: Vec::new(),
            acr_essential: false,
            claims: RequestedClaims::default(),
            details: None,
            subject_hint: None,
            ui_locales: Vec::new(),
            pushed: None,
        },
    };
    for (step, check) in ORDER {
        if let Err(refusal) = check(&mut candidate) {
            tracing::debug!(check = step, "check failed");
            return Err(refusal);
        }
    }
    Ok(candidate.request)
}
