//! What pages of others may know of a center (consent-tokens-and-preferences 3.5, 11.2): its words and what can be chosen, nobody's choices.

use consentry_domain::tenant::Center;
use consentry_ledger::preferences::{named, told_id};
use consentry_web::visit::Visit;
use http::HeaderMap;
use serde_json::{Value, json};

use super::{
    Look,
    rows::{self, SwitchRow},
    shown_address,
};

/// A center in the language of `lang`, else of the browser, else of the tenant.
pub(crate) fn published(visit: &Visit, center: &Center, headers: &HeaderMap, lang: Option<&str>) -> Value {
    let look = Look::new(visit, Some(center), headers, lang);
    let (tenant, read) = (&visit.tenant, look.read());
    let settings = &tenant.tenant.preferences;
    let brand = tenant.tenant.brand.name.clone();
    let usual = || look.language.text("center-lead").with("brand", brand).to_string();
    let title = named(&center.title, &read)
        .map_or_else(|| look.language.text("center-title").to_string(), str::to_owned);
    let asks: Vec<&str> = center
        .validations
        .as_ref()
        .unwrap_or(&settings.validations)
        .iter()
        .filter(|(_, own)| own.enabled)
        .map(|(method, _)| method.as_str())
        .collect();
    let purposes: Vec<Value> = rows::of_purposes(tenant, center, None, &[], &read)
        .iter()
        .map(|row| purpose(row, told_id(tenant, &row.id)))
        .collect();
    let channels: Vec<Value> = rows::of_channels(center, None, &[], &read)
        .iter()
        .map(|row| json!({ "id": row.id, "name": row.title }))
        .collect();
    json!({
        "id": center.id,
        "organization_id": tenant.tenant.slug,
        "language": look.language.tag,
        "direction": look.language.direction.as_str(),
        "title": title,
        "lead": named(&center.lead, &read).map_or_else(usual, str::to_owned),
        "url": shown_address(visit, center),
        "regulation": center.regulation,
        "format": center.format.as_str(),
        "template_id": center.template.as_str(),
        "save": named(&center.save, &read).map_or_else(|| look.language.text("center-save").to_string(), str::to_owned),
        "footer": named(&center.footer, &read),
        "legal_name": center.legal_name,
        "website": center.website,
        "contact": { "schedule": center.schedule, "address": center.address },
        "auth_enabled": center.sign_in,
        "auth_provider_id": center.auth_provider.unwrap_or(settings.auth_provider).as_str(),
        "validations": asks,
        "purposes": purposes,
        "channels": channels,
    })
}

fn purpose(row: &SwitchRow, id: &str) -> Value {
    let preferences = row.preferences.iter().map(|own| {
        let values = own.values.iter();
        let values: Vec<Value> = values
            .map(|value| json!({ "id": value.id, "name": value.name }))
            .collect();
        json!({
            "id": own.id,
            "name": own.title,
            "type": if own.multiple { "multi" } else { "single" },
            "values": values,
        })
    });
    json!({
        "id": id,
        "name": row.title,
        "language": row.locale,
        "data": row.data,
        "description": row.purpose,
        "preferences": preferences.collect::<Vec<Value>>(),
    })
}
