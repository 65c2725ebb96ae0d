//! What was written to a journal and is not in the file yet.

/// Most bytes that are kept, some thirty frames; a larger commit is written in pieces of this size. It is the most that SQLite's own file
/// system writes at once (`seekAndWriteFd` of `os_unix.c` keeps 17 bits of a length).
const MOST: usize = 0x1_ffff;

/// Bytes that belong one behind the other.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    begin: i64,
    bytes: Vec<u8>,
}

impl Pending {
    /// Whether what is written at an offset can be kept with the rest.
    pub(crate) fn takes(&self, offset: i64, len: usize) -> bool {
        self.bytes.is_empty() || (offset == self.end() && self.bytes.len() + len <= MOST)
    }

    /// Keeps it, where [`Self::takes`] says so.
    pub(crate) fn keep(&mut self, offset: i64, bytes: &[u8]) {
        if self.bytes.is_empty() {
            self.begin = offset;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// Hands out what is kept, with its offset, and keeps nothing any more, whatever comes of it.
    pub(crate) fn hand_out<T>(&mut self, write: impl FnOnce(&[u8], i64) -> T) -> Option<T> {
        if self.bytes.is_empty() {
            return None;
        }
        let written = write(&self.bytes, self.begin);
        self.bytes.clear();
        Some(written)
    }

    fn end(&self) -> i64 {
        // A vector is never longer than an offset can say.
        self.begin.saturating_add_unsigned(self.bytes.len() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, Pending};

    #[test]
    fn what_follows_is_kept_and_what_does_not_is_not() {
        let mut pending = Pending::default();
        assert!(pending.takes(32, 24));
        pending.keep(32, &[1; 24]);
        assert!(pending.takes(56, 4096));
        assert!(!pending.takes(55, 4096), "it would be written over");
        assert!(!pending.takes(57, 4096), "there would be a gap");
        assert!(!pending.takes(56, MOST), "it would be too much");
        pending.keep(56, &[2; 4096]);
        let handed_out = pending.hand_out(|bytes, offset| (bytes.len(), offset));
        assert_eq!(handed_out, Some((4120, 32)));
        assert_eq!(pending.hand_out(|_, _| ()), None);
        assert!(pending.takes(0, MOST), "nothing is kept");
    }
}
