//! Who sent a form of an embedded page: the page session in its hidden field, and nothing ambient (consent-dashboard A8).

use axum::extract::Request;
use consentry_domain::AgreementId;
use consentry_ledger::{
    Fault, Opaque, Permit, Target,
    access::{Denied, ManageAgreements, authorize},
    agreements::Connection,
    embed::PageSession,
};
use consentry_web::{
    error::{ApiError, registry},
    form,
    origin::{self, Provenance},
    parameters::{Parameters, Rules},
    visit::Visit,
};
use http::{HeaderMap, header};

use super::{
    frame::Look,
    refusal::{self, Refusal},
};
use crate::view;

/// Longest bearer that is looked at, in bytes.
const LONGEST_BEARER: usize = 128;

/// A person with a page of theirs.
#[derive(Debug)]
pub struct Visitor {
    /// The page session, alive.
    pub session: PageSession,
    /// Its bearer, for the forms of the next page.
    pub bearer: Opaque,
    /// What was sent.
    pub form: Parameters,
    /// Language and theme.
    pub look: Look,
}

impl Visitor {
    /// Reads a form and its session. Using the session moves its idle end.
    pub async fn of(visit: &Visit, request: Request) -> Result<Self, Refusal> {
        let look = Look::of_visit(visit);
        refusal::serving(visit, look)?;
        let (parts, body) = request.into_parts();
        if is_foreign(visit, &parts.headers) {
            return Err(Refusal::plain(visit, look, ApiError::new(&registry::BAD_ORIGIN)));
        }
        let form = form::read(&parts.headers, body, &Rules::DEFAULT)
            .await
            .map_err(|error| Refusal::plain(visit, look, error.into()))?;
        let bearer = form
            .one("session")
            .ok()
            .flatten()
            .filter(|bearer| bearer.len() <= LONGEST_BEARER);
        let bearer = Opaque::received(bearer.ok_or_else(|| refusal::session_ended(visit, look))?);
        let session = visit
            .ledger()
            .use_page_session(&visit.tenant, &bearer)
            .await
            .map_err(|fault| Refusal::plain(visit, look, fault.into()))?
            .ok_or_else(|| refusal::session_ended(visit, look))?;
        let look = Look::of_session(visit, &session);
        Ok(Self {
            session,
            bearer,
            form,
            look,
        })
    }

    /// What the session may do: see and end what this person agreed to.
    pub fn permit(&self) -> Result<Permit<ManageAgreements>, Denied> {
        authorize(&self.session.caller(), Target::Subject(self.session.subject))
    }

    /// The connection that the form names. None: unknown, or of somebody else, which are not told apart.
    pub async fn connection(&self, visit: &Visit) -> Result<Option<Connection>, Fault> {
        let named = self.form.one("id").ok().flatten();
        let Some(id) = named.and_then(|id| id.parse::<AgreementId>().ok()) else {
            return Ok(None);
        };
        let found = visit.ledger().agreement(&visit.tenant, id).await?;
        Ok(found.filter(|connection| {
            let target = Target::Subject(connection.agreement.subject);
            authorize::<ManageAgreements>(&self.session.caller(), target).is_ok()
                && view::is_listed(connection)
        }))
    }
}

/// Whether another site's page sent it. Pages without referrer send the origin `null`, so where no fetch metadata speaks, that one is
/// left to the session; a sandboxed frame with an opaque origin is told by its metadata.
fn is_foreign(visit: &Visit, headers: &HeaderMap) -> bool {
    let Some(own) = visit.house.origin(&visit.tenant) else {
        return true;
    };
    let silent = headers.get("sec-fetch-site").is_none();
    let opaque = headers.get(header::ORIGIN).is_some_and(|origin| origin == "null");
    origin::provenance(headers, &own) == Provenance::Foreign && !(silent && opaque)
}
