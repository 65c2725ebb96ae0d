//! What a person takes home: a page to print, and a file that the bank signs (consent-dashboard B6.5). A form can send the page session,
//! where a link could not, so that no address opens a copy.

use askama::Template;
use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_ledger::agreements::Connection;
use consentry_web::{error::ApiError, page::Page, visit::Visit};
use http::{HeaderValue, StatusCode, header};
use serde_json::{Value, json};

use super::{activity, connections, frame, refusal::Refusal, visitor::Visitor};
use crate::view::{
    ConnectionView, Screen,
    activity::{Line, lines},
    connection::moment,
    fdx, is_listed, object,
};

/// Shows everything on one page, to print.
pub async fn page(visit: Visit, request: Request) -> Response {
    let (visitor, found) = match chosen(&visit, request).await {
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
    let title = telling.language.text("dashboard-copy-title");
    let (page, screen) = connections::screen(&visit, &visitor, &title, None);
    let template = CopyPage {
        page,
        screen,
        made: moment(telling.language, visit.ledger().now()),
        only: only(&visitor),
        copies,
    };
    connections::answer(&visit, &visitor, StatusCode::OK, &template)
}

/// The same as a signed file.
pub async fn file(visit: Visit, request: Request) -> Response {
    let (visitor, found) = match chosen(&visit, request).await {
        Ok(at) => at,
        Err(answer) => return answer,
    };
    match signed(&visit, &visitor, &found).await {
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
async fn signed(visit: &Visit, visitor: &Visitor, found: &[Connection]) -> Result<String, ApiError> {
    let telling = visitor.telling(visit);
    let base = visit.house.base_url(&visit.tenant);
    let base: &str = base.as_ref();
    let mut consents = Vec::with_capacity(found.len());
    for connection in found {
        let history = activity::history(visit, visitor, connection).await?;
        consents.push(json!({
            "consent": object::detail(&telling, connection),
            "fdx": fdx::grant(&telling, connection, fdx::Version::V6, base),
            "history": object::history(connection, &history),
        }));
    }
    let document = json!({
        "iss": base,
        "iat": visit.ledger().now().as_seconds(),
        "made_at": visit.ledger().now(),
        "data_provider": telling.tenant.tenant.brand.name,
        "consents": consents,
    });
    let signature = visit.ledger().sign_receipt(&visit.tenant, &document)?;
    let whole: Value = json!({ "document": document, "signature": signature });
    serde_json::to_string_pretty(&whole).map_err(|error| ApiError::internal(error.to_string()))
}

/// The connections of a copy: one that the form names, or all.
async fn chosen(visit: &Visit, request: Request) -> Result<(Visitor, Vec<Connection>), Response> {
    let visitor = Visitor::of(visit, request)
        .await
        .map_err(IntoResponse::into_response)?;
    if !only(&visitor).is_empty() {
        let connection = visitor.connection_or_answer(visit).await?;
        return Ok((visitor, vec![connection]));
    }
    match visitor.connections(visit).await {
        Ok(mut found) => {
            found.retain(is_listed);
            Ok((visitor, found))
        }
        Err(error) => Err(Refusal::plain(visit, visitor.look, error).into_response()),
    }
}

/// The one connection that the form names; empty where it is about all.
fn only(visitor: &Visitor) -> String {
    visitor.form.all("id").next().unwrap_or_default().to_owned()
}

/// One connection on paper.
struct Copied {
    connection: ConnectionView,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "dashboard/copy.html")]
struct CopyPage {
    page: Page,
    screen: Screen,
    made: String,
    only: String,
    copies: Vec<Copied>,
}
