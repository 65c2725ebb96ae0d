//! Consent tokens (consent-tokens-and-preferences 4).

use axum::{extract::Request, response::Response};
use consentry_web::visit::Visit;
use serde_json::{Value, json};

use crate::{
    admission::{Admitted, Counted},
    answer::{gone, ok},
    failure::{Feathers, refused, told},
    wish::{self, Reader},
};

/// Largest body, in bytes (4.2).
const LARGEST: usize = 16 * 1024;

/// What is answered as it was sent.
const ECHOED: [&str; 6] = [
    "metadata",
    "event",
    "delegate",
    "validations",
    "validation",
    "permissions",
];

/// `POST /consents/tokens`.
pub(crate) async fn issue(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, body) = Admitted::admit(visit, request, Counted::Free).await?;
    let permit = admitted.managing()?;
    let body = admitted.read(body, LARGEST).await?;
    let tenant = admitted.tenant();
    organization(&admitted, &body)?;
    let mut reader = Reader::default();
    let longest = tenant.tenant.preferences.consent_token_max_lifetime;
    let wish = wish::token(&mut reader, &body, longest);
    if let Some(regulation) = wish
        .as_ref()
        .and_then(|wish| wish.detail.event.as_ref()?.regulation.as_deref())
        && !tenant.tenant.preferences.knows_regulation(regulation)
    {
        reader.refuse("event.regulation", "is not known here");
    }
    reader.finish()?;
    let wish = wish.ok_or_else(|| refused("", "must be an object"))?;
    let base = admitted.visit.base_url();
    let issued = admitted
        .visit
        .ledger()
        .issue_consent_token(tenant, &permit, &base, &wish)
        .await
        .map_err(told)?;
    let mut answer = json!({
        "id_token": issued.id_token,
        "organization_id": tenant.tenant.slug,
        "organization_user_id": wish.detail.organization_user_id,
        "lifetime": wish.lifetime.as_seconds(),
        "expires_at": issued.expires_at.to_rfc3339_millis(),
        "jti": issued.jti,
    });
    for name in ECHOED {
        if let Some(value) = body.get(name).filter(|value| !value.is_null()) {
            answer[name] = value.clone();
        }
    }
    Ok(admitted.told(ok(&answer)))
}

/// In the query, in the body, or the same in both.
pub(crate) fn organization(admitted: &Admitted, body: &Value) -> Result<(), Feathers> {
    let in_query = admitted.query.one("organization_id");
    let in_body = body.get("organization_id").filter(|value| !value.is_null());
    let Some(in_body) = in_body else {
        return Ok(admitted.require_organization()?);
    };
    let in_body = in_body
        .as_str()
        .ok_or_else(|| refused("organization_id", "must be a text"))?;
    if in_query.is_some_and(|in_query| in_query != in_body) {
        return Err(refused("organization_id", "differs between query and body").into());
    }
    Ok(admitted.check_organization(in_body)?)
}

/// `DELETE /consents/tokens/{jti}`.
pub(crate) async fn revoke(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, _) = Admitted::admit(visit, request, Counted::Free).await?;
    let permit = admitted.managing()?;
    admitted.require_organization()?;
    let jti = admitted.last_segment()?;
    admitted
        .visit
        .ledger()
        .revoke_consent_token(admitted.tenant(), &permit, &jti)
        .await
        .map_err(told)?;
    Ok(gone())
}
