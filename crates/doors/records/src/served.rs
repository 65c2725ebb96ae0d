//! What every answer of the door carries, failures included: the tenant's fixed headers and the id of the request (consent-api 12.2).

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, OnceLock},
};

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_ledger::rates::Quota;
use consentry_web::{rate_limits, visit::Visit};
use http::{HeaderName, HeaderValue, Method, header::Entry};

use crate::{
    bearer::Validators,
    failure::Failure,
    messages::{Asked, MessageType, Messages, Refused},
};

/// An answer in the making.
type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

/// What the door has beside the house.
#[derive(Debug, Clone)]
pub(crate) struct Door {
    pub validators: Validators,
    pub messages: Messages,
}

/// A request at this door, before anything was checked.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub visit: Visit,
    pub validators: Validators,
    pub request: Request,
    /// Where the distinguished name of who asks is put once the request was let in; none where no message will tell it.
    pub by: Option<Arc<OnceLock<String>>>,
}

/// A handler whose answers carry what every answer of the door carries.
pub(crate) fn served<H, A>(
    door: &Door,
    kind: Option<MessageType>,
    handler: H,
) -> impl Fn(Visit, Request) -> Answering + Clone + Send + Sync + 'static
where
    H: Fn(Incoming) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Result<Response, Failure>> + Send + 'static,
{
    let door = door.clone();
    move |visit, request| {
        let handler = handler.clone();
        let messages = door.messages.clone();
        // Where nothing is switched on, nothing is kept for it.
        let seen = (!messages.are_off()).then(|| Seen::of(&request));
        let incoming = Incoming {
            visit: visit.clone(),
            validators: door.validators.clone(),
            request,
            by: seen.as_ref().map(|seen| Arc::clone(&seen.by)),
        };
        Box::pin(async move {
            let (answer, quota) = match within_rate(&visit) {
                Ok(quota) => (handler(incoming).await, quota),
                Err(failure) => (Err(failure), None),
            };
            if let Some(seen) = &seen {
                tell(&messages, kind, &visit, seen, &answer);
            }
            with_headers(&visit, rate_limits::told(answer.into_response(), quota.as_ref()))
        })
    }
}

/// What of a request is needed after it was answered.
struct Seen {
    method: Method,
    path: String,
    by: Arc<OnceLock<String>>,
}

impl Seen {
    fn of(request: &Request) -> Self {
        Self {
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            by: Arc::default(),
        }
    }
}

/// Writes what the log of the door has of a request. What it changed is told from the ledger's log.
fn tell(
    messages: &Messages,
    kind: Option<MessageType>,
    visit: &Visit,
    seen: &Seen,
    answer: &Result<Response, Failure>,
) {
    let request = visit.request_id.to_string();
    let asked = Asked {
        at: visit.ledger().now(),
        request: &request,
        tenant: &visit.tenant.tenant.slug,
        by: seen.by.get().map(String::as_str),
        method: seen.method.as_str(),
        path: &seen.path,
    };
    match (answer, kind) {
        (Ok(_), Some(kind)) => messages.answered(kind, &asked),
        (Ok(_), None) => {}
        (Err(failure), _) => messages.refused(
            &asked,
            &Refused {
                status: failure.status().as_u16(),
                code: failure.code(),
            },
        ),
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
