//! Directories that are asked live, as the configuration names them: the ledger's port over LDAP.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use consentry_domain::tenant::MatchAttribute;
use consentry_egress::{LdapAttribute, LdapClient, LdapEntry, LdapError, LdapHit, LdapQuestion};
use consentry_ledger::records::{DirectoryUnavailable, LiveDirectory, LiveEntry, LiveHit, LiveQuestion};
use secrecy::SecretString;
use uuid::Uuid;

use crate::configuration::{ConfigurationError, LdapSection};

/// The directories in the order they are asked. Connects to none yet.
pub fn configured(
    sections: &BTreeMap<String, LdapSection>,
) -> Result<Vec<Arc<dyn LiveDirectory>>, ConfigurationError> {
    let mut sections: Vec<_> = sections.iter().collect();
    sections.sort_by_key(|(name, section)| (section.order, *name));
    sections
        .into_iter()
        .map(|(name, section)| {
            let directory = LdapDirectory::new(name, section)?;
            Ok(Arc::new(directory) as Arc<dyn LiveDirectory>)
        })
        .collect()
}

/// One LDAP server.
#[derive(Debug)]
struct LdapDirectory {
    name: String,
    tenant: Option<String>,
    uid: LdapAttribute,
    cn: LdapAttribute,
    entry_uuid: LdapAttribute,
    customer: Option<LdapAttribute>,
    client: LdapClient,
}

impl LdapDirectory {
    fn new(name: &str, section: &LdapSection) -> Result<Self, ConfigurationError> {
        let attribute = |key: &str, text: &str| {
            LdapAttribute::parse(text).ok_or_else(|| {
                ConfigurationError::Value(format!("ldap.{name}.{key} must be the name of an attribute"))
            })
        };
        let client = LdapClient::new(section.settings(name)?)
            .map_err(|error| ConfigurationError::Value(format!("ldap.{name}: {error}")))?;
        let customer = section.customer_attribute.as_ref();
        Ok(Self {
            name: name.to_owned(),
            tenant: section.tenant.clone(),
            uid: attribute("uid_attribute", &section.uid_attribute)?,
            cn: attribute("cn_attribute", &section.cn_attribute)?,
            entry_uuid: attribute("entry_uuid_attribute", &section.entry_uuid_attribute)?,
            customer: customer
                .map(|text| attribute("customer_attribute", text))
                .transpose()?,
            client,
        })
    }

    /// What an attribute is called here. A text that is no UUID is none of an entry.
    fn attribute(&self, attribute: MatchAttribute, text: &str) -> Option<LdapAttribute> {
        match attribute {
            MatchAttribute::Uid => Some(self.uid.clone()),
            MatchAttribute::Cn => Some(self.cn.clone()),
            MatchAttribute::EntryUuid => Uuid::try_parse(text).is_ok().then(|| self.entry_uuid.clone()),
            MatchAttribute::Customer => self.customer.clone(),
        }
    }

    fn unavailable(&self, error: &LdapError) -> DirectoryUnavailable {
        DirectoryUnavailable {
            directory: self.name.clone(),
            why: error.to_string(),
        }
    }
}

#[async_trait]
impl LiveDirectory for LdapDirectory {
    fn serves(&self, tenant: &str) -> bool {
        self.tenant.as_deref().is_none_or(|only| only == tenant)
    }

    async fn find(&self, question: LiveQuestion<'_>) -> Result<LiveHit, DirectoryUnavailable> {
        let question = match question {
            LiveQuestion::Named(dn) => LdapQuestion::Named(dn.clone()),
            LiveQuestion::Matching {
                attributes,
                text,
                bases,
            } => LdapQuestion::Having {
                values: attributes
                    .iter()
                    .filter_map(|attribute| self.attribute(*attribute, text))
                    .map(|attribute| (attribute, text.to_owned()))
                    .collect(),
                bases: bases.to_vec(),
            },
        };
        let hit = self.client.find(question).await;
        Ok(match hit.map_err(|error| self.unavailable(&error))? {
            LdapHit::Nothing => LiveHit::Nothing,
            LdapHit::One(LdapEntry { dn, spelling }) => LiveHit::One(LiveEntry { dn, spelling }),
            LdapHit::Several => LiveHit::Several,
        })
    }

    async fn opens(&self, entry: &LiveEntry, password: &str) -> Result<bool, DirectoryUnavailable> {
        let entry = LdapEntry {
            dn: entry.dn.clone(),
            spelling: entry.spelling.clone(),
        };
        let opened = self.client.opens(&entry, &SecretString::from(password)).await;
        opened.map_err(|error| self.unavailable(&error))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn section() -> LdapSection {
        LdapSection {
            url: "ldaps://dir.example".to_owned(),
            base: "dc=example,dc=net".to_owned(),
            ..LdapSection::default()
        }
    }

    fn refused(change: impl FnOnce(&mut LdapSection)) -> String {
        let mut section = section();
        change(&mut section);
        configured(&BTreeMap::from([("company".to_owned(), section)]))
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn what_is_wrong_with_a_directory_is_said_with_its_name() {
        for (text, begins) in [
            (
                refused(|own| own.url = String::new()),
                "ldap.company: url must be",
            ),
            (
                refused(|own| own.base = "people".to_owned()),
                "ldap.company.base ",
            ),
            (
                refused(|own| own.uid_attribute = "uid=*".to_owned()),
                "ldap.company.uid_attribute ",
            ),
            (
                refused(|own| own.bind_dn = Some("cn=reader".to_owned())),
                "ldap.company.bind_dn and bind_password_file",
            ),
            (
                refused(|own| own.filter = Some("uid=ada".to_owned())),
                "ldap.company: filter ",
            ),
            (
                refused(|own| own.ca_file = Some("/nowhere/ca.pem".into())),
                "/nowhere/ca.pem: ",
            ),
        ] {
            assert!(text.starts_with(begins), "{text}");
        }
    }

    #[test]
    fn an_empty_password_of_the_searching_account_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        fs::write(&file, "\n").unwrap();
        let text = refused(|own| {
            own.bind_dn = Some("cn=reader".to_owned());
            own.bind_password_file = Some(file);
        });
        assert_eq!(text, "ldap.company.bind_password_file must not be empty");
    }

    #[test]
    fn the_smaller_order_is_asked_first_and_a_tenant_narrows() {
        let with = |order, tenant: Option<&str>| LdapSection {
            order,
            tenant: tenant.map(str::to_owned),
            ..section()
        };
        let sections = BTreeMap::from([
            ("a".to_owned(), with(2, None)),
            ("b".to_owned(), with(1, Some("harbor"))),
        ]);
        let directories = configured(&sections).unwrap();
        assert!(directories[0].serves("harbor") && !directories[0].serves("main"));
        assert!(directories[1].serves("harbor") && directories[1].serves("main"));
    }
}
