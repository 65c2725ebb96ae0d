//! When a message that failed is tried again (enforcement-events-evidence 5.3; RFC 9110 10.2.3).

use consentry_domain::{Lifetime, Timestamp};
use consentry_ledger::webhooks::{Outcome, RetryProfile};

/// Longest time that a receiver can ask us to wait.
const MOST_ASKED: Lifetime = Lifetime::days(1);

/// What becomes of a message after its `attempts`-th attempt failed at `now`. `asked` is when the receiver wants to be asked again; it moves
/// the next attempt later, never earlier. `jitter` is random and spreads the delay evenly over ± 10 %.
pub fn after_failure(
    profile: RetryProfile,
    attempts: u32,
    now: Timestamp,
    asked: Option<Timestamp>,
    jitter: u16,
) -> Outcome {
    let nth = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    let Some(seconds) = profile.delays().get(nth) else {
        return Outcome::Parked;
    };
    let tenths = i64::from(*seconds) * 1_000_000 / 10;
    let spread = tenths * 2 * i64::from(jitter) / i64::from(u16::MAX);
    let planned = Timestamp::from_micros(now.as_micros() + tenths * 9 + spread);
    let latest = now.plus(MOST_ASKED);
    Outcome::Again(asked.map_or(planned, |asked| planned.max(asked.min(latest))))
}

/// When a receiver wants to be asked again: seconds, or a date.
pub fn retry_after(value: &str, now: Timestamp) -> Option<Timestamp> {
    let value = value.trim();
    if value.bytes().all(|byte| byte.is_ascii_digit()) {
        let seconds: i64 = value.parse().unwrap_or(i64::MAX);
        return (!value.is_empty())
            .then(|| now.plus(Lifetime::seconds(seconds.min(MOST_ASKED.as_seconds()))));
    }
    date(value).filter(|date| *date > now)
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`: the one form that is sent today.
fn date(value: &str) -> Option<Timestamp> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (_, rest) = value.split_once(", ")?;
    let mut parts = rest.split(' ');
    let (day, month, year, time) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    if parts.next() != Some("GMT") || parts.next().is_some() {
        return None;
    }
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    Timestamp::parse(&format!("{year}-{month:02}-{day}T{time}Z")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn again(seconds: i64) -> Outcome {
        Outcome::Again(NOW.plus(Lifetime::seconds(seconds)))
    }

    #[test]
    fn whk_09_delays_are_those_of_the_plan_within_a_tenth() {
        for (profile, attempts) in [
            (RetryProfile::Standard, 10),
            (RetryProfile::Bank, 11),
            (RetryProfile::Short, 6),
        ] {
            for (nth, seconds) in (1..).zip(profile.delays()) {
                for jitter in [0, 1, 30_000, u16::MAX] {
                    let Outcome::Again(at) = after_failure(profile, nth, NOW, None, jitter) else {
                        panic!("{profile:?} gives up after attempt {nth}");
                    };
                    let waited = at.as_micros() - NOW.as_micros();
                    let planned = i64::from(*seconds) * 1_000_000;
                    assert!(
                        waited * 10 >= planned * 9 && waited * 10 <= planned * 11,
                        "{waited}"
                    );
                }
            }
            assert_eq!(after_failure(profile, attempts, NOW, None, 0), Outcome::Parked);
        }
        let low = after_failure(RetryProfile::Standard, 2, NOW, None, 0);
        let high = after_failure(RetryProfile::Standard, 2, NOW, None, u16::MAX);
        assert_eq!((low, high), (again(270), again(330)));
    }

    #[test]
    fn a_receiver_moves_the_next_attempt_later_and_never_earlier() {
        let asked = |seconds| Some(NOW.plus(Lifetime::seconds(seconds)));
        let outcome = |asked| after_failure(RetryProfile::Short, 1, NOW, asked, 0);
        assert_eq!(outcome(asked(120)), again(120));
        assert_eq!(
            outcome(asked(1)),
            Outcome::Again(Timestamp::from_micros(NOW.as_micros() + 4_500_000))
        );
        assert_eq!(outcome(asked(1_000_000)), again(86_400));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = Timestamp::parse("2026-11-29T10:00:00Z").unwrap();
        let in_seconds = |seconds| Some(now.plus(Lifetime::seconds(seconds)));
        for (text, expected) in [
            ("120", in_seconds(120)),
            (" 0 ", in_seconds(0)),
            ("99999999999999999999", in_seconds(86_400)),
            ("Sun, 29 Nov 2026 10:01:30 GMT", in_seconds(90)),
            ("Sun, 29 Nov 2026 09:00:00 GMT", None),
            ("soon", None),
            ("", None),
            ("-5", None),
            ("Sun, 29 Nov 2026 10:01:30 CET", None),
        ] {
            assert_eq!(retry_after(text, now), expected, "{text}");
        }
    }
}
