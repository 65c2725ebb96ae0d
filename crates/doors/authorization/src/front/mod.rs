//! The front channel: what happens in a person's browser. The authorization endpoint, login, the consent question on the hosted
//! page or on the first party's own, the way back to the client, and logging out.
//!
//! What lives here: reading requests, cookies, redirects, pages. What may not: any truth. Requests become an
//! [`AuthorizationRequest`](consentry_ledger::interactions::AuthorizationRequest) by the checks of [`authorize`]; everything after
//! that is a use case of the ledger.

mod agreements;
mod answer;
mod authorize;
mod browser;
mod callback;
mod code;
mod consent;
mod external;
mod failure;
mod links;
mod login;
mod logout;
mod look_up;
mod notices;
mod onward;
mod page;
mod passkey;
mod passkeys;
mod proceed;
mod redirect;
mod resume;
mod sessions;
mod signed_in;
pub(crate) mod upstream;

use std::{borrow::Cow, sync::Arc};

use axum::extract::{Path, Request};
use consentry_domain::tenant::SignIn;
use consentry_web::{
    house::House,
    routes::{Cors, RouteTable},
    visit::Visit,
};

pub(crate) use self::authorize::judge;
use self::upstream::Providers;

/// How people may log in at this address: browsers have no passkeys for one without a name.
pub(crate) fn usable_sign_in(visit: &Visit) -> Cow<'_, SignIn> {
    let wanted = &visit.tenant.tenant.authorization.sign_in;
    if !wanted.passkey || passkey::offered(visit).is_some() {
        return Cow::Borrowed(wanted);
    }
    Cow::Owned(SignIn {
        passkey: false,
        ..wanted.clone()
    })
}

/// Registers a path with and without the prefix of the original (TPA-URL-01).
macro_rules! both {
    ($table:expr, $method:ident, $path:literal, $handler:expr) => {
        $table
            .$method($path, Cors::Never, $handler)
            .$method(concat!("/cis", $path), Cors::Never, $handler)
    };
}

/// Adds the routes of the front channel. Every `GET` here may have an effect, so none answers `HEAD`. No route has CORS headers
/// (TPA-CB-04, B12-15).
pub(crate) fn register(table: RouteTable<House>, providers: &Arc<Providers>) -> RouteTable<House> {
    let table = both!(table, get_only, "/oidc/auth", authorize::get);
    let table = both!(table, post, "/oidc/auth", authorize::post);
    let table = both!(table, get_only, "/oidc/auth/{resume}", resume::get);
    let table = both!(table, get_only, "/auth/consent/callback", callback::get);
    let table = both!(table, post, "/auth/consent/callback", callback::report::post);
    let table = both!(
        table,
        get_only,
        "/v1/consents/interactions/{src_interaction}",
        look_up::get
    );
    let table = both!(table, get_only, "/oidc/session/end", logout::get);
    let table = both!(table, post, "/oidc/session/end", logout::post);
    let (beginning, taking) = (Arc::clone(providers), Arc::clone(providers));
    table
        .owns_with("/login", failure::fallback)
        .owns_with("/logout", failure::fallback)
        .owns_with("/consent", failure::fallback)
        .owns_with("/notices", failure::fallback)
        .get_only("/login", Cors::Never, login::get)
        .post("/login", Cors::Never, login::post)
        .get_only(code::ASK, Cors::Never, code::get)
        .post(code::ASK, Cors::Never, code::post)
        .get_only(code::TYPE, Cors::Never, code::entry)
        .post(code::TYPE, Cors::Never, code::take)
        .get_only(passkey::USE, Cors::Never, passkey::get)
        .post(passkey::USE, Cors::Never, passkey::post)
        .get_only(passkeys::PAGE, Cors::Never, passkeys::get)
        .post(passkeys::PAGE, Cors::Never, passkeys::post)
        .get_only(links::PAGE, Cors::Never, links::get)
        .post(links::PAGE, Cors::Never, links::post)
        .get_only("/login/agreements", Cors::Never, agreements::get)
        .get_only("/login/sessions", Cors::Never, sessions::get)
        .post("/login/sessions", Cors::Never, sessions::post)
        .get_only(
            "/login/with/{upstream}",
            Cors::Never,
            move |visit: Visit, name: Path<String>, request: Request| {
                upstream::begin(Arc::clone(&beginning), visit, name, request)
            },
        )
        .get_only(
            "/login/with/{upstream}/back",
            Cors::Never,
            move |visit: Visit, name: Path<String>, request: Request| {
                upstream::back(Arc::clone(&taking), visit, name, request)
            },
        )
        .post("/login/with/{upstream}/back", Cors::Never, upstream::back_as_form)
        .get_only(notices::PAGE, Cors::Never, notices::get)
        .post(notices::PAGE, Cors::Never, notices::post)
        .get_only("/logout", Cors::Never, logout::get)
        .post("/logout", Cors::Never, logout::post)
        .post("/consent", Cors::Never, consent::post)
}
