//! Running identity mappers (consent-api 12.3): from a text to the one directory entry it means.

use std::collections::{BTreeMap, BTreeSet};

use consentry_domain::{
    SubjectId,
    credential::Principal,
    dn::Dn,
    subject::{Alias, Namespace},
    tenant::{IdentityMapper, MatchAttribute, RecordsSettings},
};
use regex::{Regex, RegexBuilder};

use super::{identity::Mapped, live::LiveQuestion, requester::dn_alias};
use crate::{Ledger, TenantSnapshot, error::Fault};

/// Largest compiled expression, in bytes.
const LARGEST_EXPRESSION: usize = 1 << 20;

/// Longest text a mapper looks at, in bytes.
const LONGEST: usize = 8 * 1024;

/// The mappers of a tenant, ready to run.
#[derive(Debug, Default)]
pub struct Mappers(BTreeMap<String, Mapper>);

#[derive(Debug)]
struct Mapper {
    configured: IdentityMapper,
    pattern: Option<Regex>,
    bases: Vec<Dn>,
}

/// An expression that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("records.identity_mappers.{name} has no usable pattern: {why}")]
pub struct InvalidPattern {
    /// The mapper.
    pub name: String,
    /// What is wrong, in the words of the expression compiler.
    pub why: String,
}

impl Mappers {
    /// Prepares the mappers of these settings.
    pub fn prepare(settings: &RecordsSettings) -> Result<Self, InvalidPattern> {
        let mut mappers = BTreeMap::new();
        for (name, configured) in &settings.identity_mappers {
            let pattern = match configured {
                IdentityMapper::Pattern { pattern, .. } => Some(
                    RegexBuilder::new(pattern)
                        .size_limit(LARGEST_EXPRESSION)
                        .build()
                        .map_err(|error| InvalidPattern {
                            name: name.clone(),
                            why: error.to_string(),
                        })?,
                ),
                _ => None,
            };
            let bases = match configured {
                IdentityMapper::Exact { bases, .. } | IdentityMapper::Pattern { bases, .. } => {
                    bases.as_slice()
                }
                IdentityMapper::Template { .. } => &[],
            };
            let mapper = Mapper {
                configured: configured.clone(),
                pattern,
                bases: bases.iter().filter_map(|base| Dn::parse(base).ok()).collect(),
            };
            mappers.insert(name.clone(), mapper);
        }
        Ok(Self(mappers))
    }
}

impl Ledger {
    /// What a text means to one mapper; none where it means nobody, or more than one. So does a mapper that is not configured.
    pub(crate) async fn run_mapper(
        &self,
        tenant: &TenantSnapshot,
        name: &str,
        text: &str,
    ) -> Result<Option<Mapped>, Fault> {
        let Some(mapper) = tenant.mappers.0.get(name).filter(|_| text.len() <= LONGEST) else {
            return Ok(None);
        };
        match &mapper.configured {
            template @ IdentityMapper::Template { .. } => match template.from_template(text) {
                Some(dn) => self.entry_with_dn(tenant, dn).await.map(Some),
                None => Ok(None),
            },
            IdentityMapper::Exact { attributes, .. } => {
                self.entry_matching(tenant, mapper, attributes, text).await
            }
            IdentityMapper::Pattern {
                replacement,
                attributes,
                ..
            } => {
                let replaced = mapper
                    .pattern
                    .as_ref()
                    .map(|pattern| pattern.replace_all(text, replacement.as_str()));
                let text = replaced.as_deref().unwrap_or(text);
                self.entry_matching(tenant, mapper, attributes, text).await
            }
        }
    }

    /// The entry with a distinguished name, whether it is there or only said to be.
    async fn entry_with_dn(&self, tenant: &TenantSnapshot, dn: Dn) -> Result<Mapped, Fault> {
        let person = self.find_subject(tenant, &dn_alias(&dn)).await?;
        Ok(Mapped {
            dn: Some(dn.into()),
            person,
        })
    }

    async fn entry_matching(
        &self,
        tenant: &TenantSnapshot,
        mapper: &Mapper,
        attributes: &[MatchAttribute],
        text: &str,
    ) -> Result<Option<Mapped>, Fault> {
        let mut hits = BTreeSet::new();
        for attribute in attributes {
            if let Some(person) = self.person_matching(tenant, *attribute, text).await?
                && let Some(dn) = self.dn_of(tenant, person).await?
            {
                hits.insert((dn, Some(person)));
            }
            let accounts = tenant
                .principals
                .called(text)
                .filter(|entry| matches(entry, *attribute, text));
            for dn in accounts.filter_map(|entry| Dn::parse(&entry.dn).ok()) {
                let person = self.find_subject(tenant, &dn_alias(&dn)).await?;
                hits.insert((dn, person));
            }
        }
        let mut hits = hits
            .into_iter()
            .filter(|(dn, _)| mapper.bases.is_empty() || mapper.bases.iter().any(|base| dn.is_below(base)));
        match (hits.next(), hits.next()) {
            (Some((dn, person)), None) => Ok(Some(Mapped {
                dn: Some(dn.into()),
                person,
            })),
            (Some(_), Some(_)) => Ok(None),
            (None, _) => {
                let question = LiveQuestion::Matching {
                    attributes,
                    text,
                    bases: &mapper.bases,
                };
                self.entry_listed(tenant, question).await
            }
        }
    }

    async fn person_matching(
        &self,
        tenant: &TenantSnapshot,
        attribute: MatchAttribute,
        text: &str,
    ) -> Result<Option<SubjectId>, Fault> {
        let namespace = match attribute {
            MatchAttribute::Uid => Namespace::Login,
            MatchAttribute::Customer => Namespace::Customer,
            MatchAttribute::EntryUuid => return self.subject_with_id(tenant, text).await,
            MatchAttribute::Cn => return Ok(None),
        };
        self.find_subject(tenant, &Alias::new(namespace, text)).await
    }
}

fn matches(entry: &Principal, attribute: MatchAttribute, text: &str) -> bool {
    match attribute {
        MatchAttribute::Uid => entry.uid.iter().chain(&entry.names).any(|own| own == text),
        MatchAttribute::Cn => entry.cn.iter().chain(&entry.names).any(|own| own == text),
        MatchAttribute::EntryUuid => entry.entry_uuid.as_deref() == Some(text),
        MatchAttribute::Customer => false,
    }
}
