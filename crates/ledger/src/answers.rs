//! Answers that were made for a person within this second, so that whoever asks again and again costs little.
//!
//! What is written about the person ends such an answer before the writing is answered, as with every other memory of a node. What
//! ends by itself ends such an answer too; words that only time changes otherwise, such as that something ends soon, may come a second late. What lives here: keeping answers. What may not: what they say, which the doors know.

use std::sync::{Arc, Weak};

use consentry_domain::{SubjectId, TenantId, Timestamp};
use quick_cache::{Weighter, sync::Cache};

use crate::{
    Ledger, TenantSnapshot,
    cache::{Moment, Moments},
};

/// Most memory for answers, in bytes.
const BYTES: u64 = 8 << 20;

/// An answer is about this large, in bytes.
const EACH: u64 = 16 << 10;

/// Whose answer, to which question.
type Key = (TenantId, SubjectId, Box<str>);

/// A part of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// What is told as it stands.
    Text(String),
    /// Where something belongs that is another each time, such as the bearer of a session; who asked knows what, by its number.
    Place(usize),
}

/// What was made.
#[derive(Debug, Clone)]
pub struct Made {
    /// The answer.
    pub pieces: Vec<Piece>,
    /// Whether it says something of other people too, whose changes do not end it. Then it is not kept.
    pub is_about_others: bool,
    /// From when on it is another one because of the time alone, where that counts to the microsecond; none: for this second it does not.
    pub until: Option<Timestamp>,
}

impl Made {
    /// An answer that is the same whoever asks, and says something of the person only.
    pub fn same_for_all(text: String, until: Option<Timestamp>) -> Self {
        Self {
            pieces: vec![Piece::Text(text)],
            is_about_others: false,
            until,
        }
    }
}

#[derive(Debug)]
pub(crate) struct Answers {
    kept: Cache<Key, Kept, Size>,
    moments: Moments,
}

#[derive(Debug, Clone)]
struct Kept {
    read_at: Moment,
    second: i64,
    until: Option<Timestamp>,
    /// With which configuration it was made. As long as this is held nothing else has its address.
    tenant: Weak<TenantSnapshot>,
    pieces: Arc<[Piece]>,
}

#[derive(Debug, Clone)]
struct Size;

impl Weighter<Key, Kept> for Size {
    fn weight(&self, key: &Key, kept: &Kept) -> u64 {
        let bytes = kept.pieces.iter().map(Piece::size).sum::<usize>() + key.2.len();
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }
}

impl Piece {
    /// What it takes in memory, in bytes.
    fn size(&self) -> usize {
        let text = match self {
            Self::Text(text) => text.len(),
            Self::Place(_) => 0,
        };
        size_of::<Self>() + text
    }
}

impl Default for Answers {
    fn default() -> Self {
        let entries = usize::try_from(BYTES / EACH).unwrap_or(usize::MAX);
        Self {
            kept: Cache::with_weighter(entries, BYTES, Size),
            moments: Moments::default(),
        }
    }
}

impl Answers {
    /// Something about this person was written.
    pub(crate) fn correct(&self, tenant: TenantId, person: SubjectId) {
        self.moments.correct(&(tenant, person));
    }

    /// Everything was written, for all that is known.
    pub(crate) fn correct_all(&self) {
        self.moments.correct_all();
        self.kept.clear();
    }
}

impl Ledger {
    /// The answer to a person's question: the one that was made within this second, if nothing about the person and nothing that is
    /// configured was written since, or the one that `make` makes now.
    pub async fn answer_of_this_second<E>(
        &self,
        tenant: &Arc<TenantSnapshot>,
        subject: SubjectId,
        question: &str,
        make: impl Future<Output = Result<Made, E>>,
    ) -> Result<Arc<[Piece]>, E> {
        let answers = &self.inner.answers;
        let (key, now) = ((tenant.id(), subject, Box::from(question)), self.now());
        let is_good = |kept: &Kept| {
            kept.second == now.as_seconds()
                && kept.until.is_none_or(|until| now < until)
                && Weak::as_ptr(&kept.tenant) == Arc::as_ptr(tenant)
                && answers
                    .moments
                    .is_unchanged_since(kept.read_at, &(tenant.id(), subject))
        };
        if let Some(kept) = answers.kept.get(&key).filter(is_good) {
            return Ok(kept.pieces);
        }
        let read_at = answers.moments.now();
        let made = make.await?;
        let pieces: Arc<[Piece]> = made.pieces.into();
        if !made.is_about_others {
            let kept = Kept {
                read_at,
                second: now.as_seconds(),
                until: made.until,
                tenant: Arc::downgrade(tenant),
                pieces: Arc::clone(&pieces),
            };
            answers.kept.insert(key, kept);
        }
        Ok(pieces)
    }
}
