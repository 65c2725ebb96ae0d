//! What an operator may set, and the decision whether an address may be reached.

use std::net::IpAddr;
use std::time::Duration;

use ipnet::IpNet;
use serde::{Deserialize, Deserializer};

use crate::address::{AddressClass, classify};
use crate::error::EgressError;

/// Limits and exceptions of outgoing requests.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EgressPolicy {
    /// Networks that may be reached although they are not public, and with plain `http` too. An exception for an IPv4
    /// network does not cover its IPv4-mapped IPv6 form.
    pub exceptions: Vec<IpNet>,
    /// Longest time from the call to the last byte of the answer, names and TLS included; whole seconds in
    /// configuration, 15 s by default.
    #[serde(deserialize_with = "seconds")]
    pub deadline: Duration,
    /// Longest answer body in bytes, 64 KiB by default.
    pub max_answer_len: usize,
    /// PEM certificates that are trusted beside the system's. Empty by default.
    pub extra_roots: String,
}

impl Default for EgressPolicy {
    fn default() -> Self {
        Self {
            exceptions: Vec::new(),
            deadline: Duration::from_secs(15),
            max_answer_len: 64 * 1024,
            extra_roots: String::new(),
        }
    }
}

/// Whether the connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Plain,
    Encrypted,
}

impl EgressPolicy {
    /// Decides about one address.
    pub(crate) fn admit(&self, address: IpAddr, transport: Transport) -> Result<(), EgressError> {
        if self.exceptions.iter().any(|network| network.contains(&address)) {
            return Ok(());
        }
        match (classify(address), transport) {
            (AddressClass::Public, Transport::Encrypted) => Ok(()),
            (AddressClass::Public, Transport::Plain) => Err(EgressError::PlainHttpRefused),
            (class, _) => Err(EgressError::AddressRefused(class)),
        }
    }
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    u32::deserialize(deserializer).map(|seconds| Duration::from_secs(seconds.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configuration_names_networks_and_whole_seconds() {
        let policy: EgressPolicy =
            serde_json::from_str(r#"{"exceptions":["127.0.0.0/8","fd00::/8"],"deadline":3}"#).unwrap();
        assert_eq!(policy.exceptions.len(), 2);
        assert_eq!(policy.deadline, Duration::from_secs(3));
        assert_eq!(policy.max_answer_len, 64 * 1024);
        for refused in [
            r#"{"exceptions":["127.0.0.1/33"]}"#,
            r#"{"deadline":-1}"#,
            r#"{"proxy":"http://proxy"}"#,
        ] {
            assert!(
                serde_json::from_str::<EgressPolicy>(refused).is_err(),
                "{refused}"
            );
        }
    }

    #[test]
    fn exceptions_cover_their_own_family_and_plain_http() {
        let policy = EgressPolicy {
            exceptions: vec!["127.0.0.0/8".parse().unwrap()],
            ..EgressPolicy::default()
        };
        let admit = |address: &str, transport| policy.admit(address.parse().unwrap(), transport);
        assert_eq!(admit("127.0.0.1", Transport::Plain), Ok(()));
        assert_eq!(admit("127.0.0.1", Transport::Encrypted), Ok(()));
        assert_eq!(admit("1.1.1.1", Transport::Encrypted), Ok(()));
        assert_eq!(
            admit("1.1.1.1", Transport::Plain),
            Err(EgressError::PlainHttpRefused)
        );
        assert_eq!(
            admit("::ffff:127.0.0.1", Transport::Encrypted),
            Err(EgressError::AddressRefused(AddressClass::Translated))
        );
        assert_eq!(
            admit("10.0.0.1", Transport::Plain),
            Err(EgressError::AddressRefused(AddressClass::Private))
        );
    }
}
