//! Times of directories: generalized time (RFC 4517 3.3.13), and RFC 3339 where a product keeps texts.

use consentry_domain::Timestamp;

/// Reads a time; digits beyond microseconds are cut off. None for what is no moment, such as a time without a zone.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    generalized(text).or_else(|| Timestamp::parse(text).ok())
}

fn generalized(text: &str) -> Option<Timestamp> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (when, rest) = text.split_at(digits);
    let (fraction, zone) = fraction(rest)?;
    let part = |from: usize, to: usize| when.get(from..to)?.parse::<i16>().ok();
    let small = |from: usize| i8::try_from(part(from, from + 2)?).ok();
    let (minute, second, unit) = match when.len() {
        10 => (0, 0, 3_600_000_000_i128),
        12 => (small(10)?, 0, 60_000_000),
        14 => (small(10)?, small(12)?, 1_000_000),
        _ => return None,
    };
    // A leap second is the last moment of its minute.
    let second = if second == 60 { 59 } else { second };
    let at = jiff::civil::DateTime::new(part(0, 4)?, small(4)?, small(6)?, small(8)?, minute, second, 0);
    let at = at.ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    let micros = i128::from(at.timestamp().as_microsecond()) + fraction.of(unit) - zone;
    i64::try_from(micros).ok().map(Timestamp::from_micros)
}

/// A decimal fraction as nominator and denominator.
struct Fraction(i128, i128);

impl Fraction {
    const fn of(&self, unit: i128) -> i128 {
        unit * self.0 / self.1
    }
}

/// The fraction at the beginning of a text, and the offset from UTC after it, in microseconds.
fn fraction(text: &str) -> Option<(Fraction, i128)> {
    let Some(rest) = text.strip_prefix(['.', ',']) else {
        return Some((Fraction(0, 1), zone(text)?));
    };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = rest.split_at(digits);
    // More digits than these are finer than a microsecond, even of an hour.
    let kept = digits
        .get(..digits.len().min(12))
        .filter(|kept| !kept.is_empty())?;
    let denominator = 10_i128.pow(u32::try_from(kept.len()).ok()?);
    Some((Fraction(kept.parse().ok()?, denominator), zone(rest)?))
}

fn zone(text: &str) -> Option<i128> {
    if text == "Z" {
        return Some(0);
    }
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = match digits.len() {
        2 => (digits.parse::<i128>().ok()?, 0),
        4 => (digits[..2].parse().ok()?, digits[2..].parse().ok()?),
        _ => return None,
    };
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60_000_000)
}

#[cfg(test)]
mod tests {
    use super::{Timestamp, moment};

    fn read(text: &str) -> Option<String> {
        moment(text).map(Timestamp::to_rfc3339)
    }

    #[test]
    fn rec_17_generalized_times_are_read_in_every_form() {
        for (text, expected) in [
            ("20310304091527.104Z", "2031-03-04T09:15:27.104000Z"),
            ("20310304091527Z", "2031-03-04T09:15:27.000000Z"),
            ("20310304091527,1234567Z", "2031-03-04T09:15:27.123456Z"),
            ("203103040915Z", "2031-03-04T09:15:00.000000Z"),
            ("203103040915.5Z", "2031-03-04T09:15:30.000000Z"),
            ("2031030409.25Z", "2031-03-04T09:15:00.000000Z"),
            ("20310304101527+0100", "2031-03-04T09:15:27.000000Z"),
            ("20310304041527.5-05", "2031-03-04T09:15:27.500000Z"),
            ("20161231235960Z", "2016-12-31T23:59:59.000000Z"),
            ("19691231235959.999Z", "1969-12-31T23:59:59.999000Z"),
            ("2031-03-04T09:15:27.104Z", "2031-03-04T09:15:27.104000Z"),
        ] {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn rec_17_what_is_no_moment_is_none() {
        for text in [
            "",
            "Z",
            "yesterday",
            "20310304091527",
            "20310304Z",
            "20311304091527Z",
            "20310230091527Z",
            "20310304251527Z",
            "20310304091527.Z",
            "20310304091527.104",
            "20310304091527+1",
            "20310304091527+2500",
            "20310304091527+é",
            "2031030409152Z",
            "-0310304091527Z",
            "2031-03-04",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
