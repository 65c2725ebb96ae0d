//! The dataspace door: the consent provider of the IOXIO dataspace consent protocol 0.2 (dataspace-consent-protocol).
//!
//! What lives here: the wire. Signed requests and the keys of parties, answers as the protocol's clients read them, the page that asks a
//! person, and the page where they take consents back. What may not: any truth about consents; the ledger holds it. The only thing kept
//! is what can be had again: keys of parties.

mod answer;
mod asking;
mod body;
mod discovery;
mod failure;
mod giving;
mod id_token;
mod introspecting;
pub mod openapi;
mod page;
mod parties;
mod provider;
mod request_token;
mod revoking;
mod signed;
mod verifying;

use std::sync::Arc;

use axum::{extract::Request, response::IntoResponse};
use consentry_egress::Egress;
use consentry_web::{
    house::House,
    routes::{Cors, RouteTable},
    visit::Visit,
};

use self::{failure::Failure, parties::Parties, request_token::Admissions};

/// Who signs requests, and what of theirs was found good. All of it can be had again.
struct Signers {
    parties: Parties,
    admissions: Admissions,
}

/// Everything this door serves. `egress` is the way to the documents of parties.
pub fn routes(egress: &Arc<Egress>) -> RouteTable<House> {
    let signers = Arc::new(Signers {
        parties: Parties::new(Arc::clone(egress)),
        admissions: Admissions::default(),
    });
    /// A handler of requests that somebody signed for.
    macro_rules! signed {
        ($handler:path) => {{
            let signers = Arc::clone(&signers);
            move |visit: Visit, request: Request| {
                let signers = Arc::clone(&signers);
                async move { $handler(&visit, &signers, request).await.map_err(Failure) }
            }
        }};
    }
    let table = RouteTable::new("dataspace")
        .owns_all(
            &["/Consent", "/.well-known/dataspace", "/.well-known/jwks.json"],
            |_, error| Failure(error).into_response(),
        )
        .get(discovery::CONFIGURATION, Cors::Anyone, discovery::configuration)
        .get(discovery::DATASPACE, Cors::Anyone, discovery::dataspace)
        .get(discovery::JWKS, Cors::Anyone, discovery::jwks)
        .get(discovery::REVOCATIONS, Cors::Anyone, discovery::revocations)
        .post(
            "/Consent/RequestConsents",
            Cors::Never,
            signed!(asking::request_consents),
        )
        .post("/Consent/GetToken", Cors::Never, signed!(giving::get_token))
        .post("/Consent/Revoke", Cors::Never, signed!(revoking::revoke))
        .post(
            "/Consent/Introspect",
            Cors::Never,
            signed!(introspecting::introspect),
        )
        .post("/Consent/Verify", Cors::Never, signed!(verifying::verify))
        .post("/Consent/Request", Cors::Never, signed!(asking::legacy));
    page::register(table)
}
