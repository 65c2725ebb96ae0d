//! Deciding about a batch in memory: its members are judged in order, and each sees what the earlier ones change. What is left
//! to write is the last state of each row.

use std::collections::{BTreeMap, HashMap};

use consentry_domain::{Shard, SubjectId, TenantId};
use consentry_store::{
    ChangeSet, CommitError, Expect, Hash, IdempotencyKey, LogHead, NewEvent, Receipt, Row, RowChange, RowKey,
    chain,
};

use crate::{
    columns::{Cell, Columns},
    fault::{Fault, Result},
    known::{Known, Place, Remembered, Standing, place},
};

pub(crate) type Answer = std::result::Result<Receipt, CommitError>;

/// Heads of the logs that a batch writes to.
pub(crate) type Heads = BTreeMap<TenantId, LogHead>;

/// What a batch comes to.
#[derive(Debug, Default)]
pub(crate) struct Decided<'a> {
    pub(crate) answers: Vec<Answer>,
    pub(crate) rows: Latest<'a>,
    pub(crate) events: Columns<'a>,
    pub(crate) filters: Columns<'a>,
    /// Heads that moved.
    pub(crate) heads: Heads,
    pub(crate) requests: BTreeMap<(TenantId, Hash), &'a IdempotencyKey>,
    /// People whose events say nothing any more.
    pub(crate) erased: Vec<(TenantId, SubjectId)>,
}

/// The last change of each row, in the order in which the rows were first touched.
#[derive(Debug, Default)]
pub(crate) struct Latest<'a> {
    index: HashMap<Place, usize>,
    changes: Vec<(TenantId, &'a RowChange)>,
}

impl<'a> Latest<'a> {
    fn set(&mut self, tenant: TenantId, key: &RowKey, change: &'a RowChange) {
        let next = self.changes.len();
        let at = *self.index.entry(place(tenant, key)).or_insert(next);
        match self.changes.get_mut(at) {
            Some(earlier) => *earlier = (tenant, change),
            None => self.changes.push((tenant, change)),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (TenantId, &'a RowChange)> {
        self.changes.iter().copied()
    }
}

/// Judges all members. `heads` holds the head of each tenant of the batch.
pub(crate) fn decide<'a>(
    changes: &'a [ChangeSet],
    mut known: Known,
    heads: &Heads,
) -> Result<(Decided<'a>, Known)> {
    let mut decided = Decided::default();
    for change in changes {
        let answer = match judge(&known, change) {
            Err(refusal) => Err(refusal),
            Ok(()) => Ok(accept(&mut decided, &mut known, heads, change)?),
        };
        decided.answers.push(answer);
    }
    Ok((decided, known))
}

fn judge(known: &Known, change: &ChangeSet) -> std::result::Result<(), CommitError> {
    if let Some(key) = &change.idempotency
        && let Some(remembered) = known.requests.get(&(change.tenant, key.key))
    {
        let remembered = remembered.as_ref().map_err(Clone::clone)?;
        if change.at < remembered.expires_at {
            return Err(CommitError::Duplicate {
                reference: remembered.reference.clone(),
                same_request: remembered.fingerprint == key.fingerprint,
            });
        }
    }
    for expect in &change.expect {
        let holds = match expect {
            Expect::Absent(key) => standing(known, change.tenant, key)?.is_none(),
            Expect::At(key, version) => {
                standing(known, change.tenant, key)?
                    .filter(|standing| is_there(key, standing))
                    .map(|standing| standing.version)
                    == Some(*version)
            }
            Expect::Unspent(hash, at) => standing(known, change.tenant, &RowKey::Token(*hash))?
                .and_then(|standing| standing.spendable_until)
                .is_some_and(|until| *at < until),
        };
        if !holds {
            return Err(match expect {
                Expect::Absent(_) => CommitError::Taken,
                Expect::At(..) => CommitError::Stale,
                Expect::Unspent(..) => CommitError::Spent,
            });
        }
    }
    // A record whose stored form cannot be read cannot be written over either: what it is found by would stay.
    for row in &change.rows {
        let key = match row {
            RowChange::Put(Row::Record(row)) => RowKey::Record(row.record.id.shard(), row.record.id),
            RowChange::Delete(key @ RowKey::Record(..)) => key.clone(),
            _ => continue,
        };
        standing(known, change.tenant, &key)?;
    }
    Ok(())
}

/// How a row stands now. A record is one wherever it lives; every other row has one possible place.
fn standing(
    known: &Known,
    tenant: TenantId,
    key: &RowKey,
) -> std::result::Result<Option<Standing>, CommitError> {
    match known.rows.get(&place(tenant, key)) {
        None => Ok(None),
        Some(Ok(standing)) => Ok(Some(*standing)),
        Some(Err(error)) => Err(CommitError::Store(error.clone())),
    }
}

/// Whether a row is where its key says: a record may live in another shard.
fn is_there(key: &RowKey, standing: &Standing) -> bool {
    match key {
        RowKey::Record(shard, _) => standing.shard == Some(*shard),
        _ => true,
    }
}

fn accept<'a>(
    decided: &mut Decided<'a>,
    known: &mut Known,
    heads: &Heads,
    change: &'a ChangeSet,
) -> Result<Receipt> {
    let receipt = append(decided, heads, change)?;
    for row in &change.rows {
        match row {
            RowChange::Put(put) => {
                let key = put.key();
                decided.rows.set(change.tenant, &key, row);
                known.rows.insert(place(change.tenant, &key), Ok(after(put)));
            }
            RowChange::Delete(key) => {
                let here = place(change.tenant, key);
                // Of a record, only the one in the shard that is named.
                let elsewhere = matches!(key, RowKey::Record(..))
                    && !matches!(known.rows.get(&here), Some(Ok(standing)) if is_there(key, standing));
                if !elsewhere {
                    decided.rows.set(change.tenant, key, row);
                    known.rows.remove(&here);
                }
            }
            RowChange::EraseEvents(subject) => decided.erased.push((change.tenant, *subject)),
        }
    }
    if let Some(key) = &change.idempotency {
        let request = (change.tenant, key.key);
        known.requests.insert(request, Ok(Remembered::from(key)));
        decided.requests.insert(request, key);
    }
    Ok(receipt)
}

/// How a row stands once it is written.
fn after(row: &Row) -> Standing {
    let spendable_until = match row {
        Row::Token(token) if token.consumed_at.is_none() && token.revoked_at.is_none() => {
            Some(token.expires_at)
        }
        _ => None,
    };
    Standing {
        version: row.version(),
        shard: match row {
            Row::Record(row) => Some(row.record.subject.shard()),
            _ => None,
        },
        spendable_until,
    }
}

fn append<'a>(decided: &mut Decided<'a>, heads: &Heads, change: &'a ChangeSet) -> Result<Receipt> {
    if change.events.is_empty() {
        return Ok(Receipt {
            first_index: None,
            events: 0,
        });
    }
    let events =
        u32::try_from(change.events.len()).map_err(|_| Fault::driver("too many events in one change set"))?;
    let tenant = change.tenant;
    let mut head = decided
        .heads
        .get(&tenant)
        .or_else(|| heads.get(&tenant))
        .copied()
        .ok_or_else(|| Fault::driver("the head of a log is not known"))?;
    let first_index = head.size;
    for event in &change.events {
        let NewEvent {
            id,
            kind,
            at,
            leaf,
            sealed,
            salt,
            filter,
        } = event;
        head.chain = chain::next(&head.chain, &chain::leaf_hash(leaf));
        decided.events.push([
            Cell::id(tenant.uuid()),
            Cell::count(head.size)?,
            Cell::id(id.uuid()),
            Cell::text(kind),
            Cell::time(*at),
            Cell::bytes(leaf),
            Cell::bytes(sealed),
            Cell::optional_bytes(salt.as_ref().map(|salt| salt.as_bytes().as_slice())),
            Cell::owned_hash(&head.chain),
        ]);
        decided.filters.push([
            Cell::id(tenant.uuid()),
            Cell::count(head.size)?,
            Cell::Small(
                filter
                    .subject
                    .map(|_| filter.shard())
                    .map(Shard::number)
                    .map(i32::from),
            ),
            Cell::Id(filter.subject.map(consentry_domain::SubjectId::uuid)),
            Cell::text(filter.door.as_str()),
            Cell::optional_text(filter.party.as_deref()),
            Cell::optional_text(
                filter
                    .definition
                    .as_ref()
                    .map(consentry_domain::DefinitionKey::as_str),
            ),
        ]);
        head.size += 1;
    }
    decided.heads.insert(tenant, head);
    Ok(Receipt {
        first_index: Some(first_index),
        events,
    })
}
