//! Fetching the two documents of a party, or of a login provider (dataspace-consent-protocol 3.3, 8.4, 8.7). Addresses are judged by the way out, which follows no
//! redirect and knows no proxy; what a document must look like is judged here. Callers are not told why something was refused.

use std::{net::IpAddr, time::Duration};

use consentry_domain::Lifetime;
use consentry_egress::{Answer, Egress};
use consentry_jose::KeySet;
use consentry_web::json::{self, Limits};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::Value;
use url::{Host, Url};

use super::{Place, usable};

/// Longest time for one document.
const DEADLINE: Duration = Duration::from_secs(10);

/// Longest address.
const LONGEST_URL: usize = 2083;

/// Largest document, in bytes, and its deepest nesting.
const BOUNDS: Limits = Limits {
    size: 64 * 1024,
    depth: 8,
};

/// How long keys are taken as they are, in seconds: at least, and at the most, which is also where nothing is said.
const FRESH: (i64, i64) = (60, 3600);

/// Keys, and how long they are taken as they are.
pub(super) struct Fetched {
    pub keys: KeySet,
    pub fresh_for: Lifetime,
}

/// Why a document counts for nothing. For the log.
#[derive(Debug, thiserror::Error)]
enum NoDocument {
    #[error("the address is refused: {0}")]
    Address(&'static str),
    #[error(transparent)]
    Egress(#[from] consentry_egress::EgressError),
    #[error("the status is {0}")]
    Status(u16),
    #[error("it is not JSON by its media type")]
    MediaType,
    #[error("it is no JSON object of this shape")]
    Shape,
    #[error("it names another issuer")]
    Issuer,
    #[error("there is no usable key in it")]
    Empty,
}

/// A document that says where keys are.
pub(super) struct Document {
    address: String,
    /// The issuer that it must name; none where it names none, and its addresses were chosen by somebody else than the operator.
    issuer: Option<String>,
}

impl Document {
    /// The configuration of a party.
    pub(super) fn of_party(domain: &str, configuration: Option<&str>) -> Self {
        let usual = || format!("https://{domain}/.well-known/dataspace/party-configuration.json");
        Self {
            address: configuration.map_or_else(usual, str::to_owned),
            issuer: None,
        }
    }

    /// What a login provider says of itself (OpenID Connect Discovery 1.0).
    pub(super) fn of_login(issuer: &str) -> Self {
        Self {
            address: format!(
                "{}/.well-known/openid-configuration",
                issuer.trim_end_matches('/')
            ),
            issuer: Some(issuer.to_owned()),
        }
    }
}

/// Fetches the keys of a place.
pub(super) async fn fetch(egress: &Egress, place: &Place<'_>) -> Option<Fetched> {
    fetch_from(egress, &place.document()).await
}

/// Fetches the keys that a document leads to.
pub(super) async fn fetch_from(egress: &Egress, document: &Document) -> Option<Fetched> {
    let fetched = keys(egress, document).await;
    fetched
        .inspect_err(|error| {
            tracing::warn!(document = %document.address, %error, "keys of a party or login provider cannot be fetched");
        })
        .ok()
}

async fn keys(egress: &Egress, from: &Document) -> Result<Fetched, NoDocument> {
    let is_ours = from.issuer.is_some();
    let (configuration, _) = document(egress, &from.address, is_ours).await?;
    let says = |name: &str| configuration.get(name).and_then(Value::as_str);
    if let Some(issuer) = &from.issuer {
        if says("issuer") != Some(issuer) {
            return Err(NoDocument::Issuer);
        }
        if !knows_publicly(&configuration) {
            tracing::warn!(
                %issuer,
                "this login provider knows people by pairwise identifiers, so no consent will ever be found for them"
            );
        }
    }
    let (set, answered) = document(egress, says("jwks_uri").ok_or(NoDocument::Shape)?, is_ours).await?;
    let keys = usable::keys(&set).ok_or(NoDocument::Shape)?;
    if keys.is_empty() {
        return Err(NoDocument::Empty);
    }
    Ok(Fetched {
        keys,
        fresh_for: fresh_for(&answered),
    })
}

/// Whether a login provider says the same of a person to all (dataspace-consent-protocol 1).
fn knows_publicly(metadata: &Value) -> bool {
    let types = metadata.get("subject_types_supported").and_then(Value::as_array);
    types.is_some_and(|types| types.iter().any(|one| one == "public"))
}

/// Fetches one. The addresses of a login provider are the operator's own choice, so they may have any port.
async fn document(egress: &Egress, address: &str, is_ours: bool) -> Result<(Value, HeaderMap), NoDocument> {
    if !is_ours {
        admit(egress, address)?;
    }
    let answer = egress
        .get(address)
        .header(header::ACCEPT, HeaderValue::from_static("application/json"))
        .deadline(DEADLINE)
        .send()
        .await?;
    if answer.status != StatusCode::OK {
        return Err(NoDocument::Status(answer.status.as_u16()));
    }
    if !is_json(&answer) {
        return Err(NoDocument::MediaType);
    }
    match json::parse(&answer.body, &BOUNDS) {
        Ok(document @ Value::Object(_)) => Ok((document, answer.headers)),
        _ => Err(NoDocument::Shape),
    }
}

/// What an address must be before the way out is asked. Networks that the operator excepted may be named by their addresses, and on any
/// port.
fn admit(egress: &Egress, address: &str) -> Result<(), NoDocument> {
    let refused = NoDocument::Address;
    if address.len() > LONGEST_URL {
        return Err(refused("it is too long"));
    }
    let url = Url::parse(address).map_err(|_| refused("it is none"))?;
    if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(refused("it has a fragment or credentials"));
    }
    let is_excepted = |address: IpAddr| {
        let networks = &egress.policy().exceptions;
        networks.iter().any(|network| network.contains(&address))
    };
    match url.host() {
        Some(Host::Ipv4(address)) if is_excepted(address.into()) => Ok(()),
        Some(Host::Ipv6(address)) if is_excepted(address.into()) => Ok(()),
        Some(Host::Domain(name)) => {
            if url.scheme() != "https" || url.port().is_some() {
                return Err(refused("it is not https on its usual port"));
            }
            let inside = [".local", ".internal", ".localhost", ".arpa"];
            let name = name.trim_end_matches('.');
            if !name.contains('.') || inside.iter().any(|end| name.ends_with(end)) {
                return Err(refused("its host is not on the internet"));
            }
            Ok(())
        }
        _ => Err(refused("its host is no name")),
    }
}

fn is_json(answer: &Answer) -> bool {
    let kind = answer.headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let essence = kind
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    essence == "application/json" || (essence.contains('/') && essence.ends_with("+json"))
}

fn fresh_for(headers: &HeaderMap) -> Lifetime {
    let (least, most) = FRESH;
    let said = headers
        .get_all(header::CACHE_CONTROL)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .find_map(|directive| directive.trim().strip_prefix("max-age=")?.parse::<i64>().ok());
    Lifetime::seconds(said.map_or(most, |said| said.clamp(least, most)))
}

#[cfg(test)]
mod tests {
    use consentry_egress::EgressPolicy;

    use super::*;

    #[test]
    fn dsp_8_7_addresses_inside_are_refused_before_anything_is_sent() {
        let egress = Egress::new(EgressPolicy {
            exceptions: vec!["127.0.0.0/30".parse().unwrap()],
            ..EgressPolicy::default()
        })
        .unwrap();
        for good in [
            "https://party.example/keys",
            "http://127.0.0.1:8080/keys",
            "https://127.0.0.2/keys",
        ] {
            assert!(admit(&egress, good).is_ok(), "{good}");
        }
        for bad in [
            "http://party.example/keys",
            "https://party.example:8443/keys",
            "https://user@party.example/keys",
            "https://party.example/keys#part",
            "https://localhost/keys",
            "https://party/keys",
            "https://metadata.internal/keys",
            "https://printer.local./keys",
            "https://1.0.0.127.in-addr.arpa/keys",
            "https://10.0.0.1/keys",
            "https://0x7f000005/keys",
            "https://127.1.1/keys",
            "https://[::1]/keys",
            "https://[::ffff:127.0.0.1]/keys",
            "ftp://party.example/keys",
            "file:///etc/passwd",
            "keys",
            &format!("https://party.example/{}", "a".repeat(2083)),
        ] {
            assert!(admit(&egress, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn dsp_8_5_freshness_is_what_the_answer_says_within_bounds() {
        for (said, seconds) in [
            (None, 3600),
            (Some("no-store"), 3600),
            (Some("public, max-age=300"), 300),
            (Some("max-age=5"), 60),
            (Some("max-age=999999"), 3600),
            (Some("max-age=many"), 3600),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(said) = said {
                headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(said));
            }
            assert_eq!(fresh_for(&headers).as_seconds(), seconds, "{said:?}");
        }
    }
}
