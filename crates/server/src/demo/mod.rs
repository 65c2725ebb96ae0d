//! Harbor Bank and its surroundings: a bank's own pages, its accounts API, and two third-party apps.
//!
//! They are users of the doors like any other and talk to them over HTTP only; nothing here touches the ledger. What they keep,
//! they keep for the life of the process.

mod accounts_api;
mod bank;
mod caller;
mod center;
pub mod clock;
mod connected;
mod dataspace;
mod failure;
mod logo;
mod mail;
mod money;
mod oauth_client;
pub mod seed;
mod shop;
mod start;
mod story;
mod third_party;
mod visitors;
mod wordings;

use std::{fs, path::Path, sync::Arc};

use axum::response::IntoResponse;
use consentry_domain::Timestamp;
use consentry_egress::{Egress, EgressError, EgressPolicy, Outbox};
use consentry_jose::KeySet;
use consentry_ledger::{Clock, Entropy, Ledger};
use consentry_web::{
    error::Problem,
    routes::{Cors, RouteTable},
};
use http::header;
use serde_json::{Value, json};
use tokio::sync::RwLock;

use self::{
    caller::{Caller, page},
    clock::DemoClock,
    failure::DemoError,
    seed::{Addresses, Bank},
    third_party::{MONEYTRACK, PENNYWISE},
    visitors::Visitors,
};

/// The bank's name.
const BANK: &str = "Harbor Bank";

/// The colour of the demo's own pages.
const COLOUR: &str = "#0f5c5c";

/// Name of the file that remembers who plays, beside the ledger of a demo with `--data`.
const REMEMBERED: &str = "demo.json";

/// The demo's world.
pub struct Demo {
    bank: Bank,
    addresses: Addresses,
    egress: Egress,
    entropy: Arc<dyn Entropy>,
    clock: Arc<DemoClock>,
    /// Whether visitors may move the clock.
    movable: bool,
    visitors: Visitors,
    issuer_keys: RwLock<Option<Arc<KeySet>>>,
    northbay: dataspace::Northbay,
    /// Where mails are kept; none where they are really sent.
    outbox: Option<Arc<Outbox>>,
}

impl std::fmt::Debug for Demo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Demo")
            .field("addresses", &self.addresses)
            .finish_non_exhaustive()
    }
}

impl Demo {
    /// The world around a seeded bank. Outgoing requests reach this machine only.
    pub fn new(bank: Bank, addresses: Addresses, entropy: Arc<dyn Entropy>) -> Result<Self, EgressError> {
        let loopback = ["127.0.0.0/8", "::1/128"]
            .iter()
            .filter_map(|network| network.parse().ok())
            .collect();
        Ok(Self {
            bank,
            addresses,
            egress: Egress::new(EgressPolicy {
                exceptions: loopback,
                ..EgressPolicy::default()
            })?,
            entropy,
            clock: Arc::default(),
            movable: false,
            visitors: Visitors::default(),
            issuer_keys: RwLock::new(None),
            northbay: dataspace::Northbay::default(),
            outbox: None,
        })
    }

    /// Shows the mails that are kept here.
    #[must_use]
    pub fn with_outbox(mut self, outbox: Arc<Outbox>) -> Self {
        self.outbox = Some(outbox);
        self
    }

    /// Lets visitors move this clock, which is the ledger's too. Only for a demo that forgets everything at its end: a ledger that
    /// is opened again would find events from the future.
    #[must_use]
    pub fn with_movable_clock(mut self, clock: Arc<DemoClock>) -> Self {
        self.clock = clock;
        self.movable = true;
        self
    }

    /// Who plays.
    pub const fn bank(&self) -> &Bank {
        &self.bank
    }

    /// Everything a script needs to know, as one line.
    pub fn description(&self, pid: u32, started_in_ms: u128) -> Value {
        let (base, bank) = (&self.addresses.base_url, &self.bank);
        let callback = |app: &str| format!("{base}/demo/{app}/callback");
        let mut description = json!({
            "base_url": base,
            "issuer": self.issuer(),
            "tenant": bank.tenant,
            "start": format!("{base}/demo"),
            "users": bank.customers,
            "authorization": {
                "app_id": bank.app_id,
                "first_party": bank.first_party,
                "third_party": {
                    "client_id": bank.third_party.client_id,
                    "client_secret": bank.third_party.client_secret,
                    "redirect_uri": callback("moneytrack"),
                    "extra_redirect_uri": "http://127.0.0.1:9999/callback",
                    "post_logout_redirect_uri": "http://127.0.0.1:9999/out",
                    "scopes": seed::SCOPES,
                },
                "external_consent_page": {
                    "client_id": bank.external.client_id,
                    "client_secret": bank.external.client_secret,
                    "redirect_uri": callback("pennywise"),
                    "extra_redirect_uri": "http://127.0.0.1:9999/callback",
                    "consent_uri": format!("{}/demo/bank/consent?for=pennywise", self.addresses.bank_url),
                },
                "admin": bank.admin,
                "resource_api": bank.resource_api,
            },
            "records": {
                "base": format!("{base}/consent/v1"),
                "service_account": { "username": bank.service.client_id, "password": bank.service.client_secret },
                "privileged_scope": "urn:pingdirectory:consent_admin",
                "unprivileged_scope": "urn:pingdirectory:consent",
                "definitions": seed::AGREEMENTS.iter().chain(seed::SCOPES.iter().skip(2)).collect::<Vec<_>>(),
            },
            "dashboard": {
                "base": base,
                "client_id": bank.dashboard.client_id,
                "client_secret": bank.dashboard.client_secret,
                "customer_id": bank.customers.first().map(|customer| &customer.customer_id),
                "shared_secret": bank.shared_secret,
                "frame_host": format!("{}/demo/bank", self.addresses.bank_url),
            },
            "dataspace": dataspace::description(base),
            "preferences": {
                "base": base,
                "organization_id": bank.tenant,
                "api_key": { "id": bank.preferences.client_id, "secret": bank.preferences.client_secret },
                "public_key": center::PUBLIC_KEY,
                "center": format!("{base}/center/news"),
                "center_host": self.addresses.center_host().map(|host| format!("http://{host}/")),
                "shop": format!("{}/demo/shop", self.addresses.bank_url),
                "purposes": center::PURPOSES,
            },
            "pid": pid,
            "started_in_ms": u64::try_from(started_in_ms).unwrap_or(u64::MAX),
        });
        if self.outbox.is_some() {
            let outbox: Value = format!("{base}/demo/mail").into();
            description["preferences"]["mail_outbox"] = outbox.clone();
            description["mail_outbox"] = outbox;
        }
        description
    }

    fn issuer(&self) -> String {
        format!("{}/cis/oidc", self.addresses.base_url)
    }

    fn endpoint(&self, path: &str) -> String {
        format!("{}{path}", self.issuer())
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn movable_clock(&self) -> Option<&DemoClock> {
        self.movable.then_some(&*self.clock)
    }
}

/// The bank of a folder: read back where it was made before, else seeded. Also says how many milliseconds seeding took.
#[expect(
    clippy::disallowed_methods,
    reason = "measures how long seeding took, for the line that says so"
)]
pub async fn bank_in(
    folder: &Path,
    ledger: &Ledger,
    addresses: &Addresses,
) -> anyhow::Result<(Bank, Option<u128>)> {
    #[derive(serde::Serialize, serde::Deserialize)]
    struct Remembered {
        base_url: String,
        bank: Bank,
    }
    let file = folder.join(REMEMBERED);
    if file.exists() {
        let remembered: Remembered = serde_json::from_str(&fs::read_to_string(&file)?)?;
        anyhow::ensure!(
            remembered.base_url == addresses.base_url,
            "the demo in {} was made for {}; use the same --listen, or another folder",
            folder.display(),
            remembered.base_url,
        );
        return Ok((remembered.bank, None));
    }
    let started = std::time::Instant::now();
    let mut bank = seed::seed(ledger, addresses).await?;
    seed::translate(ledger, &bank).await?;
    connected::add(ledger, &mut bank).await?;
    logo::show(ledger, &bank, addresses).await?;
    dataspace::seed::open(ledger, &bank, addresses).await?;
    center::open(ledger, &bank, addresses).await?;
    let remembered = Remembered {
        base_url: addresses.base_url.clone(),
        bank: bank.clone(),
    };
    write_private(&file, &serde_json::to_string(&remembered)?)?;
    Ok((bank, Some(started.elapsed().as_millis())))
}

fn write_private(file: &Path, text: &str) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    std::io::Write::write_all(&mut options.open(file)?, text.as_bytes())
}

/// Registers the routes of one of the two apps.
macro_rules! app {
    ($table:expr, $path:literal, $app:expr) => {
        $table
            .get(
                concat!("/demo/", $path),
                Cors::Never,
                page(|caller| third_party::home($app, caller)),
            )
            .post(
                concat!("/demo/", $path, "/connect"),
                Cors::Never,
                page(|caller| third_party::connect($app, caller)),
            )
            .get_only(
                concat!("/demo/", $path, "/callback"),
                Cors::Never,
                page(|caller| third_party::callback($app, caller)),
            )
            .post(
                concat!("/demo/", $path, "/refresh"),
                Cors::Never,
                page(|caller| third_party::refresh($app, caller)),
            )
    };
}
/// The demo's own pages and API.
pub fn routes() -> RouteTable<Arc<Demo>> {
    let table = RouteTable::new("demo")
        .owns("/demo", failure::fallback)
        .owns("/demo/api", |_, error| Problem(error).into_response())
        .get("/demo", Cors::Never, page(start::page))
        .get("/demo/style.css", Cors::Never, || async {
            asset("text/css; charset=utf-8", include_str!("../../assets/demo.css"))
        })
        .get("/demo/bank.js", Cors::Never, || async {
            asset(
                "text/javascript; charset=utf-8",
                include_str!("../../assets/bank.js"),
            )
        })
        .get("/demo/moneytrack/logo.png", Cors::Never, || async {
            asset(
                "image/png",
                include_bytes!("../../assets/moneytrack.png").as_slice(),
            )
        })
        .get("/demo/shop", Cors::Never, page(shop::page))
        .get("/demo/shop.js", Cors::Never, || async {
            asset(
                "text/javascript; charset=utf-8",
                include_str!("../../assets/shop.js"),
            )
        })
        .get("/demo/mail", Cors::Never, page(mail::page))
        .get("/demo/mail.json", Cors::Never, mail::json)
        .post("/demo/clock", Cors::Never, page(clock::pass))
        .get("/demo/api/accounts", Cors::Never, accounts_api::accounts)
        .get_only("/demo/bank", Cors::Never, page(bank::home))
        .get_only("/demo/bank/callback", Cors::Never, page(bank::callback))
        .get_only("/demo/bank/consent", Cors::Never, page(bank::ask))
        .post("/demo/bank/consent", Cors::Never, page(bank::answer))
        .post("/demo/bank/logout", Cors::Never, page(bank::log_out));
    let table = app!(table, "moneytrack", MONEYTRACK);
    let table = app!(table, "pennywise", PENNYWISE);
    dataspace::routes(table)
}

/// A file of the demo's own pages, beside what all pages load.
fn asset(media_type: &'static str, content: impl Into<axum::body::Body>) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, "public, max-age=300"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, content.into())
}
