//! The way back to an application: which addresses are its own, and how they say what came of it (dataspace-consent-protocol 5.4).

use consentry_domain::{client::Client, tenant::DataspaceSettings};
use consentry_ledger::dataspace::SourceOutcome;
use url::{Host, Url, form_urlencoded};

/// Longest address, in bytes.
const LONGEST: usize = 2048;

/// An address that the browser may be sent to: one of an origin that the application was registered with. None for any other.
pub(super) fn admitted(settings: &DataspaceSettings, client: &Client, address: &str) -> Option<String> {
    let own = settings.application(&client.id)?;
    if address.len() > LONGEST || address.chars().any(char::is_control) {
        return None;
    }
    let url = Url::parse(address).ok()?;
    let is_local = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    };
    let is_safe = match url.scheme() {
        "https" => true,
        "http" => is_local && settings.local_returns,
        _ => false,
    };
    if !is_safe || !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    let origin = url.origin();
    let registered = client.redirect_uris.iter().chain(&own.return_origins);
    let is_own = registered
        .filter_map(|uri| Url::parse(uri).ok())
        .any(|uri| uri.origin() == origin);
    is_own.then(|| url.into())
}

/// The address with `status`: other parameters stay as they are, and so does the fragment.
pub(super) fn with_status(address: &str, outcome: SourceOutcome) -> String {
    let (address, fragment) = match address.split_once('#') {
        Some((address, fragment)) => (address, Some(fragment)),
        None => (address, None),
    };
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let is_status = |pair: &&str| {
        form_urlencoded::parse(pair.as_bytes())
            .next()
            .is_some_and(|(name, _)| name == "status")
    };
    let mut pairs: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !is_status(pair))
        .collect();
    let status = format!("status={}", outcome.as_str());
    pairs.push(&status);
    let query = pairs.join("&");
    match fragment {
        Some(fragment) => format!("{path}?{query}#{fragment}"),
        None => format!("{path}?{query}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dsp_5_4_status_is_added_and_everything_else_stays() {
        for (address, expected) in [
            ("https://app.example/", "https://app.example/?status=fail"),
            (
                "https://app.example/profile?tab=2",
                "https://app.example/profile?tab=2&status=fail",
            ),
            (
                "https://app.example/?status=success&a=%20+b&status=x",
                "https://app.example/?a=%20+b&status=fail",
            ),
            (
                "https://app.example/?st%61tus=success",
                "https://app.example/?status=fail",
            ),
            (
                "https://app.example/p?a#part?status=ok",
                "https://app.example/p?a&status=fail#part?status=ok",
            ),
            ("https://app.example/?", "https://app.example/?status=fail"),
        ] {
            assert_eq!(with_status(address, SourceOutcome::Fail), expected);
        }
    }
}
