//! Endpoints: made, changed, removed, switched on and off by who may have them, and by the house.

use std::sync::Arc;

use consentry_domain::{EndpointId, Lifetime, Shard, TenantId, client::Client};
use consentry_store::{ChangeSet, CommitError, ConfigurationKind, Expect, JobRow, Row, RowChange, RowKey};
use serde_json::{Map, json};

use super::{
    AuthWish, Endpoint, EndpointError, EndpointSettings, EndpointStatus, Handshake, Resume, WebhookSecret,
    check::check,
    endpoint::may_manage,
    history::rewrite,
    lane::{LANE, Standing},
};
use crate::{
    Ledger, TenantSnapshot,
    environment::Draw as _,
    error::Fault,
    events,
    feed::READ_SUBJECTS,
    once::Outcome,
    provision::change::put,
    tokens::{ActiveAccess, ProvenClient},
};

/// How many endpoints there may be (enforcement-events-evidence 11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndpointBounds {
    /// Of one tenant, those of its parties among them.
    pub of_tenant: usize,
    /// Of one party.
    pub of_party: usize,
    /// With addresses of one host.
    pub of_host: usize,
}

impl Default for EndpointBounds {
    fn default() -> Self {
        Self {
            of_tenant: 50,
            of_party: 10,
            of_host: 20,
        }
    }
}

/// Longest time that an old secret lives beside a new one (WHK-07).
pub const MOST_OVERLAP: Lifetime = Lifetime::days(7);

/// How often a change is decided again when others change the same thing at the same time.
pub(super) const TRIES: usize = 10;

/// Messages dropped with their endpoint in the same change; a lane never holds more by far.
const MOST_DROPPED: u32 = 50_000;

/// Somebody who may have endpoints: a client with the scope [`MANAGE`](super::MANAGE).
#[derive(Debug, Clone)]
pub struct Keeper {
    pub(super) client: Arc<Client>,
    pub(super) sees_subjects: bool,
}

impl Keeper {
    /// The client that proved itself with its secret, if it is registered with the scope.
    pub fn proven(proven: &ProvenClient) -> Option<Self> {
        let client = proven.client();
        (proven.is_confidential() && may_manage(client)).then(|| Self::new(client))
    }

    /// The client behind a token of its own with the scope. A person's token is none, whoever holds it.
    pub fn token(access: &ActiveAccess) -> Option<Self> {
        let mut scopes = access.scope().values().iter();
        let has = scopes.any(|scope| scope.as_str() == super::MANAGE);
        (access.subject().is_none() && has).then(|| Self::new(access.client()))
    }

    /// A client that configuration names, if it is registered with the scope.
    pub(super) fn configured(client: &Arc<Client>) -> Option<Self> {
        may_manage(client).then(|| Self::new(client))
    }

    fn new(client: &Arc<Client>) -> Self {
        let mut scopes = client.allowed_scopes.values().iter();
        Self {
            sees_subjects: !client.is_third_party && scopes.any(|scope| scope.as_str() == READ_SUBJECTS),
            client: Arc::clone(client),
        }
    }

    /// What tells it from others.
    pub fn name(&self) -> &str {
        self.client.id.as_str()
    }

    /// An endpoint that it may see: those of the tenant all, a third party its own (WHK-03).
    pub(super) fn find(
        &self,
        tenant: &TenantSnapshot,
        id: EndpointId,
    ) -> Result<Arc<Endpoint>, EndpointError> {
        let found = tenant
            .endpoints
            .get(&id)
            .filter(|endpoint| self.may_see(endpoint));
        found.cloned().ok_or(EndpointError::Absent)
    }

    fn may_see(&self, endpoint: &Endpoint) -> bool {
        !self.client.is_third_party || (endpoint.is_of_party && endpoint.client == self.client.id)
    }
}

/// An endpoint with a secret that is shown this once.
#[derive(Debug)]
pub struct Made {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Its version.
    pub version: u32,
    /// The secret.
    pub secret: WebhookSecret,
}

impl Ledger {
    /// The endpoints that somebody may see, by id.
    pub fn webhook_endpoints(&self, tenant: &TenantSnapshot, keeper: &Keeper) -> Vec<Arc<Endpoint>> {
        let all = tenant.endpoints.values();
        all.filter(|endpoint| keeper.may_see(endpoint)).cloned().collect()
    }

    /// One endpoint.
    pub fn webhook_endpoint(
        &self,
        tenant: &TenantSnapshot,
        keeper: &Keeper,
        id: EndpointId,
    ) -> Result<Arc<Endpoint>, EndpointError> {
        keeper.find(tenant, id)
    }

    /// Makes an endpoint. That its address may be reached at all is for the caller to check: nothing here knows addresses.
    pub async fn make_endpoint(
        &self,
        tenant: &TenantSnapshot,
        keeper: &Keeper,
        settings: EndpointSettings,
        auth: &AuthWish,
    ) -> Result<Made, EndpointError> {
        check(Some(tenant), keeper, &settings, auth)?;
        self.check_bounds(tenant, keeper, &settings)?;
        let ids = self.ids();
        let now = ids.now;
        let shard = Shard::of_bytes(&ids.entropy.bytes::<2>());
        let is_of_party = keeper.client.is_third_party;
        let asks_first = settings.handshake == Handshake::Cloudevents;
        let mut endpoint = Endpoint {
            id: EndpointId::new(now, shard, ids.entropy.bytes()),
            client: keeper.client.id.clone(),
            is_of_party,
            sees_subjects: keeper.sees_subjects,
            settings,
            status: if is_of_party || asks_first {
                EndpointStatus::Unverified
            } else {
                EndpointStatus::Enabled
            },
            disabled_reason: None,
            secrets: Vec::new(),
            sealed_key: String::new(),
            auth: None,
            allowed_per_minute: None,
            created_at: now,
            updated_at: now,
        };
        let secret = endpoint.draw_secret(&tenant.keys, ids.entropy, now, Lifetime::seconds(0));
        endpoint.draw_key(&tenant.keys, ids.entropy);
        endpoint.put_auth(&tenant.keys, ids.entropy, auth)?;
        let head = self.inner.store.log_head(tenant.id()).await;
        let standing = Standing {
            index: head.map_err(Fault::from)?.size,
            next: 1,
            ..Standing::default()
        };
        let mut change = ChangeSet::new(tenant.id(), now);
        self.write_endpoint(tenant, &mut change, &endpoint, None)?;
        change.rows.push(RowChange::Put(Row::Job(JobRow {
            kind: LANE.to_owned(),
            key: endpoint.id.to_string(),
            version: 1,
            due_at: now,
            holder: None,
            held_until: None,
            attempts: 0,
            last_error: None,
            detail: standing.text(),
        })));
        self.leads_to(Outcome {
            is_new: true,
            made: Some(endpoint.id.to_string()),
        });
        let _receipt = self.commit_asked(change).await.map_err(Fault::from)?;
        // Whoever delivers shall know it before the next thing happens.
        self.inner.asked.notify_waiters();
        tracing::info!(endpoint.id = %endpoint.id, client.id = keeper.name(), "a webhook endpoint was made");
        Ok(Made {
            endpoint,
            version: 1,
            secret,
        })
    }

    /// Changes what its owner can set. `expected` is the version that the change was made for.
    pub async fn change_endpoint(
        &self,
        tenant: TenantId,
        keeper: &Keeper,
        id: EndpointId,
        expected: Option<u32>,
        auth: &AuthWish,
        write: impl Fn(&mut EndpointSettings) -> Result<(), EndpointError>,
    ) -> Result<(Endpoint, u32), EndpointError> {
        self.rewrite_endpoint(tenant, keeper, id, expected, |tenant, endpoint| {
            let was = endpoint.settings.url.clone();
            write(&mut endpoint.settings)?;
            let asks_first = endpoint.is_of_party || endpoint.settings.handshake == Handshake::Cloudevents;
            if asks_first && endpoint.settings.url != was && endpoint.status == EndpointStatus::Enabled {
                // That one receiver wanted messages says nothing about another.
                endpoint.status = EndpointStatus::Unverified;
                endpoint.allowed_per_minute = None;
            }
            endpoint.sees_subjects &= keeper.sees_subjects;
            check(Some(tenant), keeper, &endpoint.settings, auth)?;
            Ok(endpoint.put_auth(&tenant.keys, self.entropy(), auth)?)
        })
        .await
    }

    /// Replaces the secret; the ones before live on for `overlap` (WHK-07).
    pub async fn rotate_endpoint_secret(
        &self,
        tenant: TenantId,
        keeper: &Keeper,
        id: EndpointId,
        overlap: Lifetime,
    ) -> Result<Made, EndpointError> {
        let drawn = std::sync::Mutex::new(None);
        let write = |tenant: &TenantSnapshot, endpoint: &mut Endpoint| {
            let secret = endpoint.draw_secret(&tenant.keys, self.entropy(), self.now(), overlap);
            *drawn.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(secret);
            Ok(())
        };
        let (endpoint, version) = self.rewrite_endpoint(tenant, keeper, id, None, write).await?;
        let secret = drawn
            .into_inner()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let secret = secret.ok_or(Fault::Conflict)?;
        tracing::info!(endpoint.id = %id, client.id = keeper.name(), "the secret of a webhook endpoint was replaced");
        Ok(Made {
            endpoint,
            version,
            secret,
        })
    }

    /// Switches an endpoint on or off. Switched on, it goes on as it is set to.
    pub async fn switch_endpoint(
        &self,
        tenant: TenantId,
        keeper: &Keeper,
        id: EndpointId,
        is_on: bool,
    ) -> Result<(Endpoint, u32), EndpointError> {
        for _ in 0..TRIES {
            let snapshot = self.snapshot_of(tenant)?;
            let mut endpoint = Endpoint::clone(&*keeper.find(&snapshot, id)?);
            let version = endpoint.version(&snapshot);
            let wanted = match (endpoint.status, is_on) {
                (EndpointStatus::Unverified, true) => return Err(EndpointError::Unverified),
                (EndpointStatus::Disabled, false) | (EndpointStatus::Enabled, true) => {
                    return Ok((endpoint, version));
                }
                (_, true) => EndpointStatus::Enabled,
                (_, false) => EndpointStatus::Disabled,
            };
            let mut change = ChangeSet::new(tenant, self.now());
            endpoint.status = wanted;
            endpoint.disabled_reason = (!is_on).then(|| "owner".to_owned());
            endpoint.updated_at = self.now();
            self.write_endpoint(&snapshot, &mut change, &endpoint, Some(version))?;
            if is_on && let Some(lane) = self.lane_row(&snapshot, id).await? {
                let mut standing = Standing::read(&lane.detail)?;
                standing.failing_since = None;
                standing.failed = 0;
                if endpoint.settings.resume == Resume::Now {
                    let head = self.inner.store.log_head(tenant).await;
                    standing.index = head.map_err(Fault::from)?.size;
                }
                rewrite(&mut change, &lane, &standing);
            }
            match self.commit_asked(change).await {
                Ok(_) => return Ok((endpoint, version + 1)),
                Err(CommitError::Stale) => {}
                Err(error) => return Err(Fault::from(error).into()),
            }
        }
        Err(Fault::Conflict.into())
    }

    /// Switches an endpoint off, since its receiver or its deliveries say so (WHK-12). Nothing happens where it is off already.
    pub async fn disable_endpoint(
        &self,
        tenant: TenantId,
        id: EndpointId,
        reason: &str,
    ) -> Result<(), Fault> {
        for _ in 0..TRIES {
            let Ok(snapshot) = self.snapshot_of(tenant) else {
                return Ok(());
            };
            let Some(known) = snapshot.endpoints.get(&id) else {
                return Ok(());
            };
            if known.status != EndpointStatus::Enabled {
                return Ok(());
            }
            let mut endpoint = Endpoint::clone(known);
            let ids = self.ids();
            endpoint.status = EndpointStatus::Disabled;
            endpoint.disabled_reason = Some(reason.to_owned());
            endpoint.updated_at = ids.now;
            let mut change = ChangeSet::new(tenant, ids.now);
            self.write_endpoint(&snapshot, &mut change, &endpoint, Some(known.version(&snapshot)))?;
            let mut body = Map::new();
            body.insert("endpoint".to_owned(), json!(id));
            body.insert("reason".to_owned(), json!(reason));
            let party = Some(known.client.as_str().to_owned());
            change
                .events
                .push(events::public(&ids, "webhook.endpoint_disabled", party, &body)?);
            match self.commit(change).await {
                Ok(_) => {
                    tracing::warn!(endpoint.id = %id, reason, "a webhook endpoint was switched off");
                    return Ok(());
                }
                Err(CommitError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Fault::Conflict)
    }

    /// Enables an endpoint whose receiver took a ping or shook hands, and then said how many messages a minute it takes (WHK-02); false
    /// where it was enabled or disabled before.
    pub async fn verify_endpoint(
        &self,
        tenant: TenantId,
        id: EndpointId,
        per_minute: Option<u32>,
    ) -> Result<bool, Fault> {
        for _ in 0..TRIES {
            let Ok(snapshot) = self.snapshot_of(tenant) else {
                return Ok(false);
            };
            let known = snapshot.endpoints.get(&id);
            let Some(known) = known.filter(|known| known.status == EndpointStatus::Unverified) else {
                return Ok(false);
            };
            let mut endpoint = Endpoint::clone(known);
            endpoint.status = EndpointStatus::Enabled;
            endpoint.allowed_per_minute = per_minute;
            endpoint.updated_at = self.now();
            let mut change = ChangeSet::new(tenant, self.now());
            self.write_endpoint(&snapshot, &mut change, &endpoint, Some(known.version(&snapshot)))?;
            match self.commit(change).await {
                Ok(_) => return Ok(true),
                Err(CommitError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Fault::Conflict)
    }

    /// Removes an endpoint; messages that wait are dropped with it.
    pub async fn remove_endpoint(
        &self,
        tenant: TenantId,
        keeper: &Keeper,
        id: EndpointId,
        expected: Option<u32>,
    ) -> Result<(), EndpointError> {
        for _ in 0..TRIES {
            let snapshot = self.snapshot_of(tenant)?;
            let version = keeper.find(&snapshot, id)?.version(&snapshot);
            expect_version(expected, version)?;
            let mut change = ChangeSet::new(tenant, self.now());
            let key = RowKey::Configuration(ConfigurationKind::WebhookEndpoint, id.to_string());
            change.expect.push(Expect::At(key.clone(), version));
            change.rows.push(RowChange::Delete(key));
            if let Some(lane) = self.lane_row(&snapshot, id).await? {
                let key = RowKey::Job(lane.kind, lane.key);
                change.expect.push(Expect::At(key.clone(), lane.version));
                change.rows.push(RowChange::Delete(key));
            }
            let store = &self.inner.store;
            let waiting = store.waiting_deliveries(tenant, id, MOST_DROPPED).await;
            let asked = store
                .asked_deliveries(tenant, MOST_DROPPED)
                .await
                .map_err(Fault::from)?;
            let asked = asked.into_iter().filter(|row| row.endpoint == id);
            for row in waiting.map_err(Fault::from)?.into_iter().chain(asked) {
                change.rows.push(RowChange::Delete(RowKey::Delivery(row.id)));
            }
            match self.commit(change).await {
                Ok(_) => {
                    tracing::info!(endpoint.id = %id, client.id = keeper.name(), "a webhook endpoint was removed");
                    return Ok(());
                }
                Err(CommitError::Stale) => {}
                Err(error) => return Err(Fault::from(error).into()),
            }
        }
        Err(Fault::Conflict.into())
    }

    async fn rewrite_endpoint(
        &self,
        tenant: TenantId,
        keeper: &Keeper,
        id: EndpointId,
        expected: Option<u32>,
        write: impl Fn(&TenantSnapshot, &mut Endpoint) -> Result<(), EndpointError>,
    ) -> Result<(Endpoint, u32), EndpointError> {
        for _ in 0..TRIES {
            let snapshot = self.snapshot_of(tenant)?;
            let mut endpoint = Endpoint::clone(&*keeper.find(&snapshot, id)?);
            let version = endpoint.version(&snapshot);
            expect_version(expected, version)?;
            write(&snapshot, &mut endpoint)?;
            endpoint.updated_at = self.now();
            let mut change = ChangeSet::new(tenant, self.now());
            self.write_endpoint(&snapshot, &mut change, &endpoint, Some(version))?;
            match self.commit_asked(change).await {
                Ok(_) => return Ok((endpoint, version + 1)),
                Err(CommitError::Stale) => {}
                Err(error) => return Err(Fault::from(error).into()),
            }
        }
        Err(Fault::Conflict.into())
    }

    fn check_bounds(
        &self,
        tenant: &TenantSnapshot,
        keeper: &Keeper,
        settings: &EndpointSettings,
    ) -> Result<(), EndpointError> {
        let bounds = self.inner.endpoint_bounds;
        let host = |url: &str| {
            url::Url::parse(url)
                .ok()
                .and_then(|url| url.host_str().map(str::to_owned))
        };
        let own = host(&settings.url);
        let count = |fits: &dyn Fn(&Endpoint) -> bool| {
            tenant
                .endpoints
                .values()
                .filter(|endpoint| fits(endpoint))
                .count()
        };
        let too_many = |most, of| Err(EndpointError::TooMany { most, of });
        if tenant.endpoints.len() >= bounds.of_tenant {
            return too_many(bounds.of_tenant, "of the tenant");
        }
        let is_own = |endpoint: &Endpoint| endpoint.is_of_party && endpoint.client == keeper.client.id;
        if keeper.client.is_third_party && count(&is_own) >= bounds.of_party {
            return too_many(bounds.of_party, "of the party");
        }
        if count(&|endpoint| host(&endpoint.settings.url) == own) >= bounds.of_host {
            return too_many(bounds.of_host, "with this host");
        }
        Ok(())
    }

    fn write_endpoint(
        &self,
        tenant: &TenantSnapshot,
        change: &mut ChangeSet,
        endpoint: &Endpoint,
        version: Option<u32>,
    ) -> Result<(), Fault> {
        let kind = ConfigurationKind::WebhookEndpoint;
        let id = endpoint.id.to_string();
        let key = RowKey::Configuration(kind, id.clone());
        change.expect.push(match version {
            Some(version) => Expect::At(key, version),
            None => Expect::Absent(key),
        });
        change.rows.push(put(tenant.id(), kind, &id, version, endpoint)?);
        Ok(())
    }

    fn snapshot_of(&self, tenant: TenantId) -> Result<Arc<TenantSnapshot>, EndpointError> {
        let directory = self.directory();
        directory.tenant(tenant).cloned().ok_or(EndpointError::Absent)
    }
}

fn expect_version(expected: Option<u32>, version: u32) -> Result<(), EndpointError> {
    match expected {
        Some(expected) if expected != version => Err(EndpointError::OtherVersion(version)),
        _ => Ok(()),
    }
}
