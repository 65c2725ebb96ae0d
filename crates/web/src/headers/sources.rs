//! Sources that may stand in a content security policy, as types that cannot break out of it.

use url::{Host, Url};

/// Where a form post may end: an origin, or a scheme for addresses that have none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FormTarget(String);

impl FormTarget {
    /// The target that covers a redirect address.
    ///
    /// Addresses of applications (`com.vendor.app://…`) and of IPv6 hosts cannot be written as an origin in a policy;
    /// their scheme is used.
    pub fn covering(address: &Url) -> Self {
        let scheme = address.scheme();
        match (address.host(), address.origin().is_tuple()) {
            (Some(Host::Domain(_) | Host::Ipv4(_)), true) => Self(address.origin().ascii_serialization()),
            _ => Self(format!("{scheme}:")),
        }
    }
}

impl AsRef<str> for FormTarget {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// An origin that may frame our embedded pages (A9).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FrameOrigin(String);

impl FrameOrigin {
    /// Takes `https://host[:port]`, `https://*.host`, an application scheme with `localhost` such as
    /// `capacitor://localhost`, and for test tenants `http://localhost:*` and `http://127.0.0.1:*` or a port of these.
    pub fn parse(text: &str, test_tenant: bool) -> Result<Self, FrameOriginError> {
        let lower = text.to_ascii_lowercase();
        let (scheme, rest) = lower.split_once("://").ok_or(FrameOriginError::Form)?;
        let (host, port) = host_and_port(rest)?;
        match scheme {
            "https" => {
                let name = host.strip_prefix("*.").unwrap_or(host);
                require_host(name)?;
                if host.starts_with("*.") && !name.contains('.') {
                    return Err(FrameOriginError::Wildcard);
                }
                if port == Some("*") {
                    return Err(FrameOriginError::Wildcard);
                }
            }
            "http" => {
                if !test_tenant || !matches!(host, "localhost" | "127.0.0.1") {
                    return Err(FrameOriginError::PlainHttp);
                }
            }
            "capacitor" | "ionic" | "app" => {
                if host != "localhost" || port.is_some() {
                    return Err(FrameOriginError::Form);
                }
            }
            _ => return Err(FrameOriginError::Scheme),
        }
        Ok(Self(lower))
    }

    /// The origin itself, where it names exactly one: what messages to the host may be addressed to (A10).
    pub fn concrete(&self) -> Option<&str> {
        (!self.0.contains('*')).then_some(self.0.as_str())
    }
}

impl AsRef<str> for FrameOrigin {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// Why an entry of the frame list is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameOriginError {
    /// Not scheme, host and optional port.
    #[error("must be scheme, host and optional port, without path or query")]
    Form,
    /// Not a scheme that can frame us.
    #[error("the scheme must be https")]
    Scheme,
    /// `http` outside a test tenant's own machine.
    #[error("http is allowed for localhost of test tenants only")]
    PlainHttp,
    /// A wildcard other than one leading label below a domain.
    #[error("a wildcard may only be the first label of a longer name")]
    Wildcard,
}

fn host_and_port(rest: &str) -> Result<(&str, Option<&str>), FrameOriginError> {
    let (host, port) = match rest.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (rest, None),
    };
    let digits = |port: &str| port == "*" || port.parse::<u16>().is_ok();
    if host.is_empty() || port.is_some_and(|port| !digits(port)) {
        return Err(FrameOriginError::Form);
    }
    Ok((host, port))
}

/// Labels of letters, digits and hyphens: names in other scripts must come in their ASCII form.
fn require_host(name: &str) -> Result<(), FrameOriginError> {
    if name.contains('*') {
        return Err(FrameOriginError::Wildcard);
    }
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if name.len() <= 253 && name.split('.').all(label) {
        Ok(())
    } else {
        Err(FrameOriginError::Form)
    }
}
