//! Definitions and localizations.

use consentry_domain::definition::{Definition, Localization};
use consentry_ledger::TenantSnapshot;
use serde::Serialize;

use super::Link;
use crate::path::Addresses;

/// A definition.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DefinitionResource<'a> {
    #[serde(rename = "_links")]
    links: DefinitionLinks,
    #[serde(rename = "_embedded", skip_serializing_if = "Option::is_none")]
    embedded: Option<DefinitionEmbedded<'a>>,
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    parameters: &'a [String],
}

#[derive(Debug, Serialize)]
struct DefinitionLinks {
    #[serde(rename = "self")]
    own: Link,
    localizations: Vec<Link>,
}

#[derive(Debug, Serialize)]
struct DefinitionEmbedded<'a> {
    localizations: Vec<LocalizationResource<'a>>,
}

impl<'a> DefinitionResource<'a> {
    pub(crate) fn new(addresses: &Addresses, tenant: &TenantSnapshot, definition: &'a Definition) -> Self {
        let id = definition.key.as_str();
        let localizations = tenant
            .current_wordings(&definition.key)
            .into_iter()
            .map(|wording| Link::to_localization(addresses, id, wording.locale.as_str()))
            .collect();
        Self {
            links: DefinitionLinks {
                own: Link::to(addresses.definition(id)),
                localizations,
            },
            embedded: None,
            id,
            display_name: definition.display_name.as_deref(),
            description: definition.description.as_deref(),
            parameters: &definition.parameters,
        }
    }

    /// With the current localizations in it.
    pub(crate) fn with_localizations(mut self, addresses: &Addresses, wordings: &[&'a Localization]) -> Self {
        let localizations = wordings
            .iter()
            .map(|wording| LocalizationResource::new(addresses, wording))
            .collect();
        self.embedded = Some(DefinitionEmbedded { localizations });
        self
    }
}

/// A localization.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LocalizationResource<'a> {
    #[serde(rename = "_links")]
    links: LocalizationLinks,
    #[serde(rename = "_embedded", skip_serializing_if = "Option::is_none")]
    embedded: Option<LocalizationEmbedded<'a>>,
    id: &'a str,
    locale: &'a str,
    version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    title_text: Option<&'a str>,
    data_text: &'a str,
    purpose_text: &'a str,
}

#[derive(Debug, Serialize)]
struct LocalizationLinks {
    #[serde(rename = "self")]
    own: Link,
    parent: Link,
    definition: Link,
}

#[derive(Debug, Serialize)]
struct LocalizationEmbedded<'a> {
    definition: Box<DefinitionResource<'a>>,
}

impl<'a> LocalizationResource<'a> {
    pub(crate) fn new(addresses: &Addresses, wording: &'a Localization) -> Self {
        let (definition, locale) = (wording.definition.as_str(), wording.locale.as_str());
        Self {
            links: LocalizationLinks {
                own: Link::to(addresses.localization(definition, locale)),
                parent: Link::to(addresses.definition(definition)),
                definition: Link::to(addresses.definition(definition)),
            },
            embedded: None,
            id: locale,
            locale,
            version: wording.version.to_string(),
            title_text: wording.title.as_deref(),
            data_text: &wording.data,
            purpose_text: &wording.purpose,
        }
    }

    /// With its definition in it.
    pub(crate) fn with_definition(mut self, definition: DefinitionResource<'a>) -> Self {
        self.embedded = Some(LocalizationEmbedded {
            definition: Box::new(definition),
        });
        self
    }
}
