//! NKeys: what signs a server's nonce. A seed is base32 of two prefix bytes, 32 bytes, and CRC-16/XMODEM in little endian; a public key
//! has one prefix byte (github.com/nats-io/nkeys). The signature is Ed25519.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// First five bits of a seed: `S`.
const SEED: u8 = 18;

/// Prefix of a user's key: `U`.
const USER: u8 = 20 << 3;

/// A user's key.
pub(super) struct NKey(Ed25519KeyPair);

impl NKey {
    /// Reads a user's seed, as in `SUA…`; none where it is none.
    pub(super) fn from_seed(text: &str) -> Option<Self> {
        let bytes = decoded(text.trim())?;
        let (content, sum) = bytes.split_last_chunk::<2>()?;
        let (prefix, seed) = content.split_first_chunk::<2>()?;
        let kind = (prefix[0] & 7) << 5 | prefix[1] >> 3;
        let fits = prefix[0] >> 3 == SEED && kind == USER && crc(content) == u16::from_le_bytes(*sum);
        let seed: &[u8; 32] = seed.try_into().ok().filter(|_| fits)?;
        Ed25519KeyPair::from_seed_unchecked(seed).ok().map(Self)
    }

    /// `U…`, by which the server knows it.
    pub(super) fn public(&self) -> String {
        let mut bytes = vec![USER];
        bytes.extend_from_slice(self.0.public_key().as_ref());
        let sum = crc(&bytes);
        bytes.extend_from_slice(&sum.to_le_bytes());
        encoded(&bytes)
    }

    /// Signs what the server sent.
    pub(super) fn sign(&self, nonce: &[u8]) -> Vec<u8> {
        self.0.sign(nonce).as_ref().to_vec()
    }
}

/// The token and the seed of a credentials file, each between lines that begin with dashes; none where one is missing.
pub(super) fn credentials(text: &str) -> Option<(&str, &str)> {
    let mut between = text
        .lines()
        .map(str::trim)
        .skip_while(|line| !line.starts_with("-----BEGIN"))
        .filter(|line| !line.is_empty());
    let mut next = |what: &str| {
        between
            .by_ref()
            .find(|line| line.starts_with("-----BEGIN") && line.contains(what))?;
        between.next()
    };
    Some((next("JWT")?, next("SEED")?))
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for letter in text.bytes() {
        let value = ALPHABET.iter().position(|known| *known == letter)?;
        held = held << 5 | u32::try_from(value).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).ok()?);
        }
    }
    Some(bytes)
}

fn encoded(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut held, mut bits) = (0_u32, 0_u32);
    let letter = |value: u32| char::from(ALPHABET[(value & 31) as usize]);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(letter(held >> bits));
        }
    }
    if bits > 0 {
        text.push(letter(held << (5 - bits)));
    }
    text
}

fn crc(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |sum: u16, byte| {
        (0..8).fold(sum ^ u16::from(*byte) << 8, |sum, _| {
            let shifted = sum << 1;
            if sum & 0x8000 == 0 {
                shifted
            } else {
                shifted ^ 0x1021
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the documentation of a client library.
    const SEED_TEXT: &str = "SUANQDPB2RUOE4ETUA26CNX7FUKE5ZZKFCQIIW63OX225F2CO7UEXTM7ZY";

    /// Of that seed, computed by another program.
    const PUBLIC: &str = "UAMMBNV2EYR65NYZZ7IAK5SIR5ODNTTERJOBOF4KJLMWI45YOXOSWULM";

    #[test]
    fn a_seed_is_read_with_its_sum_and_its_kind() {
        let key = NKey::from_seed(SEED_TEXT).unwrap();
        let public = key.public();
        assert_eq!(public, PUBLIC);
        let bytes = decoded(&public).unwrap();
        assert_eq!(encoded(&bytes), public);
        for broken in ["", "SUANQ", &SEED_TEXT.replace("NQDP", "NQDQ"), &public] {
            assert!(NKey::from_seed(broken).is_none(), "{broken}");
        }
    }

    #[test]
    fn a_credentials_file_holds_a_token_and_a_seed() {
        let file = format!(
            "-----BEGIN NATS USER JWT-----\neyJ0.eyJ1.c2ln\n------END NATS USER JWT------\n\n*** IMPORTANT ***\n\n\
             -----BEGIN USER NKEY SEED-----\n{SEED_TEXT}\n------END USER NKEY SEED------\n"
        );
        assert_eq!(credentials(&file), Some(("eyJ0.eyJ1.c2ln", SEED_TEXT)));
        assert_eq!(credentials("eyJ0.eyJ1.c2ln"), None);
    }
}
