//! The shapes of bodies. They are read by the compiler of the description and never made.

#![expect(dead_code, reason = "these types only describe")]

use serde::Deserialize;
use utoipa::ToSchema;

/// In whose words an endpoint is told.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = webhooks::Format)]
pub(super) enum Format {
    /// `application/cloudevents+json`.
    Cloudevents,
    /// The same bytes, `application/json`.
    Json,
    /// Notifications of FDX.
    Fdx,
    /// Notifications of MX.
    Mx,
    /// Events and users of the preferences API; for endpoints of the tenant whose client may see people.
    Didomi,
    /// Security event tokens of the UK.
    #[serde(rename = "uk-ob")]
    UkOb,
    /// What becomes of consents.
    Dataspace,
}

/// How messages are signed.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = webhooks::Scheme)]
pub(super) enum Scheme {
    /// HMAC-SHA-256 with the secret.
    V1,
    /// Ed25519.
    V1a,
}

/// When a message that failed is tried again.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = webhooks::RetryProfile)]
pub(super) enum RetryProfile {
    /// 10 attempts within three days.
    Standard,
    /// 11 attempts within three days.
    Bank,
    /// 6 attempts within five minutes.
    Short,
}

/// In which order messages go out.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = webhooks::Order)]
pub(super) enum Order {
    /// One after the other about one person, for a minute at most.
    Partition,
    /// One after the other.
    Strict,
    /// As they come.
    None,
}

/// Where an endpoint goes on when it is enabled again.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = webhooks::Resume)]
pub(super) enum Resume {
    /// Where it stood.
    Position,
    /// With what happens from now on.
    Now,
}

/// How an endpoint shows that it wants messages.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = webhooks::Handshake)]
pub(super) enum Handshake {
    /// It takes a test.
    Ping,
    /// It answers the `OPTIONS` of CloudEvents.
    Cloudevents,
}

/// Whether an endpoint is sent anything.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = webhooks::EndpointStatus)]
pub(super) enum EndpointStatus {
    /// Only tests.
    Unverified,
    /// What it selected.
    Enabled,
    /// Only tests.
    Disabled,
}

/// A door.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = webhooks::Door)]
pub(super) enum Door {
    /// Records.
    Records,
    /// Authorization.
    Authorization,
    /// Dashboard.
    Dashboard,
    /// The operator's own commands and files.
    Operator,
}

/// A name of an event type, or a family such as `consent.*`.
#[derive(Deserialize, ToSchema)]
#[schema(as = webhooks::TypePattern, max_length = 1024)]
pub(super) struct TypePattern(String);

/// Id of a definition.
#[derive(Deserialize, ToSchema)]
#[schema(as = webhooks::DefinitionId, max_length = 1024, pattern = r"^[^\x00-\x1f\x7f-\x9f]+$")]
pub(super) struct DefinitionId(String);

/// Id of a client.
#[derive(Deserialize, ToSchema)]
#[schema(as = webhooks::ClientId, max_length = 128, pattern = r"^[^\x00-\x1f\x7f-\x9f]+$")]
pub(super) struct ClientId(String);

/// Text of an audience.
#[derive(Deserialize, ToSchema)]
#[schema(as = webhooks::Audience, max_length = 1024)]
pub(super) struct Audience(String);

/// Alternatives within one filter, all of different ones.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = webhooks::Filters)]
pub(super) struct Filters {
    #[schema(max_items = 50)]
    definition: Option<Vec<DefinitionId>>,
    #[schema(max_items = 50)]
    door: Option<Vec<Door>>,
    #[schema(max_items = 50)]
    audience: Option<Vec<Audience>>,
    #[schema(max_items = 50)]
    client: Option<Vec<ClientId>>,
}

/// How the endpoint's receiver knows us, beside signatures. Written and never shown.
#[derive(Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[schema(as = webhooks::Auth)]
pub(super) enum Auth {
    /// HTTP Basic.
    Basic {
        #[schema(min_length = 1, max_length = 1024)]
        username: String,
        #[schema(min_length = 1, max_length = 1024)]
        password: String,
    },
    /// A bearer token from the receiver's authorization server.
    ClientCredentials {
        #[schema(max_length = 2048)]
        token_url: String,
        #[schema(min_length = 1, max_length = 1024)]
        client_id: String,
        #[schema(min_length = 1, max_length = 1024)]
        client_secret: String,
        #[schema(max_length = 1024)]
        scope: Option<String>,
    },
}

macro_rules! settings {
    ($(#[$doc:meta])* $name:ident as $($path:ident)::+, $example:path, $($(#[$attribute:meta])* url: $url:ty)?) => {
        $(#[$doc])*
        #[derive(Deserialize, ToSchema)]
        #[schema(as = $($path)::+, example = $example)]
        pub(super) struct $name {
            $(
                /// Where messages go: `https`, and a public address.
                $(#[$attribute])*
                url: $url,
            )?
            #[schema(max_length = 200)]
            description: Option<String>,
            /// All where nothing is said.
            #[schema(max_items = 50)]
            types: Option<Vec<TypePattern>>,
            filters: Option<Filters>,
            format: Option<Format>,
            /// Whether messages of the format `didomi` are one flat object.
            flatten: Option<bool>,
            #[schema(min_items = 1)]
            signature: Option<Vec<Scheme>>,
            retry_profile: Option<RetryProfile>,
            /// Seconds for an answer.
            #[schema(minimum = 5, maximum = 30)]
            timeout_s: Option<u8>,
            order: Option<Order>,
            #[schema(minimum = 1, maximum = 64)]
            max_in_flight: Option<u8>,
            #[schema(minimum = 1, maximum = 1000)]
            rate_per_s: Option<u16>,
            /// `default`, `internal`, `none`, or an issuer of names.
            #[schema(max_length = 1024)]
            subject_view: Option<String>,
            resume: Option<Resume>,
            handshake: Option<Handshake>,
            /// Certificates in PEM of authorities that are trusted beside the public ones.
            #[schema(max_length = 16384)]
            ca: Option<String>,
            auth: Option<Auth>,
        }
    };
}

settings! {
    /// A new endpoint. What is left out, or null, has its default.
    EndpointToMake as webhooks::EndpointToMake, super::examples::to_make,
    #[schema(max_length = 2048)] url: String
}

settings! {
    /// What shall be otherwise. Null brings the default back; what is left out stays.
    EndpointToChange as webhooks::EndpointToChange, super::examples::to_change,
    #[schema(max_length = 2048, nullable = false)] url: Option<String>
}

macro_rules! shown {
    ($(#[$doc:meta])* $name:ident as $($path:ident)::+ { $($more:tt)* }) => {
        $(#[$doc])*
        #[derive(Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        #[schema(as = $($path)::+)]
        pub(super) struct $name {
            #[schema(format = "uuid")]
            id: String,
            url: String,
            description: String,
            types: Vec<String>,
            filters: Filters,
            format: Format,
            flatten: bool,
            signature: Vec<Scheme>,
            retry_profile: RetryProfile,
            timeout_s: u8,
            order: Order,
            max_in_flight: u8,
            rate_per_s: u16,
            subject_view: String,
            resume: Resume,
            handshake: Handshake,
            ca: String,
            /// Kind of `auth`.
            #[schema(required)]
            auth_type: Option<String>,
            /// Most messages a minute that the receiver takes, where it said so.
            #[schema(required)]
            allowed_per_minute: Option<u32>,
            status: EndpointStatus,
            /// `owner`, `gone`, `failing` or `parked`.
            #[schema(required)]
            disabled_reason: Option<String>,
            #[schema(required, format = "date-time")]
            next_attempt_at: Option<String>,
            #[schema(required, format = "date-time")]
            failing_since: Option<String>,
            #[schema(format = "date-time")]
            created_at: String,
            #[schema(format = "date-time")]
            updated_at: String,
            version: u32,
            $($more)*
        }
    };
}

shown! {
    /// An endpoint.
    Endpoint as webhooks::Endpoint {}
}

shown! {
    /// An endpoint whose secret is new.
    EndpointWithSecret as webhooks::EndpointWithSecret {
        /// The secret, this once.
        #[schema(pattern = "^whsec_", nullable = false)]
        secret: Option<String>,
        /// False where the request was carried out before.
        secret_available: bool,
    }
}

/// Endpoints, by id.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = webhooks::Endpoints)]
pub(super) struct Endpoints {
    endpoints: Vec<Endpoint>,
    #[schema(required)]
    next_cursor: Option<String>,
}

/// How long the old secrets sign beside the new one.
#[derive(Deserialize, ToSchema)]
#[schema(as = webhooks::Rotation)]
pub(super) struct Rotation {
    /// Seconds; a day where nothing is said.
    #[schema(minimum = 0, maximum = 604_800)]
    overlap_s: Option<i64>,
}

/// The key of `v1a` signatures.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = webhooks::PublicKey)]
pub(super) struct PublicKey {
    #[schema(pattern = "^whpk_")]
    whpk: String,
    jwk: Jwk,
}

/// The same as JWK (RFC 8037).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = webhooks::Jwk)]
pub(super) struct Jwk {
    kty: String,
    crv: String,
    x: String,
    #[serde(rename = "use")]
    usage: String,
}

/// Where a message stands.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = webhooks::DeliveryStatus)]
pub(super) enum DeliveryStatus {
    /// It is going to be tried.
    Waiting,
    /// The receiver took it.
    Delivered,
    /// It was given up.
    Parked,
}

/// One attempt.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = webhooks::Attempt)]
pub(super) struct Attempt {
    #[schema(format = "date-time")]
    at: String,
    duration_ms: u64,
    /// Status of the answer.
    #[schema(nullable = false)]
    status: Option<u16>,
    /// Why there was none, or it was no good: a stable code.
    #[schema(nullable = false)]
    error: Option<String>,
    /// Beginning of the answer.
    #[schema(nullable = false)]
    answer: Option<String>,
}

macro_rules! message {
    ($(#[$doc:meta])* $name:ident as $($path:ident)::+ { $($more:tt)* }) => {
        $(#[$doc])*
        #[derive(Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        #[schema(as = $($path)::+)]
        pub(super) struct $name {
            #[schema(format = "uuid")]
            id: String,
            #[schema(format = "uuid")]
            endpoint: String,
            /// What its receiver knows it by.
            webhook_id: String,
            /// Its number among the endpoint's messages.
            seq: u64,
            #[serde(rename = "type")]
            kind: String,
            status: DeliveryStatus,
            attempt_count: u32,
            #[schema(format = "date-time")]
            created_at: String,
            #[schema(required, format = "date-time")]
            next_attempt_at: Option<String>,
            #[schema(required, format = "date-time")]
            finished_at: Option<String>,
            $($more)*
        }
    };
}

message! {
    /// A message with its attempts, earliest first.
    Delivery as webhooks::Delivery { attempts: Vec<Attempt> }
}

message! {
    /// A message.
    ListedDelivery as webhooks::ListedDelivery {}
}

/// Messages, latest first.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = webhooks::Deliveries)]
pub(super) struct Deliveries {
    deliveries: Vec<ListedDelivery>,
    #[schema(required)]
    next_cursor: Option<String>,
}

/// What shall be sent again.
#[derive(Deserialize, ToSchema)]
#[schema(as = webhooks::ReplayToAsk, example = super::examples::replay_to_ask)]
pub(super) struct ReplayToAsk {
    /// What was recorded from then on.
    #[schema(
        format = "date-time",
        pattern = r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$"
    )]
    from: String,
    /// Until then; until now where nothing is said.
    #[schema(
        format = "date-time",
        pattern = r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z$"
    )]
    to: Option<String>,
    #[schema(max_items = 50)]
    types: Option<Vec<KnownPattern>>,
    /// Only what was given up.
    only_failed: Option<bool>,
}

/// A name of an event type, or a family.
#[derive(Deserialize, ToSchema)]
#[schema(as = webhooks::KnownPattern, pattern = r"^(consentry\.)?((consent|grant|decision)\.\*|consent\.(granted|revoked|denied)|grant\.(created|ended)|decision\.recorded)$")]
pub(super) struct KnownPattern(String);

/// A replay that was taken on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = webhooks::Replay)]
pub(super) struct Replay {
    #[schema(format = "uuid")]
    endpoint: String,
    #[schema(format = "date-time")]
    from: String,
    #[schema(required, format = "date-time")]
    to: Option<String>,
    only_failed: bool,
}

/// Nothing needs to be said.
#[derive(Deserialize, ToSchema)]
#[schema(as = webhooks::Empty)]
pub(super) struct Empty {}
