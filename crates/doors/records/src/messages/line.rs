//! A line as the vendor writes it: time stamp, words, then keys with quoted values.

use std::fmt::Write as _;

use consentry_domain::Timestamp;

/// A line in the making. It ends without a line break and holds none, whatever the values hold.
pub(super) struct Line(String);

impl Line {
    /// Begins it.
    pub(super) fn begin(at: Timestamp, words: &str) -> Self {
        let at = at.to_jiff().strftime("%d/%b/%Y:%H:%M:%S%.3f +0000");
        Self(format!("[{at}] {words}"))
    }

    /// Adds a key with its value.
    pub(super) fn put(mut self, key: &str, value: &str) -> Self {
        let _ = write!(self.0, " {key}=");
        quote(value, &mut self.0);
        self
    }

    /// Adds a key where it has a value.
    pub(super) fn put_some(self, key: &str, value: Option<&str>) -> Self {
        match value.filter(|value| !value.is_empty()) {
            Some(value) => self.put(key, value),
            None => self,
        }
    }

    /// All of it.
    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// Between quotes, with everything escaped that could end the value or the line in whatever reads it.
fn quote(value: &str, line: &mut String) {
    line.push('"');
    for next in value.chars() {
        match next {
            '"' | '\\' => line.extend(['\\', next]),
            '\n' => line.push_str("\\n"),
            '\r' => line.push_str("\\r"),
            '\t' => line.push_str("\\t"),
            '\u{2028}' | '\u{2029}' => {
                let _ = write!(line, "\\u{:04x}", u32::from(next));
            }
            control if control.is_control() => {
                let _ = write!(line, "\\u{:04x}", u32::from(control));
            }
            other => line.push(other),
        }
    }
    line.push('"');
}
