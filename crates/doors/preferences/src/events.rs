//! Consent events (consent-tokens-and-preferences 5.4).

use std::sync::Arc;

use axum::{extract::Request, response::Response};
use consentry_domain::tenant::USUAL_REGULATION;
use consentry_ledger::preferences::{EventView, EventWish, ReadPreferences, Taking, Whom, WritePreferences};
use consentry_web::{error::ApiError, visit::Visit};
use serde_json::Value;

use crate::{
    admission::{Admitted, Counted, LARGEST_WITH_PROOFS},
    answer::{gone, ok, part},
    failure::{Feathers, forbidden, not_found, refused, told, wrong},
    repeated, shown,
    wish::{self, Reader},
};

/// Most events of one request (17).
const SEVERAL: usize = 100;

/// What is no condition on an event itself.
const NAMES: [&str; 3] = ["organization_id", "user_id", "organization_user_id"];

/// `POST /consents/events`.
pub(crate) async fn record(visit: Visit, request: Request) -> Result<Response, Feathers> {
    repeated::once(visit, request, take, read).await
}

async fn take(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, body) = Admitted::admit(visit, request, Counted::Free).await?;
    let permit = admitted.permit::<WritePreferences>()?;
    admitted.query.flag("$generate_tcfcs")?;
    let is_silent = admitted.query.flag("$disable_integrations")?;
    let mut body = admitted.read(body, LARGEST_WITH_PROOFS).await?;
    if admitted.token().is_some() {
        // Who acts, and when, is not the browser's to say (4.4).
        for name in ["delegate", "created_at"] {
            body.as_object_mut().map(|event| event.remove(name));
        }
    }
    let (taking, mut wishes) = match (&body, admitted.token()) {
        (Value::Array(_), Some(_)) => return Err(forbidden("several events need a session").into()),
        (Value::Array(all), None) => {
            if all.is_empty() {
                admitted.require_organization()?;
            }
            for event in all {
                check_organization(&admitted, event)?;
            }
            (Taking::Several, several(all)?)
        }
        (one, token) => {
            check_named(&admitted, one)?;
            let mut reader = Reader::default();
            let wish = wish::event(&mut reader, one);
            reader.finish()?;
            let taking = token.map_or(Taking::One, |token| Taking::ByToken(Arc::clone(token)));
            (taking, vec![wish])
        }
    };
    let base = admitted.visit.base_url();
    for wish in &mut wishes {
        wish.is_silent = is_silent;
        wish.links_from.clone_from(&base);
    }
    let tenant = admitted.tenant();
    let recorded = admitted
        .visit
        .ledger()
        .record_preferences(tenant, &permit, &taking, &wishes, admitted.request())
        .await
        .map_err(told)?;
    let mut all = Vec::with_capacity(recorded.len());
    for view in &recorded {
        all.push(shown::event(tenant, view)?);
    }
    let answer = match (&taking, all.pop()) {
        (Taking::Several, last) => Value::Array(all.into_iter().chain(last).collect()),
        (_, last) => last.unwrap_or_default(),
    };
    Ok(admitted.told(ok(&answer)))
}

/// An event says whose it is, or the query does.
fn check_organization(admitted: &Admitted, event: &Value) -> Result<(), ApiError> {
    match event.get("organization_id").and_then(Value::as_str) {
        Some(asked) => admitted.check_organization(asked),
        None => admitted.require_organization(),
    }
}

/// What one event names must be what the credential is for.
fn check_named(admitted: &Admitted, event: &Value) -> Result<(), ApiError> {
    check_organization(admitted, event)?;
    let named = event
        .pointer("/user/organization_user_id")
        .and_then(Value::as_str);
    match (admitted.token(), named) {
        (Some(token), Some(named)) if named != token.organization_user_id => {
            Err(forbidden("the token is another user's"))
        }
        _ => Ok(()),
    }
}

/// Several events: all of them are judged before any is taken.
fn several(all: &[Value]) -> Result<Vec<EventWish>, ApiError> {
    if !(1..=SEVERAL).contains(&all.len()) {
        return Err(refused("", "must be an object, or hold 1 to 100 of them"));
    }
    let (mut wishes, mut refusals) = (Vec::with_capacity(all.len()), Vec::new());
    for (index, value) in all.iter().enumerate() {
        let mut reader = Reader::default();
        wishes.push(wish::event(&mut reader, value));
        reader.finish_at(index, &mut refusals)?;
    }
    if refusals.is_empty() {
        Ok(wishes)
    } else {
        Err(wrong(refusals))
    }
}

/// `GET /consents/events`: confirmed ones under the usual regulation, where nothing else is asked for.
pub(crate) async fn list(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, _) = Admitted::admit(visit, request, Counted::Free).await?;
    let permit = admitted.permit::<ReadPreferences>()?;
    admitted.require_organization()?;
    let whom = admitted.whom("user_id")?;
    if whom == Whom::default() {
        return Err(refused("user_id", "or organization_user_id is missing").into());
    }
    admitted.check_own(&permit, whom).await?;
    let query = &admitted.query;
    let tenant = admitted.tenant();
    let found = admitted.visit.ledger().preference_events(tenant, &permit, whom);
    let found = found.await.map_err(told)?;
    let mut listed: Vec<(&EventView, Value)> = Vec::new();
    for view in &found {
        let event = shown::event(tenant, view)?;
        let is_usual = (query.mentions("status") || event["status"] == "confirmed")
            && (query.mentions("regulation") || event["regulation"] == USUAL_REGULATION);
        if is_usual && query.fits(&event, &NAMES) {
            listed.push((view, event));
        }
    }
    let (field, descending) = query.sort().unwrap_or(("created_at", true));
    listed.sort_by_key(|(view, _)| {
        let at = if field == "updated_at" {
            view.event.updated_at
        } else {
            view.event.created_at
        };
        (at, view.event.number)
    });
    if descending {
        listed.reverse();
    }
    let all = listed.into_iter().map(|(_, event)| event).collect();
    Ok(admitted.told(part(all, query)?))
}

/// `GET /consents/events/{event}`, of any status and regulation.
pub(crate) async fn read(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, _) = Admitted::admit(visit, request, Counted::Free).await?;
    let permit = admitted.permit::<ReadPreferences>()?;
    admitted.require_organization()?;
    let id = admitted.last_segment()?;
    let tenant = admitted.tenant();
    let found = admitted.visit.ledger().preference_event(tenant, &permit, &id);
    let view = found.await.map_err(told)?;
    check_owner(&admitted, &permit, &view).await?;
    Ok(admitted.told(ok(&shown::event(tenant, &view)?)))
}

/// Who is named beside an event must be whose it is.
async fn check_owner(
    admitted: &Admitted,
    permit: &consentry_ledger::Permit<ReadPreferences>,
    view: &EventView,
) -> Result<(), ApiError> {
    let whom = admitted.whom("user_id")?;
    if whom == Whom::default() {
        return Ok(());
    }
    let theirs = admitted
        .visit
        .ledger()
        .preference_events(admitted.tenant(), permit, whom)
        .await
        .map_err(told)?;
    if theirs.iter().any(|own| own.event.id == view.event.id) {
        Ok(())
    } else {
        Err(not_found())
    }
}

/// `PATCH /consents/events/{event}`.
pub(crate) async fn correct(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, body) = Admitted::admit(visit, request, Counted::Free).await?;
    let permit = admitted.managing()?;
    admitted.require_organization()?;
    let id = admitted.last_segment()?;
    let is_silent = admitted.query.flag("$disable_integrations")?;
    let body = admitted.read(body, LARGEST_WITH_PROOFS).await?;
    if let Some(asked) = body.get("organization_id").and_then(Value::as_str) {
        admitted.check_organization(asked)?;
    }
    let mut reader = Reader::default();
    let mut patch = wish::patch(&mut reader, &body, &id);
    reader.finish()?;
    patch.is_silent = is_silent;
    let tenant = admitted.tenant();
    let view = admitted
        .visit
        .ledger()
        .correct_preference(tenant, &permit, &id, &patch, admitted.request())
        .await
        .map_err(told)?;
    Ok(admitted.told(ok(&shown::event(tenant, &view)?)))
}

/// `DELETE /consents/events/{event}`.
pub(crate) async fn delete(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, _) = Admitted::admit(visit, request, Counted::Free).await?;
    let permit = admitted.managing()?;
    admitted.require_organization()?;
    let id = admitted.last_segment()?;
    let tenant = admitted.tenant();
    let reading = admitted.permit::<ReadPreferences>()?;
    let found = admitted.visit.ledger().preference_event(tenant, &reading, &id);
    let view = found.await.map_err(told)?;
    check_owner(&admitted, &reading, &view).await?;
    admitted
        .visit
        .ledger()
        .delete_preferences(
            tenant,
            &permit,
            (&id, std::slice::from_ref(&id)),
            admitted.query.flag("$disable_integrations")?,
            admitted.request(),
        )
        .await
        .map_err(told)?;
    Ok(gone())
}

/// `DELETE /consents/events`: those of a person that fit conditions on the events themselves.
pub(crate) async fn delete_matching(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, _) = Admitted::admit(visit, request, Counted::Free).await?;
    let permit = admitted.managing()?;
    admitted.require_organization()?;
    let whom = admitted.whom("user_id")?;
    if whom == Whom::default() {
        return Err(refused("user_id", "or organization_user_id is missing").into());
    }
    let is_silent = admitted.query.flag("$disable_integrations")?;
    if !admitted.query.filters_beside(&NAMES) {
        return Err(refused("", "a condition on the events is missing").into());
    }
    let tenant = admitted.tenant();
    let reading = admitted.permit::<ReadPreferences>()?;
    let found = admitted.visit.ledger().preference_events(tenant, &reading, whom);
    let mut ids = Vec::new();
    for view in found.await.map_err(told)? {
        if admitted.query.fits(&shown::event(tenant, &view)?, &NAMES) {
            ids.push(view.event.id);
        }
    }
    if let Some(first) = ids.first() {
        admitted
            .visit
            .ledger()
            .delete_preferences(tenant, &permit, (first, &ids), is_silent, admitted.request())
            .await
            .map_err(told)?;
    }
    Ok(gone())
}
