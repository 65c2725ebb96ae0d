//! Harbor Bank and its surroundings: a bank's own pages, its accounts API, and two third-party apps.
//!
//! They are users of the doors like any other and talk to them over HTTP only; nothing here touches the ledger. What they keep,
//! they keep for the life of the process.

mod accounts_api;
mod bank_pages;
mod oauth_client;
pub mod seed;
mod start;
mod third_party;
mod visitors;

use std::{fs, path::Path, sync::Arc};

use axum::response::{IntoResponse, Response};
use consentry_egress::{Egress, EgressError, EgressPolicy};
use consentry_jose::KeySet;
use consentry_ledger::{Clock, Entropy, Ledger, SystemClock};
use consentry_web::{
    error::{ApiError, Problem},
    page::{Brand, Page},
    routes::{Cors, RouteTable},
    texts,
};
use serde_json::{Value, json};
use tokio::sync::RwLock;

use self::{
    seed::{Addresses, Bank},
    visitors::Visitors,
};

/// Name of the file that remembers who plays, beside the ledger of a demo with `--data`.
const REMEMBERED: &str = "demo.json";

/// The demo's world.
pub struct Demo {
    bank: Bank,
    addresses: Addresses,
    egress: Egress,
    entropy: Arc<dyn Entropy>,
    clock: SystemClock,
    visitors: Visitors,
    issuer_keys: RwLock<Option<Arc<KeySet>>>,
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
            clock: SystemClock,
            visitors: Visitors::default(),
            issuer_keys: RwLock::new(None),
        })
    }

    /// Who plays.
    pub const fn bank(&self) -> &Bank {
        &self.bank
    }

    /// Everything a script needs to know, as one line.
    pub fn description(&self, pid: u32, started_in_ms: u128) -> Value {
        let (base, bank) = (&self.addresses.base_url, &self.bank);
        let callback = |app: &str| format!("{base}/demo/{app}/callback");
        json!({
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
                "frame_host": format!("{}/demo/bank", self.addresses.bank_url),
            },
            "pid": pid,
            "started_in_ms": u64::try_from(started_in_ms).unwrap_or(u64::MAX),
        })
    }

    fn issuer(&self) -> String {
        format!("{}/cis/oidc", self.addresses.base_url)
    }

    fn endpoint(&self, path: &str) -> String {
        format!("{}{path}", self.issuer())
    }

    fn now_seconds(&self) -> i64 {
        self.clock.now().as_seconds()
    }

    fn page(title: &str, brand: &str) -> Page {
        let language = texts::languages()[0];
        Page::new(language, title, Brand::named(brand))
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
    let bank = seed::seed(ledger, addresses).await?;
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

/// The demo's own pages and API.
pub fn routes() -> RouteTable<Arc<Demo>> {
    RouteTable::new("demo")
        .owns("/demo", |_, error| Problem(error).into_response())
        .get("/demo", Cors::Never, start::page)
        .get("/demo/api/accounts", Cors::Never, accounts_api::accounts)
        .get("/demo/moneytrack", Cors::Never, third_party::moneytrack::home)
        .post(
            "/demo/moneytrack/connect",
            Cors::Never,
            third_party::moneytrack::connect,
        )
        .get_only(
            "/demo/moneytrack/callback",
            Cors::Never,
            third_party::moneytrack::callback,
        )
        .post(
            "/demo/moneytrack/refresh",
            Cors::Never,
            third_party::moneytrack::refresh,
        )
        .get("/demo/pennywise", Cors::Never, third_party::pennywise::home)
        .post(
            "/demo/pennywise/connect",
            Cors::Never,
            third_party::pennywise::connect,
        )
        .get_only(
            "/demo/pennywise/callback",
            Cors::Never,
            third_party::pennywise::callback,
        )
        .post(
            "/demo/pennywise/refresh",
            Cors::Never,
            third_party::pennywise::refresh,
        )
        .get_only("/demo/bank", Cors::Never, bank_pages::home)
        .get_only("/demo/bank/callback", Cors::Never, bank_pages::callback)
        .get_only("/demo/bank/consent", Cors::Never, bank_pages::consent)
        .post("/demo/bank/consent", Cors::Never, bank_pages::answer)
}

/// Why the demo could not go on; shown as a problem document.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    /// A door could not be reached or did not answer as expected.
    #[error("{what} did not work: {why}")]
    Door {
        /// Which call.
        what: &'static str,
        /// What came back.
        why: String,
    },
    /// The visitor's browser is not where it should be.
    #[error("{0}")]
    Visitor(&'static str),
}

impl IntoResponse for DemoError {
    fn into_response(self) -> Response {
        let code = match self {
            Self::Door { .. } => &consentry_web::error::registry::UNAVAILABLE,
            Self::Visitor(_) => &consentry_web::error::registry::INVALID_REQUEST,
        };
        let detail = self.to_string();
        Problem(ApiError::new(code).detail(detail)).into_response()
    }
}
