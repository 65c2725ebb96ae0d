//! What a person agreed to outside of connections, in words: purposes and preferences, and records of back ends.

use consentry_domain::{Audience, Consent, State, Timestamp, decision::Role, definition::DefinitionKind};
use consentry_ledger::agreements::{SingleEntry, SingleHappened};
use consentry_web::page::ShownName;

use super::{Telling, item::ItemView};

/// One thing that somebody agreed to.
#[derive(Debug, Clone)]
pub struct SingleView {
    /// For forms.
    pub id: String,
    /// Whether it is about what data is used for, in contrast to a record.
    pub is_purpose: bool,
    /// What it is and what it means.
    pub item: ItemView,
    /// Whom it is for, where that is not the bank itself.
    pub whom: Option<ShownName>,
    /// Whether it counts.
    pub stands: bool,
    /// The word for where it stands.
    pub status: String,
    /// The name of its picture and colour.
    pub kind: &'static str,
    /// Since when, or when it ended.
    pub since: String,
    /// Until when, or that there is no end.
    pub until: String,
    /// The same by the minute.
    pub granted: String,
}

/// All that somebody agreed to outside of connections, by kind.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    purposes: Vec<SingleView>,
    records: Vec<SingleView>,
}

impl Beside {
    /// Sorts them by kind; what stands comes first.
    pub fn new(mut views: Vec<SingleView>) -> Self {
        views.sort_by_key(|view| !view.stands);
        let (purposes, records) = views.into_iter().partition(|view| view.is_purpose);
        Self { purposes, records }
    }

    /// Whether there is nothing of the kind.
    pub const fn is_empty(&self) -> bool {
        self.purposes.is_empty() && self.records.is_empty()
    }

    /// Each kind of which there is something: an id, its heading and what it is about, and what there is.
    pub fn groups(&self) -> Vec<(&'static str, &'static str, &'static str, &[SingleView])> {
        let kinds = [
            (
                "purposes",
                "dashboard-purposes",
                "dashboard-purposes-text",
                self.purposes.as_slice(),
            ),
            (
                "records",
                "dashboard-records",
                "dashboard-records-text",
                self.records.as_slice(),
            ),
        ];
        let mut kinds = kinds.to_vec();
        kinds.retain(|(.., views)| !views.is_empty());
        kinds
    }
}

/// One line of what happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SingleLine {
    /// What happened, with who did it.
    pub what: String,
    /// When.
    pub when: String,
}

impl SingleView {
    /// Puts a consent into words, as it is at a moment.
    pub fn new(telling: &Telling<'_>, consent: &Consent, now: Timestamp) -> Self {
        let language = telling.language;
        let state = consent.state_at(now);
        let stands = matches!(state, State::Accepted | State::Restricted);
        let definition = telling.tenant.definitions.get(&consent.slot.definition);
        let (kind, status) = match state {
            State::Accepted | State::Restricted => ("active", "dashboard-status-active"),
            State::Expired => ("ended", "dashboard-status-ended"),
            _ => ("stopped", "dashboard-status-stopped"),
        };
        let granted = consent.valid_from.unwrap_or(consent.created_at);
        let over = consent
            .ended
            .as_ref()
            .map(|ended| ended.at)
            .or(consent.valid_until);
        let since = match over.filter(|_| !stands) {
            Some(at) => language
                .text("dashboard-single-over")
                .with("date", telling.day(at)),
            None => language
                .text("dashboard-since")
                .with("date", telling.day(granted)),
        };
        Self {
            id: consent.id.to_string(),
            is_purpose: definition.is_some_and(|definition| {
                matches!(
                    definition.kind,
                    DefinitionKind::Purpose | DefinitionKind::Preference
                )
            }),
            item: ItemView::new(telling.tenant, language, consent, state),
            whom: whom(telling, &consent.slot.audience),
            stands,
            status: language.text(status).to_string(),
            kind,
            since: since.to_string(),
            until: match consent.valid_until {
                Some(until) => language.text("dashboard-until").with("date", telling.day(until)),
                None => language.text("dashboard-no-end"),
            }
            .to_string(),
            granted: telling.moment(granted),
        }
    }
}

fn whom(telling: &Telling<'_>, audience: &Audience) -> Option<ShownName> {
    let tenant = telling.tenant;
    match audience {
        Audience::None => None,
        Audience::Named(name) => Some(ShownName::new(name)),
        Audience::Client(id) => {
            let client = tenant.clients.get(id);
            let party = client.and_then(|client| tenant.party_of(client));
            let name = party.map(|party| party.name.as_str());
            let name = name.or_else(|| client.map(|client| client.name.as_str()));
            Some(ShownName::new(name.unwrap_or(id.as_str())))
        }
        Audience::Party(id) => tenant.parties.get(id).map(|party| ShownName::new(&party.name)),
    }
}

/// What happened, newest first.
pub fn lines(telling: &Telling<'_>, history: &[SingleEntry]) -> Vec<SingleLine> {
    let language = telling.language;
    let bank = telling.tenant.tenant.brand.name.as_str();
    let line = |entry: &SingleEntry| {
        let key = match (entry.what, entry.by.role) {
            (SingleHappened::Granted, Role::Subject) => "dashboard-single-granted-by-you",
            (SingleHappened::Granted, _) => "dashboard-single-granted",
            (SingleHappened::Refused, _) => "dashboard-single-refused",
            (SingleHappened::Changed, _) => "dashboard-single-changed",
            (SingleHappened::Revoked, Role::Subject) => "dashboard-single-stopped-by-you",
            (SingleHappened::Revoked, Role::Staff) => "dashboard-activity-stopped-by-bank",
            (SingleHappened::Revoked, _) => "dashboard-activity-stopped",
        };
        SingleLine {
            what: language.text(key).with("bank", bank).to_string(),
            when: telling.moment(entry.at),
        }
    };
    history.iter().rev().map(line).collect()
}
