//! Records: one entry each, as content or as an addition.

use std::io::{self, BufRead};

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    Refused,
    lines::{Group, Groups, Line},
};

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Line of its name.
    pub line: usize,
    /// Its distinguished name as written.
    pub dn: String,
    /// Its attributes in their order.
    pub attributes: Vec<Attribute>,
}

/// One value of an attribute.
#[derive(Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Line it begins at.
    pub line: usize,
    /// Name in lower case, without options such as `;lang-nl`.
    pub name: String,
    /// The value; it may be a password.
    pub value: Vec<u8>,
}

impl std::fmt::Debug for Attribute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Attribute")
            .field("line", &self.line)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// The records of a text, each readable or with everything that is wrong with it. One is held at a time; reading the text may fail.
pub fn records<R: BufRead>(from: R) -> Records<R> {
    Records {
        groups: Groups::new(from),
        reading: Reading::Beginning,
    }
}

/// See [`records`].
#[derive(Debug)]
pub struct Records<R> {
    groups: Groups<R>,
    reading: Reading,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// Nothing was read; a version may come.
    Beginning,
    Records,
    /// Nobody knows what comes.
    Over,
}

impl<R: BufRead> Iterator for Records<R> {
    type Item = io::Result<Result<Record, Vec<Refused>>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.reading == Reading::Over {
            return None;
        }
        let mut group = match self.groups.next()? {
            Ok(group) => group,
            Err(error) => {
                self.reading = Reading::Over;
                return Some(Err(error));
            }
        };
        if self.reading == Reading::Beginning {
            self.reading = Reading::Records;
            if let Err(refused) = take_version(&mut group) {
                self.reading = Reading::Over;
                return Some(Ok(Err(vec![refused])));
            }
            if group == Group::default() {
                return self.next();
            }
        }
        Some(Ok(record(group)))
    }
}

/// `version: 1` may stand at the beginning of the file. What another version means nobody knows.
fn take_version(group: &mut Group) -> Result<(), Refused> {
    let Some(line) = group.lines.first() else {
        return Ok(());
    };
    match split(line) {
        Ok((name, value)) if name == "version" && value == b"1" => {
            group.lines.remove(0);
            Ok(())
        }
        Ok((name, _)) if name == "version" => Err(Refused::at(line.number, "only version 1 is read")),
        _ => Ok(()),
    }
}

fn record(group: Group) -> Result<Record, Vec<Refused>> {
    let Group { lines, mut refused } = group;
    let mut read = Vec::new();
    for line in lines {
        match split(&line) {
            Ok((name, value)) => read.push(Attribute {
                line: line.number,
                name,
                value,
            }),
            Err(why) => refused.push(Refused::at(line.number, why)),
        }
    }
    let mut attributes = read.into_iter();
    let (line, dn) = match attributes.next() {
        Some(first) if first.name == "dn" => match String::from_utf8(first.value) {
            Ok(dn) => (first.line, dn),
            Err(_) => {
                refused.push(Refused::at(first.line, "a distinguished name is UTF-8"));
                (first.line, String::new())
            }
        },
        Some(other) => {
            refused.push(Refused::at(other.line, "a record begins with dn"));
            (other.line, String::new())
        }
        None => (0, String::new()),
    };
    let attributes: Vec<Attribute> = attributes.collect();
    for attribute in &attributes {
        if let Err(why) = judge(attribute) {
            refused.push(Refused::at(attribute.line, why));
        }
    }
    if !refused.is_empty() {
        refused.sort_by_key(|refused| refused.line);
        return Err(refused);
    }
    let attributes = attributes
        .into_iter()
        .filter(|attribute| attribute.name != "changetype")
        .collect();
    Ok(Record { line, dn, attributes })
}

/// What belongs to the record and not to the entry: an addition is content, everything else changes what we do not have.
fn judge(attribute: &Attribute) -> Result<(), String> {
    match attribute.name.as_str() {
        "dn" => Err("a record has one dn; is an empty line missing before it?".to_owned()),
        "control" => Err("controls are not carried out".to_owned()),
        "changetype" if attribute.value.eq_ignore_ascii_case(b"add") => Ok(()),
        "changetype" => Err(format!(
            "changetype {} is no addition",
            String::from_utf8_lossy(&attribute.value).escape_debug()
        )),
        _ => Ok(()),
    }
}

/// Name and value of a line (RFC 2849: `attrval-spec`).
fn split(line: &Line) -> Result<(String, Vec<u8>), String> {
    let colon = line
        .bytes
        .iter()
        .position(|byte| *byte == b':')
        .ok_or("a line is a name, a colon and a value")?;
    let (description, rest) = line.bytes.split_at(colon);
    let name = name(description).ok_or("what stands before the colon is no name of an attribute")?;
    let value = match &rest[1..] {
        [b':', encoded @ ..] => STANDARD
            .decode(fill(encoded))
            .map_err(|_| "the value is not base64")?,
        [b'<', ..] => return Err("values are not read from other places".to_owned()),
        plain => fill(plain).to_vec(),
    };
    Ok((name, value))
}

/// An attribute description (RFC 4512 section 2.5), without its options.
fn name(description: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(description).ok()?;
    let mut parts = text.split(';');
    let name = parts.next()?;
    let is_named = |part: &str, more: &[u8]| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || more.contains(&byte))
    };
    (is_named(name, b"-.") && parts.all(|option| is_named(option, b"-"))).then(|| name.to_ascii_lowercase())
}

/// Without the spaces that only separate.
fn fill(value: &[u8]) -> &[u8] {
    let spaces = value.iter().take_while(|byte| **byte == b' ').count();
    &value[spaces..]
}
