//! Who sent a form of an embedded page: the page session in its hidden field, and nothing ambient (consent-dashboard A8).

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_domain::{AgreementId, Consent, locale::Locale};
use consentry_ledger::{
    Fault, Opaque, Permit, Target,
    access::{Denied, ManageAgreements, authorize},
    agreements::{AgreementQuery, Connection, JointShare},
    embed::{Opened, PageSession},
    holdings::Holding,
};
use consentry_web::{
    credentials::{Credentials, authorization},
    error::{ApiError, registry},
    form,
    origin::{self, Provenance},
    parameters::{Parameters, Rules},
    visit::Visit,
};
use http::{HeaderMap, HeaderValue, header, request::Parts};
use jiff::tz::TimeZone;
use secrecy::ExposeSecret;

use super::{
    connections,
    frame::Look,
    refusal::{self, Refusal},
};
use crate::{
    api,
    view::{self, Held, Telling},
};

/// Longest bearer that is looked at, in bytes.
const LONGEST_BEARER: usize = 128;

/// A form names all accounts of a person at most.
const FORM: Rules = Rules {
    count: 256,
    size: 64 * 1024,
    ..Rules::DEFAULT
};

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
    /// The accounts of the person.
    pub held: Held,
    /// Where the data provider is reached.
    base: String,
    /// The time zone of the person.
    zone: TimeZone,
}

impl Visitor {
    /// Who has just opened a page.
    pub async fn opened(visit: &Visit, opened: Opened, look: Look) -> Self {
        Self {
            held: Held::of(visit, opened.session.subject).await,
            zone: zone_of(visit, &opened.session),
            session: opened.session,
            bearer: opened.bearer,
            form: Parameters::default(),
            look,
            base: visit.house.base_url(&visit.tenant),
        }
    }

    /// Reads a form and its session, and the accounts of the person. Using the session moves its idle end.
    pub async fn of(visit: &Visit, request: Request) -> Result<Self, Refusal> {
        let visitor = Self::arriving(visit, request).await?;
        Ok(visitor.with_accounts(visit).await)
    }

    /// The same, with the accounts of the person.
    pub async fn with_accounts(self, visit: &Visit) -> Self {
        Self {
            held: Held::of(visit, self.session.subject).await,
            ..self
        }
    }

    /// Reads a form and its session, and leaves the accounts of the person unread.
    pub async fn arriving(visit: &Visit, request: Request) -> Result<Self, Refusal> {
        let look = Look::of_visit(visit);
        refusal::serving(visit, look)?;
        let (parts, body) = request.into_parts();
        if is_foreign(visit, &parts.headers) {
            return Err(Refusal::plain(visit, look, ApiError::new(&registry::BAD_ORIGIN)));
        }
        let form = form::read(&parts.headers, body, &FORM)
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
        let session = match asked_locale(&form) {
            Some(locale) => visit
                .ledger()
                .speak_in(&visit.tenant, &session, locale)
                .await
                .map_err(|fault| Refusal::plain(visit, look, fault.into()))?
                .ok_or_else(|| refusal::session_ended(visit, look))?,
            None => session,
        };
        let look = Look::of_session(visit, &session);
        Ok(Self {
            zone: zone_of(visit, &session),
            session,
            bearer,
            form,
            look,
            held: Held::Unnamed,
            base: visit.house.base_url(&visit.tenant),
        })
    }

    /// Who calls the page's own API: the session of the bearer, and a header that no page of another origin may send.
    pub async fn of_bearer(visit: &Visit, parts: &Parts) -> Result<Self, ApiError> {
        api::serving(visit)?;
        let marked = parts
            .headers
            .get("x-consentry-page")
            .is_some_and(|mark| mark == "1");
        if !marked || is_foreign(visit, &parts.headers) {
            return Err(ApiError::new(&registry::BAD_ORIGIN));
        }
        let over = || {
            let challenge = HeaderValue::from_static("Bearer realm=\"consentry\"");
            ApiError::new(&registry::SESSION_OVER).challenge(challenge)
        };
        let bearer = match authorization(&parts.headers) {
            Ok(Credentials::Bearer(bearer)) => Opaque::received(bearer.expose_secret()),
            _ => return Err(over()),
        };
        let session = visit
            .ledger()
            .use_page_session(&visit.tenant, &bearer)
            .await?
            .ok_or_else(over)?;
        Ok(Self {
            look: Look::of_session(visit, &session),
            held: Held::of(visit, session.subject).await,
            zone: zone_of(visit, &session),
            session,
            bearer,
            form: Parameters::default(),
            base: visit.house.base_url(&visit.tenant),
        })
    }

    /// Reads a form that is about one connection, or gives the answer where there is none.
    pub async fn at_connection(visit: &Visit, request: Request) -> Result<(Self, Connection), Response> {
        let visitor = Self::of(visit, request)
            .await
            .map_err(IntoResponse::into_response)?;
        let connection = visitor.connection_or_answer(visit).await?;
        Ok((visitor, connection))
    }

    /// What the session may do: see and end what this person agreed to.
    pub fn permit(&self) -> Result<Permit<ManageAgreements>, Denied> {
        authorize(&self.session.caller(), Target::Subject(self.session.subject))
    }

    /// The name of the time zone that the person reads times in.
    pub fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// What it takes to put connections into the person's words.
    pub fn telling<'a>(&'a self, visit: &'a Visit) -> Telling<'a> {
        Telling {
            tenant: &visit.tenant,
            language: self.look.language,
            held: &self.held,
            base: &self.base,
            zone: &self.zone,
        }
    }

    /// All connections of the person, read now.
    pub async fn connections(&self, visit: &Visit) -> Result<Vec<Connection>, ApiError> {
        let permit = self
            .permit()
            .map_err(|denied| ApiError::new(&registry::FORBIDDEN).because(denied))?;
        let query = AgreementQuery {
            subject: Some(self.session.subject),
            ..AgreementQuery::default()
        };
        let found = visit.ledger().agreements(&visit.tenant, &permit, query).await?;
        Ok(found)
    }

    /// All that the person agreed to, read now: connections, and what stands outside of them.
    pub async fn everything(&self, visit: &Visit) -> Result<(Vec<Connection>, Vec<Consent>), ApiError> {
        let permit = self
            .permit()
            .map_err(|denied| ApiError::new(&registry::FORBIDDEN).because(denied))?;
        let subject = self.session.subject;
        Ok(visit.ledger().everything(&visit.tenant, &permit, subject).await?)
    }

    /// What the person agreed to outside of connections, read now.
    pub async fn singles(&self, visit: &Visit) -> Result<Vec<Consent>, ApiError> {
        let permit = self
            .permit()
            .map_err(|denied| ApiError::new(&registry::FORBIDDEN).because(denied))?;
        let subject = self.session.subject;
        let found = visit
            .ledger()
            .single_consents(&visit.tenant, &permit, subject)
            .await?;
        Ok(found)
    }

    /// Whether the person holds accounts together with others. Most people hold theirs alone.
    pub fn has_joint_accounts(&self) -> bool {
        self.held.named().iter().any(Holding::is_joint)
    }

    /// What others share of accounts that they hold with the person, read now (consent-dashboard B6.8).
    pub async fn joint_shares(&self, visit: &Visit) -> Result<Vec<JointShare>, ApiError> {
        if !self.has_joint_accounts() {
            return Ok(Vec::new());
        }
        let permit = self
            .permit()
            .map_err(|denied| ApiError::new(&registry::FORBIDDEN).because(denied))?;
        let found = visit
            .ledger()
            .joint_shares(&visit.tenant, &permit, self.session.subject)
            .await?;
        Ok(found)
    }

    /// The version that the person saw when they ticked; one that nothing has where the form does not say.
    pub fn seen(&self) -> u32 {
        let version = self.form.all("version").next();
        version
            .and_then(|version| version.parse().ok())
            .unwrap_or_default()
    }

    /// The connection that the form names, or the answer where there is none.
    pub async fn connection_or_answer(&self, visit: &Visit) -> Result<Connection, Response> {
        match self.connection(visit).await {
            Ok(Some(connection)) => Ok(connection),
            Ok(None) => Err(connections::not_found(visit, self).await),
            Err(fault) => Err(Refusal::plain(visit, self.look, fault.into()).into_response()),
        }
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

/// The person's own zone, or else that of the bank's customers.
fn zone_of(visit: &Visit, session: &PageSession) -> TimeZone {
    let wanted = [&session.zone, &visit.tenant.tenant.dashboard.time_zone];
    view::zone(wanted.into_iter().flatten())
}

/// The language that the page around this one asked for (consent-dashboard A10); what is none is ignored.
fn asked_locale(form: &Parameters) -> Option<&str> {
    let named = form.one("locale").ok().flatten()?;
    Locale::parse(named).is_ok().then_some(named)
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
