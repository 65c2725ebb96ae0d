//! Lines: unfolded, without comments, in groups between empty lines. One group is held at a time.

use std::io::{self, BufRead};

use super::Refused;

/// Largest group, in bytes. What is larger is refused and not held.
const LARGEST: usize = 4 * 1024 * 1024;

/// One line after unfolding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Where it begins, from 1.
    pub number: usize,
    /// What it holds, without its end.
    pub bytes: Vec<u8>,
}

/// Lines that belong together, and what among them is no line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Group {
    pub lines: Vec<Line>,
    pub refused: Vec<Refused>,
}

/// What a folded line goes on with.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    Comment,
    Line,
}

/// The groups of a text. Lines end with LF or CR LF; a byte order mark at the beginning is tolerated.
#[derive(Debug)]
pub(super) struct Groups<R> {
    from: R,
    /// Number of the line that was read last.
    number: usize,
}

impl<R: BufRead> Groups<R> {
    pub(super) const fn new(from: R) -> Self {
        Self { from, number: 0 }
    }

    /// The next line without its end, cut off where it is larger than `most`; none at the end of the text.
    fn line(&mut self, most: usize) -> io::Result<Option<Raw>> {
        let mut line = Raw::default();
        loop {
            let buffer = self.from.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let part = &buffer[..end.unwrap_or(buffer.len())];
            let fits = part.len().min(most.saturating_sub(line.bytes.len()));
            line.is_cut |= fits < part.len();
            line.bytes.extend_from_slice(&part[..fits]);
            let used = part.len() + usize::from(end.is_some());
            self.from.consume(used);
            line.is_there = true;
            if end.is_some() {
                break;
            }
        }
        if !line.is_there {
            return Ok(None);
        }
        self.number += 1;
        if self.number == 1 && line.bytes.starts_with("\u{feff}".as_bytes()) {
            line.bytes.drain(.."\u{feff}".len());
        }
        if line.bytes.last() == Some(&b'\r') {
            line.bytes.pop();
        }
        Ok(Some(line))
    }

    /// The next group; none at the end of the text.
    fn group(&mut self) -> io::Result<Option<Group>> {
        let mut group = Group::default();
        let mut before = Before::Nothing;
        let mut left = LARGEST;
        while let Some(Raw { bytes, is_cut, .. }) = self.line(left)? {
            let number = self.number;
            if is_cut || bytes.len() > left {
                return self.too_large(number).map(Some);
            }
            match (bytes.first(), before) {
                (None, _) if group == Group::default() => before = Before::Nothing,
                (None, _) => return Ok(Some(group)),
                (Some(b' '), Before::Comment) => {}
                (Some(b' '), Before::Line) => {
                    left -= bytes.len();
                    if let Some(line) = group.lines.last_mut() {
                        line.bytes.extend_from_slice(&bytes[1..]);
                    }
                }
                (Some(b' '), Before::Nothing) => {
                    left -= bytes.len();
                    group
                        .refused
                        .push(Refused::at(number, "a folded line needs a line before it"));
                }
                (Some(b'#'), _) => before = Before::Comment,
                (Some(_), _) => {
                    left -= bytes.len();
                    group.lines.push(Line { number, bytes });
                    before = Before::Line;
                }
            }
        }
        Ok(Some(group).filter(|group| *group != Group::default()))
    }

    /// Skips the rest of a group that is too large to be held.
    fn too_large(&mut self, number: usize) -> io::Result<Group> {
        // One byte tells an empty line from others, and two an empty line that ends with CR LF.
        while self.line(2)?.is_some_and(|line| !line.bytes.is_empty()) {}
        Ok(Group {
            lines: Vec::new(),
            refused: vec![Refused::at(number, "the entry is larger than 4 MiB")],
        })
    }
}

impl<R: BufRead> Iterator for Groups<R> {
    type Item = io::Result<Group>;

    fn next(&mut self) -> Option<Self::Item> {
        self.group().transpose()
    }
}

/// A line as it stands in the text.
#[derive(Default)]
struct Raw {
    bytes: Vec<u8>,
    is_there: bool,
    is_cut: bool,
}
