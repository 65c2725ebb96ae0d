//! What comes next for a request that was found good: nothing, a login, a question, or a refusal.

use axum::response::Response;
use consentry_domain::{
    client::{Client, Prompt},
    tenant::MfaError,
};
use consentry_ledger::{
    Caller, Opaque, Permit, Via,
    access::{Answer, Target as Whose, authorize},
    interactions::{Assurance, AuthorizationRequest, Changed, Interaction, Issued, Level, MoveError, Need},
    sessions::{Method, Session},
    tokens::access_token::subject_identifier,
};
use consentry_web::{error::ApiError, visit::Visit};

use super::{
    browser::{self, Browser},
    consent, external,
    failure::Failure,
    login,
    onward::{Leaving, leave},
    page,
    redirect::{Fields, Target, see_other},
    signed_in::Errand,
    usable_sign_in,
};

/// How often a step is taken anew when another tab was faster.
const ATTEMPTS: u32 = 3;

/// Description for a person who is no user of the application (TPA-FL-03).
const NOT_REGISTERED: &str = "User is not registered for this application";

/// Path where an interaction goes on in its browser.
pub(super) fn path(handle: &Opaque) -> String {
    format!("/cis/oidc/auth/{}", handle.expose())
}

/// The answer to a request as it came: at once where nothing needs a person, else the beginning of an interaction.
pub(super) async fn first_step(
    visit: &Visit,
    headers: &http::HeaderMap,
    client: &Client,
    request: AuthorizationRequest,
) -> Result<Response, Failure> {
    let ledger = visit.ledger();
    let browser = Browser::new(visit, headers);
    let now = ledger.now();
    let unattended = request.prompts(Prompt::None);
    let session = browser
        .session()
        .await?
        .filter(|session| request.accepts(session, now) && is_meant(visit, client, &request, session));
    if let Some(session) = session {
        if !ledger
            .is_registered(&visit.tenant, session.subject, client.application)
            .await?
        {
            return refuse(visit, &request, "access_denied", NOT_REGISTERED, None);
        }
        let since = request.counts_since(now, now);
        let assurance = ledger
            .assurance_of(&visit.tenant, &usable_sign_in(visit), &request, &session, since)
            .await?;
        if assurance != Assurance::Enough {
            if unattended {
                return unmet(visit, &request, "login_required", None);
            }
            return begin(visit, headers, request).await;
        }
        match ledger
            .need_of(&visit.tenant, client, &request, session.subject)
            .await?
        {
            Need::Nothing {
                scope,
                agreement,
                until,
            } => {
                let permit = permit(&session)?;
                let standing = (&scope, agreement, until);
                let issued = ledger
                    .grant_unasked(&visit.tenant, &permit, &request, &session, standing, None)
                    .await?;
                return answer(visit, &request, &issued, None);
            }
            Need::Consent { reason, .. } if unattended => {
                tracing::info!(ask.reason = reason.as_str(), "a question would be needed");
                return refuse(
                    visit,
                    &request,
                    "consent_required",
                    "The person has to be asked for consent",
                    None,
                );
            }
            Need::Consent { .. } => {}
        }
    } else if unattended {
        return refuse(
            visit,
            &request,
            "login_required",
            "The person has to log in",
            None,
        );
    }
    begin(visit, headers, request).await
}

/// Begins an interaction and sends the browser into it.
pub(super) async fn begin(
    visit: &Visit,
    headers: &http::HeaderMap,
    request: AuthorizationRequest,
) -> Result<Response, Failure> {
    let counted_by = Browser::new(visit, headers).counted_by();
    let begun = visit
        .ledger()
        .begin_interaction(&visit.tenant, request, counted_by.as_ref())
        .await?;
    let cookies = browser::keep_interaction(visit, &begun)?;
    Ok(see_other(&path(&begun.handle), cookies)?)
}

/// What comes next for an interaction in the browser it is bound to; the caller has checked the binding.
pub(super) async fn next_step(
    visit: &Visit,
    headers: &http::HeaderMap,
    handle: &Opaque,
    mut interaction: Interaction,
) -> Result<Response, Failure> {
    let session = Browser::new(visit, headers).session().await?;
    for _ in 0..ATTEMPTS {
        match attempt(visit, handle, &interaction, session.as_ref()).await {
            Err(Obstacle::Overtaken) => {
                let again = visit.ledger().interaction(&visit.tenant, handle).await?;
                interaction = again.ok_or_else(Failure::unknown)?;
            }
            Err(Obstacle::Failure(failure)) => return Err(failure),
            Ok(answer) => return Ok(answer),
        }
    }
    Err(Failure::over())
}

enum Obstacle {
    Overtaken,
    Failure(Failure),
}

impl<E: Into<Failure>> From<E> for Obstacle {
    fn from(error: E) -> Self {
        Self::Failure(error.into())
    }
}

async fn attempt(
    visit: &Visit,
    handle: &Opaque,
    interaction: &Interaction,
    session: Option<&Session>,
) -> Result<Response, Obstacle> {
    if interaction.step.is_terminal() {
        return Err(Failure::over().into());
    }
    let request = &interaction.request;
    let client = visit
        .tenant
        .client(request.client.as_str())
        .ok_or(Failure::from(Changed::Client))?;
    if interaction.step.question().is_some() {
        if !interaction.is_put_to(session) {
            return Err(Failure::foreign("The question was put to another session").into());
        }
        return Ok(question(visit, client, handle, interaction).await?);
    }
    let ledger = visit.ledger();
    let Some(session) = session.filter(|session| interaction.is_authenticated_by(session, ledger.now()))
    else {
        let interaction = moved(
            ledger
                .interaction_authenticating(&visit.tenant, interaction)
                .await,
        )?;
        let method = first_method(visit, request);
        return Ok(login::page_for(visit, &errand(handle, interaction), session, method).await?);
    };
    if !is_meant(visit, client, request, session) {
        if interaction.step.own_session() != Some(session.id.as_str()) {
            let interaction = moved(
                ledger
                    .interaction_authenticating(&visit.tenant, interaction)
                    .await,
            )?;
            let method = first_method(visit, request);
            return Ok(login::page_for(visit, &errand(handle, interaction), None, method).await?);
        }
        ledger.cancel_interaction(&visit.tenant, interaction).await?;
        let description = "Another person is logged in than the request is about";
        return Ok(refuse(
            visit,
            request,
            "login_required",
            description,
            Some(interaction),
        )?);
    }
    if !ledger
        .is_registered(&visit.tenant, session.subject, client.application)
        .await?
    {
        ledger.cancel_interaction(&visit.tenant, interaction).await?;
        return Ok(refuse(
            visit,
            request,
            "access_denied",
            NOT_REGISTERED,
            Some(interaction),
        )?);
    }
    let since = interaction.counts_since(ledger.now());
    match ledger
        .assurance_of(&visit.tenant, &usable_sign_in(visit), request, session, since)
        .await?
    {
        Assurance::Enough => {}
        Assurance::Missing(method) => {
            let interaction = moved(
                ledger
                    .interaction_authenticating(&visit.tenant, interaction)
                    .await,
            )?;
            return Ok(login::page_for(visit, &errand(handle, interaction), Some(session), method).await?);
        }
        Assurance::Unreachable => {
            ledger.cancel_interaction(&visit.tenant, interaction).await?;
            return Ok(unmet(
                visit,
                request,
                "unmet_authentication_requirements",
                Some(interaction),
            )?);
        }
    }
    match ledger
        .need_of(&visit.tenant, client, request, session.subject)
        .await?
    {
        Need::Nothing {
            scope,
            agreement,
            until,
        } => {
            let permit = permit(session)?;
            let standing = (&scope, agreement, until);
            let issued = ledger
                .grant_unasked(
                    &visit.tenant,
                    &permit,
                    request,
                    session,
                    standing,
                    Some(interaction),
                )
                .await
                .map_err(Failure::from)?;
            Ok(answer(visit, request, &issued, Some(interaction))?)
        }
        Need::Consent { scope, reason } => {
            tracing::info!(ask.reason = reason.as_str(), client.id = %client.id, "asking for consent");
            let languages = page::languages(visit, &request.ui_locales);
            let asked = ledger
                .ask_for_consent(
                    &visit.tenant,
                    interaction,
                    client,
                    session,
                    (scope, reason),
                    &languages,
                )
                .await;
            let interaction = moved(asked)?;
            Ok(question(visit, client, handle, &interaction).await?)
        }
    }
}

fn errand(handle: &Opaque, interaction: Interaction) -> Errand {
    Errand {
        handle: handle.clone(),
        interaction,
    }
}

/// What was proved is not enough: as OpenID Connect has it, or as the tenant's switch says (third-party-authorization A.14).
fn unmet(
    visit: &Visit,
    request: &AuthorizationRequest,
    standard: &'static str,
    interaction: Option<&Interaction>,
) -> Result<Response, Failure> {
    let settings = &visit.tenant.tenant.authorization;
    let sign_in = usable_sign_in(visit);
    let two = request.level(&sign_in) == Level::Two;
    match settings.mfa_error {
        MfaError::MfaRequired if two => {
            let ways = [(sign_in.email_code, "email_code"), (sign_in.passkey, "passkey")];
            let usable: Vec<&str> = ways.iter().filter(|(is, _)| *is).map(|(_, way)| *way).collect();
            let description = &format!("A second factor is required; usable: {}", usable.join(" "));
            refuse(visit, request, "mfa_required", description, interaction)
        }
        _ => {
            let description = "The person has to prove in another way who they are";
            refuse(visit, request, standard, description, interaction)
        }
    }
}

/// How somebody who is not known yet signs in for a request.
fn first_method(visit: &Visit, request: &AuthorizationRequest) -> Method {
    let sign_in = usable_sign_in(visit);
    request.level(&sign_in).first_method(&sign_in)
}

fn moved(result: Result<Interaction, MoveError>) -> Result<Interaction, Obstacle> {
    result.map_err(|error| match error {
        MoveError::Illegal(_) | MoveError::Overtaken => Obstacle::Overtaken,
        MoveError::Fault(fault) => fault.into(),
    })
}

/// The hosted page, or the way to the first party's own.
async fn question(
    visit: &Visit,
    client: &Client,
    handle: &Opaque,
    interaction: &Interaction,
) -> Result<Response, Failure> {
    let question = interaction.step.question().ok_or_else(Failure::over)?;
    match &question.consent_uri {
        None => consent::page_for(visit, client, handle, interaction, "").await,
        Some(consent_uri) => {
            let format = client
                .scope_format
                .unwrap_or(visit.tenant.tenant.authorization.scope_format);
            let address = external::address(consent_uri, handle, &question.scope, format);
            Ok(see_other(&address, Vec::new())?)
        }
    }
}

/// Whether this session is of the person that the request is about, where it says so (B13-05).
fn is_meant(visit: &Visit, client: &Client, request: &AuthorizationRequest, session: &Session) -> bool {
    let known_as = || subject_identifier(&visit.tenant, client, session.subject);
    request
        .subject_hint
        .as_ref()
        .is_none_or(|hint| known_as().is_ok_and(|known| known == *hint))
}

/// Leave for the person of a session to answer for themself.
pub(super) fn permit(session: &Session) -> Result<Permit<Answer>, ApiError> {
    let caller = Caller::Subject {
        subject: session.subject,
        via: Via::Session(session.hash),
    };
    authorize(&caller, Whose::Subject(session.subject)).map_err(ApiError::internal)
}

/// The code goes to the client.
pub(super) fn answer(
    visit: &Visit,
    request: &AuthorizationRequest,
    issued: &Issued,
    interaction: Option<&Interaction>,
) -> Result<Response, Failure> {
    let code = issued.code.expose();
    back(visit, request, interaction, |target| target.code(code))
}

/// The refusal goes to the client.
pub(super) fn refuse(
    visit: &Visit,
    request: &AuthorizationRequest,
    error: &str,
    description: &str,
    interaction: Option<&Interaction>,
) -> Result<Response, Failure> {
    back(visit, request, interaction, |target| {
        target.error(error, description)
    })
}

/// The browser leaves; the cookie of what led here goes.
fn back(
    visit: &Visit,
    request: &AuthorizationRequest,
    interaction: Option<&Interaction>,
    said: impl FnOnce(&Target<'_>) -> Fields,
) -> Result<Response, Failure> {
    let issuer = visit.house.issuer(&visit.tenant);
    let target = Target {
        redirect_uri: &request.redirect_uri,
        state: request.state.as_deref(),
        issuer: &issuer,
    };
    let cookies = interaction
        .map(|interaction| browser::forget_interaction(visit, interaction))
        .transpose()?;
    let client = visit.tenant.client(request.client.as_str());
    let leaving = Leaving {
        target,
        mode: request.response_mode,
        client: client.map_or(request.client.as_str(), |client| client.name.as_str()),
        ui_locales: &request.ui_locales,
    };
    let fields = said(&target);
    Ok(leave(visit, leaving, fields, cookies.into_iter().collect())?)
}
