//! Strict JSON: I-JSON (RFC 7493) with limits, and errors that say where (COM-16).
//!
//! A duplicate member name, an unpaired surrogate, text after the value and too much depth are refused; a byte order
//! mark is tolerated. Unknown members are the door's business.

use std::{
    cell::RefCell,
    fmt::{self, Write as _},
};

use axum::body::Body;
use http::HeaderMap;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value, map::Entry};

use crate::{
    body::{self, BodyError},
    error::{ApiError, FieldError, registry},
};

/// What is accepted.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Largest size, in bytes.
    pub size: usize,
    /// Largest nesting of arrays and objects; at most 126, since beyond that the parser itself gives up and cannot say how deep is too deep.
    pub depth: usize,
}

impl Limits {
    /// 256 KiB, 32 levels (consent API, 14).
    pub const DEFAULT: Self = Self {
        size: 256 * 1024,
        depth: 32,
    };

    /// The same depth with another size.
    pub const fn size(size: usize) -> Self {
        Self {
            size,
            ..Self::DEFAULT
        }
    }
}

/// Reads the JSON body of a request whose media type is one of `accepted`.
pub async fn read(
    headers: &HeaderMap,
    body: Body,
    accepted: &[&str],
    limits: &Limits,
) -> Result<Value, JsonBodyError> {
    body::require_media_type(headers, accepted)?;
    let bytes = body::read(body, limits.size).await?;
    Ok(parse(&bytes, limits)?)
}

/// Reads one JSON value.
pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Value, JsonError> {
    if bytes.len() > limits.size {
        return Err(JsonError {
            kind: JsonErrorKind::TooLarge { limit: limits.size },
            pointer: String::new(),
            line: 1,
            column: 0,
        });
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let (broken, path) = (RefCell::default(), RefCell::default());
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let seed = Strict {
        left: limits.depth,
        limit: limits.depth,
        broken: &broken,
        path: &path,
    };
    let value = seed
        .deserialize(&mut deserializer)
        .map_err(|error| located(&error, broken.take(), path.take()))?;
    deserializer
        .end()
        .map_err(|error| located(&error, Some(JsonErrorKind::Trailing), Vec::new()))?;
    Ok(value)
}

/// Why JSON was not accepted, and where: both numbers count from one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at line {line}, column {column}")]
pub struct JsonError {
    /// What is wrong.
    pub kind: JsonErrorKind,
    /// RFC 6901 pointer to the innermost value that was being read; empty for the whole text.
    pub pointer: String,
    /// Line of the first byte that cannot be accepted.
    pub line: usize,
    /// Column in bytes.
    pub column: usize,
}

/// What is wrong with a JSON text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonErrorKind {
    /// Not JSON at all, or not I-JSON.
    #[error("{0}")]
    Syntax(String),
    /// A member name twice in one object.
    #[error("the member {0:?} appears twice")]
    Duplicate(String),
    /// Nested too deeply.
    #[error("more than {limit} levels of nesting")]
    TooDeep {
        /// Largest depth accepted.
        limit: usize,
    },
    /// Something behind the value.
    #[error("there is text after the value")]
    Trailing,
    /// Larger than accepted.
    #[error("the text is larger than {limit} bytes")]
    TooLarge {
        /// Largest size accepted, in bytes.
        limit: usize,
    },
}

/// Why a JSON body was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonBodyError {
    /// The body itself.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// What is in it.
    #[error(transparent)]
    Json(#[from] JsonError),
}

impl From<JsonBodyError> for ApiError {
    fn from(error: JsonBodyError) -> Self {
        match error {
            JsonBodyError::Body(error) => error.into(),
            JsonBodyError::Json(error) => error.into(),
        }
    }
}

impl From<JsonError> for ApiError {
    fn from(error: JsonError) -> Self {
        match error.kind {
            JsonErrorKind::TooLarge { .. } => {
                ApiError::new(&registry::PAYLOAD_TOO_LARGE).detail(error.kind.to_string())
            }
            _ => ApiError::new(&registry::INVALID_JSON)
                .detail(error.to_string())
                .field(FieldError::pointer(error.pointer.clone(), error.to_string())),
        }
    }
}

/// Builds a [`Value`] and stops at what `serde_json` alone would let pass.
#[derive(Clone, Copy)]
struct Strict<'a> {
    left: usize,
    limit: usize,
    broken: &'a RefCell<Option<JsonErrorKind>>,
    /// Names and positions that lead to where reading stopped, from within: noted on the way out, since most of what is read is good.
    path: &'a RefCell<Vec<Step>>,
}

/// One step into a value.
enum Step {
    Member(String),
    Element(usize),
}

impl Strict<'_> {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        match self.left.checked_sub(1) {
            Some(left) => Ok(Self { left, ..self }),
            None => Err(self.stop(JsonErrorKind::TooDeep { limit: self.limit })),
        }
    }

    fn stop<E: de::Error>(self, kind: JsonErrorKind) -> E {
        let error = E::custom(&kind);
        self.broken.replace(Some(kind));
        error
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut values = Vec::new();
        loop {
            match sequence.next_element_seed(inner) {
                Ok(Some(value)) => values.push(value),
                Ok(None) => return Ok(values.into()),
                Err(error) => {
                    self.path.borrow_mut().push(Step::Element(values.len()));
                    return Err(error);
                }
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            match object.entry(name) {
                Entry::Occupied(first) => {
                    let name = first.key().clone();
                    self.path.borrow_mut().push(Step::Member(name.clone()));
                    return Err(self.stop(JsonErrorKind::Duplicate(name)));
                }
                Entry::Vacant(place) => match members.next_value_seed(inner) {
                    Ok(value) => place.insert(value),
                    Err(error) => {
                        self.path.borrow_mut().push(Step::Member(place.key().clone()));
                        return Err(error);
                    }
                },
            };
        }
        Ok(object.into())
    }
}

fn located(error: &serde_json::Error, kind: Option<JsonErrorKind>, inside_out: Vec<Step>) -> JsonError {
    JsonError {
        pointer: pointer(inside_out.into_iter().rev()),
        line: error.line(),
        column: error.column(),
        kind: kind.unwrap_or_else(|| JsonErrorKind::Syntax(without_place(&error.to_string()))),
    }
}

/// The longest pointer told, in steps; what is deeper is within.
const LONGEST_POINTER: usize = 8;

fn pointer(path: impl Iterator<Item = Step>) -> String {
    let mut pointer = String::new();
    for step in path.take(LONGEST_POINTER) {
        let _ = match step {
            Step::Member(name) => write!(pointer, "/{}", name.replace('~', "~0").replace('/', "~1")),
            Step::Element(position) => write!(pointer, "/{position}"),
        };
    }
    pointer
}

/// `serde_json` ends its messages with the place, which is told apart here.
fn without_place(message: &str) -> String {
    message
        .rsplit_once(" at line ")
        .map_or(message, |(text, _)| text)
        .to_owned()
}

#[cfg(test)]
mod tests;
