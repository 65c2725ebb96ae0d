//! Changing a connection at the page's own API: its accounts, and the data that it is about (consent-dashboard B6.1, B9). Both name the
//! version that was looked at, so that nothing newer is overwritten.

use axum::{extract::Request, response::Response};
use consentry_domain::AccountId;
use consentry_ledger::agreements::{AccountsRequest, Connection, NarrowRequest};
use consentry_web::{
    conditional::{Conditions, Tags},
    error::{ApiError, FieldError, registry},
    visit::Visit,
};
use http::HeaderMap;
use serde_json::Value;

use super::page_api::{answer, named, permit, read, wrong};
use crate::{
    api::consents::{about, not_changed, not_narrowed},
    view::{clusters, object},
};

/// Most clusters that one request names.
const MOST_CLUSTERS: usize = 100;

/// `PATCH /connections/{id}/accounts`; `If-Match` says which version was looked at.
pub async fn accounts(visit: Visit, request: Request) -> Response {
    answer(&visit, request, async |visitor, parts, body| {
        let (set, others) = wanted(&read(&parts, body).await?)?;
        let connection = named(&visit, &visitor, &parts).await?;
        let version = matched(&parts.headers, &connection)?;
        let change = AccountsRequest {
            about: about(&visit, &connection),
            version: Some(version),
            set,
            others,
        };
        visit
            .ledger()
            .change_accounts(&visit.tenant, &permit(&visitor)?, &change)
            .await
            .map_err(not_changed)?;
        let connection = named(&visit, &visitor, &parts).await?;
        Ok(object::detail(&visitor.telling(&visit), &connection))
    })
    .await
}

/// `PATCH /connections/{id}/clusters` with `{"remove": ["STATEMENTS"]}`; `If-Match` says which version was looked at. What is not
/// opened changes nothing; what is opened only together with something else has to go with it.
pub async fn narrow(visit: Visit, request: Request) -> Response {
    answer(&visit, request, async |visitor, parts, body| {
        let body = read(&parts, body).await?;
        let remove = body.get("remove").and_then(Value::as_array);
        let remove: Option<Vec<&str>> = remove.and_then(|names| names.iter().map(Value::as_str).collect());
        let remove = remove
            .filter(|names| names.len() <= MOST_CLUSTERS)
            .ok_or_else(|| wrong("/remove", "must be a list of at most 100 names"))?;
        let connection = named(&visit, &visitor, &parts).await?;
        let version = matched(&parts.headers, &connection)?;
        let without = clusters::behind(&visit.tenant, &connection, &remove).map_err(|tied| {
            let why = format!(
                "{} is opened together with {}",
                tied.cluster,
                tied.with.join(", ")
            );
            ApiError::new(&registry::UNPROCESSABLE)
                .detail(why)
                .field(FieldError::pointer(
                    "/remove",
                    "names a cluster that is not opened alone",
                ))
        })?;
        let change = NarrowRequest {
            about: about(&visit, &connection),
            version: Some(version),
            without,
        };
        visit
            .ledger()
            .narrow_agreement(&visit.tenant, &permit(&visitor)?, &change)
            .await
            .map_err(not_narrowed)?;
        let connection = named(&visit, &visitor, &parts).await?;
        Ok(object::detail(&visitor.telling(&visit), &connection))
    })
    .await
}

/// The version that `If-Match` names, which must be the one there is.
fn matched(headers: &HeaderMap, connection: &Connection) -> Result<u32, ApiError> {
    let version = connection.agreement.version;
    match Conditions::read(headers)?.must_match {
        None => Err(ApiError::new(&registry::PRECONDITION_REQUIRED)),
        Some(Tags::Any) => Ok(version),
        Some(Tags::Listed(tags)) if tags.iter().any(|tag| tag.opaque == version.to_string()) => Ok(version),
        Some(Tags::Listed(_)) => Err(ApiError::new(&registry::PRECONDITION_FAILED)),
    }
}

type Wanted = (Vec<(AccountId, bool)>, Option<bool>);

fn wanted(body: &Value) -> Result<Wanted, ApiError> {
    let others = match body.get("auto_enable_future_accounts") {
        None => None,
        Some(value) => Some(
            value
                .as_bool()
                .ok_or_else(|| wrong("/auto_enable_future_accounts", "must be true or false"))?,
        ),
    };
    let rows = match body.get("set") {
        None => &Vec::new(),
        Some(Value::Array(rows)) => rows,
        Some(_) => return Err(wrong("/set", "must be a list")),
    };
    let row = |row: &Value| -> Option<(AccountId, bool)> {
        let id = row.get("account_id")?.as_str()?;
        Some((AccountId::parse(id).ok()?, row.get("enabled")?.as_bool()?))
    };
    let set: Option<Vec<(AccountId, bool)>> = rows.iter().map(row).collect();
    let set = set.ok_or_else(|| wrong("/set", "needs account_id and enabled in each entry"))?;
    Ok((set, others))
}
