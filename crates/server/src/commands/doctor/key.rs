//! The root key: whether it is there, is random, and is nobody else's to read.

use std::{collections::BTreeSet, fs, os::unix::fs::PermissionsExt as _};

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{Found, Patient};
use crate::root_key::Place;

/// Different bytes that 32 random ones have at the very least: fewer happen once in more than 10^15 keys.
const LEAST_DIFFERENT: usize = 20;

pub(super) fn look(patient: &Patient) -> Vec<Found> {
    let place = match patient.place.key(&patient.configuration.keys) {
        Ok(place) => place,
        Err(error) => {
            return vec![Found::wrong(
                error.to_string(),
                "set one of keys.root_file and keys.root",
            )];
        }
    };
    let Place::File(file) = place else {
        return vec![Found::Fine(
            "it is told in keys.root; see that the environment is not logged".to_owned(),
        )];
    };
    let shown = file.display();
    if !file.exists() {
        return vec![if patient.place.has_file() == Some(true) {
            Found::wrong(
                format!("the ledger is there, and its key {shown} is not: nothing in it can be read"),
                "put the key back from where you keep it",
            )
        } else {
            Found::Skipped(format!("{shown} is not there yet; the first start makes it"))
        }];
    }
    let read =
        fs::metadata(&file).and_then(|about| Ok((about.permissions().mode(), fs::read_to_string(&file)?)));
    let (mode, text) = match read {
        Ok(read) => read,
        Err(error) => {
            return vec![Found::wrong(
                format!("{shown} cannot be read: {error}"),
                "let the account that this program runs as read it",
            )];
        }
    };
    let mut found = Vec::new();
    if mode & 0o077 != 0 {
        found.push(Found::wrong(
            format!("{shown} can be read by others (mode {:o})", mode & 0o777),
            format!("chmod 600 {shown}"),
        ));
    }
    if is_weak(&text) {
        found.push(Found::wrong(
            format!("{shown} is not 32 random bytes"),
            "make another with `consentry key rotate --root`",
        ));
    }
    if found.is_empty() {
        found.push(Found::Fine(format!("{shown} is its owner's alone")));
    }
    found
}

/// Whether a key is no key, or one that somebody thought up.
fn is_weak(text: &str) -> bool {
    let bytes = STANDARD.decode(text.trim()).unwrap_or_default();
    bytes.len() != 32 || bytes.iter().collect::<BTreeSet<_>>().len() < LEAST_DIFFERENT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_somebody_thought_up_are_weak() {
        for weak in [[0; 32], *b"passwordpasswordpasswordpassword"] {
            assert!(is_weak(&STANDARD.encode(weak)));
        }
        assert!(is_weak("no base64"));
        assert!(is_weak(&STANDARD.encode([1; 31])));
        let random: Vec<u8> = (0..32_u8).map(|byte| byte.wrapping_mul(151)).collect();
        assert!(!is_weak(&format!("{}\n", STANDARD.encode(random))));
    }
}
