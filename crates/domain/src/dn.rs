//! Distinguished names (RFC 4514), compared by what they mean and not by how they are spelled (consent-api 5.2).
//!
//! What lives here: parsing and the one canonical spelling. What may not: any idea of a directory.

use std::{fmt, iter::Peekable, str::Chars};

/// Longest accepted text, in bytes.
const MAX_BYTES: usize = 8192;

/// Most attributes in one name, over all its parts.
const MAX_ATTRIBUTES: usize = 256;

/// A distinguished name in canonical form: attribute types and values in lower case, runs of spaces in values folded to one,
/// no spaces around separators, attributes of a multi-valued part sorted, and only the escapes that RFC 4514 2.4 demands.
/// Equal names are spelled equally.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Dn(String);

/// A text that is no distinguished name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a distinguished name")]
pub struct InvalidDn;

impl Dn {
    /// Reads a name in any spelling of RFC 4514, and the older separators and quotes of RFC 2253 section 4. The empty name is
    /// refused: it names nobody.
    pub fn parse(text: &str) -> Result<Self, InvalidDn> {
        if text.len() > MAX_BYTES {
            return Err(InvalidDn);
        }
        if is_plain(text) {
            return Ok(Self(text.to_owned()));
        }
        Self::read(text)
    }

    fn read(text: &str) -> Result<Self, InvalidDn> {
        let mut reader = Reader {
            rest: text.chars().peekable(),
        };
        let mut canonical = String::with_capacity(text.len());
        let mut left = MAX_ATTRIBUTES;
        loop {
            let (mut attributes, end) = reader.part(&mut left)?;
            attributes.sort_unstable();
            attributes.dedup();
            if !canonical.is_empty() {
                canonical.push(',');
            }
            canonical.push_str(&attributes.join("+"));
            if end == End::Name {
                return Ok(Self(canonical));
            }
        }
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the entry is this base or stands below it.
    pub fn is_below(&self, base: &Self) -> bool {
        self.0
            .strip_suffix(base.as_str())
            .is_some_and(|above| above.is_empty() || (above.ends_with(',') && !ends_escaped(above)))
    }

    /// Its attributes from the front to the back: types and values, both in lower case, the values as they mean and not as they are
    /// escaped.
    pub fn attributes(&self) -> Vec<(String, String)> {
        let mut reader = Reader {
            rest: self.0.chars().peekable(),
        };
        let mut attributes = Vec::new();
        // A canonical text can be read, so only its end ends the loop.
        while let Ok(kind) = reader.kind() {
            let value = match reader.rest.peek() {
                Some('#') => reader.encoded(),
                _ => reader.plain(),
            };
            let Ok(value) = value else { break };
            attributes.push((kind, value));
            if reader.rest.next().is_none() {
                break;
            }
        }
        attributes
    }

    /// Whether a text names the same entry; never for a text that is no name.
    pub fn names(&self, text: &str) -> bool {
        text == self.0 || Self::parse(text).is_ok_and(|other| other == *self)
    }
}

/// Whether a text is canonical as it stands, as far as that is seen without reading it closely: letters in lower case, digits and a few
/// marks that mean nothing, in few parts of one attribute each. Most names are, since they are compared and kept like this.
fn is_plain(text: &str) -> bool {
    let is_attribute = |part: &str| {
        part.split_once('=').is_some_and(|(kind, value)| {
            kind.starts_with(|first: char| first.is_ascii_lowercase())
                && kind.bytes().all(|byte| is_small(byte) || byte == b'-')
                && !value.is_empty()
                && value
                    .bytes()
                    .all(|byte| is_small(byte) || matches!(byte, b'-' | b'_' | b'.' | b'@'))
        })
    };
    text.split(',').take(MAX_ATTRIBUTES + 1).count() <= MAX_ATTRIBUTES && text.split(',').all(is_attribute)
}

const fn is_small(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// Whether the last character of a canonical text is escaped: an odd number of backslashes stands before it.
fn ends_escaped(text: &str) -> bool {
    let before = text.strip_suffix(',').unwrap_or(text);
    let backslashes = before.len() - before.trim_end_matches('\\').len();
    backslashes % 2 == 1
}

/// A text as the value of one attribute of a name, whatever is in it (RFC 4514 2.4).
pub fn escape(value: &str) -> String {
    escaped(value)
}

impl fmt::Display for Dn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Dn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dn(…)")
    }
}

impl From<Dn> for String {
    fn from(dn: Dn) -> Self {
        dn.0
    }
}

/// What ended a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Attribute,
    Part,
    Name,
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
}

impl Reader<'_> {
    /// One part with all its attributes, each in canonical form.
    fn part(&mut self, left: &mut usize) -> Result<(Vec<String>, End), InvalidDn> {
        let mut attributes = Vec::new();
        loop {
            *left = left.checked_sub(1).ok_or(InvalidDn)?;
            let kind = self.kind()?;
            let (value, end) = self.value()?;
            attributes.push(format!("{kind}={value}"));
            if end != End::Attribute {
                return Ok((attributes, end));
            }
        }
    }

    /// An attribute type: a name or a dotted number, with the old prefix `OID.` cut off.
    fn kind(&mut self) -> Result<String, InvalidDn> {
        self.skip_spaces();
        let mut kind = String::new();
        while let Some(next) = self
            .rest
            .next_if(|next| next.is_ascii_alphanumeric() || matches!(next, '-' | '_' | '.'))
        {
            kind.push(next.to_ascii_lowercase());
        }
        self.skip_spaces();
        self.rest.next_if_eq(&'=').ok_or(InvalidDn)?;
        let kind = kind.strip_prefix("oid.").map(str::to_owned).unwrap_or(kind);
        let named = kind.starts_with(|first: char| first.is_ascii_lowercase()) && !kind.contains('.');
        let numbered = kind
            .split('.')
            .all(|arc| !arc.is_empty() && arc.bytes().all(|byte| byte.is_ascii_digit()));
        if named || numbered {
            Ok(kind)
        } else {
            Err(InvalidDn)
        }
    }

    fn value(&mut self) -> Result<(String, End), InvalidDn> {
        self.skip_spaces();
        let value = match self.rest.peek() {
            Some('#') => self.encoded()?,
            Some('"') => escaped(&self.quoted()?),
            _ => escaped(&self.plain()?),
        };
        self.skip_spaces();
        let end = match self.rest.next() {
            None => End::Name,
            Some(',' | ';') => End::Part,
            Some('+') => End::Attribute,
            Some(_) => return Err(InvalidDn),
        };
        Ok((value, end))
    }

    /// A value in BER, as hexadecimal digits. What is in it is not looked at.
    fn encoded(&mut self) -> Result<String, InvalidDn> {
        let mut value = String::new();
        value.extend(self.rest.next_if_eq(&'#'));
        while let Some(digit) = self.rest.next_if(char::is_ascii_hexdigit) {
            value.push(digit.to_ascii_lowercase());
        }
        let digits = value.len().saturating_sub(1);
        if digits > 0 && digits.is_multiple_of(2) {
            Ok(value)
        } else {
            Err(InvalidDn)
        }
    }

    fn quoted(&mut self) -> Result<String, InvalidDn> {
        let mut value = Value::default();
        self.rest.next_if_eq(&'"').ok_or(InvalidDn)?;
        loop {
            match self.rest.next().ok_or(InvalidDn)? {
                '"' => return value.finish(0),
                '\\' => self.escape(&mut value)?,
                other => value.push(other),
            }
        }
    }

    fn plain(&mut self) -> Result<String, InvalidDn> {
        let mut value = Value::default();
        let mut unescaped_spaces = 0;
        while let Some(next) = self.rest.next_if(|next| !matches!(next, ',' | ';' | '+')) {
            unescaped_spaces = if next == ' ' { unescaped_spaces + 1 } else { 0 };
            match next {
                '\\' => self.escape(&mut value)?,
                '"' | '<' | '>' | '\0' => return Err(InvalidDn),
                other => value.push(other),
            }
        }
        value.finish(unescaped_spaces)
    }

    /// What follows a backslash: a character that stands for itself, or a byte as two hexadecimal digits.
    fn escape(&mut self, value: &mut Value) -> Result<(), InvalidDn> {
        let first = self.rest.next().ok_or(InvalidDn)?;
        if matches!(first, ' ' | '"' | '#' | '+' | ',' | ';' | '<' | '=' | '>' | '\\') {
            value.push(first);
            return Ok(());
        }
        let second = self.rest.next().ok_or(InvalidDn)?;
        let digit = |digit: char| {
            digit
                .to_digit(16)
                .and_then(|digit| u8::try_from(digit).ok())
                .ok_or(InvalidDn)
        };
        value.bytes.push(digit(first)? << 4 | digit(second)?);
        Ok(())
    }

    fn skip_spaces(&mut self) {
        while self.rest.next_if_eq(&' ').is_some() {}
    }
}

/// A value while it is read: escapes give bytes, and only all of them together are UTF-8.
#[derive(Default)]
struct Value {
    bytes: Vec<u8>,
}

impl Value {
    fn push(&mut self, character: char) {
        self.bytes
            .extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }

    /// The text, without the spaces that only separate it from what follows.
    fn finish(mut self, trailing_spaces: usize) -> Result<String, InvalidDn> {
        self.bytes
            .truncate(self.bytes.len().saturating_sub(trailing_spaces));
        let text = String::from_utf8(self.bytes).map_err(|_| InvalidDn)?;
        if text.is_empty() { Err(InvalidDn) } else { Ok(text) }
    }
}

/// The canonical spelling of a value: folded as directories compare it (RFC 4518: case, runs of spaces), then escaped.
fn escaped(value: &str) -> String {
    let folded = folded(value);
    let mut text = String::with_capacity(folded.len());
    let last = folded.chars().count().saturating_sub(1);
    for (position, character) in folded.chars().enumerate() {
        let special = matches!(character, '"' | '+' | ',' | ';' | '<' | '>' | '\\')
            || (character == '#' && position == 0)
            || (character == ' ' && (position == 0 || position == last));
        if special {
            text.push('\\');
        }
        if character == '\0' {
            text.push_str("\\00");
        } else {
            text.push(character);
        }
    }
    text
}

/// Lower case, spaces at both ends cut off, runs of spaces folded to one. A value of nothing but spaces is one space.
fn folded(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for word in value.split(' ').filter(|word| !word.is_empty()) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.extend(word.chars().flat_map(char::to_lowercase));
    }
    if text.is_empty() { " ".to_owned() } else { text }
}

#[cfg(test)]
mod tests;
