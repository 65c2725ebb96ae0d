//! The authorization door: an OpenID provider whose applications own third-party clients, after the third-party consent of Mosaic
//! (third-party-authorization).
//!
//! What lives here: the wire format of OAuth 2.0, OpenID Connect and the vendor's consents API. What may not: any truth; the ledger
//! holds it. The front channel is what happens in a person's browser, the back channel what programs ask.

mod authorization_details;
mod back;
mod bearer;
mod client_authentication;
mod front;
pub mod openapi;

use std::sync::Arc;

use axum::response::IntoResponse;
use consentry_egress::Egress;
use consentry_web::{
    error::{OAuth, Vendor},
    house::House,
    routes::RouteTable,
};

use front::upstream::Providers;

/// Everything this door serves. Other OpenID providers are asked through `egress`.
pub fn routes(egress: &Arc<Egress>) -> RouteTable<House> {
    let table = RouteTable::new("authorization")
        .owns_all(
            &["/oidc", "/cis/oidc", "/.well-known/oauth-authorization-server"],
            |_, error| OAuth(error).into_response(),
        )
        .owns_all(
            &[
                "/cis",
                "/auth/consent",
                "/v1/consents",
                "/v1/manage",
                "/v1/applications",
                "/v1/clients",
            ],
            |_, error| Vendor(error).into_response(),
        );
    let providers = Arc::new(Providers::new(egress));
    front::register(back::register(table), &providers)
}
