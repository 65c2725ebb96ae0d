//! Clients as configuration says them: by the same rules as those that are registered while the server runs.

use std::{collections::BTreeMap, fmt};

use consentry_domain::{
    ApplicationId, ClientId,
    client::{Client, ClientAuthority, Wrong},
    tenant::{Application, Tenant},
};

use super::rules::wrongs;
use crate::{TenantSnapshot, provision::Entry};

/// A client that breaks rules of registrations, with everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidRegistration {
    /// The client.
    pub client: ClientId,
    /// What is wrong.
    pub wrong: Vec<Wrong>,
}

impl fmt::Display for InvalidRegistration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "client {}", self.client)?;
        for (at, wrong) in self.wrong.iter().enumerate() {
            let mark = if at == 0 { ':' } else { ',' };
            write!(f, "{mark} {} {}", wrong.field, wrong.why)?;
        }
        Ok(())
    }
}

impl std::error::Error for InvalidRegistration {}

/// Refuses clients among `entries` that break rules, beside what is known of the tenant already.
pub fn check_registrations(
    tenant: &Tenant,
    known: Option<&TenantSnapshot>,
    entries: &[Entry],
) -> Result<(), InvalidRegistration> {
    let mut applications: BTreeMap<ApplicationId, &Application> = BTreeMap::new();
    let mut clients: BTreeMap<&ClientId, &Client> = BTreeMap::new();
    if let Some(known) = known {
        applications.extend(known.applications.iter().map(|(id, known)| (*id, known)));
        clients.extend(known.clients.iter().map(|(id, known)| (id, known.as_ref())));
    }
    for entry in entries {
        match entry {
            Entry::Application(own) => drop(applications.insert(own.id, own)),
            Entry::Client(own) => drop(clients.insert(&own.id, own)),
            _ => {}
        }
    }
    for entry in entries {
        let Entry::Client(client) = entry else { continue };
        let mut wrong = match applications.get(&client.application) {
            Some(application) => wrongs(tenant, application, client, true),
            None => vec![Wrong::new("application", "must be one of the tenant")],
        };
        let mut others = clients.values().filter(|other| other.id != client.id);
        if others.any(|other| other.application == client.application && other.name == client.name) {
            let why = "must be another one than that of another client of the application";
            wrong.push(Wrong::new("name", why));
        }
        if client.is_third_party && client.authority != ClientAuthority::None {
            wrong.push(Wrong::new("authority", "must be none for a third party"));
        }
        if !wrong.is_empty() {
            let client = client.id.clone();
            return Err(InvalidRegistration { client, wrong });
        }
    }
    Ok(())
}
