//! Who asks, and what every operation begins with (consent-tokens-and-preferences 3.5).

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::Request,
    response::Response,
};
use consentry_ledger::{
    Caller, Target, TenantSnapshot,
    access::{Action, Permit},
    authorize,
    preferences::{BearerError, ConsentToken, ManagePreferences, PreferenceBearer, ReadPreferences, Whom},
    rates::Quota,
};
use consentry_web::{
    body,
    credentials::{Credentials, authorization},
    error::{ApiError, registry},
    json::{self, Limits},
    path, rate_limits,
    visit::Visit,
};
use http::{HeaderMap, Uri, header};
use secrecy::ExposeSecret as _;
use serde_json::Value;

use crate::{
    failure::{forbidden, not_authenticated, not_found, refused, told},
    query::Query,
};

/// Largest body, in bytes: what the house lets in at all (17 allows more).
pub(crate) const LARGEST: usize = 1024 * 1024;

/// Largest body that may have proofs in it, in bytes: a proof of 5 MiB in base64, with the event that it is of (8). It is read only of
/// those whose credential counts.
pub const LARGEST_WITH_PROOFS: usize = 8 * 1024 * 1024;

/// Whether requests to this path may have proofs in them.
pub fn takes_proofs(path: &str) -> bool {
    let path = path.strip_prefix("/v1").unwrap_or(path);
    path == "/consents/proofs" || path == "/consents/events" || path.starts_with("/consents/events/")
}

/// What is counted of a request that comes with a session (2.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Counted {
    /// Nothing.
    Free,
    /// It is one of the organization's.
    Organization,
    /// It is one where the whole tree is asked for.
    WithTree,
}

/// A request whose credential counts.
#[derive(Debug, Clone)]
pub(crate) struct Admitted {
    pub(crate) visit: Visit,
    pub(crate) query: Query,
    uri: Uri,
    headers: HeaderMap,
    bearer: PreferenceBearer,
    quota: Option<Quota>,
    request: String,
}

impl Admitted {
    /// Lets a request in and hands out its body, not yet read.
    pub(crate) async fn admit(
        visit: Visit,
        request: Request,
        counted: Counted,
    ) -> Result<(Self, Body), ApiError> {
        let (parts, body) = request.into_parts();
        let bearer = bearer(&visit, &parts.headers).await?;
        let query = Query::read(&parts.uri)?;
        let is_counted = match counted {
            Counted::Free => false,
            Counted::Organization => true,
            Counted::WithTree => query.flag("$include_full_tree")?,
        };
        let (ledger, tenant) = (visit.ledger(), &visit.tenant);
        let quota = match &bearer {
            PreferenceBearer::Session { .. } if !is_counted => None,
            PreferenceBearer::Session { .. } => Some(ledger.count_organization(tenant)),
            PreferenceBearer::Token(_) => Some(ledger.count_consent_token(tenant, visit.address)),
        };
        let quota = quota.transpose();
        let quota = quota.map_err(|quota| rate_limits::exceeded_in_draft_7(&quota))?;
        let admitted = Self {
            request: visit.request_id.to_string(),
            query,
            uri: parts.uri,
            headers: parts.headers,
            bearer,
            quota,
            visit,
        };
        if let Some(asked) = admitted.query.one("organization_id") {
            admitted.check_organization(asked)?;
        }
        Ok((admitted, body))
    }

    /// The organization that a request names must be the one that it is sent to.
    pub(crate) fn check_organization(&self, asked: &str) -> Result<(), ApiError> {
        if asked == self.tenant().tenant.slug {
            Ok(())
        } else {
            Err(forbidden("the credential is another organization's"))
        }
    }

    /// A session must name its organization; a token has one.
    pub(crate) fn require_organization(&self) -> Result<(), ApiError> {
        let is_named = self.query.one("organization_id").is_some();
        if is_named || self.token().is_some() {
            Ok(())
        } else {
            Err(refused("organization_id", "is missing"))
        }
    }

    /// The tenant, which is the organization.
    pub(crate) fn tenant(&self) -> &TenantSnapshot {
        &self.visit.tenant
    }

    /// The consent token, where it is one.
    pub(crate) fn token(&self) -> Option<&Arc<ConsentToken>> {
        match &self.bearer {
            PreferenceBearer::Token(token) => Some(token),
            PreferenceBearer::Session { .. } => None,
        }
    }

    fn caller(&self) -> Caller {
        match &self.bearer {
            PreferenceBearer::Session { key } => Caller::Organization { key: key.clone() },
            PreferenceBearer::Token(token) => token.caller(),
        }
    }

    /// A permit about whom the credential is for: everybody, or the one person.
    pub(crate) fn permit<A: Action>(&self) -> Result<Permit<A>, ApiError> {
        let target = match self.token() {
            Some(token) => Target::Subject(token.subject),
            None => Target::Tenant,
        };
        authorize::<A>(&self.caller(), target).map_err(|denied| {
            ApiError::new(&registry::FORBIDDEN)
                .detail("the credential may not do this")
                .because(denied)
        })
    }

    /// A permit that only a session gives.
    pub(crate) fn managing(&self) -> Result<Permit<ManagePreferences>, ApiError> {
        self.permit::<ManagePreferences>()
    }

    /// The request's id.
    pub(crate) fn request(&self) -> Option<&str> {
        Some(&self.request)
    }

    /// The person whom the query names. With a token it is the token's, and no other may be named.
    pub(crate) fn whom<'a>(&'a self, id: &str) -> Result<Whom<'a>, ApiError> {
        let named = Whom {
            organization_user_id: self.query.one("organization_user_id"),
            id: self.query.one(id),
        };
        let Some(token) = self.token() else {
            return Ok(named);
        };
        if named
            .organization_user_id
            .is_some_and(|asked| asked != token.organization_user_id)
        {
            return Err(forbidden("the token is another user's"));
        }
        Ok(Whom {
            organization_user_id: Some(&token.organization_user_id),
            id: named.id,
        })
    }

    /// With a token the person is known; a device beside it must be one of theirs (3.5).
    pub(crate) async fn check_own(
        &self,
        permit: &Permit<ReadPreferences>,
        whom: Whom<'_>,
    ) -> Result<(), ApiError> {
        let (Some(_), Some(id)) = (self.token(), whom.id) else {
            return Ok(());
        };
        let device = Whom {
            organization_user_id: None,
            id: Some(id),
        };
        let ledger = self.visit.ledger();
        let meant = ledger.preference_subject(self.tenant(), permit, device).await;
        match meant.map_err(told)? {
            Some(_) => Ok(()),
            None => Err(forbidden("the token is another user's")),
        }
    }

    /// The last part of the path, decoded.
    pub(crate) fn last_segment(&self) -> Result<String, ApiError> {
        last_segment(&self.uri)
    }

    /// Reads the body as one JSON value.
    pub(crate) async fn read(&self, body: Body, largest: usize) -> Result<Value, ApiError> {
        body::require_media_type(&self.headers, &["application/json"])?;
        let bytes: Bytes = body::read(body, largest).await?;
        Ok(json::parse(&bytes, &Limits::size(largest))?)
    }

    /// Tells how many requests are left, where they are counted.
    pub(crate) fn told(&self, answer: Response) -> Response {
        rate_limits::told_in_draft_7(answer, self.quota.as_ref())
    }
}

fn last_segment(uri: &Uri) -> Result<String, ApiError> {
    let path = uri.path();
    let base = if path.starts_with("/v1/") { "/v1" } else { "" };
    let below = path.strip_prefix(base).unwrap_or(path);
    let depth = below.trim_matches('/').split('/').count().saturating_sub(1);
    path::segment(uri, base, depth).ok_or_else(not_found)
}

/// A request that reads what is published of an organization: with a session, with a consent token, or with the public key alone (3.5).
#[derive(Debug, Clone)]
pub(crate) struct Looking {
    pub(crate) visit: Visit,
    pub(crate) query: Query,
    uri: Uri,
    quota: Option<Quota>,
    /// Whether it is clear which organization is meant.
    is_named: bool,
}

impl Looking {
    /// Lets a request in.
    pub(crate) async fn admit(visit: Visit, request: Request) -> Result<Self, ApiError> {
        let query = Query::read(request.uri())?;
        let has_credential = request.headers().contains_key(header::AUTHORIZATION);
        if let Some(key) = query.one("key").filter(|_| !has_credential) {
            let quota = by_public_key(&visit, key)?;
            let asked = query.one("organization_id");
            if asked.is_some_and(|asked| asked != visit.tenant.tenant.slug) {
                return Err(forbidden("the public key is another organization's"));
            }
            return Ok(Self {
                uri: request.uri().clone(),
                quota: Some(quota),
                is_named: true,
                query,
                visit,
            });
        }
        let (admitted, _) = Admitted::admit(visit, request, Counted::Organization).await?;
        Ok(Self {
            is_named: admitted.require_organization().is_ok(),
            visit: admitted.visit,
            query: admitted.query,
            uri: admitted.uri,
            quota: admitted.quota,
        })
    }

    /// A session must name its organization.
    pub(crate) fn require_organization(&self) -> Result<(), ApiError> {
        if self.is_named {
            Ok(())
        } else {
            Err(refused("organization_id", "is missing"))
        }
    }

    /// The tenant, which is the organization.
    pub(crate) fn tenant(&self) -> &TenantSnapshot {
        &self.visit.tenant
    }

    /// The last part of the path, decoded.
    pub(crate) fn last_segment(&self) -> Result<String, ApiError> {
        last_segment(&self.uri)
    }

    /// Tells how many requests are left.
    pub(crate) fn told(&self, answer: Response) -> Response {
        rate_limits::told_in_draft_7(answer, self.quota.as_ref())
    }
}

/// Counts a request that comes with the public key alone, for the address that it comes from.
pub(crate) fn by_public_key(visit: &Visit, key: &str) -> Result<Quota, ApiError> {
    if !visit.tenant.tenant.preferences.is_public_key(key) {
        return Err(not_authenticated().detail("key is no public key of this organization"));
    }
    let counted = visit.ledger().count_consent_token(&visit.tenant, visit.address);
    counted.map_err(|quota| rate_limits::exceeded_in_draft_7(&quota))
}

/// What a request comes with.
pub(crate) async fn bearer(visit: &Visit, headers: &HeaderMap) -> Result<PreferenceBearer, ApiError> {
    let Ok(Credentials::Bearer(token)) = authorization(headers) else {
        return Err(not_authenticated());
    };
    let found = visit
        .ledger()
        .preference_bearer(&visit.tenant, token.expose_secret())
        .await;
    found.map_err(|error| match error {
        BearerError::Expired => not_authenticated().detail("Consent token expired"),
        BearerError::Invalid => not_authenticated(),
        BearerError::Fault(fault) => fault.into(),
    })
}
