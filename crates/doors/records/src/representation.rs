//! The resources as HAL (consent-api 6, 7, 8.4, 11).

use std::collections::BTreeMap;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use consentry_domain::definition::{Definition, Localization};
use consentry_ledger::{TenantSnapshot, records::RecordView};
use consentry_web::{error::ApiError, headers};
use http::{StatusCode, header};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{failure::Failure, negotiation::Format, path::Addresses};

/// A link.
#[derive(Debug, Serialize)]
pub(crate) struct Link {
    href: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hreflang: Option<String>,
}

impl Link {
    const fn to(href: String) -> Self {
        Self { href, hreflang: None }
    }

    fn to_localization(addresses: &Addresses, definition: &str, locale: &str) -> Self {
        Self {
            href: addresses.localization(definition, locale),
            hreflang: Some(locale.to_owned()),
        }
    }
}

/// A definition.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DefinitionResource<'a> {
    #[serde(rename = "_links")]
    links: DefinitionLinks,
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
            id,
            display_name: definition.display_name.as_deref(),
            description: definition.description.as_deref(),
            parameters: &definition.parameters,
        }
    }
}

/// A localization.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LocalizationResource<'a> {
    #[serde(rename = "_links")]
    links: LocalizationLinks,
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

impl<'a> LocalizationResource<'a> {
    pub(crate) fn new(addresses: &Addresses, wording: &'a Localization) -> Self {
        let (definition, locale) = (wording.definition.as_str(), wording.locale.as_str());
        Self {
            links: LocalizationLinks {
                own: Link::to(addresses.localization(definition, locale)),
                parent: Link::to(addresses.definition(definition)),
                definition: Link::to(addresses.definition(definition)),
            },
            id: locale,
            locale,
            version: wording.version.to_string(),
            title_text: wording.title.as_deref(),
            data_text: &wording.data,
            purpose_text: &wording.purpose,
        }
    }
}

/// A record.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConsentResource<'a> {
    #[serde(rename = "_links")]
    links: ConsentLinks,
    id: String,
    status: &'static str,
    subject: &'a str,
    #[serde(rename = "subjectDN", skip_serializing_if = "Option::is_none")]
    subject_dn: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<&'a str>,
    #[serde(rename = "actorDN", skip_serializing_if = "Option::is_none")]
    actor_dn: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audience: Option<String>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    collaborators: &'a [String],
    definition: DefinitionReference<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title_text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purpose_text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consent_context: Option<&'a RawValue>,
    created_date: String,
    updated_date: String,
}

#[derive(Debug, Serialize)]
struct ConsentLinks {
    #[serde(rename = "self")]
    own: Link,
    definition: Link,
    #[serde(skip_serializing_if = "Option::is_none")]
    localization: Option<Link>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct DefinitionReference<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    current_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locale: Option<&'a str>,
}

impl<'a> ConsentResource<'a> {
    pub(crate) fn new(addresses: &Addresses, tenant: &TenantSnapshot, view: &'a RecordView) -> Self {
        let definition = view.definition();
        let locale = view.locale.as_ref().map(consentry_domain::locale::Locale::as_str);
        let configured = tenant.definitions.contains_key(definition);
        let current = locale
            .filter(|_| configured)
            .and_then(|locale| tenant.wording(definition, locale));
        Self {
            links: ConsentLinks {
                own: Link::to(addresses.consent(view.id)),
                definition: Link::to(addresses.definition(definition.as_str())),
                localization: locale
                    .map(|locale| Link::to_localization(addresses, definition.as_str(), locale)),
            },
            id: view.id.to_string(),
            status: view.answer.as_str(),
            subject: view.subject(),
            subject_dn: view.subject_dn(),
            actor: view.actor(),
            actor_dn: view.actor_dn(),
            audience: view.audience(),
            collaborators: view.collaborators(),
            definition: DefinitionReference {
                id: definition.as_str(),
                version: view.version.map(|version| version.to_string()),
                current_version: current.map(|current| current.version.to_string()),
                locale,
            },
            title_text: view.title_text(),
            data_text: view.data_text(),
            purpose_text: view.purpose_text(),
            data: view.data(),
            consent_context: view.consent_context(),
            created_date: view.created_at.to_rfc3339_millis(),
            updated_date: view.updated_at.to_rfc3339_millis(),
        }
    }
}

/// Several resources of one kind.
#[derive(Debug, Serialize)]
pub(crate) struct Collection<T> {
    #[serde(rename = "_links")]
    links: SelfLink,
    #[serde(rename = "_embedded")]
    embedded: BTreeMap<&'static str, Vec<T>>,
    count: usize,
    size: usize,
}

#[derive(Debug, Serialize)]
struct SelfLink {
    #[serde(rename = "self")]
    own: Link,
}

impl<T> Collection<T> {
    /// `kind` is the plural name of the resource.
    pub(crate) fn new(kind: &'static str, own: String, resources: Vec<T>) -> Self {
        let count = resources.len();
        Self {
            links: SelfLink { own: Link::to(own) },
            embedded: BTreeMap::from([(kind, resources)]),
            count,
            size: count,
        }
    }
}

/// Whether an answer may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Configuration: nobody's secret.
    May,
    /// About a person.
    Never,
}

/// An answer with a resource in it.
pub(crate) fn answer(
    status: StatusCode,
    format: Format,
    keep: Keep,
    resource: &impl Serialize,
) -> Result<Response, Failure> {
    let body = serde_json::to_vec(resource).map_err(|error| Failure::from(ApiError::internal(error)))?;
    let mut answer = (status, headers::api(), Body::from(body)).into_response();
    answer
        .headers_mut()
        .insert(header::CONTENT_TYPE, format.content_type());
    if keep == Keep::May {
        answer.headers_mut().remove(header::CACHE_CONTROL);
    }
    Ok(answer)
}
