//! The dashboard door: a bank's customers see and end what they share, from inside the bank's own site or app.
//!
//! What lives here: the wire of the bank's back end ([`api`]: one-time tokens, plain or encrypted; [`connector`]: asking it for accounts), the
//! embedded pages ([`embed`]: opening, list, one connection, stopping) and how the ledger's connections are put into words ([`view`]). What may not: state, rules about consent,
//! other doors. The specification is consent-dashboard; `docs/doors/dashboard.md` says what is built.

pub mod api;
pub mod connector;
pub mod embed;
pub mod listed_accounts;
pub mod view;

use std::sync::Arc;

use axum::{
    extract::Request,
    response::{IntoResponse, Response},
};
use consentry_egress::Egress;
use consentry_web::{
    error::{ApiError, Dashboard},
    headers,
    house::House,
    routes::{Cors, RouteTable},
    visit::Visit,
};
use http::request::Parts;

use connector::Connector;

/// Paths of the bank's API in one version.
struct ApiPaths {
    prefix: &'static str,
    token: &'static str,
    revoke: &'static str,
    held: &'static str,
    consents: &'static str,
    account: &'static str,
    accounts: &'static str,
    disable: &'static str,
}

macro_rules! api_paths {
    ($version:literal) => {
        ApiPaths {
            prefix: concat!("/api/", $version),
            token: concat!("/api/", $version, "/token"),
            revoke: concat!("/api/", $version, "/token/revoke"),
            held: concat!("/api/", $version, "/customer_accounts"),
            consents: concat!("/api/", $version, "/consent_management"),
            account: concat!(
                "/api/",
                $version,
                "/consent_management/{consent}/accounts/{account}"
            ),
            accounts: concat!("/api/", $version, "/consent_management/{consent}/accounts"),
            disable: concat!(
                "/api/",
                $version,
                "/consent_management/{consent}/disable_app_sharing"
            ),
        }
    };
}

const API: [ApiPaths; 3] = [api_paths!("v4"), api_paths!("v5"), api_paths!("v6")];

/// The routes of the door. `v4`, `v5` and `v6` of the API behave alike, other versions do not exist (A0). A data provider that lists accounts
/// is asked through `egress`.
pub fn routes(egress: &Arc<Egress>) -> RouteTable<House> {
    let connector = Arc::new(Connector::new(egress));
    let mut table = RouteTable::new("dashboard")
        .owns_with("/embed", embed::unserved)
        .owns_with("/admin/customers", unserved)
        .post("/admin/customers/jwt", Cors::Never, api::customer_jwt::issue);
    for paths in API {
        let listing = Arc::clone(&connector);
        table = table
            .owns_with(paths.prefix, unserved)
            .post(paths.token, Cors::Never, api::token::issue)
            .post(paths.revoke, Cors::Never, api::token::revoke)
            .put(paths.held, Cors::Never, api::accounts::replace)
            .get_only(
                paths.consents,
                Cors::Never,
                move |visit: Visit, request: Request| {
                    api::consents::list(Arc::clone(&listing), visit, request)
                },
            )
            .put(paths.account, Cors::Never, api::consents::account)
            .put(paths.accounts, Cors::Never, api::consents::automatic)
            .put(paths.disable, Cors::Never, api::consents::disable);
    }
    let (linked, sent) = (Arc::clone(&connector), connector);
    pages(page_api(fdx(table)))
        .get_only(
            "/embed/authorizations",
            Cors::Never,
            move |visit: Visit, request: Request| {
                embed::authorizations::open_by_link(Arc::clone(&linked), visit, request)
            },
        )
        .post(
            "/embed/authorizations",
            Cors::Never,
            move |visit: Visit, request: Request| {
                embed::authorizations::open_by_form(Arc::clone(&sent), visit, request)
            },
        )
}

/// The pages of who has opened one (B3 to B6).
fn pages(table: RouteTable<House>) -> RouteTable<House> {
    table
        .post("/embed/connections", Cors::Never, embed::connections::list)
        .post("/embed/connection", Cors::Never, embed::connection::show)
        .post("/embed/stop", Cors::Never, embed::stop::ask)
        .post("/embed/stop/confirm", Cors::Never, embed::stop::confirm)
        .post("/embed/stop/several", Cors::Never, embed::several::ask)
        .post(
            "/embed/stop/several/confirm",
            Cors::Never,
            embed::several::confirm,
        )
        .post("/embed/through", Cors::Never, embed::several::by_intermediary)
        .post("/embed/single", Cors::Never, embed::single::show)
        .post("/embed/single/stop", Cors::Never, embed::single::ask)
        .post("/embed/single/stop/confirm", Cors::Never, embed::single::confirm)
        .post("/embed/joint/stop", Cors::Never, embed::joint::ask)
        .post("/embed/joint/stop/confirm", Cors::Never, embed::joint::confirm)
        .post("/embed/accounts", Cors::Never, embed::accounts::ask)
        .post("/embed/accounts/review", Cors::Never, embed::accounts::review)
        .post("/embed/accounts/save", Cors::Never, embed::accounts::save)
        .post("/embed/clusters", Cors::Never, embed::clusters::ask)
        .post("/embed/clusters/review", Cors::Never, embed::clusters::review)
        .post("/embed/clusters/save", Cors::Never, embed::clusters::save)
        .post("/embed/keep", Cors::Never, embed::keep::ask)
        .post("/embed/keep/confirm", Cors::Never, embed::keep::confirm)
        .post("/embed/review", Cors::Never, embed::round::next)
        .post("/embed/review/stop", Cors::Never, embed::round::stop)
        .post("/embed/activity", Cors::Never, embed::activity::show)
        .post("/embed/report", Cors::Never, embed::activity::report)
        .post("/embed/copy", Cors::Never, embed::copy::page)
        .get_only("/embed/exports", Cors::Never, embed::copy::download)
        .post("/embed/copy/file", Cors::Never, embed::copy::file)
}

/// The consent API of FDX (D1, D3).
fn fdx(table: RouteTable<House>) -> RouteTable<House> {
    let paths = [
        (
            "/fdx/v5/consents",
            "/fdx/v5/consents/{consent}",
            "/fdx/v5/consents/{consent}/revocation",
        ),
        (
            "/fdx/v6/consents",
            "/fdx/v6/consents/{consent}",
            "/fdx/v6/consents/{consent}/revocation",
        ),
    ];
    paths.into_iter().fold(
        table.owns_with("/fdx", unserved),
        |table, (all, one, revocation)| {
            table
                .get_only(all, Cors::Never, api::fdx::list)
                .get_only(one, Cors::Never, api::fdx::show)
                .get_only(revocation, Cors::Never, api::fdx::revocation)
                .put(revocation, Cors::Never, api::fdx::revoke)
        },
    )
}

/// The page's own API (B9).
fn page_api(table: RouteTable<House>) -> RouteTable<House> {
    table
        .owns_with("/embed/api", embed::page_api::unserved)
        .get_only("/embed/api/v1/session", Cors::Never, embed::page_session::session)
        .delete(
            "/embed/api/v1/session",
            Cors::Never,
            embed::page_session::end_session,
        )
        .post(
            "/embed/api/v1/session/renew",
            Cors::Never,
            embed::page_session::renew_session,
        )
        .get_only("/embed/api/v1/connections", Cors::Never, embed::page_api::list)
        .post(
            "/embed/api/v1/connections/revoke",
            Cors::Never,
            embed::page_api::revoke_several,
        )
        .get_only(
            "/embed/api/v1/connections/{connection}",
            Cors::Never,
            embed::page_api::show,
        )
        .get_only(
            "/embed/api/v1/connections/{connection}/activity",
            Cors::Never,
            embed::page_api::activity,
        )
        .patch(
            "/embed/api/v1/connections/{connection}/accounts",
            Cors::Never,
            embed::page_changes::accounts,
        )
        .patch(
            "/embed/api/v1/connections/{connection}/clusters",
            Cors::Never,
            embed::page_changes::narrow,
        )
        .post(
            "/embed/api/v1/connections/{connection}/revoke",
            Cors::Never,
            embed::page_api::revoke,
        )
        .post(
            "/embed/api/v1/connections/{connection}/renew",
            Cors::Never,
            embed::page_api::renew,
        )
        .post(
            "/embed/api/v1/connections/{connection}/report",
            Cors::Never,
            embed::page_api::report,
        )
        .post("/embed/api/v1/exports", Cors::Never, embed::page_session::export)
        .get_only("/embed/api/v1/consents", Cors::Never, embed::page_consents::list)
        .post(
            "/embed/api/v1/consents/revoke",
            Cors::Never,
            embed::page_consents::revoke_several,
        )
        .get_only(
            "/embed/api/v1/consents/{consent}",
            Cors::Never,
            embed::page_consents::show,
        )
        .get_only(
            "/embed/api/v1/consents/{consent}/activity",
            Cors::Never,
            embed::page_consents::activity,
        )
        .post(
            "/embed/api/v1/consents/{consent}/revoke",
            Cors::Never,
            embed::page_consents::revoke,
        )
}

/// 404 and 405 of the API; a provider that is not enabled is refused first (A0.4).
fn unserved(house: &House, parts: &Parts, error: ApiError) -> Response {
    let visit = match Visit::of(parts, house) {
        Ok(visit) => visit,
        Err(unknown_host) => return unknown_host.into_response(),
    };
    let error = api::serving(&visit).err().unwrap_or(error);
    (headers::api(), Dashboard(error)).into_response()
}
