//! Pictures of those who ask, as pages show them (third-party-authorization A.2 `logo_uri`; RFC 7591 5).
//!
//! What lives here: which addresses are wanted, what is kept of each, and whose picture it is. What may not: fetching and reading pictures
//! of others, which `outbound` does; nothing that comes in here was not written anew there.
//!
//! A picture is a row of configuration, so every node has it in memory and a page never waits for one. It is named by its own hash: an
//! address of ours always shows the same.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use consentry_domain::{
    Lifetime, TenantId, Timestamp,
    client::{Client, Party},
};
use consentry_store::{ChangeSet, CommitError, ConfigurationKind, Expect, RowChange, RowKey};
use serde::{Deserialize, Serialize};

use crate::{Ledger, TenantSnapshot, error::Fault, jobs::Lease, opaque, provision::change::put};

/// How many bytes a kept picture has at most.
pub const LARGEST: usize = 100 * 1024;

/// How many pictures a tenant has at most; those beyond have their initials.
pub const MOST: usize = 1_000;

/// Kind of the work; its key is that of the picture.
const WORK: &str = "logo";

/// One picture, a PNG.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logo {
    /// Where it was fetched from.
    address: String,
    /// Base64url of SHA-256 over its bytes.
    name: String,
    /// Its bytes in base64url.
    png: String,
}

impl Logo {
    fn new(address: &str, png: &[u8]) -> Self {
        Self {
            address: address.to_owned(),
            name: opaque::base64url(opaque::hash(png).as_bytes()),
            png: opaque::base64url(png),
        }
    }

    /// What it is called: base64url of SHA-256 over its bytes.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its bytes.
    pub fn png(&self) -> Vec<u8> {
        opaque::from_base64url(&self.png).unwrap_or_default()
    }
}

/// The pictures of a tenant.
#[derive(Debug, Default)]
pub struct Logos {
    by_address: BTreeMap<String, Arc<Logo>>,
    by_name: BTreeMap<String, Arc<Logo>>,
}

impl Logos {
    /// The picture with this name.
    pub fn named(&self, name: &str) -> Option<&Arc<Logo>> {
        self.by_name.get(name)
    }

    fn at(&self, address: &str) -> Option<&Arc<Logo>> {
        self.by_address.get(address)
    }
}

impl Extend<Logo> for Logos {
    fn extend<I: IntoIterator<Item = Logo>>(&mut self, logos: I) {
        for logo in logos {
            let logo = Arc::new(logo);
            self.by_name.insert(logo.name.clone(), Arc::clone(&logo));
            self.by_address.insert(logo.address.clone(), logo);
        }
    }
}

impl TenantSnapshot {
    /// The picture of a client: that of its party where the operator gave one, else its own.
    pub fn logo_of(&self, client: &Client) -> Option<&Arc<Logo>> {
        let of_party = self.party_of(client).and_then(|party| party.logo_uri.as_deref());
        let address = of_party.or(client.settings.logo_uri.as_deref())?;
        self.logos.at(address)
    }

    /// The picture of a party.
    pub fn logo_of_party(&self, party: &Party) -> Option<&Arc<Logo>> {
        self.logos.at(party.logo_uri.as_deref()?)
    }

    /// Addresses that a picture is shown of. Clients that are switched off are still on lists of what somebody agreed to.
    fn wanted_logos(&self) -> BTreeSet<&str> {
        let of_parties = self
            .parties
            .values()
            .filter_map(|party| party.logo_uri.as_deref());
        let of_clients = self
            .clients
            .values()
            .filter_map(|client| client.settings.logo_uri.as_deref());
        of_parties.chain(of_clients).take(MOST).collect()
    }
}

/// How fetching one picture stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoState {
    /// When it is looked at again.
    pub due_at: Timestamp,
    /// How often in a row it could not be had.
    pub failures: u32,
    /// Why it could not be had last.
    pub why: Option<String>,
}

/// Work at one picture.
#[derive(Debug)]
pub struct LogoWork {
    /// Where the picture is.
    pub address: String,
    /// That this node does it.
    pub lease: Lease,
}

impl Ledger {
    /// Takes what is to be fetched now, at most `most`, and forgets what nobody shows any more.
    pub async fn take_logos(
        &self,
        tenant: &TenantSnapshot,
        holder: &str,
        term: Lifetime,
        most: usize,
    ) -> Result<Vec<LogoWork>, Fault> {
        let wanted: BTreeMap<String, &str> = tenant
            .wanted_logos()
            .into_iter()
            .map(|address| (key(address), address))
            .collect();
        let mut later = BTreeSet::new();
        let now = self.now();
        for job in self.inner.store.jobs(tenant.id(), WORK.to_owned()).await? {
            if !wanted.contains_key(&job.key) {
                self.forget_logo(tenant, &job.key, job.version).await?;
            } else if job.due_at > now {
                later.insert(job.key);
            }
        }
        let mut taken = Vec::new();
        for (key, address) in wanted.iter().filter(|(key, _)| !later.contains(*key)) {
            if taken.len() == most {
                break;
            }
            let work = self.take_work(tenant.id(), (WORK, key), holder, term, "");
            taken.extend(work.await?.map(|lease| LogoWork {
                address: (*address).to_owned(),
                lease,
            }));
        }
        Ok(taken)
    }

    /// How fetching stands of each picture that was looked at, for whoever watches over it.
    pub async fn logo_states(&self, tenant: TenantId) -> Result<Vec<LogoState>, Fault> {
        let jobs = self.inner.store.jobs(tenant, WORK.to_owned()).await?;
        let states = jobs.into_iter().map(|job| LogoState {
            due_at: job.due_at,
            failures: job.attempts,
            why: job.last_error,
        });
        Ok(states.collect())
    }

    /// Keeps what was found at an address, or that there is none, until it is looked at again.
    pub async fn keep_logo(
        &self,
        tenant: TenantId,
        work: &LogoWork,
        png: Option<&[u8]>,
        due_at: Timestamp,
        error: Option<String>,
    ) -> Result<(), Fault> {
        let directory = self.directory();
        let Some(tenant) = directory.tenant(tenant) else {
            return Ok(());
        };
        let png = png.filter(|png| png.len() <= LARGEST);
        let wanted = png.map(|png| Logo::new(&work.address, png));
        if tenant.logos.at(&work.address).map(Arc::as_ref) != wanted.as_ref() {
            self.write_logo(tenant, work, wanted.as_ref()).await?;
        }
        self.finish_work(&work.lease, due_at, error).await?;
        Ok(())
    }

    /// What is known of an address stays as it is until it is looked at again.
    pub async fn leave_logo(&self, work: &LogoWork, due_at: Timestamp, error: String) -> Result<(), Fault> {
        self.finish_work(&work.lease, due_at, Some(error)).await?;
        Ok(())
    }

    async fn write_logo(
        &self,
        tenant: &TenantSnapshot,
        work: &LogoWork,
        wanted: Option<&Logo>,
    ) -> Result<(), Fault> {
        let id = key(&work.address);
        let kind = ConfigurationKind::Logo;
        let row = RowKey::Configuration(kind, id.clone());
        let version = tenant.versions.get(&(kind, id.clone())).copied();
        let mut change = ChangeSet::new(tenant.id(), self.now());
        change.expect.push(work.lease.expects());
        change.expect.push(match version {
            Some(version) => Expect::At(row.clone(), version),
            None => Expect::Absent(row.clone()),
        });
        change.rows.push(match wanted {
            Some(logo) => put(tenant.id(), kind, &id, version, logo)?,
            None => RowChange::Delete(row),
        });
        self.commit_logo(change).await
    }

    async fn forget_logo(&self, tenant: &TenantSnapshot, id: &str, job: u32) -> Result<(), Fault> {
        let kind = ConfigurationKind::Logo;
        let work = RowKey::Job(WORK.to_owned(), id.to_owned());
        let mut change = ChangeSet::new(tenant.id(), self.now());
        change.expect.push(Expect::At(work.clone(), job));
        change.rows.push(RowChange::Delete(work));
        if let Some(version) = tenant.versions.get(&(kind, id.to_owned())) {
            let row = RowKey::Configuration(kind, id.to_owned());
            change.expect.push(Expect::At(row.clone(), *version));
            change.rows.push(RowChange::Delete(row));
        }
        self.commit_logo(change).await
    }

    /// Where another node was faster, it is looked at again in the next round.
    async fn commit_logo(&self, change: ChangeSet) -> Result<(), Fault> {
        match self.commit(change).await {
            Ok(_) | Err(CommitError::Stale | CommitError::Taken) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

fn key(address: &str) -> String {
    opaque::hash_text(address)
}
