//! Lines: unfolded, without comments, in groups between empty lines.

use super::Refused;

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

/// Splits a text into groups. Lines end with LF or CR LF; a byte order mark at the beginning is tolerated.
pub(super) fn groups(text: &[u8]) -> Vec<Group> {
    let text = text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text);
    let mut groups = Vec::new();
    let mut group = Group::default();
    let mut before = Before::Nothing;
    for (index, raw) in text.split(|byte| *byte == b'\n').enumerate() {
        let number = index + 1;
        let raw = raw.strip_suffix(b"\r").unwrap_or(raw);
        match (raw.first(), before) {
            (None, _) => {
                if group != Group::default() {
                    groups.push(std::mem::take(&mut group));
                }
                before = Before::Nothing;
            }
            (Some(b' '), Before::Comment) => {}
            (Some(b' '), Before::Line) => {
                if let Some(line) = group.lines.last_mut() {
                    line.bytes.extend_from_slice(&raw[1..]);
                }
            }
            (Some(b' '), Before::Nothing) => group
                .refused
                .push(Refused::at(number, "a folded line needs a line before it")),
            (Some(b'#'), _) => before = Before::Comment,
            (Some(_), _) => {
                group.lines.push(Line {
                    number,
                    bytes: raw.to_vec(),
                });
                before = Before::Line;
            }
        }
    }
    if group != Group::default() {
        groups.push(group);
    }
    groups
}
