//! Canonical JSON: RFC 8785 restricted so that every implementation agrees (enforcement-events-evidence 8.1): member names
//! `[a-z][a-z0-9_]*`, integers within ±(2^53−1) and no other numbers, no `null`.

use serde::Serialize;
use serde_json::Value;

/// A value that has no canonical form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotCanonical {
    /// A `null`; the member should be left out.
    #[error("null has no canonical form")]
    Null,
    /// A number that is no integer within ±(2^53−1).
    #[error("a number is not an integer that everyone can read")]
    Number,
    /// A member name outside `[a-z][a-z0-9_]*`.
    #[error("the member name {0:?} is not allowed")]
    Name(String),
    /// The value cannot be written as JSON at all.
    #[error("not representable as JSON: {0}")]
    Json(String),
}

/// The canonical bytes of a value.
pub fn to_canonical(value: &impl Serialize) -> Result<Vec<u8>, NotCanonical> {
    let value = serde_json::to_value(value).map_err(|error| NotCanonical::Json(error.to_string()))?;
    let mut out = Vec::with_capacity(512);
    write(&value, &mut out)?;
    Ok(out)
}

fn write(value: &Value, out: &mut Vec<u8>) -> Result<(), NotCanonical> {
    match value {
        Value::Null => return Err(NotCanonical::Null),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => {
            const MOST: i64 = (1 << 53) - 1;
            let integer = number.as_i64().filter(|integer| (-MOST..=MOST).contains(integer));
            out.extend_from_slice(integer.ok_or(NotCanonical::Number)?.to_string().as_bytes());
        }
        Value::String(text) => write_text(text, out),
        Value::Array(entries) => {
            out.push(b'[');
            for (position, entry) in entries.iter().enumerate() {
                if position > 0 {
                    out.push(b',');
                }
                write(entry, out)?;
            }
            out.push(b']');
        }
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            out.push(b'{');
            for (position, (name, value)) in members.into_iter().enumerate() {
                check_name(name)?;
                if position > 0 {
                    out.push(b',');
                }
                write_text(name, out);
                out.push(b':');
                write(value, out)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}

fn check_name(name: &str) -> Result<(), NotCanonical> {
    let mut bytes = name.bytes();
    let fits = bytes.next().is_some_and(|first| first.is_ascii_lowercase())
        && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if fits {
        Ok(())
    } else {
        Err(NotCanonical::Name(name.to_owned()))
    }
}

/// RFC 8785 3.2.2.2: only what must be escaped is, and the short forms where they exist. What is left as it is goes over in pieces.
fn write_text(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(place) = rest.iter().position(|byte| must_be_escaped(*byte)) {
        let (plain, from) = rest.split_at(place);
        out.extend_from_slice(plain);
        escape(from[0], out);
        rest = &from[1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

const fn must_be_escaped(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | ..0x20)
}

fn escape(byte: u8, out: &mut Vec<u8>) {
    match byte {
        b'"' => out.extend_from_slice(b"\\\""),
        b'\\' => out.extend_from_slice(b"\\\\"),
        0x8 => out.extend_from_slice(b"\\b"),
        b'\t' => out.extend_from_slice(b"\\t"),
        b'\n' => out.extend_from_slice(b"\\n"),
        0xc => out.extend_from_slice(b"\\f"),
        b'\r' => out.extend_from_slice(b"\\r"),
        control => out.extend_from_slice(format!("\\u{control:04x}").as_bytes()),
    }
}
