//! Definitions and their localizations: configuration, read-only (consent-api 6, 7).

use axum::{extract::Request, response::Response};
use consentry_domain::{DefinitionKey, definition::Definition};
use consentry_web::visit::Visit;
use http::StatusCode;

use crate::{
    admission::Admitted,
    failure::Failure,
    path::segment,
    representation::{Collection, DefinitionResource, Keep, LocalizationResource, answer},
};

/// All definitions, by id.
pub(crate) async fn list(visit: Visit, request: Request) -> Result<Response, Failure> {
    let admitted = Admitted::admit(visit, request).await?;
    let Admitted { visit, addresses, .. } = &admitted;
    let resources = visit
        .tenant
        .definitions
        .values()
        .map(|definition| DefinitionResource::new(addresses, &visit.tenant, definition))
        .collect();
    let collection = Collection::new("definitions", addresses.definitions(), resources);
    answer(StatusCode::OK, admitted.format, Keep::May, &collection)
}

/// One definition.
pub(crate) async fn read(visit: Visit, request: Request) -> Result<Response, Failure> {
    let admitted = Admitted::admit(visit, request).await?;
    let definition = definition(&admitted)?;
    let resource = DefinitionResource::new(&admitted.addresses, &admitted.visit.tenant, definition);
    answer(StatusCode::OK, admitted.format, Keep::May, &resource)
}

/// The current wordings of a definition, by locale.
pub(crate) async fn list_localizations(visit: Visit, request: Request) -> Result<Response, Failure> {
    let admitted = Admitted::admit(visit, request).await?;
    let definition = definition(&admitted)?;
    let addresses = &admitted.addresses;
    let resources = admitted
        .visit
        .tenant
        .current_wordings(&definition.key)
        .into_iter()
        .map(|wording| LocalizationResource::new(addresses, wording))
        .collect();
    let own = addresses.localizations(definition.key.as_str());
    answer(
        StatusCode::OK,
        admitted.format,
        Keep::May,
        &Collection::new("localizations", own, resources),
    )
}

/// The current wording of a definition in one locale; no other language stands in for it.
pub(crate) async fn read_localization(visit: Visit, request: Request) -> Result<Response, Failure> {
    let admitted = Admitted::admit(visit, request).await?;
    let definition = definition(&admitted)?;
    let locale = segment(&admitted.uri, 3).ok_or_else(Failure::not_found)?;
    let wording = admitted
        .visit
        .tenant
        .wording(&definition.key, &locale)
        .ok_or_else(Failure::not_found)?;
    answer(
        StatusCode::OK,
        admitted.format,
        Keep::May,
        &LocalizationResource::new(&admitted.addresses, wording),
    )
}

fn definition(admitted: &Admitted) -> Result<&Definition, Failure> {
    segment(&admitted.uri, 1)
        .and_then(|id| DefinitionKey::parse(&id).ok())
        .and_then(|key| admitted.visit.tenant.definitions.get(&key))
        .ok_or_else(Failure::not_found)
}
