//! The database fails under the house: every door says so with 503 and `Retry-After`, nothing is half-written, reading goes on, and
//! service comes back by itself when the cause is gone.

use std::{net::SocketAddr, path::Path, process::Command, time::Duration};

use axum::{body::Body, extract::ConnectInfo};
use base64::{Engine, engine::general_purpose::STANDARD};
use consentry_ledger::verify::Verdict;
use consentry_server::site;
use consentry_store_sqlite::Options;
use consentry_testkit::{Answer, Browser, FULL_SCOPE, TestApp, Tokens, VERIFIER};
use http::{Method, Request};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

/// What each door is asked to write, in an order in which all of it can succeed afterwards, and the status it then has.
const WRITES: [(&str, u16); 26] = [
    ("log in", 303),
    ("begin an interaction", 303),
    ("decline on the hosted page", 303),
    ("approve on the hosted page", 303),
    ("approve at the callback", 303),
    ("look an interaction up", 200),
    ("report an answer", 200),
    ("carry a report out", 303),
    ("redeem a code", 200),
    ("redeem a code wrongly", 400),
    ("refresh", 200),
    ("revoke an access token", 200),
    ("revoke a refresh token", 200),
    ("log out", 200),
    ("make a record", 201),
    ("change a record", 200),
    ("replace a record", 200),
    ("delete a record", 204),
    ("make a record of somebody new", 201),
    ("ask for a dashboard token", 200),
    ("revoke a dashboard token", 200),
    ("open the dashboard", 200),
    ("use the dashboard", 200),
    ("stop at the dashboard", 200),
    ("stop at the consents API", 200),
    ("stop as the person", 200),
];

/// What is asked of each door that only reads.
const READS: [&str; 5] = ["records", "consents", "introspection", "UserInfo", "discovery"];

/// A house in the middle of everything.
struct Busy<'a> {
    app: &'a TestApp,
    ada: Browser<'a>,
    leaving: Browser<'a>,
    fresh: Browser<'a>,
    /// Handles of open questions: hosted to decline, hosted to approve, at the bank's page to approve, to look up, and reported.
    questions: [String; 5],
    report: String,
    login: String,
    codes: [String; 2],
    tokens: [Tokens; 3],
    records: [String; 3],
    tickets: [String; 2],
    page: (String, String),
    own: String,
    person: String,
}

async fn question(app: &TestApp, browser: &Browser<'_>, hosted: bool) -> String {
    let client = if hosted {
        &app.bank.third_party
    } else {
        &app.bank.external
    };
    let request = app.authorization(client, FULL_SCOPE, &[]);
    let asked = app.reach_question(browser, "ada", &request).await;
    let handle = if hosted {
        asked.field("interaction")
    } else {
        asked.location_parameter("src_interaction")
    };
    handle.unwrap_or_else(|| panic!("no question: {}", asked.text()))
}

async fn code(app: &TestApp, browser: &Browser<'_>, username: &str) -> String {
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
    let question = app.reach_question(browser, username, &request).await;
    let back = app.decide(browser, &question, "approve").await;
    back.location_parameter("code").unwrap()
}

fn record(subject: &str, audience: &str) -> Value {
    json!({ "status": "accepted", "subject": subject, "actor": subject, "audience": audience,
        "definition": { "id": "share-my-email", "version": "1.0", "locale": "en-GB" } })
}

async fn made(app: &TestApp, audience: &str) -> String {
    let made = app
        .records(Method::POST, "/consents", Some(&record("ada", audience)))
        .await;
    made.expect_status(201).json()["id"].as_str().unwrap().to_owned()
}

async fn ticket(app: &TestApp) -> String {
    let customer = &app.bank.customers[1].customer_id;
    let answer = app.ticket(customer).await.json();
    answer["access_token"].as_str().unwrap().to_owned()
}

impl<'a> Busy<'a> {
    async fn prepare(app: &'a TestApp) -> Self {
        let (ada, leaving, fresh) = (app.browser(), app.browser(), app.browser());
        let mut questions = Vec::new();
        for hosted in [true, true, false, false, false] {
            questions.push(question(app, &ada, hosted).await);
        }
        let given = question(app, &ada, false).await;
        let given = format!("/cis/auth/consent/callback?src_interaction={given}&approved=true");
        let _pennywise = ada.open(&given).await.expect_status(303);
        let own = app.own_token(&app.bank.first_party).await;
        let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
        let opened = fresh.open(&request).await;
        let login = app.land(&fresh, opened).await.field("interaction").unwrap();
        let codes = [code(app, &ada, "ada").await, code(app, &ada, "ada").await];
        let mut tokens = Vec::new();
        for _ in 0..3 {
            let code = code(app, &ada, "ada").await;
            tokens.push(app.redeem(&app.bank.third_party, &code).await);
        }
        let _bens = code(app, &app.browser(), "ben").await;
        let _leaving = code(app, &leaving, "ben").await;
        let list = app.open_dashboard("ben").await.expect_status(200);
        let mut busy = Self {
            questions: questions.try_into().unwrap(),
            report: String::new(),
            login,
            codes,
            tokens: tokens.try_into().unwrap(),
            records: [made(app, "a").await, made(app, "b").await, made(app, "c").await],
            tickets: [ticket(app).await, ticket(app).await],
            page: (list.field("session").unwrap(), list.field("id").unwrap()),
            person: String::new(),
            app,
            ada,
            leaving,
            fresh,
            own,
        };
        let reported = busy.report().await.expect_status(200).json();
        busy.report = reported["result"]["url"].as_str().unwrap().to_owned();
        busy.person = busy.token_of_person().await;
        busy
    }

    async fn token_of_person(&self) -> String {
        let client = &self.app.bank.first_party;
        let outside = "http://127.0.0.1:9999/callback";
        let more = [("redirect_uri", outside), ("prompt", "")];
        let request = self.app.authorization(client, "openid", &more);
        let back = self.app.reach_question(&self.ada, "ada", &request).await;
        let code = back.location_parameter("code").unwrap();
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", outside),
            ("code_verifier", VERIFIER),
        ];
        consentry_testkit::tokens(&self.app.ask_token(client, &fields).await).access
    }

    async fn report(&self) -> Answer {
        let body = json!({ "src_interaction": self.questions[4], "approved": true,
            "user_id": self.app.bank.customers[0].user_id });
        let request = self.app.request(Method::POST, "/cis/auth/consent/callback");
        request.bearer(&self.own).json(&body).send().await
    }

    async fn revoke(&self, token: &str) -> Answer {
        let client = &self.app.bank.third_party;
        let request = self.app.request(Method::POST, "/cis/oidc/token/revocation");
        let request = request.basic(&client.client_id, &client.client_secret);
        request.form(&[("token", token)]).send().await
    }

    async fn with_bearer(&self, method: Method, path: &str, token: &str) -> Answer {
        self.app.request(method, path).bearer(token).send().await
    }

    async fn on_record(&self, method: Method, index: usize, body: Option<Value>) -> Answer {
        let path = format!("/consents/{}", self.records[index]);
        self.app.records(method, &path, body.as_ref()).await
    }

    async fn provider(&self, path: &str, body: &Value) -> Answer {
        let credential = &self.app.bank.dashboard;
        let request = self.app.request(Method::POST, path);
        let request = request.basic(&credential.client_id, &credential.client_secret);
        request.json(body).send().await
    }

    async fn answer_hosted(&self, index: usize, decision: &str) -> Answer {
        let fields = [
            ("interaction", self.questions[index].as_str()),
            ("decision", decision),
        ];
        self.ada.submit("/consent", &fields).await
    }

    async fn write(&self, what: &str) -> Answer {
        let (app, client) = (self.app, &self.app.bank.third_party);
        match what {
            "log in" => {
                let password = &app.bank.customers[0].password;
                let fields = [
                    ("interaction", self.login.as_str()),
                    ("username", "ada"),
                    ("password", password),
                ];
                self.fresh.submit("/login", &fields).await
            }
            "begin an interaction" => {
                let request = app.authorization(client, FULL_SCOPE, &[]);
                app.browser().open(&request).await
            }
            "decline on the hosted page" => self.answer_hosted(0, "decline").await,
            "approve on the hosted page" => self.answer_hosted(1, "approve").await,
            "approve at the callback" => {
                let handle = &self.questions[2];
                let path = format!("/cis/auth/consent/callback?src_interaction={handle}&approved=true");
                self.ada.open(&path).await
            }
            "look an interaction up" => {
                let path = format!("/cis/v1/consents/interactions/{}", self.questions[3]);
                self.with_bearer(Method::GET, &path, &self.own).await
            }
            "report an answer" => self.report().await,
            "carry a report out" => self.ada.open(&self.report).await,
            "redeem a code" => app.try_redeem(client, &self.codes[0]).await,
            "redeem a code wrongly" => {
                let redirect_uri = app.redirect_uri(client);
                let fields = [
                    ("grant_type", "authorization_code"),
                    ("code", self.codes[1].as_str()),
                    ("redirect_uri", &redirect_uri),
                    (
                        "code_verifier",
                        "another-verifier-of-forty-three-characters-0123456789",
                    ),
                ];
                app.ask_token(client, &fields).await
            }
            "refresh" => {
                app.refresh(client, self.tokens[0].refresh.as_ref().unwrap())
                    .await
            }
            "revoke an access token" => self.revoke(&self.tokens[1].access).await,
            "revoke a refresh token" => self.revoke(self.tokens[2].refresh.as_ref().unwrap()).await,
            "log out" => self.leaving.submit("/logout", &[("confirm", "yes")]).await,
            "make a record" => {
                app.records(Method::POST, "/consents", Some(&record("ada", "d")))
                    .await
            }
            "change a record" => {
                let body = json!({ "status": "revoked" });
                self.on_record(Method::PATCH, 0, Some(body)).await
            }
            "replace a record" => {
                let body = record("ben", "b");
                self.on_record(Method::PUT, 1, Some(body)).await
            }
            "delete a record" => self.on_record(Method::DELETE, 2, None).await,
            "make a record of somebody new" => {
                let body = record("somebody-new", "a");
                app.records(Method::POST, "/consents", Some(&body)).await
            }
            "ask for a dashboard token" => app.ticket(&app.bank.customers[1].customer_id).await,
            "revoke a dashboard token" => {
                let body = json!({ "token": self.tickets[0] });
                self.provider("/api/v4/token/revoke", &body).await
            }
            "open the dashboard" => {
                let fields = [("access_token", self.tickets[1].as_str())];
                app.post_embedded("/embed/authorizations", &fields).await
            }
            "use the dashboard" => {
                // Uses within one second are written once.
                app.pass(2);
                let fields = [("session", self.page.0.as_str())];
                app.post_embedded("/embed/connections", &fields).await
            }
            "stop at the dashboard" => {
                let fields = [("session", self.page.0.as_str()), ("id", &self.page.1)];
                app.post_embedded("/embed/stop/confirm", &fields).await
            }
            "stop at the consents API" => {
                let user = &app.bank.customers[0].user_id;
                let path = format!("/cis/v1/consents/clients/moneytrack/users/{user}");
                self.with_bearer(Method::DELETE, &path, &self.own).await
            }
            "stop as the person" => {
                let path = "/cis/v1/consents/me/clients/pennywise";
                self.with_bearer(Method::DELETE, path, &self.person).await
            }
            other => panic!("no such write: {other}"),
        }
    }

    async fn read(&self, what: &str) -> u16 {
        match what {
            "records" => self.app.records(Method::GET, "/consents?subject=ada", None).await,
            "consents" => self.with_bearer(Method::GET, "/cis/v1/consents", &self.own).await,
            "introspection" => {
                let seen = self.app.introspect(&self.tokens[0].access).await;
                return if seen["active"] == true { 200 } else { 0 };
            }
            "UserInfo" => {
                self.with_bearer(Method::GET, "/cis/oidc/me", &self.tokens[0].access)
                    .await
            }
            "discovery" => self.app.get("/cis/oidc/.well-known/openid-configuration").await,
            other => panic!("no such read: {other}"),
        }
        .status()
    }

    /// What is in the ledger; everything must agree.
    async fn holds(&self) -> (u64, usize) {
        let verdict = self.app.ledger.verify(&self.app.tenant()).await.unwrap();
        let Verdict::Sound {
            events,
            unreadable: 0,
        } = verdict
        else {
            panic!("{verdict:?}");
        };
        (events, self.app.records_of("ada").await.len())
    }

    /// Every write is refused and leaves no trace.
    async fn assert_refused(&self) {
        let before = self.holds().await;
        for (what, _) in WRITES {
            let answer = self.write(what).await;
            assert_eq!(answer.status(), 503, "{what}: {}", answer.text());
            let wait: u32 = answer
                .header("retry-after")
                .unwrap_or_else(|| panic!("{what}: no Retry-After"))
                .parse()
                .unwrap();
            assert!((1..=60).contains(&wait), "{what}: {wait}");
            let shown = answer.text().to_lowercase();
            for inside in ["sqlite", "database", "disk", "locked", "/tmp"] {
                assert!(!shown.contains(inside), "{what} tells of {inside}: {shown}");
            }
            assert!(
                answer.headers().get("set-cookie").is_none(),
                "{what} hands out a cookie"
            );
        }
        for what in READS {
            assert_eq!(self.read(what).await, 200, "{what}");
        }
        assert_eq!(self.app.get("/health/ready").await.status(), 503);
        assert_eq!(self.app.get("/health/live").await.status(), 200);
        assert_eq!(self.holds().await, before);
    }

    /// The very same requests, now that the cause is gone.
    async fn assert_well(&self) {
        self.app.pass(1);
        assert_eq!(self.app.get("/health/ready").await.status(), 200);
        for (what, status) in WRITES {
            let answer = self.write(what).await;
            assert_eq!(answer.status(), status, "{what}: {}", answer.text());
        }
        let (events, _) = self.holds().await;
        assert!(events > 0);
    }
}

#[tokio::test]
async fn a_locked_database_is_503_at_every_door_and_service_comes_back() {
    let options = Options {
        busy_timeout: Duration::from_millis(20),
        ..Options::default()
    };
    let app = TestApp::start_on(tempfile::tempdir().unwrap(), options, 1).await;
    let busy = Busy::prepare(&app).await;
    let lock = app.lock_database();
    busy.assert_refused().await;
    drop(lock);
    busy.assert_well().await;
}

/// The page session was used within this second, so that the stop itself is the first thing to be written.
#[tokio::test]
async fn dsh_b5_a_stop_that_fails_says_so_stops_nothing_and_is_tried_again() {
    let options = Options {
        busy_timeout: Duration::from_millis(20),
        ..Options::default()
    };
    let app = TestApp::start_on(tempfile::tempdir().unwrap(), options, 1).await;
    let tokens = app.connect(&app.browser(), "ada", FULL_SCOPE).await;
    let list = app.open_dashboard("ada").await.expect_status(200);
    let (session, id) = (list.field("session").unwrap(), list.field("id").unwrap());
    let fields = [("session", session.as_str()), ("id", id.as_str())];
    let lock = app.lock_database();
    let question = app.post_embedded("/embed/stop/confirm", &fields).await;
    drop(lock);
    assert_eq!(question.status(), 503, "{}", question.text());
    assert!(question.headers().contains_key("retry-after"));
    assert_eq!(app.introspect(&tokens.access).await["active"], true);
    for words in [
        "Sharing has not stopped",
        "Nothing was changed. Please try again.",
        "role=\"alert\"",
        "action=\"/embed/stop/confirm\"",
    ] {
        assert!(
            question.text().contains(words),
            "{words} is not in {}",
            question.text()
        );
    }
    assert!(
        !question.text().contains("has stopped."),
        "nobody is told that it has"
    );
    let again = [
        ("session", question.field("session").unwrap()),
        ("id", question.field("id").unwrap()),
    ];
    let again = again.each_ref().map(|(name, value)| (*name, value.as_str()));
    let done = app
        .post_embedded("/embed/stop/confirm", &again)
        .await
        .expect_status(200);
    assert!(done.text().contains("Sharing with Moneytrack has stopped."));
    assert_eq!(app.introspect(&tokens.access).await["active"], false);
}

/// A small disk of its own, unmounted when dropped.
struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    /// None where this process may not mount anything.
    fn mount(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(folder.path())
            .output();
        let mounted = mounted.is_ok_and(|mounted| mounted.status.success());
        mounted.then_some(Self { folder })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Takes all the room there is; gives the file that holds it.
    fn fill(&self) -> std::path::PathBuf {
        use std::io::Write as _;
        let path = self.path().join("filler");
        let mut file = std::fs::File::create(&path).unwrap();
        for size in [64 * 1024, 4096, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _gone = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

#[tokio::test]
async fn a_full_disk_is_503_at_every_door_and_service_comes_back() {
    let Some(disk) = SmallDisk::mount("48m") else {
        eprintln!("SKIPPED a_full_disk_is_503_at_every_door: this process may not mount a tmpfs");
        return;
    };
    let folder = tempfile::tempdir_in(disk.path()).unwrap();
    let app = TestApp::start_on(folder, Options::default(), 1).await;
    let busy = Busy::prepare(&app).await;
    let filler = disk.fill();
    busy.assert_refused().await;
    std::fs::remove_file(filler).unwrap();
    busy.assert_well().await;
    drop(busy);
    app.ledger.close().await;
    drop(app);
}

#[tokio::test]
async fn a_database_at_its_bound_refuses_what_needs_more_room_and_nothing_is_half_written() {
    let options = Options {
        max_pages: Some(700),
        ..Options::default()
    };
    let app = TestApp::start_on(tempfile::tempdir().unwrap(), options, 1).await;
    let busy = Busy::prepare(&app).await;
    let filler = (0..10_000).map(|number| record("filler", &format!("{number} {}", "x".repeat(900))));
    for body in filler {
        let made = app.records(Method::POST, "/consents", Some(&body)).await;
        if made.status() == 503 {
            break;
        }
        let _made = made.expect_status(201);
    }
    let events = busy.holds().await.0;
    let one_more = record("ada", &"x".repeat(1000));
    let refused = app.records(Method::POST, "/consents", Some(&one_more)).await;
    assert_eq!(refused.status(), 503);
    assert!(refused.header("retry-after").is_some());
    assert_eq!(busy.holds().await.0, events);
}

#[tokio::test]
async fn a_request_past_its_deadline_is_503_in_the_doors_own_shape() {
    let app = TestApp::start().await;
    let parts = site::Parts {
        deadline: Duration::from_millis(1),
        ..app.parts()
    };
    let router = site::router(&parts).unwrap();
    let lock = app.lock_database();
    let account = &app.bank.service;
    let pair = format!("{}:{}", account.client_id, account.client_secret);
    let basic = format!("Basic {}", STANDARD.encode(pair));
    let asking = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
    for (method, path, member) in [
        (Method::POST, "/consent/v1/consents", "code"),
        (Method::GET, asking.as_str(), "error"),
        (Method::GET, "/health/ready", "code"),
    ] {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "127.0.0.1:8080")
            .header("authorization", &basic)
            .header("content-type", "application/json")
            .extension(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 40_000))))
            .body(Body::from(record("ada", "a").to_string()))
            .unwrap();
        let answer = router.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), 503, "{path}");
        assert_eq!(answer.headers()["retry-after"], "5", "{path}");
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert!(!body[member].is_null(), "{path}: {body}");
    }
    drop(lock);
}
