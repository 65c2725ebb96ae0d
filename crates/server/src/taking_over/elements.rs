//! The objects of a file: of a list, of an answer that holds one (`{"result": […]}`), or one after the other (NDJSON). One is held at a
//! time, so memory does not grow with the file.

use std::io::{self, BufRead, Bytes};

use crate::ldif::Refused;

/// Largest object, in bytes.
const LARGEST: usize = 4 << 20;

/// Members of an answer that hold its objects: of the consents API, of a search of consent records, of lists of grants.
const LISTS: [&str; 4] = ["result", "consents", "consentGrants", "grants"];

/// With what members answers begin that hold a list.
const ANSWERS: [&str; 8] = [
    "result",
    "consents",
    "consentGrants",
    "grants",
    "_embedded",
    "_links",
    "count",
    "page",
];

/// One object as it is written.
#[derive(Clone, PartialEq, Eq)]
pub struct Element {
    /// Number of the line it begins in, from 1.
    pub line: usize,
    /// Its text.
    pub text: Vec<u8>,
}

impl std::fmt::Debug for Element {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Element")
            .field("line", &self.line)
            .finish_non_exhaustive()
    }
}

impl Element {
    /// The line of a member, or of the object where it has none of that name.
    pub fn line_of(&self, member: &str) -> usize {
        let name = format!("\"{member}\"");
        let at = self
            .text
            .windows(name.len())
            .position(|window| window == name.as_bytes());
        let before = &self.text[..at.filter(|_| !member.is_empty()).unwrap_or_default()];
        self.line + before.split(|byte| *byte == b'\n').count().saturating_sub(1)
    }
}

/// The objects of a text. Reading it may fail; what is no object is refused, and with it all that follows.
pub fn elements<R: BufRead>(from: R) -> Elements<R> {
    Elements {
        bytes: from.bytes(),
        line: 1,
        place: Place::Beginning,
    }
}

/// See [`elements`].
#[derive(Debug)]
pub struct Elements<R> {
    bytes: Bytes<R>,
    line: usize,
    place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Beginning,
    /// Between the objects of a list.
    List,
    /// Between objects that stand one after the other.
    Lines,
    Over,
}

/// Why there is no next object.
enum Stop {
    Failed(io::Error),
    Refused(Refused),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

impl<R: BufRead> Iterator for Elements<R> {
    type Item = io::Result<Result<Element, Refused>>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.element() {
            Ok(Some(element)) => Some(Ok(Ok(element))),
            Ok(None) => {
                self.place = Place::Over;
                None
            }
            Err(stop) => {
                self.place = Place::Over;
                Some(match stop {
                    Stop::Failed(error) => Err(error),
                    Stop::Refused(refused) => Ok(Err(refused)),
                })
            }
        }
    }
}

impl<R: BufRead> Elements<R> {
    fn element(&mut self) -> Result<Option<Element>, Stop> {
        if self.place == Place::Over {
            return Ok(None);
        }
        loop {
            let Some(byte) = self.significant()? else {
                return match self.place {
                    Place::List => Err(self.refuse("the file ends before its list does; is it whole?")),
                    _ => Ok(None),
                };
            };
            match (byte, self.place) {
                (b'[', Place::Beginning) => self.place = Place::List,
                (b']', Place::List) => return Ok(None),
                (b',', Place::List) => {}
                (b'{', Place::Beginning) => {
                    if let Some(element) = self.first()? {
                        self.place = Place::Lines;
                        return Ok(Some(element));
                    }
                }
                (b'{', _) => return self.rest(self.line, vec![b'{']).map(Some),
                _ => {
                    return Err(self.refuse(
                        "is no object; a file has a list of objects, or one object after the other",
                    ));
                }
            }
        }
    }

    /// The first object, or nothing where it is an answer and what is sought is in a list of it.
    fn first(&mut self) -> Result<Option<Element>, Stop> {
        let line = self.line;
        let mut text = vec![b'{'];
        match self.significant_into(&mut text)? {
            Some(b'"') => {}
            Some(b'}') => return Ok(Some(Element { line, text })),
            _ => return Err(self.refuse("an object begins with the name of a member")),
        }
        let begin = text.len();
        self.string(&mut text)?;
        let name = text[begin..text.len() - 1].to_vec();
        if !ANSWERS.iter().any(|answer| answer.as_bytes() == name) {
            return self.rest(line, text).map(Some);
        }
        self.list(name)?;
        Ok(None)
    }

    /// Goes on to the list of an answer.
    fn list(&mut self, mut name: Vec<u8>) -> Result<(), Stop> {
        loop {
            match self.significant()? {
                Some(b'"') => {
                    name.clear();
                    self.string(&mut name)?;
                    name.pop();
                }
                Some(b'[') if LISTS.iter().any(|list| list.as_bytes() == name) => {
                    self.place = Place::List;
                    return Ok(());
                }
                Some(_) => {}
                None => {
                    let names = LISTS.join(", ");
                    return Err(
                        self.refuse(&format!("the answer has no list; it is a member called {names}"))
                    );
                }
            }
        }
    }

    /// What belongs to an object that has begun.
    fn rest(&mut self, line: usize, mut text: Vec<u8>) -> Result<Element, Stop> {
        let mut open = 1_usize;
        while open > 0 {
            let Some(byte) = self.byte()? else {
                return Err(Stop::Refused(Refused::at(
                    line,
                    "the file ends before this object does; is it whole?",
                )));
            };
            text.push(byte);
            match byte {
                b'"' => self.string(&mut text)?,
                b'{' => open += 1,
                b'}' => open -= 1,
                _ => {}
            }
            if text.len() > LARGEST {
                return Err(Stop::Refused(Refused::at(
                    line,
                    format!("the object is too large; at most {LARGEST} bytes are read"),
                )));
            }
        }
        Ok(Element { line, text })
    }

    /// The rest of a string, with its end.
    fn string(&mut self, text: &mut Vec<u8>) -> Result<(), Stop> {
        loop {
            let Some(byte) = self.byte()? else {
                return Err(self.refuse("the file ends within a text; is it whole?"));
            };
            text.push(byte);
            match byte {
                b'"' => return Ok(()),
                b'\\' => text.extend(self.byte()?),
                _ if text.len() > LARGEST => return Err(self.refuse("the text is too long")),
                _ => {}
            }
        }
    }

    fn byte(&mut self) -> Result<Option<u8>, Stop> {
        let byte = self.bytes.next().transpose()?;
        if byte == Some(b'\n') {
            self.line += 1;
        }
        Ok(byte)
    }

    fn significant(&mut self) -> Result<Option<u8>, Stop> {
        self.significant_into(&mut Vec::new())
    }

    /// The next byte that is no white space, kept with what stands before it. A byte order mark is none.
    fn significant_into(&mut self, text: &mut Vec<u8>) -> Result<Option<u8>, Stop> {
        loop {
            let byte = self.byte()?;
            text.extend(byte);
            match byte {
                Some(b' ' | b'\t' | b'\r' | b'\n' | 0xef | 0xbb | 0xbf) => {}
                other => return Ok(other),
            }
        }
    }

    fn refuse(&self, why: &str) -> Stop {
        Stop::Refused(Refused::at(self.line, why))
    }
}
