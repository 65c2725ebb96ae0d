//! What doors share of people who are logged in: the session of a browser, and where it was on its way to when it was sent to the login
//! page. Logging in itself belongs to the authorization door.

use axum::response::{IntoResponse, Response};
use consentry_ledger::{Fault, Opaque, sessions::Session};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use url::form_urlencoded;

use crate::{
    credentials::{CookieName, SameSite, clear_cookie, cookie, set_cookie},
    error::ApiError,
    visit::Visit,
};

/// Name of the session cookie.
pub const SESSION: &str = "cst_session";

/// Name of the cookie that says where a browser was on its way to.
const NEXT: &str = "cst_next";

/// Where the login page is.
const LOGIN: &str = "/login";

/// Where it is for somebody who is logged in.
const LOGIN_ANEW: &str = "/login?anew=yes";

/// How long it is remembered where a browser was on its way to, in seconds.
const REMEMBERED: u32 = 1800;

/// The bearer of a browser's session, alive or not.
pub fn session_bearer(visit: &Visit, headers: &HeaderMap) -> Option<Opaque> {
    let name = CookieName::new(SESSION).ok()?;
    cookie(headers, &name, visit.house.transport()).map(Opaque::received)
}

/// The session of a browser, if it is alive.
pub async fn session(visit: &Visit, headers: &HeaderMap) -> Result<Option<Session>, Fault> {
    match session_bearer(visit, headers) {
        Some(bearer) => visit.ledger().session(&visit.tenant, &bearer).await,
        None => Ok(None),
    }
}

/// Sends a browser to the login page and remembers that it wants to go to this path of ours afterwards.
pub fn send_to_login(visit: &Visit, path: &str) -> Result<Response, ApiError> {
    send(visit, LOGIN, path)
}

/// The same for somebody who is logged in and has to prove anew who they are.
pub fn send_to_login_anew(visit: &Visit, path: &str) -> Result<Response, ApiError> {
    send(visit, LOGIN_ANEW, path)
}

/// The same for somebody who has to prove who they are in an authentication context.
pub fn send_to_login_in(visit: &Visit, acr: &str, path: &str) -> Result<Response, ApiError> {
    let asked = form_urlencoded::Serializer::new(String::new())
        .append_pair("acr_values", acr)
        .finish();
    send(visit, &format!("{LOGIN}?{asked}"), path)
}

/// Where a link to another login provider leads, which asks for an authentication context there, and back to this path of ours. `is_anew`
/// where somebody else may be logged in there.
pub fn way_to_provider(upstream: &str, acr: &str, is_anew: bool, path: &str) -> String {
    let mut asked = form_urlencoded::Serializer::new(String::new());
    asked.append_pair("acr_values", acr).append_pair("next", path);
    if is_anew {
        asked.append_pair("anew", "yes");
    }
    format!("{LOGIN}/with/{upstream}?{}", asked.finish())
}

fn send(visit: &Visit, login: &str, path: &str) -> Result<Response, ApiError> {
    see_other(login, [kept_way(visit, path)?])
}

/// The cookie that remembers where a browser is on its way to; none where that is no page which sends browsers to log in.
pub fn keep_way(visit: &Visit, path: &str) -> Result<Option<HeaderValue>, ApiError> {
    is_ours(path).then(|| kept_way(visit, path)).transpose()
}

fn kept_way(visit: &Visit, path: &str) -> Result<HeaderValue, ApiError> {
    let name = CookieName::new(NEXT).map_err(ApiError::internal)?;
    set_cookie(
        &name,
        path,
        SameSite::Lax,
        Some(REMEMBERED),
        visit.house.transport(),
    )
    .map_err(ApiError::internal)
}

/// Where a browser that is logged in goes on to, where it was sent to the login page from somewhere else.
pub fn on_the_way(visit: &Visit, headers: &HeaderMap) -> Option<Result<Response, ApiError>> {
    let name = CookieName::new(NEXT).ok()?;
    let path = cookie(headers, &name, visit.house.transport()).filter(|path| is_ours(path))?;
    let forgotten = clear_cookie(&name, SameSite::Lax, visit.house.transport()).map_err(ApiError::internal);
    Some(forgotten.and_then(|forgotten| see_other(path, [forgotten])))
}

/// Ends the session cookie.
pub fn forget_session(visit: &Visit) -> Result<HeaderValue, ApiError> {
    let name = CookieName::new(SESSION).map_err(ApiError::internal)?;
    clear_cookie(&name, SameSite::Lax, visit.house.transport()).map_err(ApiError::internal)
}

/// Whether a path can be a page that sent a browser to the login page: whatever cookie it brings, it never leads elsewhere.
fn is_ours(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    path == "/portal"
        || path == "/login/passkeys"
        || path == "/login/links"
        || path
            .strip_prefix("/request/")
            .is_some_and(|id| !id.is_empty() && id.bytes().all(plain))
}

/// A redirect after something was done, with cookies.
pub fn see_other(
    address: &str,
    cookies: impl IntoIterator<Item = HeaderValue>,
) -> Result<Response, ApiError> {
    let address = HeaderValue::from_str(address).map_err(ApiError::internal)?;
    let own = [
        (header::LOCATION, address),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    let mut answer = (StatusCode::SEE_OTHER, own).into_response();
    for cookie in cookies {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_never_leads_elsewhere() {
        for ours in [
            "/portal",
            "/login/passkeys",
            "/login/links",
            "/request/5f0f6b1e-8f3e-4a55-9d5c-0a8f7b7f2c11",
        ] {
            assert!(is_ours(ours), "{ours}");
        }
        for other in [
            "",
            "/",
            "//evil.example",
            "https://evil.example",
            "/request/",
            "/request/../login",
            "/request/a?b",
            "/request//evil.example",
            "/portal/",
            "/portal@evil.example",
        ] {
            assert!(!is_ours(other), "{other}");
        }
    }
}
