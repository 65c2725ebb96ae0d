//! Pictures of those who ask, fetched now and then (third-party-authorization A.2 `logo_uri`; RFC 7591 5).
//!
//! What lives here: when an address is looked at, and what an answer of it means. What may not: whose picture it is, which the ledger
//! knows, and anything that a page waits for.

mod picture;

use std::{fmt, time::Duration};

use consentry_domain::{Lifetime, TenantId};
use consentry_egress::{Egress, EgressError};
use consentry_ledger::{Fault, logos::LogoWork};
use http::{HeaderValue, StatusCode, header};
use tokio::task::JoinSet;

use crate::{Shared, stops};
use picture::Unusable;

/// How long a picture that was found is not looked at again.
const AGAIN: Lifetime = Lifetime::days(1);

/// How long one that was not found is not looked at again, for the first time; it doubles up to [`AGAIN`].
const AFTER_FAILURE: Lifetime = Lifetime::minutes(1);

/// How long somebody's server may take.
const DEADLINE: Duration = Duration::from_secs(10);

/// How many bytes somebody's server may send.
const LONGEST: usize = 1024 * 1024;

/// How many are fetched at a time.
const AT_A_TIME: usize = 4;

/// How often that goes on within one round: all of them together end before another node takes this one for dead.
const BATCHES: usize = 20;

/// How long a node has for those that it took.
const TERM: Lifetime = Lifetime::minutes(2);

/// Why there is no picture.
#[derive(Debug)]
enum NoPicture {
    /// It could not be asked for.
    Egress(EgressError),
    /// The server said something else.
    Status(StatusCode),
    /// What came is none.
    Unusable(Unusable),
}

impl NoPicture {
    /// Whether what was there before may be there still.
    fn is_transient(&self) -> bool {
        match self {
            Self::Egress(error) => error.is_transient(),
            Self::Status(status) => status.is_server_error() || *status == StatusCode::TOO_MANY_REQUESTS,
            Self::Unusable(_) => false,
        }
    }
}

impl fmt::Display for NoPicture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Egress(error) => error.fmt(f),
            Self::Status(status) => write!(f, "the answer is {}", status.as_u16()),
            Self::Unusable(why) => why.fmt(f),
        }
    }
}

/// Fetches what is due, a few at a time, and leaves the rest to the next round where the node stops.
pub(crate) async fn fetch_due(shared: &Shared, tenant: TenantId) -> Result<(), Fault> {
    let mut stopping = shared.stopping.clone();
    for _ in 0..BATCHES {
        let directory = shared.ledger.directory();
        let Some(snapshot) = directory.tenant(tenant) else {
            return Ok(());
        };
        let due = shared.ledger.take_logos(snapshot, &shared.node, TERM, AT_A_TIME);
        let mut fetching = JoinSet::new();
        for work in due.await? {
            let egress = shared.ways.usual();
            fetching.spawn(async move {
                let found = fetch(&egress, &work.address).await;
                (work, found)
            });
        }
        if fetching.is_empty() {
            return Ok(());
        }
        loop {
            let fetched = tokio::select! {
                fetched = fetching.join_next() => fetched,
                () = stops(&mut stopping) => return Ok(()),
            };
            match fetched {
                Some(Ok((work, found))) => settle(shared, tenant, &work, found).await?,
                Some(Err(error)) => tracing::error!(%error, "fetching a picture ended in a panic"),
                None => break,
            }
        }
    }
    Ok(())
}

/// A picture as it is kept.
async fn fetch(egress: &Egress, address: &str) -> Result<Vec<u8>, NoPicture> {
    let asked = egress
        .get(address)
        .header(
            header::ACCEPT,
            HeaderValue::from_static("image/png, image/webp, image/jpeg"),
        )
        .deadline(DEADLINE)
        .longest_answer(LONGEST);
    let answer = asked.send().await.map_err(NoPicture::Egress)?;
    if answer.status != StatusCode::OK {
        return Err(NoPicture::Status(answer.status));
    }
    // Reading a large one takes a while, and a thread that panics takes nobody with it.
    let read = tokio::task::spawn_blocking(move || picture::written_anew(&answer.body)).await;
    let read = read.unwrap_or(Err(Unusable::Broken));
    read.map_err(NoPicture::Unusable)
}

async fn settle(
    shared: &Shared,
    tenant: TenantId,
    work: &LogoWork,
    found: Result<Vec<u8>, NoPicture>,
) -> Result<(), Fault> {
    let ledger = &shared.ledger;
    let why = match found {
        Ok(png) => {
            let due_at = ledger.now().plus(AGAIN);
            return ledger.keep_logo(tenant, work, Some(&png), due_at, None).await;
        }
        Err(why) => why,
    };
    let attempts = work.lease.attempts();
    if attempts == 0 {
        tracing::info!(%why, address = %work.address, "a picture could not be had; an initial stands in, or the one there was");
    }
    let due_at = ledger.now().plus(rest(attempts));
    if why.is_transient() {
        ledger.leave_logo(work, due_at, why.to_string()).await
    } else {
        let error = Some(why.to_string());
        ledger.keep_logo(tenant, work, None, due_at, error).await
    }
}

/// How long an address is left alone after it failed so often before.
fn rest(attempts: u32) -> Lifetime {
    let doubled = AFTER_FAILURE.as_seconds().saturating_mul(1 << attempts.min(20));
    Lifetime::seconds(doubled.min(AGAIN.as_seconds()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_fails_is_left_alone_longer_each_time_but_a_day_at_most() {
        let rests: Vec<i64> = [0, 1, 2, 10, 11, 20, u32::MAX]
            .map(|attempts| rest(attempts).as_seconds())
            .to_vec();
        assert_eq!(rests, [60, 120, 240, 61_440, 86_400, 86_400, 86_400]);
    }
}
