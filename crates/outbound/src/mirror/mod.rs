//! The mirror of each tenant's log in NATS JetStream (enforcement-events-evidence 4.4; EVT-31 to EVT-33).
//!
//! One node holds the mirror of a tenant. Every message names the number of the message that has to be before it, so that the server takes
//! them in the order of the log and each once, whoever else believes to hold it: where something is lost on the way, what was sent behind
//! it is refused, and the stream is asked anew where it ends. How far a mirror came is written down here only after the server said so; what
//! the stream has last counts more.

mod publishing;

use std::{sync::Arc, time::Duration};

use consentry_domain::{Lifetime, TenantId};
use consentry_egress::{NatsClient, NatsError, NatsSettings, StreamWish};
use consentry_ledger::{Fault, TenantSnapshot, jobs::Lease};

use crate::{Shared, TERM, pause};

/// Name of the work among a tenant's.
const WORK: (&str, &str) = ("lease", "nats");

/// How long the server knows the ids of messages.
const DUPLICATE_WINDOW: Duration = Duration::from_mins(10);

/// How long it takes at first until something that failed is tried again, and at last.
const AGAIN: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(30));

/// Where the mirror is and what it is called there.
#[derive(Debug, Clone)]
pub struct MirrorSettings {
    /// The servers.
    pub nats: NatsSettings,
    /// What subjects begin with; several parts with dots between them.
    pub prefix: String,
    /// How long messages are kept.
    pub max_age: Duration,
    /// On how many servers a stream is.
    pub replicas: usize,
}

/// A name that can be no part of a subject (EVT-33).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} {name:?} can be no part of a NATS subject; use the letters a to z, digits, _ and -")]
pub struct UnusableName {
    /// What it names.
    pub what: &'static str,
    /// The name.
    pub name: String,
}

/// The mirror of this node.
#[derive(Debug)]
pub struct Mirror {
    client: NatsClient,
    prefix: String,
    max_age: Duration,
    replicas: usize,
}

impl Mirror {
    /// Judges the settings. Connects to nobody yet.
    pub fn new(settings: MirrorSettings) -> Result<Self, MirrorError> {
        for part in settings.prefix.split('.') {
            usable("the prefix", part)?;
        }
        if !(1..=5).contains(&settings.replicas) {
            return Err(NatsError::Setup("replicas must be 1 to 5".to_owned()).into());
        }
        Ok(Self {
            client: NatsClient::new(settings.nats)?,
            prefix: settings.prefix,
            max_age: settings.max_age,
            replicas: settings.replicas,
        })
    }

    /// Whether a server is there and takes the account.
    pub async fn greet(&self) -> Result<(), MirrorError> {
        let _connection = self.client.connected().await?;
        Ok(())
    }

    /// Whether a tenant of this short name can be mirrored (EVT-33).
    pub fn check_tenant(slug: &str) -> Result<(), UnusableName> {
        usable("the tenant", slug)
    }

    fn stream(&self, slug: &str) -> StreamWish {
        StreamWish {
            name: format!("CONSENTRY_{}", slug.to_ascii_uppercase()),
            subjects: vec![format!("{}.{slug}.>", self.prefix)],
            max_age: self.max_age,
            duplicate_window: DUPLICATE_WINDOW,
            replicas: self.replicas,
        }
    }
}

/// Why there is no mirror.
#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    /// A name cannot be used.
    #[error(transparent)]
    Name(#[from] UnusableName),
    /// NATS did not do what it was asked.
    #[error(transparent)]
    Nats(#[from] NatsError),
    /// The ledger failed.
    #[error(transparent)]
    Ledger(#[from] Fault),
    /// The log cannot be followed.
    #[error("the log cannot be followed: {0}")]
    Feed(String),
}

fn usable(what: &'static str, name: &str) -> Result<(), UnusableName> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
    if !name.is_empty() && name.bytes().all(fits) {
        Ok(())
    } else {
        Err(UnusableName {
            what,
            name: name.to_owned(),
        })
    }
}

/// Why publishing stopped.
enum Stopped {
    /// The node stops, or the tenant is gone.
    Over,
    /// Another node holds the mirror.
    Elsewhere,
    /// All is well; the log has to be opened anew.
    Anew,
    /// Something failed.
    Failed(MirrorError),
}

impl From<NatsError> for Stopped {
    fn from(error: NatsError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Fault> for Stopped {
    fn from(error: Fault) -> Self {
        Self::Failed(error.into())
    }
}

impl From<MirrorError> for Stopped {
    fn from(error: MirrorError) -> Self {
        Self::Failed(error)
    }
}

/// What fails, and since how many attempts.
#[derive(Default)]
struct Trouble {
    attempts: u32,
    told: String,
}

impl Trouble {
    /// Says once what is wrong; answers how long to wait.
    fn note(&mut self, tenant: &str, error: &MirrorError) -> Duration {
        let text = error.to_string();
        // In the middle of work the end of the stream may be another for a moment; what goes wrong twice is something to know.
        let is_passing = self.attempts == 0 && matches!(error, MirrorError::Nats(NatsError::OtherEnd));
        if !is_passing && self.told != text {
            tracing::warn!(%error, tenant, "what happens cannot be mirrored in NATS; it is tried again, and nothing is lost");
            self.told = text;
        }
        self.attempts = self.attempts.saturating_add(1);
        let doublings = self.attempts.saturating_sub(1).min(10);
        AGAIN.0.saturating_mul(1 << doublings).min(AGAIN.1)
    }

    /// Says that all is well again, where something was not.
    fn over(&mut self, tenant: &str) {
        if !self.told.is_empty() {
            tracing::info!(tenant, "what happens is mirrored in NATS again");
        }
        *self = Self::default();
    }
}

/// Mirrors a tenant whenever this node holds its mirror, until the node stops or the tenant is gone.
pub(crate) async fn mirror(shared: Arc<Shared>, mirror: Arc<Mirror>, tenant: TenantId) {
    let mut stopping = shared.stopping.clone();
    let mut trouble = Trouble::default();
    loop {
        let directory = shared.ledger.directory();
        let Some(snapshot) = directory.tenant(tenant).cloned() else {
            return;
        };
        let mut time = shared.options.look_again;
        if let Err(error) = Mirror::check_tenant(&snapshot.tenant.slug) {
            time = trouble.note(&snapshot.tenant.slug, &error.into());
        } else {
            match shared
                .ledger
                .take_work(tenant, WORK, &shared.node, TERM, "0")
                .await
            {
                Ok(Some(lease)) => {
                    time = hold(&shared, &mirror, &snapshot, lease, &mut trouble).await;
                }
                Ok(None) => {}
                Err(error) => tracing::debug!(%error, "the mirror could not be taken; it is tried again"),
            }
        }
        if pause(&mut stopping, time).await {
            return;
        }
    }
}

/// Publishes until something is in the way, and lets go of the work, so that a node that reaches the server can go on; answers how long
/// this one waits.
async fn hold(
    shared: &Arc<Shared>,
    mirror: &Mirror,
    tenant: &Arc<TenantSnapshot>,
    lease: Lease,
    trouble: &mut Trouble,
) -> Duration {
    let slug = &tenant.tenant.slug;
    let mut place = Place { lease };
    let stopped = publishing::publish(shared, mirror, tenant, &mut place, trouble).await;
    let time = match stopped {
        Stopped::Over | Stopped::Anew => Duration::ZERO,
        Stopped::Elsewhere => {
            tracing::info!(tenant = %slug, "another node holds the mirror of a tenant now");
            return shared.options.look_again;
        }
        Stopped::Failed(error) => {
            shared.observer.mirror_failed(slug);
            trouble.note(slug, &error)
        }
    };
    let now = shared.ledger.now();
    if let Err(error) = shared.ledger.finish_work(&place.lease, now, None).await {
        tracing::debug!(%error, "the mirror could not be let go; others take it when the lease is over");
    }
    time
}

/// How far the mirror came, as it is written down.
struct Place {
    lease: Lease,
}

impl Place {
    /// Index of the event that comes next.
    fn index(&self) -> u64 {
        self.lease.detail().parse().unwrap_or(0)
    }

    /// Writes down how far it came, where it came farther or the work has to be kept.
    async fn reach(&mut self, shared: &Shared, index: u64, term: Lifetime) -> Result<(), Stopped> {
        let kept = shared
            .ledger
            .keep_work_at(&self.lease, term, index.to_string())
            .await
            .map_err(MirrorError::Ledger)?;
        self.lease = kept.ok_or(Stopped::Elsewhere)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evt_33_names_that_need_escaping_are_refused() {
        for name in ["harbor", "harbor-2", "a_b", "7"] {
            assert_eq!(Mirror::check_tenant(name), Ok(()), "{name}");
        }
        for name in ["", "Harbor", "har.bor", "a b", "a*", "a>", "a/b", "ä", "$sys"] {
            assert!(Mirror::check_tenant(name).is_err(), "{name}");
        }
    }

    #[test]
    fn what_fails_again_and_again_is_said_once_and_tried_less_often() {
        let mut trouble = Trouble::default();
        let error = MirrorError::Nats(NatsError::Silent);
        let times: Vec<Duration> = (0..12).map(|_| trouble.note("harbor", &error)).collect();
        assert_eq!((times[0], times[1]), (AGAIN.0, AGAIN.0 * 2));
        assert_eq!(times[11], AGAIN.1);
        trouble.over("harbor");
        assert_eq!(trouble.note("harbor", &error), AGAIN.0);
    }
}
