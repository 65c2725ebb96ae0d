//! Amounts of money: whole cents, written with groups of three and two decimals.

use std::{fmt, iter::Sum};

/// An amount in cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Money(i64);

impl Money {
    /// This many cents.
    pub(super) const fn cents(cents: i64) -> Self {
        Self(cents)
    }

    /// So many times as much.
    pub(super) const fn times(self, times: i64) -> Self {
        Self(self.0.saturating_mul(times))
    }

    /// Reads `-6.40`: digits, a point, two digits.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
        let (whole, cents) = digits.split_once('.')?;
        let digits_only = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits_only(whole) || !digits_only(cents) || cents.len() != 2 {
            return None;
        }
        let whole: i64 = whole.parse().ok()?;
        let cents: i64 = cents.parse().ok()?;
        whole
            .checked_mul(100)?
            .checked_add(cents)
            .map(|amount| Self(sign * amount))
    }

    /// As the accounts API writes it, without groups.
    pub(super) fn wire(self) -> String {
        format!(
            "{}{}.{:02}",
            self.sign("-"),
            self.0.unsigned_abs() / 100,
            self.0.unsigned_abs() % 100
        )
    }

    fn sign(self, minus: &'static str) -> &'static str {
        if self.0 < 0 { minus } else { "" }
    }
}

/// As people read it, with a real minus sign.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let amount = self.0.unsigned_abs();
        let whole = (amount / 100).to_string();
        f.write_str(self.sign("−"))?;
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        write!(f, ".{:02}", amount % 100)
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        Self(amounts.map(|Self(cents)| cents).fold(0, i64::saturating_add))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_strictly_and_written_for_people() {
        for (wire, shown) in [
            ("0.00", "0.00"),
            ("-6.40", "−6.40"),
            ("2418.37", "2,418.37"),
            ("1234567.05", "1,234,567.05"),
        ] {
            let money = Money::parse(wire).unwrap();
            assert_eq!(money.to_string(), shown);
            assert_eq!(money.wire(), wire);
        }
        for bad in [
            "",
            "1",
            "1.2",
            "1.234",
            "1,00",
            "+1.00",
            "--1.00",
            ".50",
            "1.-5",
            "1e3.00",
            "99999999999999999999.00",
        ] {
            assert_eq!(Money::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_sum_of_amounts() {
        let sum: Money = [Money::cents(241_837), Money::cents(1_120_000)].into_iter().sum();
        assert_eq!(sum.to_string(), "13,618.37");
    }
}
