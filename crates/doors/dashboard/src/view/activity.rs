//! What happened to a connection, as people read it (consent-dashboard B6.3).

use consentry_domain::{
    Lifetime, Timestamp,
    decision::{EndReason, Role},
    usage::DAYS,
};
use consentry_ledger::agreements::{Connection, Happened, HistoryEntry};
use jiff::tz::TimeZone;

use super::{ConnectionView, Telling};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What happened, with who did it.
    pub what: String,
    /// When, spelled out.
    pub when: String,
    at: Timestamp,
}

/// All that is known, newest first: what the log says, the days on which data was delivered, and the last attempt that was refused.
pub fn lines(
    telling: &Telling<'_>,
    view: &ConnectionView,
    connection: &Connection,
    history: &[HistoryEntry],
) -> Vec<Line> {
    let language = telling.language;
    let mut lines: Vec<Line> = history
        .iter()
        .map(|entry| Line {
            what: words(telling, view, entry),
            when: telling.moment(entry.at),
            at: entry.at,
        })
        .collect();
    let last_used_at = connection.usage.last_used_at();
    for at in used_on(connection) {
        // Of the days before the last nothing is kept but which of UTC they were.
        let day = if Some(at) == last_used_at {
            telling.day(at)
        } else {
            at.to_jiff().to_zoned(TimeZone::UTC).date()
        };
        lines.push(Line {
            what: language.text("dashboard-activity-used").to_string(),
            when: language.date(day),
            at,
        });
    }
    if let Some(at) = connection.usage.last_refused_at() {
        lines.push(Line {
            what: language.text("dashboard-activity-refused").to_string(),
            when: telling.moment(at),
            at,
        });
    }
    let ended_by_time = connection
        .agreement
        .ended
        .is_none()
        .then_some(view.ended_at)
        .flatten();
    if let (Some(at), Some(ended)) = (ended_by_time, &view.ended) {
        lines.push(Line {
            what: ended.clone(),
            when: telling.moment(at),
            at,
        });
    }
    lines.sort_by_key(|line| std::cmp::Reverse(line.at));
    lines
}

/// The days on which data was delivered, as far as they are kept, latest first: the last one by its moment, the others by their last.
pub fn used_on(connection: &Connection) -> Vec<Timestamp> {
    let usage = &connection.usage;
    let Some(last) = usage.last_used_at() else {
        return Vec::new();
    };
    let begin = last.as_seconds().div_euclid(DAY) * DAY;
    (0..DAYS)
        .filter(|day| usage.days() >> day & 1 == 1)
        .map(|day| match day {
            0 => last,
            _ => Timestamp::from_seconds(begin).minus(Lifetime::days(i64::from(day))),
        })
        .collect()
}

/// Who did something, as far as the person may know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Nobody that is known or may be named.
    Unknown,
    /// Somebody in a role; as subject, the person themself.
    Role(Role),
    /// Another holder of an account.
    JointHolder,
}

impl By {
    /// Who did it.
    pub fn of(entry: &HistoryEntry) -> Self {
        match &entry.by {
            None => Self::Unknown,
            Some(by) if by.subject.is_some_and(|by| by != entry.agreement.subject) => Self::JointHolder,
            Some(by) => Self::Role(by.role),
        }
    }

    /// The name on the wire; none where nobody is named.
    pub const fn as_str(self) -> Option<&'static str> {
        match self {
            Self::Unknown => None,
            Self::Role(role) => Some(role.as_str()),
            Self::JointHolder => Some("joint_holder"),
        }
    }
}

fn words(telling: &Telling<'_>, view: &ConnectionView, entry: &HistoryEntry) -> String {
    let language = telling.language;
    let bank = telling.tenant.tenant.brand.name.as_str();
    let app = view.name.short.as_str();
    let key = match (entry.what, By::of(entry)) {
        (Happened::Granted, _) => "dashboard-activity-granted",
        (Happened::AccountsChanged, By::Role(Role::Subject)) => "dashboard-activity-accounts",
        (Happened::AccountsChanged, By::JointHolder) => "dashboard-activity-accounts-joint",
        (Happened::AccountsChanged, _) => "dashboard-activity-accounts-changed",
        (Happened::Narrowed, By::Role(Role::Subject)) => "dashboard-activity-narrowed-by-you",
        (Happened::Narrowed, _) => "dashboard-activity-narrowed",
        (Happened::Renewed, _) => "dashboard-activity-renewed",
        (Happened::Reported, _) => "dashboard-activity-reported",
        (Happened::Ended, by) => {
            let reason = entry.agreement.ended.as_ref().map(|ended| ended.reason);
            match (reason, by) {
                (Some(EndReason::Superseded), _) => "dashboard-activity-replaced",
                (Some(EndReason::Emptied), _) => "dashboard-activity-emptied",
                (_, By::Role(Role::Subject)) => "dashboard-activity-stopped-by-you",
                (_, By::Role(Role::Party)) => "dashboard-activity-stopped-by-app",
                (_, By::Role(Role::Staff)) => "dashboard-activity-stopped-by-bank",
                _ => "dashboard-activity-stopped",
            }
        }
    };
    language.text(key).with("app", app).with("bank", bank).to_string()
}
