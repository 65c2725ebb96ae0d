//! Purposes, preferences and regulations, for display (consent-tokens-and-preferences 12). They are definitions of the ledger, written by
//! the manifest, at the administration door, and here (see `defining`).

use axum::{extract::Request, response::Response};
use consentry_domain::{
    DefinitionKey,
    definition::{Definition, DefinitionKind},
    tenant::REGULATIONS,
};
use consentry_ledger::{TenantSnapshot, preferences::in_order};
use consentry_web::{error::ApiError, texts, visit::Visit};
use serde_json::{Map, Value, json};

use crate::{
    admission::Looking,
    answer::{ok, page},
    failure::{Feathers, not_found},
};

/// `GET /metadata/purposes`.
pub(crate) async fn purposes(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (looking, all) = listed(visit, request, DefinitionKind::Purpose, purpose_of).await?;
    Ok(looking.told(page(all, &looking.query)?))
}

/// `GET /metadata/purposes/{purpose}`.
pub(crate) async fn purpose(visit: Visit, request: Request) -> Result<Response, Feathers> {
    one(visit, request, DefinitionKind::Purpose, purpose_of).await
}

/// `GET /preferences`.
pub(crate) async fn preferences(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (looking, all) = listed(visit, request, DefinitionKind::Preference, preference_of).await?;
    Ok(looking.told(page(all, &looking.query)?))
}

/// `GET /preferences/{preference}`.
pub(crate) async fn preference(visit: Visit, request: Request) -> Result<Response, Feathers> {
    one(visit, request, DefinitionKind::Preference, preference_of).await
}

/// `GET /compliance/v1/regulations`.
pub(crate) async fn regulations(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let looking = Looking::admit(visit, request).await?;
    let own = looking.tenant().tenant.preferences.regulations.iter();
    let all = REGULATIONS.into_iter().chain(own.map(String::as_str));
    let data: Vec<Value> = all
        .map(|id| json!({ "id": id, "name": id.to_uppercase(), "countries": countries(id) }))
        .collect();
    Ok(looking.told(ok(&json!({ "data": data }))))
}

/// Where a regulation applies by default.
fn countries(id: &str) -> Vec<&'static str> {
    let text = match id {
        "gdpr" => {
            "AD AT BE BG CY CZ DE DK EE ES FI FR GB GF GG GI GP GR HR HU IE IS IT JE LI LT LU LV MC MF MQ MT NL NO PL PT RE \
             RO SE SI SK SM VA YT"
        }
        "cpra" => "US_CA",
        "cpa" => "US_CO",
        "ctdpa" => "US_CT",
        "vcdpa" => "US_VA",
        _ => "",
    };
    text.split_whitespace().collect()
}

type Show = fn(&TenantSnapshot, &Definition, bool) -> Value;

async fn listed(
    visit: Visit,
    request: Request,
    kind: DefinitionKind,
    show: Show,
) -> Result<(Looking, Vec<Value>), ApiError> {
    let looking = Looking::admit(visit, request).await?;
    looking.require_organization()?;
    let with_translations = looking.query.flag("$translations")?;
    let tenant = looking.tenant();
    let all = in_order(tenant, kind)
        .into_iter()
        .map(|own| show(tenant, own, with_translations))
        .collect();
    Ok((looking, all))
}

async fn one(visit: Visit, request: Request, kind: DefinitionKind, show: Show) -> Result<Response, Feathers> {
    let looking = Looking::admit(visit, request).await?;
    looking.require_organization()?;
    let with_translations = looking.query.flag("$translations")?;
    let key = DefinitionKey::parse(&looking.last_segment()?).map_err(|_| not_found())?;
    let tenant = looking.tenant();
    let found = tenant.definitions.get(&key);
    let found = found.filter(|own| own.kind == kind && !own.choice.hidden);
    let found = found.ok_or_else(not_found)?;
    Ok(looking.told(ok(&show(tenant, found, with_translations))))
}

/// A text in all languages, or in the tenant's own.
fn words(
    tenant: &TenantSnapshot,
    definition: &Definition,
    with_translations: bool,
    pick: impl Fn(&consentry_domain::definition::Localization) -> Option<String>,
) -> Value {
    let current = tenant.current_wordings(&definition.key);
    if with_translations {
        let all = current
            .into_iter()
            .filter_map(|own| Some((own.locale.as_str().to_owned(), pick(own)?.into())));
        return Value::Object(all.collect());
    }
    let own = tenant.wording_for(&definition.key, [tenant.tenant.locale.as_str()]);
    own.and_then(pick).map_or(Value::Null, Value::String)
}

/// A purpose as it is answered.
pub(crate) fn purpose_of(tenant: &TenantSnapshot, definition: &Definition, with_translations: bool) -> Value {
    let title = |own: &consentry_domain::definition::Localization| own.title.clone();
    let purpose = |own: &consentry_domain::definition::Localization| Some(own.purpose.clone());
    json!({
        "id": definition.key,
        "type": "purpose",
        "name": name(tenant, definition, with_translations, title),
        "description": words(tenant, definition, with_translations, purpose),
        "details": words(tenant, definition, with_translations, |own| Some(own.data.clone())),
        "organization_id": tenant.tenant.slug,
        "namespaces": namespaces(definition),
        "one_click": definition.choice.one_click,
        "regulations_id": [],
    })
}

fn namespaces(definition: &Definition) -> Value {
    let mut named = json!({ "custom": definition.key });
    for (name, id) in &definition.choice.namespaces {
        named[name] = id.as_str().into();
    }
    named
}

/// `GET /languages`: what the product's own words are there in.
pub(crate) async fn languages(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let looking = Looking::admit(visit, request).await?;
    let available: Vec<&str> = texts::languages().iter().map(|language| language.tag).collect();
    let tenant = &looking.tenant().tenant;
    let usual = texts::negotiate([tenant.locale.as_str()]).tag;
    let countries = [
        ("ar", "SA"),
        ("de", "DE"),
        ("en", "GB"),
        ("es", "ES"),
        ("fr", "FR"),
        ("ja", "JP"),
        ("pl", "PL"),
        ("pt", "PT"),
    ];
    let countries: Map<String, Value> = countries
        .into_iter()
        .map(|(language, country)| (language.to_owned(), country.into()))
        .collect();
    let answer = json!({ "available": available, "default": usual, "defaultCountries": countries });
    Ok(looking.told(ok(&answer)))
}

/// `GET /configuration-tree`: purposes with their preferences and values.
pub(crate) async fn tree(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let looking = Looking::admit(visit, request).await?;
    looking.require_organization()?;
    Ok(looking.told(ok(&tree_of(looking.tenant()))))
}

/// The tree as it is answered.
pub(crate) fn tree_of(tenant: &TenantSnapshot) -> Value {
    let preferences = in_order(tenant, DefinitionKind::Preference);
    let purposes: Vec<Value> = in_order(tenant, DefinitionKind::Purpose)
        .into_iter()
        .map(|purpose| {
            let below = preferences
                .iter()
                .filter(|own| own.parent.as_ref() == Some(&purpose.key));
            let preferences: Vec<Value> = below
                .map(|preference| {
                    let values = preference.choice.values.iter();
                    let values: Vec<&str> = values.map(|value| value.id.as_str()).collect();
                    json!({ "id": preference.key, "values": values })
                })
                .collect();
            json!({ "id": purpose.key, "one_click": purpose.choice.one_click, "preferences": preferences })
        })
        .collect();
    json!({ "purposes": purposes })
}

/// A preference as it is answered.
pub(crate) fn preference_of(
    tenant: &TenantSnapshot,
    definition: &Definition,
    with_translations: bool,
) -> Value {
    let title = |own: &consentry_domain::definition::Localization| own.title.clone();
    let purpose = |own: &consentry_domain::definition::Localization| Some(own.purpose.clone());
    let values: Vec<Value> = definition
        .choice
        .values
        .iter()
        .enumerate()
        .map(|(order, own)| {
            let names: Map<String, Value> = own
                .name
                .iter()
                .map(|(language, name)| (language.clone(), name.clone().into()))
                .collect();
            json!({ "id": own.id, "name": names, "order": order })
        })
        .collect();
    json!({
        "id": definition.key,
        "name": name(tenant, definition, with_translations, title),
        "description": words(tenant, definition, with_translations, purpose),
        "type": if definition.choice.multiple { "multi" } else { "single" },
        "purpose_id": definition.parent,
        "values": values,
        "organization_id": tenant.tenant.slug,
    })
}

/// The title, or the label for operators where nothing is published.
fn name(
    tenant: &TenantSnapshot,
    definition: &Definition,
    with_translations: bool,
    title: impl Fn(&consentry_domain::definition::Localization) -> Option<String>,
) -> Value {
    match words(tenant, definition, with_translations, title) {
        Value::Null => definition.display_name.clone().map_or(Value::Null, Value::String),
        words => words,
    }
}
