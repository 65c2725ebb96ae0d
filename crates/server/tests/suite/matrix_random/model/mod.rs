//! The truth in small: what the specifications say must hold after each act, in plain lists and without a look at the rules of the
//! product (architecture 3.1, 3.2; consent-api 10; third-party-authorization A.3, A.6, A.10, A.11).
//!
//! A slot is decided by one consent. The pointer moves on a grant, on a denial or withdrawal of what it points to, and whenever a
//! record is made in a slot or moved to one. Only what it points to is evaluated.

mod acts;
mod says;
mod tokens;

use std::collections::BTreeMap;

/// Microseconds since 1970.
pub(in crate::matrix_random) type Micros = i64;

pub(in crate::matrix_random) const SECOND: Micros = 1_000_000;
const DAY: Micros = 86_400 * SECOND;
const CONSENT: Micros = 30 * DAY;
const FORTNIGHT: Micros = 14 * DAY;
const ACCESS: Micros = 600 * SECOND;
const CODE: Micros = 60 * SECOND;

/// (person, definition, audience).
pub(in crate::matrix_random) type Slot = (usize, &'static str, Option<&'static str>);

/// Scope values in the order they were asked.
pub(in crate::matrix_random) type Scope = Vec<&'static str>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::matrix_random) enum Status {
    Pending,
    Accepted,
    Denied,
    Revoked,
    Superseded,
}

impl Status {
    /// The answer as the records door spells it.
    pub(in crate::matrix_random) const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Denied => "denied",
            Self::Revoked | Self::Superseded => "revoked",
        }
    }
}

#[derive(Debug, Clone)]
pub(in crate::matrix_random) struct Consent {
    pub slot: Slot,
    pub status: Status,
    until: Option<Micros>,
    agreement: Option<usize>,
}

impl Consent {
    fn in_force(&self, now: Micros) -> bool {
        self.status == Status::Accepted && self.until.is_none_or(|until| now < until)
    }
}

#[derive(Debug, Clone)]
pub(in crate::matrix_random) struct Record {
    /// As the records door knows it, once it was seen there.
    pub id: Option<String>,
    consent: usize,
    pub deleted: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Revoked,
    Superseded,
}

#[derive(Debug, Clone)]
pub(in crate::matrix_random) struct Agreement {
    /// As the authorization door knows it, once it was seen there.
    pub id: Option<String>,
    pub person: usize,
    pub client: &'static str,
    items: Vec<usize>,
    pub until: Micros,
    ended: Option<(Micros, End)>,
}

#[derive(Debug, Clone)]
struct Grant {
    person: usize,
    client: &'static str,
    agreement: usize,
    offline: bool,
    until: Micros,
    ended: bool,
}

#[derive(Debug, Clone)]
pub(in crate::matrix_random) struct Code {
    pub text: String,
    pub client: &'static str,
    grant: usize,
    scope: Scope,
    until: Micros,
    used: bool,
}

#[derive(Debug, Clone)]
pub(in crate::matrix_random) struct Access {
    pub text: String,
    grant: usize,
    scope: Scope,
    /// In whole seconds.
    pub exp: i64,
    revoked: bool,
}

#[derive(Debug, Clone)]
pub(in crate::matrix_random) struct Refresh {
    pub text: String,
    pub client: &'static str,
    grant: usize,
    scope: Scope,
    until: Micros,
    used: bool,
}

/// What the token endpoint is to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::matrix_random) enum Answer {
    Tokens {
        scope: Scope,
        seconds: i64,
        refresh: bool,
    },
    InvalidGrant,
}

/// The world.
#[derive(Debug, Default)]
pub(in crate::matrix_random) struct Model {
    pub consents: Vec<Consent>,
    pub records: Vec<Record>,
    pub agreements: Vec<Agreement>,
    slots: BTreeMap<Slot, usize>,
    grants: Vec<Grant>,
    pub codes: Vec<Code>,
    pub access: Vec<Access>,
    pub refresh: Vec<Refresh>,
}

impl Model {
    pub(in crate::matrix_random) fn slot_of(&self, record: usize) -> Slot {
        self.consents[self.records[record].consent].slot
    }

    fn deciding(&self, slot: Slot) -> Option<usize> {
        self.slots.get(&slot).copied()
    }

    /// The consent that speaks for an item of a bundle: its own, or a record made over it by a back end. What a newer bundle took
    /// over speaks for that one.
    fn speaking(&self, own: usize) -> usize {
        let deciding = self.deciding(self.consents[own].slot);
        deciding
            .filter(|deciding| self.consents[*deciding].agreement.is_none())
            .filter(|_| self.consents[own].status != Status::Superseded)
            .unwrap_or(own)
    }

    fn stands(&self, own: usize) -> bool {
        self.consents[self.speaking(own)].status == Status::Accepted
    }

    /// Moments at which something ends, all that lie ahead, soonest first.
    pub(in crate::matrix_random) fn ends(&self, now: Micros) -> Vec<Micros> {
        let mut ends: Vec<Micros> = self.consents.iter().filter_map(|consent| consent.until).collect();
        ends.extend(self.grants.iter().map(|grant| grant.until));
        ends.extend(self.access.iter().map(|token| token.exp * SECOND));
        ends.extend(self.refresh.iter().map(|token| token.until));
        ends.extend(self.codes.iter().map(|code| code.until));
        ends.retain(|end| *end > now);
        ends.sort_unstable();
        ends.dedup();
        ends
    }
}
