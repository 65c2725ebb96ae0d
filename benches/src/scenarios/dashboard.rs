//! The dashboard door: the list of a customer with twenty connections, and one-time tokens that are redeemed twice at once.

use std::{cell::Cell, fmt::Write as _, fs, path::Path, process::Command, rc::Rc};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::{Setup, beside, free_address};
use crate::{
    clock,
    demo::Demo,
    http::{Connection, Request},
    limits::bare_http::BareHttp,
    load::{HttpClient, Outcome, per_second},
    report::Figure,
};

/// Connections of the customer.
const CONNECTIONS: usize = 20;

/// Pages that are open at once.
const CLIENTS: usize = 64;

/// Tokens that are redeemed; each twice.
const TOKENS: usize = 5_000;

/// Back ends of the bank: each may ask for 50 tokens in a second.
const BACK_ENDS: usize = 50;

/// Redemptions under way at once.
const REDEEMING: usize = 256;

const SECRET: &str = "a-secret-of-a-back-end-of-the-bank-that-nobody-guesses";

const CUSTOMER: &str = "cust-1007";

/// How the customer logs in.
const LOGIN: &str = "carla";

/// The list, again and again, beside a bare answer of the same size.
pub fn page(setup: &Setup) -> Result<Vec<Figure>> {
    let scratch = setup.scratch()?;
    let bank = Bank::start(setup, scratch.path())?;
    let sessions = bank.block_on(async |bank| {
        let mut sessions = Vec::with_capacity(CLIENTS);
        for number in 0..CLIENTS {
            let token = bank.token(number % BACK_ENDS, CUSTOMER).await?;
            sessions.push(bank.open(&token).await?);
        }
        Ok(sessions)
    })?;
    let asking = |order: &str| {
        let requests = sessions.iter().map(|session| bank.list(session, order));
        requests.collect::<Result<Vec<Request>>>()
    };
    // In another order than the usual one the list is made anew each time.
    let (requests, anew) = (asking("")?, asking("name")?);
    let first = requests.first().context("nobody opened a page")?;
    let size = bank.block_on(async |bank| {
        let mut connection = Connection::open(bank.demo.address()?).await?;
        let answer = connection.send(&first.bytes()).await?;
        answer.expect(200)?;
        let page = String::from_utf8_lossy(answer.body).into_owned();
        let listed = page.matches("action=\"/embed/stop\"").count();
        ensure!(listed == CONNECTIONS, "{listed} connections are listed: {page}");
        Ok(page.len())
    })?;
    let bare = BareHttp::start(size)?;
    let load = setup.load(CLIENTS);
    let address = bank.demo.address()?;
    let run = |requests: &[Request]| {
        load.run(async |number| {
            let bytes = requests.get(number).context("no such page")?.bytes();
            HttpClient::open(address, 200, move || bytes.clone()).await
        })
    };
    let (limit, ours) = setup.turns(|| bare.measure(load, first), || run(&requests))?;
    let anew = run(&anew)?;
    Ok(vec![
        beside("dashboard-page", ours, limit.per_second),
        beside("dashboard-page-anew", anew, limit.per_second),
    ])
}

/// Ten thousand redemptions of five thousand tokens: each token opens one page, or the run ends.
pub fn redeem(setup: &Setup) -> Result<Vec<Figure>> {
    let scratch = setup.scratch()?;
    let bank = Bank::start(setup, scratch.path())?;
    let outcome = bank.block_on(async |bank| {
        let mut tokens = Vec::with_capacity(TOKENS);
        while tokens.len() < TOKENS {
            let number = tokens.len();
            tokens.push(bank.token(number % BACK_ENDS, &format!("cust-{number}")).await?);
        }
        bank.redeem_twice(tokens).await
    })?;
    let bare = BareHttp::start(outcome.size)?;
    let request = bank.opening("et_nothing", 0)?;
    let limit = bare.measure(setup.load(REDEEMING), &request)?;
    Ok(vec![beside("redeem", outcome.took, limit.per_second)])
}

/// What redeeming came to.
struct Redeemed {
    took: Outcome,
    /// Bytes of a page that was opened.
    size: usize,
}

/// A bank with many back ends, and a customer who has twenty apps.
struct Bank {
    demo: Demo,
    runtime: tokio::runtime::Runtime,
}

impl Bank {
    fn start(setup: &Setup, folder: &Path) -> Result<Self> {
        let keys = folder.join("root.key");
        let url = format!("sqlite://{}", folder.join("data").display());
        let listen = free_address()?;
        let settings = [
            ("CONSENTRY__STORAGE__URL", url),
            ("CONSENTRY__KEYS__ROOT_FILE", keys.display().to_string()),
            ("CONSENTRY__SERVER__LISTEN", listen),
            // Each redemption says that it comes from elsewhere: refused ones are counted by address.
            ("CONSENTRY__SERVER__TRUSTED_PROXIES", "127.0.0.0/8".to_owned()),
        ];
        fs::write(folder.join("secret"), SECRET)?;
        let manifest = folder.join("bank.toml");
        fs::write(&manifest, self::manifest()?)?;
        let consents = folder.join("consents.json");
        fs::write(&consents, self::consents().to_string())?;
        let run = |words: &[&str]| -> Result<()> {
            let done = Command::new(&setup.binary)
                .envs(settings.iter().map(|(name, value)| (name, value)))
                .args(words)
                .output()?;
            ensure!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
            Ok(())
        };
        run(&["apply", "-f", &manifest.display().to_string()])?;
        run(&["import", "third-party", &consents.display().to_string()])?;
        Ok(Self {
            demo: Demo::serve(&setup.binary, folder, &settings)?,
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?,
        })
    }

    fn block_on<T>(&self, asking: impl AsyncFnOnce(&Self) -> Result<T>) -> Result<T> {
        let local = tokio::task::LocalSet::new();
        self.runtime.block_on(local.run_until(asking(self)))
    }

    /// A one-time token, asked for by one of the back ends.
    async fn token(&self, back_end: usize, customer: &str) -> Result<String> {
        let body =
            json!({ "type": "consent_management", "scopes": format!("customer.modify_consent:{customer}") });
        let request = Request::new("POST", "/api/v4/token", self.demo.address()?)
            .basic(&self::back_end(back_end), SECRET)
            .body("application/json", body.to_string());
        let mut connection = Connection::open(self.demo.address()?).await?;
        let answer = connection.send(&request.bytes()).await?;
        answer.expect(200)?;
        let body: Value = serde_json::from_slice(answer.body)?;
        Ok(body["access_token"].as_str().context("no token")?.to_owned())
    }

    fn opening(&self, token: &str, from: usize) -> Result<Request> {
        let target = format!("/embed/authorizations?access_token={token}");
        Ok(Request::new("GET", &target, self.demo.address()?)
            .header("accept", "text/html")
            .header("sec-fetch-dest", "iframe")
            .header("x-forwarded-for", &format!("10.{}.{}.1", from / 250, from % 250)))
    }

    /// The page session of a page that a token opens.
    async fn open(&self, token: &str) -> Result<String> {
        let mut connection = Connection::open(self.demo.address()?).await?;
        let answer = connection.send(&self.opening(token, 0)?.bytes()).await?;
        answer.expect(200)?;
        let page = String::from_utf8_lossy(answer.body);
        let (_, rest) = page
            .split_once("name=\"session\" value=\"")
            .context("a page without session")?;
        Ok(rest.split('"').next().unwrap_or_default().to_owned())
    }

    fn list(&self, session: &str, order: &str) -> Result<Request> {
        Request::new("POST", "/embed/connections", self.demo.address()?)
            .header("accept", "text/html")
            .header("sec-fetch-site", "same-origin")
            .form(&[("session", session), ("order", order)])
    }

    /// Sends each token twice, the two beside each other, and counts what they opened.
    async fn redeem_twice(&self, tokens: Vec<String>) -> Result<Redeemed> {
        let address = self.demo.address()?;
        let twice = tokens.iter().flat_map(|token| [token, token]).enumerate();
        let requests = twice.map(|(number, token)| self.opening(token, number));
        let requests: Rc<Vec<Request>> = Rc::new(requests.collect::<Result<_>>()?);
        let (next, size) = (Rc::new(Cell::new(0_usize)), Rc::new(Cell::new(0_usize)));
        let opened = Rc::new(tokens.iter().map(|_| Cell::new(0_usize)).collect::<Vec<_>>());
        let begun = clock::now();
        let mut asking = Vec::with_capacity(REDEEMING);
        for _ in 0..REDEEMING {
            let (requests, next) = (Rc::clone(&requests), Rc::clone(&next));
            let (opened, size) = (Rc::clone(&opened), Rc::clone(&size));
            asking.push(tokio::task::spawn_local(async move {
                let mut connection = Connection::open(address).await?;
                let mut took = Vec::new();
                loop {
                    let number = next.get();
                    next.set(number + 1);
                    let Some(request) = requests.get(number) else {
                        return anyhow::Ok(took);
                    };
                    let asked = clock::now();
                    let answer = connection.send(&request.bytes()).await?;
                    took.push(clock::now().duration_since(asked));
                    match answer.status {
                        200 => {
                            size.set(answer.body.len());
                            let count = opened.get(number / 2).context("no such token")?;
                            count.set(count.get() + 1);
                        }
                        404 => {}
                        other => anyhow::bail!("a redemption was answered with {other}"),
                    }
                }
            }));
        }
        let mut took = Vec::with_capacity(requests.len());
        for asking in asking {
            took.extend(asking.await??);
        }
        let elapsed = clock::now().duration_since(begun);
        let wrong = opened.iter().filter(|count| count.get() != 1).count();
        ensure!(wrong == 0, "{wrong} tokens did not open exactly one page");
        let answers = took.len();
        let took = Outcome::of(took, elapsed)?;
        Ok(Redeemed {
            took: Outcome {
                per_second: per_second(answers, elapsed),
                ..took
            },
            size: size.get(),
        })
    }
}

fn back_end(number: usize) -> String {
    format!("meadow-back-end-of-number-{number:03}")
}

fn app(number: usize) -> String {
    format!("app-{number:02}")
}

fn manifest() -> Result<String> {
    let mut text = "[[tenants]]\nslug = \"main\"\nlocale = \"en-GB\"\nbrand = { name = \"Meadow Bank\" }\n\
        [[tenants.applications]]\nname = \"Meadow Bank\"\ndefault_resource = \"https://api.meadow.example/accounts\"\n\
        resources = [\"https://api.meadow.example/accounts\"]\n"
        .to_owned();
    for (key, kind) in [
        ("openid", "protocol"),
        ("accounts:balance", "scope"),
        ("accounts:transactions", "scope"),
    ] {
        writeln!(
            text,
            "[[tenants.definitions]]\nkey = \"{key}\"\nkind = \"{kind}\"\n[[tenants.definitions.localizations]]\n\
             locale = \"en-GB\"\nversion = \"1.0\"\ntitle = \"Title of {key}\"\ndata = \"What {key} opens\"\n\
             purpose = \"To show it in one place\""
        )?;
    }
    for number in 0..CONNECTIONS {
        let app = app(number);
        writeln!(
            text,
            "[[tenants.parties]]\nname = \"Company {app}\"\nlegal_name = \"Company {app} BV\"\n\
             website = \"https://{app}.example\"\n\
             [[tenants.clients]]\nid = \"{app}\"\nname = \"{app}\"\napplication = \"Meadow Bank\"\nparty = \"Company {app}\"\n\
             third_party = true\nredirect_uris = [\"https://{app}.example/callback\"]\n\
             scopes = \"openid accounts:balance accounts:transactions\"\npurpose = \"All accounts in one place.\""
        )?;
    }
    writeln!(
        text,
        "[[tenants.people]]\nlogin = \"{LOGIN}\"\ncustomer = \"{CUSTOMER}\"\npassword_file = \"secret\""
    )?;
    for number in 0..BACK_ENDS {
        writeln!(
            text,
            "[[tenants.api_keys]]\nid = \"{}\"\nsecret_file = \"secret\"\nopens = \"dashboard\"",
            back_end(number)
        )?;
    }
    Ok(text)
}

/// What the customer agreed to, as another system kept it.
fn consents() -> Value {
    let consents = (0..CONNECTIONS).map(|number| {
        json!({
            "consent_id": format!("cn_{number:04}"), "tenant_id": "tn_91", "app_id": "app_5dK2", "client_id": app(number),
            "user_id": LOGIN, "scope": "openid accounts:balance accounts:transactions", "created_at": 1_760_000_000,
            "expires_at": null, "updated_at": 1_760_000_000, "status": "active",
        })
    });
    json!({ "result": consents.collect::<Vec<Value>>() })
}
