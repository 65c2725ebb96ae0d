//! Forms with files, which visitors of a center and back ends send (RFC 7578).

#![no_main]

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

use consentry_web::{multipart, parameters::Rules};
use libfuzzer_sys::fuzz_target;

/// Most bytes of a form.
const LARGEST: usize = 4_096;

fuzz_target!(|bytes: &[u8]| {
    // The first line is what the header says, as far as a header can say it.
    let at = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (named, rest) = bytes.split_at(at);
    let named = [b"multipart/form-data;".as_slice(), named].concat();
    let body = rest.get(1..).unwrap_or_default().to_vec();
    let rules = Rules::DEFAULT;
    let mut reading = pin!(multipart::of_bytes(&named, body, &rules, LARGEST));
    let Poll::Ready(read) = reading.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
        panic!("it waits for something");
    };
    if let Ok(form) = read {
        let size: usize = form.files.iter().map(|file| file.bytes.len()).sum();
        assert!(size <= LARGEST, "more came out than went in");
        assert!(form.files.iter().all(|file| !file.bytes.is_empty()));
    }
});
