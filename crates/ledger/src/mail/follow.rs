//! Which mails follow from the log.

use std::{collections::BTreeMap, sync::Arc};

use consentry_domain::{
    Consent, Fact, Lifetime, Timestamp,
    client::Client,
    decision::Outcome,
    mail::MailAddress,
    tenant::{DAYS_AHEAD, MailSettings},
};
use consentry_store::EventHead;

use super::{
    about::{About, Mail, Origin, To},
    queue::{GIVE_UP, MAIL, MOST_WAITING, MailQueue, put},
};
use crate::{
    TenantSnapshot,
    error::Fault,
    feed::{Happening, Leaf},
    webhooks::Stopped,
};

/// The events that mails follow from; see [`following`].
const LEADING: [&str; 4] = [
    "decision.recorded",
    "consent.expired",
    "consent.expiring",
    "webhook.endpoint_disabled",
];

/// Events looked at at a time.
const AT_ONCE: u32 = 500;

/// How far the queue may be ahead of what is written down about it, in events that nothing follows from.
const FAR: u64 = 1_000;

/// How long a mail about the end of a consent waits for what else of the same agreement ends with it.
const GATHERS: Lifetime = Lifetime::minutes(1);

impl MailQueue {
    /// Looks at what happened since, and makes the mails that follow from it, together with the place in the log. Answers how many it
    /// made; the log is looked at to its end unless as many wait as may. `waiting` is how many do.
    pub async fn follow(&mut self, tenant: &Arc<TenantSnapshot>, waiting: usize) -> Result<usize, Stopped> {
        let settings = &tenant.tenant.mail;
        let mut made = 0;
        while self.reached < *self.size.borrow() && waiting + made < MOST_WAITING {
            let store = &self.ledger.inner.store;
            let passed = store
                .event_heads(tenant.id(), self.reached, AT_ONCE)
                .await
                .map_err(Fault::from)?;
            let Some(last) = passed.last() else { break };
            let reached = last.index.saturating_add(1);
            let mut mails: BTreeMap<String, Mail> = BTreeMap::new();
            let now = self.ledger.now();
            for head in &passed {
                let Some(event) = self.event_of_note(tenant, head).await? else {
                    continue;
                };
                for mail in following(tenant, settings, &event, now) {
                    mails.entry(mail.key.clone()).or_insert(mail);
                }
            }
            let mut fresh = Vec::new();
            for mail in mails.into_values() {
                if self.reaches_somebody(tenant, mail.to).await? && !self.waits(&mail.key).await? {
                    fresh.push(mail);
                }
            }
            self.reached = reached;
            if !fresh.is_empty() {
                self.write(reached, |change| {
                    fresh.iter().try_for_each(|mail| put(change, mail))
                })
                .await?;
                made += fresh.len();
            }
        }
        self.rest(made).await
    }

    /// Whether anybody would read a mail: most people never said where they are reached, some want no notices, and a row for each of their
    /// decisions would be two commits for nothing.
    async fn reaches_somebody(&self, tenant: &TenantSnapshot, to: To) -> Result<bool, Fault> {
        let To::Person(subject) = to else { return Ok(true) };
        Ok(self.ledger.wants_notices(tenant, subject).await? == Some(true))
    }

    async fn waits(&self, key: &str) -> Result<bool, Fault> {
        let store = &self.ledger.inner.store;
        let row = store.job(self.tenant, MAIL.to_owned(), key.to_owned()).await?;
        Ok(row.is_some())
    }

    async fn rest(&mut self, made: usize) -> Result<usize, Stopped> {
        if self.unwritten() >= FAR {
            self.write(self.reached, |_| Ok(())).await?;
        }
        Ok(made)
    }

    /// An event that a mail may follow from. Most lead to none, or are about somebody who is reached by none, and are not opened.
    async fn event_of_note(
        &self,
        tenant: &TenantSnapshot,
        head: &EventHead,
    ) -> Result<Option<Happening>, Fault> {
        if !LEADING.contains(&head.kind.as_str()) {
            return Ok(None);
        }
        if let Some(subject) = head.subject
            && !self.reaches_somebody(tenant, To::Person(subject)).await?
        {
            return Ok(None);
        }
        let store = &self.ledger.inner.store;
        let rows = store.events(tenant.id(), head.index, 1).await?;
        match rows.first().filter(|row| row.index == head.index) {
            Some(row) => Happening::open(&self.ledger, tenant, row, Leaf::of(row)).await,
            None => Ok(None),
        }
    }
}

/// Whether anything that happens may lead to a mail.
pub(super) fn wants_any(tenant: &TenantSnapshot) -> bool {
    let settings = &tenant.tenant.mail;
    settings.has_notices() || !tenant.endpoints.is_empty()
}

/// The mails that follow from an event.
fn following(
    tenant: &TenantSnapshot,
    settings: &MailSettings,
    event: &Happening,
    now: Timestamp,
) -> Vec<Mail> {
    let until = event.at().plus(GIVE_UP);
    if until <= now || event.is_imported() {
        return Vec::new();
    }
    let origin = Origin {
        event: event.id(),
        index: event.index(),
    };
    let mail = |key: String, to: To, about: About| Mail {
        key,
        to,
        about,
        due_at: now,
        until,
    };
    if let Some(body) = event.body() {
        let to = To::Person(body.subject);
        return match &body.happened {
            Some(Fact::DecisionRecorded { decision }) if decision.outcome != Outcome::Imported => {
                let changes = &body.told.changes;
                let became = |granting: bool| {
                    changes.iter().any(|change| {
                        let was = change.from.as_deref().is_some_and(is_granting);
                        if granting {
                            is_granting(&change.to) && !was
                        } else {
                            change.to == "revoked" && was
                        }
                    })
                };
                let id = origin.event;
                let given = (settings.confirm_given && became(true))
                    .then(|| mail(format!("given:{id}"), to, About::Given(origin)));
                let withdrawn = (settings.confirm_ended && became(false))
                    .then(|| mail(format!("withdrawn:{id}"), to, About::Withdrawn(origin)));
                given.into_iter().chain(withdrawn).collect()
            }
            Some(Fact::ConsentExpired(fact)) if settings.confirm_ended => {
                let key = format!("expired:{}", bundle(&fact.consent));
                vec![Mail {
                    due_at: event.at().plus(GATHERS),
                    ..mail(key, to, About::Expired(origin))
                }]
            }
            Some(Fact::ConsentExpiring(fact)) => {
                let Some(end) = fact.consent.valid_until else {
                    return Vec::new();
                };
                let Some(days) =
                    days_ahead(event.at(), end).filter(|days| settings.remind_days.contains(days))
                else {
                    return Vec::new();
                };
                let key = format!("expiring:{days}:{}", bundle(&fact.consent));
                vec![Mail {
                    due_at: event.at().plus(GATHERS),
                    until: until.min(end),
                    ..mail(key, to, About::Expiring(origin, days))
                }]
            }
            _ => Vec::new(),
        };
    }
    let Some((endpoint, _)) = event.disabled_endpoint() else {
        return Vec::new();
    };
    let owner = tenant.endpoints.get(&endpoint).and_then(|endpoint| {
        let client = tenant.clients.get(&endpoint.client)?;
        reachable_party(tenant, client)
    });
    let all: Vec<To> = match owner {
        Some(party) => vec![To::Party(party)],
        None => (0..settings.operators.len()).map(To::Operator).collect(),
    };
    all.into_iter()
        .enumerate()
        .map(|(nth, to)| {
            let key = format!("endpoint:{}:{nth}", origin.event);
            mail(key, to, About::EndpointDisabled(origin))
        })
        .collect()
}

fn is_granting(status: &str) -> bool {
    consentry_domain::Status::from_name(status).is_some_and(consentry_domain::Status::is_granting)
}

/// What ends together: the agreement, or the consent where there is none, and when.
fn bundle(consent: &Consent) -> String {
    let whose = consent
        .agreement
        .map_or_else(|| consent.id.to_string(), |agreement| agreement.to_string());
    let end = consent.valid_until.map_or(0, Timestamp::as_seconds);
    format!("{whose}:{end}")
}

/// Which of the times ahead of an end it is: the nearest that is not less than what is left.
fn days_ahead(at: Timestamp, end: Timestamp) -> Option<u16> {
    let fits = |days: &u16| at.plus(Lifetime::days(i64::from(*days))) >= end;
    DAYS_AHEAD.into_iter().filter(fits).min()
}

/// The third party of a client, where its contact is a mail address.
fn reachable_party(tenant: &TenantSnapshot, client: &Client) -> Option<consentry_domain::PartyId> {
    let party = tenant.party_of(client)?;
    party_address(party).map(|_| party.id)
}

/// Where a party is reached by mail.
pub(super) fn party_address(party: &consentry_domain::client::Party) -> Option<MailAddress> {
    let contact = party.contact.as_deref()?;
    MailAddress::parse(contact.strip_prefix("mailto:").unwrap_or(contact)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_as_far_ahead_as_the_nearest_time_at_which_it_is_told() {
        let end = Timestamp::from_seconds(1_800_000_000);
        let told = |before: i64| days_ahead(end.minus(Lifetime::seconds(before)), end);
        assert_eq!(told(86_400), Some(1));
        assert_eq!(told(86_401), Some(7));
        assert_eq!(told(7 * 86_400), Some(7));
        assert_eq!(told(30 * 86_400), Some(30));
        // Told late, since no node ran at the time.
        assert_eq!(told(20 * 86_400), Some(30));
        assert_eq!(told(31 * 86_400), None);
    }
}
