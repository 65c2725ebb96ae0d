//! What is committed together: the change sets of all who asked while the last batch was being written.
//!
//! Each engine gathers where it writes, at the moment in which it can begin: an idle store pays one sync for one change, and a loaded
//! one shares it, without a timer and without anybody in between who would have to be woken first.

use crate::{ChangeSet, CommitError, Receipt};

/// Most change sets in one transaction, unless somebody asked for more at once.
const MOST: usize = 256;

/// The answer to one change set.
pub type Answer = Result<Receipt, CommitError>;

/// A batch, and who waits for which part of it.
#[derive(Debug)]
pub struct Gathering<W> {
    changes: Vec<ChangeSet>,
    waiting: Vec<(usize, W)>,
}

/// What becomes of one who waits: their change sets again, since taking them apart is not the writer's work, and an answer to each.
pub type Settled = (Vec<ChangeSet>, Vec<Answer>);

impl<W> Gathering<W> {
    /// A batch of what one asks for.
    pub fn of(changes: Vec<ChangeSet>, who: W) -> Self {
        Self {
            waiting: vec![(changes.len(), who)],
            changes,
        }
    }

    /// Whether more may be committed together with it.
    pub const fn has_room(&self) -> bool {
        self.changes.len() < MOST
    }

    /// What another one asks for comes behind it.
    pub fn add(&mut self, changes: Vec<ChangeSet>, who: W) {
        self.waiting.push((changes.len(), who));
        self.changes.extend(changes);
    }

    /// All of it, in the order in which it came.
    pub fn changes(&self) -> &[ChangeSet] {
        &self.changes
    }

    /// Everybody with what they asked for and the answers to it, in the same order. There is an answer to each change set.
    pub fn settle(self, answers: Vec<Answer>) -> impl Iterator<Item = (W, Settled)> {
        let (mut changes, mut answers) = (self.changes.into_iter(), answers.into_iter());
        self.waiting.into_iter().map(move |(count, who)| {
            let own = changes.by_ref().take(count).collect();
            (who, (own, answers.by_ref().take(count).collect()))
        })
    }
}

#[cfg(test)]
mod tests {
    use consentry_domain::{TenantId, Timestamp};

    use super::*;

    fn changes(times: &[i64]) -> Vec<ChangeSet> {
        let tenant = TenantId::from_uuid(uuid::Uuid::nil());
        let at = |time: &i64| ChangeSet::new(tenant, Timestamp::from_micros(*time));
        times.iter().map(at).collect()
    }

    #[test]
    fn everybody_gets_the_answers_to_what_they_asked_for() {
        let mut gathered = Gathering::of(changes(&[1, 2]), "ada");
        gathered.add(changes(&[]), "nobody");
        gathered.add(changes(&[3]), "ben");
        assert!(gathered.has_room());
        assert_eq!(gathered.changes().len(), 3);
        let answer = |first_index| {
            Ok(Receipt {
                first_index: Some(first_index),
                events: 1,
            })
        };
        let settled: Vec<_> = gathered
            .settle(vec![answer(10), Err(CommitError::Stale), answer(11)])
            .map(|(who, (changes, answers))| {
                let times: Vec<i64> = changes.iter().map(|change| change.at.as_micros()).collect();
                (who, times, answers)
            })
            .collect();
        let expected = vec![
            ("ada", vec![1, 2], vec![answer(10), Err(CommitError::Stale)]),
            ("nobody", vec![], vec![]),
            ("ben", vec![3], vec![answer(11)]),
        ];
        assert_eq!(settled, expected);
    }

    #[test]
    fn a_batch_is_full_at_its_bound() {
        let times: Vec<i64> = (0..255).collect();
        let mut gathered = Gathering::of(changes(&times), ());
        assert!(gathered.has_room());
        gathered.add(changes(&[255]), ());
        assert!(!gathered.has_room());
    }
}
