//! Secrets that a manifest names and does not hold: in a file, or in the environment.

use std::path::Path;

use anyhow::Context as _;

/// Shortest secret of a machine, in characters: only its digest is kept, so it must not be guessable.
const SHORTEST: usize = 32;

/// A secret; a line break at its end does not count. None where nothing is named.
pub(super) fn secret(file: Option<&Path>, variable: Option<&str>) -> anyhow::Result<Option<String>> {
    let (place, text) = match (file, variable) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            anyhow::bail!("its secret is named in a file and in the environment; take one away")
        }
        (Some(file), None) => {
            let place = file.display().to_string();
            let text = std::fs::read_to_string(file).with_context(|| place.clone())?;
            (place, text)
        }
        (None, Some(variable)) => {
            let text = std::env::var(variable).with_context(|| format!("environment variable {variable}"))?;
            (variable.to_owned(), text)
        }
    };
    let text = text.trim_end_matches(['\r', '\n']);
    anyhow::ensure!(!text.is_empty(), "{place} is empty");
    Ok(Some(text.to_owned()))
}

/// A secret of a machine, which nobody has to remember.
pub(super) fn machine_secret(file: Option<&Path>, variable: Option<&str>) -> anyhow::Result<Option<String>> {
    let secret = secret(file, variable)?;
    anyhow::ensure!(
        secret.as_ref().is_none_or(|secret| secret.len() >= SHORTEST),
        "the secret has fewer than {SHORTEST} characters"
    );
    Ok(secret)
}
