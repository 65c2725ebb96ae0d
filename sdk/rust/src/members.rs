//! The members of a JSON object in a token. Tokens are usually plain: texts with nothing spelled out and whole numbers. Those are left
//! where they are and only found; everything else is read as any JSON is.

use std::ops::Range;

use serde_json::{Map, Value};

use crate::json::{Malformed, read_object};
use crate::parsing::{is_time, is_within};

/// Most members of an object that is looked at as a plain one.
const MOST: usize = 32;

/// Most digits of a number in a plain object; all of them are below 2^53.
const DIGITS: usize = 15;

/// The members of an object, none of them twice.
pub(crate) enum Members {
    Plain(Plain),
    Any(Map<String, Value>),
}

/// A text, and where in it names and values are.
pub(crate) struct Plain {
    text: String,
    found: Vec<(Range<usize>, Found)>,
}

enum Found {
    Text(Range<usize>),
    Number(i64),
}

impl Members {
    /// Reads an object.
    pub fn read(bytes: Vec<u8>) -> Result<Self, Malformed> {
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => return read_object(error.as_bytes()).map(Self::Any),
        };
        match plain(&text) {
            Some(found) => Ok(Self::Plain(Plain { text, found })),
            None => read_object(text.as_bytes()).map(Self::Any),
        }
    }

    /// Whether there is such a member.
    pub fn has(&self, name: &str) -> bool {
        match self {
            Self::Plain(plain) => plain.get(name).is_some(),
            Self::Any(members) => members.contains_key(name),
        }
    }

    /// A member that is a text.
    pub fn str(&self, name: &str) -> Option<&str> {
        match self {
            Self::Plain(plain) => match plain.get(name)? {
                Found::Text(place) => plain.text.get(place.clone()),
                Found::Number(_) => None,
            },
            Self::Any(members) => members.get(name)?.as_str(),
        }
    }

    /// A member that is a string of 1 to `longest` characters.
    pub fn text(&self, name: &str, longest: usize) -> Option<&str> {
        self.str(name).filter(|text| is_within(text, longest))
    }

    /// A member that is a whole number of seconds after 1970, below 2^53.
    pub fn time(&self, name: &str) -> Option<i64> {
        let seconds = match self {
            Self::Plain(plain) => match plain.get(name)? {
                Found::Number(number) => *number,
                Found::Text(_) => return None,
            },
            Self::Any(members) => members.get(name)?.as_i64()?,
        };
        is_time(seconds).then_some(seconds)
    }

    /// A member, whatever it is.
    pub fn value(&self, name: &str) -> Option<Value> {
        match self {
            Self::Plain(plain) => plain.get(name).map(|found| plain.value(found)),
            Self::Any(members) => members.get(name).cloned(),
        }
    }

    /// All of them.
    pub fn into_map(self) -> Map<String, Value> {
        match self {
            Self::Plain(plain) => plain
                .found
                .iter()
                .map(|(name, found)| (plain.text[name.clone()].to_owned(), plain.value(found)))
                .collect(),
            Self::Any(members) => members,
        }
    }
}

impl Plain {
    fn get(&self, name: &str) -> Option<&Found> {
        self.found
            .iter()
            .find(|(place, _)| self.text.get(place.clone()) == Some(name))
            .map(|(_, found)| found)
    }

    fn value(&self, found: &Found) -> Value {
        match found {
            Found::Text(place) => self.text[place.clone()].into(),
            Found::Number(number) => (*number).into(),
        }
    }
}

/// Finds the members of a plain object without space around them; none where it is another one.
fn plain(text: &str) -> Option<Vec<(Range<usize>, Found)>> {
    let mut reader = Reader {
        bytes: text.as_bytes(),
        at: 0,
    };
    let mut members: Vec<(Range<usize>, Found)> = Vec::with_capacity(16);
    reader.passes(b'{')?;
    loop {
        let name = reader.text()?;
        reader.passes(b':')?;
        let found = if reader.peek()? == b'"' {
            Found::Text(reader.text()?)
        } else {
            Found::Number(reader.number()?)
        };
        let is_known = |(known, _): &(Range<usize>, Found)| text.get(known.clone()) == text.get(name.clone());
        if members.len() == MOST || members.iter().any(is_known) {
            return None;
        }
        members.push((name, found));
        match reader.next()? {
            b',' => {}
            b'}' => break,
            _ => return None,
        }
    }
    (reader.at == text.len()).then_some(members)
}

struct Reader<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn passes(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then_some(())
    }

    fn text(&mut self) -> Option<Range<usize>> {
        self.passes(b'"')?;
        let begin = self.at;
        let rest = self.bytes.get(begin..)?;
        let length = rest
            .iter()
            .position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))?;
        self.at += length;
        self.passes(b'"')?;
        Some(begin..begin + length)
    }

    fn number(&mut self) -> Option<i64> {
        let digits = self.bytes[self.at..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .take(DIGITS + 1)
            .count();
        let number = self.bytes.get(self.at..self.at + digits)?;
        if digits == 0 || digits > DIGITS || (number[0] == b'0' && digits > 1) {
            return None;
        }
        self.at += digits;
        Some(
            number
                .iter()
                .fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(bool, Map<String, Value>)> {
        let members = Members::read(text.as_bytes().to_vec()).ok()?;
        Some((matches!(members, Members::Plain(_)), members.into_map()))
    }

    #[test]
    fn a_plain_object_is_what_any_reader_reads() {
        for text in [
            r#"{"a":"b"}"#,
            r#"{"iss":"https://a.example","iat":1800000000,"exp":0,"å":"ø","":""}"#,
            r#"{"n":999999999999999}"#,
        ] {
            let (plain, members) = read(text).unwrap();
            assert!(plain, "{text}");
            assert_eq!(
                Value::Object(members),
                serde_json::from_str::<Value>(text).unwrap()
            );
        }
    }

    #[test]
    fn whatever_could_hide_something_is_read_with_care() {
        for text in [
            r#"{ "a":"b"}"#,
            r#"{"a":"b" }"#,
            r#"{"a" :1}"#,
            r#"{"a":-1}"#,
            r#"{"a":1.0}"#,
            r#"{"a":1e3}"#,
            r#"{"a":1000000000000000}"#,
            r#"{"a":true,"b":null,"c":[1],"d":{"e":1}}"#,
            r#"{"\u0061":"b"}"#,
            r#"{"a":"\n"}"#,
            "{}",
        ] {
            let (plain, members) = read(text).unwrap();
            assert!(!plain, "{text}");
            assert_eq!(
                Value::Object(members),
                serde_json::from_str::<Value>(text).unwrap()
            );
        }
    }

    #[test]
    fn what_is_no_object_or_has_a_member_twice_is_refused() {
        for text in [
            "",
            "{",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":"b""#,
            r#"{"a":"b",}"#,
            r#"{"a":"b"}x"#,
            r#"{"a":01}"#,
            "{\"a\":\"\n\"}",
            r#"{"a":"b","a":"c"}"#,
            r#"{"a":"b","\u0061":"c"}"#,
            r#"["a"]"#,
            r#""a""#,
        ] {
            assert!(read(text).is_none(), "{text}");
        }
        assert!(Members::read(b"{\"a\":\"\xff\"}".to_vec()).is_err());
    }

    #[test]
    fn texts_are_bounded_and_times_are_numbers_of_this_world() {
        for text in [
            r#"{"t":5,"s":"ab","z":0,"e":""}"#,
            r#"{"t":5,"s":"ab","z":0,"e":"","x":null}"#,
        ] {
            let members = Members::read(text.as_bytes().to_vec()).unwrap();
            assert_eq!(members.time("t"), Some(5));
            assert_eq!(members.time("z"), None);
            assert_eq!(members.time("s"), None);
            assert_eq!(members.time("none"), None);
            assert_eq!(members.text("s", 2), Some("ab"));
            assert_eq!(members.text("s", 1), None);
            assert_eq!(members.text("e", 1), None);
            assert_eq!(members.text("t", 9), None);
            assert_eq!(members.str("e"), Some(""));
            assert!(members.has("e") && !members.has("none"));
            assert_eq!(members.value("t"), Some(5.into()));
        }
    }
}
