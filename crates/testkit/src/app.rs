//! The application under test.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo};
use base64::{Engine, engine::general_purpose::STANDARD};
use consentry_domain::{Lifetime, Timestamp};
use consentry_door_records::{Validators, messages::Messages};
use consentry_egress::{Egress, Mailer};
use consentry_ledger::{Clock, Entropy, Ledger, LedgerOptions, TenantSnapshot, feed::FeedOptions};
use consentry_outbound::{Outbound, OutboundOptions};
use consentry_server::{
    assembly,
    configuration::{EgressSection, LdapSection},
    demo::{
        Demo,
        seed::{self, Addresses, Bank},
    },
    directories,
    ledger_place::LedgerPlace,
    metrics::Metrics,
    root_key::KeysSection,
    site,
};
use consentry_store_sqlite::Options;
use consentry_web::house::House;
use http::{HeaderName, HeaderValue, Method, Request, header};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;
use url::Url;

use crate::{Answer, Browser, FixedClock, Listening, SeededEntropy, postgres::Postgres};

/// Where Consentry is, in every test.
pub const BASE_URL: &str = "http://127.0.0.1:8080";

/// Where the bank's own pages are: another origin.
pub const BANK_URL: &str = "http://localhost:8080";

/// The whole house with Harbor Bank in it.
pub struct TestApp {
    /// The clock; move it to let time pass.
    pub clock: Arc<FixedClock>,
    /// The ledger behind the doors.
    pub ledger: Ledger,
    /// Clients, customers and secrets of Harbor Bank.
    pub bank: Bank,
    router: Router,
    parts: site::Parts,
    folder: tempfile::TempDir,
    place: LedgerPlace,
}

/// File of the root key.
const ROOT_KEY: &str = "root.key";

/// Where a test wants its ledger.
enum Place {
    Any,
    Folder(tempfile::TempDir, Options),
    Database(String),
}

impl Place {
    async fn settled(self) -> (tempfile::TempDir, LedgerPlace) {
        let database = match self {
            Self::Folder(folder, bounds) => {
                let path = folder.path().to_owned();
                return (folder, LedgerPlace::Folder { folder: path, bounds });
            }
            Self::Any if std::env::var(ENGINE).is_ok_and(|engine| engine == "postgres") => {
                let postgres = Postgres::shared();
                postgres.url(&postgres.ledger().await)
            }
            Self::Any => {
                let folder = tempfile::tempdir().unwrap();
                let place = LedgerPlace::folder(folder.path());
                return (folder, place);
            }
            Self::Database(url) => url,
        };
        (tempfile::tempdir().unwrap(), in_database(&database))
    }
}

fn in_database(url: &str) -> LedgerPlace {
    LedgerPlace::Postgres {
        url: url.to_owned(),
        options: consentry_store_postgres::Options {
            connections: 4,
            ..consentry_store_postgres::Options::default()
        },
    }
}

async fn open(
    place: &LedgerPlace,
    folder: &tempfile::TempDir,
    clock: Arc<FixedClock>,
    entropy: &Arc<SeededEntropy>,
    options: &LedgerOptions,
) -> Ledger {
    let keys = KeysSection {
        root_file: Some(folder.path().join(ROOT_KEY)),
        root: None,
    };
    let (clock, entropy): (Arc<dyn Clock>, Arc<dyn Entropy>) = (clock, entropy.clone());
    let opened = assembly::open_ledger_with(place, &keys, clock, entropy, options);
    opened.await.unwrap()
}

/// What an application is made of.
struct Parts {
    clock: Arc<FixedClock>,
    ledger: Ledger,
    bank: Bank,
    entropy: Arc<SeededEntropy>,
    takes_mock_tokens: bool,
    folder: tempfile::TempDir,
    place: LedgerPlace,
}

/// Names the engine of all applications that do not choose one: `postgres`, else SQLite. So one suite runs on both.
const ENGINE: &str = "CONSENTRY_TEST_ENGINE";

impl TestApp {
    /// Starts with Harbor Bank as seeded for the demo.
    pub async fn start() -> Self {
        Self::start_seeded(1).await
    }

    /// As [`Self::start`], with other randomness.
    pub async fn start_seeded(seed: u64) -> Self {
        Self::start_with(Place::Any, seed, false, &[]).await
    }

    /// As [`Self::start`], with a ledger in a folder whatever else the tests run on, for those that look into its file.
    pub async fn start_in_folder() -> Self {
        Self::start_on(tempfile::tempdir().unwrap(), Options::default(), 1).await
    }

    /// As [`Self::start_seeded`], with the ledger in this folder and with bounds on its database.
    pub async fn start_on(folder: tempfile::TempDir, bounds: Options, seed: u64) -> Self {
        Self::start_with(Place::Folder(folder, bounds), seed, false, &[]).await
    }

    /// As [`Self::start`], where mock tokens are taken.
    pub async fn start_in_development() -> Self {
        Self::start_with_directories(&[]).await
    }

    /// As [`Self::start_in_development`], with directories that are asked live.
    pub async fn start_with_directories(directories: &[(&str, LdapSection)]) -> Self {
        Self::start_with(Place::Any, 1, true, directories).await
    }

    /// As [`Self::start`], with the ledger in the PostgreSQL database at this address.
    pub async fn start_in_database(url: &str) -> Self {
        Self::start_with(Place::Database(url.to_owned()), 1, false, &[]).await
    }

    /// Another node on the same PostgreSQL database, with the same clock and a memory of its own; `url` may lead there another way.
    /// It never looks at the log by itself: what is written elsewhere it is told.
    pub async fn another_node(&self, url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join(ROOT_KEY);
        std::fs::copy(self.folder.path().join(ROOT_KEY), &key).unwrap();
        let place = in_database(url);
        let entropy = Arc::new(SeededEntropy::new(1_000));
        let options = LedgerOptions {
            feed: FeedOptions {
                poll: Duration::from_hours(1),
                ..FeedOptions::default()
            },
            ..LedgerOptions::default()
        };
        let clock = Arc::clone(&self.clock);
        let ledger = open(&place, &folder, clock, &entropy, &options).await;
        Self::of(Parts {
            clock: Arc::clone(&self.clock),
            ledger,
            bank: self.bank.clone(),
            entropy,
            takes_mock_tokens: false,
            folder,
            place,
        })
    }

    /// The same after a restart: memory is gone, the ledger and the clock are what they were.
    pub async fn restarted(self) -> Self {
        self.restarted_with(LedgerOptions::default()).await
    }

    /// As [`Self::restarted`], with other options of the ledger.
    pub async fn restarted_with(self, options: LedgerOptions) -> Self {
        self.ledger.close().await;
        let Self {
            clock,
            ledger,
            bank,
            router,
            parts,
            folder,
            place,
        } = self;
        // Whoever still holds the ledger would hold its file open.
        drop((ledger, router, parts));
        let entropy = Arc::new(SeededEntropy::new(2_000));
        let ledger = open(&place, &folder, Arc::clone(&clock), &entropy, &options).await;
        Self::of(Parts {
            clock,
            ledger,
            bank,
            entropy,
            takes_mock_tokens: false,
            folder,
            place,
        })
    }

    async fn start_with(
        place: Place,
        seed: u64,
        takes_mock_tokens: bool,
        ldap: &[(&str, LdapSection)],
    ) -> Self {
        let clock = Arc::new(FixedClock::default());
        let entropy = Arc::new(SeededEntropy::new(seed));
        let sections: BTreeMap<_, _> = ldap
            .iter()
            .map(|(name, section)| ((*name).to_owned(), section.clone()))
            .collect();
        let options = LedgerOptions {
            directories: directories::configured(&sections).unwrap(),
            feed: FeedOptions {
                look_again: Duration::from_millis(20),
                ..FeedOptions::default()
            },
            ..LedgerOptions::default()
        };
        let (folder, place) = place.settled().await;
        let ledger = open(&place, &folder, Arc::clone(&clock), &entropy, &options).await;
        let addresses = Addresses {
            base_url: BASE_URL.to_owned(),
            bank_url: BANK_URL.to_owned(),
        };
        let bank = seed::seed(&ledger, &addresses).await.unwrap();
        Self::of(Parts {
            clock,
            ledger,
            bank,
            entropy,
            takes_mock_tokens,
            folder,
            place,
        })
    }

    fn of(own: Parts) -> Self {
        // Fake peers are on this machine.
        let policy = EgressSection {
            exceptions: vec!["127.0.0.0/8".to_owned()],
            deadline_seconds: 2,
            ..EgressSection::default()
        };
        let parts = site::Parts {
            egress: Arc::new(Egress::new(policy.policy().unwrap()).unwrap()),
            validators: Validators::new(policy.policy().unwrap(), own.takes_mock_tokens),
            messages: Messages::default(),
            house: House::new(own.ledger.clone(), Url::parse(BASE_URL).unwrap(), Vec::new()),
            entropy: own.entropy,
            metrics: Metrics::of(&own.ledger),
            metrics_here: true,
            operator: None,
            demo: None,
            deadline: Duration::from_secs(30),
            joins_traces: false,
        };
        let router = site::router(&parts).unwrap();
        Self {
            clock: own.clock,
            ledger: own.ledger,
            bank: own.bank,
            router,
            parts,
            folder: own.folder,
            place: own.place,
        }
    }

    /// Starts the workers for what follows a decision, which look again often: the clock of a test moves at any time.
    pub fn outbound(&self) -> Outbound {
        self.outbound_with(OutboundOptions {
            keys: None,
            ..OutboundOptions::default()
        })
    }

    /// As [`Self::outbound`], and mails go out this way.
    pub fn outbound_mailing(&self, mailer: Mailer) -> Outbound {
        self.outbound_with(OutboundOptions {
            keys: None,
            mailer: Some(mailer),
            ..OutboundOptions::default()
        })
    }

    /// As [`Self::outbound`], with a mirror, or with keys that are replaced.
    pub fn outbound_with(&self, options: OutboundOptions) -> Outbound {
        let house = self.parts.house.clone();
        Outbound::start(
            self.ledger.clone(),
            Arc::clone(&self.parts.egress),
            Arc::new(move |tenant| house.base_url(tenant)),
            Arc::new(self.parts.metrics.clone()),
            OutboundOptions {
                look_again: Duration::from_millis(20),
                ..options
            },
        )
    }

    /// Where the ledger is.
    pub const fn place(&self) -> &LedgerPlace {
        &self.place
    }

    /// What the application's site is made of, for one that differs in a part.
    pub fn parts(&self) -> site::Parts {
        self.parts.clone()
    }

    /// The seeded tenant as configured now.
    pub fn tenant(&self) -> Arc<TenantSnapshot> {
        self.ledger
            .directory()
            .by_slug(&self.bank.tenant)
            .cloned()
            .unwrap()
    }

    /// The demo around the bank, for the complete route table; it is not served here.
    pub fn demo(&self) -> Arc<Demo> {
        let addresses = Addresses {
            base_url: BASE_URL.to_owned(),
            bank_url: BANK_URL.to_owned(),
        };
        Arc::new(Demo::new(self.bank.clone(), addresses, Arc::new(SeededEntropy::new(2))).unwrap())
    }

    /// The folder of the root key, and of the ledger where it is in one.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// The current moment of the test.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Lets seconds pass.
    pub fn pass(&self, seconds: i64) {
        self.clock.advance(Lifetime::seconds(seconds));
    }

    /// Also serves it on a free port of the loopback, for as long as the test runs; gives the address without slash at the end.
    pub async fn listen(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = self.router.clone();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        address
    }

    /// A browser without cookies.
    pub fn browser(&self) -> Browser<'_> {
        Browser::new(self)
    }

    /// Begins a request.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder<'_> {
        let address = if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{BASE_URL}{path}")
        };
        let url = Url::parse(&address).unwrap();
        let host = url.port().map_or_else(
            || url.host_str().unwrap_or_default().to_owned(),
            |port| format!("{}:{port}", url.host_str().unwrap_or_default()),
        );
        let target = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        let request = Request::builder()
            .method(method)
            .uri(target)
            .header(header::HOST, host);
        RequestBuilder {
            app: self,
            request,
            body: Vec::new(),
        }
    }

    /// `GET` without credentials.
    pub async fn get(&self, path: &str) -> Answer {
        self.request(Method::GET, path).send().await
    }

    /// `POST` of a form without credentials.
    pub async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.request(Method::POST, path).form(fields).send().await
    }

    pub(crate) async fn answer(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.response(request).await.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }
}

impl TestApp {
    async fn response(&self, mut request: Request<Body>) -> axum::response::Response {
        request
            .extensions_mut()
            .insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 40_000))));
        self.router.clone().oneshot(request).await.unwrap()
    }
}

impl std::fmt::Debug for TestApp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestApp")
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

/// A request in the making.
#[must_use]
pub struct RequestBuilder<'a> {
    app: &'a TestApp,
    request: http::request::Builder,
    body: Vec<u8>,
}

impl std::fmt::Debug for RequestBuilder<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RequestBuilder")
            .field("request", &self.request)
            .finish_non_exhaustive()
    }
}

impl RequestBuilder<'_> {
    /// Adds a header.
    pub fn header(mut self, name: impl TryInto<HeaderName>, value: &str) -> Self {
        let name = name.try_into().unwrap_or_else(|_| panic!("not a header name"));
        self.request = self
            .request
            .header(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        self
    }

    /// HTTP Basic credentials, not form-encoded.
    pub fn basic(self, user: &str, password: &str) -> Self {
        let value = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
        self.header(header::AUTHORIZATION, &value)
    }

    /// A bearer token.
    pub fn bearer(self, token: &str) -> Self {
        self.header(header::AUTHORIZATION, &format!("Bearer {token}"))
    }

    /// A form as body.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let encoded = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(encoded.as_bytes())
    }

    /// JSON as body.
    pub fn json(self, value: &Value) -> Self {
        self.header(header::CONTENT_TYPE, "application/json")
            .body(value.to_string().as_bytes())
    }

    /// Any bytes as body.
    pub fn body(mut self, bytes: &[u8]) -> Self {
        self.body = bytes.to_vec();
        self
    }

    /// Sends it and reads the answer whole.
    pub async fn send(self) -> Answer {
        let length = self.body.len();
        let request = if length == 0 {
            self.request
        } else {
            self.request.header(header::CONTENT_LENGTH, length)
        };
        self.app
            .answer(request.body(Body::from(self.body)).unwrap())
            .await
    }

    /// Sends it and reads the answer as it comes.
    pub async fn listen(self) -> Listening {
        let request = self.request.body(Body::from(self.body)).unwrap();
        let (parts, body) = self.app.response(request).await.into_parts();
        Listening::new(parts.status, parts.headers, body)
    }
}
