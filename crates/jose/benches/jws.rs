//! How much a whole token costs beside the bare RSA operation; the goals are 0.96 (sign) and 0.95 (verify) of it.
#![expect(clippy::unwrap_used, reason = "a bench may stop")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair,
};
use consentry_jose::{Algorithm, Claims, Expectations, Jwks, KeySet, SigningKey, decode};
use serde_json::json;

const ROUNDS: usize = 40;

fn main() {
    let key = SigningKey::generate(Algorithm::Rs256).unwrap();
    let header = key.header(Some("at+jwt"));
    let claims = json!({
        "iss": "https://issuer.example", "sub": "0190f5b0-8a3c-7c4e-9f53-5b1d2a3c4e5f", "aud": ["https://api.example"],
        "iat": 1_790_000_000, "exp": 1_790_000_300, "jti": "0190f5b0-8a3c-7c4e-9f53-5b1d2a3c4e60",
        "client_id": "client-1", "scope": "accounts:read transactions:read offline_access",
    });
    let token = key.sign(&header, &claims).unwrap();
    let unverified = decode(&token, consentry_jose::Limits::default()).unwrap();
    let input = unverified.signing_input.as_bytes();

    let pair = RsaKeyPair::from_pkcs8(&key.to_pkcs8()).unwrap();
    let random = SystemRandom::new();
    let mut signature = vec![0; pair.public_modulus_len()];
    compare(
        "sign",
        60,
        || {
            pair.sign(&RSA_PKCS1_SHA256, &random, input, &mut signature)
                .unwrap();
        },
        || drop(black_box(key.sign(&header, &claims).unwrap())),
    );

    let public = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref()).unwrap();
    let keys = KeySet::from_jwks(&Jwks::from_iter([key.public_jwk().clone()]));
    let expectations = Expectations::new(&[Algorithm::Rs256]).with_typ("at+jwt");
    compare(
        "verify",
        1_000,
        || public.verify_sig(input, &unverified.signature).unwrap(),
        || drop(black_box(keys.verify(&token, &expectations).unwrap())),
    );
    compare(
        "verify and read claims",
        1_000,
        || public.verify_sig(input, &unverified.signature).unwrap(),
        || {
            drop(black_box(
                Claims::parse(&keys.verify(&token, &expectations).unwrap().payload).unwrap(),
            ));
        },
    );
}

/// Best of several rounds of each, taken in turn, because neighbours make wall time noisy.
fn compare(name: &str, count: u32, mut raw: impl FnMut(), mut whole: impl FnMut()) {
    let (mut best_raw, mut best_whole) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        best_raw = best_raw.min(time(count, &mut raw));
        best_whole = best_whole.min(time(count, &mut whole));
    }
    let rate = |best: Duration| f64::from(count) / best.as_secs_f64();
    println!(
        "{name}: raw {:.0}/s, whole {:.0}/s, share {:.3}",
        rate(best_raw),
        rate(best_whole),
        rate(best_whole) / rate(best_raw)
    );
}

#[expect(clippy::disallowed_methods, reason = "measuring reads the clock")]
fn time(count: u32, operation: &mut impl FnMut()) -> Duration {
    let start = Instant::now();
    for _ in 0..count {
        operation();
    }
    start.elapsed()
}
