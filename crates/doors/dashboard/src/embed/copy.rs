//! What a person takes home: a page to print, and a file that the bank signs (consent-dashboard B6.5). A form can send the page session,
//! where a link could not, so that no address opens a copy.

use askama::Template;
use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_domain::Consent;
use consentry_ledger::{
    Opaque,
    agreements::Connection,
    embed::{OpenError, Opened},
};
use consentry_web::{
    error::{ApiError, registry},
    origin,
    page::Page,
    parameters::Rules,
    query,
    visit::Visit,
};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::{
    activity, connections,
    frame::{self, Look},
    refusal::{self, Refusal},
    single,
    visitor::Visitor,
};
use crate::view::{
    self, ConnectionView, Screen,
    activity::{Line, lines},
    fdx, is_listed, object,
    single::{SingleLine, SingleView},
};

/// Shows everything on one page, to print.
pub async fn page(visit: Visit, request: Request) -> Response {
    let (visitor, found, singles) = match chosen(&visit, request).await {
        Ok(at) => at,
        Err(answer) => return answer,
    };
    let telling = visitor.telling(&visit);
    let mut copies = Vec::with_capacity(found.len());
    for connection in &found {
        let history = match activity::history(&visit, &visitor, connection).await {
            Ok(history) => history,
            Err(error) => return Refusal::plain(&visit, visitor.look, error).into_response(),
        };
        let view = ConnectionView::new(&telling, connection);
        copies.push(Copied {
            lines: lines(&telling, &view, connection, &history),
            connection: view,
        });
    }
    let now = visit.ledger().now();
    let mut others = Vec::with_capacity(singles.len());
    for consent in &singles {
        match single::history(&visit, &visitor, consent).await {
            Ok(history) => others.push(CopiedSingle {
                single: SingleView::new(&telling, consent, now),
                lines: view::single::lines(&telling, &history),
            }),
            Err(error) => return Refusal::plain(&visit, visitor.look, error).into_response(),
        }
    }
    let title = telling.language.text("dashboard-copy-title");
    let (page, screen) = connections::screen(&visit, &visitor, &title, None);
    let template = CopyPage {
        page,
        screen,
        made: telling.moment(now),
        only: only(&visitor),
        copies,
        others,
    };
    connections::answer(&visit, &visitor, StatusCode::OK, &template)
}

/// The same as a signed file.
pub async fn file(visit: Visit, request: Request) -> Response {
    let (visitor, found, singles) = match chosen(&visit, request).await {
        Ok(at) => at,
        Err(answer) => return answer,
    };
    as_file(&visit, &visitor, &found, &singles).await
}

/// `GET /embed/exports?token=…`: the file for whoever has a one-time address of it, once (B9). A look ahead spends nothing.
pub async fn download(visit: Visit, request: Request) -> Response {
    let look = Look::of_visit(&visit);
    let (parts, _) = request.into_parts();
    if let Err(refused) = refusal::serving(&visit, look) {
        return refused.into_response();
    }
    if origin::speculative(&parts.headers) {
        return Refusal::plain(&visit, look, ApiError::new(&registry::UNAVAILABLE)).into_response();
    }
    // What cannot be read holds no token.
    let query = query::read(&parts.uri, &Rules::DEFAULT).unwrap_or_default();
    let token = Opaque::received(query.one("token").ok().flatten().unwrap_or_default());
    let spent = visit
        .ledger()
        .spend_export(&visit.tenant, &token, visit.address)
        .await;
    let (session, about) = match spent {
        Ok(spent) => spent,
        Err(OpenError::Refused) => {
            let error = ApiError::new(&registry::NOT_FOUND);
            return Refusal::session_over(&visit, look, error).into_response();
        }
        Err(OpenError::TooMany { seconds }) => {
            let wait = u32::try_from(seconds).unwrap_or(u32::MAX);
            let error = ApiError::new(&registry::RATE_LIMITED).retry_after(wait);
            return Refusal::plain(&visit, look, error).into_response();
        }
        Err(OpenError::Fault(fault)) => return Refusal::plain(&visit, look, fault.into()).into_response(),
    };
    let look = Look::of_session(&visit, &session);
    let bearer = token;
    let visitor = Visitor::opened(&visit, Opened { bearer, session }, look).await;
    match all(&visit, &visitor).await {
        Ok((mut found, mut singles)) => {
            if let Some(about) = about {
                found.retain(|connection| connection.agreement.id == about);
                singles.clear();
            }
            as_file(&visit, &visitor, &found, &singles).await
        }
        Err(error) => Refusal::plain(&visit, look, error).into_response(),
    }
}

async fn as_file(visit: &Visit, visitor: &Visitor, found: &[Connection], singles: &[Consent]) -> Response {
    match signed(visit, visitor, found, singles).await {
        Ok(document) => {
            let disposition = HeaderValue::from_static("attachment; filename=\"consents.json\"");
            let kind = HeaderValue::from_static("application/json");
            let headers = [
                (header::CONTENT_TYPE, kind),
                (header::CONTENT_DISPOSITION, disposition),
            ];
            (StatusCode::OK, headers, frame::headers(visit), document).into_response()
        }
        Err(error) => Refusal::plain(visit, visitor.look, error).into_response(),
    }
}

/// The document in plain JSON, with a signature over the same.
async fn signed(
    visit: &Visit,
    visitor: &Visitor,
    found: &[Connection],
    singles: &[Consent],
) -> Result<String, ApiError> {
    let telling = visitor.telling(visit);
    let mut consents = Vec::with_capacity(found.len());
    for connection in found {
        let history = activity::history(visit, visitor, connection).await?;
        consents.push(json!({
            "consent": object::detail(&telling, connection),
            "fdx": fdx::grant(&telling, connection, fdx::Version::V6),
            "history": object::history(connection, &history),
        }));
    }
    let now = visit.ledger().now();
    let mut others = Vec::with_capacity(singles.len());
    for consent in singles {
        let history = single::history(visit, visitor, consent).await?;
        others.push(json!({
            "consent": object::single(&telling, consent, now),
            "history": object::single_history(&history),
        }));
    }
    let document = json!({
        "iss": telling.base,
        "iat": now.as_seconds(),
        "made_at": now,
        "data_provider": telling.tenant.tenant.brand.name,
        "consents": consents,
        "others": others,
    });
    let signature = visit.ledger().sign_receipt(&visit.tenant, &document)?;
    let whole: Value = json!({ "document": document, "signature": signature });
    serde_json::to_string_pretty(&whole).map_err(|error| ApiError::internal(error.to_string()))
}

/// What a copy is of: the connection that the form names, or all that was agreed to.
async fn chosen(visit: &Visit, request: Request) -> Result<Chosen, Response> {
    let visitor = Visitor::of(visit, request)
        .await
        .map_err(IntoResponse::into_response)?;
    if !only(&visitor).is_empty() {
        let connection = visitor.connection_or_answer(visit).await?;
        return Ok((visitor, vec![connection], Vec::new()));
    }
    match all(visit, &visitor).await {
        Ok((found, singles)) => Ok((visitor, found, singles)),
        Err(error) => Err(Refusal::plain(visit, visitor.look, error).into_response()),
    }
}

async fn all(visit: &Visit, visitor: &Visitor) -> Result<(Vec<Connection>, Vec<Consent>), ApiError> {
    let (mut found, singles) = visitor.everything(visit).await?;
    found.retain(is_listed);
    Ok((found, singles))
}

type Chosen = (Visitor, Vec<Connection>, Vec<Consent>);

/// The one connection that the form names; empty where it is about all.
fn only(visitor: &Visitor) -> String {
    visitor.form.all("id").next().unwrap_or_default().to_owned()
}

/// One connection on paper.
struct Copied {
    connection: ConnectionView,
    lines: Vec<Line>,
}

/// The same of what was agreed to outside of connections.
struct CopiedSingle {
    single: SingleView,
    lines: Vec<SingleLine>,
}

#[derive(Template)]
#[template(path = "dashboard/copy.html")]
struct CopyPage {
    page: Page,
    screen: Screen,
    made: String,
    only: String,
    copies: Vec<Copied>,
    others: Vec<CopiedSingle>,
}
