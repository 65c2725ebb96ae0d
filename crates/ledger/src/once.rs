//! A request that may come again, and is carried out once (enforcement-events-evidence 1.4).
//!
//! What lives here: recognising a request by the key its sender gave it, and remembering what it led to in the very commit that
//! carries it out, so that a restart or another node changes nothing. What is remembered is what the request led to, by reference;
//! never an answer, which may hold what somebody has the right to have erased. What may not: headers and answers.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use consentry_domain::{Lifetime, TenantId};
use consentry_store::{ChangeSet, CommitError, Hash, IdempotencyKey, Receipt};

use crate::{Ledger, TenantSnapshot, error::Fault};

/// How long a request is remembered where nobody says, least and most (COM-08).
pub const REMEMBERED: [Lifetime; 3] = [Lifetime::days(1), Lifetime::minutes(60), Lifetime::days(7)];

/// A request as its sender names it.
#[derive(Debug, Clone, Copy)]
pub struct KeyedRequest<'a> {
    /// Who sends it; the same key of another sender is another request.
    pub caller: &'a str,
    /// The sender's key for it.
    pub key: &'a str,
    /// Method, path and query, and body: what it asks for.
    pub content: [&'a [u8]; 3],
}

/// What a request led to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Whether it made something that was not there before.
    pub is_new: bool,
    /// What it made, by its id, where its address does not say so already.
    pub made: Option<String>,
}

/// How a request with a key begins.
#[derive(Debug)]
pub enum Begun {
    /// Nobody knows it: it is to be carried out.
    First(Running),
    /// It was carried out before.
    Repeated(Outcome),
    /// The key was used for something else.
    OtherRequest,
    /// It is being carried out at this moment.
    InProgress,
}

/// How a request with a key ends.
#[derive(Debug, PartialEq, Eq)]
pub enum Ended {
    /// With what was just done.
    Own,
    /// Somebody was faster with the same request, maybe at another node.
    Repeated(Outcome),
    /// Somebody was faster and used the key for something else.
    OtherRequest,
}

/// The memory that a handle to the ledger writes with what it carries out.
#[derive(Debug)]
pub(crate) struct Memory {
    key: Hash,
    fingerprint: Hash,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    outcome: Outcome,
    is_written: bool,
}

/// Requests that this node is carrying out.
#[derive(Debug, Default)]
pub(crate) struct InProgress {
    requests: Mutex<HashSet<(TenantId, Hash)>>,
}

/// A request that is being carried out; what it does goes through [`Running::ledger`]. When it is dropped, the request may come again.
#[derive(Debug)]
pub struct Running {
    ledger: Ledger,
    tenant: TenantId,
    memory: Arc<Memory>,
}

impl Drop for Running {
    fn drop(&mut self) {
        let requests = &self.ledger.inner.in_progress.requests;
        let mut requests = requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.remove(&(self.tenant, self.memory.key));
    }
}

impl Ledger {
    /// Looks whether a request was carried out before; where not, it may be carried out now.
    pub async fn begin_once(
        &self,
        tenant: &TenantSnapshot,
        request: &KeyedRequest<'_>,
    ) -> Result<Begun, Fault> {
        let key = tenant
            .keys
            .request(&[b"key", request.key.as_bytes(), request.caller.as_bytes()]);
        let [method, address, body] = request.content;
        let fingerprint = tenant.keys.request(&[b"fingerprint", method, address, body]);
        {
            let requests = &self.inner.in_progress.requests;
            let mut requests = requests.lock().unwrap_or_else(PoisonError::into_inner);
            if !requests.insert((tenant.id(), key)) {
                return Ok(Begun::InProgress);
            }
        }
        let memory = Arc::new(Memory {
            key,
            fingerprint,
            state: Mutex::default(),
        });
        let running = Running {
            ledger: Self {
                inner: Arc::clone(&self.inner),
                memory: Some(Arc::clone(&memory)),
            },
            tenant: tenant.id(),
            memory,
        };
        Ok(match running.recall().await? {
            None => Begun::First(running),
            Some(Ended::Repeated(outcome)) => Begun::Repeated(outcome),
            Some(_) => Begun::OtherRequest,
        })
    }

    /// Says what the request of this handle leads to, before that is committed. Where it has no key, nobody hears it.
    pub fn leads_to(&self, outcome: Outcome) {
        if let Some(memory) = &self.memory {
            memory.state().outcome = outcome;
        }
    }

    /// Commits what the request of this handle asks for, with the memory of the request where it has a key.
    pub(crate) async fn commit_asked(&self, mut change: ChangeSet) -> Result<Receipt, CommitError> {
        let Some(memory) = &self.memory else {
            return self.commit(change).await;
        };
        change.idempotency = memory.to_write(&change, self.inner.remembered);
        let receipt = self.commit(change).await?;
        memory.state().is_written = true;
        Ok(receipt)
    }
}

impl Memory {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// None where it was written already: a request that changes several things is remembered with the first.
    fn to_write(&self, change: &ChangeSet, remembered: Lifetime) -> Option<IdempotencyKey> {
        let state = self.state();
        (!state.is_written).then(|| IdempotencyKey {
            key: self.key,
            fingerprint: self.fingerprint,
            reference: state.outcome.reference(),
            expires_at: change.at.plus(remembered),
        })
    }
}

impl Running {
    /// The ledger through which the request is carried out.
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Ends it. What succeeded without changing anything is remembered now; what failed while somebody else carried out the same ends
    /// as theirs did.
    pub async fn end(self, is_success: bool) -> Result<Ended, Fault> {
        if self.memory.state().is_written {
            return Ok(Ended::Own);
        }
        if !is_success {
            return Ok(self.recall().await?.unwrap_or(Ended::Own));
        }
        let change = ChangeSet::new(self.tenant, self.ledger.now());
        match self.ledger.commit_asked(change).await {
            Ok(_receipt) => Ok(Ended::Own),
            Err(CommitError::Duplicate {
                reference,
                same_request,
            }) => Ok(ended(&reference, same_request)),
            Err(error) => Err(error.into()),
        }
    }

    async fn recall(&self) -> Result<Option<Ended>, Fault> {
        let Memory { key, fingerprint, .. } = *self.memory.as_ref();
        let store = &self.ledger.inner.store;
        let known = store.remembered(self.tenant, key, self.ledger.now()).await?;
        Ok(known.map(|known| ended(&known.reference, known.fingerprint == fingerprint)))
    }
}

fn ended(reference: &str, same_request: bool) -> Ended {
    if same_request {
        Ended::Repeated(Outcome::read(reference))
    } else {
        Ended::OtherRequest
    }
}

/// What stands before a reference to something that was made.
const MADE: &str = "made";

impl Outcome {
    /// That something new was made, with its id.
    pub fn made(id: impl Into<String>) -> Self {
        Self {
            is_new: true,
            made: Some(id.into()),
        }
    }

    fn reference(&self) -> String {
        match (self.is_new, &self.made) {
            (false, _) => String::new(),
            (true, None) => MADE.to_owned(),
            (true, Some(id)) => format!("{MADE} {id}"),
        }
    }

    fn read(reference: &str) -> Self {
        Self {
            is_new: reference.starts_with(MADE),
            made: reference.split_once(' ').map(|(_, id)| id.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use consentry_domain::{Shard, Timestamp};

    use super::*;

    #[test]
    fn com_08_a_request_is_remembered_for_as_long_as_the_operator_says() {
        let [usual, least, most] = REMEMBERED;
        let hours = [usual, least, most].map(|time| time.as_seconds() / 3_600);
        assert_eq!(hours, [24, 1, 168]);
        let at = Timestamp::from_seconds(1_800_000_000);
        let change = ChangeSet::new(TenantId::new(at, Shard::new(1), [1; 8]), at);
        for remembered in REMEMBERED {
            let memory = Memory {
                key: Hash::new([1; 32]),
                fingerprint: Hash::new([2; 32]),
                state: Mutex::default(),
            };
            let written = memory.to_write(&change, remembered).unwrap();
            assert_eq!(written.expires_at, at.plus(remembered));
        }
    }

    #[test]
    fn com_08_what_came_of_it_is_read_as_it_was_written() {
        for (is_new, made) in [(false, None), (true, None), (true, Some("an id".to_owned()))] {
            let outcome = Outcome { is_new, made };
            assert_eq!(Outcome::read(&outcome.reference()), outcome);
        }
    }
}
