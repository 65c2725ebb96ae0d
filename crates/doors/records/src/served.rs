//! What every answer of the door carries, failures included: the tenant's fixed headers and the id of the request (consent-api 12.2).

use std::{future::Future, pin::Pin};

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_ledger::rates::Quota;
use consentry_web::{rate_limits, visit::Visit};
use http::{HeaderName, HeaderValue, header::Entry};

use crate::{bearer::Validators, failure::Failure};

/// An answer in the making.
type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

/// A request at this door, before anything was checked.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub visit: Visit,
    pub validators: Validators,
    pub request: Request,
}

/// A handler whose answers carry what every answer of the door carries.
pub(crate) fn served<H, A>(
    validators: &Validators,
    handler: H,
) -> impl Fn(Visit, Request) -> Answering + Clone + Send + Sync + 'static
where
    H: Fn(Incoming) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Result<Response, Failure>> + Send + 'static,
{
    let validators = validators.clone();
    move |visit, request| {
        let handler = handler.clone();
        let incoming = Incoming {
            visit: visit.clone(),
            validators: validators.clone(),
            request,
        };
        Box::pin(async move {
            let answer = match within_rate(&visit) {
                Ok(quota) => rate_limits::told(handler(incoming).await.into_response(), quota.as_ref()),
                Err(failure) => failure.into_response(),
            };
            with_headers(&visit, answer)
        })
    }
}

/// Before anything else is looked at: what an address may not ask costs nothing.
fn within_rate(visit: &Visit) -> Result<Option<Quota>, Failure> {
    let counted = visit.ledger().count_records_request(&visit.tenant, visit.address);
    counted.map_err(|quota| {
        let why = "this address asks more often than is allowed; wait before the next request";
        rate_limits::exceeded(&quota).detail(why).into()
    })
}

/// Adds the headers of the tenant. What the answer says by itself stays as it is.
pub(crate) fn with_headers(visit: &Visit, mut answer: Response) -> Response {
    let settings = &visit.tenant.tenant.records;
    let fixed = settings
        .response_headers
        .iter()
        .filter_map(|(name, value)| Some((name, HeaderValue::from_str(value).ok()?)));
    let correlation = settings.correlation_id_header.iter().filter_map(|name| {
        let id = HeaderValue::from_str(&visit.request_id.to_string()).ok()?;
        Some((name, id))
    });
    for (name, value) in fixed.chain(correlation) {
        let Ok(name) = name.parse::<HeaderName>() else {
            continue;
        };
        if let Entry::Vacant(entry) = answer.headers_mut().entry(name) {
            entry.insert(value);
        }
    }
    answer
}
