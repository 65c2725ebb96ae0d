//! Which of the messages that wait go out now (enforcement-events-evidence 5.4).

use std::collections::{BTreeMap, BTreeSet, HashSet};

use consentry_domain::{Lifetime, Timestamp};
use consentry_ledger::webhooks::{Message, Order};

/// How long a message waits for an earlier one about the same person.
const MOST_WAITED: Lifetime = Lifetime::seconds(60);

/// As much of a message as its turn depends on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn<'a> {
    pub(crate) number: u64,
    pub(crate) partition: Option<&'a str>,
    pub(crate) due_at: Timestamp,
    pub(crate) created_at: Timestamp,
}

/// The numbers of messages that go out now, earliest first; tests are not among them.
pub(crate) fn due(
    messages: &BTreeMap<u64, Message>,
    on_their_way: &BTreeSet<u64>,
    order: Order,
    now: Timestamp,
    most: usize,
) -> Vec<u64> {
    let turns = messages
        .values()
        .filter(|message| !message.is_ping())
        .map(|message| Turn {
            number: message.number(),
            partition: message.partition.as_deref(),
            due_at: message.due_at(),
            created_at: message.created_at(),
        });
    chosen(turns, on_their_way, order, now, most)
}

fn chosen<'a>(
    turns: impl Iterator<Item = Turn<'a>>,
    on_their_way: &BTreeSet<u64>,
    order: Order,
    now: Timestamp,
    most: usize,
) -> Vec<u64> {
    let mut chosen = Vec::new();
    let mut ahead: HashSet<&str> = HashSet::new();
    for turn in turns {
        if chosen.len() >= most {
            break;
        }
        let is_free = !on_their_way.contains(&turn.number) && turn.due_at <= now;
        match order {
            Order::None => chosen.extend(is_free.then_some(turn.number)),
            Order::Strict => {
                chosen.extend(is_free.then_some(turn.number));
                break;
            }
            Order::Partition => {
                let Some(partition) = turn.partition else {
                    chosen.extend(is_free.then_some(turn.number));
                    continue;
                };
                let is_behind = !ahead.insert(partition);
                let overtakes = turn.created_at.plus(MOST_WAITED) <= now;
                chosen.extend((is_free && (!is_behind || overtakes)).then_some(turn.number));
            }
        }
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn turn(number: u64, partition: Option<&str>) -> Turn<'_> {
        Turn {
            number,
            partition,
            due_at: NOW,
            created_at: NOW,
        }
    }

    fn at(seconds: i64) -> Timestamp {
        NOW.plus(Lifetime::seconds(seconds))
    }

    fn pick(turns: &[Turn<'_>], flying: &[u64], order: Order, now: Timestamp) -> Vec<u64> {
        chosen(
            turns.iter().copied(),
            &flying.iter().copied().collect(),
            order,
            now,
            10,
        )
    }

    #[test]
    fn messages_about_one_person_go_one_after_the_other() {
        let turns = [
            turn(1, Some("a")),
            turn(2, Some("b")),
            turn(3, Some("a")),
            turn(4, None),
            turn(5, None),
        ];
        assert_eq!(pick(&turns, &[], Order::Partition, NOW), [1, 2, 4, 5]);
        assert_eq!(pick(&turns, &[1, 2], Order::Partition, NOW), [4, 5]);
        assert_eq!(pick(&turns[2..], &[], Order::Partition, NOW), [3, 4, 5]);
    }

    #[test]
    fn a_message_that_waited_a_minute_overtakes_one_that_fails() {
        let failing = Turn {
            due_at: at(3_600),
            ..turn(1, Some("a"))
        };
        let turns = [failing, turn(2, Some("a"))];
        assert!(pick(&turns, &[], Order::Partition, at(59)).is_empty());
        assert_eq!(pick(&turns, &[], Order::Partition, at(60)), [2]);
    }

    #[test]
    fn a_strict_endpoint_is_one_queue_and_one_without_order_is_none() {
        let failing = Turn {
            due_at: at(5),
            ..turn(1, Some("a"))
        };
        let turns = [failing, turn(2, Some("b")), turn(3, Some("a"))];
        assert!(pick(&turns, &[], Order::Strict, NOW).is_empty());
        assert_eq!(pick(&turns, &[], Order::Strict, at(5)), [1]);
        assert!(pick(&turns, &[1], Order::Strict, at(5)).is_empty());
        assert_eq!(pick(&turns, &[], Order::None, NOW), [2, 3]);
        let few = chosen(turns.iter().copied(), &BTreeSet::new(), Order::None, at(5), 2);
        assert_eq!(few, [1, 2]);
    }
}
