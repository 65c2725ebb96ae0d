//! The two questions: which entry is meant, and does this password open it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use consentry_domain::dn::Dn;
use ldap3::{Ldap, ResultEntry, Scope, SearchOptions};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::connection;
use super::error::LdapError;
use super::filter::{self, LdapAttribute};
use super::pool::Pool;
use super::settings::{LdapSettings, Target};
use crate::resolving::{Lookup, SystemLookup};

/// Entries that tell one hit from several.
const ENOUGH: usize = 2;

/// No attribute at all (RFC 4511 section 4.5.1.8): the name is all that is wanted of an entry.
const NO_ATTRIBUTES: [&str; 1] = ["1.1"];

/// Result codes (RFC 4511 appendix A) that mean something here.
mod code {
    pub const SUCCESS: u32 = 0;
    pub const SIZE_LIMIT_EXCEEDED: u32 = 4;
    pub const CONSTRAINT_VIOLATION: u32 = 19;
    pub const NO_SUCH_OBJECT: u32 = 32;
    pub const INVALID_DN_SYNTAX: u32 = 34;
    pub const INAPPROPRIATE_AUTHENTICATION: u32 = 48;
    pub const INVALID_CREDENTIALS: u32 = 49;
    pub const INSUFFICIENT_ACCESS_RIGHTS: u32 = 50;
    pub const UNWILLING_TO_PERFORM: u32 = 53;
}

/// What is looked for.
#[derive(Clone, Debug)]
pub enum LdapQuestion {
    /// The entry with this name.
    Named(Dn),
    /// Entries that have one of these values.
    Having {
        /// Names of attributes and the value each must have.
        values: Vec<(LdapAttribute, String)>,
        /// Names below which entries count; none means the whole of the directory's base.
        bases: Vec<Dn>,
    },
}

/// An entry that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LdapEntry {
    /// Its name.
    pub dn: Dn,
    /// Its name as the server spells it, which is how the server is asked about it again.
    pub spelling: String,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LdapHit {
    /// Nothing.
    Nothing,
    /// Exactly one entry.
    One(LdapEntry),
    /// More than one entry.
    Several,
}

/// A directory. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct LdapClient(Arc<Inner>);

struct Inner {
    settings: LdapSettings,
    target: Target,
    lookup: Box<dyn Lookup>,
    asking: Semaphore,
    /// Connections of the account that searches.
    searching: Pool,
    /// Connections that check passwords: whoever was bound last is bound still, so nothing else is ever asked on them.
    checking: Pool,
}

impl LdapClient {
    /// Judges the settings; connects to nobody yet.
    pub fn new(settings: LdapSettings) -> Result<Self, LdapError> {
        Self::with_lookup(settings, SystemLookup)
    }

    /// As [`Self::new`], with another name service.
    pub fn with_lookup(settings: LdapSettings, lookup: impl Lookup) -> Result<Self, LdapError> {
        let target = settings.target()?;
        Ok(Self(Arc::new(Inner {
            target,
            lookup: Box::new(lookup),
            asking: Semaphore::new(settings.connections),
            searching: Pool::new(settings.connections, settings.idle),
            checking: Pool::new(settings.connections, settings.idle),
            settings,
        })))
    }

    /// Finds the one entry that is meant.
    pub async fn find(&self, question: LdapQuestion) -> Result<LdapHit, LdapError> {
        let inner = Arc::clone(&self.0);
        self.bounded(async move { inner.find(&question).await }).await
    }

    /// Whether a password opens an entry, by a simple bind (RFC 4513 section 5.1.3). A locked or expired account is not opened.
    pub async fn opens(&self, entry: &LdapEntry, password: &SecretString) -> Result<bool, LdapError> {
        // Many servers answer "success" to a name with an empty password and have checked nothing (RFC 4513 section 5.1.2).
        if password.expose_secret().is_empty() {
            return Ok(false);
        }
        let inner = Arc::clone(&self.0);
        let (entry, password) = (entry.clone(), password.clone());
        self.bounded(async move { inner.opens(&entry, &password).await })
            .await
    }

    /// Runs a question within the deadline, in a task of its own: the library panics on some answers that are no LDAP, and whoever
    /// stops waiting may not leave half a conversation behind.
    async fn bounded<T: Send + 'static>(
        &self,
        question: impl Future<Output = Result<T, LdapError>> + Send + 'static,
    ) -> Result<T, LdapError> {
        match tokio::spawn(timeout(self.0.settings.deadline, question)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_elapsed)) => Err(LdapError::DeadlinePassed),
            Err(_panicked) => Err(LdapError::AnswerBroken),
        }
    }
}

impl fmt::Debug for LdapClient {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("LdapClient")
            .field("settings", &self.0.settings)
            .finish_non_exhaustive()
    }
}

impl Inner {
    async fn find(&self, question: &LdapQuestion) -> Result<LdapHit, LdapError> {
        let mut found = BTreeMap::new();
        for search in self.searches(question) {
            for entry in self.search(&search).await? {
                found.insert(entry.dn.as_str().to_owned(), entry);
            }
        }
        let mut entries = found.into_values();
        Ok(match (entries.next(), entries.next()) {
            (None, _) => LdapHit::Nothing,
            (Some(entry), None) => LdapHit::One(entry),
            _ => LdapHit::Several,
        })
    }

    /// What a question comes to; nothing where it leads outside of the base.
    fn searches<'a>(&'a self, question: &'a LdapQuestion) -> Vec<Search<'a>> {
        let LdapSettings { base, filter, .. } = &self.settings;
        let own = filter.as_deref();
        match question {
            LdapQuestion::Named(dn) => dn
                .is_below(base)
                .then(|| Search {
                    within: dn,
                    scope: Scope::Base,
                    filter: filter::any(own).to_owned(),
                })
                .into_iter()
                .collect(),
            LdapQuestion::Having { values, bases } => {
                let bases: Vec<&Dn> = if bases.is_empty() {
                    vec![base]
                } else {
                    bases.iter().filter_map(|wanted| lower(wanted, base)).collect()
                };
                let search = |within| Search {
                    within,
                    scope: Scope::Subtree,
                    filter: filter::having(own, values),
                };
                bases
                    .into_iter()
                    .filter(|_| !values.is_empty())
                    .map(search)
                    .collect()
            }
        }
    }

    /// The entries of one search, at most [`ENOUGH`]. A connection that was idle may have been closed by the other side
    /// meanwhile; then a fresh one is asked.
    async fn search(&self, search: &Search<'_>) -> Result<Vec<LdapEntry>, LdapError> {
        let _turn = self.turn().await?;
        if let Some(mut kept) = self.searching.take() {
            match search.on(&mut kept, self.settings.deadline).await {
                Err(LdapError::ConnectionFailed) => self.searching.clear(),
                outcome => return self.keep(&self.searching, kept, outcome),
            }
        }
        let mut fresh = self.connect().await?;
        if let Some(account) = &self.settings.account {
            let password = account.password.expose_secret();
            let result = fresh.simple_bind(&account.dn, password).await?;
            if result.rc != code::SUCCESS {
                return Err(LdapError::AccountRefused(result.rc));
            }
        }
        let outcome = search.on(&mut fresh, self.settings.deadline).await;
        self.keep(&self.searching, fresh, outcome)
    }

    async fn opens(&self, entry: &LdapEntry, password: &SecretString) -> Result<bool, LdapError> {
        let _turn = self.turn().await?;
        if let Some(mut kept) = self.checking.take() {
            match bind(&mut kept, entry, password).await {
                Err(LdapError::ConnectionFailed) => self.checking.clear(),
                outcome => return self.keep(&self.checking, kept, outcome),
            }
        }
        let mut fresh = self.connect().await?;
        let outcome = bind(&mut fresh, entry, password).await;
        self.keep(&self.checking, fresh, outcome)
    }

    async fn turn(&self) -> Result<tokio::sync::SemaphorePermit<'_>, LdapError> {
        // It is never closed.
        self.asking
            .acquire()
            .await
            .map_err(|_| LdapError::ConnectionFailed)
    }

    async fn connect(&self) -> Result<Ldap, LdapError> {
        connection::open(&self.target, self.lookup.as_ref(), self.settings.deadline).await
    }

    /// Keeps the connection where the conversation ended well.
    fn keep<T>(&self, pool: &Pool, connection: Ldap, outcome: Result<T, LdapError>) -> Result<T, LdapError> {
        if outcome.is_ok() {
            pool.put(connection);
        }
        outcome
    }
}

/// The lower of two bases, where one is below the other.
fn lower<'a>(one: &'a Dn, other: &'a Dn) -> Option<&'a Dn> {
    if one.is_below(other) {
        Some(one)
    } else {
        other.is_below(one).then_some(other)
    }
}

/// One search operation.
struct Search<'a> {
    within: &'a Dn,
    scope: Scope,
    filter: String,
}

impl Search<'_> {
    async fn on(&self, connection: &mut Ldap, deadline: Duration) -> Result<Vec<LdapEntry>, LdapError> {
        let seconds = i32::try_from(deadline.as_secs().max(1)).unwrap_or(i32::MAX);
        let most = i32::try_from(ENOUGH).unwrap_or(i32::MAX);
        let mut answers = connection
            .with_search_options(SearchOptions::new().sizelimit(most).timelimit(seconds))
            .streaming_search(self.within.as_str(), self.scope, &self.filter, NO_ATTRIBUTES)
            .await?;
        let mut entries = Vec::new();
        while let Some(answer) = answers.next().await? {
            // Referrals are not followed: another server is another setting.
            if answer.is_ref() || answer.is_intermediate() {
                continue;
            }
            if entries.len() == ENOUGH {
                return Err(LdapError::AnswerBroken);
            }
            entries.push(read(answer)?);
        }
        match answers.finish().await.rc {
            code::SUCCESS | code::SIZE_LIMIT_EXCEEDED => Ok(entries),
            code::NO_SUCH_OBJECT | code::INVALID_DN_SYNTAX => Ok(Vec::new()),
            other => Err(LdapError::Refused(other)),
        }
    }
}

/// The name of an entry: the first element of SearchResultEntry (RFC 4511 section 4.5.2).
fn read(answer: ResultEntry) -> Result<LdapEntry, LdapError> {
    let spelling = answer
        .0
        .expect_constructed()
        .and_then(|parts| parts.into_iter().next())
        .and_then(ldap3::asn1::StructureTag::expect_primitive)
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or(LdapError::AnswerBroken)?;
    let dn = Dn::parse(&spelling).map_err(|_| LdapError::AnswerBroken)?;
    Ok(LdapEntry { dn, spelling })
}

async fn bind(connection: &mut Ldap, entry: &LdapEntry, password: &SecretString) -> Result<bool, LdapError> {
    let result = connection
        .simple_bind(&entry.spelling, password.expose_secret())
        .await?;
    match result.rc {
        code::SUCCESS => Ok(true),
        code::INVALID_CREDENTIALS
        | code::NO_SUCH_OBJECT
        | code::INVALID_DN_SYNTAX
        | code::INAPPROPRIATE_AUTHENTICATION
        | code::INSUFFICIENT_ACCESS_RIGHTS
        | code::UNWILLING_TO_PERFORM
        | code::CONSTRAINT_VIOLATION => Ok(false),
        other => Err(LdapError::Refused(other)),
    }
}
