//! Data clusters of FDX: which of them a definition opens, and what they are in plain words (consent-dashboard B4.2, D2).

use consentry_domain::{Consent, DefinitionKey};
use consentry_ledger::{TenantSnapshot, agreements::Connection};
use consentry_web::texts::Language;

/// A cluster that there are words for.
struct Known {
    name: &'static str,
    title: &'static str,
    fields: &'static str,
    is_sensitive: bool,
}

const fn known(name: &'static str, title: &'static str, fields: &'static str) -> Known {
    Known {
        name,
        title,
        fields,
        is_sensitive: false,
    }
}

const fn sensitive(name: &'static str, title: &'static str, fields: &'static str) -> Known {
    Known {
        is_sensitive: true,
        ..known(name, title, fields)
    }
}

/// The table of D2.
const KNOWN: [Known; 14] = [
    known(
        "ACCOUNT_BASIC",
        "cluster-account-basic",
        "cluster-account-basic-fields",
    ),
    known(
        "ACCOUNT_DETAILED",
        "cluster-account-detailed",
        "cluster-account-detailed-fields",
    ),
    sensitive(
        "ACCOUNT_PAYMENTS",
        "cluster-payment-support",
        "cluster-payment-support-fields",
    ),
    sensitive(
        "PAYMENT_SUPPORT",
        "cluster-payment-support",
        "cluster-payment-support-fields",
    ),
    known(
        "TRANSACTIONS",
        "cluster-transactions",
        "cluster-transactions-fields",
    ),
    known("STATEMENTS", "cluster-statements", "cluster-statements-fields"),
    known("BILLS", "cluster-bills", "cluster-bills-fields"),
    known("INVESTMENTS", "cluster-investments", "cluster-investments-fields"),
    known("REWARDS", "cluster-rewards", "cluster-rewards-fields"),
    known("TAX", "cluster-tax", "cluster-tax-fields"),
    known("IMAGES", "cluster-images", "cluster-images-fields"),
    known(
        "CUSTOMER_CONTACT",
        "cluster-customer-contact",
        "cluster-customer-contact-fields",
    ),
    sensitive(
        "CUSTOMER_PERSONAL",
        "cluster-customer-personal",
        "cluster-customer-personal-fields",
    ),
    known(
        "NOTIFICATIONS",
        "cluster-notifications",
        "cluster-notifications-fields",
    ),
];

/// A cluster in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterView {
    /// What it is called: in plain words, or as the bank does where there are none.
    pub title: String,
    /// What it opens; none where nobody has said.
    pub fields: Option<String>,
    /// Whether it is told to look twice.
    pub is_sensitive: bool,
}

impl ClusterView {
    fn new(language: &'static Language, name: &str) -> Self {
        let known = KNOWN.iter().find(|known| known.name == name);
        Self {
            title: known.map_or_else(|| name.to_owned(), |known| language.text(known.title).to_string()),
            fields: known.map(|known| language.text(known.fields).to_string()),
            is_sensitive: known.is_some_and(|known| known.is_sensitive),
        }
    }

    /// The clusters that the bank says a definition opens, in words; none where it says nothing of this one.
    pub fn of(tenant: &TenantSnapshot, language: &'static Language, key: &DefinitionKey) -> Vec<Self> {
        let names = said(tenant, key).into_iter().flatten();
        names.map(|name| Self::new(language, name)).collect()
    }
}

fn said<'a>(tenant: &'a TenantSnapshot, key: &DefinitionKey) -> Option<&'a Vec<String>> {
    let fdx = tenant.tenant.dashboard.fdx.as_ref()?;
    fdx.clusters.get(key.as_str())
}

/// What is opened now, each once; of a connection that is over, what was.
pub fn opened(tenant: &TenantSnapshot, connection: &Connection) -> Vec<String> {
    let is_over = !connection.agreement.is_in_force(connection.seen_at);
    named(tenant, connection, |consent| {
        is_over || consent.is_in_force(connection.seen_at)
    })
}

/// What was agreed to and is not opened any more, while the connection stands.
pub fn given_back(tenant: &TenantSnapshot, connection: &Connection) -> Vec<String> {
    let opened = opened(tenant, connection);
    let mut all = named(tenant, connection, |_| true);
    all.retain(|name| !opened.contains(name));
    all
}

fn named(tenant: &TenantSnapshot, connection: &Connection, counts: impl Fn(&Consent) -> bool) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for consent in connection.consents.iter().filter(|consent| counts(consent)) {
        for name in tenant.clusters_of(&consent.slot.definition) {
            if !found.contains(&name) {
                found.push(name);
            }
        }
    }
    found
}

/// What has to be given back so that these clusters are not opened any more, and no other that is to stay.
pub fn behind(
    tenant: &TenantSnapshot,
    connection: &Connection,
    remove: &[&str],
) -> Result<Vec<DefinitionKey>, Tied> {
    let now = connection.seen_at;
    let standing = connection
        .consents
        .iter()
        .filter(|consent| consent.is_in_force(now));
    let opening = standing.map(|consent| {
        (
            &consent.slot.definition,
            tenant.clusters_of(&consent.slot.definition),
        )
    });
    let (gone, kept): (Vec<_>, Vec<_>) =
        opening.partition(|(_, names)| names.iter().any(|name| remove.contains(&name.as_str())));
    for (_, names) in &gone {
        let stays = |name: &&String| {
            !remove.contains(&name.as_str()) && !kept.iter().any(|(_, kept)| kept.contains(name))
        };
        let with: Vec<String> = names.iter().filter(stays).cloned().collect();
        if let (false, Some(cluster)) = (with.is_empty(), names.iter().find(|name| !with.contains(name))) {
            return Err(Tied {
                cluster: cluster.clone(),
                with,
            });
        }
    }
    Ok(gone.into_iter().map(|(key, _)| key.clone()).collect())
}

/// A cluster that cannot be given back alone: what opens it opens others too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tied {
    /// Which.
    pub cluster: String,
    /// Those that would have to go with it.
    pub with: Vec<String>,
}
