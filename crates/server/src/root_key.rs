//! The root key: where it lives, how a first start makes one, and how another one takes its place.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use consentry_ledger::{Draw, Entropy, sealing::Key};
use serde::{Deserialize, Serialize};

/// File of the root key in a folder.
pub const ROOT_KEY: &str = "root.key";

/// Where the root key is told (`[keys]`). It wraps all others; whoever loses it loses the ledger's content.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KeysSection {
    /// File with the base64 of 32 random bytes; none means `root.key` in the folder of the ledger, made on first start.
    pub root_file: Option<PathBuf>,
    /// The same text itself, best from the environment. Then there is no file, and none is made.
    #[serde(skip_serializing)]
    pub root: Option<KeyText>,
}

impl KeysSection {
    /// What says that the key is there.
    pub fn at(place: &Place) -> Self {
        match place.clone() {
            Place::Told(text) => Self {
                root: Some(text),
                root_file: None,
            },
            Place::File(file) => Self {
                root: None,
                root_file: Some(file),
            },
        }
    }
}

/// A key as it is written. It never shows.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct KeyText(String);

impl std::fmt::Debug for KeyText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyText(…)")
    }
}

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
    /// A ledger without a folder, and nothing said.
    #[error("keys.root_file or keys.root has to say where the root key of a ledger in PostgreSQL is")]
    Nowhere,
    /// Two keys.
    #[error("keys.root and keys.root_file are both given; which one counts?")]
    Both,
}

/// The place of a ledger's root key.
#[derive(Debug, Clone)]
pub enum Place {
    /// The configuration or the environment says it.
    Told(KeyText),
    /// It is in a file.
    File(PathBuf),
}

impl Place {
    /// The place for a ledger in a folder.
    pub fn of(keys: &KeysSection, folder: &Path) -> Result<Self, RootKeyError> {
        match (&keys.root, &keys.root_file) {
            (Some(_), Some(_)) => Err(RootKeyError::Both),
            (Some(text), None) => Ok(Self::Told(text.clone())),
            (None, Some(file)) => Ok(Self::File(file.clone())),
            (None, None) => Ok(Self::File(folder.join(ROOT_KEY))),
        }
    }

    /// Reads the key. Where neither key nor ledger exists, makes one that only its owner can read.
    pub fn load(&self, ledger_exists: bool, entropy: &dyn Entropy) -> Result<Key, RootKeyError> {
        match self {
            Self::Told(text) => read(&text.0, "in keys.root"),
            Self::File(path) if path.exists() => from_file(path),
            Self::File(path) if ledger_exists => Err(RootKeyError::Lost(path.display().to_string())),
            Self::File(path) => make(path, entropy),
        }
    }

    /// Whether there is a key, without reading it.
    pub fn is_there(&self) -> bool {
        match self {
            Self::Told(_) => true,
            Self::File(path) => path.exists(),
        }
    }

    /// The key that was about to take this one's place when somebody was interrupted.
    pub fn next(&self) -> Option<NextKey> {
        let Self::File(path) = self else { return None };
        let next = NextKey::beside(path);
        next.file.exists().then_some(next)
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Told(_) => f.write_str("in keys.root"),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

/// A key that waits beside the one whose place it shall take, so that at no moment there is none that opens the ledger.
#[derive(Debug)]
pub struct NextKey {
    file: PathBuf,
    place: PathBuf,
}

impl NextKey {
    fn beside(place: &Path) -> Self {
        let mut name = place.as_os_str().to_owned();
        name.push(".next");
        Self {
            file: name.into(),
            place: place.to_owned(),
        }
    }

    /// Makes one.
    pub fn make(place: &Path, entropy: &dyn Entropy) -> Result<(Self, Key), RootKeyError> {
        let next = Self::beside(place);
        next.forget()?;
        let key = make(&next.file, entropy)?;
        Ok((next, key))
    }

    /// Reads it.
    pub fn load(&self) -> Result<Key, RootKeyError> {
        from_file(&self.file)
    }

    /// It is the one from now on.
    pub fn take_place(&self) -> Result<(), RootKeyError> {
        let failed = |error: std::io::Error| failed(&self.file, &error);
        fs::rename(&self.file, &self.place).map_err(failed)?;
        let folder = self
            .place
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let folder = fs::File::open(folder.unwrap_or(Path::new(".")));
        folder.and_then(|folder| folder.sync_all()).map_err(failed)
    }

    /// It never was.
    pub fn forget(&self) -> Result<(), RootKeyError> {
        match fs::remove_file(&self.file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(failed(&self.file, &error)),
            _ => Ok(()),
        }
    }
}

/// Reads a key from a file.
pub fn from_file(path: &Path) -> Result<Key, RootKeyError> {
    let text = fs::read_to_string(path).map_err(|error| failed(path, &error))?;
    read(&text, &path.display().to_string())
}

fn read(text: &str, place: &str) -> Result<Key, RootKeyError> {
    let bytes = STANDARD.decode(text.trim());
    let key = bytes.ok().and_then(|bytes| Key::from_slice(&bytes));
    key.ok_or_else(|| RootKeyError::Content(place.to_owned()))
}

fn make(path: &Path, entropy: &dyn Entropy) -> Result<Key, RootKeyError> {
    let bytes: [u8; 32] = entropy.bytes();
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|error| failed(path, &error))?;
    file.write_all(format!("{}\n", STANDARD.encode(bytes)).as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|error| failed(path, &error))?;
    Ok(Key::new(bytes))
}

fn failed(path: &Path, error: &std::io::Error) -> RootKeyError {
    RootKeyError::File {
        path: path.display().to_string(),
        why: error.to_string(),
    }
}
