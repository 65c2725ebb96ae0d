//! Signing in at another OpenID provider: on the way there, and back.
//!
//! What a request is recognised by stays in the browser: a cookie of its own for each, named after `state`, with a secret from which proof key
//! and `nonce` follow. So an answer counts in the browser that asked only, for the provider that was asked, and once: the cookie goes with it,
//! and the provider takes its code once.

mod identity;
mod provider;

use std::sync::Arc;

use axum::{
    extract::{Path, Request},
    response::Response,
};
use consentry_domain::tenant::Upstream;
use consentry_ledger::{
    Opaque,
    interactions::cookie_mark,
    opaque::hash_text,
    sessions::{Method, Vouched},
    upstream::RECENT,
};
use consentry_web::{
    error::{ApiError, registry},
    form,
    origin::{self, Provenance},
    parameters::{Parameters, Rules},
    query, sign_in,
    visit::Visit,
};
use http::HeaderMap;

pub(crate) use self::provider::Providers;
use self::provider::{Exchange, Trouble};
use super::{
    browser::{self, Browser},
    failure::Failure,
    links,
    redirect::{see_other, with_parameters},
    signed_in::{Errand, proved},
};

/// What of an answer is looked at.
const ANSWER: [&str; 4] = ["code", "state", "iss", "error"];

/// The provider vouches for somebody who is nobody here.
const NOBODY: (&str, &str) = ("upstream-nobody-title", "upstream-nobody-text");

/// The answer is not one to a request of this browser.
const FOREIGN: (&str, &str) = ("upstream-foreign-title", "upstream-foreign-text");

/// The provider cannot be used.
const TROUBLE: (&str, &str) = ("upstream-trouble-title", "upstream-trouble-text");

/// Where a provider is begun with.
pub(super) fn path(upstream: &Upstream) -> String {
    format!("/login/with/{}", upstream.name)
}

/// What somebody is sent to a provider for.
enum Purpose {
    /// To sign in, without an app.
    SignIn,
    /// To sign in for the app of an interaction.
    Errand(Opaque),
    /// To link who they are there to the person of this session, who is logged in already.
    Link(String),
}

/// How the session of [`Purpose::Link`] begins; no handle does.
const LINK: &str = "link.";

impl Purpose {
    fn text(&self) -> String {
        match self {
            Self::SignIn => String::new(),
            Self::Errand(handle) => handle.expose().to_owned(),
            Self::Link(session) => format!("{LINK}{session}"),
        }
    }

    fn read(text: &str) -> Self {
        match text.strip_prefix(LINK) {
            Some(session) => Self::Link(session.to_owned()),
            None if text.is_empty() => Self::SignIn,
            None => Self::Errand(Opaque::received(text)),
        }
    }
}

/// What a browser keeps of a request: `state`, a secret, the provider, and what it is for.
struct Kept {
    state: String,
    secret: String,
    upstream: String,
    purpose: Purpose,
}

impl Kept {
    fn text(&self) -> String {
        let purpose = self.purpose.text();
        [&self.state, &self.secret, &self.upstream, &purpose]
            .map(String::as_str)
            .join(".")
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.splitn(4, '.').map(str::to_owned);
        Some(Self {
            state: parts.next()?,
            secret: parts.next()?,
            upstream: parts.next()?,
            purpose: Purpose::read(&parts.next()?),
        })
    }

    /// Verifier of the proof key (RFC 7636): 43 characters.
    fn verifier(&self) -> String {
        hash_text(&format!("verifier {}", self.secret))
    }

    fn nonce(&self) -> String {
        hash_text(&format!("nonce {}", self.secret))
    }
}

/// What a page of ours wants of a provider beside a login.
struct Wish<'p> {
    /// The authentication context, of those that the dataspace counts.
    acr: Option<&'p str>,
    /// Whether somebody else may be logged in there.
    is_anew: bool,
    /// Where the browser is on its way to.
    onward: Option<&'p str>,
}

impl<'p> Wish<'p> {
    fn of(visit: &Visit, upstream: &Upstream, parameters: &'p Parameters) -> Result<Self, ApiError> {
        let dataspace = &visit.tenant.tenant.dataspace;
        let counts = |acr: &&str| {
            let issuer = dataspace.login_issuer(upstream);
            issuer.is_some_and(|issuer| issuer.acr.iter().any(|own| own == acr))
        };
        Ok(Self {
            acr: parameters.one("acr_values")?.filter(counts),
            is_anew: parameters.one("anew")? == Some("yes"),
            onward: parameters.one("next")?,
        })
    }
}

/// `GET /login/with/{upstream}`: sends the browser to the provider; with `for=link` to link who the person is there.
pub(super) async fn begin(
    providers: Arc<Providers>,
    visit: Visit,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let done = async {
        let upstream = configured(&visit, &name)?;
        let own = visit
            .house
            .origin(&visit.tenant)
            .ok_or_else(|| ApiError::internal("no public origin"))?;
        let is_foreign = origin::provenance(&parts.headers, &own) == Provenance::Foreign;
        if is_foreign || origin::speculative(&parts.headers) {
            // Nobody is sent there by another site.
            return Ok(see_other("/login", Vec::new())?);
        }
        let parameters = query::read(&parts.uri, &Rules::DEFAULT).map_err(ApiError::from)?;
        let purpose = if parameters.one("for").map_err(ApiError::from)? == Some("link") {
            match links::may_begin(&visit, &parts.headers).await? {
                Some(session) => Purpose::Link(session.id),
                None => return Ok(see_other(links::PAGE, Vec::new())?),
            }
        } else {
            let errand = Errand::of(&visit, &parts.headers, &parameters).await?;
            errand.map_or(Purpose::SignIn, |errand| Purpose::Errand(errand.handle))
        };
        let wish = Wish::of(&visit, upstream, &parameters)?;
        send(&providers, &visit, upstream, purpose, &wish).await
    };
    done.await
        .unwrap_or_else(|failure: Failure| failure.html(&visit, &[]))
}

/// `GET /login/with/{upstream}/back`: the provider's answer.
pub(super) async fn back(
    providers: Arc<Providers>,
    visit: Visit,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let done = async {
        let upstream = configured(&visit, &name)?;
        let answer = query::read(&parts.uri, &Rules::DEFAULT).map_err(ApiError::from)?;
        take(&providers, &visit, &parts.headers, upstream, &answer).await
    };
    done.await
        .unwrap_or_else(|failure: Failure| failure.html(&visit, &[]))
}

/// `POST /login/with/{upstream}/back`: the same as a form. It comes from another site and so without cookies; repeated as a navigation it
/// brings them.
pub(super) async fn back_as_form(visit: Visit, Path(name): Path<String>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let done = async {
        let form = form::read(&parts.headers, body, &Rules::DEFAULT)
            .await
            .map_err(ApiError::from)?;
        let upstream = configured(&visit, &name)?;
        let mut answer = Vec::new();
        for name in ANSWER {
            let value = form.one(name).map_err(ApiError::from)?;
            answer.extend(value.map(|value| (name, value)));
        }
        let address = format!("{}/back", path(upstream));
        Ok(see_other(&with_parameters(&address, answer), Vec::new())?)
    };
    done.await
        .unwrap_or_else(|failure: Failure| failure.html(&visit, &[]))
}

fn configured<'a>(visit: &'a Visit, name: &str) -> Result<&'a Upstream, Failure> {
    let sign_in = &visit.tenant.tenant.authorization.sign_in;
    let found = sign_in.upstream(name);
    found.ok_or_else(|| ApiError::new(&registry::NOT_FOUND).into())
}

fn redirect_uri(visit: &Visit, upstream: &Upstream) -> String {
    format!("{}{}/back", visit.base_url(), path(upstream))
}

async fn send(
    providers: &Providers,
    visit: &Visit,
    upstream: &Upstream,
    purpose: Purpose,
    wish: &Wish<'_>,
) -> Result<Response, Failure> {
    let ledger = visit.ledger();
    let known = providers.known(&upstream.issuer, ledger.now()).await;
    let known = known.map_err(|error| trouble(upstream, &error))?;
    let state = Opaque::draw(ledger.entropy(), "us");
    let kept = Kept {
        state: state.expose().to_owned(),
        secret: Opaque::draw(ledger.entropy(), "up").expose().to_owned(),
        upstream: upstream.name.clone(),
        purpose,
    };
    let mut scopes = vec!["openid"];
    scopes.extend(upstream.scopes.iter().map(String::as_str));
    scopes.dedup();
    let (scope, redirect_uri) = (scopes.join(" "), redirect_uri(visit, upstream));
    let (nonce, challenge) = (kept.nonce(), hash_text(&kept.verifier()));
    let max_age = RECENT.as_seconds().to_string();
    let mut parameters = vec![
        ("response_type", "code"),
        ("client_id", &upstream.client_id),
        ("redirect_uri", &redirect_uri),
        ("scope", &scope),
        ("state", &kept.state),
        ("nonce", &nonce),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    // Who is to be linked proves there who they are now, too: an open browser is not enough.
    if matches!(kept.purpose, Purpose::Link(_)) {
        parameters.push(("max_age", &max_age));
    }
    if upstream.form_post {
        parameters.push(("response_mode", "form_post"));
    }
    if let Some(acr) = wish.acr {
        parameters.push(("acr_values", acr));
    }
    if wish.is_anew {
        parameters.push(("prompt", "login"));
    }
    let address = with_parameters(&known.metadata.authorization_endpoint, parameters);
    let mut cookies = vec![browser::keep_upstream(visit, &cookie_mark(&state), &kept.text())?];
    if let Some(onward) = wish.onward {
        cookies.extend(sign_in::keep_way(visit, onward)?);
    }
    Ok(see_other(&address, cookies)?)
}

async fn take(
    providers: &Providers,
    visit: &Visit,
    headers: &HeaderMap,
    upstream: &Upstream,
    answer: &Parameters,
) -> Result<Response, Failure> {
    let value = |name: &'static str| answer.one(name).map_err(|_| foreign("a parameter is repeated"));
    let state = value("state")?.ok_or_else(|| foreign("there is no state"))?;
    let mark = cookie_mark(&Opaque::received(state));
    let kept = Browser::new(visit, headers)
        .upstream(&mark)
        .and_then(|text| Kept::read(text.expose()))
        .filter(|kept| kept.state == state && kept.upstream == upstream.name)
        .ok_or_else(|| foreign("the state is not one of this browser for this provider"))?;
    let used = vec![browser::forget_upstream(visit, &mark)?];
    let ledger = visit.ledger();
    let now = ledger.now();
    let known = providers.known(&upstream.issuer, now).await;
    let known = known.map_err(|error| trouble(upstream, &error))?;
    // Whoever answers has to be who was asked (RFC 9207).
    match value("iss")? {
        Some(issuer) if issuer != upstream.issuer => return Err(foreign("another issuer answered")),
        None if known.metadata.authorization_response_iss_parameter_supported => {
            return Err(foreign("the issuer does not say who it is"));
        }
        _ => {}
    }
    let errand = match &kept.purpose {
        Purpose::Errand(handle) => Some(Errand::open(visit, headers, handle).await?),
        Purpose::SignIn | Purpose::Link(_) => None,
    };
    let Some(code) = value("code")?.filter(|code| !code.is_empty()) else {
        let error = value("error")?.unwrap_or_default();
        tracing::info!(oauth.error = error, upstream = %upstream.name, "a provider vouched for nobody");
        let path = match (&kept.purpose, &errand) {
            (Purpose::Link(_), _) => links::PAGE.to_owned(),
            (_, Some(errand)) => errand.path(),
            (_, None) => "/login".to_owned(),
        };
        return Ok(see_other(&path, used)?);
    };
    if let Some(errand) = errand.as_ref().filter(|errand| errand.is_past()) {
        return Ok(see_other(&errand.path(), used)?);
    }
    let exchange = Exchange {
        code,
        redirect_uri: &redirect_uri(visit, upstream),
        verifier: &kept.verifier(),
        nonce: &kept.nonce(),
        since: matches!(kept.purpose, Purpose::Link(_)).then(|| now.minus(RECENT)),
    };
    let identity = providers.exchange(upstream, exchange, now).await;
    let identity = identity.map_err(|error| trouble(upstream, &error))?;
    if let Purpose::Link(session) = &kept.purpose {
        return links::link(visit, headers, session, (upstream, &identity.sub), used).await;
    }
    let person = ledger
        .person_at(
            &visit.tenant,
            upstream,
            &identity.sub,
            identity.verified_email.as_deref(),
        )
        .await?;
    let subject = person.ok_or_else(|| {
        let error = ApiError::new(&registry::FORBIDDEN).detail("nobody here is known by this identity");
        Failure::with_words(error, NOBODY)
    })?;
    let vouched = Vouched {
        upstream: &upstream.name,
        acr: identity.acr.as_deref(),
    };
    let proof = (subject, Method::Upstream, Some(vouched));
    proved(visit, headers, errand.as_ref(), proof, used).await
}

fn foreign(detail: &'static str) -> Failure {
    Failure::with_words(ApiError::new(&registry::FORBIDDEN).detail(detail), FOREIGN)
}

fn trouble(upstream: &Upstream, error: &Trouble) -> Failure {
    tracing::warn!(%error, upstream = %upstream.name, "a provider cannot be signed in with");
    let refused = ApiError::new(&registry::UNAVAILABLE).detail("the provider cannot be signed in with now");
    Failure::with_words(refused, TROUBLE)
}
