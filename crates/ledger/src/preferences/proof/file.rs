//! What a file is: what its bytes say.

use base64::{Engine, engine::general_purpose::STANDARD};

/// Largest file, in bytes.
pub const LARGEST_PROOF: usize = 5 * 1024 * 1024;

/// Types that are taken, with the bytes that they begin with.
const TYPES: [(&str, &[&[u8]]); 6] = [
    ("application/pdf", &[b"%PDF-"]),
    ("image/png", &[b"\x89PNG\r\n\x1a\n"]),
    ("image/jpeg", &[b"\xff\xd8\xff"]),
    ("image/gif", &[b"GIF87a", b"GIF89a"]),
    (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        &[b"PK\x03\x04"],
    ),
    ("application/msword", &[b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]),
];

/// A file whose bytes are of its type.
#[derive(Clone, PartialEq, Eq)]
pub struct ProofFile {
    pub(super) media_type: &'static str,
    pub(super) bytes: Vec<u8>,
}

impl std::fmt::Debug for ProofFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ProofFile({}, {} bytes)", self.media_type, self.bytes.len())
    }
}

/// Why a text is no file that can be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidProof {
    /// Not `data:TYPE;base64,DATA`.
    #[error("must be a data URI in base64")]
    Form,
    /// A type that is not taken.
    #[error("must be a PDF, PNG, JPG, GIF, DOCX or DOC")]
    Type,
    /// No bytes, or those of another type.
    #[error("does not hold what its type says")]
    Content,
    /// More than [`LARGEST_PROOF`].
    #[error("is larger than 5 MiB")]
    TooLarge,
}

impl ProofFile {
    /// Reads a data URI and looks at what is in it.
    pub fn parse(uri: &str) -> Result<Self, InvalidProof> {
        let rest = uri.strip_prefix("data:").ok_or(InvalidProof::Form)?;
        let (named, data) = rest.split_once(";base64,").ok_or(InvalidProof::Form)?;
        let named = named.to_ascii_lowercase();
        let named = if named == "image/jpg" {
            "image/jpeg"
        } else {
            &named
        };
        let (media_type, beginnings) = TYPES
            .iter()
            .find(|(media_type, _)| *media_type == named)
            .ok_or(InvalidProof::Type)?;
        if data.len() / 4 * 3 > LARGEST_PROOF + 3 {
            return Err(InvalidProof::TooLarge);
        }
        let bytes = STANDARD.decode(data).map_err(|_| InvalidProof::Form)?;
        if bytes.len() > LARGEST_PROOF {
            return Err(InvalidProof::TooLarge);
        }
        if !beginnings.iter().any(|beginning| bytes.starts_with(beginning)) {
            return Err(InvalidProof::Content);
        }
        Ok(Self { media_type, bytes })
    }

    /// Takes a file as a form sends it. Its type is what its bytes begin with, whatever it is called.
    pub fn of(bytes: Vec<u8>) -> Result<Self, InvalidProof> {
        if bytes.len() > LARGEST_PROOF {
            return Err(InvalidProof::TooLarge);
        }
        let begins = |beginnings: &[&[u8]]| beginnings.iter().any(|beginning| bytes.starts_with(beginning));
        let (media_type, _) = TYPES
            .iter()
            .find(|(_, beginnings)| begins(beginnings))
            .ok_or(InvalidProof::Type)?;
        Ok(Self { media_type, bytes })
    }

    /// Whether it is a picture, as a signature has to be.
    pub fn is_picture(&self) -> bool {
        self.media_type.starts_with("image/")
    }

    /// What it is, as bytes are served.
    pub const fn media_type(&self) -> &'static str {
        self.media_type
    }

    /// How names of such files end.
    pub fn extension(&self) -> &'static str {
        match self.media_type {
            "application/pdf" => "pdf",
            "image/png" => "png",
            "image/jpeg" => "jpg",
            "image/gif" => "gif",
            "application/msword" => "doc",
            _ => "docx",
        }
    }

    /// What is in it.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub(super) fn uri(&self) -> String {
        format!("data:{};base64,{}", self.media_type, STANDARD.encode(&self.bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(media_type: &str, bytes: &[u8]) -> String {
        format!("data:{media_type};base64,{}", STANDARD.encode(bytes))
    }

    #[test]
    fn ctp_8_a_file_must_hold_what_its_type_says() {
        for (media_type, beginnings) in TYPES {
            for beginning in beginnings {
                let kept = ProofFile::parse(&uri(media_type, &[beginning, &b"rest"[..]].concat())).unwrap();
                assert_eq!(kept.media_type, media_type);
                let sent = ProofFile::of([beginning, &b"rest"[..]].concat()).unwrap();
                assert_eq!(sent, kept, "its bytes say the same without a name");
                assert_eq!(sent.is_picture(), media_type.starts_with("image/"));
            }
        }
        assert_eq!(ProofFile::of(b"<svg>".to_vec()), Err(InvalidProof::Type));
        assert_eq!(ProofFile::of(Vec::new()), Err(InvalidProof::Type));
        let png = b"\x89PNG\r\n\x1a\nrest";
        assert_eq!(
            ProofFile::parse(&uri("image/jpg", png)),
            Err(InvalidProof::Content)
        );
        assert_eq!(
            ProofFile::parse(&uri("image/png", b"")),
            Err(InvalidProof::Content)
        );
        assert_eq!(
            ProofFile::parse(&uri("text/html", b"<p>")),
            Err(InvalidProof::Type)
        );
        assert_eq!(ProofFile::parse("data:image/png,abc"), Err(InvalidProof::Form));
        assert_eq!(
            ProofFile::parse("data:image/png;base64,a b"),
            Err(InvalidProof::Form)
        );
        let mut large = b"%PDF-".to_vec();
        large.resize(LARGEST_PROOF, b' ');
        assert!(ProofFile::parse(&uri("application/pdf", &large)).is_ok());
        large.push(b' ');
        assert_eq!(
            ProofFile::parse(&uri("application/pdf", &large)),
            Err(InvalidProof::TooLarge)
        );
    }
}
