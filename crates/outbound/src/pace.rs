//! How fast attempts follow each other.

use consentry_domain::Timestamp;

/// Counts attempts in the second and in the minute that the clock is in.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Pace {
    second: (i64, u32),
    minute: (i64, u32),
}

impl Pace {
    /// Counts one attempt, unless there were as many already as there may be: in a second as its owner set it, in a minute as the
    /// receiver said.
    pub(crate) fn keeps(&mut self, now: Timestamp, a_second: u16, a_minute: Option<u32>) -> bool {
        let second = counted(self.second, now.as_seconds());
        let minute = counted(self.minute, now.as_seconds().div_euclid(60));
        if second.1 > u32::from(a_second) || a_minute.is_some_and(|most| minute.1 > most) {
            return false;
        }
        (self.second, self.minute) = (second, minute);
        true
    }
}

fn counted((at, many): (i64, u32), now: i64) -> (i64, u32) {
    (now, if at == now { many.saturating_add(1) } else { 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_is_asked_as_often_as_it_said_and_its_owner_set() {
        let mut pace = Pace::default();
        let mut sent = |seconds, most| {
            let now = Timestamp::from_seconds(seconds);
            (0..10).filter(|_| pace.keeps(now, 3, most)).count()
        };
        assert_eq!(sent(600, Some(5)), 3);
        assert_eq!(sent(601, Some(5)), 2);
        assert_eq!(sent(659, Some(5)), 0);
        assert_eq!(sent(660, Some(5)), 3);
        assert_eq!(sent(661, None), 3);
    }
}
