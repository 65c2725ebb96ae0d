//! The accounts of a tenant's own directory, found by name without looking at each.

use std::collections::HashMap;

use consentry_domain::{credential::Principal, dn::Dn};

/// The directory entries of a tenant.
#[derive(Debug, Default)]
pub struct Principals {
    entries: Vec<Principal>,
    by_dn: HashMap<Dn, usize>,
    by_name: HashMap<String, Vec<usize>>,
}

impl Principals {
    /// Sorts entries by their names. Of two with the same distinguished name the first counts.
    pub fn new(entries: Vec<Principal>) -> Self {
        let mut own = Self::default();
        for (place, entry) in entries.iter().enumerate() {
            if let Ok(dn) = Dn::parse(&entry.dn) {
                own.by_dn.entry(dn).or_insert(place);
            }
            for name in entry.called() {
                let places = own.by_name.entry(name.to_owned()).or_default();
                if places.last() != Some(&place) {
                    places.push(place);
                }
            }
        }
        own.entries = entries;
        own
    }

    /// All entries.
    pub fn all(&self) -> impl Iterator<Item = &Principal> {
        self.entries.iter()
    }

    /// The entry with this distinguished name.
    pub fn named(&self, dn: &Dn) -> Option<&Principal> {
        self.by_dn.get(dn).and_then(|place| self.entries.get(*place))
    }

    /// The entries that carry a text among their names.
    pub fn called(&self, name: &str) -> impl Iterator<Item = &Principal> {
        let places = self.by_name.get(name).into_iter().flatten();
        places.filter_map(|place| self.entries.get(*place))
    }

    /// Whether an entry is there exactly like this.
    pub fn holds(&self, entry: &Principal) -> bool {
        Dn::parse(&entry.dn).is_ok_and(|dn| self.named(&dn) == Some(entry))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(dn: &str, uid: &[&str], cn: &[&str]) -> Principal {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Principal {
            dn: dn.to_owned(),
            uid: texts(uid),
            cn: texts(cn),
            ..Principal::default()
        }
    }

    #[test]
    fn rec_12_3_entries_are_found_by_any_name_and_any_spelling_of_their_dn() {
        let one = entry("uid=Ops,dc=x", &["ops"], &["Team", "ops"]);
        let other = entry("uid=b,dc=x", &["b"], &["Team"]);
        let principals = Principals::new(vec![one.clone(), other.clone()]);
        assert_eq!(principals.named(&Dn::parse("UID=ops, DC=X").unwrap()), Some(&one));
        assert_eq!(principals.called("ops").collect::<Vec<_>>(), [&one]);
        assert_eq!(principals.called("Team").count(), 2);
        assert_eq!(principals.called("team").count(), 0);
        assert!(principals.holds(&other) && !principals.holds(&entry("uid=b,dc=x", &["c"], &[])));
    }

    #[test]
    fn of_two_entries_with_one_name_the_first_counts() {
        let first = entry("uid=a,dc=x", &["first"], &[]);
        let second = entry("UID=A,DC=X", &["second"], &[]);
        let principals = Principals::new(vec![first.clone(), second]);
        assert_eq!(principals.named(&Dn::parse("uid=a,dc=x").unwrap()), Some(&first));
    }
}
