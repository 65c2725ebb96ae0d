//! The resources as HAL (consent-api 6, 7, 8.4, 11).

mod consent;
mod definition;

pub(crate) use self::{
    consent::ConsentResource,
    definition::{DefinitionResource, LocalizationResource},
};

use std::collections::BTreeMap;

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use consentry_web::{error::ApiError, headers};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::{failure::Failure, negotiation::Format, path::Addresses};

/// A link.
#[derive(Debug, Serialize)]
pub(crate) struct Link {
    href: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hreflang: Option<String>,
}

impl Link {
    pub(crate) const fn to(href: String) -> Self {
        Self { href, hreflang: None }
    }

    fn to_localization(addresses: &Addresses, definition: &str, locale: &str) -> Self {
        Self {
            href: addresses.localization(definition, locale),
            hreflang: Some(locale.to_owned()),
        }
    }
}

/// Several resources of one kind.
#[derive(Debug, Serialize)]
pub(crate) struct Collection<T> {
    #[serde(rename = "_links")]
    links: CollectionLinks,
    #[serde(rename = "_embedded")]
    embedded: BTreeMap<&'static str, Vec<T>>,
    count: u64,
    size: usize,
}

#[derive(Debug, Serialize)]
struct CollectionLinks {
    #[serde(rename = "self")]
    own: Link,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<Link>,
}

impl<T> Collection<T> {
    /// All there is. `kind` is the plural name of the resource.
    pub(crate) fn whole(kind: &'static str, own: String, resources: Vec<T>) -> Self {
        let count = u64::try_from(resources.len()).unwrap_or(u64::MAX);
        Self::page(kind, own, resources, count, None)
    }

    /// A part of `count` resources; `next` is where more are.
    pub(crate) fn page(
        kind: &'static str,
        own: String,
        resources: Vec<T>,
        count: u64,
        next: Option<String>,
    ) -> Self {
        Self {
            links: CollectionLinks {
                own: Link::to(own),
                next: next.map(Link::to),
            },
            size: resources.len(),
            embedded: BTreeMap::from([(kind, resources)]),
            count,
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

/// Adds a header whose value is made here.
pub(crate) fn with_header(
    mut answer: Response,
    name: header::HeaderName,
    value: &str,
) -> Result<Response, Failure> {
    let value = HeaderValue::from_str(value).map_err(|error| Failure::from(ApiError::internal(error)))?;
    answer.headers_mut().insert(name, value);
    Ok(answer)
}
