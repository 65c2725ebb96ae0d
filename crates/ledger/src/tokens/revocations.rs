//! The revocation feed: what was withdrawn and may still be in a token, signed, for verifiers that look at tokens without asking
//! (enforcement-events-evidence 4.5, dataspace-consent-protocol 11.2; EVT-35, EVT-36).
//!
//! What is listed is asked of the rows of the ledger by when they changed, so that it is the same on every node and after a restart.
//! Memory holds one answer of each tenant.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use consentry_domain::{Lifetime, TenantId, Timestamp};
use consentry_jose::{Algorithm, SigningKey};
use serde::Serialize;
use tokio::sync::Mutex as AsyncMutex;

use super::Issuer;
use crate::{Ledger, TenantSnapshot, error::Fault, opaque};

/// `typ` of the feed, so that it is never taken for a token nor a token for it.
pub const TYP: &str = "consent-revocations+jwt";

/// How long an answer may be relied on (`exp` - `iat`).
pub const VALID: Lifetime = Lifetime::seconds(300);

/// How long the same answer is given where nothing changed: whoever gets it can still rely on it for four minutes.
const KEPT: Lifetime = Lifetime::seconds(60);

/// How far clocks may differ: for so long after the last token ended an entry stays, and so does the key that signed it.
pub const LEEWAY: Lifetime = Lifetime::seconds(600);

/// Most entries of an answer. Where there are more, `since` moves up: of tokens made before it the feed says nothing. So many take six
/// million bytes where they are compressed.
const MOST: usize = 100_000;

/// What an answer lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// Consents alone, which is what tokens of a dataspace name.
    Consents,
    /// Agreements too, which access tokens name.
    Everything,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationFeed {
    /// Compact JWS.
    pub jwt: String,
    /// What changes whenever the answer does.
    pub tag: String,
}

/// Something that was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
struct Entry {
    /// When, in whole seconds.
    at: i64,
    /// Base64url of the SHA-256 of the id.
    h: String,
    #[serde(skip)]
    is_consent: bool,
}

#[derive(Serialize)]
struct FeedClaims<'a> {
    iss: &'a str,
    iat: i64,
    exp: i64,
    since: i64,
    seq: u64,
    revoked: &'a [&'a Entry],
}

/// What was asked of the ledger last, and what was signed.
#[derive(Debug)]
struct Kept {
    /// Length of the log before it was asked.
    seq: u64,
    read_at: Timestamp,
    /// Latest first.
    entries: Vec<(Timestamp, Entry)>,
    /// One for each issuer that the tenant has: the OpenID provider and the provider of the dataspace.
    signed: Vec<Signed>,
}

#[derive(Debug)]
struct Signed {
    at: Timestamp,
    issuer: String,
    kid: String,
    feed: Arc<RevocationFeed>,
}

/// The last answer of each tenant.
#[derive(Debug, Default)]
pub(crate) struct RevocationFeeds(Mutex<HashMap<TenantId, Arc<AsyncMutex<Option<Kept>>>>>);

impl RevocationFeeds {
    fn of(&self, tenant: TenantId) -> Arc<AsyncMutex<Option<Kept>>> {
        let mut feeds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(feeds.entry(tenant).or_default())
    }
}

impl Ledger {
    /// The revocation feed of a tenant. What was committed before it was asked for is in it, whatever node committed it. It is signed
    /// where something changed or the last answer is a minute old, and not for everybody who asks.
    pub async fn revocation_feed(
        &self,
        tenant: &TenantSnapshot,
        issuer: &Issuer,
        listed: Listed,
    ) -> Result<Arc<RevocationFeed>, Fault> {
        let place = self.inner.revocation_feeds.of(tenant.id());
        let mut place = place.lock().await;
        let now = self.now();
        // Read before the rows: what is committed in between is listed, and looked for again.
        let seq = self.inner.store.log_head(tenant.id()).await?.size;
        let is_fresh = |kept: &Kept| {
            // By the second, since an end may come without anything being written.
            kept.seq == seq && kept.read_at <= now && now.as_seconds() == kept.read_at.as_seconds()
        };
        let kept = match place.take() {
            Some(kept) if is_fresh(&kept) => kept,
            before => self.read_withdrawn(tenant, before, seq, now).await?,
        };
        let kept = place.insert(kept);
        let signer = tenant.key_ring.signer(Algorithm::Rs256)?;
        let is_good = |signed: &&Signed| {
            signed.issuer == issuer.as_str()
                && signed.kid == signer.kid()
                && signed.at <= now
                && now < signed.at.plus(KEPT)
        };
        if let Some(signed) = kept.signed.iter().find(is_good) {
            return Ok(Arc::clone(&signed.feed));
        }
        let lives = self.token_lives(tenant).await?;
        let feed = kept.signed_by(signer, issuer, listed, (now, since(now, lives.access)))?;
        let feed = Arc::new(feed);
        kept.signed.retain(|signed| signed.issuer != issuer.as_str());
        kept.signed.push(Signed {
            at: now,
            issuer: issuer.as_str().to_owned(),
            kid: signer.kid().to_owned(),
            feed: Arc::clone(&feed),
        });
        Ok(feed)
    }

    async fn read_withdrawn(
        &self,
        tenant: &TenantSnapshot,
        before: Option<Kept>,
        seq: u64,
        now: Timestamp,
    ) -> Result<Kept, Fault> {
        let lives = self.token_lives(tenant).await?;
        let since = since(now, lives.access);
        let most = u32::try_from(MOST).unwrap_or(u32::MAX).saturating_add(1);
        let found = self.inner.store.withdrawn(tenant.id(), since, now, most).await?;
        let consents = found.consents.iter();
        let consents = consents.map(|(id, at)| entry(&id.to_string(), *at, true));
        let agreements = found.agreements.iter();
        let agreements = agreements.map(|(id, at)| entry(&id.to_string(), *at, false));
        let mut entries: Vec<(Timestamp, Entry)> = consents.chain(agreements).collect();
        entries.sort_unstable_by(|one, other| other.cmp(one));
        // What was signed stays where it says the same.
        let signed = before.filter(|before| before.entries == entries);
        let signed = signed.map(|before| before.signed).unwrap_or_default();
        Ok(Kept {
            seq,
            read_at: now,
            entries,
            signed,
        })
    }
}

impl Kept {
    /// An answer. Of tokens that were made before `since` it says nothing.
    fn signed_by(
        &self,
        signer: &SigningKey,
        issuer: &Issuer,
        listed: Listed,
        (now, since): (Timestamp, Timestamp),
    ) -> Result<RevocationFeed, Fault> {
        let of_this = |entry: &&Entry| listed == Listed::Everything || entry.is_consent;
        let mut entries = self.entries.iter().map(|(_, entry)| entry).filter(of_this);
        let listed: Vec<&Entry> = entries.by_ref().take(MOST).collect();
        let since = match entries.next() {
            Some(first_left_out) => first_left_out.at.saturating_add(1),
            None => since.as_seconds(),
        };
        let claims = FeedClaims {
            iss: issuer.as_str(),
            iat: now.as_seconds(),
            exp: now.plus(VALID).as_seconds(),
            since,
            seq: self.seq,
            revoked: &listed,
        };
        let jwt = signer
            .sign(&signer.header(Some(TYP)), &claims)
            .map_err(|error| Fault::Signing(error.to_string()))?;
        let tag = opaque::base64url(&opaque::hash(jwt.as_bytes()).as_bytes()[..16]);
        Ok(RevocationFeed { jwt, tag })
    }
}

fn entry(id: &str, at: Timestamp, is_consent: bool) -> (Timestamp, Entry) {
    let h = opaque::base64url(opaque::hash(id.as_bytes()).as_bytes());
    let entry = Entry {
        at: at.as_seconds(),
        h,
        is_consent,
    };
    (at, entry)
}

/// Whatever ended before this is in no token any more: the start of the window that the feed covers.
fn since(now: Timestamp, longest: Lifetime) -> Timestamp {
    // To the second, as the claim says it.
    Timestamp::from_seconds(now.minus(longest).minus(LEEWAY).as_seconds())
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write as _,
        process::{Command, Stdio},
    };

    use consentry_jose::encoding;
    use serde_json::Value;

    use super::*;

    /// How many bytes a text takes where it is compressed as servers and proxies do.
    fn compressed(text: &str) -> usize {
        let mut gzip = Command::new("gzip")
            .arg("--stdout")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = gzip.stdin.take().unwrap();
        let text = text.to_owned();
        let writing = std::thread::spawn(move || input.write_all(text.as_bytes()));
        let output = gzip.wait_with_output().unwrap();
        writing.join().unwrap().unwrap();
        assert!(output.status.success());
        output.stdout.len()
    }

    #[test]
    fn dsp_11_2_a_feed_of_100_000_entries_takes_less_than_6_mb_and_says_from_when_on_it_speaks() {
        let now = Timestamp::from_seconds(1_800_000_000);
        let began = now.minus(Lifetime::days(2));
        let ended = |index: u32| now.minus(Lifetime::seconds(i64::from(index)));
        let all = (0..=100_000).map(|index| {
            entry(
                &format!("0b6f5f0c-6f5e-4b0e-8a55-{index:012}"),
                ended(index),
                true,
            )
        });
        let mut kept = Kept {
            seq: 7,
            read_at: now,
            entries: all.collect(),
            signed: Vec::new(),
        };
        let key = SigningKey::generate(Algorithm::Rs256).unwrap();
        let issuer = Issuer::new("https://consent.northbay.example".to_owned());
        let read = |kept: &Kept| {
            let feed = kept
                .signed_by(&key, &issuer, Listed::Consents, (now, began))
                .unwrap();
            let claims = encoding::decode(feed.jwt.split('.').nth(1).unwrap()).unwrap();
            (feed, serde_json::from_slice::<Value>(&claims).unwrap())
        };
        let (feed, claims) = read(&kept);
        assert_eq!(claims["revoked"].as_array().unwrap().len(), 100_000);
        assert_eq!(
            claims["since"],
            ended(100_000).as_seconds() + 1,
            "one was left out"
        );
        assert!(compressed(&feed.jwt) < 6_000_000);
        kept.entries.pop();
        let (fewer, claims) = read(&kept);
        assert_eq!(claims["revoked"].as_array().unwrap().len(), 100_000);
        assert_eq!(claims["since"], began.as_seconds());
        assert_ne!(feed.tag, fewer.tag);
    }
}
