//! Typed identifiers, one type per entity, so that a consent id can never be used where a record id is meant.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Shard, Timestamp};

/// Builds a version 7 UUID (RFC 9562 5.7) whose `rand_a` bits hold `shard`; `random` supplies the other 62 bits.
pub fn uuid_in_shard(at: Timestamp, shard: Shard, random: [u8; 8]) -> Uuid {
    let millis = u64::try_from(at.as_micros() / 1000)
        .unwrap_or_default()
        .to_be_bytes();
    let mut bytes = [0_u8; 16];
    bytes[..6].copy_from_slice(&millis[2..]);
    bytes[6..8].copy_from_slice(&(0x7000 | shard.number()).to_be_bytes());
    bytes[8..].copy_from_slice(&random);
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    Uuid::from_bytes(bytes)
}

/// A text that was meant as an id and is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {kind} id")]
pub struct InvalidId {
    /// What kind of id was expected.
    pub kind: &'static str,
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A new id in `shard`, ordered by `at`; `random` makes it unique.
            pub fn new(at: Timestamp, shard: Shard, random: [u8; 8]) -> Self {
                Self(uuid_in_shard(at, shard, random))
            }

            /// The id with this value, as read from storage or a request.
            pub const fn from_uuid(id: Uuid) -> Self {
                Self(id)
            }

            /// The value.
            pub const fn uuid(self) -> Uuid {
                self.0
            }

            /// The shard carried in the id.
            pub fn shard(self) -> Shard {
                Shard::of_uuid(self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::try_parse(text).map(Self).map_err(|_| InvalidId { kind: $kind })
            }
        }
    };
}

uuid_id!(/// A tenant: isolation boundary and issuer.
    TenantId, "tenant");
uuid_id!(/// A first party's product, owner of clients and users.
    ApplicationId, "application");
uuid_id!(/// Somebody who may act or receive data.
    PartyId, "party");
uuid_id!(/// Somewhere a tenant or a party wants to be told what happens.
    EndpointId, "webhook endpoint");
uuid_id!(/// One message to one endpoint, with all its attempts.
    DeliveryId, "delivery");
uuid_id!(/// A person.
    SubjectId, "subject");
uuid_id!(/// One answer to one definition; the `tid` of portable tokens.
    ConsentId, "consent");
uuid_id!(/// The stable handle of the records door.
    RecordId, "record");
uuid_id!(/// What one decision gave one party; `consent_id` of the authorization door.
    AgreementId, "agreement");
uuid_id!(/// One live token family.
    GrantId, "grant");
uuid_id!(/// One act of will.
    DecisionId, "decision");
uuid_id!(/// Sealed bulk content.
    DocumentId, "document");
uuid_id!(/// One entry of the ledger. Its `rand_a` bits are random, never a shard (enforcement-events-evidence 8.1).
    EventId, "event");

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal, $max:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(std::sync::Arc<str>);

        impl $name {
            /// Longest accepted value, in bytes.
            pub const MAX_BYTES: usize = $max;

            /// Parses a value: not empty, within [`Self::MAX_BYTES`], free of control characters.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                if text.is_empty() || text.len() > Self::MAX_BYTES || text.chars().any(char::is_control) {
                    return Err(InvalidId { kind: $kind });
                }
                Ok(Self(text.into()))
            }

            /// The value.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.as_ref().to_owned()
            }
        }
    };
}

text_id!(/// `client_id` of an OAuth client, such as `tpc_8Ybq4RkT`.
    ClientId, "client", 128);
text_id!(/// Key of a definition: a scope (`accounts:read`), a purpose, a data source (`dpp://…`), or a configured id
    /// (`share-my-email`).
    DefinitionKey, "definition", 1024);
