//! Registering, changing and removing clients and what belongs to applications while the server runs (third-party-authorization A.2).
//!
//! What lives here: who may do what, one change at a time, and what a change ends. What may not: names of the wire; the door writes them
//! into a [`Client`] and says which is wrong.

mod application;
mod change;
mod configured;
mod ending;
mod register;
mod remove;
mod rotate;
mod rules;

use std::sync::Arc;

use consentry_domain::{
    ApplicationId, ClientId, TenantId,
    client::{Client, Wrong},
};
use consentry_store::{ChangeSet, ConfigurationKind, Expect, RowChange, RowKey};
use serde::Serialize;
use serde_json::{Map, Value, json};

pub use self::{
    application::WriteApplication,
    configured::{InvalidRegistration, check_registrations},
    rotate::{MOST_GRACE, Rotated},
};
use crate::{
    Caller, DecisionError, Ledger, Opaque, Permit, TenantSnapshot,
    access::ManageClients,
    environment::Ids,
    error::Fault,
    events,
    provision::change::{Author, put},
};

/// How often a change is decided again when others change the same thing at the same time.
const TRIES: usize = 5;

/// One act of management: by whom, for which application, and under which request id.
#[derive(Debug, Clone, Copy)]
pub struct Act<'a> {
    /// Leave for it.
    pub permit: &'a Permit<ManageClients>,
    /// The application.
    pub application: ApplicationId,
    /// Id of the request that asks for it, for the log.
    pub request: &'a str,
}

/// A client that was made or changed.
#[derive(Debug)]
pub struct Made {
    /// The client as it is now.
    pub client: Arc<Client>,
    /// Its secret, shown this once; none where it got none.
    pub secret: Option<Opaque>,
}

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// There is no such thing in this application.
    #[error("there is no such client in this application")]
    Absent,
    /// Another client of the application has the name.
    #[error("another client of the application has this name")]
    NameTaken,
    /// The caller may not do this part of it.
    #[error("not allowed: {0}")]
    NotAllowed(&'static str),
    /// Fields break rules.
    #[error("the registration breaks rules")]
    Wrong(Vec<Wrong>),
    /// Something failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<Vec<Wrong>> for ClientError {
    fn from(wrong: Vec<Wrong>) -> Self {
        Self::Wrong(wrong)
    }
}

impl From<DecisionError> for ClientError {
    fn from(error: DecisionError) -> Self {
        match error {
            DecisionError::Fault(fault) => Self::Fault(fault),
            // What ends here was read as standing in the same attempt, so this is somebody faster.
            _ => Self::Fault(Fault::Conflict),
        }
    }
}

/// Writes what a request asks for into a registration, or says what is wrong with it.
pub type Write<'a> = &'a (dyn Fn(&TenantSnapshot, &mut Client) -> Result<(), Vec<Wrong>> + Send + Sync);

impl Act<'_> {
    fn author(&self) -> Author {
        Author::of(self.permit.caller(), self.request)
    }

    fn event(
        &self,
        ids: &Ids<'_>,
        kind: &'static str,
        client: &ClientId,
        touched: Option<Value>,
    ) -> Result<consentry_store::NewEvent, Fault> {
        let mut body = Map::new();
        body.insert("client".to_owned(), json!(client));
        body.extend(touched.map(|touched| ("touched".to_owned(), touched)));
        self.author().sign(&mut body);
        events::public(ids, kind, Some(client.as_str().to_owned()), &body)
    }

    fn is_by(&self, client: &ClientId) -> bool {
        matches!(self.permit.caller(), Caller::Client { client: own, .. } if own == client)
    }
}

impl Ledger {
    /// The clients of an application, by id.
    pub fn clients_of(&self, tenant: &TenantSnapshot, act: Act<'_>) -> Vec<Arc<Client>> {
        let all = tenant.clients.values();
        all.filter(|client| client.application == act.application)
            .cloned()
            .collect()
    }

    /// The tenant as it is configured at this moment.
    pub(super) fn tenant_managed(&self, tenant: TenantId) -> Result<Arc<TenantSnapshot>, ClientError> {
        let tenant = self.directory().tenant(tenant).cloned();
        tenant.ok_or(ClientError::Absent)
    }
}

/// A client of the application.
fn client_in(tenant: &TenantSnapshot, act: Act<'_>, id: &ClientId) -> Result<Arc<Client>, ClientError> {
    let known = tenant.clients.get(id);
    let known = known.filter(|client| client.application == act.application);
    known.cloned().ok_or(ClientError::Absent)
}

/// The row of something configured as it shall be, resting on the one that was seen.
fn put_over(
    change: &mut ChangeSet,
    tenant: &TenantSnapshot,
    kind: ConfigurationKind,
    id: &str,
    entity: &impl Serialize,
) -> Result<(), Fault> {
    let version = tenant.versions.get(&(kind, id.to_owned())).copied();
    let key = RowKey::Configuration(kind, id.to_owned());
    change.expect.push(version.map_or_else(
        || Expect::Absent(key.clone()),
        |version| Expect::At(key.clone(), version),
    ));
    change.rows.push(put(tenant.id(), kind, id, version, entity)?);
    Ok(())
}

/// Deletes the row of something configured as it was seen.
fn delete_over(
    change: &mut ChangeSet,
    tenant: &TenantSnapshot,
    kind: ConfigurationKind,
    id: &str,
) -> Result<(), ClientError> {
    let version = tenant.versions.get(&(kind, id.to_owned()));
    let version = *version.ok_or(ClientError::Absent)?;
    let key = RowKey::Configuration(kind, id.to_owned());
    change.expect.push(Expect::At(key.clone(), version));
    change.rows.push(RowChange::Delete(key));
    Ok(())
}

/// Lets a change of names rest on the application, and raises its version: of two clients that take one name at the same time one
/// fails, on whichever node.
fn rest_on_names(
    change: &mut ChangeSet,
    tenant: &TenantSnapshot,
    of: ApplicationId,
) -> Result<(), ClientError> {
    let application = tenant.applications.get(&of).ok_or(ClientError::Absent)?;
    let kind = ConfigurationKind::Application;
    Ok(put_over(change, tenant, kind, &of.to_string(), application)?)
}

fn check_name(tenant: &TenantSnapshot, client: &Client) -> Result<(), ClientError> {
    let taken = tenant.clients.values().any(|other| {
        other.id != client.id && other.application == client.application && other.name == client.name
    });
    if taken {
        Err(ClientError::NameTaken)
    } else {
        Ok(())
    }
}
