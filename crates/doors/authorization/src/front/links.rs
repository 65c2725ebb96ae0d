//! The identities of a person at other OpenID providers, on a page of their own: linking one, and taking it away.

use axum::{extract::Request, response::Response};
use consentry_domain::{Timestamp, subject::Namespace, tenant::Upstream};
use consentry_ledger::{
    sessions::Session,
    upstream::{Identity, LinkIdentityError, UnlinkError},
};
use consentry_web::{
    error::{ApiError, registry},
    page::Page,
    parameters::Rules,
    query, sign_in,
    visit::Visit,
};
use http::{HeaderMap, HeaderValue, StatusCode, request::Parts};
use jiff::tz::TimeZone;

use super::{
    browser::Browser,
    failure::Failure,
    login::own_form,
    page,
    redirect::{see_other, with_parameters},
};

/// Where they are.
pub(super) const PAGE: &str = "/login/links";

/// What an address may say was done, with the text for it and whether it worked.
const SAID: [(&str, &str, bool); 4] = [
    ("linked", "links-linked", true),
    ("taken", "links-taken", false),
    ("full", "links-full", false),
    ("elsewhere", "links-elsewhere", false),
];

#[derive(askama::Template)]
#[template(path = "authorization/links.html")]
struct LinksPage {
    page: Page,
    providers: Vec<Provider>,
    /// What was just done; empty where nothing was.
    done: String,
    /// What did not work; empty where everything did.
    problem: String,
    /// Whether the person proved lately enough who they are.
    is_recent: bool,
}

/// One provider, in words.
struct Provider {
    name: String,
    label: String,
    /// Who the person is there: what each is named by, and since when it is linked.
    identities: Vec<(String, String)>,
}

/// Whether there is such a page.
pub(super) fn offered(visit: &Visit) -> bool {
    !visit.tenant.tenant.authorization.sign_in.upstreams.is_empty()
}

fn required(visit: &Visit) -> Result<(), Failure> {
    if offered(visit) {
        Ok(())
    } else {
        Err(ApiError::new(&registry::NOT_FOUND).into())
    }
}

/// `GET /login/links`.
pub(super) async fn get(visit: Visit, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let done = async {
        required(&visit)?;
        match Browser::new(&visit, &parts.headers).session().await? {
            Some(session) => list(&visit, &session, said(&parts)?).await,
            None => Ok(sign_in::send_to_login(&visit, PAGE)?),
        }
    };
    done.await
        .unwrap_or_else(|failure: Failure| failure.html(&visit, &[]))
}

/// `POST /login/links`: takes an identity away, or goes to log in once more.
pub(super) async fn post(visit: Visit, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let done = async {
        let form = own_form(&visit, &parts.headers, body).await?;
        required(&visit)?;
        let Some(session) = Browser::new(&visit, &parts.headers).session().await? else {
            return Ok(sign_in::send_to_login(&visit, PAGE)?);
        };
        let field = |name| {
            form.one(name)
                .map(Option::unwrap_or_default)
                .map_err(ApiError::from)
        };
        match field("do")? {
            "again" => Ok(sign_in::send_to_login_anew(&visit, PAGE)?),
            "unlink" => {
                let said = unlink(&visit, &session, field("identity")?).await?;
                let mut answer = list(&visit, &session, said).await?;
                if said.is_some_and(|(_, is_done)| !is_done) {
                    *answer.status_mut() = StatusCode::CONFLICT;
                }
                Ok(answer)
            }
            _ => list(&visit, &session, None).await,
        }
    };
    done.await
        .unwrap_or_else(|failure: Failure| failure.html(&visit, &[]))
}

/// The session that an identity is going to be linked to; none where the page has to say first what is missing.
pub(super) async fn may_begin(visit: &Visit, headers: &HeaderMap) -> Result<Option<Session>, Failure> {
    let session = Browser::new(visit, headers).session().await?;
    Ok(session.filter(|session| visit.ledger().may_change_identities(session)))
}

/// The provider vouched for somebody: who they are there is linked to the person of the session that asked, if it still sits here.
pub(super) async fn link(
    visit: &Visit,
    headers: &HeaderMap,
    asked: &str,
    (upstream, sub): (&Upstream, &str),
    used: Vec<HeaderValue>,
) -> Result<Response, Failure> {
    let session = Browser::new(visit, headers).session().await?;
    let said = match session.filter(|session| session.id == asked) {
        None => "elsewhere",
        Some(session) => {
            let linked = visit
                .ledger()
                .link_identity(&visit.tenant, &session, upstream, sub)
                .await;
            match linked {
                Ok(()) => "linked",
                Err(LinkIdentityError::OfAnother) => "taken",
                Err(LinkIdentityError::TooMany) => "full",
                // The page says what to do.
                Err(LinkIdentityError::NotRecent) => "",
                Err(LinkIdentityError::Fault(fault)) => return Err(fault.into()),
            }
        }
    };
    Ok(see_other(&with_parameters(PAGE, [("said", said)]), used)?)
}

async fn unlink(visit: &Visit, session: &Session, id: &str) -> Result<Option<(&'static str, bool)>, Failure> {
    let unlinked = visit.ledger().unlink_identity(&visit.tenant, session, id).await;
    match unlinked {
        Ok(true) => Ok(Some(("links-unlinked", true))),
        // One that is gone already, or somebody else's: there is nothing to take away, and nothing is told. Else the page says what to do.
        Ok(false) | Err(UnlinkError::NotRecent) => Ok(None),
        Err(UnlinkError::LastWay) => Ok(Some(("links-last", false))),
        Err(UnlinkError::Fault(fault)) => Err(fault.into()),
    }
}

fn said(parts: &Parts) -> Result<Option<(&'static str, bool)>, Failure> {
    let parameters = query::read(&parts.uri, &Rules::DEFAULT).map_err(ApiError::from)?;
    let said = parameters.one("said").map_err(ApiError::from)?;
    let known = SAID.into_iter().find(|(name, ..)| Some(*name) == said);
    Ok(known.map(|(_, text, is_done)| (text, is_done)))
}

async fn list(
    visit: &Visit,
    session: &Session,
    said: Option<(&'static str, bool)>,
) -> Result<Response, Failure> {
    let (ledger, tenant) = (visit.ledger(), &visit.tenant);
    let identities = ledger.identities_of(tenant, session.subject).await?;
    let mut page = page::new(visit, &[], "links-title");
    page.person = ledger.name_of(tenant, session.subject, Namespace::Login).await?;
    let words = |wanted: bool| {
        let said = said.filter(|(_, is_done)| *is_done == wanted);
        said.map(|(key, _)| page.text(key).to_string())
            .unwrap_or_default()
    };
    let upstreams = &tenant.tenant.authorization.sign_in.upstreams;
    let template = LinksPage {
        providers: upstreams
            .iter()
            .map(|upstream| provider(&page, upstream, &identities))
            .collect(),
        done: words(true),
        problem: words(false),
        is_recent: ledger.may_change_identities(session),
        page,
    };
    Ok(page::answer(&template.page, &template, &[]))
}

fn provider(page: &Page, upstream: &Upstream, identities: &[Identity]) -> Provider {
    let moment = |at: Timestamp| page.language.moment(&at.to_jiff().to_zoned(TimeZone::UTC));
    let own = identities
        .iter()
        .filter(|identity| identity.upstream == upstream.name);
    Provider {
        name: upstream.name.clone(),
        label: upstream.label.clone(),
        identities: own
            .map(|identity| (identity.id.clone(), moment(identity.linked_at)))
            .collect(),
    }
}
