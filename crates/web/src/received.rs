//! What somebody else gave us, from where each node finds it: a small file, or a variable of its environment.

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use secrecy::SecretString;

/// Largest file that is read, in bytes.
const LARGEST_FILE: u64 = 64 * 1024;

/// The content of a small file; one that is larger than 64 KiB is an error.
pub async fn file(path: impl Into<PathBuf>) -> io::Result<Vec<u8>> {
    let path = path.into();
    let read = move || {
        let mut content = Vec::new();
        File::open(path)?
            .take(LARGEST_FILE + 1)
            .read_to_end(&mut content)?;
        if u64::try_from(content.len()).is_ok_and(|length| length <= LARGEST_FILE) {
            Ok(content)
        } else {
            Err(io::Error::other("the file is too large"))
        }
    };
    tokio::task::spawn_blocking(read).await?
}

/// The text of a small file.
pub async fn text(path: impl Into<PathBuf>) -> io::Result<String> {
    String::from_utf8(file(path).await?).map_err(|_| io::Error::other("the file is not UTF-8"))
}

/// A secret: what the file says, without the line break at its end, or else what the variable says. The error names the place.
pub async fn secret(path: Option<&Path>, variable: Option<&str>) -> Result<SecretString, String> {
    match (path, variable) {
        (Some(path), _) => match text(path).await {
            Ok(text) => Ok(SecretString::from(text.trim_end_matches(['\r', '\n']).to_owned())),
            Err(error) => Err(format!("{}: {error}", path.display())),
        },
        (None, Some(name)) => std::env::var(name)
            .map(SecretString::from)
            .map_err(|_| format!("{name} is not in the environment")),
        (None, None) => Err("none is configured".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[tokio::test]
    async fn sec_01_a_secret_is_read_from_its_file_and_is_never_a_part_of_a_large_one() {
        let path = std::env::temp_dir().join(format!("consentry-received-{}", std::process::id()));
        std::fs::write(&path, "s3cret \r\n").unwrap();
        let read = secret(Some(&path), Some("PATH")).await.unwrap();
        assert_eq!(read.expose_secret(), "s3cret ");
        std::fs::write(&path, vec![b'x'; 64 * 1024 + 1]).unwrap();
        assert!(secret(Some(&path), None).await.unwrap_err().contains("too large"));
        std::fs::write(&path, [0xff]).unwrap();
        assert!(secret(Some(&path), None).await.unwrap_err().contains("UTF-8"));
        std::fs::remove_file(&path).unwrap();
        let missing = secret(Some(&path), None).await.unwrap_err();
        assert!(missing.contains(&path.display().to_string()), "{missing}");
    }

    #[tokio::test]
    async fn sec_01_a_secret_of_the_environment_is_that_of_its_variable() {
        let read = secret(None, Some("PATH")).await.unwrap();
        assert_eq!(read.expose_secret(), std::env::var("PATH").unwrap());
        let missing = secret(None, Some("CONSENTRY_NO_SUCH_VARIABLE"))
            .await
            .unwrap_err();
        assert!(missing.contains("CONSENTRY_NO_SUCH_VARIABLE"), "{missing}");
        assert!(secret(None, None).await.is_err());
    }
}
