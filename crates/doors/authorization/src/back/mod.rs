//! The back channel: what programs ask, without a browser. Discovery, keys, tokens, introspection, revocation, UserInfo, the
//! consents API and client management.
//!
//! What may not live here: pages, cookies and redirects; those are the front channel's.

mod consents;
mod discovery;
mod introspection;
mod keys;
mod management;
mod pushing;
mod revocation;
mod token;
mod userinfo;

use axum::response::Response;
use consentry_web::{
    error::{ApiError, registry},
    form, headers,
    house::House,
    parameters::{Parameters, Rules},
    routes::{Cors, RouteTable},
};
use http::{HeaderMap, HeaderValue, header};
use serde::Serialize;

/// Registers a path with and without the prefix of the original (TPA-URL-01).
macro_rules! both {
    ($table:expr, $method:ident, $path:literal, $cors:expr, $handler:expr) => {
        $table
            .$method($path, $cors, $handler)
            .$method(concat!("/cis", $path), $cors, $handler)
    };
}

/// Adds the routes of the back channel.
pub(crate) fn register(table: RouteTable<House>) -> RouteTable<House> {
    let table = both!(
        table,
        get,
        "/oidc/.well-known/openid-configuration",
        Cors::Anyone,
        discovery::document
    );
    let table = table.get(
        "/.well-known/oauth-authorization-server/cis/oidc",
        Cors::Anyone,
        discovery::document,
    );
    let table = both!(table, get, "/oidc/jwks", Cors::Anyone, keys::jwks);
    let table = both!(table, post, "/oidc/token", Cors::Never, token::token);
    let table = both!(
        table,
        post,
        "/oidc/token/introspection",
        Cors::Never,
        introspection::introspect
    );
    let table = both!(
        table,
        post,
        "/oidc/token/revocation",
        Cors::Never,
        revocation::revoke
    );
    let table = both!(table, post, "/oidc/request", Cors::Never, pushing::push);
    let table = both!(table, get, "/oidc/me", Cors::Anyone, userinfo::userinfo);
    let table = both!(table, post, "/oidc/me", Cors::Anyone, userinfo::userinfo);
    management::register(consents::register(table))
}

use both;

/// A form in which nothing but `resource` may appear twice (RFC 6749 3.2).
async fn oauth_form(headers: &HeaderMap, body: axum::body::Body) -> Result<Parameters, ApiError> {
    let form = form::read(headers, body, &Rules::OAUTH).await?;
    match form.repeated_except(&["resource"]) {
        Some(repeated) => Err(repeated.into()),
        None => Ok(form),
    }
}

/// A parameter that must be there.
fn required<'a>(form: &'a Parameters, name: &'static str) -> Result<&'a str, ApiError> {
    form.one(name)?.ok_or_else(|| {
        ApiError::new(&registry::INVALID_REQUEST).detail(format!("the parameter {name} is missing"))
    })
}

/// An answer that nobody may keep (RFC 6749 5.1).
fn answer(body: &impl Serialize) -> Result<Response, ApiError> {
    let body = serde_json::to_vec(body).map_err(ApiError::internal)?;
    let mut answer = Response::new(axum::body::Body::from(body));
    let own = answer.headers_mut();
    own.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers::api().apply(own);
    own.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    Ok(answer)
}
