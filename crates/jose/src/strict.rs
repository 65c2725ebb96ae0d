//! JSON objects of strangers: a member that is there twice and deep nesting are refused.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The text is no JSON object, has a member twice, or is nested too deeply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text is no JSON object, has a member twice or is nested too deeply")]
pub struct NotStrict;

/// Reads one JSON object in UTF-8 in which no object has a member twice; `depth` counts it and what is nested in it.
pub fn strict_object(bytes: &[u8], depth: usize) -> Result<Map<String, Value>, NotStrict> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { left: depth }.deserialize(&mut deserializer);
    match (value, deserializer.end()) {
        (Ok(Value::Object(members)), Ok(())) => Ok(members),
        _ => Err(NotStrict),
    }
}

/// Reads any value with so many levels left.
#[derive(Clone, Copy)]
struct Strict {
    left: usize,
}

impl Strict {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        let left = self.left.checked_sub(1).ok_or_else(|| E::custom(NotStrict))?;
        Ok(Self { left })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom(NotStrict))?;
        Ok(Value::Number(number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut values = Vec::new();
        while let Some(value) = sequence.next_element_seed(inner)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut members = Map::new();
        while let Some(Name(name)) = map.next_key()? {
            let value = map.next_value_seed(inner)?;
            if members.insert(name, value).is_some() {
                return Err(de::Error::custom(NotStrict));
            }
        }
        Ok(Value::Object(members))
    }
}

#[derive(serde::Deserialize)]
#[serde(transparent)]
struct Name(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_read_as_it_is() {
        let text = r#"{"a":[1,-2,0.5,true,null,"x"],"b":{"c":{}}}"#;
        let read = strict_object(text.as_bytes(), 3).unwrap();
        assert_eq!(Value::Object(read), serde_json::from_str::<Value>(text).unwrap());
    }

    #[test]
    fn duplicates_depth_and_other_texts_are_refused() {
        for bad in [
            "",
            "[]",
            "1",
            "\"{}\"",
            "{",
            "{} {}",
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":1}"#,
            r#"{"x":[{"a":1,"a":2}]}"#,
            r#"{"a":[[[]]]}"#,
            r#"{"a":"\ud800"}"#,
        ] {
            assert_eq!(strict_object(bad.as_bytes(), 3), Err(NotStrict), "{bad}");
        }
        assert_eq!(strict_object(b"{\"a\":\"\xff\"}", 3), Err(NotStrict));
        assert!(strict_object(br#"{"a":[[]]}"#, 3).is_ok());
        assert_eq!(strict_object(b"{}", 0), Err(NotStrict));
    }
}
