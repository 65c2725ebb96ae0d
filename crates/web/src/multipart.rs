//! Forms with files: `multipart/form-data` (RFC 7578), read whole.
//!
//! What a file is called and of which type it says that it is are not read: nobody here believes either.

use std::convert::Infallible;

use axum::body::Body;
use futures_util::stream;
use http::{HeaderMap, HeaderValue, header};

use crate::{
    body::{self, BodyError},
    error::{ApiError, FieldError, registry},
    parameters::{ParameterError, Parameters, Rules},
};

/// Media type of such a body.
pub const MEDIA_TYPE: &str = "multipart/form-data";

/// A form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Multipart {
    /// Its fields.
    pub fields: Parameters,
    /// Its files that are not empty: a field where nobody chose one sends no bytes.
    pub files: Vec<File>,
}

/// A file.
#[derive(Clone, PartialEq, Eq)]
pub struct File {
    /// Name of the field.
    pub field: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "File({}, {} bytes)", self.field, self.bytes.len())
    }
}

/// Why a form was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MultipartError {
    /// The body itself.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// Too many or too large fields.
    #[error(transparent)]
    Parameters(#[from] ParameterError),
    /// It is not made as it says.
    #[error("the body is no form with parts")]
    Malformed,
}

impl From<multer::Error> for MultipartError {
    fn from(_: multer::Error) -> Self {
        Self::Malformed
    }
}

impl From<MultipartError> for ApiError {
    fn from(error: MultipartError) -> Self {
        match error {
            MultipartError::Body(error) => error.into(),
            MultipartError::Parameters(error) => error.into(),
            MultipartError::Malformed => Self::new(&registry::INVALID_REQUEST)
                .field(FieldError::pointer("", "the body is no form with parts")),
        }
    }
}

/// Whether a body says that it is such a form.
pub fn is_multipart(headers: &HeaderMap) -> bool {
    body::require_media_type(headers, &[MEDIA_TYPE]).is_ok()
}

/// As [`read`], of a body that is there already, with what its `Content-Type` says. It never waits.
pub async fn of_bytes(
    content_type: &[u8],
    bytes: Vec<u8>,
    rules: &Rules,
    largest: usize,
) -> Result<Multipart, MultipartError> {
    let content_type = HeaderValue::from_bytes(content_type).map_err(|_| MultipartError::Malformed)?;
    let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, content_type)]);
    read(&headers, Body::from(bytes), rules, largest).await
}

/// Reads a form of at most `largest` bytes, whose fields keep to `rules`.
pub async fn read(
    headers: &HeaderMap,
    body: Body,
    rules: &Rules,
    largest: usize,
) -> Result<Multipart, MultipartError> {
    body::require_media_type(headers, &[MEDIA_TYPE])?;
    let named = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let boundary = multer::parse_boundary(named)?;
    let bytes = body::read(body, largest).await?;
    let whole = stream::once(async { Ok::<_, Infallible>(bytes) });
    let mut parts = multer::Multipart::new(whole, boundary);
    let (mut fields, mut files, mut size) = (Vec::new(), Vec::new(), 0);
    while let Some(part) = parts.next_field().await? {
        let field = unescaped(part.name().ok_or(MultipartError::Malformed)?);
        let is_file = part.file_name().is_some();
        let content = part.bytes().await?;
        if is_file {
            if !content.is_empty() {
                files.push(File {
                    field,
                    bytes: content.to_vec(),
                });
            }
            continue;
        }
        size += field.len() + content.len();
        if size > rules.size {
            return Err(ParameterError::TooLong { limit: rules.size }.into());
        }
        let value = std::str::from_utf8(&content).map_err(|_| MultipartError::Malformed)?;
        fields.push((field, value.to_owned()));
    }
    let fields = Parameters::of(fields, rules)?;
    Ok(Multipart { fields, files })
}

/// A name without what browsers write for what would end it (HTML, multipart/form-data encoding algorithm).
fn unescaped(name: &str) -> String {
    name.replace("%22", "\"")
        .replace("%0D", "\r")
        .replace("%0A", "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOUNDARY: &str = "----WebKitFormBoundaryx";

    fn form(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut body = Vec::new();
        for (disposition, content) in parts {
            body.extend(
                format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n").bytes(),
            );
            body.extend(*content);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{BOUNDARY}--\r\n").bytes());
        body
    }

    async fn post(media_type: &str, body: Vec<u8>) -> Result<Multipart, MultipartError> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, media_type.parse().unwrap());
        read(&headers, Body::from(body), &Rules::DEFAULT, 64 * 1024).await
    }

    fn usual() -> String {
        format!("multipart/form-data; boundary={BOUNDARY}")
    }

    #[tokio::test]
    async fn fields_and_files_are_read_byte_by_byte() {
        let file = b"\x89PNG\r\n\x1a\n\r\n--other\r\n\0";
        let body = form(&[
            ("name=\"value:news topics\"", "سفر".as_bytes()),
            ("name=\"a%22b\"", b""),
            (
                "name=\"signature\"; filename=\"name=\"\r\nContent-Type: image/png",
                file,
            ),
            ("name=\"document\"; filename=\"\"", b""),
        ]);
        for media_type in [usual(), format!("Multipart/Form-Data; Boundary=\"{BOUNDARY}\"")] {
            let read = post(&media_type, body.clone()).await.unwrap();
            let fields: Vec<_> = read.fields.iter().collect();
            assert_eq!(fields, [("value:news topics", "سفر"), ("a\"b", "")]);
            assert_eq!(
                read.files,
                [File {
                    field: "signature".to_owned(),
                    bytes: file.to_vec(),
                }]
            );
        }
    }

    #[tokio::test]
    async fn what_is_no_such_form_is_refused() {
        let good = form(&[("name=\"a\"", b"1")]);
        assert!(post(&usual(), good.clone()).await.is_ok());
        for end in 0..good.len() - 4 {
            assert!(
                post(&usual(), good[..end].to_vec()).await.is_err(),
                "cut at {end}"
            );
        }
        for disposition in ["", "filename=\"b\"", "name=\"a"] {
            let body = form(&[(disposition, b"1")]);
            assert_eq!(
                post(&usual(), body).await,
                Err(MultipartError::Malformed),
                "{disposition}"
            );
        }
        let not_text = form(&[("name=\"a\"", b"\xff")]);
        assert_eq!(post(&usual(), not_text).await, Err(MultipartError::Malformed));
        assert_eq!(
            post(MEDIA_TYPE, good.clone()).await,
            Err(MultipartError::Malformed)
        );
        assert_eq!(
            post("text/plain", good).await,
            Err(MultipartError::Body(BodyError::MediaType))
        );
    }

    #[tokio::test]
    async fn limits_hold_for_fields_and_for_the_whole() {
        let many: Vec<_> = std::iter::repeat_n(("name=\"a\"", b"1".as_slice()), 65).collect();
        let (text, bytes) = (vec![b'a'; 17 * 1024], vec![0; 65 * 1024]);
        let large = [("name=\"a\"", text.as_slice())];
        for body in [form(&many), form(&large)] {
            let refused = post(&usual(), body).await.unwrap_err();
            assert!(matches!(refused, MultipartError::Parameters(_)), "{refused}");
        }
        let file = form(&[("name=\"a\"; filename=\"b\"", bytes.as_slice())]);
        let refused = post(&usual(), file).await.unwrap_err();
        assert!(
            matches!(refused, MultipartError::Body(BodyError::TooLarge { .. })),
            "{refused}"
        );
    }
}
