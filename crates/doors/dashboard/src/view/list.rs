//! The list as people see it: who has access, by application, and who has not any more (consent-dashboard B3).

use std::collections::BTreeSet;

use consentry_domain::{AccountId, Timestamp};
use consentry_ledger::agreements::Connection;
use consentry_web::{parameters::Parameters, texts::Language};

use super::{
    ConnectionView, Phase, Telling,
    accounts::label,
    is_listed,
    joint::JointView,
    single::{Beside, SingleView},
};

/// How many ended connections are shown before they are asked for.
const ENDED_AT_FIRST: usize = 10;

/// From how many connections on they can be searched: more than seven.
const SEARCHABLE: usize = 8;

/// Longest text that is searched for, in characters.
const LONGEST_SEARCH: usize = 64;

/// All connections of a person, in words.
#[derive(Debug, Clone)]
pub struct List {
    /// Applications with access, the one first that was granted or used last.
    pub groups: Vec<Group>,
    /// The same for applications that get data from other places than the bank.
    pub sources: Vec<Group>,
    /// Connections that ended, the latest first.
    pub ended: Vec<ConnectionView>,
    /// How many ended ones there are in all.
    pub ended_in_all: usize,
    /// How many connections stand and how many of them end soon, in a sentence.
    pub summary: String,
    /// What was looked for.
    pub wanted: Wanted,
    /// Whether there is so much that it can be searched.
    pub can_search: bool,
    /// Whether there is something to put in another order.
    pub can_sort: bool,
    /// The accounts that can be asked about: id, name, and whether it is the one.
    pub accounts: Vec<(String, String, bool)>,
    /// How many connections stand, shown or not.
    pub standing: usize,
    /// What the person agreed to outside of connections.
    pub beside: Beside,
    /// Whether it is about applications with access to accounts and nothing else, shown or not.
    pub is_of_apps: bool,
    /// How much of all that stands, shown or not.
    pub standing_in_all: usize,
    /// What others share of accounts that they hold with the person.
    pub joint: Vec<JointView>,
    /// The next moment at which something of it ends by itself.
    pub next_end: Option<Timestamp>,
    /// Where the person switches mails about all this; none where they get none.
    pub notices: Option<String>,
}

/// The connections of one application; each ends separately.
#[derive(Debug, Clone)]
pub struct Group {
    /// At least one.
    pub connections: Vec<ConnectionView>,
}

impl Group {
    /// The connection that speaks for the application.
    pub fn only(&self) -> Option<&ConnectionView> {
        match self.connections.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }
}

/// What is looked for in the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Whether every ended connection is listed.
    pub all: bool,
    /// A part of a name.
    pub text: String,
    /// The order.
    pub order: Order,
    /// The account that those listed can see.
    pub account: Option<AccountId>,
}

/// The order of what stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// Granted or used last.
    #[default]
    Recent,
    /// By name.
    Name,
    /// What ends first.
    Ending,
}

impl Wanted {
    /// Reads a form; what cannot be read is not looked for.
    pub fn read(form: &Parameters) -> Self {
        let first = |name: &str| form.all(name).next().unwrap_or_default();
        Self {
            all: form.all("all").next().is_some(),
            text: first("find").trim().chars().take(LONGEST_SEARCH).collect(),
            order: match first("order") {
                "name" => Order::Name,
                "ending" => Order::Ending,
                _ => Order::Recent,
            },
            account: AccountId::parse(first("account")).ok(),
        }
    }

    /// Whether it asks for less than everything, or in another order.
    pub fn is_something(&self) -> bool {
        !self.text.is_empty() || self.order != Order::Recent || self.account.is_some()
    }

    /// The order on the wire.
    pub const fn order_name(&self) -> &'static str {
        match self.order {
            Order::Recent => "recent",
            Order::Name => "name",
            Order::Ending => "ending",
        }
    }

    /// The account on the wire.
    pub fn account_id(&self) -> &str {
        self.account.as_ref().map(AccountId::as_str).unwrap_or_default()
    }

    /// What was agreed to outside of connections is about no account.
    fn fits_single(&self, view: &SingleView) -> bool {
        let text = self.text.to_lowercase();
        let has = |name: &str| name.to_lowercase().contains(&text);
        let named = has(&view.item.title.text)
            || view.item.data.as_ref().is_some_and(|data| has(&data.text))
            || view.whom.as_ref().is_some_and(|whom| has(&whom.full));
        (text.is_empty() || named) && self.account.is_none()
    }

    fn fits(&self, view: &ConnectionView) -> bool {
        let text = self.text.to_lowercase();
        let has = |name: &str| name.to_lowercase().contains(&text);
        let named = has(&view.name.full)
            || view.application.as_ref().is_some_and(|name| has(&name.full))
            || view.intermediaries.iter().any(|party| has(&party.name.full));
        let sees = |account: &AccountId| match &view.accounts {
            None => true,
            Some(accounts) => {
                let known = accounts.all.iter().find(|view| view.id == account.as_str());
                known.map_or(accounts.others, |view| view.shared)
            }
        };
        (text.is_empty() || named) && self.account.as_ref().is_none_or(sees)
    }
}

impl List {
    /// Puts connections into words, and keeps what is wanted of them and of what was agreed to beside them.
    pub fn new(
        telling: &Telling<'_>,
        connections: &[Connection],
        mut singles: Vec<SingleView>,
        wanted: Wanted,
    ) -> Self {
        let views = connections
            .iter()
            .filter(|connection| is_listed(connection))
            .map(|connection| ConnectionView::new(telling, connection));
        let (mut standing, mut ended): (Vec<_>, Vec<_>) = views.partition(|view| view.phase.has_access());
        let count = standing.len();
        let can_search = count + ended.len() + singles.len() >= SEARCHABLE;
        let is_of_apps = singles.is_empty() && !standing.iter().any(|view| view.is_source);
        let standing_in_all = count + singles.iter().filter(|single| single.stands).count();
        singles.retain(|single| wanted.fits_single(single));
        let soon = standing
            .iter()
            .filter(|view| view.phase == Phase::EndsSoon)
            .count();
        let applications = standing
            .iter()
            .map(|view| view.client.as_str())
            .collect::<BTreeSet<_>>()
            .len();
        standing.retain(|view| wanted.fits(view));
        ended.retain(|view| wanted.fits(view));
        match wanted.order {
            Order::Recent => {
                standing.sort_by_key(|view| std::cmp::Reverse((view.recent_at, view.granted_at)));
            }
            Order::Name => standing.sort_by_key(|view| view.name.full.to_lowercase()),
            // What has no end comes last.
            Order::Ending => standing.sort_by_key(|view| (view.ends_at.is_none(), view.ends_at)),
        }
        ended.sort_by_key(|view| std::cmp::Reverse(view.ended_at));
        let ended_in_all = ended.len();
        if !wanted.all {
            ended.truncate(ENDED_AT_FIRST);
        }
        let (sources, apps) = standing.into_iter().partition(|view| view.is_source);
        let held = if count == 0 { &[] } else { telling.held.named() };
        Self {
            groups: grouped(apps),
            sources: grouped(sources),
            ended,
            ended_in_all,
            summary: summary(telling.language, applications, soon),
            can_search,
            can_sort: applications > 1,
            accounts: held
                .iter()
                .map(|holding| {
                    let chosen = wanted.account.as_ref() == Some(&holding.id);
                    (holding.id.as_str().to_owned(), label(holding), chosen)
                })
                .collect(),
            standing: count,
            beside: Beside::new(singles),
            is_of_apps,
            standing_in_all,
            joint: Vec::new(),
            next_end: None,
            notices: None,
            wanted,
        }
    }

    /// Whether nothing is shown although something was looked for.
    pub const fn found_nothing(&self) -> bool {
        self.groups.is_empty() && self.sources.is_empty() && self.ended.is_empty() && self.beside.is_empty()
    }

    /// Whether there is anything to look for.
    pub const fn can_look(&self) -> bool {
        self.can_search || self.can_sort || !self.accounts.is_empty()
    }

    /// Whether there are more ended connections than are shown.
    pub fn has_more(&self) -> bool {
        self.ended_in_all > self.ended.len()
    }
}

/// Keeps the order of each application's first connection.
fn grouped(views: Vec<ConnectionView>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for view in views {
        let same = |group: &&mut Group| group.connections.iter().any(|other| other.client == view.client);
        match groups.iter_mut().find(same) {
            Some(group) => group.connections.push(view),
            None => groups.push(Group {
                connections: vec![view],
            }),
        }
    }
    groups
}

fn summary(language: &'static Language, applications: usize, soon: usize) -> String {
    let mut sentence = language
        .text("dashboard-summary")
        .with("count", applications)
        .to_string();
    if soon > 0 {
        sentence.push(' ');
        sentence.push_str(
            &language
                .text("dashboard-summary-soon")
                .with("count", soon)
                .to_string(),
        );
    }
    sentence
}
