//! `authorization_details` on the wire (RFC 9396 2, 5): read strictly, since what is not understood could be what a person would have to be
//! told, and written in the same form.

use consentry_domain::authorization_details::{
    ConsentRequest, DetailType, DurationType, RequestedResource, ResourceType, WrongValue,
};
use consentry_web::json::{self, Limits};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One of the `authorization_details`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuthorizationDetail {
    #[serde(rename = "type")]
    kind: DetailType,
    #[serde(rename = "consentRequest")]
    request: Request,
}

/// The names of FDX.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Request {
    duration_type: DurationType,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    duration_period: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lookback_period: Option<u16>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    resources: Vec<Resource>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Resource {
    resource_type: ResourceType,
    data_clusters: Vec<String>,
}

impl From<ConsentRequest> for AuthorizationDetail {
    fn from(told: ConsentRequest) -> Self {
        let resources = told.resources.into_iter().map(|resource| Resource {
            resource_type: resource.resource_type,
            data_clusters: resource.data_clusters,
        });
        Self {
            kind: DetailType::Fdx,
            request: Request {
                duration_type: told.duration_type,
                duration_period: told.duration_period,
                lookback_period: told.lookback_period,
                resources: resources.collect(),
            },
        }
    }
}

impl From<Request> for ConsentRequest {
    fn from(asked: Request) -> Self {
        let resources = asked.resources.into_iter().map(|resource| RequestedResource {
            resource_type: resource.resource_type,
            data_clusters: resource.data_clusters,
        });
        Self {
            duration_type: asked.duration_type,
            duration_period: asked.duration_period,
            lookback_period: asked.lookback_period,
            resources: resources.collect(),
        }
    }
}

/// Why `authorization_details` are refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WrongDetails {
    /// No array, or not exactly one element: two answers to how long something lasts contradict each other.
    #[error("authorization_details must be a JSON array of one object")]
    NotOne,
    /// A type that is not supported.
    #[error("the type of authorization_details is missing or not supported")]
    Type,
    /// A member that is missing, unknown or of another kind.
    #[error("authorization_details: {0}")]
    Form(#[from] serde_json::Error),
    /// A value that cannot be.
    #[error("authorization_details: {0}")]
    Value(#[from] WrongValue),
}

/// Reads the value of the parameter: its type, and what is asked.
pub(crate) fn read(text: &str) -> Result<(DetailType, ConsentRequest), WrongDetails> {
    let Ok(Value::Array(details)) = json::parse(text.as_bytes(), &Limits::DEFAULT) else {
        return Err(WrongDetails::NotOne);
    };
    let [detail] = <[Value; 1]>::try_from(details).map_err(|_| WrongDetails::NotOne)?;
    let kind = detail.get("type").and_then(Value::as_str);
    kind.and_then(DetailType::from_name).ok_or(WrongDetails::Type)?;
    let AuthorizationDetail { kind, request } = serde_json::from_value(detail)?;
    let asked = ConsentRequest::from(request);
    asked.check()?;
    Ok((kind, asked))
}
