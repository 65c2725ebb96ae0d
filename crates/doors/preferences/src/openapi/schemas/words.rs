//! What can be chosen, in the words of the organization.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A purpose that is wanted. Texts are in the organization's language; objects of texts by language are taken too.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::PurposeToDefine)]
pub(in super::super) struct PurposeToDefine {
    #[schema(nullable = false, max_length = 4000)]
    name: Option<String>,
    /// What for.
    #[schema(nullable = false, max_length = 4000)]
    description: Option<String>,
    /// Which data.
    #[schema(nullable = false, max_length = 4000)]
    details: Option<String>,
    /// Whether a yes to it is a yes to all of its preferences.
    #[schema(nullable = false)]
    one_click: Option<bool>,
    /// What it is called elsewhere; `didomi` and `custom` are taken for its id.
    #[schema(nullable = false)]
    namespaces: Option<Namespaces>,
}

/// Names of a purpose elsewhere.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Namespaces)]
pub(in super::super) struct Namespaces {
    #[schema(nullable = false, min_length = 1, max_length = 256, pattern = "^[!-~]+$")]
    didomi: Option<String>,
    #[schema(nullable = false, min_length = 1, max_length = 256, pattern = "^[!-~]+$")]
    custom: Option<String>,
}

/// A purpose. With `$translations` texts are objects by language.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Purpose)]
pub(in super::super) struct Purpose {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    name: Value,
    description: Value,
    details: Value,
    organization_id: String,
    one_click: bool,
    /// What it is called elsewhere, by name space.
    namespaces: BTreeMap<String, String>,
}

/// A preference that is wanted.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::PreferenceToDefine)]
pub(in super::super) struct PreferenceToDefine {
    /// The purpose that it belongs to.
    #[schema(pattern = "^(news|surveys)$")]
    purpose_id: String,
    #[schema(nullable = false, max_length = 4000)]
    name: Option<String>,
    #[serde(rename = "type")]
    #[schema(nullable = false, pattern = "^(single|multi)$")]
    kind: Option<String>,
    #[schema(min_items = 1, max_items = 1)]
    values: Vec<ValueToDefine>,
}

/// A value of a preference.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::ValueToDefine)]
pub(in super::super) struct ValueToDefine {
    #[schema(pattern = "^[a-z]{1,20}$")]
    id: String,
    #[schema(nullable = false)]
    name: Option<BTreeMap<Language, String>>,
}

/// A language.
#[derive(Deserialize, ToSchema, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
#[schema(as = preferences::Language)]
pub(in super::super) enum Language {
    En,
    Ar,
}

/// A preference.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Preference)]
pub(in super::super) struct Preference {
    id: String,
    name: Value,
    description: Value,
    #[serde(rename = "type")]
    kind: String,
    purpose_id: Option<String>,
    values: Vec<BTreeMap<String, Value>>,
    organization_id: String,
}

/// The regulations that choices can be made under.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Regulations)]
pub(in super::super) struct Regulations {
    data: Vec<Regulation>,
}

/// The languages of the product's own words.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Languages)]
pub(in super::super) struct Languages {
    available: Vec<String>,
    default: String,
    #[serde(rename = "defaultCountries")]
    default_countries: BTreeMap<String, String>,
}

/// What can be chosen.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::ConfigurationTree)]
pub(in super::super) struct ConfigurationTree {
    purposes: Vec<TreePurpose>,
}

/// A purpose with what belongs to it.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::TreePurpose)]
pub(in super::super) struct TreePurpose {
    id: String,
    one_click: bool,
    preferences: Vec<TreePreference>,
}

/// A preference with its values.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::TreePreference)]
pub(in super::super) struct TreePreference {
    id: String,
    values: Vec<String>,
}

/// A regulation.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Regulation)]
pub(in super::super) struct Regulation {
    id: String,
    name: String,
    countries: Vec<String>,
}
