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
            let mut names: Vec<&String> = members.keys().collect();
            names.sort_unstable();
            out.push(b'{');
            for (position, name) in names.into_iter().enumerate() {
                check_name(name)?;
                if position > 0 {
                    out.push(b',');
                }
                write_text(name, out);
                out.push(b':');
                write(&members[name], out)?;
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

/// RFC 8785 3.2.2.2: only what must be escaped is, and the short forms where they exist.
fn write_text(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for character in text.chars() {
        match character {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\u{8}' => out.extend_from_slice(b"\\b"),
            '\t' => out.extend_from_slice(b"\\t"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\u{c}' => out.extend_from_slice(b"\\f"),
            '\r' => out.extend_from_slice(b"\\r"),
            control if u32::from(control) < 0x20 => {
                out.extend_from_slice(format!("\\u{:04x}", u32::from(control)).as_bytes());
            }
            other => {
                let mut buffer = [0; 4];
                out.extend_from_slice(other.encode_utf8(&mut buffer).as_bytes());
            }
        }
    }
    out.push(b'"');
}
