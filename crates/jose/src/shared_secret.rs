//! Tokens that are signed with a secret which both sides have (HS256, RFC 7518 section 3.2). They prove nothing to a third party, so nothing
//! of the house is signed like that: this reads what some OpenID providers issue to a client with a secret.
//!
//! A function of its own, so that no key set can ever be talked into it.

use aws_lc_rs::hmac;

use crate::compact::{Limits, Parts};
use crate::key_set::VerifyError;

/// Shortest secret, in bytes: that of the hash (RFC 7518 section 3.2).
pub const SHORTEST_SHARED_SECRET: usize = 32;

/// The payload of a token that is signed with a secret, and with no other algorithm than HS256.
///
/// # Errors
///
/// As for other tokens; [`VerifyError::SignatureInvalid`] also where the secret is shorter than [`SHORTEST_SHARED_SECRET`].
pub fn verify_shared_secret(token: &str, secret: &[u8], limits: Limits) -> Result<Vec<u8>, VerifyError> {
    let parts = Parts::of(token, limits)?;
    if !parts.is_signed_with("HS256")? {
        return Err(VerifyError::UnsupportedAlgorithm);
    }
    if secret.len() < SHORTEST_SHARED_SECRET {
        return Err(VerifyError::SignatureInvalid);
    }
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    hmac::verify(&key, parts.signing_input.as_bytes(), &parts.signature)
        .map_err(|_| VerifyError::SignatureInvalid)?;
    Ok(parts.payload)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding;

    /// The key and the token of RFC 7515 appendix A.1.
    const KEY: &str =
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";
    const TOKEN: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt\
        cGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    fn verify(token: &str, secret: &[u8]) -> Result<Vec<u8>, VerifyError> {
        verify_shared_secret(token, secret, Limits::default())
    }

    #[test]
    fn rfc_7515_a_1_the_published_token_is_read() {
        let payload = verify(TOKEN, &encoding::decode(KEY).unwrap()).unwrap();
        assert!(payload.starts_with(b"{\"iss\":\"joe\""));
    }

    #[test]
    fn rfc_7518_3_2_another_secret_another_algorithm_and_a_short_secret_are_refused() {
        let key = encoding::decode(KEY).unwrap();
        let (signed, signature) = TOKEN.rsplit_once('.').unwrap();
        let mut other = key.clone();
        other[0] ^= 1;
        assert_eq!(verify(TOKEN, &other), Err(VerifyError::SignatureInvalid));
        assert_eq!(verify(&format!("{signed}."), &key), Err(VerifyError::Malformed));
        let with_header = |header: &str| {
            let (_, payload) = signed.split_once('.').unwrap();
            format!("{}.{payload}.{signature}", encoding::encode(header))
        };
        for alg in ["none", "RS256", "HS512", "hs256"] {
            let token = with_header(&format!("{{\"alg\":\"{alg}\"}}"));
            assert_eq!(
                verify(&token, &key),
                Err(VerifyError::UnsupportedAlgorithm),
                "{alg}"
            );
        }
        let twice = with_header("{\"alg\":\"HS256\",\"alg\":\"none\"}");
        assert_eq!(verify(&twice, &key), Err(VerifyError::DuplicateHeaderMember));
        let short = &key[..SHORTEST_SHARED_SECRET - 1];
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, short), signed.as_bytes());
        let token = format!("{signed}.{}", encoding::encode(tag));
        assert_eq!(verify(&token, short), Err(VerifyError::SignatureInvalid));
    }
}
