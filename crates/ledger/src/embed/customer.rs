//! What a bank calls its customer.

use std::fmt;

use consentry_domain::{
    SubjectId,
    subject::{Alias, Namespace},
};

use crate::{Ledger, TenantSnapshot, error::Fault};

/// The subject identifier of the bank's own OpenID provider, byte for byte: nothing is trimmed, folded or normalised
/// (consent-dashboard A2.2).
#[derive(Clone, PartialEq, Eq)]
pub struct CustomerId(String);

/// A text that cannot be a customer id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a customer id has 1 to 255 bytes and no control characters")]
pub struct InvalidCustomerId;

impl CustomerId {
    /// Longest id, in bytes of UTF-8.
    pub const MAX_BYTES: usize = 255;

    /// Parses an id: 1 to 255 bytes, free of U+0000 to U+001F and U+007F to U+009F.
    pub fn parse(text: &str) -> Result<Self, InvalidCustomerId> {
        if text.is_empty() || text.len() > Self::MAX_BYTES || text.chars().any(char::is_control) {
            return Err(InvalidCustomerId);
        }
        Ok(Self(text.to_owned()))
    }

    /// The person's name in the name space of customer ids.
    pub fn alias(&self) -> Alias {
        Alias::new(Namespace::Customer, self.0.as_str())
    }
}

impl Ledger {
    /// What the bank calls a person; none where it has not named them.
    pub async fn customer_id(
        &self,
        tenant: &TenantSnapshot,
        subject: SubjectId,
    ) -> Result<Option<CustomerId>, Fault> {
        let name = self.name_of(tenant, subject, Namespace::Customer).await?;
        Ok(name.and_then(|name| CustomerId::parse(&name).ok()))
    }
}

/// Personal, so logs do not get it.
impl fmt::Debug for CustomerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CustomerId(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dsh_a2_2_any_text_of_255_bytes_without_controls_is_an_id() {
        for good in [
            "cust-7f3a91",
            "a:b/c@d|e f",
            " leading and trailing ",
            "Ä",
            &"x".repeat(255),
            "00017",
        ] {
            assert_eq!(
                CustomerId::parse(good).map(|id| id.alias().value),
                Ok(good.to_owned())
            );
        }
        for bad in [
            "",
            "a\u{0}",
            "a\u{1f}",
            "a\u{7f}",
            "a\u{9f}",
            "a\nb",
            &"x".repeat(256),
            &"ä".repeat(128),
        ] {
            assert_eq!(CustomerId::parse(bad), Err(InvalidCustomerId), "{bad:?}");
        }
    }

    #[test]
    fn dsh_a2_2_ids_are_compared_byte_for_byte() {
        assert_ne!(CustomerId::parse("Ada"), CustomerId::parse("ada"));
        assert_ne!(CustomerId::parse("ada "), CustomerId::parse("ada"));
        assert_ne!(CustomerId::parse("e\u{301}"), CustomerId::parse("é"));
    }

    #[test]
    fn sec_01_debug_does_not_show_the_customer() {
        assert_eq!(
            format!("{:?}", CustomerId::parse("cust-7f3a91")),
            "Ok(CustomerId(…))"
        );
    }
}
