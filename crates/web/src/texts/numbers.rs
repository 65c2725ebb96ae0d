//! How languages write numbers: what stands between thousands, and from how many digits on (Unicode CLDR).

use fluent_bundle::FluentValue;

/// How the digits of a number are grouped by three. Digits themselves are those that every reader of the house's languages knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grouping {
    /// 1,234.5
    Commas,
    /// 1.234,5
    Points,
    /// 1234,5 and 12.345
    PointsFromFive,
    /// 1234,5 and 12 345, with a space that keeps the number on one line
    SpacesFromFive,
    /// 1 234,5, with a narrow space that keeps the number on one line
    NarrowSpaces,
}

impl Grouping {
    /// Groups the digits before a decimal point.
    pub(super) fn grouped(self, number: &str) -> String {
        let (separator, least_digits, decimal) = match self {
            Self::Commas => (',', 4, '.'),
            Self::Points => ('.', 4, ','),
            Self::PointsFromFive => ('.', 5, ','),
            Self::SpacesFromFive => ('\u{a0}', 5, ','),
            Self::NarrowSpaces => ('\u{202f}', 4, ','),
        };
        let (sign, digits) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
        let (whole, fraction) = match digits.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (digits, None),
        };
        let mut text = String::with_capacity(number.len() + number.len() / 3);
        text.push_str(sign);
        for (index, digit) in whole.char_indices() {
            let left = whole.len() - index;
            if index > 0 && left.is_multiple_of(3) && whole.len() >= least_digits {
                text.push(separator);
            }
            text.push(digit);
        }
        if let Some(fraction) = fraction {
            text.push(decimal);
            text.push_str(fraction);
        }
        text
    }

    /// What Fluent calls for each value. It takes functions that hold nothing, so there is one for each way.
    pub(super) fn formatter<M>(self) -> fn(&FluentValue<'_>, &M) -> Option<String> {
        match self {
            Self::Commas => |value, _| Self::Commas.formed(value),
            Self::Points => |value, _| Self::Points.formed(value),
            Self::PointsFromFive => |value, _| Self::PointsFromFive.formed(value),
            Self::SpacesFromFive => |value, _| Self::SpacesFromFive.formed(value),
            Self::NarrowSpaces => |value, _| Self::NarrowSpaces.formed(value),
        }
    }

    fn formed(self, value: &FluentValue<'_>) -> Option<String> {
        match value {
            FluentValue::Number(number) => Some(self.grouped(&number.as_string())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_as_each_language_does() {
        for (grouping, thousand, more) in [
            (Grouping::Commas, "1,234", "1,234,567"),
            (Grouping::Points, "1.234", "1.234.567"),
            (Grouping::PointsFromFive, "1234", "1.234.567"),
            (Grouping::SpacesFromFive, "1234", "1\u{a0}234\u{a0}567"),
            (Grouping::NarrowSpaces, "1\u{202f}234", "1\u{202f}234\u{202f}567"),
        ] {
            assert_eq!(grouping.grouped("0"), "0");
            assert_eq!(grouping.grouped("999"), "999");
            assert_eq!(grouping.grouped("1234"), thousand);
            assert_eq!(grouping.grouped("1234567"), more);
            assert_eq!(grouping.grouped("-1234"), format!("-{thousand}"));
            assert_eq!(grouping.grouped("-123"), "-123");
        }
        assert_eq!(Grouping::Commas.grouped("-1234.5"), "-1,234.5");
        assert_eq!(Grouping::Points.grouped("1234.5"), "1.234,5");
    }
}
