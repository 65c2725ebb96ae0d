use super::{DIGITS, draw};
use crate::environment::SystemEntropy;

#[test]
fn every_digit_of_a_code_is_as_likely_as_any_other() {
    let mut seen = [0_u32; 10];
    for _ in 0..2_500 {
        let code = draw(&SystemEntropy, DIGITS);
        assert_eq!(code.len(), DIGITS);
        for digit in code.bytes() {
            seen[usize::from(digit - b'0')] += 1;
        }
    }
    // 20,000 digits, 2,000 of each expected; ten standard deviations are 424.
    assert!(
        seen.iter().all(|count| (1_576..2_424).contains(count)),
        "{seen:?}"
    );
}
