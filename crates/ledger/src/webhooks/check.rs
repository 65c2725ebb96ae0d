//! What an endpoint may be set to, and why it is not.

use super::{AuthWish, EndpointSettings, Format, Keeper};
use crate::{TenantSnapshot, checks::issuer_names, error::Fault, feed::SubjectView};

/// Longest list of authorities of an endpoint, in bytes.
const LONGEST_CA: usize = 16 * 1024;

/// Why an endpoint is not made, changed or found.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// There is none, or it is somebody else's.
    #[error("there is no such endpoint or message")]
    Absent,
    /// It is in another version than expected.
    #[error("the endpoint is in version {0}")]
    OtherVersion(u32),
    /// A setting cannot be.
    #[error("{pointer} {why}")]
    Invalid {
        /// Where it stands in the request.
        pointer: &'static str,
        /// What is wrong.
        why: String,
    },
    /// There are as many as there may be.
    #[error("there are {most} endpoints {of} already, which is the most")]
    TooMany {
        /// How many there may be.
        most: usize,
        /// Of what.
        of: &'static str,
    },
    /// People are to be named by our own ids, which the caller may not see.
    #[error("people by our own ids are for clients of the tenant with the scope subjects:read")]
    SubjectsHidden,
    /// An endpoint that was never verified is enabled by a ping that its receiver takes.
    #[error("the endpoint is not verified; send it a test that it answers with 2xx")]
    Unverified,
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

fn invalid(pointer: &'static str, why: impl Into<String>) -> EndpointError {
    let why = why.into();
    EndpointError::Invalid { pointer, why }
}

/// Whether somebody may set an endpoint so. Issuers of names are looked for where the tenant is there already.
pub(super) fn check(
    tenant: Option<&TenantSnapshot>,
    keeper: &Keeper,
    settings: &EndpointSettings,
    auth: &AuthWish,
) -> Result<(), EndpointError> {
    if let AuthWish::Set(auth) = auth {
        auth.check().map_err(|(pointer, why)| invalid(pointer, why))?;
    }
    if settings.format.is_personal() && keeper.client.is_third_party {
        return Err(invalid(
            "/format",
            "tells who people are, and is for endpoints of the tenant",
        ));
    }
    if settings.format.is_personal() && !keeper.sees_subjects {
        return Err(EndpointError::SubjectsHidden);
    }
    if settings.flatten && settings.format != Format::Didomi {
        return Err(invalid("/flatten", "is for the format didomi"));
    }
    if settings.ca.len() > LONGEST_CA {
        return Err(invalid("/ca", "is longer than 16384 bytes"));
    }
    if settings.url.len() > 2_048 {
        return Err(invalid("/url", "is longer than 2048 bytes"));
    }
    if settings.description.chars().count() > 200 {
        return Err(invalid("/description", "is longer than 200 characters"));
    }
    if settings.selection.filter().is_err() {
        return Err(invalid("/types", "holds what names no event type"));
    }
    if settings.signature.is_empty() {
        return Err(invalid("/signature", "names no scheme"));
    }
    if !(5..=30).contains(&settings.timeout_s) {
        return Err(invalid("/timeout_s", "is not from 5 to 30"));
    }
    if !(1..=64).contains(&settings.max_in_flight) {
        return Err(invalid("/max_in_flight", "is not from 1 to 64"));
    }
    if !(1..=1_000).contains(&settings.rate_per_s) {
        return Err(invalid("/rate_per_s", "is not from 1 to 1000"));
    }
    match settings.view() {
        SubjectView::Internal if !keeper.sees_subjects => Err(EndpointError::SubjectsHidden),
        SubjectView::Of(issuer) if tenant.is_some_and(|tenant| issuer_names(tenant, &issuer).is_none()) => {
            Err(invalid("/subject_view", "names no issuer of names"))
        }
        _ => Ok(()),
    }
}
