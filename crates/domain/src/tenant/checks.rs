//! Settings of the check API.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::InvalidSetting;
use crate::{ClientId, definition::DefinitionKind, subject::Namespace};

/// How the check API names people and things (enforcement-events-evidence 2.2, 2.5, 2.6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CheckSettings {
    /// Whose name `subject.id` is where a question does not say; a key of `issuers`, or a name of our own.
    pub default_issuer: String,
    /// Issuers of names, beside our own `urn:consentry:…`.
    pub issuers: BTreeMap<String, Namespace>,
    /// Kinds of definitions by the names that they have in questions, beside our own.
    pub resource_types: BTreeMap<String, DefinitionKind>,
    /// Clients whose `context.time` counts: it can only make an answer stricter.
    pub trusted_clocks: BTreeSet<ClientId>,
    /// Seconds that a permit may be kept at the most; 0 to 300.
    pub max_age_seconds: u32,
    /// Most questions in one request; 1 to 1,000.
    pub most_evaluations: u32,
    /// Most questions of one third party in a second, at each node. Back ends of the tenant ask as often as they like.
    pub party_questions_per_second: u32,
    /// Most searches of one client in a second, at each node.
    pub searches_per_second: u32,
    /// Most streams that one reader opens in a minute, at each node.
    pub streams_per_minute: u32,
}

impl Default for CheckSettings {
    fn default() -> Self {
        Self {
            default_issuer: "urn:consentry:login".to_owned(),
            issuers: BTreeMap::new(),
            resource_types: BTreeMap::new(),
            trusted_clocks: BTreeSet::new(),
            max_age_seconds: 30,
            most_evaluations: 100,
            party_questions_per_second: 1000,
            searches_per_second: 10,
            streams_per_minute: 10,
        }
    }
}

impl CheckSettings {
    /// Whether these can be served.
    pub fn check(&self) -> Result<(), InvalidSetting> {
        let refused = |key: &str, why| InvalidSetting {
            section: "checks",
            key: key.to_owned(),
            why,
        };
        if self.max_age_seconds > 300 {
            return Err(refused("max_age_seconds", "must be at most 300"));
        }
        if !(1..=1000).contains(&self.most_evaluations) {
            return Err(refused("most_evaluations", "must be from 1 to 1000"));
        }
        for (name, rate) in [
            ("party_questions_per_second", self.party_questions_per_second),
            ("searches_per_second", self.searches_per_second),
            ("streams_per_minute", self.streams_per_minute),
        ] {
            if rate == 0 {
                return Err(refused(name, "must be at least 1"));
            }
        }
        Ok(())
    }
}
