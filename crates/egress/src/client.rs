//! The client: which URLs it takes and how it is set up. Addresses are judged in `policy`.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use reqwest::redirect;
use serde::Serialize;
use url::{Host, Url};

use crate::error::EgressError;
use crate::policy::{EgressPolicy, Transport};
use crate::request::Request;
use crate::resolving::{CheckedResolver, Lookup, SystemLookup};

/// Ports of mail servers, which take lines of a request for their own (enforcement-events-evidence WHK-19).
const REFUSED_PORTS: [u16; 3] = [25, 465, 587];

/// Longest time for one connection attempt; the deadline of the policy still bounds the whole.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long an idle connection is kept. Its address was checked when it was made.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);

/// HTTP to the outside: no redirects, no proxy, no cookies, bounded in time and length, and never to an address inside
/// unless an exception says so. Cheap to share behind a reference or an `Arc`.
pub struct Egress {
    policy: Arc<EgressPolicy>,
    lookup: Arc<dyn Lookup>,
    encrypted: reqwest::Client,
    plain: reqwest::Client,
}

impl Egress {
    /// Sets up the client with the system's name service. Fails without any trusted certificate.
    pub fn new(policy: EgressPolicy) -> Result<Self, EgressError> {
        Self::with_lookup(policy, SystemLookup)
    }

    /// Sets up the client with another name service.
    pub fn with_lookup(policy: EgressPolicy, lookup: impl Lookup) -> Result<Self, EgressError> {
        let (policy, lookup): (_, Arc<dyn Lookup>) = (Arc::new(policy), Arc::new(lookup));
        let resolver = |transport| CheckedResolver {
            lookup: Arc::clone(&lookup),
            policy: Arc::clone(&policy),
            transport,
        };
        Ok(Self {
            encrypted: build(resolver(Transport::Encrypted))?,
            plain: build(resolver(Transport::Plain))?,
            lookup,
            policy,
        })
    }

    /// The same way out, where certificates that these PEM authorities signed are trusted too. Fails where they cannot be read, or are
    /// none.
    pub fn trusting(&self, authorities: &str) -> Result<Self, EgressError> {
        let found = reqwest::Certificate::from_pem_bundle(authorities.as_bytes());
        if found
            .map_err(|error| EgressError::Setup(error.to_string()))?
            .is_empty()
        {
            return Err(EgressError::Setup("there is no certificate in it".to_owned()));
        }
        let mut policy = EgressPolicy::clone(&self.policy);
        policy.extra_roots = format!("{}\n{authorities}", policy.extra_roots);
        let policy = Arc::new(policy);
        let resolver = |transport| CheckedResolver {
            lookup: Arc::clone(&self.lookup),
            policy: Arc::clone(&policy),
            transport,
        };
        Ok(Self {
            encrypted: build(resolver(Transport::Encrypted))?,
            plain: build(resolver(Transport::Plain))?,
            lookup: Arc::clone(&self.lookup),
            policy,
        })
    }

    /// The limits and exceptions in force.
    pub fn policy(&self) -> &EgressPolicy {
        &self.policy
    }

    /// Says whether a URL could be asked at all, without any network: for the moment it is registered. A name may still
    /// resolve to a refused address later.
    pub fn check(&self, url: &str) -> Result<(), EgressError> {
        self.target(url).map(|_| ())
    }

    /// As [`Self::check`], and looks the name up: for the moment something is registered that will be asked later. It is judged again
    /// whenever it is asked.
    pub async fn check_resolving(&self, url: &str) -> Result<(), EgressError> {
        let (_, url) = self.target(url)?;
        let transport = if url.scheme() == "https" {
            Transport::Encrypted
        } else {
            Transport::Plain
        };
        let Some(Host::Domain(name)) = url.host() else {
            return Ok(());
        };
        let looked_up = self.lookup.lookup(name.to_owned());
        let found = tokio::time::timeout(CONNECT_TIMEOUT, looked_up).await;
        let found = found.map_err(|_| EgressError::NameUnresolved)?;
        let addresses = found.map_err(|_| EgressError::NameUnresolved)?;
        if addresses.is_empty() {
            return Err(EgressError::NameUnresolved);
        }
        addresses
            .into_iter()
            .try_for_each(|address| self.policy.admit(address, transport))
    }

    /// `GET`.
    pub fn get(&self, url: &str) -> Request<'_> {
        Request::new(self, self.target(url).map(|(client, url)| client.get(url)))
    }

    /// `POST` with a form, `application/x-www-form-urlencoded`.
    pub fn post_form(&self, url: &str, form: &(impl Serialize + ?Sized)) -> Request<'_> {
        let target = self.target(url);
        Request::new(self, target.map(|(client, url)| client.post(url).form(form)))
    }

    /// `POST` with a JSON body.
    pub fn post_json(&self, url: &str, json: &(impl Serialize + ?Sized)) -> Request<'_> {
        let target = self.target(url);
        Request::new(self, target.map(|(client, url)| client.post(url).json(json)))
    }

    /// `POST` with a body as it is; the caller names the media type with a header.
    pub fn post_bytes(&self, url: &str, body: Vec<u8>) -> Request<'_> {
        let target = self.target(url);
        Request::new(self, target.map(|(client, url)| client.post(url).body(body)))
    }

    /// `OPTIONS`.
    pub fn options(&self, url: &str) -> Request<'_> {
        let target = self.target(url);
        Request::new(
            self,
            target.map(|(client, url)| client.request(Method::OPTIONS, url)),
        )
    }

    /// Parses the URL and judges what it says without a lookup. A literal address never reaches the resolver, so it is
    /// judged here, after the URL parser has brought every spelling into one form.
    fn target(&self, url: &str) -> Result<(&reqwest::Client, Url), EgressError> {
        let url = Url::parse(url).map_err(|_| EgressError::UrlMalformed)?;
        let (client, transport) = match url.scheme() {
            "https" => (&self.encrypted, Transport::Encrypted),
            "http" => (&self.plain, Transport::Plain),
            _ => return Err(EgressError::SchemeRefused),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(EgressError::CredentialsInUrl);
        }
        if url.port().is_some_and(|port| REFUSED_PORTS.contains(&port)) {
            return Err(EgressError::PortRefused);
        }
        match url.host().ok_or(EgressError::UrlMalformed)? {
            Host::Ipv4(address) => self.policy.admit(address.into(), transport)?,
            Host::Ipv6(address) => self.policy.admit(address.into(), transport)?,
            Host::Domain(_) => {}
        }
        Ok((client, url))
    }
}

impl fmt::Debug for Egress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Egress")
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

fn build(resolver: CheckedResolver) -> Result<reqwest::Client, EgressError> {
    let setup = |error: reqwest::Error| EgressError::Setup(error.to_string());
    let policy = Arc::clone(&resolver.policy);
    let transport = resolver.transport;
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that builds clients"
    )]
    let builder = reqwest::Client::builder()
        .dns_resolver(resolver)
        .redirect(redirect::Policy::none())
        .no_proxy()
        .retry(reqwest::retry::never())
        .referer(false)
        .timeout(policy.deadline)
        .connect_timeout(CONNECT_TIMEOUT.min(policy.deadline))
        .pool_idle_timeout(IDLE_TIMEOUT)
        .user_agent(concat!("consentry/", env!("CARGO_PKG_VERSION")));
    match transport {
        Transport::Encrypted => {
            let roots =
                reqwest::Certificate::from_pem_bundle(policy.extra_roots.as_bytes()).map_err(setup)?;
            builder.https_only(true).tls_certs_merge(roots)
        }
        Transport::Plain => builder.tls_certs_only([]),
    }
    .build()
    .map_err(setup)
}
