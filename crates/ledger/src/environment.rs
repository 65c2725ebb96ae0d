//! Time and randomness, as arguments. Everything in the ledger asks these two; tests give their own.

use std::cell::RefCell;

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

/// The random source of the operating system, behind the generator of aws-lc that it seeds.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        DRAWN.with_borrow_mut(|drawn| drawn.fill(buffer));
    }
}

/// Bytes drawn at a time: a decision wants a dozen ids and nonces, and what a draw costs is the drawing.
const PIECE: usize = 256;

thread_local! {
    static DRAWN: RefCell<Drawn> = const { RefCell::new(Drawn { bytes: [0; PIECE], next: PIECE }) };
}

/// What was drawn and not used yet. Each byte is handed out once and wiped here.
struct Drawn {
    bytes: [u8; PIECE],
    next: usize,
}

impl Drawn {
    fn fill(&mut self, buffer: &mut [u8]) {
        if buffer.len() > PIECE / 4 {
            return draw(buffer);
        }
        if PIECE - self.next < buffer.len() {
            draw(&mut self.bytes);
            self.next = 0;
        }
        for (byte, drawn) in buffer.iter_mut().zip(self.bytes.iter_mut().skip(self.next)) {
            *byte = std::mem::take(drawn);
        }
        self.next += buffer.len();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that draws randomness"
)]
fn draw(buffer: &mut [u8]) {
    // Without randomness nothing here is safe to do, so the process must not go on.
    if rand::fill(buffer).is_err() {
        std::process::abort();
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Draw as _, Drawn, PIECE, SystemEntropy};

    #[test]
    fn what_is_drawn_is_handed_out_once_and_wiped() {
        let mut drawn = Drawn {
            bytes: std::array::from_fn(|position| u8::try_from(position).unwrap_or_default()),
            next: 0,
        };
        let mut out = [0; 16];
        drawn.fill(&mut out);
        assert_eq!(
            out,
            std::array::from_fn(|position| u8::try_from(position).unwrap())
        );
        drawn.fill(&mut out);
        assert_eq!(out[0], 16);
        assert!(drawn.bytes[..32].iter().all(|byte| *byte == 0));
        assert_eq!(drawn.bytes[32], 32);
    }

    #[test]
    fn no_two_draws_are_alike_whatever_their_sizes() {
        let (mut small, mut large) = (HashSet::new(), HashSet::new());
        for _ in 0..4 * PIECE {
            assert!(small.insert(SystemEntropy.bytes::<13>()));
            assert!(large.insert(SystemEntropy.bytes::<100>()));
        }
    }
}
