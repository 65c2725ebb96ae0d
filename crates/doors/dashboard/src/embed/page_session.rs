//! The page's own API about the page session itself, and one-time addresses that it makes (consent-dashboard A8.2, B9). The same rules as in
//! [`page_api`](super::page_api).

use axum::{extract::Request, response::Response};
use consentry_domain::AgreementId;
use consentry_ledger::{
    Opaque,
    embed::{EXPORT, OpenError, Renewed},
};
use consentry_web::{
    error::{ApiError, registry},
    visit::Visit,
};
use serde_json::{Value, json};

use super::page_api::{answer, known, read, wrong};

/// `GET /session`: whose page it is, and how long it lives. Asking counts as use.
pub async fn session(visit: Visit, request: Request) -> Response {
    answer(&visit, request, async |visitor, _parts, _body| {
        let tenant = &visit.tenant.tenant;
        let idle = tenant.lifetimes.page_idle;
        Ok(json!({
            "data_provider": { "name": tenant.brand.name, "help": tenant.brand.help },
            "locale": visitor.look.language.tag,
            "idle_seconds": idle.as_seconds(),
            "idle_ends_at": visit.ledger().now().plus(idle).min(visitor.session.ends_at),
            "ends_at": visitor.session.ends_at,
        }))
    })
    .await
}

/// `POST /session/renew` with a new one-time token of the same customer.
pub async fn renew_session(visit: Visit, request: Request) -> Response {
    answer(&visit, request, async |visitor, parts, body| {
        let body = read(&parts, body).await?;
        let token = body.get("access_token").and_then(Value::as_str);
        let token = token.ok_or_else(|| wrong("/access_token", "must be a text"))?;
        let token = Opaque::received(token);
        let renewed = visit
            .ledger()
            .renew_page_session(&visit.tenant, &visitor.session, &token, visit.address)
            .await;
        match renewed {
            Ok(Renewed::Until(ends_at)) => {
                let left = ends_at.seconds_since(visit.ledger().now());
                Ok(json!({ "ends_at": ends_at, "ends_in": left }))
            }
            Ok(Renewed::OtherCustomer) => Err(ApiError::new(&registry::CUSTOMER_CHANGED)),
            Err(OpenError::Refused) => Err(ApiError::new(&registry::NOT_FOUND)),
            Err(OpenError::TooMany { seconds }) => Err(ApiError::new(&registry::RATE_LIMITED)
                .retry_after(u32::try_from(seconds).unwrap_or(u32::MAX))),
            Err(OpenError::Fault(fault)) => Err(fault.into()),
        }
    })
    .await
}

/// `DELETE /session`: the page is left.
pub async fn end_session(visit: Visit, request: Request) -> Response {
    answer(&visit, request, async |visitor, _parts, _body| {
        visit
            .ledger()
            .end_page_session(&visit.tenant, &visitor.session)
            .await?;
        Ok(json!({}))
    })
    .await
}

/// `POST /exports` with nothing, or with `{"id"}` of one connection: an address that gives the signed copy out once, within a minute.
pub async fn export(visit: Visit, request: Request) -> Response {
    answer(&visit, request, async |visitor, parts, body| {
        let body = read(&parts, body).await?;
        let about = match body.get("id") {
            None => None,
            Some(id) => {
                let id = id.as_str().and_then(|id| id.parse::<AgreementId>().ok());
                let id = id.ok_or_else(|| wrong("/id", "must be the id of a connection"))?;
                Some(known(&visit, &visitor, id).await?.agreement.id)
            }
        };
        let token = visit
            .ledger()
            .issue_export(&visit.tenant, &visitor.session, about)
            .await?;
        let base = visit.house.base_url(&visit.tenant);
        let url = format!("{base}/embed/exports?token={}", token.expose());
        Ok(json!({ "url": url, "expires_in": EXPORT.as_seconds() }))
    })
    .await
}
