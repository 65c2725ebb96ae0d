//! The browser leaves for the client: by a redirect, or by a form that it posts there (OAuth 2.0 Form Post Response Mode).

use axum::response::Response;
use consentry_ledger::interactions::ResponseMode;
use consentry_web::{
    error::ApiError,
    page::{Page, ShownName},
    visit::Visit,
};
use http::{HeaderValue, header};

use super::{
    page,
    redirect::{Fields, Target, see_other},
};

#[derive(askama::Template)]
#[template(path = "authorization/onward.html")]
struct OnwardPage {
    page: Page,
    client: ShownName,
    address: String,
    fields: Fields,
}

/// Who is answered, and how.
#[derive(Clone, Copy)]
pub(super) struct Leaving<'a> {
    /// Where it goes.
    pub target: Target<'a>,
    /// How it goes there.
    pub mode: ResponseMode,
    /// The name of who is answered.
    pub client: &'a str,
    /// Languages that the request asks for.
    pub ui_locales: &'a [String],
}

/// The answer goes to the client.
pub(super) fn leave(
    visit: &Visit,
    leaving: Leaving<'_>,
    fields: Fields,
    cookies: Vec<HeaderValue>,
) -> Result<Response, ApiError> {
    if leaving.mode == ResponseMode::Query {
        return see_other(&leaving.target.with(&fields), cookies);
    }
    let template = OnwardPage {
        page: page::new(visit, leaving.ui_locales, "onward-title"),
        client: ShownName::new(leaving.client),
        address: leaving.target.redirect_uri.to_owned(),
        fields,
    };
    let mut answer = page::answer(&template.page, &template, &[leaving.target.redirect_uri]);
    for cookie in cookies {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(answer)
}
