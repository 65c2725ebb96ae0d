//! Running identity mappers (consent-api 12.3): from a text to the one directory entry it means.

use std::collections::{BTreeMap, BTreeSet};

use consentry_domain::{
    SubjectId,
    credential::Principal,
    dn::Dn,
    subject::{Alias, Namespace},
    tenant::{IdentityMapper, MatchAttribute, RecordsSettings, ScriptAnswer},
};
use regex::{Regex, RegexBuilder};

use super::{identity::Mapped, live::LiveQuestion, requester::dn_alias, script::Script};
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
    script: Option<Script>,
    bases: Vec<Dn>,
}

/// An expression or a script that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("records.identity_mappers.{name} has no usable {part}: {why}")]
pub struct InvalidMapper {
    /// The mapper.
    pub name: String,
    /// `pattern` or `script`.
    pub part: &'static str,
    /// What is wrong, in the words of the compiler; of a script with its line.
    pub why: String,
}

impl Mappers {
    /// Prepares the mappers of these settings.
    pub fn prepare(settings: &RecordsSettings) -> Result<Self, InvalidMapper> {
        let prepared = settings.identity_mappers.iter().map(|(name, configured)| {
            let unusable = |part, why| InvalidMapper {
                name: name.clone(),
                part,
                why,
            };
            let (mut pattern, mut script) = (None, None);
            match configured {
                IdentityMapper::Pattern {
                    pattern: expression, ..
                } => {
                    let built = RegexBuilder::new(expression)
                        .size_limit(LARGEST_EXPRESSION)
                        .build();
                    pattern = Some(built.map_err(|error| unusable("pattern", error.to_string()))?);
                }
                IdentityMapper::Scripted {
                    script: source,
                    answer,
                    ..
                } => {
                    let compiled = Script::compile(source, *answer);
                    script = Some(compiled.map_err(|error| unusable("script", error.to_string()))?);
                }
                IdentityMapper::Exact { .. } | IdentityMapper::Template { .. } => {}
            }
            let bases = configured.bases().iter();
            let mapper = Mapper {
                configured: configured.clone(),
                pattern,
                script,
                bases: bases.filter_map(|base| Dn::parse(base).ok()).collect(),
            };
            Ok((name.clone(), mapper))
        });
        prepared.collect::<Result<_, _>>().map(Self)
    }
}

impl Mapper {
    fn takes(&self, dn: &Dn) -> bool {
        self.bases.is_empty() || self.bases.iter().any(|base| dn.is_below(base))
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
            IdentityMapper::Scripted {
                answer, attributes, ..
            } => {
                let Some(script) = &mapper.script else {
                    return Ok(None);
                };
                let said = match script.run(text) {
                    Ok(Some(said)) if said.len() <= LONGEST => said,
                    Ok(None) => return Ok(None),
                    Ok(Some(_)) => {
                        tracing::warn!(
                            mapper.name = name,
                            "the answer of a script is too long; it maps nobody"
                        );
                        return Ok(None);
                    }
                    Err(error) => {
                        tracing::warn!(mapper.name = name, %error, "a script gave no answer; it maps nobody");
                        return Ok(None);
                    }
                };
                match answer {
                    ScriptAnswer::Value => self.entry_matching(tenant, mapper, attributes, &said).await,
                    ScriptAnswer::Entry | ScriptAnswer::User => {
                        let Some(dn) = Dn::parse(&said).ok().filter(|dn| mapper.takes(dn)) else {
                            return Ok(None);
                        };
                        match answer {
                            ScriptAnswer::Entry => self.entry_by_dn(tenant, dn.as_str()).await,
                            _ => self.entry_with_dn(tenant, dn).await.map(Some),
                        }
                    }
                }
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
        let mut hits = hits.into_iter().filter(|(dn, _)| mapper.takes(dn));
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
