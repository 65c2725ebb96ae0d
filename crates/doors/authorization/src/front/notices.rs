//! Mails about what somebody agreed to, switched on and off on a page that needs no login: its address is the person's own, and is in each
//! of those mails (consent-dashboard C6; RFC 8058).

use axum::{
    extract::{Path, Request},
    response::Response,
};
use consentry_domain::SubjectId;
use consentry_web::{
    error::{ApiError, registry},
    form,
    page::Page,
    parameters::Rules,
    visit::Visit,
};
use http::header;

use super::{failure::Failure, page};

/// Where it is.
pub(super) const PAGE: &str = "/notices/{token}";

#[derive(askama::Template)]
#[template(path = "authorization/notices.html")]
struct NoticesPage {
    page: Page,
    address: String,
    is_on: bool,
    /// What was just done; empty where nothing was.
    done: String,
}

/// `GET /notices/{token}`: looking changes nothing, since programs follow links in mails too.
pub(super) async fn get(visit: Visit, Path(token): Path<String>) -> Response {
    let done = async {
        let subject = subject(&visit, &token)?;
        show(&visit, (&token, subject), None).await
    };
    done.await
        .unwrap_or_else(|failure: Failure| failure.html(&visit, &[]))
}

/// `POST /notices/{token}`: from the page, or the one request that a mail program sends (RFC 8058 3.2). Who has the address may do this, so
/// it matters not from which page it comes.
pub(super) async fn post(visit: Visit, Path(token): Path<String>, request: Request) -> Response {
    let done = async {
        let (parts, body) = request.into_parts();
        let media_type = parts.headers.get(header::CONTENT_TYPE);
        let media_type = media_type.and_then(|value| value.to_str().ok());
        // A form in parts is what mail programs send; the page's own has one word in it.
        let is_sent_by_program = media_type.is_some_and(|own| own.starts_with("multipart/form-data"));
        let wants = if is_sent_by_program {
            false
        } else {
            let form = form::read(&parts.headers, body, &Rules::DEFAULT).await;
            let form = form.map_err(ApiError::from)?;
            match (
                form.one("notices").map_err(ApiError::from)?,
                form.one("List-Unsubscribe").map_err(ApiError::from)?,
            ) {
                (Some("on"), _) => true,
                (Some("off"), _) | (None, Some("One-Click")) => false,
                _ => {
                    let error = ApiError::new(&registry::INVALID_PARAMETER);
                    return Err(Failure::from(error.detail("notices is on or off")));
                }
            }
        };
        let subject = subject(&visit, &token)?;
        visit
            .ledger()
            .switch_notices(&visit.tenant, subject, wants)
            .await?;
        let said = if wants {
            "notices-done-on"
        } else {
            "notices-done-off"
        };
        show(&visit, (&token, subject), Some(said)).await
    };
    done.await
        .unwrap_or_else(|failure: Failure| failure.html(&visit, &[]))
}

fn subject(visit: &Visit, token: &str) -> Result<SubjectId, Failure> {
    let nobody = || Failure::from(ApiError::new(&registry::NOT_FOUND));
    visit.tenant.notices_token(token).ok_or_else(nobody)
}

async fn show(
    visit: &Visit,
    (token, subject): (&str, SubjectId),
    done: Option<&'static str>,
) -> Result<Response, Failure> {
    let wants = visit.ledger().wants_notices(&visit.tenant, subject).await?;
    let nobody = || Failure::from(ApiError::new(&registry::NOT_FOUND));
    let page = page::new(visit, &[], "notices-title");
    let template = NoticesPage {
        address: format!("/notices/{token}"),
        is_on: wants.ok_or_else(nobody)?,
        done: done.map(|key| page.text(key).to_string()).unwrap_or_default(),
        page,
    };
    Ok(page::answer(&template.page, &template, &[]))
}
