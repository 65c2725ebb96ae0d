//! Which RSA public keys are acceptable. No parsing and no signature lives here.

use crate::verifying::KeyError;

/// Smallest modulus in bits (RFC 7518 section 3.3).
pub(crate) const MIN_BITS: usize = 2048;

/// Largest modulus in bits; a longer one would only make verification slow.
pub(crate) const MAX_BITS: usize = 8192;

/// Small primes whose residues give away a modulus made by the flawed generator.
const FINGERPRINT_PRIMES: [u32; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103,
    107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/// Checks size and exponent, and refuses keys with the fingerprint of CVE-2017-15361 ("ROCA"): their factors can be
/// found from the modulus. Both numbers are big-endian without leading zeros.
pub(crate) fn check(modulus: &[u8], exponent: &[u8]) -> Result<(), KeyError> {
    let bits = bit_len(modulus);
    if bits < MIN_BITS {
        return Err(KeyError::TooSmall { bits });
    }
    let odd = |number: &[u8]| number.last().is_some_and(|byte| byte % 2 == 1);
    let exponent_acceptable = odd(exponent) && (2..=33).contains(&bit_len(exponent));
    if bits > MAX_BITS || !odd(modulus) || !exponent_acceptable || has_flawed_generator_fingerprint(modulus) {
        return Err(KeyError::Weak);
    }
    Ok(())
}

fn bit_len(number: &[u8]) -> usize {
    number
        .first()
        .map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}

/// The flawed generator only makes primes of the form `k·M + (65537^a mod M)`, `M` a product of small primes: modulo
/// each of them the modulus is a power of 65537. An honest modulus passes all with a chance below one in 2^27.
fn has_flawed_generator_fingerprint(modulus: &[u8]) -> bool {
    FINGERPRINT_PRIMES.iter().all(|&prime| {
        let residue = modulus
            .iter()
            .fold(0, |residue, &byte| ((residue << 8) | u32::from(byte)) % prime);
        let generator = 65_537 % prime;
        let mut power = 1;
        for _ in 0..prime {
            if power == residue {
                return true;
            }
            power = power * generator % prime;
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modulus(len: usize) -> Vec<u8> {
        let mut modulus = vec![0xA5; len];
        modulus[len - 1] = 0x0D;
        modulus
    }

    #[test]
    fn moduli_outside_2048_to_8192_bits_are_refused() {
        let exponent = [1, 0, 1];
        assert!(check(&modulus(256), &exponent).is_ok());
        assert!(check(&modulus(1024), &exponent).is_ok());
        assert!(matches!(check(&modulus(1025), &exponent), Err(KeyError::Weak)));
        assert!(matches!(
            check(&modulus(255), &exponent),
            Err(KeyError::TooSmall { bits: 2040 })
        ));
        let mut bit_short = modulus(256);
        bit_short[0] = 0x7F;
        assert!(matches!(
            check(&bit_short, &exponent),
            Err(KeyError::TooSmall { bits: 2047 })
        ));
        assert!(matches!(
            check(&[], &exponent),
            Err(KeyError::TooSmall { bits: 0 })
        ));
    }

    #[test]
    fn trivial_even_and_huge_exponents_are_refused() {
        for exponent in [&[][..], &[1], &[2], &[1, 0, 0], &[4, 0, 0, 0, 1]] {
            assert!(
                matches!(check(&modulus(256), exponent), Err(KeyError::Weak)),
                "{exponent:?}"
            );
        }
        for exponent in [&[3][..], &[1, 0, 1], &[1, 0, 0, 0, 1]] {
            assert!(check(&modulus(256), exponent).is_ok(), "{exponent:?}");
        }
    }

    #[test]
    fn even_moduli_are_refused() {
        let mut even = modulus(256);
        even[255] = 0x0C;
        assert!(matches!(check(&even, &[1, 0, 1]), Err(KeyError::Weak)));
    }
}
