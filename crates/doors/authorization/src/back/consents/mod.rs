//! The consents API (third-party-authorization A.3): what people agreed to, for the first party's back ends and for the people
//! themselves. There is no call that makes a consent; only the flow does.

mod access;
mod cursor;
mod list;
mod of_application;
mod of_person;
mod stop;
mod wire;

use consentry_web::{
    house::House,
    routes::{Cors, RouteTable},
};

use super::both;

/// Adds the seven calls of A.3.2.
pub(super) fn register(table: RouteTable<House>) -> RouteTable<House> {
    let table = both!(table, get, "/v1/consents", Cors::Never, of_application::list);
    let table = both!(
        table,
        get,
        "/v1/consents/{consent_id}",
        Cors::Never,
        of_application::one
    );
    let table = both!(
        table,
        delete,
        "/v1/consents/clients/{client_id}/users/{user_id}",
        Cors::Never,
        of_application::revoke
    );
    let table = both!(
        table,
        get,
        "/v1/manage/consents",
        Cors::Never,
        of_application::managed
    );
    let table = both!(
        table,
        delete,
        "/v1/manage/consents/clients/{client_id}/users/{user_id}",
        Cors::Never,
        of_application::revoke_managed
    );
    let table = both!(table, get, "/v1/consents/me", Cors::Never, of_person::list);
    both!(
        table,
        delete,
        "/v1/consents/me/clients/{client_id}",
        Cors::Never,
        of_person::revoke
    )
}
