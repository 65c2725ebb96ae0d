//! Who may use the consents API, and for which application.

use consentry_domain::{ApplicationId, SubjectId, client::ClientAuthority};
use consentry_ledger::{
    Caller, Permit, Target, Via,
    access::{ManageAgreements, authorize},
};
use consentry_web::{
    error::{ApiError, registry},
    visit::Visit,
};
use http::HeaderMap;

use crate::bearer;

/// A back end of the first party, or a management application.
pub(super) struct BackEnd {
    caller: Caller,
    /// Its own application.
    pub application: ApplicationId,
    tenant_wide: bool,
}

/// A person, through a client of the first party.
pub(super) struct Person {
    caller: Caller,
    /// Who.
    pub subject: SubjectId,
    /// The application of the client.
    pub application: ApplicationId,
}

impl BackEnd {
    /// The back end behind a client or admin access token. Everybody else, third parties above all, gets 403 (TPA-CL-05).
    pub(super) async fn of(visit: &Visit, headers: &HeaderMap) -> Result<Self, ApiError> {
        let caller = bearer::caller(visit, headers).await?;
        match caller {
            Caller::Client {
                application,
                authority: ClientAuthority::Application,
                ..
            } => Ok(Self {
                caller,
                application,
                tenant_wide: false,
            }),
            Caller::Client {
                application,
                authority: ClientAuthority::Tenant,
                ..
            } => Ok(Self {
                caller,
                application,
                tenant_wide: true,
            }),
            _ => Err(forbidden()),
        }
    }

    /// The application named by `app_id`, if the token may touch it; 404 otherwise, whether or not there is one (TPA-CO-07).
    pub(super) fn named_application(&self, visit: &Visit, named: &str) -> Result<ApplicationId, ApiError> {
        let application: ApplicationId = named.parse().map_err(|_| no_application())?;
        let may = application == self.application
            || (self.tenant_wide && visit.tenant.applications.contains_key(&application));
        if may {
            Ok(application)
        } else {
            Err(no_application())
        }
    }

    /// Leave for a whole application.
    pub(super) fn permit(&self, application: ApplicationId) -> Result<Permit<ManageAgreements>, ApiError> {
        authorize(&self.caller, Target::Application(application))
            .map_err(|denied| forbidden().because(denied))
    }

    /// Leave for one person's agreements.
    pub(super) fn permit_for(
        &self,
        subject: SubjectId,
        application: ApplicationId,
    ) -> Result<Permit<ManageAgreements>, ApiError> {
        authorize(&self.caller, Target::Agreements(subject, application))
            .map_err(|denied| forbidden().because(denied))
    }
}

impl Person {
    /// The person behind a user access token. A token that a third party holds gets 403, else it could see or remove its rivals
    /// (TPA-CO-09).
    pub(super) async fn of(visit: &Visit, headers: &HeaderMap) -> Result<Self, ApiError> {
        let access = bearer::access(visit, headers).await?;
        let caller = access.caller();
        match caller {
            Caller::Subject {
                subject,
                via: Via::AccessToken {
                    third_party: false, ..
                },
            } => Ok(Self {
                caller,
                subject,
                application: access.client().application,
            }),
            _ => Err(forbidden()),
        }
    }

    /// Leave for one's own agreements.
    pub(super) fn permit(&self) -> Result<Permit<ManageAgreements>, ApiError> {
        authorize(&self.caller, Target::Agreements(self.subject, self.application))
            .map_err(|denied| forbidden().because(denied))
    }
}

/// Refused.
pub(super) fn forbidden() -> ApiError {
    ApiError::new(&registry::FORBIDDEN).detail("Forbidden")
}

/// There is none, or none for this caller (TPA-CO-06).
pub(super) fn not_found() -> ApiError {
    ApiError::new(&registry::NOT_FOUND).detail("Consent not found")
}

fn no_application() -> ApiError {
    ApiError::new(&registry::NOT_FOUND).detail("Application not found")
}
