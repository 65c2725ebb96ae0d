//! What a stream has to be like: it is made so where it is missing, and judged where it is there. It is never changed.

use std::time::Duration;

use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType};

/// What a stream has to be like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamWish {
    /// Its name; holds no dot, space, `*`, `>` or slash.
    pub name: String,
    /// The subjects that it takes.
    pub subjects: Vec<String>,
    /// How long messages are kept.
    pub max_age: Duration,
    /// How long the server knows the id of a message, at least.
    pub duplicate_window: Duration,
    /// On how many servers it is.
    pub replicas: usize,
}

/// The end of a stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StreamEnd {
    /// The server's number of the last message that was ever stored; 0 where none was.
    pub sequence: u64,
    /// The last message of ours, unless it is gone by now or far from the end.
    pub message: Option<StoredMessage>,
}

/// What is read of a stored message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMessage {
    /// `Nats-Msg-Id`.
    pub id: String,
    /// `Consentry-Sequence`.
    pub sequence: String,
}

impl StreamWish {
    pub(super) fn configuration(&self) -> Config {
        Config {
            name: self.name.clone(),
            subjects: self.subjects.clone(),
            retention: RetentionPolicy::Limits,
            discard: DiscardPolicy::Old,
            storage: StorageType::File,
            max_age: self.max_age,
            duplicate_window: self.duplicate_window,
            num_replicas: self.replicas,
            ..Config::default()
        }
    }

    /// What of a stream that is there is not as it has to be; none where it can be used.
    pub(super) fn differs_from(&self, there: &Config) -> Option<String> {
        let told = |what: &str, is: &dyn std::fmt::Debug, wanted: &dyn std::fmt::Debug| {
            Some(format!("{what} is {is:?} and has to be {wanted:?}"))
        };
        if there.subjects != self.subjects {
            return told("subjects", &there.subjects, &self.subjects);
        }
        if there.retention != RetentionPolicy::Limits {
            return told("retention", &there.retention, &RetentionPolicy::Limits);
        }
        if there.storage != StorageType::File {
            return told("storage", &there.storage, &StorageType::File);
        }
        if there.max_age != self.max_age {
            return told("max_age", &there.max_age, &self.max_age);
        }
        if there.duplicate_window < self.duplicate_window {
            return told(
                "duplicate_window",
                &there.duplicate_window,
                &self.duplicate_window,
            );
        }
        if there.num_replicas != self.replicas {
            return told("num_replicas", &there.num_replicas, &self.replicas);
        }
        if there.no_ack {
            return told("no_ack", &true, &false);
        }
        let limits = [
            ("max_msgs", there.max_messages),
            ("max_bytes", there.max_bytes),
            ("max_msgs_per_subject", there.max_messages_per_subject),
        ];
        let limit = limits.into_iter().find(|(_, limit)| *limit > 0);
        if let Some((name, limit)) = limit {
            return told(name, &limit, &"unlimited");
        }
        // A person's messages are purged where an erasure asks for it.
        if there.deny_purge || there.sealed {
            return told("deny_purge or sealed", &true, &false);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_that_is_there_is_judged_member_by_member() {
        let wish = StreamWish {
            name: "CONSENTRY_HARBOR".to_owned(),
            subjects: vec!["consentry.harbor.>".to_owned()],
            max_age: Duration::from_hours(720),
            duplicate_window: Duration::from_mins(10),
            replicas: 1,
        };
        let own = wish.configuration();
        assert_eq!(wish.differs_from(&own), None);
        let longer = Config {
            duplicate_window: Duration::from_mins(20),
            max_messages: -1,
            ..own.clone()
        };
        assert_eq!(wish.differs_from(&longer), None);
        let differs = |change: &dyn Fn(&mut Config)| {
            let mut there = own.clone();
            change(&mut there);
            wish.differs_from(&there).unwrap()
        };
        for (begins, told) in [
            (
                "subjects",
                differs(&|there| there.subjects.push("more.>".to_owned())),
            ),
            (
                "retention",
                differs(&|there| there.retention = RetentionPolicy::WorkQueue),
            ),
            ("storage", differs(&|there| there.storage = StorageType::Memory)),
            ("max_age", differs(&|there| there.max_age = Duration::ZERO)),
            (
                "duplicate_window",
                differs(&|there| there.duplicate_window = Duration::from_mins(2)),
            ),
            ("num_replicas", differs(&|there| there.num_replicas = 3)),
            ("no_ack", differs(&|there| there.no_ack = true)),
            ("max_msgs", differs(&|there| there.max_messages = 10)),
            ("max_bytes", differs(&|there| there.max_bytes = 10)),
            (
                "max_msgs_per_subject",
                differs(&|there| there.max_messages_per_subject = 1),
            ),
            ("deny_purge", differs(&|there| there.deny_purge = true)),
        ] {
            assert!(told.starts_with(begins), "{told}");
        }
    }
}
