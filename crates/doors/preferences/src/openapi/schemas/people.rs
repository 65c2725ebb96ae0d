//! What people chose, and who they are.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

/// What somebody chose; what is left out stays as it is.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Choices)]
pub(in super::super) struct Choices {
    #[schema(nullable = false, max_items = 1000)]
    purposes: Option<Vec<PurposeChoice>>,
    #[schema(nullable = false, max_items = 1000)]
    channels: Option<Vec<ChannelChoice>>,
}

/// A purpose.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::PurposeChoice)]
pub(in super::super) struct PurposeChoice {
    #[schema(min_length = 1, max_length = 256, pattern = "^[!-~]+$")]
    id: String,
    /// Whether it is on; `null` where nobody said.
    enabled: Option<bool>,
    /// The chosen values of its preferences.
    #[schema(nullable = false)]
    values: Option<BTreeMap<String, ValueChoice>>,
}

/// The chosen values of a preference, joined by commas.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::ValueChoice)]
pub(in super::super) struct ValueChoice {
    value: String,
}

/// A channel.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::ChannelChoice)]
pub(in super::super) struct ChannelChoice {
    #[schema(min_length = 1, max_length = 256, pattern = "^[!-~]+$")]
    id: String,
    enabled: Option<bool>,
}

/// Whom an event is about.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Whom)]
pub(in super::super) struct Whom {
    /// A device of theirs.
    #[schema(nullable = false, min_length = 1, max_length = 256, pattern = "^[!-~]+$")]
    id: Option<String>,
    /// By what the organization knows them.
    #[schema(nullable = false, min_length = 1, max_length = 256, pattern = "^[!-~]+$")]
    organization_user_id: Option<String>,
    /// Laid over what is known about them.
    #[schema(nullable = false)]
    metadata: Option<BTreeMap<String, Value>>,
}

/// An event. A session may also send 1 to 100 in a list.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::EventToRecord)]
pub(in super::super) struct EventToRecord {
    /// Its id; events of an id that is there are not taken again.
    #[schema(nullable = false, min_length = 1, max_length = 256, pattern = "^[!-~]+$")]
    id: Option<String>,
    #[schema(nullable = false)]
    user: Option<Whom>,
    consents: Choices,
    /// `gdpr` where it is left out.
    #[schema(nullable = false, pattern = "^(gdpr|cpra|cpa|ctdpa|vcdpa)$")]
    regulation: Option<String>,
    /// Where the choice was made.
    #[schema(nullable = false, max_length = 256)]
    domain: Option<String>,
    #[schema(nullable = false)]
    metadata: Option<BTreeMap<String, bool>>,
}

/// What is laid over an event.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::EventToCorrect)]
pub(in super::super) struct EventToCorrect {
    #[schema(nullable = false, pattern = "^(confirmed|pending_approval)$")]
    status: Option<String>,
    #[schema(nullable = false)]
    consents: Option<Choices>,
    #[schema(nullable = false)]
    metadata: Option<BTreeMap<String, bool>>,
}

/// An event.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Event)]
pub(in super::super) struct Event {
    id: String,
    organization_id: String,
    created_at: String,
    updated_at: String,
    #[schema(pattern = "^(confirmed|pending_approval|rejected|expired)$")]
    status: String,
    regulation: String,
    user: Whom,
    consents: Choices,
    /// Files that came with it.
    #[schema(nullable = false)]
    proofs_id: Option<Vec<String>>,
    #[schema(nullable = false)]
    metadata: Option<BTreeMap<String, Value>>,
}

/// A file.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::ProofToKeep)]
pub(in super::super) struct ProofToKeep {
    /// A data URI in base64: PDF, PNG, JPG, GIF, DOCX or DOC.
    #[schema(pattern = "^data:application/pdf;base64,JVBERi0x[A-Za-z0-9+/]{4}$")]
    file: String,
}

/// A file that is kept.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Proof)]
pub(in super::super) struct Proof {
    id: String,
    /// Bytes.
    size: u64,
    /// A data URI in base64.
    file: String,
}

/// What is known about a person.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::UserToWrite)]
pub(in super::super) struct UserToWrite {
    #[schema(nullable = false, min_length = 1, max_length = 256, pattern = "^[!-~]+$")]
    organization_user_id: Option<String>,
    #[schema(nullable = false)]
    metadata: Option<BTreeMap<String, bool>>,
    #[schema(nullable = false, pattern = "^[A-Z]{2}$")]
    country: Option<String>,
}

/// A person under one regulation.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::User)]
pub(in super::super) struct User {
    /// A device of theirs.
    id: String,
    organization_id: String,
    #[schema(nullable = false)]
    organization_user_id: Option<String>,
    version: u64,
    created_at: String,
    updated_at: String,
    regulation: String,
    metadata: BTreeMap<String, Value>,
    consents: Choices,
}

/// A part of the list of people.
#[derive(Deserialize, ToSchema)]
#[schema(as = preferences::Users)]
pub(in super::super) struct Users {
    /// How many people are in this part.
    limit: u64,
    /// Where the next part begins; none at the end.
    cursor: Option<String>,
    data: Vec<User>,
}
