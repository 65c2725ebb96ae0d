//! The record of use: when data was last delivered under a consent, on which days, when it was last refused, and when a token was last
//! issued for it (consent-dashboard B4.6, B9.2; dataspace-consent-protocol 9). It says how a consent is used and decides nothing.

use crate::Timestamp;

/// Days that are looked back on, that of the last use included.
pub const DAYS: u32 = 30;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Seconds in which one use counts for all.
const MINUTE: i64 = 60;

/// How a consent was used. Two records of the same consent, of whatever nodes, [merge](Self::merge) into the one that knows what both
/// know; the order does not matter, and what is merged twice is merged once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    last_used_at: Option<Timestamp>,
    last_refused_at: Option<Timestamp>,
    last_issued_at: Option<Timestamp>,
    /// Bit n: used n days before the day of `last_used_at`.
    days: u32,
}

impl Usage {
    /// Data was delivered once.
    pub const fn used(at: Timestamp) -> Self {
        Self {
            last_used_at: Some(at),
            last_refused_at: None,
            last_issued_at: None,
            days: 1,
        }
    }

    /// Data was asked for once and refused.
    pub const fn refused(at: Timestamp) -> Self {
        Self {
            last_used_at: None,
            last_refused_at: Some(at),
            last_issued_at: None,
            days: 0,
        }
    }

    /// A token was issued once, with which data can be asked for.
    pub const fn issued(at: Timestamp) -> Self {
        Self {
            last_used_at: None,
            last_refused_at: None,
            last_issued_at: Some(at),
            days: 0,
        }
    }

    /// A record read back from storage: its times, and [`Self::days`].
    pub const fn from_stored(
        last_used_at: Option<Timestamp>,
        last_refused_at: Option<Timestamp>,
        last_issued_at: Option<Timestamp>,
        days: u32,
    ) -> Self {
        Self {
            last_used_at,
            last_refused_at,
            last_issued_at,
            days: days & mask(),
        }
    }

    /// When data was last delivered, to the minute: later uses of the same minute are not told apart.
    pub const fn last_used_at(&self) -> Option<Timestamp> {
        self.last_used_at
    }

    /// When data was last asked for and refused, to the minute.
    pub const fn last_refused_at(&self) -> Option<Timestamp> {
        self.last_refused_at
    }

    /// When a token was last issued, to the minute.
    pub const fn last_issued_at(&self) -> Option<Timestamp> {
        self.last_issued_at
    }

    /// The days of use (UTC): bit n stands for n days before that of the last use, up to [`DAYS`] of them.
    pub const fn days(&self) -> u32 {
        self.days
    }

    /// On how many of the last [`DAYS`] days (UTC) it was used, the day of `now` included.
    pub fn used_days(&self, now: Timestamp) -> u32 {
        let last = self.last_used_at.unwrap_or(now);
        shifted(self.days, day(now) - day(last)).count_ones()
    }

    /// What both know.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        let (later, earlier) = if self.last_used_at >= other.last_used_at {
            (self, other)
        } else {
            (other, self)
        };
        let days = match (later.last_used_at, earlier.last_used_at) {
            (Some(last), Some(before)) => later.days | shifted(earlier.days, day(last) - day(before)),
            _ => later.days,
        };
        Self {
            last_used_at: later.last_used_at,
            last_refused_at: self.last_refused_at.max(other.last_refused_at),
            last_issued_at: self.last_issued_at.max(other.last_issued_at),
            days,
        }
    }

    /// Whether `other` tells nothing that this does not: no later use, refusal or token than in the same minute, and no other day. What is
    /// covered need not be written, so that there is at most one write for a consent and minute.
    pub fn covers(&self, other: &Self) -> bool {
        let same_or_later = |own: Option<Timestamp>, other: Option<Timestamp>| match (own, other) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(own), Some(other)) => minute(own) >= minute(other),
        };
        same_or_later(self.last_used_at, other.last_used_at)
            && same_or_later(self.last_refused_at, other.last_refused_at)
            && same_or_later(self.last_issued_at, other.last_issued_at)
            && self.merge(*other).days.count_ones() == self.days.count_ones()
    }
}

/// The minute that a moment is in, counted from the beginning of 1970.
pub const fn minute(at: Timestamp) -> i64 {
    at.as_seconds().div_euclid(MINUTE)
}

/// The day that a moment is in (UTC), counted from the beginning of 1970.
pub const fn day(at: Timestamp) -> i64 {
    at.as_seconds().div_euclid(DAY)
}

const fn mask() -> u32 {
    u32::MAX >> (u32::BITS - DAYS)
}

/// Days as they stand when so many more have gone by; a clock that is behind takes none away.
fn shifted(days: u32, by: i64) -> u32 {
    let by = u32::try_from(by.max(0)).unwrap_or(u32::MAX);
    days.checked_shl(by).unwrap_or(0) & mask()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(day: i64, seconds: i64) -> Timestamp {
        Timestamp::from_seconds(day * DAY + seconds)
    }

    fn uses(days: &[i64]) -> Usage {
        days.iter()
            .map(|day| Usage::used(at(*day, 0)))
            .fold(Usage::default(), Usage::merge)
    }

    #[test]
    fn dsh_b4_6_days_of_use_are_counted_once_and_for_thirty_days() {
        assert_eq!(Usage::default().used_days(at(100, 0)), 0);
        let used = uses(&[100, 100, 98, 71, 70]);
        assert_eq!(used.used_days(at(100, 7)), 3, "day 70 is the 31st back");
        assert_eq!(used.used_days(at(101, 0)), 2, "day 71 has gone by");
        assert_eq!(used.used_days(at(129, DAY - 1)), 1);
        assert_eq!(used.used_days(at(130, 0)), 0);
        assert_eq!(used.used_days(at(90_000, 0)), 0);
        assert_eq!(
            used.used_days(at(99, 0)),
            3,
            "a clock that is behind takes none away"
        );
    }

    #[test]
    fn dsh_b9_2_one_write_for_a_consent_and_minute() {
        let stored = Usage::used(at(100, 120));
        assert!(stored.covers(&Usage::used(at(100, 179))));
        assert!(stored.covers(&Usage::used(at(100, 119))));
        assert!(!stored.covers(&Usage::used(at(100, 180))));
        assert!(!stored.covers(&Usage::refused(at(100, 120))));
        assert!(!stored.covers(&Usage::issued(at(100, 120))));
        assert!(!stored.covers(&Usage::used(at(99, 0))), "that day is new");
        assert!(Usage::default().covers(&Usage::default()));
    }

    fn usage() -> impl Strategy<Value = Usage> {
        prop::collection::vec((0..3_usize, 0..70_i64, 0..DAY), 0..6).prop_map(|happened| {
            happened
                .into_iter()
                .map(|(kind, day, seconds)| {
                    let kinds: [fn(Timestamp) -> Usage; 3] = [Usage::used, Usage::refused, Usage::issued];
                    kinds[kind](at(day, seconds))
                })
                .fold(Usage::default(), Usage::merge)
        })
    }

    proptest! {
        #[test]
        fn dsh_b9_2_no_order_and_no_repetition_changes_what_nodes_know(
            one in usage(), two in usage(), three in usage(), now in 0..120_i64,
        ) {
            prop_assert_eq!(one.merge(two), two.merge(one));
            prop_assert_eq!(one.merge(two).merge(three), one.merge(two.merge(three)));
            prop_assert_eq!(one.merge(two).merge(two), one.merge(two));
            prop_assert!(one.merge(two).covers(&two));
            prop_assert!(one.merge(two).last_used_at() >= one.last_used_at());
            prop_assert!(one.merge(two).used_days(at(now, 0)) <= DAYS);
            let stored = Usage::from_stored(one.last_used_at(), one.last_refused_at(), one.last_issued_at(), one.days());
            prop_assert_eq!(stored, one);
        }
    }
}
