//! CBOR (RFC 8949), as far as authenticators write it: the deterministic subset of CTAP 2, section 8. Nothing is built up in memory; values are
//! read where they stand, or passed over.

/// How deep values may be in one another.
const DEEPEST: u32 = 8;

/// That bytes are not what they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

/// A value without what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item<'a> {
    /// A whole number.
    Number(i64),
    /// Bytes.
    Bytes(&'a [u8]),
    /// A text.
    Text(&'a str),
    /// An array of so many values, which follow.
    Array(u64),
    /// A map of so many pairs, which follow.
    Map(u64),
    /// A number with a point, or true, false, null.
    Simple,
}

/// Reads values one after another.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What was not read yet.
    pub(super) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    fn take(&mut self, count: u64) -> Result<&'a [u8], Malformed> {
        let count = usize::try_from(count).map_err(|_| Malformed)?;
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Malformed)?;
        self.rest = rest;
        Ok(taken)
    }

    fn argument(&mut self, short: u8) -> Result<u64, Malformed> {
        let width = match short {
            0..=23 => return Ok(u64::from(short)),
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            // Of indefinite length, or nothing at all.
            _ => return Err(Malformed),
        };
        let bytes = self.take(width)?;
        Ok(bytes
            .iter()
            .fold(0, |number, byte| (number << 8) | u64::from(*byte)))
    }

    /// The next value; what is in an array or a map comes after it.
    pub(super) fn item(&mut self) -> Result<Item<'a>, Malformed> {
        let first = self.take(1)?.first().copied().ok_or(Malformed)?;
        let (kind, short) = (first >> 5, first & 0x1f);
        let argument = self.argument(short)?;
        Ok(match kind {
            0 => Item::Number(i64::try_from(argument).map_err(|_| Malformed)?),
            1 => Item::Number(-1 - i64::try_from(argument).map_err(|_| Malformed)?),
            2 => Item::Bytes(self.take(argument)?),
            3 => {
                let bytes = self.take(argument)?;
                Item::Text(std::str::from_utf8(bytes).map_err(|_| Malformed)?)
            }
            4 => Item::Array(argument),
            5 => Item::Map(argument),
            7 => Item::Simple,
            _ => return Err(Malformed),
        })
    }

    /// Passes over the next value with all that is in it.
    pub(super) fn skip(&mut self) -> Result<(), Malformed> {
        self.skip_within(DEEPEST)
    }

    fn skip_within(&mut self, depth: u32) -> Result<(), Malformed> {
        let depth = depth.checked_sub(1).ok_or(Malformed)?;
        let inside = match self.item()? {
            Item::Array(count) => count,
            Item::Map(count) => count.checked_mul(2).ok_or(Malformed)?,
            _ => 0,
        };
        // Each value has a byte at least, so that a large count ends with the bytes.
        for _ in 0..inside {
            self.skip_within(depth)?;
        }
        Ok(())
    }

    /// How many pairs the map has that comes next.
    pub(super) fn map(&mut self) -> Result<u64, Malformed> {
        match self.item()? {
            Item::Map(pairs) => Ok(pairs),
            _ => Err(Malformed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_rfc_8949_has_them() {
        for (bytes, item) in [
            (&[0x17][..], Item::Number(23)),
            (&[0x18, 0x64], Item::Number(100)),
            (&[0x19, 0x03, 0xe8], Item::Number(1000)),
            (&[0x20], Item::Number(-1)),
            (&[0x39, 0x01, 0x00], Item::Number(-257)),
            (&[0x42, 1, 2], Item::Bytes(&[1, 2])),
            (&[0x63, b'f', b'm', b't'], Item::Text("fmt")),
            (&[0xf5], Item::Simple),
        ] {
            let mut reader = Reader::new(bytes);
            assert_eq!(reader.item(), Ok(item));
            assert!(reader.rest().is_empty());
        }
        // {"a": [1, {2: h'00'}]}, then a number.
        let mut reader = Reader::new(&[0xa1, 0x61, b'a', 0x82, 1, 0xa1, 2, 0x41, 0, 5]);
        reader.skip().unwrap();
        assert_eq!(reader.item(), Ok(Item::Number(5)));
    }

    #[test]
    fn what_is_cut_off_endless_or_too_deep_is_refused() {
        for bytes in [
            &[][..],
            &[0x18],
            &[0x42, 1],
            &[0x5f, 0xff],
            &[0x9f, 0xff],
            &[0x61, 0xff],
            &[0x1c],
            &[0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x9a, 0xff, 0xff, 0xff, 0xff, 0],
            &[0x81; 9],
        ] {
            assert_eq!(Reader::new(bytes).skip(), Err(Malformed), "{bytes:?}");
        }
    }
}
