//! What a person takes home: a page to print, and a file that the bank signs (consent-dashboard B6.5). A form can send the page session,
//! where a link could not, so that no address opens a copy.

use askama::Template;
use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_domain::Consent;
use consentry_ledger::agreements::Connection;
use consentry_web::{error::ApiError, page::Page, visit::Visit};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::{activity, connections, frame, refusal::Refusal, single, visitor::Visitor};
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
    match signed(&visit, &visitor, &found, &singles).await {
        Ok(document) => {
            let disposition = HeaderValue::from_static("attachment; filename=\"consents.json\"");
            let kind = HeaderValue::from_static("application/json");
            let headers = [
                (header::CONTENT_TYPE, kind),
                (header::CONTENT_DISPOSITION, disposition),
            ];
            (StatusCode::OK, headers, frame::headers(&visit), document).into_response()
        }
        Err(error) => Refusal::plain(&visit, visitor.look, error).into_response(),
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
    let mut found = visitor.connections(visit).await?;
    found.retain(is_listed);
    Ok((found, visitor.singles(visit).await?))
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
