//! Base64url without padding (RFC 7515 section 2), strict in both directions.
//!
//! One text per byte string: padding, foreign characters, white space and non-zero trailing bits are refused, so that
//! a token or a key cannot be respelled into a second text that means the same.

use base64_simd::URL_SAFE_NO_PAD;

/// The text is not canonical base64url without padding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not canonical base64url without padding")]
pub struct EncodingError;

/// Encodes bytes as base64url without padding.
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode_to_string(bytes)
}

/// Appends the base64url text of the bytes.
pub fn encode_into(bytes: impl AsRef<[u8]>, text: &mut String) {
    URL_SAFE_NO_PAD.encode_append(bytes, text);
}

/// Length in characters of the text for that many bytes.
pub const fn encoded_len(bytes: usize) -> usize {
    bytes / 3 * 4 + (bytes % 3 * 4).div_ceil(3)
}

/// Decodes canonical base64url without padding; anything else is an error.
pub fn decode(text: impl AsRef<[u8]>) -> Result<Vec<u8>, EncodingError> {
    URL_SAFE_NO_PAD.decode_to_vec(text).map_err(|_| EncodingError)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_7515_appendix_c_example() {
        assert_eq!(encode([3, 236, 255, 224, 193]), "A-z_4ME");
        assert_eq!(decode("A-z_4ME"), Ok(vec![3, 236, 255, 224, 193]));
    }

    #[test]
    fn every_length_round_trips_and_has_the_announced_length() {
        let bytes: Vec<u8> = (0..=255).collect();
        for end in 0..bytes.len() {
            let text = encode(&bytes[..end]);
            assert_eq!(text.len(), encoded_len(end));
            assert_eq!(decode(&text).as_deref(), Ok(&bytes[..end]));
        }
    }

    #[test]
    fn other_spellings_of_the_same_bytes_are_refused() {
        for text in [
            "Zg==", "Zh", "Zm8=", "Zm9", "Zm9v ", " Zm9v", "Zm9v\n", "Zm+v", "Zm/v", "Z", "Zm9v.", "Zé",
        ] {
            assert_eq!(decode(text), Err(EncodingError), "{text:?}");
        }
        assert_eq!(decode("Zg").as_deref(), Ok(b"f".as_slice()));
    }

    #[test]
    fn each_byte_string_has_exactly_one_text() {
        let alphabet: Vec<u8> = (0..=255)
            .filter(|byte: &u8| byte.is_ascii_alphanumeric() || b"-_".contains(byte))
            .collect();
        let (mut two, mut three) = (0, 0);
        for &first in &alphabet {
            for &second in &alphabet {
                two += usize::from(decode([first, second]).is_ok());
                for &third in &alphabet {
                    three += usize::from(decode([first, second, third]).is_ok());
                }
            }
        }
        assert_eq!((two, three), (256, 256 * 256));
    }

    #[test]
    fn a_foreign_character_is_noticed_at_every_place() {
        let text = encode([0x5A; 100]).into_bytes();
        for at in 0..text.len() {
            for foreign in
                (0..=255).filter(|byte: &u8| !byte.is_ascii_alphanumeric() && !b"-_".contains(byte))
            {
                let mut changed = text.clone();
                changed[at] = foreign;
                assert_eq!(decode(changed), Err(EncodingError), "{foreign} at {at}");
            }
        }
    }
}
