//! The list as people see it: who has access, by application, and who has not any more (consent-dashboard B3).

use consentry_ledger::{TenantSnapshot, agreements::Connection};
use consentry_web::texts::Language;

use super::{ConnectionView, Phase, is_listed};

/// How many ended connections are shown before they are asked for.
const ENDED_AT_FIRST: usize = 10;

/// All connections of a person, in words.
#[derive(Debug, Clone)]
pub struct List {
    /// Applications with access, the one first that was granted or used last.
    pub groups: Vec<Group>,
    /// Connections that ended, the latest first.
    pub ended: Vec<ConnectionView>,
    /// How many ended ones there are in all.
    pub ended_in_all: usize,
    /// How many connections stand and how many of them end soon, in a sentence.
    pub summary: String,
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

impl List {
    /// Puts connections into words; `all` shows every ended one.
    pub fn new(
        tenant: &TenantSnapshot,
        language: &'static Language,
        connections: &[Connection],
        all: bool,
    ) -> Self {
        let views = connections
            .iter()
            .filter(|connection| is_listed(connection))
            .map(|connection| ConnectionView::new(tenant, language, connection));
        let (mut standing, mut ended): (Vec<_>, Vec<_>) = views.partition(|view| view.phase.has_access());
        standing.sort_by_key(|view| std::cmp::Reverse((view.recent_at, view.granted_at)));
        ended.sort_by_key(|view| std::cmp::Reverse(view.ended_at));
        let soon = standing
            .iter()
            .filter(|view| view.phase == Phase::EndsSoon)
            .count();
        let groups = grouped(standing);
        let ended_in_all = ended.len();
        if !all {
            ended.truncate(ENDED_AT_FIRST);
        }
        let summary = summary(language, groups.len(), soon);
        Self {
            groups,
            ended,
            ended_in_all,
            summary,
        }
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
