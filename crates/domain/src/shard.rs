//! Where a person's rows live: 4,096 shards, carried inside ids and opaque tokens.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// One of 4,096 partitions (0 to 4095). Every subject-owned row begins with it, so that a later partitioning by shard
/// is a move of data and not a change of code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Shard(u16);

impl Shard {
    /// Number of shards.
    pub const COUNT: u16 = 4096;

    /// The shard with this number; higher bits are cut off.
    pub const fn new(number: u16) -> Self {
        Self(number & (Self::COUNT - 1))
    }

    /// The shard spread by the first bits of a digest or of random bytes; missing bytes count as zero.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        let high = bytes.first().copied().unwrap_or_default();
        let low = bytes.get(1).copied().unwrap_or_default();
        Self::new(u16::from_be_bytes([high, low]) >> 4)
    }

    /// The shard stored in the `rand_a` bits of a version 7 UUID.
    pub fn of_uuid(id: Uuid) -> Self {
        let bytes = id.as_bytes();
        Self::new(u16::from_be_bytes([bytes[6], bytes[7]]))
    }

    /// The number, 0 to 4095.
    pub const fn number(self) -> u16 {
        self.0
    }
}
