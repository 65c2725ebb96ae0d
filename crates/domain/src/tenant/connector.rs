//! Where the accounts of customers are asked for (consent-dashboard B4.3).

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::InvalidSetting;
use crate::Lifetime;

/// Where the data provider tells the accounts of a customer. Where there is none, it tells them by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountsConnector {
    /// Address, with `{customer}` once where the customer id belongs; it is percent-encoded.
    pub url: String,
    /// File with the bearer token that the data provider gave us, read by each node; a line break at its end does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_file: Option<PathBuf>,
    /// Variable of each node's environment with that token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_env: Option<String>,
    /// Seconds for which a list is taken as it is: 0 to 86,400.
    #[serde(default = "fresh")]
    pub fresh: Lifetime,
    /// Seconds until the whole answer has to be there: 1 to 30.
    #[serde(default = "timeout")]
    pub timeout: Lifetime,
}

fn fresh() -> Lifetime {
    Lifetime::minutes(5)
}

fn timeout() -> Lifetime {
    Lifetime::seconds(5)
}

impl AccountsConnector {
    /// What stands for the customer id in [`Self::url`].
    pub const CUSTOMER: &'static str = "{customer}";

    pub(super) fn check(&self) -> Result<(), InvalidSetting> {
        let why = if !self.names_customers() {
            "must have a url with https, and {customer} once, behind its host"
        } else if self.token_file.is_some() == self.token_env.is_some() {
            "must have one of token_file and token_env"
        } else if self.fresh > Lifetime::days(1) || self.fresh < Lifetime::seconds(0) {
            "must have 0 to 86400 seconds as fresh"
        } else if !(1..=30).contains(&self.timeout.as_seconds()) {
            "must have 1 to 30 seconds as timeout"
        } else {
            return Ok(());
        };
        Err(InvalidSetting {
            section: "dashboard",
            key: "accounts".to_owned(),
            why,
        })
    }

    /// Whether the address is one, and the customer can decide nothing of it but what stands behind the host. That plain `http` leads to
    /// an exception of the operator only, who sends it sees.
    fn names_customers(&self) -> bool {
        let rest = ["https://", "http://"]
            .iter()
            .find_map(|scheme| self.url.strip_prefix(scheme));
        let Some((host, path)) = rest.and_then(|rest| rest.split_once('/')) else {
            return false;
        };
        !host.is_empty()
            && !host.contains(['{', '@', '?', '#', ' '])
            && !path.contains(['#', ' '])
            && path.matches(Self::CUSTOMER).count() == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(url: &str) -> AccountsConnector {
        serde_json::from_value(serde_json::json!({ "url": url, "token_env": "TOKEN" })).unwrap()
    }

    #[test]
    fn dsh_b4_3_a_customer_decides_nothing_of_the_address_but_their_part() {
        for good in [
            "https://bank.example/customers/{customer}/accounts",
            "https://bank.example:8443/accounts?of={customer}",
            "http://127.0.0.1:9/{customer}",
        ] {
            assert_eq!(with(good).check(), Ok(()), "{good}");
        }
        for bad in [
            "https://{customer}.bank.example/accounts",
            "https://bank.example/accounts",
            "https://bank.example/{customer}/{customer}",
            "https://user@bank.example/{customer}",
            "https://bank.example?of={customer}",
            "https://bank.example/#{customer}",
            "ftp://bank.example/{customer}",
            "/{customer}",
            "",
        ] {
            assert!(with(bad).check().is_err(), "{bad}");
        }
    }

    #[test]
    fn dsh_b4_3_there_is_one_token_and_a_bounded_time() {
        let good = with("https://bank.example/{customer}");
        assert_eq!((good.fresh.as_seconds(), good.timeout.as_seconds()), (300, 5));
        let wrong: [fn(&mut AccountsConnector); 5] = [
            |connector| connector.token_env = None,
            |connector| connector.token_file = Some("token".into()),
            |connector| connector.timeout = Lifetime::seconds(0),
            |connector| connector.timeout = Lifetime::seconds(31),
            |connector| connector.fresh = Lifetime::seconds(86_401),
        ];
        for spoil in wrong {
            let mut connector = good.clone();
            spoil(&mut connector);
            assert!(connector.check().is_err(), "{connector:?}");
        }
    }
}
