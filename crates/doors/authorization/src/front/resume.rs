//! An interaction goes on in its browser: `GET /oidc/auth/{resume}`, with the handle of the interaction (`ix_…`) on the way
//! through our own pages, or with what a back end got for its report (`rs_…`, third-party-authorization A.8.7).

use axum::{
    extract::{Path, Request},
    response::Response,
};
use consentry_ledger::{Opaque, interactions::Approval};
use consentry_web::{
    error::{ApiError, registry},
    origin,
    visit::Visit,
};
use http::HeaderMap;

use super::{answer, failure::Failure, proceed};

/// `GET /oidc/auth/{resume}`.
pub(super) async fn get(visit: Visit, Path(resume): Path<String>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let headers = &parts.headers;
    let mut asked = Vec::new();
    let done = match Opaque::received(&resume) {
        _ if origin::speculative(headers) || !origin::navigation(headers) => {
            Err(ApiError::new(&registry::FORBIDDEN)
                .detail("only a navigation is served here")
                .into())
        }
        reported if resume.starts_with("rs_") => carry_out_report(&visit, headers, &reported).await,
        handle => go_on(&visit, headers, &handle, &mut asked).await,
    };
    done.unwrap_or_else(|failure| failure.html(&visit, &asked))
}

async fn go_on(
    visit: &Visit,
    headers: &HeaderMap,
    handle: &Opaque,
    asked: &mut Vec<String>,
) -> Result<Response, Failure> {
    let found = visit.ledger().interaction(&visit.tenant, handle).await?;
    let interaction = found.ok_or_else(Failure::unknown)?;
    asked.clone_from(&interaction.request.ui_locales);
    if interaction.step.is_terminal() {
        return Err(Failure::over());
    }
    answer::own_browser(visit, headers, &interaction).await?;
    proceed::next_step(visit, headers, handle, interaction).await
}

/// The bound browser brings a report into effect (TPA-CB-08).
async fn carry_out_report(visit: &Visit, headers: &HeaderMap, resume: &Opaque) -> Result<Response, Failure> {
    let found = visit.ledger().reported_decision(&visit.tenant, resume).await?;
    let (interaction, report) = found.ok_or_else(Failure::unknown)?;
    answer::still_asked(visit, &interaction).await?;
    let report = report.ok_or_else(Failure::over)?;
    answer::own_browser(visit, headers, &interaction).await?;
    let session = answer::own_session(visit, headers, &interaction).await?;
    let (approved, granted) = (report.approved, report.granted.clone());
    let approval = Approval {
        granted,
        accounts: report.accounts.clone(),
        report: Some(report),
        request_id: Some(visit.request_id.to_string()),
    };
    answer::give(visit, &interaction, &session, approved, &approval).await
}
