//! The clock: consents and tokens begin and end by it.

use consentry_ledger::{Clock as _, SystemClock};
use http::header;
use jiff::fmt::rfc2822::DateTimeParser;

use super::{Found, Patient};

/// Seconds that this clock and that of the public address may differ. Programs that verify tokens allow ten.
const MOST: i64 = 5;

/// The moment before which no clock can be right: 2026 began.
const PROGRAM: i64 = 1_767_225_600;

const CURE: &str = "keep time with chrony or systemd-timesyncd on every machine that is part of this";

pub(super) fn look(patient: &Patient) -> Vec<Found> {
    let now = SystemClock.now().as_seconds();
    if now < PROGRAM {
        return vec![Found::wrong(
            "it shows a time before this program was written",
            CURE,
        )];
    }
    let Ok(answer) = &patient.answered else {
        return vec![Found::Skipped(
            "there is no other clock to compare it with while nothing answers at the public address"
                .to_owned(),
        )];
    };
    let date = answer
        .headers
        .get(header::DATE)
        .and_then(|date| date.to_str().ok());
    let date = date.and_then(|date| DateTimeParser::new().parse_timestamp(date).ok());
    vec![match date {
        None => Found::Skipped("what answers at the public address does not say what time it is".to_owned()),
        Some(date) => compare(now, date.as_second()),
    }]
}

fn compare(here: i64, there: i64) -> Found {
    let apart = here.saturating_sub(there);
    if apart.abs() <= MOST {
        Found::Fine("it agrees with that of the public address".to_owned())
    } else {
        let side = if apart > 0 { "ahead of" } else { "behind" };
        Found::wrong(
            format!("it is {} seconds {side} that of the public address", apart.abs()),
            CURE,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_may_be_five_seconds_apart_and_no_more() {
        assert!(matches!(compare(100, 95), Found::Fine(_)));
        assert!(matches!(compare(95, 100), Found::Fine(_)));
        for (here, there, side) in [(106, 100, "6 seconds ahead"), (100, 106, "6 seconds behind")] {
            let Found::Wrong { what, .. } = compare(here, there) else {
                panic!("{here} {there}");
            };
            assert!(what.contains(side), "{what}");
        }
    }
}
