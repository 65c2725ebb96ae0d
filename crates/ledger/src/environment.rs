//! Time and randomness, as arguments. Everything in the ledger asks these two; tests give their own.

use aws_lc_rs::rand;
use consentry_domain::{
    AgreementId, ConsentId, DecisionId, EventId, GrantId, RecordId, Shard, SubjectId, TenantId, Timestamp,
};

/// A source of the current time, UTC.
pub trait Clock: Send + Sync + 'static {
    /// The current moment.
    fn now(&self) -> Timestamp;
}

/// A source of unpredictable bytes.
pub trait Entropy: Send + Sync + 'static {
    /// Fills the buffer.
    fn fill(&self, buffer: &mut [u8]);
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the machine's clock"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(jiff::Timestamp::now().as_microsecond())
    }
}

/// The random source of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that draws randomness"
    )]
    fn fill(&self, buffer: &mut [u8]) {
        // Without randomness nothing here is safe to do, so the process must not go on.
        if rand::fill(buffer).is_err() {
            std::process::abort();
        }
    }
}

/// Draws ids and secrets.
pub trait Draw: Entropy {
    /// Some random bytes.
    fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
}

impl<E: Entropy + ?Sized> Draw for E {}

/// Makes ids: a moment, and random bits from the entropy source.
#[derive(Clone, Copy)]
pub struct Ids<'a> {
    /// The moment new ids are ordered by.
    pub now: Timestamp,
    /// Where random bits come from.
    pub entropy: &'a dyn Entropy,
}

impl std::fmt::Debug for Ids<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ids")
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

impl Ids<'_> {
    /// A new tenant.
    pub fn tenant(&self) -> TenantId {
        TenantId::new(self.now, self.random_shard(), self.entropy.bytes())
    }

    /// A new person, in a shard spread by random bits: it tells nothing about the person.
    pub fn subject(&self) -> SubjectId {
        SubjectId::new(self.now, self.random_shard(), self.entropy.bytes())
    }

    /// A new consent of a person.
    pub fn consent(&self, subject: SubjectId) -> ConsentId {
        ConsentId::new(self.now, subject.shard(), self.entropy.bytes())
    }

    /// A new record of a person.
    pub fn record(&self, subject: SubjectId) -> RecordId {
        RecordId::new(self.now, subject.shard(), self.entropy.bytes())
    }

    /// A new agreement of a person.
    pub fn agreement(&self, subject: SubjectId) -> AgreementId {
        AgreementId::new(self.now, subject.shard(), self.entropy.bytes())
    }

    /// A new grant of a person.
    pub fn grant(&self, subject: SubjectId) -> GrantId {
        GrantId::new(self.now, subject.shard(), self.entropy.bytes())
    }

    /// A new decision of a person.
    pub fn decision(&self, subject: SubjectId) -> DecisionId {
        DecisionId::new(self.now, subject.shard(), self.entropy.bytes())
    }

    /// A new event. Its `rand_a` bits are random, so that public leaves of one person cannot be tied together
    /// (enforcement-events-evidence 8.1).
    pub fn event(&self) -> EventId {
        EventId::new(self.now, self.random_shard(), self.entropy.bytes())
    }

    fn random_shard(&self) -> Shard {
        Shard::of_bytes(&self.entropy.bytes::<2>())
    }
}
