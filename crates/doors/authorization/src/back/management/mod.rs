//! Client management (third-party-authorization A.2.1): the clients of an application, and the application itself, for its own back end
//! and for management applications.
//!
//! What lives here: the names of the wire, read strictly and written whole. What may not: rules about a registration and what follows
//! from a change, which are the ledger's.

mod admission;
mod applications;
mod clients;
mod fields;
mod reader;
mod unbuilt;
mod wire;

use consentry_web::{
    house::House,
    routes::{Cors, RouteTable},
};

/// The calls about clients below one address, with and without the prefix of the original.
macro_rules! below {
    ($table:expr, $base:literal) => {
        $table
            .post($base, Cors::Never, clients::create)
            .get($base, Cors::Never, clients::list)
            .delete($base, Cors::Never, clients::delete_all)
            .get(concat!($base, "/{client_id}"), Cors::Never, clients::read)
            .put(concat!($base, "/{client_id}"), Cors::Never, clients::change)
            .delete(concat!($base, "/{client_id}"), Cors::Never, clients::delete)
            .put(
                concat!($base, "/{client_id}/resources"),
                Cors::Never,
                clients::resources,
            )
            .post(
                concat!($base, "/{client_id}/secret/rotate"),
                Cors::Never,
                clients::rotate,
            )
    };
}

/// Adds the calls of A.2.1, under both of their addresses.
pub(super) fn register(table: RouteTable<House>) -> RouteTable<House> {
    let table = below!(table, "/v1/clients");
    let table = below!(table, "/cis/v1/clients");
    let table = below!(table, "/v1/applications/{app_id}/clients");
    let mut table = below!(table, "/cis/v1/applications/{app_id}/clients");
    for (all, one) in [
        ("/v1/applications", "/v1/applications/{app_id}"),
        ("/cis/v1/applications", "/cis/v1/applications/{app_id}"),
    ] {
        table = table
            .get(all, Cors::Never, applications::list)
            .get(one, Cors::Never, applications::read)
            .put(one, Cors::Never, applications::change);
    }
    table
}
