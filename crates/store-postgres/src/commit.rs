//! Committing a batch: one transaction, one sync, two ways there and back; each change set succeeds or fails alone.
//!
//! The first way takes the logs of the batch's tenants, which is where nodes meet, and asks for everything the batch has to know.
//! Each statement sees what was committed before it began, so what is asked after a log was taken is what the last holder left.
//! The batch is then decided in memory, and the second way writes what is left and commits.

use std::collections::{BTreeSet, VecDeque};

use consentry_domain::TenantId;
use consentry_store::{ChangeSet, CommitError, LogHead, StoreError, chain, stored::Cells as _};
use tokio_postgres::{Row, types::ToSql};
use uuid::Uuid;

use crate::{
    cells::Cells,
    decide::{Answer, Heads, decide},
    fault::{Fault, Kind, Result},
    known::Questions,
    link::{Link, Live, Mark},
    patience::Patience,
    pipeline::in_order,
    put::Writes,
    reads::STREAM,
    statements as sql,
    tail::{self, Note},
};

/// How often a batch is tried that stood in another one's way.
const ATTEMPTS: u32 = 6;

/// Commits a batch in order. When the driver refuses for a reason that lies in one of the change sets, the batch is split in
/// halves until that one stands alone, so that it takes no other down.
pub(crate) async fn batch(link: &mut Link, changes: &[ChangeSet], patience: Patience) -> Vec<Answer> {
    let mut answers = Vec::with_capacity(changes.len());
    let mut parts = VecDeque::from([changes]);
    while let Some(part) = parts.pop_front() {
        if part.is_empty() {
            continue;
        }
        match whole(link, part, patience).await {
            Ok(part) => answers.extend(part),
            Err(fault) if fault.may_be_one_member() && part.len() > 1 => {
                tracing::warn!(error = %fault.error, changes = part.len(), "a batch is tried again in halves");
                let (first, second) = part.split_at(part.len() / 2);
                parts.push_front(second);
                parts.push_front(first);
            }
            Err(fault) => {
                tracing::warn!(error = %fault.error, changes = part.len(), "a batch was not committed");
                answers.extend(part.iter().map(|_| Err(CommitError::Store(fault.error.clone()))));
            }
        }
    }
    answers
}

/// Commits a batch as a whole, again where it stood in another one's way or where the connection was cut before it was committed.
async fn whole(link: &mut Link, changes: &[ChangeSet], patience: Patience) -> Result<Vec<Answer>> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        link.live(patience).await?;
        let fault = match attempt(link, changes).await {
            Ok(answers) => return Ok(answers),
            Err(Failed { fault, unknown }) => {
                if let Some((mark, answers)) = unknown
                    && matches!(fault.kind, Kind::Lost | Kind::Hung)
                {
                    link.cut();
                    tracing::warn!(error = %fault.error, "the connection was cut while committing");
                    if link.was_committed(&mark).await? {
                        return Ok(answers);
                    }
                }
                fault
            }
        };
        match fault.kind {
            Kind::Conflict if attempts < ATTEMPTS => give_up(link).await,
            Kind::Lost | Kind::Hung => {
                link.cut();
                // A connection that died while nobody used it is found out here; that is no reason to refuse.
                if attempts > 1 && patience.is_over() {
                    return Err(fault);
                }
            }
            _ => {
                give_up(link).await;
                return Err(fault);
            }
        }
    }
}

/// Rolls back what may be open.
async fn give_up(link: &mut Link) {
    let limit = link.answer_within();
    let Ok(live) = link.live(Patience::none()).await else {
        return;
    };
    let told = tokio::time::timeout(limit, live.tell(sql::ROLLBACK)).await;
    if !matches!(told, Ok(Ok(_))) {
        link.cut();
    }
}

/// A batch that was not committed, or of which it is not known.
struct Failed {
    fault: Fault,
    /// With what the answers are if it was.
    unknown: Option<(Mark, Vec<Answer>)>,
}

impl From<Fault> for Failed {
    fn from(fault: Fault) -> Self {
        Self { fault, unknown: None }
    }
}

async fn attempt(link: &mut Link, changes: &[ChangeSet]) -> std::result::Result<Vec<Answer>, Failed> {
    let limit = link.answer_within();
    let mark = link.next_mark();
    let live = link.live(Patience::none()).await?;
    let tenants: BTreeSet<TenantId> = changes.iter().map(|change| change.tenant).collect();
    let questions = Questions::of(changes);
    let opening = tokio::time::timeout(limit, open(live, &tenants, &questions));
    let (heads, answers) = opening.await.unwrap_or_else(|_| Err(Fault::hung()))?;
    let known = questions.read(&answers)?;
    let (mut decided, known) = decide(changes, known, &heads)?;
    let writes = Writes::of(&mut decided, &known)?;
    let answers = std::mem::take(&mut decided.answers);
    let mark = mark.filter(|_| !writes.is_empty());
    let notes = tail::notes(changes, &answers);
    let closing = tokio::time::timeout(limit, close(live, writes, mark.as_ref(), &notes));
    match closing.await.unwrap_or_else(|_| Err(Fault::hung())) {
        Ok(()) => {
            live.logs.extend(tenants);
            Ok(answers)
        }
        Err(fault) => Err(Failed {
            fault,
            unknown: mark.map(|mark| (mark, answers)),
        }),
    }
}

/// The first way: begins the transaction, takes the logs, asks the questions.
async fn open(
    live: &mut Live,
    tenants: &BTreeSet<TenantId>,
    questions: &Questions<'_>,
) -> Result<(Heads, Vec<Vec<Row>>)> {
    let ids: Vec<Uuid> = tenants.iter().map(|tenant| tenant.uuid()).collect();
    let new: Vec<Uuid> = tenants
        .iter()
        .filter(|tenant| !live.logs.contains(tenant))
        .map(|tenant| tenant.uuid())
        .collect();
    let start = chain::start(STREAM);
    let start = start.as_bytes().as_slice();
    let statements = questions.statements();
    live.prepare(
        statements
            .iter()
            .map(|(statement, _)| *statement)
            .chain([sql::LOG_BEGIN, sql::LOG_LOCK]),
    )
    .await?;
    let live = &*live;
    let begin: [&(dyn ToSql + Sync); 2] = [&new, &start];
    let lock: [&(dyn ToSql + Sync); 1] = [&ids];
    let mut asked = vec![live.tell(sql::BEGIN)];
    if !new.is_empty() {
        asked.push(live.ask(sql::LOG_BEGIN, &begin));
    }
    asked.push(live.ask(sql::LOG_LOCK, &lock));
    let before = asked.len();
    for (statement, columns) in &statements {
        asked.push(live.ask_with(statement, columns));
    }
    let mut answers = all_or_first_fault(in_order(asked).await)?;
    let found = answers.split_off(before);
    let mut heads = Heads::new();
    for row in answers.iter().flatten() {
        let mut cells = Cells::new(row, "tenant_log", 1);
        heads.insert(
            cells.id("tenant", TenantId::from_uuid)?,
            LogHead {
                size: cells.number("size")?,
                chain: cells.hash("chain")?,
            },
        );
    }
    if heads.len() != tenants.len() {
        return Err(Fault::lost("a log that was there is gone"));
    }
    Ok((heads, found))
}

/// The second way: writes, and commits.
async fn close(live: &mut Live, writes: Writes<'_>, mark: Option<&Mark>, notes: &[Note]) -> Result<()> {
    let statements: Vec<_> = writes.into_statements().collect();
    live.prepare(
        statements
            .iter()
            .map(|(statement, _)| *statement)
            .chain([sql::MARK, sql::STALE_NOTE]),
    )
    .await?;
    let live = &*live;
    let note = mark.map(Mark::params);
    let stale: Vec<_> = mark
        .into_iter()
        .flat_map(|mark| notes.iter().map(|note| note.params(mark.writer())))
        .collect();
    let mut asked: Vec<_> = statements
        .iter()
        .map(|(statement, columns)| live.ask_with(statement, columns))
        .collect();
    asked.extend(note.as_ref().map(|note| live.ask(sql::MARK, note)));
    asked.extend(stale.iter().map(|stale| live.ask(sql::STALE_NOTE, stale)));
    asked.push(live.tell(sql::COMMIT));
    all_or_first_fault(in_order(asked).await).map(|_| ())
}

/// The answers, or the fault that began it: after one statement failed, every other one of the transaction does.
fn all_or_first_fault(answers: Vec<Result<Vec<Row>>>) -> Result<Vec<Vec<Row>>> {
    let mut all = Vec::with_capacity(answers.len());
    let mut aborted = None;
    for answer in answers {
        match answer {
            Ok(rows) => all.push(rows),
            Err(fault) if fault.kind == Kind::Aborted => aborted = aborted.or(Some(fault)),
            Err(fault) => return Err(fault),
        }
    }
    aborted.map_or(Ok(all), Err)
}

/// Removes what was over before `before`, while the tenant's log is held, so that no batch writes to it meanwhile.
pub(crate) async fn prune(
    link: &mut Link,
    tenant: TenantId,
    before: consentry_domain::Timestamp,
    limit: u32,
    patience: Patience,
) -> Result<u64> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let within = link.answer_within();
        let live = link.live(patience).await?;
        let pruning = tokio::time::timeout(within, prune_once(live, tenant, before, limit));
        let fault = match pruning.await.unwrap_or_else(|_| Err(Fault::hung())) {
            Ok(gone) => return Ok(gone),
            Err(fault) => fault,
        };
        match fault.kind {
            Kind::Conflict if attempts < ATTEMPTS => give_up(link).await,
            // Whether it was committed or not: what is over is over, and the next time removes what is left.
            Kind::Lost | Kind::Hung if attempts == 1 || !patience.is_over() => link.cut(),
            Kind::Lost | Kind::Hung => {
                link.cut();
                return Err(fault);
            }
            _ => {
                give_up(link).await;
                return Err(fault);
            }
        }
    }
}

async fn prune_once(
    live: &mut Live,
    tenant: TenantId,
    before: consentry_domain::Timestamp,
    limit: u32,
) -> Result<u64> {
    const STATEMENTS: [&str; 3] = [sql::TOKENS_PRUNE, sql::INTERACTIONS_PRUNE, sql::REMEMBERED_PRUNE];
    live.prepare(STATEMENTS.into_iter().chain([sql::LOG_LOCK]))
        .await?;
    live.tell(sql::BEGIN).await?;
    // How much is to go decides how it is best found.
    live.tell(sql::PLAN_FOR_VALUES).await?;
    let (tenants, before) = ([tenant.uuid()].to_vec(), before.as_micros());
    live.ask(sql::LOG_LOCK, &[&tenants]).await?;
    let limit = u64::from(limit);
    let mut gone = 0;
    for statement in STATEMENTS {
        let left = i64::try_from(limit - gone).unwrap_or(i64::MAX);
        let removed = live.count(statement, &[&tenants[0], &before, &left]).await?;
        gone += removed.min(limit - gone);
    }
    live.tell(sql::STALE_PRUNE).await?;
    live.tell(sql::COMMIT).await?;
    Ok(gone)
}

/// Writes a mark, which is what every batch does last before it commits.
pub(crate) async fn ready(link: &mut Link, patience: Patience) -> Result<()> {
    let mut attempts = 0;
    loop {
        attempts += 1;
        let within = link.answer_within();
        link.live(patience).await?;
        let Some(mark) = link.next_mark() else {
            return Err(Fault::from(StoreError::Unavailable(
                "there is no connection to the database".to_owned(),
            )));
        };
        let live = link.live(patience).await?;
        let writing = tokio::time::timeout(within, async {
            live.prepare([sql::MARK]).await?;
            live.ask(sql::MARK, &mark.params()).await
        });
        match writing.await.unwrap_or_else(|_| Err(Fault::hung())) {
            Ok(_) => return Ok(()),
            Err(fault) => {
                link.cut();
                if attempts > 1 || !matches!(fault.kind, Kind::Lost | Kind::Conflict) {
                    return Err(fault);
                }
            }
        }
    }
}
