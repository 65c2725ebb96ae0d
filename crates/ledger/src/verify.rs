//! Replaying the log against the rows (LOG-04, LOG-05): chain, leaves, commitments, projections.

use std::collections::BTreeMap;

use consentry_domain::{RecordId, Touched, apply::apply, record::Record};
use consentry_store::{EventRow, TouchedRows, chain};
use serde_json::Value;

use crate::{
    Ledger, TenantSnapshot,
    error::Fault,
    events::Body,
    opaque::base64url,
    sealing::{self, Key},
};

/// Events read at a time.
const PAGE: u32 = 1_000;

/// What the check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Everything agrees.
    Sound {
        /// Number of events.
        events: u64,
        /// Number of bodies whose key is destroyed.
        unreadable: u64,
    },
    /// The first thing that does not agree.
    Broken {
        /// Index of the event; the size of the log when the rows differ from all events together.
        index: u64,
        /// What does not agree.
        what: String,
    },
}

impl Ledger {
    /// Checks a tenant's log: dense indexes, hash chain, each leaf's commitment against its body, and that replaying all bodies
    /// gives the stored consents, slots, agreements and records. Nothing may be written meanwhile.
    pub async fn verify(&self, tenant: &TenantSnapshot) -> Result<Verdict, Fault> {
        let head = self.inner.store.log_head(tenant.id()).await?;
        let mut chain = chain::start(0);
        let mut replayed = Touched::default();
        let mut unreadable = 0;
        let mut index = 0;
        while index < head.size {
            let page = self.inner.store.events(tenant.id(), index, PAGE).await?;
            if page.is_empty() {
                return Ok(broken(index, "the event is missing"));
            }
            for event in page {
                if event.index != index {
                    return Ok(broken(index, "the event is missing"));
                }
                chain = chain::next(&chain, &chain::leaf_hash(&event.leaf));
                if chain != event.chain {
                    return Ok(broken(index, "the chain value does not follow from the leaf"));
                }
                match self.body(tenant, &event).await? {
                    Opened::Body(body) => {
                        if let Body {
                            happened: Some(fact), ..
                        } = *body
                        {
                            apply(&mut replayed, &fact);
                        }
                    }
                    Opened::Public(_) => {}
                    Opened::Erased => unreadable += 1,
                    Opened::Wrong(what) => return Ok(broken(index, what)),
                }
                index += 1;
            }
        }
        if chain != head.chain {
            return Ok(broken(
                head.size,
                "the head of the log is not the chain value of its last event",
            ));
        }
        let stored = self.inner.store.projection(tenant.id()).await?;
        // Erased bodies cannot be replayed, so rows can only be compared where everything could be read.
        if unreadable == 0
            && let Some(what) = difference(&replayed, &stored)
        {
            return Ok(broken(head.size, &what));
        }
        Ok(Verdict::Sound {
            events: head.size,
            unreadable,
        })
    }

    /// Damage of the database below what its rows say, in the engine's words; none where nothing was found.
    pub async fn damage(&self) -> Result<Option<String>, Fault> {
        Ok(self.inner.store.damage().await?)
    }

    /// What an event says, if that can still be known.
    pub(crate) async fn body(&self, tenant: &TenantSnapshot, event: &EventRow) -> Result<Opened, Fault> {
        let Some(sealed) = &event.sealed else {
            return Ok(Opened::Erased);
        };
        if let Some(salt) = &event.salt {
            let fits = commits(event, &sealing::commitment(salt, sealed));
            if !fits {
                return Ok(Opened::Wrong("the leaf does not commit to the body"));
            }
            return Ok(match serde_json::from_slice(sealed) {
                Ok(body) => Opened::Public(body),
                Err(_) => Opened::Wrong("the body cannot be read"),
            });
        }
        let Some(subject) = event.subject else {
            return Ok(Opened::Erased);
        };
        let Some(key) = self.subject_key(tenant, subject).await? else {
            return Ok(Opened::Erased);
        };
        Ok(open(event, sealed, &key))
    }
}

/// An event's body, opened.
pub(crate) enum Opened {
    /// About a person.
    Body(Box<Body>),
    /// About nobody.
    Public(Value),
    /// Its key is destroyed.
    Erased,
    /// It is not what its leaf commits to, and why.
    Wrong(&'static str),
}

fn open(event: &EventRow, sealed: &[u8], key: &Key) -> Opened {
    let Ok(plain) = sealing::open_body(key, event.id, sealed) else {
        return Opened::Wrong("the body does not open with the subject's key");
    };
    if !commits(
        event,
        &sealing::commitment(&sealing::event_salt(key, event.id), &plain),
    ) {
        return Opened::Wrong("the leaf does not commit to the body");
    }
    match serde_json::from_slice(&plain) {
        Ok(body) => Opened::Body(Box::new(body)),
        Err(_) => Opened::Wrong("the body cannot be read"),
    }
}

fn commits(event: &EventRow, commitment: &consentry_store::Hash) -> bool {
    let Ok(leaf) = serde_json::from_slice::<Value>(&event.leaf) else {
        return false;
    };
    leaf["c"] == format!("sha256:{}", base64url(commitment.as_bytes()))
        && leaf["event"] == event.id.to_string()
        && leaf["type"] == event.kind.as_str()
        && leaf["at"] == event.at.to_rfc3339()
}

fn difference(replayed: &Touched, stored: &TouchedRows) -> Option<String> {
    let records: BTreeMap<RecordId, &Record> = stored
        .records
        .iter()
        .map(|(id, row)| (*id, &row.record))
        .collect();
    let named = |what: &str, id: String| Some(format!("{what} {id} differs from its events"));
    if let Some(id) = first_difference(&replayed.consents, &stored.touched.consents) {
        return named("consent", id.to_string());
    }
    if let Some(slot) = first_difference(&replayed.slots, &stored.touched.slots) {
        return named("slot", format!("{} {}", slot.definition, slot.audience.text()));
    }
    if let Some(id) = first_difference(&replayed.agreements, &stored.touched.agreements) {
        return named("agreement", id.to_string());
    }
    let replayed: BTreeMap<RecordId, &Record> = replayed
        .records
        .iter()
        .map(|(id, record)| (*id, record))
        .collect();
    first_difference(&replayed, &records).and_then(|id| named("record", id.to_string()))
}

fn first_difference<'a, K: Ord, V: PartialEq>(
    one: &'a BTreeMap<K, V>,
    other: &'a BTreeMap<K, V>,
) -> Option<&'a K> {
    let differs = |key: &&K| one.get(key) != other.get(key);
    one.keys().find(differs).or_else(|| other.keys().find(differs))
}

fn broken(index: u64, what: &str) -> Verdict {
    Verdict::Broken {
        index,
        what: what.to_owned(),
    }
}
