//! Definitions and their localizations: configuration, read-only (consent-api 6, 7).

use axum::response::Response;
use consentry_domain::{
    DefinitionKey,
    definition::{Definition, Localization},
    locale,
};
use consentry_web::{error::FieldError, parameters::Parameters};
use http::StatusCode;

use crate::{
    admission::Admitted,
    expand::{Expand, Expandable, Relation},
    failure::{Code, Failure},
    filter::{Filter, InvalidFilter},
    parameters,
    path::segment,
    representation::{Collection, DefinitionResource, Keep, LocalizationResource, answer},
    served::Incoming,
};

/// All definitions, by id.
pub(crate) async fn list(incoming: Incoming) -> Result<Response, Failure> {
    let admitted = Admitted::admit(incoming).await?;
    let parameters = parameters::read(&admitted.uri)?;
    let filter = filter(&parameters, Filter::of_definitions)?;
    let expand = Expand::read(&parameters, Expandable::DEFINITION)?;
    let tenant = &admitted.visit.tenant;
    let resources = tenant
        .definitions
        .values()
        .filter(|definition| match &filter {
            Some(filter) => filter.fits(definition, &tenant.current_wordings(&definition.key)),
            None => true,
        })
        .map(|definition| definition_resource(&admitted, definition, &expand))
        .collect();
    let own = admitted
        .addresses
        .definitions()
        .with_parameters(&shown(&parameters));
    answer(
        StatusCode::OK,
        admitted.format,
        Keep::May,
        &Collection::whole("definitions", own, resources),
    )
}

/// One definition.
pub(crate) async fn read(incoming: Incoming) -> Result<Response, Failure> {
    let admitted = Admitted::admit(incoming).await?;
    let definition = definition(&admitted)?;
    let expand = Expand::read(&parameters::read(&admitted.uri)?, Expandable::DEFINITION)?;
    let resource = definition_resource(&admitted, definition, &expand);
    answer(StatusCode::OK, admitted.format, Keep::May, &resource)
}

/// The current wordings of a definition, by locale.
pub(crate) async fn list_localizations(incoming: Incoming) -> Result<Response, Failure> {
    let admitted = Admitted::admit(incoming).await?;
    let definition = definition(&admitted)?;
    let parameters = parameters::read(&admitted.uri)?;
    let filter = filter(&parameters, Filter::of_localizations)?;
    let expand = Expand::read(&parameters, Expandable::LOCALIZATION)?;
    let resources = admitted
        .visit
        .tenant
        .current_wordings(&definition.key)
        .into_iter()
        .filter(|wording| match &filter {
            Some(filter) => filter.fits(definition, &[wording]),
            None => true,
        })
        .map(|wording| localization_resource(&admitted, definition, wording, &expand))
        .collect();
    let own = admitted
        .addresses
        .localizations(definition.key.as_str())
        .with_parameters(&shown(&parameters));
    answer(
        StatusCode::OK,
        admitted.format,
        Keep::May,
        &Collection::whole("localizations", own, resources),
    )
}

/// The current wording of a definition in one locale. Another language stands in for it only where the request asks for that.
pub(crate) async fn read_localization(incoming: Incoming) -> Result<Response, Failure> {
    let admitted = Admitted::admit(incoming).await?;
    let definition = definition(&admitted)?;
    let parameters = parameters::read(&admitted.uri)?;
    let expand = Expand::read(&parameters, Expandable::LOCALIZATION)?;
    let falls_back = parameters::flag(&parameters, "fallback")?;
    let locale = segment(&admitted.uri, 3).ok_or_else(Failure::not_found)?;
    let tenant = &admitted.visit.tenant;
    let wording = if falls_back {
        let wordings = tenant.current_wordings(&definition.key);
        locale::lookup(&locale, wordings, |wording| &wording.locale)
    } else {
        tenant.wording(&definition.key, &locale)
    };
    let wording = wording.ok_or_else(Failure::not_found)?;
    answer(
        StatusCode::OK,
        admitted.format,
        Keep::May,
        &localization_resource(&admitted, definition, wording, &expand),
    )
}

fn definition(admitted: &Admitted) -> Result<&Definition, Failure> {
    segment(&admitted.uri, 1)
        .and_then(|id| DefinitionKey::parse(&id).ok())
        .and_then(|key| admitted.visit.tenant.definitions.get(&key))
        .ok_or_else(Failure::not_found)
}

fn definition_resource<'a>(
    admitted: &'a Admitted,
    definition: &'a Definition,
    expand: &Expand,
) -> DefinitionResource<'a> {
    let (addresses, tenant) = (&admitted.addresses, &admitted.visit.tenant);
    let resource = DefinitionResource::new(addresses, tenant, definition);
    if expand.has(Relation::Localizations) {
        resource.with_localizations(addresses, &tenant.current_wordings(&definition.key))
    } else {
        resource
    }
}

fn localization_resource<'a>(
    admitted: &'a Admitted,
    definition: &'a Definition,
    wording: &'a Localization,
    expand: &Expand,
) -> LocalizationResource<'a> {
    let resource = LocalizationResource::new(&admitted.addresses, wording);
    if expand.has(Relation::Definition) {
        resource.with_definition(definition_resource(admitted, definition, &Expand::default()))
    } else {
        resource
    }
}

fn filter(
    parameters: &Parameters,
    read: fn(&str) -> Result<Filter, InvalidFilter>,
) -> Result<Option<Filter>, Failure> {
    let Some(text) = parameters::once(parameters, "filter")? else {
        return Ok(None);
    };
    read(text).map(Some).map_err(|error| {
        let field = FieldError::parameter("filter", error.to_string());
        Failure::new(Code::InvalidFilter, "the filter is not acceptable").with(|failure| failure.field(field))
    })
}

/// The parameters that an answer's own address repeats.
fn shown(parameters: &Parameters) -> Vec<(&str, &str)> {
    ["filter", "expand"]
        .into_iter()
        .filter_map(|name| Some((name, parameters.all(name).next()?)))
        .collect()
}
