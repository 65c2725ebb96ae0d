//! `/login/agreements`: from the hosted pages to all that a person agreed to. That page is the embedded one, which is reached by its
//! address and opened with a one-time token of the person's own.

use axum::response::Response;
use consentry_domain::tenant::TenantState;
use consentry_ledger::{
    Caller, Target, Via,
    access::{ManageAgreements, authorize},
};
use consentry_web::{
    error::{ApiError, registry},
    visit::Visit,
};
use http::HeaderMap;

use super::{
    browser::Browser,
    failure::Failure,
    redirect::{see_other, with_parameters},
};

/// Where the page is.
const PAGE: &str = "/embed/authorizations";

/// Whether the page may stand by itself.
pub(super) fn offered(visit: &Visit) -> bool {
    let tenant = &visit.tenant.tenant;
    tenant.state == TenantState::Enabled && tenant.dashboard.allow_top_level
}

/// `GET /login/agreements`. Who asks for it from elsewhere opens a page that only the person sees.
pub(super) async fn get(visit: Visit, headers: HeaderMap) -> Response {
    let done = async {
        let session = Browser::new(&visit, &headers).session().await?;
        let Some(session) = session.filter(|_| offered(&visit)) else {
            return Ok(see_other("/login", Vec::new())?);
        };
        let caller = Caller::Subject {
            subject: session.subject,
            via: Via::Session(session.hash),
        };
        let permit = authorize::<ManageAgreements>(&caller, Target::Subject(session.subject))
            .map_err(|denied| ApiError::new(&registry::FORBIDDEN).because(denied))?;
        let ledger = visit.ledger();
        let token = ledger
            .issue_own_ticket(&visit.tenant, &permit, (session.subject, session.hash))
            .await?;
        let address = with_parameters(PAGE, [("access_token", token.expose())]);
        Ok(see_other(&address, Vec::new())?)
    };
    done.await
        .unwrap_or_else(|failure: Failure| failure.html(&visit, &[]))
}
