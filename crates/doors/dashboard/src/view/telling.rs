//! What it takes to put connections into words: whose bank, which language, and the names of the accounts.

use consentry_domain::{SubjectId, Timestamp, tenant::ZoneName};
use consentry_ledger::{Fault, TenantSnapshot, holdings::Holding};
use consentry_web::{texts::Language, visit::Visit};
use jiff::{Zoned, civil::Date, tz::TimeZone};

/// What it takes to put connections into words.
#[derive(Debug, Clone, Copy)]
pub struct Telling<'a> {
    /// Whose customers read it.
    pub tenant: &'a TenantSnapshot,
    /// The reader's language.
    pub language: &'static Language,
    /// The accounts of the reader.
    pub held: &'a Held,
    /// Where the data provider is reached, for addresses that are told to programs.
    pub base: &'a str,
    /// The time zone of the reader.
    pub zone: &'a TimeZone,
}

impl Telling<'_> {
    /// A moment in the reader's time zone.
    fn zoned(&self, at: Timestamp) -> Zoned {
        at.to_jiff().to_zoned(self.zone.clone())
    }

    /// The day that a moment is in.
    pub fn day(&self, at: Timestamp) -> Date {
        self.zoned(at).date()
    }

    /// A moment, spelled out, with its zone.
    pub fn moment(&self, at: Timestamp) -> String {
        self.language.moment(&self.zoned(at))
    }

    /// When something was, today by the time alone; or that it never was.
    pub fn recently(&self, at: Option<Timestamp>, now: Timestamp) -> String {
        match at {
            None => self.language.text("dashboard-never").to_string(),
            Some(at) if self.day(at) == self.day(now) => {
                let time = self.language.time(&self.zoned(at));
                self.language
                    .text("dashboard-today")
                    .with("time", time)
                    .to_string()
            }
            Some(at) => self.moment(at),
        }
    }

    /// What the zone is called.
    pub fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }
}

/// The zone of what is told to programs.
pub static UTC: TimeZone = TimeZone::UTC;

/// The zone that people read times in: the first of these that is known here, or else UTC.
pub fn zone<'a>(wanted: impl IntoIterator<Item = &'a ZoneName>) -> TimeZone {
    let known = wanted
        .into_iter()
        .find_map(|name| TimeZone::get(name.as_str()).ok());
    known.unwrap_or(TimeZone::UTC)
}

/// The accounts of a person, as far as their names can be told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Held {
    /// The bank has named none.
    #[default]
    Unnamed,
    /// They cannot be read now; everything else works (consent-dashboard B7.5).
    Unreadable,
    /// What the bank has named.
    Named(Vec<Holding>),
}

impl Held {
    /// The accounts of a person, read now.
    pub async fn of(visit: &Visit, subject: SubjectId) -> Self {
        Self::read(visit, subject).await.unwrap_or_else(|error| {
            tracing::error!(error.cause = %error, "the names of a customer's accounts cannot be read");
            Self::Unreadable
        })
    }

    async fn read(visit: &Visit, subject: SubjectId) -> Result<Self, Fault> {
        let (ledger, tenant) = (visit.ledger(), &visit.tenant);
        if let Some(held) = ledger.holdings_of(tenant, subject).await? {
            return Ok(Self::Named(held));
        }
        // Where the bank is asked, it has answered nothing usable so far; whom it has not named is not asked for.
        let is_asked = tenant.tenant.dashboard.accounts.is_some();
        if is_asked && ledger.customer_id(tenant, subject).await?.is_some() {
            return Ok(Self::Unreadable);
        }
        Ok(Self::Unnamed)
    }

    /// The accounts by name; none where there are no names.
    pub fn named(&self) -> &[Holding] {
        match self {
            Self::Named(held) => held,
            Self::Unnamed | Self::Unreadable => &[],
        }
    }
}
