//! Canonical JSON: RFC 8785 restricted so that every implementation agrees (enforcement-events-evidence 8.1): member names
//! `[a-z][a-z0-9_]*`, each once, integers within ±(2^53−1) and no other numbers, no `null`.

use std::io::{self, Write as _};

use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, Serializer};

/// Largest integer that everyone can read.
const LARGEST: i64 = (1 << 53) - 1;

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
    /// A member name that an object has twice.
    #[error("the member {0:?} is there twice")]
    Twice(String),
    /// The value cannot be written as JSON at all.
    #[error("not representable as JSON: {0}")]
    Json(String),
}

/// The canonical bytes of a value.
pub fn to_canonical(value: &impl Serialize) -> Result<Vec<u8>, NotCanonical> {
    let mut sheet = Sheet {
        text: Vec::with_capacity(1024),
        ..Sheet::default()
    };
    let written = value.serialize(&mut Serializer::with_formatter(io::sink(), Writing(&mut sheet)));
    match (sheet.wrong, written) {
        (Some(wrong), _) => Err(wrong),
        (None, Err(error)) => Err(NotCanonical::Json(error.to_string())),
        (None, Ok(())) => Ok(sheet.text),
    }
}

/// What is written, in the order in which it comes; the members of an object are put in order where it ends.
#[derive(Default)]
struct Sheet {
    text: Vec<u8>,
    /// The members of the objects that have not ended, those of inner ones last.
    members: Vec<Member>,
    /// For each of these objects, which member is its first.
    open: Vec<usize>,
    /// Members of one object while they change places.
    moving: Vec<u8>,
    wrong: Option<NotCanonical>,
}

/// Where a member is in the text.
#[derive(Clone, Copy)]
struct Member {
    begin: usize,
    /// Behind the name and its quotes.
    named: usize,
    end: usize,
}

impl Member {
    fn name(self, text: &[u8]) -> &[u8] {
        text.get(self.begin + 1..self.named.saturating_sub(1))
            .unwrap_or_default()
    }
}

impl Sheet {
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.text.extend_from_slice(bytes);
        Ok(())
    }

    fn refuse(&mut self, wrong: NotCanonical) -> io::Result<()> {
        let error = io::Error::other(wrong.to_string());
        self.wrong = Some(wrong);
        Err(error)
    }

    fn integer(&mut self, integer: i64) -> io::Result<()> {
        if (-LARGEST..=LARGEST).contains(&integer) {
            write!(self.text, "{integer}")
        } else {
            self.refuse(NotCanonical::Number)
        }
    }

    fn begin_member(&mut self) {
        let begin = self.text.len();
        self.members.push(Member {
            begin,
            named: begin,
            end: begin,
        });
    }

    fn end_name(&mut self) -> io::Result<()> {
        let named = self.text.len();
        let Some(member) = self.members.last_mut() else {
            return Ok(());
        };
        member.named = named;
        let name = member.name(&self.text);
        if is_name(name) {
            return Ok(());
        }
        let name = String::from_utf8_lossy(name).into_owned();
        self.refuse(NotCanonical::Name(name))
    }

    fn end_member(&mut self) {
        // Those of objects within have been taken off.
        if let Some(member) = self.members.last_mut() {
            member.end = self.text.len();
        }
    }

    fn end_object(&mut self) -> io::Result<()> {
        let first = self.open.pop().unwrap_or_default();
        let own = self.members.get_mut(first..).unwrap_or_default();
        let text = &self.text;
        if !own.is_sorted_by(|one, next| one.name(text) < next.name(text)) {
            let begin = own.first().map_or(text.len(), |member| member.begin);
            own.sort_unstable_by(|one, other| one.name(text).cmp(other.name(text)));
            let twice = own.windows(2).find_map(|pair| match pair {
                [one, next] if one.name(text) == next.name(text) => Some(one.name(text)),
                _ => None,
            });
            if let Some(name) = twice {
                let name = String::from_utf8_lossy(name).into_owned();
                return self.refuse(NotCanonical::Twice(name));
            }
            self.moving.clear();
            for (position, member) in own.iter().enumerate() {
                if position > 0 {
                    self.moving.push(b',');
                }
                self.moving
                    .extend_from_slice(text.get(member.begin..member.end).unwrap_or_default());
            }
            self.text.truncate(begin);
            self.text.append(&mut self.moving);
        }
        self.members.truncate(first);
        self.put(b"}")
    }
}

fn is_name(name: &[u8]) -> bool {
    let mut bytes = name.iter();
    bytes.next().is_some_and(u8::is_ascii_lowercase)
        && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'_')
}

/// Writes onto the sheet what the serializer says; the writer that it names gets nothing.
struct Writing<'a>(&'a mut Sheet);

impl Formatter for Writing<'_> {
    fn write_null<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.0.refuse(NotCanonical::Null)
    }

    fn write_bool<W: ?Sized + io::Write>(&mut self, _: &mut W, value: bool) -> io::Result<()> {
        self.0.put(if value { b"true" } else { b"false" })
    }

    fn write_i8<W: ?Sized + io::Write>(&mut self, _: &mut W, value: i8) -> io::Result<()> {
        self.0.integer(value.into())
    }

    fn write_i16<W: ?Sized + io::Write>(&mut self, _: &mut W, value: i16) -> io::Result<()> {
        self.0.integer(value.into())
    }

    fn write_i32<W: ?Sized + io::Write>(&mut self, _: &mut W, value: i32) -> io::Result<()> {
        self.0.integer(value.into())
    }

    fn write_i64<W: ?Sized + io::Write>(&mut self, _: &mut W, value: i64) -> io::Result<()> {
        self.0.integer(value)
    }

    fn write_i128<W: ?Sized + io::Write>(&mut self, _: &mut W, value: i128) -> io::Result<()> {
        self.0.integer(value.try_into().unwrap_or(i64::MAX))
    }

    fn write_u8<W: ?Sized + io::Write>(&mut self, _: &mut W, value: u8) -> io::Result<()> {
        self.0.integer(value.into())
    }

    fn write_u16<W: ?Sized + io::Write>(&mut self, _: &mut W, value: u16) -> io::Result<()> {
        self.0.integer(value.into())
    }

    fn write_u32<W: ?Sized + io::Write>(&mut self, _: &mut W, value: u32) -> io::Result<()> {
        self.0.integer(value.into())
    }

    fn write_u64<W: ?Sized + io::Write>(&mut self, _: &mut W, value: u64) -> io::Result<()> {
        self.0.integer(value.try_into().unwrap_or(i64::MAX))
    }

    fn write_u128<W: ?Sized + io::Write>(&mut self, _: &mut W, value: u128) -> io::Result<()> {
        self.0.integer(value.try_into().unwrap_or(i64::MAX))
    }

    fn write_f32<W: ?Sized + io::Write>(&mut self, _: &mut W, _: f32) -> io::Result<()> {
        self.0.refuse(NotCanonical::Number)
    }

    fn write_f64<W: ?Sized + io::Write>(&mut self, _: &mut W, _: f64) -> io::Result<()> {
        self.0.refuse(NotCanonical::Number)
    }

    fn write_number_str<W: ?Sized + io::Write>(&mut self, _: &mut W, value: &str) -> io::Result<()> {
        self.0.integer(value.parse().unwrap_or(i64::MAX))
    }

    fn begin_string<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.0.put(b"\"")
    }

    fn end_string<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.0.put(b"\"")
    }

    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, _: &mut W, text: &str) -> io::Result<()> {
        self.0.put(text.as_bytes())
    }

    /// RFC 8785 3.2.2.2: the short forms where they exist.
    fn write_char_escape<W: ?Sized + io::Write>(&mut self, _: &mut W, escape: CharEscape) -> io::Result<()> {
        self.0.put(match escape {
            CharEscape::Quote => b"\\\"",
            CharEscape::ReverseSolidus => b"\\\\",
            CharEscape::Solidus => b"/",
            CharEscape::Backspace => b"\\b",
            CharEscape::FormFeed => b"\\f",
            CharEscape::LineFeed => b"\\n",
            CharEscape::CarriageReturn => b"\\r",
            CharEscape::Tab => b"\\t",
            CharEscape::AsciiControl(control) => {
                return self.0.put(format!("\\u{control:04x}").as_bytes());
            }
        })
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.0.put(b"[")
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.0.put(b"]")
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, _: &mut W, is_first: bool) -> io::Result<()> {
        self.0.put(if is_first { b"" } else { b"," })
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.0.open.push(self.0.members.len());
        self.0.put(b"{")
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.0.end_object()
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, _: &mut W, is_first: bool) -> io::Result<()> {
        if !is_first {
            self.0.put(b",")?;
        }
        self.0.begin_member();
        Ok(())
    }

    fn end_object_key<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.0.end_name()
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.0.put(b":")
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.0.end_member();
        Ok(())
    }

    /// Text that somebody else has written has no order that is known here.
    fn write_raw_fragment<W: ?Sized + io::Write>(&mut self, _: &mut W, _: &str) -> io::Result<()> {
        self.0
            .refuse(NotCanonical::Json("text that is JSON already".to_owned()))
    }
}
