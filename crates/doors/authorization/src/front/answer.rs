//! A person's yes or no is carried out, wherever it was given: on the hosted page, at the callback, or reported beforehand.

use axum::response::Response;
use consentry_ledger::{
    interactions::{Approval, ApproveError, Changed, Interaction, Misuse},
    sessions::Session,
};
use consentry_web::visit::Visit;
use http::HeaderMap;

use super::{browser::Browser, failure::Failure, proceed};

/// Description of a decline, word for word (TPA-FL-08).
const DECLINED: &str = "User denied consent to requested scope";

/// Somebody is asked in this interaction, and in time (A.8.2 step 6).
pub(super) async fn still_asked(visit: &Visit, interaction: &Interaction) -> Result<(), Failure> {
    if interaction.step.question().is_some() {
        return Ok(());
    }
    visit
        .ledger()
        .reject_interaction(&visit.tenant, interaction, Misuse::Over)
        .await?;
    Err(Failure::over())
}

/// The browser has the interaction's cookie (step 7).
pub(super) async fn own_browser(
    visit: &Visit,
    headers: &HeaderMap,
    interaction: &Interaction,
) -> Result<(), Failure> {
    let cookie = Browser::new(visit, headers).interaction(&interaction.cookie_mark());
    if interaction.is_opened_by(cookie.as_ref()) {
        return Ok(());
    }
    visit
        .ledger()
        .reject_interaction(&visit.tenant, interaction, Misuse::ForeignBrowser)
        .await?;
    Err(Failure::foreign(
        "This call did not come from the browser the interaction belongs to. Navigate that browser here (a script's fetch \
         carries no cookie), or report the answer with POST",
    ))
}

/// The session is the one the question was put to (step 8).
pub(super) async fn own_session(
    visit: &Visit,
    headers: &HeaderMap,
    interaction: &Interaction,
) -> Result<Session, Failure> {
    let session = Browser::new(visit, headers).session().await?;
    match session {
        Some(session) if interaction.is_put_to(Some(&session)) => Ok(session),
        _ => {
            visit
                .ledger()
                .reject_interaction(&visit.tenant, interaction, Misuse::ForeignSession)
                .await?;
            Err(Failure::foreign("The question was put to another session"))
        }
    }
}

/// Carries an answer out and sends the browser back to the client (steps 12 to 14).
pub(super) async fn give(
    visit: &Visit,
    interaction: &Interaction,
    session: &Session,
    approved: bool,
    approval: &Approval,
) -> Result<Response, Failure> {
    let ledger = visit.ledger();
    let request = &interaction.request;
    let permit = proceed::permit(session)?;
    if !approved {
        ledger
            .decline_interaction(&visit.tenant, &permit, interaction, approval)
            .await?;
        return proceed::refuse(visit, request, "access_denied", DECLINED, Some(interaction));
    }
    match ledger
        .approve_interaction(&visit.tenant, &permit, interaction, session, approval)
        .await
    {
        Ok(issued) => proceed::answer(visit, request, &issued, Some(interaction)),
        Err(ApproveError::Changed(Changed::Scope)) => {
            ledger.cancel_interaction(&visit.tenant, interaction).await?;
            let description = "a requested scope is no longer allowed";
            proceed::refuse(visit, request, "invalid_scope", description, Some(interaction))
        }
        Err(error) => Err(error.into()),
    }
}
