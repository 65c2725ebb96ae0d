//! How often something may happen within a window of time, counted in the memory of this node (consent-dashboard A13, consent-api 14).

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use consentry_domain::{TenantId, Timestamp, client::Client};

use crate::{checks::Checker, ledger::Ledger, opaque, snapshot::TenantSnapshot, tokens::ProvenClient};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Rate {
    /// Wrong API credentials, by address: 10 in a minute.
    WrongCredentials,
    /// Requests with right API credentials, by credential: 50 in a second.
    ProviderRequests,
    /// One-time tokens that opened nothing, by address: 30 in a minute.
    RefusedOpenings,
    /// Requests at the records door, by address: so many in a minute as the tenant allows.
    RecordsRequests(u32),
    /// Questions of third parties at the decisions door, by client: so many in a second as the tenant allows.
    Questions(u32),
    /// Searches at the decisions door, by client: so many in a second as the tenant allows.
    Searches(u32),
    /// Calls of client management, by client: 600 in a minute.
    Management,
    /// Authorization requests that are handed in, by client: 600 in a minute.
    PushedRequests,
    /// Signed requests of the dataspace, by application: so many in a second as the tenant allows.
    SignedRequests(u32),
    /// Signed requests of the dataspace about one person, by application and person: so many in a minute as the tenant allows.
    SignedRequestsAbout(u32),
    /// One-time codes that are asked for, by address: 20 in 15 minutes.
    Codes,
    /// Codes and links that are asked for to get to one's preferences, by address: 20 in an hour.
    PreferenceMails,
    /// Streams that are opened, by client: so many in a minute as the tenant allows.
    StreamOpens(u32),
    /// Requests of a tenant's back ends at the preferences door outside of events and users: 100 in 15 seconds.
    OrganizationRequests,
    /// Requests with a consent token, by address: 60 in 10 seconds.
    ConsentTokenRequests,
}

/// How a sender stands with a rate once a request was counted (enforcement-events-evidence 1.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Name of the rate.
    pub policy: &'static str,
    /// How many are free within a window.
    pub allowed: u32,
    /// Length of the window, in seconds.
    pub window: i64,
    /// How many are left of it.
    pub left: u32,
    /// Whole seconds until it is over, rounded up; from then on there is more.
    pub more_in: i64,
}

impl Rate {
    /// How many are free, and the length of the window in seconds.
    const fn allowance(self) -> (u32, i64) {
        match self {
            Self::WrongCredentials => (10, 60),
            Self::ProviderRequests => (50, 1),
            Self::RefusedOpenings => (30, 60),
            Self::Management | Self::PushedRequests => (600, 60),
            Self::Codes => (20, 900),
            Self::PreferenceMails => (20, 3_600),
            Self::OrganizationRequests => (100, 15),
            Self::ConsentTokenRequests => (60, 10),
            Self::RecordsRequests(allowed)
            | Self::StreamOpens(allowed)
            | Self::SignedRequestsAbout(allowed) => (allowed, 60),
            Self::Questions(allowed) | Self::Searches(allowed) | Self::SignedRequests(allowed) => {
                (allowed, 1)
            }
        }
    }

    /// As it is called outside.
    const fn policy(self) -> &'static str {
        match self {
            Self::WrongCredentials => "failures",
            Self::ProviderRequests => "tokens",
            Self::RefusedOpenings => "openings",
            Self::RecordsRequests(_) => "records",
            Self::Questions(_) => "check",
            Self::Searches(_) => "search",
            Self::StreamOpens(_) => "streams",
            Self::Management => "management",
            Self::PushedRequests => "pushed",
            Self::SignedRequests(_) => "requests",
            Self::SignedRequestsAbout(_) => "requests-about-one",
            Self::Codes => "codes",
            Self::PreferenceMails => "preference-mails",
            Self::OrganizationRequests => "organization",
            Self::ConsentTokenRequests => "consents",
        }
    }
}

/// Counters by tenant, kind and key. A window begins with its first entry.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    windows: Mutex<HashMap<(TenantId, Rate, String), Window>>,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    began: Timestamp,
    count: u32,
}

impl Window {
    /// Whole seconds until it is over, rounded up; none when it is.
    fn left(self, rate: Rate, now: Timestamp) -> Option<i64> {
        let (_, length) = rate.allowance();
        let micros =
            length.saturating_mul(1_000_000) - now.as_micros().saturating_sub(self.began.as_micros());
        (micros > 0).then(|| (micros.saturating_add(999_999)) / 1_000_000)
    }
}

impl Rates {
    /// Most counters kept at a time.
    const MOST: usize = 100_000;

    /// Seconds to wait, where the allowance is used up.
    pub(crate) fn wait(&self, tenant: TenantId, rate: Rate, key: &str, now: Timestamp) -> Option<i64> {
        let windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let window = windows.get(&(tenant, rate, key.to_owned()))?;
        window
            .left(rate, now)
            .filter(|_| window.count >= rate.allowance().0)
    }

    /// Counts one.
    pub(crate) fn count(&self, tenant: TenantId, rate: Rate, key: &str, now: Timestamp) {
        self.count_several(tenant, rate, key, 1, now);
    }

    fn count_several(&self, tenant: TenantId, rate: Rate, key: &str, several: u32, now: Timestamp) {
        self.in_window(tenant, rate, key, now, |window| {
            window.count = window.count.saturating_add(several);
        });
    }

    /// Does something with the window that goes on, or with a new one.
    fn in_window<T>(
        &self,
        tenant: TenantId,
        rate: Rate,
        key: &str,
        now: Timestamp,
        act: impl FnOnce(&mut Window) -> T,
    ) -> T {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= Self::MOST {
            windows.retain(|(_, rate, _), window| window.left(*rate, now).is_some());
        }
        if windows.len() >= Self::MOST {
            // More sources within one window than we can count; forgetting some is better than growing.
            windows.clear();
        }
        let fresh = Window { began: now, count: 0 };
        let window = windows.entry((tenant, rate, key.to_owned())).or_insert(fresh);
        if window.left(rate, now).is_none() {
            *window = fresh;
        }
        act(window)
    }

    /// Counts one, unless the allowance is used up: that is the error.
    pub(crate) fn take(
        &self,
        tenant: TenantId,
        rate: Rate,
        key: &str,
        now: Timestamp,
    ) -> Result<Quota, Quota> {
        self.take_several(tenant, rate, key, 1, now)
    }

    /// Counts several at once. They are let through as long as one is free: what they are beyond the allowance is not made up for.
    fn take_several(
        &self,
        tenant: TenantId,
        rate: Rate,
        key: &str,
        several: u32,
        now: Timestamp,
    ) -> Result<Quota, Quota> {
        let (allowed, length) = rate.allowance();
        self.in_window(tenant, rate, key, now, |window| {
            let is_free = window.count < allowed;
            if is_free {
                window.count = window.count.saturating_add(several);
            }
            let quota = Quota {
                policy: rate.policy(),
                allowed,
                window: length,
                left: allowed.saturating_sub(window.count),
                more_in: window.left(rate, now).unwrap_or(length),
            };
            if is_free { Ok(quota) } else { Err(quota) }
        })
    }
}

impl TenantSnapshot {
    /// By what signed requests of an application about a person are counted: a keyed hash, since names of people are personal.
    pub fn asked_person(&self, client: &Client, person: &str) -> String {
        let about = self
            .keys
            .lookup("signed request", &format!("{} {person}", client.id));
        opaque::base64url(about.as_bytes())
    }
}

impl Ledger {
    /// Counts questions of one request, where its sender's are counted.
    pub fn count_questions(
        &self,
        tenant: &TenantSnapshot,
        checker: &Checker,
        questions: u32,
    ) -> Result<Option<Quota>, Quota> {
        let Some(party) = checker.party() else {
            return Ok(None);
        };
        let rate = Rate::Questions(tenant.tenant.checks.party_questions_per_second);
        self.inner
            .rates
            .take_several(tenant.id(), rate, party.id.as_str(), questions, self.now())
            .map(Some)
    }

    /// Counts a search of a client.
    pub fn count_search(&self, tenant: &TenantSnapshot, client: &Client) -> Result<Quota, Quota> {
        let rate = Rate::Searches(tenant.tenant.checks.searches_per_second);
        self.inner
            .rates
            .take(tenant.id(), rate, client.id.as_str(), self.now())
    }

    /// Counts a call of client management.
    pub fn count_management(&self, tenant: &TenantSnapshot, caller: &str) -> Result<Quota, Quota> {
        let (rates, now) = (&self.inner.rates, self.now());
        rates.take(tenant.id(), Rate::Management, caller, now)
    }

    /// Counts an authorization request that a client hands in.
    pub fn count_pushed(&self, tenant: &TenantSnapshot, client: &ProvenClient) -> Result<Quota, Quota> {
        let (rates, now) = (&self.inner.rates, self.now());
        rates.take(
            tenant.id(),
            Rate::PushedRequests,
            client.client().id.as_str(),
            now,
        )
    }

    /// Counts a signed request of an application of the dataspace about a person, who is named by [`TenantSnapshot::asked_person`].
    pub fn count_signed_request(
        &self,
        tenant: &TenantSnapshot,
        client: &Client,
        person: &str,
    ) -> Result<Quota, Quota> {
        let (rates, now) = (&self.inner.rates, self.now());
        let settings = &tenant.tenant.dataspace;
        let of_application = Rate::SignedRequests(settings.requests_per_second);
        rates.take(tenant.id(), of_application, client.id.as_str(), now)?;
        let of_person = Rate::SignedRequestsAbout(settings.requests_per_person);
        rates.take(tenant.id(), of_person, person, now)
    }

    /// Counts a request of one of a tenant's back ends at the preferences door.
    pub fn count_organization(&self, tenant: &TenantSnapshot) -> Result<Quota, Quota> {
        let (rates, now) = (&self.inner.rates, self.now());
        rates.take(tenant.id(), Rate::OrganizationRequests, "", now)
    }

    /// Counts a request with a consent token from an address.
    pub fn count_consent_token(&self, tenant: &TenantSnapshot, address: IpAddr) -> Result<Quota, Quota> {
        let (rates, now) = (&self.inner.rates, self.now());
        rates.take(tenant.id(), Rate::ConsentTokenRequests, &source(address), now)
    }

    /// Counts a stream that a reader opens; `reader` tells it from others.
    pub fn count_stream(&self, tenant: &TenantSnapshot, reader: &str) -> Result<Quota, Quota> {
        let rate = Rate::StreamOpens(tenant.tenant.checks.streams_per_minute);
        self.inner.rates.take(tenant.id(), rate, reader, self.now())
    }
}

/// What of an address counts as one source: all of IPv4, the network of IPv6, since one household has 2^64 addresses.
pub(crate) fn source(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use consentry_domain::Shard;

    use super::*;

    fn tenant() -> TenantId {
        TenantId::new(Timestamp::EPOCH, Shard::new(0), [7; 8])
    }

    #[test]
    fn dsh_a13_the_eleventh_failure_of_a_minute_waits() {
        let rates = Rates::default();
        let rate = Rate::WrongCredentials;
        let at = Timestamp::from_seconds(1000);
        for taken in 1..=10 {
            let quota = rates.take(tenant(), rate, "a", at).unwrap();
            assert_eq!((quota.left, quota.more_in), (10 - taken, 60));
        }
        let used_up = rates.take(tenant(), rate, "a", at).unwrap_err();
        assert_eq!((used_up.left, used_up.more_in), (0, 60));
        assert!(rates.take(tenant(), rate, "b", at).is_ok(), "another source");
        let almost = Timestamp::from_micros(Timestamp::from_seconds(1060).as_micros() - 1);
        let almost = rates.take(tenant(), rate, "a", almost);
        assert_eq!(almost.map_err(|quota| quota.more_in), Err(1));
        let anew = rates
            .take(tenant(), rate, "a", Timestamp::from_seconds(1060))
            .unwrap();
        assert_eq!((anew.left, anew.more_in, anew.window), (9, 60, 60));
    }

    #[test]
    fn dsh_a13_counters_are_kept_apart() {
        let rates = Rates::default();
        let at = Timestamp::from_seconds(1000);
        for _ in 0..30 {
            rates.count(tenant(), Rate::RefusedOpenings, "a", at);
        }
        assert_eq!(rates.wait(tenant(), Rate::RefusedOpenings, "a", at), Some(60));
        assert_eq!(rates.wait(tenant(), Rate::WrongCredentials, "a", at), None);
        let other = TenantId::new(Timestamp::EPOCH, Shard::new(0), [8; 8]);
        assert_eq!(rates.wait(other, Rate::RefusedOpenings, "a", at), None);
    }

    #[test]
    fn dsh_a13_one_network_is_one_source() {
        let source = |text: &str| source(text.parse().unwrap());
        assert_eq!(source("2001:db8:1:2::1"), source("2001:db8:1:2:ffff::9"));
        assert_ne!(source("2001:db8:1:2::1"), source("2001:db8:1:3::1"));
        assert_eq!(source("::ffff:192.0.2.1"), source("192.0.2.1"));
        assert_ne!(source("192.0.2.1"), source("192.0.2.2"));
    }
}
