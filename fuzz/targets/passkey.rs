//! Answers of authenticators, which every visitor of the login page may send (Web Authentication Level 3, 7.1 and 7.2).
//!
//! The first byte of an input says what the rest is: the whole answer, or the inner part of one whose wrapping is right, since nobody
//! guesses a wrapping.

#![no_main]

use consentry_ledger::{
    opaque::{base64url, hash},
    passkeys::{Place, can_be_read},
};
use libfuzzer_sys::fuzz_target;

const CHALLENGE: &[u8] = b"what is asked";

const PLACE: Place<'static> = Place {
    origin: "https://bank.example",
    host: "bank.example",
};

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, rest)) = bytes.split_first() else {
        return;
    };
    let answer = match kind {
        b'o' => wrapped(
            "webauthn.create",
            &format!("\"attestationObject\":\"{}\"", base64url(rest)),
        ),
        b'm' => {
            let object = [b"\xa1\x68authData\x59".as_slice(), &length(rest), &of_host(rest)].concat();
            wrapped(
                "webauthn.create",
                &format!("\"attestationObject\":\"{}\"", base64url(&object)),
            )
        }
        b'u' => {
            let data = base64url(&of_host(rest));
            let rest = "\"signature\":\"AAAA\",\"userHandle\":\"AAAAAAAAAAAAAAAAAAAAAA\"";
            wrapped(
                "webauthn.get",
                &format!("\"authenticatorData\":\"{data}\",{rest}"),
            )
        }
        _ => String::from_utf8_lossy(rest).into_owned(),
    };
    let (made, used) = can_be_read(&answer, CHALLENGE, PLACE);
    assert!(!(made && used), "an answer is to one question");
});

/// What an authenticator says, for our host.
fn of_host(rest: &[u8]) -> Vec<u8> {
    [hash(PLACE.host.as_bytes()).as_bytes().as_slice(), rest].concat()
}

/// The length of that, as CBOR has it.
fn length(rest: &[u8]) -> [u8; 2] {
    u16::try_from(rest.len() + 32).unwrap_or(u16::MAX).to_be_bytes()
}

fn wrapped(kind: &str, response: &str) -> String {
    let challenge = base64url(CHALLENGE);
    let said = format!(
        "{{\"type\":\"{kind}\",\"challenge\":\"{challenge}\",\"origin\":\"{}\"}}",
        PLACE.origin
    );
    format!(
        "{{\"id\":\"AQ\",\"type\":\"public-key\",\"response\":{{\"clientDataJSON\":\"{}\",{response}}}}}",
        base64url(said.as_bytes())
    )
}
