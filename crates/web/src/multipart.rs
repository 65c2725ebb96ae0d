//! Forms with files: `multipart/form-data` (RFC 7578), read whole.
//!
//! What a file is called and of which type it says that it is are not read: nobody here believes either.

use axum::body::Body;
use http::{HeaderMap, header};

use crate::{
    body::{self, BodyError},
    error::{ApiError, FieldError, registry},
    parameters::{ParameterError, Parameters, Rules},
};

/// Media type of such a body.
pub const MEDIA_TYPE: &str = "multipart/form-data";

/// Largest head of one part, in bytes.
const LARGEST_HEAD: usize = 8 * 1024;

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
        .and_then(|value| value.to_str().ok());
    let boundary = named.and_then(boundary).ok_or(MultipartError::Malformed)?;
    let bytes = body::read(body, largest).await?;
    parse(&bytes, &boundary, rules)
}

/// The boundary that a media type names: 1 to 70 visible characters.
fn boundary(media_type: &str) -> Option<String> {
    let mut parameters = media_type.split(';').skip(1);
    let value = parameters.find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then(|| value.trim())
    })?;
    let value = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(value);
    let is_plain = (1..=70).contains(&value.len()) && value.bytes().all(|byte| byte.is_ascii_graphic());
    is_plain.then(|| value.to_owned())
}

fn parse(body: &[u8], boundary: &str, rules: &Rules) -> Result<Multipart, MultipartError> {
    let delimiter = format!("\r\n--{boundary}");
    let (first, delimiter) = (&delimiter.as_bytes()[2..], delimiter.as_bytes());
    let mut rest = body.strip_prefix(first).ok_or(MultipartError::Malformed)?;
    let (mut fields, mut files, mut size) = (Vec::new(), Vec::new(), 0);
    loop {
        if rest.starts_with(b"--") {
            let fields = Parameters::of(fields, rules)?;
            return Ok(Multipart { fields, files });
        }
        let part = rest.strip_prefix(b"\r\n").ok_or(MultipartError::Malformed)?;
        let end = find(part, delimiter).ok_or(MultipartError::Malformed)?;
        rest = &part[end + delimiter.len()..];
        let part = &part[..end];
        let head =
            find(&part[..part.len().min(LARGEST_HEAD)], b"\r\n\r\n").ok_or(MultipartError::Malformed)?;
        let content = &part[head + 4..];
        let Named { field, is_file } = named(&part[..head]).ok_or(MultipartError::Malformed)?;
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
        let value = std::str::from_utf8(content).map_err(|_| MultipartError::Malformed)?;
        fields.push((field, value.to_owned()));
    }
}

fn find(within: &[u8], text: &[u8]) -> Option<usize> {
    within.windows(text.len()).position(|window| window == text)
}

/// What the head of a part says.
struct Named {
    field: String,
    is_file: bool,
}

fn named(head: &[u8]) -> Option<Named> {
    let head = std::str::from_utf8(head).ok()?;
    let mut lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
    let (_, value) = lines.find(|(name, _)| name.trim().eq_ignore_ascii_case("content-disposition"))?;
    let rest = value.trim_start().strip_prefix("form-data")?;
    let field = quoted(rest, "name")?;
    // As browsers write what would end the text otherwise (HTML, multipart/form-data encoding algorithm).
    let field = field
        .replace("%22", "\"")
        .replace("%0D", "\r")
        .replace("%0A", "\n");
    Some(Named {
        field,
        is_file: quoted(rest, "filename").is_some(),
    })
}

/// The value of a parameter in quotes.
fn quoted<'a>(parameters: &'a str, wanted: &str) -> Option<&'a str> {
    let mut rest = parameters;
    loop {
        rest = rest.trim_start().strip_prefix(';')?.trim_start();
        let (name, after) = rest.split_once("=\"")?;
        let (value, after) = after.split_once('"')?;
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = after;
    }
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
        for disposition in ["", "name=a", "filename=\"b\"", "name=\"a"] {
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
