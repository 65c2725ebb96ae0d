//! The root key: where it lives, and how a first start makes one.

use std::{fs, io::Write, path::Path};

use base64::{Engine, engine::general_purpose::STANDARD};
use consentry_ledger::{Draw, Entropy, sealing::Key};

/// Why there is no root key.
#[derive(Debug, thiserror::Error)]
pub enum RootKeyError {
    /// The file cannot be read or written.
    #[error("the root key {path}: {why}")]
    File {
        /// Which file.
        path: String,
        /// What is wrong.
        why: String,
    },
    /// The content is no key.
    #[error("the root key {0} is not the base64 of 32 bytes")]
    Content(String),
    /// A ledger without its key.
    #[error(
        "the ledger is there, but its root key {0} is not; restore the key, nothing can be read without it"
    )]
    Lost(String),
}

/// Reads the key. Where neither key nor ledger exists, makes one that only its owner can read.
pub fn load(path: &Path, ledger_exists: bool, entropy: &dyn Entropy) -> Result<Key, RootKeyError> {
    let name = path.display().to_string();
    let failed = |error: std::io::Error| RootKeyError::File {
        path: name.clone(),
        why: error.to_string(),
    };
    if path.exists() {
        let text = fs::read_to_string(path).map_err(failed)?;
        let bytes = STANDARD
            .decode(text.trim())
            .map_err(|_| RootKeyError::Content(name.clone()))?;
        return Key::from_slice(&bytes).ok_or(RootKeyError::Content(name));
    }
    if ledger_exists {
        return Err(RootKeyError::Lost(name));
    }
    let bytes: [u8; 32] = entropy.bytes();
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    file.write_all(format!("{}\n", STANDARD.encode(bytes)).as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(failed)?;
    Ok(Key::new(bytes))
}
