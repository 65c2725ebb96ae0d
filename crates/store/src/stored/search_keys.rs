//! What a record can be searched by, beside the table of such keys: in the record's own row, so that a change of it knows which of them are
//! there.

use crate::{Hash, row::RecordKey};

/// What a record can be searched by, as it is kept in the record's own row; none for the empty list.
pub fn write_keys(keys: &[(RecordKey, Hash)]) -> Result<Option<String>, serde_json::Error> {
    if keys.is_empty() {
        return Ok(None);
    }
    let named: Vec<(&str, String)> = keys
        .iter()
        .map(|(kind, hash)| (kind.as_str(), hex(hash)))
        .collect();
    serde_json::to_string(&named).map(Some)
}

/// Reads what [`write_keys`] wrote.
pub fn read_keys(text: &str) -> Option<Vec<(RecordKey, Hash)>> {
    let named: Vec<(String, String)> = serde_json::from_str(text).ok()?;
    named
        .into_iter()
        .map(|(kind, hash)| Some((RecordKey::from_name(&kind)?, from_hex(&hash)?)))
        .collect()
}

fn hex(hash: &Hash) -> String {
    let halves = hash.as_bytes().iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    halves
        .filter_map(|half| char::from_digit(u32::from(half), 16))
        .collect()
}

fn from_hex(text: &str) -> Option<Hash> {
    let mut bytes = [0_u8; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
    }
    Some(Hash::new(bytes))
}
