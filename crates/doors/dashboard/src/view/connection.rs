//! One connection as people see it (consent-dashboard B3, B4).

use consentry_domain::{
    State, Timestamp,
    authorization_details::DurationType,
    client::Party,
    decision::{Actor, EndReason, Role},
    definition::DefinitionKind,
};
use consentry_ledger::{TenantSnapshot, agreements::Connection};
use consentry_web::{
    logos,
    page::ShownName,
    texts::{Language, Text},
};

use super::{
    Telling,
    accounts::{AccountsView, nothing_is_shared},
    item::{ItemView, Words},
    link::Link,
    renewal::Keeping,
    status::{Mark, Phase},
};

/// A connection in words.
#[derive(Debug, Clone)]
pub struct ConnectionView {
    /// Its id, for forms.
    pub id: String,
    /// Which application, for grouping.
    pub client: String,
    /// Trade name of who receives the data, or the name that was shown when it was granted.
    pub name: ShownName,
    /// Path of its logo; empty where there is none.
    pub logo: String,
    /// Name of the application, where it differs from the trade name.
    pub application: Option<ShownName>,
    /// Legal name.
    pub legal_name: Option<ShownName>,
    /// Whether the operator has verified who it is.
    pub verified: bool,
    /// Registry and id in it.
    pub registered: Option<String>,
    /// Web site.
    pub website: Option<Link>,
    /// Where to complain or ask for deletion.
    pub contact: Option<Link>,
    /// Hosts that the application was reached at when it was granted.
    pub hosts: Vec<String>,
    /// Where it stands.
    pub phase: Phase,
    /// The same in a word.
    pub status: String,
    /// What is shared; after a narrowing, what is left of it.
    pub items: Vec<ItemView>,
    /// What was granted and does not count any more, while the connection does.
    pub withdrawn: Vec<ItemView>,
    /// The purposes, each once, in the order of the items.
    pub purposes: Vec<Purpose>,
    /// What opens data, in a few words.
    pub summary: String,
    /// When it was granted.
    pub granted: String,
    /// Day it was granted, spelled out.
    pub granted_on: String,
    /// Until when, or that there is no end.
    pub until: String,
    /// How long it is for: once, until a day, or until it is stopped (consent-dashboard B4.5).
    pub duration: String,
    /// How far back data may be asked for, where that was said.
    pub lookback: Option<String>,
    /// How it came to its end, once it has.
    pub ended: Option<String>,
    /// When it ended, for announcements and for sorting.
    pub ended_at: Option<Timestamp>,
    /// When it was granted, for sorting.
    pub granted_at: Timestamp,
    /// When data was last delivered, or that it never was.
    pub last_used: String,
    /// On how many of the last 30 days.
    pub used_days: String,
    /// When data was last asked for and refused, or that it never was.
    pub last_refused: String,
    /// When it was granted or last used, whatever came later, for sorting.
    pub recent_at: Timestamp,
    /// When it ends, for sorting.
    pub ends_at: Option<Timestamp>,
    /// When its end was last moved.
    pub renewed: Option<String>,
    /// Through whom the application gets the data, nearest to it first.
    pub intermediaries: Vec<Intermediary>,
    /// The same in a few words, for a card; empty where there are none.
    pub through: String,
    /// The accounts it is about; none where nobody has said anything about accounts.
    pub accounts: Option<AccountsView>,
    /// What is said of it beside where it stands.
    pub marks: Vec<String>,
    /// Whether and where it can be kept for longer now.
    pub keeping: Keeping,
    /// Whether the data comes from other places than the bank.
    pub is_source: bool,
    /// Whether the bank lets people give some of it back while it stands.
    pub may_narrow: bool,
    /// The time zone of its times.
    pub zone: String,
    /// Raised with each change; forms that change something say which one they saw.
    pub version: u32,
}

/// Somebody through whom an application gets data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intermediary {
    /// For forms.
    pub id: String,
    /// Trade name.
    pub name: ShownName,
}

/// What data is used for, as it was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purpose {
    /// The text with its language.
    pub words: Words,
    /// Version of the text.
    pub version: String,
    /// What it is about.
    pub about: Vec<Words>,
}

impl ConnectionView {
    /// Puts a listed connection into words.
    pub fn new(telling: &Telling<'_>, connection: &Connection) -> Self {
        let Telling { tenant, language, .. } = *telling;
        let agreement = &connection.agreement;
        let client = tenant.clients.get(&agreement.client);
        let party = client.and_then(|client| tenant.party_of(client));
        let disclosed = &agreement.disclosure;
        let name = ShownName::new(party.map_or(disclosed.client_name.as_str(), |party| party.name.as_str()));
        let nothing = nothing_is_shared(telling.held, &agreement.accounts);
        let phase = Phase::of(connection, client.is_none_or(|client| client.enabled), nothing);
        let items = items(tenant, language, connection, phase);
        let (items, withdrawn): (Vec<_>, Vec<_>) = items.into_iter().partition(|item| item.in_force);
        let application = ShownName::new(&disclosed.client_name);
        let mut own = Self {
            id: agreement.id.to_string(),
            client: agreement.client.as_str().to_owned(),
            logo: client
                .map(|client| logos::of_client(tenant, client))
                .unwrap_or_default(),
            application: (application != name).then_some(application),
            legal_name: party
                .map_or(disclosed.organization.as_deref(), |party| {
                    party.legal_name.as_deref()
                })
                .map(ShownName::new)
                .filter(|legal| *legal != name),
            verified: party.is_some_and(|party| party.verified),
            registered: party.and_then(registered),
            website: party.and_then(|party| party.website.as_deref()).map(Link::new),
            contact: party.and_then(|party| party.contact.as_deref()).map(Link::new),
            hosts: disclosed.redirect_hosts.clone(),
            phase,
            status: phase.label(language).to_string(),
            purposes: purposes(&items),
            summary: summary(language, &items),
            items,
            withdrawn,
            granted: telling.moment(agreement.created_at),
            granted_on: language.date(telling.day(agreement.created_at)),
            until: match agreement.valid_until {
                Some(until) => language
                    .text("dashboard-until")
                    .with("date", telling.day(until))
                    .to_string(),
                None => language.text("dashboard-no-end").to_string(),
            },
            duration: language
                .text(match agreement.duration_type() {
                    DurationType::OneTime => "dashboard-duration-once",
                    DurationType::TimeBound => "dashboard-duration-bound",
                    DurationType::Persistent => "dashboard-duration-open",
                })
                .to_string(),
            lookback: agreement.lookback_days().map(|days| {
                let text = language.text("lookback-days");
                text.with("count", u64::from(days)).to_string()
            }),
            ended: ended(telling, connection, &name).map(|text| text.to_string()),
            ended_at: (!phase.has_access()).then(|| connection.ends_at()).flatten(),
            granted_at: agreement.created_at,
            last_used: telling.recently(connection.usage.last_used_at(), connection.seen_at),
            used_days: language
                .text("dashboard-used-days-count")
                .with("count", u64::from(connection.usage.used_days(connection.seen_at)))
                .to_string(),
            last_refused: telling.recently(connection.usage.last_refused_at(), connection.seen_at),
            recent_at: connection
                .usage
                .last_used_at()
                .map_or(agreement.created_at, |used| used.max(agreement.created_at)),
            ends_at: agreement.valid_until,
            renewed: agreement.renewed_at.map(|at| telling.moment(at)),
            intermediaries: disclosed
                .intermediaries
                .iter()
                .filter_map(|id| tenant.parties.get(id))
                .map(|party| Intermediary {
                    id: party.id.to_string(),
                    name: ShownName::new(&party.name),
                })
                .collect(),
            through: String::new(),
            accounts: AccountsView::new(telling, connection),
            marks: if phase.has_access() {
                let marks = Mark::of(connection);
                marks
                    .into_iter()
                    .map(|mark| mark.label(language).to_string())
                    .collect()
            } else {
                Vec::new()
            },
            keeping: Keeping::of(tenant, client, connection),
            is_source: is_source(tenant, connection),
            may_narrow: tenant.tenant.dashboard.cluster_changes && phase.has_access(),
            zone: telling.zone_name().to_owned(),
            version: agreement.version,
            name,
        };
        if !own.intermediaries.is_empty() {
            let through = own.names_through(language);
            own.through = language
                .text("dashboard-through-line")
                .with("name", through)
                .to_string();
        }
        own
    }

    /// What of it can be given back alone: there is more than one thing that opens data.
    pub fn removable(&self) -> Vec<&ItemView> {
        let opening: Vec<&ItemView> = self.items.iter().filter(|item| item.opens_data).collect();
        if self.may_narrow && opening.len() > 1 {
            opening
        } else {
            Vec::new()
        }
    }

    /// Whether some of it can be given back and the rest kept.
    pub fn can_narrow(&self) -> bool {
        !self.removable().is_empty()
    }

    /// Names of those through whom the application gets the data, for a sentence.
    pub fn names_through(&self, language: &'static Language) -> String {
        language.list(self.intermediaries.iter().map(|party| party.name.short.as_str()))
    }

    /// When it ended, spelled out.
    pub fn ended_moment(&self, telling: &Telling<'_>) -> String {
        self.ended_at.map(|at| telling.moment(at)).unwrap_or_default()
    }
}

/// The consents in words, what opens data first. While a connection stands each counts or not by itself; once it is over, all of them are what it was.
fn items(
    tenant: &TenantSnapshot,
    language: &'static Language,
    connection: &Connection,
    phase: Phase,
) -> Vec<ItemView> {
    let mut items: Vec<ItemView> = connection
        .consents
        .iter()
        .map(|consent| {
            let state = if phase.has_access() {
                consent.state_at(connection.seen_at)
            } else {
                State::Accepted
            };
            ItemView::new(tenant, language, consent, state)
        })
        .collect();
    items.sort_by_key(|item| !item.opens_data);
    items
}

fn purposes(items: &[ItemView]) -> Vec<Purpose> {
    let mut found: Vec<Purpose> = Vec::new();
    for item in items {
        let Some((words, version)) = &item.purpose else {
            continue;
        };
        match found
            .iter_mut()
            .find(|purpose| purpose.words == *words && purpose.version == *version)
        {
            Some(purpose) => purpose.about.push(item.title.clone()),
            None => found.push(Purpose {
                words: words.clone(),
                version: version.clone(),
                about: vec![item.title.clone()],
            }),
        }
    }
    found
}

/// What opens data; where nothing does, all of it.
fn summary(language: &'static Language, items: &[ItemView]) -> String {
    let titles = |all: bool| -> Vec<&str> {
        items
            .iter()
            .filter(|item| all || item.opens_data)
            .map(|item| item.title.text.as_str())
            .collect()
    };
    let opening = titles(false);
    language.list(if opening.is_empty() { titles(true) } else { opening })
}

fn registered(party: &Party) -> Option<String> {
    let id = party.registered_id.as_deref()?;
    Some(match party.registry.as_deref() {
        Some(registry) => format!("{registry} {id}"),
        None => id.to_owned(),
    })
}

/// By whom it ended, and when (B6.3).
fn ended(telling: &Telling<'_>, connection: &Connection, name: &ShownName) -> Option<Text> {
    let Telling { tenant, language, .. } = *telling;
    let at = connection.ends_at();
    let text = match (connection.state, &connection.agreement.ended) {
        (State::Expired, _) => language.text("dashboard-ended-by-time"),
        (_, Some(ended)) => match (ended.reason, &ended.by) {
            (EndReason::Emptied, _) => language.text("dashboard-ended-emptied"),
            (
                _,
                Actor {
                    role: Role::Subject, ..
                },
            ) => language.text("dashboard-ended-by-you"),
            (
                _,
                Actor {
                    role: Role::Delegate, ..
                },
            ) => language.text("dashboard-ended-by-delegate"),
            (
                _,
                Actor {
                    role: Role::Party, ..
                },
            ) => language
                .text("dashboard-ended-by-app")
                .with("app", name.short.as_str()),
            (
                _,
                Actor {
                    role: Role::Staff, ..
                },
            ) => language
                .text("dashboard-ended-by-bank")
                .with("bank", tenant.tenant.brand.name.as_str()),
            (
                _,
                Actor {
                    role: Role::System, ..
                },
            ) => language.text("dashboard-ended-by-system"),
        },
        (_, None) => return None,
    };
    Some(text.with("moment", telling.moment(at?)))
}

/// Whether an agreement is about data sources of a dataspace.
fn is_source(tenant: &TenantSnapshot, connection: &Connection) -> bool {
    connection.agreement.items.iter().any(|item| {
        let definition = tenant.definitions.get(&item.definition);
        definition.is_some_and(|definition| definition.kind == DefinitionKind::Source)
    })
}
