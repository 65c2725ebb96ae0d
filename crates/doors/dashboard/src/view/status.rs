//! Where a connection stands (consent-dashboard B2). A comparison with the clock, never a job.

use consentry_domain::{Lifetime, State};
use consentry_ledger::agreements::Connection;
use consentry_web::texts::{Language, Text};

/// How long before its end a connection "ends soon".
const SOON: Lifetime = Lifetime::days(30);

/// The rows of the status table that the ledger can tell, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Somebody ended it.
    Stopped,
    /// Its time is over.
    Ended,
    /// The bank has switched the application off.
    Paused,
    /// It stands, and no account is shared.
    NothingShared,
    /// 30 days or less are left.
    EndsSoon,
    /// It stands.
    Active,
}

impl Phase {
    /// The phase of a listed connection; `served` is false where the bank has switched the application off, `nothing` is true where no
    /// account is shared.
    pub fn of(connection: &Connection, served: bool, nothing: bool) -> Self {
        let now = connection.seen_at;
        match connection.state {
            State::Accepted | State::Restricted if !served => Self::Paused,
            State::Accepted | State::Restricted if nothing => Self::NothingShared,
            State::Accepted | State::Restricted => {
                let soon = connection
                    .agreement
                    .valid_until
                    .is_some_and(|until| until <= now.plus(SOON));
                if soon { Self::EndsSoon } else { Self::Active }
            }
            State::Expired => Self::Ended,
            State::Revoked | State::Superseded | State::Pending | State::Denied | State::Erased => {
                Self::Stopped
            }
        }
    }

    /// Whether the application has access, or would have if the bank had not switched it off.
    pub const fn has_access(self) -> bool {
        matches!(
            self,
            Self::Paused | Self::NothingShared | Self::EndsSoon | Self::Active
        )
    }

    /// The name of its picture and colour.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Ended => "ended",
            Self::Paused => "paused",
            Self::NothingShared => "nothing",
            Self::EndsSoon => "soon",
            Self::Active => "active",
        }
    }

    /// The word for it.
    pub fn label(self, language: &'static Language) -> Text {
        language.text(match self {
            Self::Stopped => "dashboard-status-stopped",
            Self::Ended => "dashboard-status-ended",
            Self::Paused => "dashboard-status-paused",
            Self::NothingShared => "dashboard-status-nothing",
            Self::EndsSoon => "dashboard-status-soon",
            Self::Active => "dashboard-status-active",
        })
    }
}

/// How long a connection is new.
const NEW: Lifetime = Lifetime::days(7);

/// How long a connection may lie unused before that is said.
const UNUSED: Lifetime = Lifetime::days(90);

/// What is said of a connection beside where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It is for one time only.
    OneTime,
    /// It is younger than a week.
    New,
    /// No data was ever delivered.
    NeverUsed,
    /// No data was delivered for 90 days.
    Unused,
}

impl Mark {
    /// The marks of a connection that stands.
    pub fn of(connection: &Connection) -> Vec<Self> {
        let now = connection.seen_at;
        let granted = connection.agreement.created_at;
        let mut marks = Vec::new();
        if connection.agreement.is_once() {
            marks.push(Self::OneTime);
        }
        if now < granted.plus(NEW) {
            marks.push(Self::New);
        }
        match connection.usage.last_used_at() {
            None => marks.push(Self::NeverUsed),
            Some(used) if used.plus(UNUSED) <= now => marks.push(Self::Unused),
            Some(_) => {}
        }
        marks
    }

    /// The word for it.
    pub fn label(self, language: &'static Language) -> Text {
        language.text(match self {
            Self::OneTime => "dashboard-mark-once",
            Self::New => "dashboard-mark-new",
            Self::NeverUsed => "dashboard-mark-never",
            Self::Unused => "dashboard-mark-unused",
        })
    }

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OneTime => "one_time",
            Self::New => "new",
            Self::NeverUsed => "never_used",
            Self::Unused => "not_used_90_days",
        }
    }
}

#[cfg(test)]
mod tests {
    use consentry_domain::{
        Agreement, AgreementId, ApplicationId, ClientId, DecisionId, Shard, SubjectId, Timestamp,
        agreement::Disclosure,
        consent::Ended,
        decision::{Actor, EndReason},
    };

    use super::*;

    const DAY: i64 = 86_400;

    fn connection(until: Option<Timestamp>, ended: Option<EndReason>, now: Timestamp) -> Connection {
        let subject = SubjectId::new(Timestamp::EPOCH, Shard::new(1), [1; 8]);
        let agreement = Agreement {
            id: AgreementId::new(Timestamp::EPOCH, Shard::new(1), [2; 8]),
            version: 1,
            subject,
            application: ApplicationId::new(Timestamp::EPOCH, Shard::new(0), [3; 8]),
            client: ClientId::parse("moneytrack").unwrap(),
            qualifier: consentry_domain::Qualifier::default(),
            items: Vec::new(),
            decision: DecisionId::new(Timestamp::EPOCH, Shard::new(1), [4; 8]),
            created_at: Timestamp::EPOCH,
            updated_at: Timestamp::EPOCH,
            valid_until: until,
            disclosure: Disclosure {
                client_name: "Moneytrack".to_owned(),
                organization: None,
                redirect_hosts: Vec::new(),
                client_type: "web".to_owned(),
                texts: Vec::new(),
                intermediaries: Vec::new(),
                details: None,
            },
            accounts: consentry_domain::Accounts::default(),
            renewed_at: None,
            ended: ended.map(|reason| Ended {
                at: now,
                reason,
                by: Actor::subject(subject),
            }),
        };
        Connection::new(agreement, Vec::new(), now)
    }

    #[test]
    fn dsh_b2_the_rows_are_asked_in_order() {
        let now = Timestamp::from_seconds(100 * DAY);
        let far = Some(Timestamp::from_seconds(400 * DAY));
        let phase = |until, ended, served| Phase::of(&connection(until, ended, now), served, false);
        assert_eq!(phase(far, Some(EndReason::UserAction), false), Phase::Stopped);
        assert_eq!(phase(Some(now), None, false), Phase::Ended);
        assert_eq!(phase(far, None, false), Phase::Paused);
        assert_eq!(phase(far, None, true), Phase::Active);
        assert_eq!(phase(None, None, true), Phase::Active);
        let nothing = |served| Phase::of(&connection(Some(now.plus(SOON)), None, now), served, true);
        assert_eq!(nothing(true), Phase::NothingShared);
        assert_eq!(nothing(false), Phase::Paused);
    }

    #[test]
    fn dsh_b2_boundaries_are_exact_to_the_microsecond() {
        let now = Timestamp::from_seconds(100 * DAY);
        let phase = |micros: i64| {
            Phase::of(
                &connection(Some(Timestamp::from_micros(micros)), None, now),
                true,
                false,
            )
        };
        let thirty = now.as_micros() + 30 * DAY * 1_000_000;
        assert_eq!(phase(thirty + 1), Phase::Active);
        assert_eq!(phase(thirty), Phase::EndsSoon);
        assert_eq!(phase(now.as_micros() + 1), Phase::EndsSoon);
        assert_eq!(phase(now.as_micros()), Phase::Ended);
    }

    #[test]
    fn dsh_b2_marks_say_how_young_and_how_idle_a_connection_is() {
        let marks = |now: i64, used: Option<i64>| {
            let mut connection = connection(None, None, Timestamp::from_seconds(now));
            if let Some(used) = used {
                connection.usage = consentry_domain::Usage::used(Timestamp::from_seconds(used));
            }
            Mark::of(&connection)
        };
        assert_eq!(marks(7 * DAY - 1, None), [Mark::New, Mark::NeverUsed]);
        assert_eq!(marks(7 * DAY, None), [Mark::NeverUsed]);
        assert_eq!(marks(90 * DAY, Some(1)), []);
        assert_eq!(marks(90 * DAY + 1, Some(1)), [Mark::Unused]);
    }

    #[test]
    fn dsh_b2_a_replaced_connection_is_not_listed() {
        let now = Timestamp::from_seconds(100 * DAY);
        assert!(!super::super::is_listed(&connection(
            None,
            Some(EndReason::Superseded),
            now
        )));
        assert!(super::super::is_listed(&connection(
            None,
            Some(EndReason::UserAction),
            now
        )));
        assert!(super::super::is_listed(&connection(Some(now), None, now)));
    }
}
