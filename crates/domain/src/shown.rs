//! What each door calls each state of a consent: one table for all (architecture, state table).

use crate::State;

/// How the authorization door shows an agreement made of such consents (third-party-authorization A.3.1 `status`). None: not
/// listed.
pub const fn authorization(state: State) -> Option<&'static str> {
    match state {
        State::Accepted | State::Restricted => Some("active"),
        State::Revoked => Some("revoked"),
        State::Expired => Some("expired"),
        State::Superseded => Some("superseded"),
        State::Pending | State::Denied | State::Erased => None,
    }
}

/// How the records door shows a consent (consent-api 10). None: 404.
pub const fn records(state: State) -> Option<&'static str> {
    match crate::command::Answer::of_state(state) {
        Some(answer) => Some(answer.as_str()),
        None => None,
    }
}

/// How the dashboard shows a connection (consent-dashboard B2). None: not listed.
pub const fn dashboard(state: State) -> Option<&'static str> {
    match state {
        State::Accepted | State::Restricted => Some("active"),
        State::Revoked => Some("stopped"),
        State::Expired => Some("ended"),
        State::Superseded | State::Pending | State::Denied | State::Erased => None,
    }
}

/// How FDX names it (consent-dashboard D1). None: not listed.
pub const fn fdx(state: State) -> Option<&'static str> {
    match state {
        State::Accepted | State::Restricted => Some("ACTIVE"),
        State::Revoked => Some("REVOKED"),
        State::Expired => Some("EXPIRED"),
        State::Superseded | State::Pending | State::Denied | State::Erased => None,
    }
}

/// How the preferences door shows it: `Some(true)` yes, `Some(false)` no, `None` not answered.
pub const fn preferences(state: State) -> Option<bool> {
    match state {
        State::Accepted | State::Restricted => Some(true),
        State::Denied | State::Revoked => Some(false),
        State::Pending | State::Expired | State::Superseded | State::Erased => None,
    }
}

/// Whether the dataspace door counts it as granted.
pub const fn dataspace(state: State) -> bool {
    matches!(state, State::Accepted | State::Restricted)
}

/// Answer and reason of a check.
pub const fn check(state: State) -> (bool, &'static str) {
    match state {
        State::Accepted => (true, "accepted"),
        State::Restricted => (true, "restricted"),
        State::Pending => (false, "pending_approval"),
        State::Denied => (false, "denied"),
        State::Revoked => (false, "revoked"),
        State::Expired => (false, "expired"),
        State::Superseded | State::Erased => (false, "no_consent"),
    }
}
