//! The records door: `/consent/v1`, compatible with the PingDirectory Consent API.
//!
//! What lives here: the wire. Routes, credentials, content negotiation, JSON attributes, HAL, errors. What may not: rules about
//! consents, state, storage. Every request goes through `admission`, which checks in the order of consent-api 5.6.

pub mod filter;
pub mod imported;
pub mod messages;
pub mod openapi;

mod admission;
mod attributes;
mod bearer;
mod consents;
mod credential;
mod definitions;
mod expand;
mod failure;
mod negotiation;
mod parameters;
mod path;
mod precondition;
mod representation;
mod search;
mod served;
mod wish;

use consentry_web::{
    house::House,
    routes::{Cors, RouteTable},
};

pub use self::bearer::Validators;
use self::{
    messages::{MessageType, Messages},
    served::{Door, served},
};

/// Where the door begins.
pub const BASE: &str = "/consent/v1";

/// The routes of the door. Each also answers with a slash at the end, as published clients ask for it (consent-api 2).
pub fn routes(validators: &Validators, messages: &Messages) -> RouteTable<House> {
    let door = &Door {
        validators: validators.clone(),
        messages: messages.clone(),
    };
    let unrouted = door.clone();
    let mut table = RouteTable::new("records").owns_after(BASE, move |house, parts, error| {
        admission::unrouted(unrouted.clone(), house, parts, error)
    });
    for path in ["/consent/v1/definitions", "/consent/v1/definitions/"] {
        table = table.get(
            path,
            Cors::Listed,
            served(door, Some(MessageType::DefinitionSearch), definitions::list),
        );
    }
    for path in [
        "/consent/v1/definitions/{definition}",
        "/consent/v1/definitions/{definition}/",
    ] {
        table = table.get(
            path,
            Cors::Listed,
            served(door, Some(MessageType::DefinitionRetrieved), definitions::read),
        );
    }
    for path in [
        "/consent/v1/definitions/{definition}/localizations",
        "/consent/v1/definitions/{definition}/localizations/",
    ] {
        table = table.get(
            path,
            Cors::Listed,
            served(
                door,
                Some(MessageType::LocalizationSearch),
                definitions::list_localizations,
            ),
        );
    }
    for path in [
        "/consent/v1/definitions/{definition}/localizations/{localization}",
        "/consent/v1/definitions/{definition}/localizations/{localization}/",
    ] {
        table = table.get(
            path,
            Cors::Listed,
            served(
                door,
                Some(MessageType::LocalizationRetrieved),
                definitions::read_localization,
            ),
        );
    }
    for path in ["/consent/v1/consents", "/consent/v1/consents/"] {
        table = table
            .get(
                path,
                Cors::Listed,
                served(door, Some(MessageType::ConsentSearch), search::search),
            )
            .post(path, Cors::Listed, served(door, None, consents::create));
    }
    for path in [
        "/consent/v1/consents/{consent}",
        "/consent/v1/consents/{consent}/",
    ] {
        table = table
            .get(
                path,
                Cors::Listed,
                served(door, Some(MessageType::ConsentRetrieved), consents::read),
            )
            .put(path, Cors::Listed, served(door, None, consents::replace))
            .patch(path, Cors::Listed, served(door, None, consents::update))
            .delete(path, Cors::Listed, served(door, None, consents::delete));
    }
    table
}
