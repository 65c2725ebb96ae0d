//! Forms with files, which visitors of a center and back ends send (RFC 7578).

#![no_main]

use axum::body::Body;
use consentry_web::{multipart, parameters::Rules};
use http::{HeaderMap, HeaderValue, header};
use libfuzzer_sys::fuzz_target;

/// Most bytes of a form.
const LARGEST: usize = 4_096;

fuzz_target!(|bytes: &[u8]| {
    // The first line is what the header says, as far as a header can say it.
    let at = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (named, rest) = bytes.split_at(at);
    let mut headers = HeaderMap::new();
    let Ok(named) = HeaderValue::from_bytes(&[b"multipart/form-data;".as_slice(), named].concat()) else {
        return;
    };
    headers.insert(header::CONTENT_TYPE, named);
    let body = Body::from(rest.get(1..).unwrap_or_default().to_vec());
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().build() else {
        return;
    };
    let read = runtime.block_on(multipart::read(&headers, body, &Rules::DEFAULT, LARGEST));
    if let Ok(form) = read {
        let size: usize = form.files.iter().map(|file| file.bytes.len()).sum();
        assert!(size <= LARGEST, "more came out than went in");
        assert!(form.files.iter().all(|file| !file.bytes.is_empty()));
    }
});
