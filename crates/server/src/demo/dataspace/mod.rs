//! Northbay: a dataspace around Harbor Bank. Moneytrack is an application in it and works out what somebody could borrow; the city and
//! the tax office are its data sources, behind a gateway.
//!
//! What lives here: both sides of the wire, as parties of a dataspace would write them. What may not: a look into the ledger.

mod gateway;
mod loan;
mod party;
pub(super) mod seed;

use std::sync::Arc;

use consentry_web::routes::{Cors, RouteTable};
use serde_json::{Value, json};

use super::{Demo, caller::page};

/// The dataspace.
const DOMAIN: &str = "northbay.example";

/// Its name.
const NAME: &str = "Northbay";

/// A data source of the dataspace.
#[derive(Debug, Clone, Copy)]
struct DataSource {
    /// Its identifier.
    dsi: &'static str,
    /// Who delivers it: the group, as the gateway is asked for it.
    group: &'static str,
    /// Where the gateway has it.
    path: &'static str,
    /// What the application calls it; a message key.
    title: &'static str,
    /// Whether the application cannot do without it.
    required: bool,
}

/// What ada earned.
const INCOME: DataSource = DataSource {
    dsi: "dpp://tax_office@northbay.example/Person/Income_v1.0",
    group: "tax_office",
    path: "/demo/api/gateway/Person/Income_v1.0",
    title: "loan-income",
    required: true,
};

/// Where she lives.
const ADDRESS: DataSource = DataSource {
    dsi: "dpp://city_registry@northbay.example/Person/Address_v1.0",
    group: "city_registry",
    path: "/demo/api/gateway/Person/Address_v1.0",
    title: "loan-address",
    required: false,
};

/// All of them, in the order they are asked for.
const SOURCES: [DataSource; 2] = [INCOME, ADDRESS];

/// What the demo remembers of the dataspace: made when it is first needed.
#[derive(Debug, Default)]
pub(super) struct Northbay {
    party: party::Keys,
    verifier: gateway::Verifier,
}

/// What a script needs to know of the dataspace.
pub(super) fn description(base: &str) -> Value {
    json!({
        "base_domain": DOMAIN,
        "issuer": base,
        "application": format!("{base}/demo/moneytrack/loan"),
        "portal": format!("{base}/portal"),
        "sources": SOURCES.map(|source| source.dsi),
    })
}

/// Adds the application's page, its party's documents, and the gateway.
pub(super) fn routes(table: RouteTable<Arc<Demo>>) -> RouteTable<Arc<Demo>> {
    table
        .get("/demo/moneytrack/loan", Cors::Never, page(loan::home))
        .post("/demo/moneytrack/loan", Cors::Never, page(loan::ask))
        .get(
            "/demo/api/moneytrack/party-configuration.json",
            Cors::Anyone,
            party::configuration,
        )
        .get("/demo/api/moneytrack/jwks.json", Cors::Anyone, party::key_set)
        .get(
            "/demo/api/moneytrack/request-token",
            Cors::Never,
            party::request_token,
        )
        .post(INCOME.path, Cors::Never, gateway::income)
        .post(ADDRESS.path, Cors::Never, gateway::address)
}
