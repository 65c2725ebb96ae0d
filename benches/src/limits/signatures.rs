//! Bare signatures: the library's own, over a message of the same size.

use std::time::Duration;

use anyhow::{Context as _, Result};
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use consentry_jose::{Algorithm, SigningKey};

use crate::{clock, load::per_second};

/// The key behind a signing key, as the library has it.
pub enum Bare {
    /// RS256.
    Rsa(RsaKeyPair),
    /// ES256.
    Ecdsa(EcdsaKeyPair),
}

impl Bare {
    /// The same key.
    pub fn of(key: &SigningKey) -> Result<Self> {
        let der = key.to_pkcs8();
        Ok(match key.algorithm() {
            Algorithm::Rs256 => Self::Rsa(RsaKeyPair::from_pkcs8(&der).ok().context("not an RSA key")?),
            Algorithm::Es256 => Self::Ecdsa(
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der)
                    .ok()
                    .context("not a P-256 key")?,
            ),
        })
    }

    /// Signs once.
    pub fn sign(&self, message: &[u8]) -> Result<()> {
        let random = SystemRandom::new();
        match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .ok()
                    .context("not signed")?;
            }
            Self::Ecdsa(pair) => {
                let _signature = pair.sign(&random, message).ok().context("not signed")?;
            }
        }
        Ok(())
    }
}

/// How often something can be done in a second, on one core.
pub fn rate(window: Duration, mut once: impl FnMut() -> Result<()>) -> Result<f64> {
    let begun = clock::now();
    let mut count = 0;
    loop {
        for _ in 0..16 {
            once()?;
        }
        count += 16;
        let elapsed = clock::now().duration_since(begun);
        if elapsed >= window {
            return Ok(per_second(count, elapsed));
        }
    }
}
