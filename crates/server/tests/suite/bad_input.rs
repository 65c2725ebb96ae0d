//! Bodies that are broken, of the wrong kind or too large, at every route that takes one: refused in the door's own words, with the
//! place, and without a trace in the ledger.

mod routes;

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::STANDARD};
use consentry_ledger::verify::Verdict;
use consentry_testkit::{Answer, TestApp};
use http::Method;

use crate::bad_input_of_dashboards as of_dashboards;

use self::routes::{
    IN_FOUR_FORMS, OF_FDX, OF_THE_DATASPACE, OPENING, ROUTES,
    Takes::{
        self, Administration, BackEnd, Client, Embedded, Endpoint, Form, Frame, Organization, Page, Provider,
        Question, Records, Ticket,
    },
    WITHOUT_BODY,
};

/// A house with one record, and who may send what.
struct Sender<'a> {
    app: &'a TestApp,
    own: String,
    record: String,
    endpoint: String,
    session: String,
    /// One-time token of a customer of the bank.
    ticket: String,
    /// Page session of that customer.
    page: String,
}

impl<'a> Sender<'a> {
    async fn new(app: &'a TestApp) -> Self {
        let record = serde_json::json!({ "status": "pending", "subject": "ada",
            "definition": { "id": "share-my-email" } });
        let made = app.records(Method::POST, "/consents", Some(&record)).await;
        app.configure(|tenant| tenant.preferences.public_key = Some("harbor-public".to_owned()))
            .await;
        let bank = &app.bank.first_party;
        let endpoint = app
            .request(Method::POST, "/webhooks/v1/endpoints")
            .basic(&bank.client_id, &bank.client_secret)
            .json(&serde_json::json!({ "url": "http://127.0.0.1:9/" }))
            .send()
            .await;
        Self {
            session: crate::matrix::session(app).await,
            ticket: of_dashboards::ticket(app).await,
            page: app
                .get(&format!(
                    "/embed/authorizations?access_token={}",
                    of_dashboards::ticket(app).await
                ))
                .await
                .expect_status(200)
                .field("session")
                .unwrap(),
            endpoint: endpoint.expect_status(201).json()["id"]
                .as_str()
                .unwrap()
                .to_owned(),
            own: app.own_token(bank).await,
            record: made.expect_status(201).json()["id"].as_str().unwrap().to_owned(),
            app,
        }
    }

    async fn send(&self, route: &(Method, &str, Takes), media_type: &str, body: &[u8]) -> Answer {
        let (method, path, takes) = route;
        let bank = &self.app.bank;
        let path = path
            .replace("{consent}", &self.record)
            .replace("{definition}", "share-my-email")
            .replace("{locale}", "en-GB")
            .replace("{account}", "portal")
            .replace("{client_id}", "moneytrack")
            .replace("{app_id}", &bank.app_id)
            .replace("{id}", &self.endpoint);
        let path = match takes {
            Organization => format!("{path}?organization_id=harbor&key=harbor-public"),
            _ => path,
        };
        let basic =
            |user: &str, secret: &str| format!("Basic {}", STANDARD.encode(format!("{user}:{secret}")));
        let request = self
            .app
            .request(method.clone(), &path)
            .header("content-type", media_type);
        let request = match takes {
            Page => request
                .header("accept", "text/html")
                .header("origin", "http://127.0.0.1:8080")
                .header("sec-fetch-site", "same-origin"),
            Frame => request
                .header("accept", "text/html")
                .header("origin", "null")
                .header("sec-fetch-site", "same-origin")
                .header("sec-fetch-dest", "iframe"),
            Form => request,
            Client => request.header(
                "authorization",
                &basic(&bank.third_party.client_id, &bank.third_party.client_secret),
            ),
            BackEnd => request.bearer(&self.own),
            Organization => request.bearer(&self.session),
            Ticket => request.bearer(&self.ticket),
            Embedded => request.bearer(&self.page).header("x-consentry-page", "1"),
            Records => request.header(
                "authorization",
                &basic(&bank.service.client_id, &bank.service.client_secret),
            ),
            Question | Endpoint => request.header(
                "authorization",
                &basic(&bank.first_party.client_id, &bank.first_party.client_secret),
            ),
            Administration => request.header(
                "authorization",
                &basic(&bank.admin.client_id, &bank.admin.client_secret),
            ),
            Provider => request.header(
                "authorization",
                &basic(&bank.dashboard.client_id, &bank.dashboard.client_secret),
            ),
        };
        request.body(body).send().await
    }
}

/// The door speaks: its own shape, nothing kept, and nothing of the inside.
#[track_caller]
fn assert_in_shape(route: &(Method, &str, Takes), answer: &Answer) {
    let shown = format!("{} {} {}", route.0, route.1, answer.text());
    assert_eq!(answer.header("cache-control"), Some("no-store"), "{shown}");
    assert_eq!(
        answer.header("x-content-type-options"),
        Some("nosniff"),
        "{shown}"
    );
    let media_type = answer.header("content-type").unwrap_or_default().to_owned();
    match route.2 {
        Page | Frame => {
            assert!(media_type.starts_with("text/html"), "{shown}");
            let policy = answer.header("content-security-policy").unwrap_or_default();
            assert!(policy.contains("frame-ancestors"), "{shown}");
        }
        Client | Form => assert!(answer.json()["error"].is_string(), "{shown}"),
        Organization => {
            assert_eq!(answer.json()["code"], answer.status(), "{shown}");
            assert!(answer.json()["errors"].is_object(), "{shown}");
        }
        BackEnd => assert_eq!(answer.json()["error_code"], answer.status(), "{shown}"),
        Records => assert!(answer.json()["code"].is_string(), "{shown}"),
        Provider | Ticket | Embedded => assert!(media_type.starts_with("application/json"), "{shown}"),
        Question | Administration | Endpoint => assert_eq!(media_type, "application/problem+json", "{shown}"),
    }
    for inside in ["serde", "panicked", ".rs:", "/home", "rusqlite"] {
        assert!(!answer.text().contains(inside), "{shown}");
    }
}

/// Refused with this status; the words say where, in shapes that are read by programs.
async fn assert_refused(
    sender: &Sender<'_>,
    route: &(Method, &str, Takes),
    body: &[u8],
    statuses: &[u16],
    place: &str,
) {
    let answer = sender.send(route, route.2.media_type(), body).await;
    let words = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
    let shown = format!(
        "{} {} with {words}: {} {}",
        route.0,
        route.1,
        answer.status(),
        answer.text()
    );
    let statuses = if route.1 == OPENING { &[404] } else { statuses };
    assert!(statuses.contains(&answer.status()), "{shown}");
    assert_in_shape(route, &answer);
    if !matches!(route.2, Page | Frame) {
        assert!(answer.text().contains(place), "{shown} names no {place}");
    }
}

async fn holds(app: &TestApp) -> u64 {
    match app.ledger.verify(&app.tenant()).await.unwrap() {
        Verdict::Sound {
            events,
            unreadable: 0,
        } => events,
        verdict => panic!("{verdict:?}"),
    }
}

#[tokio::test]
async fn every_route_that_takes_a_body_is_on_the_list() {
    let app = TestApp::start().await;
    let site = consentry_server::site::join(&app.parts()).unwrap();
    let canonical = |path: &str| {
        let path = path
            .strip_suffix('/')
            .unwrap_or(path)
            .replace("/api/v5/", "/api/v4/");
        let path = path.replace("/api/v6/", "/api/v4/");
        let path = path.replace("{connection}", "{c}");
        let own = [
            "/sessions",
            "/consents/",
            "/auth-providers",
            "/auth/protocols/",
            "/metadata/",
            "/preferences",
            "/privacy-centers",
            "/configuration-tree",
            "/keys",
            "/secrets",
            "/widgets",
        ];
        if let Some(rest) = path.strip_prefix("/v1")
            && own.iter().any(|prefix| rest.starts_with(prefix))
        {
            return rest.to_owned();
        }
        let twins = ["/oidc", "/auth/consent", "/v1/clients", "/v1/applications"];
        if twins.iter().any(|prefix| path.starts_with(prefix)) {
            format!("/cis{path}")
        } else {
            path
        }
    };
    let served: BTreeSet<(String, String)> = site
        .listing()
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let method = words.next().filter(|method| ["POST", "PUT", "PATCH"].contains(method))?;
            Some((method.to_owned(), canonical(words.next()?)))
        })
        // All forms of the embedded page are read in the same way; three stand for them.
        .filter(|(_, path)| {
            let form = path.starts_with("/embed/") && !path.starts_with("/embed/api/");
            !form || ["/embed/authorizations", "/embed/connections", "/embed/stop/confirm"].contains(&path.as_str())
        })
        .filter(|(_, path)| !WITHOUT_BODY.contains(&path.as_str()))
        // The root of a center's host, which is read as `/center/{center}`.
        .filter(|(_, path)| !path.is_empty())
        .filter(|(_, path)| path != IN_FOUR_FORMS)
        .filter(|(_, path)| !path.starts_with(OF_FDX))
        .filter(|(_, path)| !OF_THE_DATASPACE.iter().any(|own| path.starts_with(own)))
        .collect();
    let listed = ROUTES
        .iter()
        .map(|(method, path, _)| (method.to_string(), (*path).to_owned()))
        .collect();
    assert_eq!(served, listed);
}

#[tokio::test]
async fn broken_and_misshapen_bodies_are_400_and_say_where() {
    let app = TestApp::start().await;
    // Searches are counted, and the clock stands still.
    app.configure(|tenant| tenant.checks.searches_per_second = 10_000)
        .await;
    let sender = Sender::new(&app).await;
    let before = holds(&app).await;
    let deep = "[".repeat(200);
    for route in &ROUTES {
        if route.2.is_json() {
            for (body, place) in [
                ("", "line"),
                ("{\"a\":", "line 1"),
                ("{\"a\":1}\n{", "line 2"),
                ("{'a':1}", "line 1"),
                ("{\"a\":1,\"a\":2}", "\\\"a\\\""),
                ("{\"a\":\"\\ud800\"}", "line 1"),
                ("nul", "line 1"),
                (deep.as_str(), "nesting"),
            ] {
                assert_refused(&sender, route, body.as_bytes(), &[400], place).await;
            }
            assert_refused(&sender, route, b"{\"a\":\"\xff\"}", &[400], "line 1").await;
            for body in ["[]", "7", "\"text\"", "null"] {
                let place = if route.1 == "/api/v4/token/revoke" {
                    "token"
                } else {
                    "object"
                };
                assert_refused(&sender, route, body.as_bytes(), &[400], place).await;
            }
        } else {
            assert_refused(&sender, route, b"a=%ff", &[400], "a").await;
            let twice = b"client_id=a&client_id=b&session=a&session=b&access_token=a&access_token=b&interaction=a&interaction=b&end=a&end=b&code=a&code=b";
            assert_refused(&sender, route, twice, &[400, 401, 404], "at most once").await;
            let many = "a=1&".repeat(3000);
            assert_refused(&sender, route, many.as_bytes(), &[400], "parameters").await;
        }
        let odd = sender.send(route, "text/plain", b"x").await;
        if !["/cis/oidc/me", OPENING].contains(&route.1) {
            // AuthZEN wants it so (CHK-02), and so does consent-tokens-and-preferences 2.1.
            let status = if matches!(route.2, Question | Organization) {
                400
            } else {
                415
            };
            assert_eq!(odd.status(), status, "{} {}: {}", route.0, route.1, odd.text());
            assert_in_shape(route, &odd);
        }
        if route.2 == Organization {
            // An organization asks 100 times in that time.
            app.pass(15);
        }
    }
    assert_eq!(holds(&app).await, before);
}

#[tokio::test]
async fn wrong_types_are_400_and_name_the_member() {
    let app = TestApp::start().await;
    let sender = Sender::new(&app).await;
    let before = holds(&app).await;
    let record = |member: &str, value: &str| {
        let whole = r#"{"status":"accepted","subject":"ada","definition":{"id":"share-my-email","version":"1.0","locale":"en-GB"},"#;
        format!("{whole}\"{member}\":{value}}}").replace(
            "{\"status\":\"accepted\",",
            if member == "status" {
                "{"
            } else {
                "{\"status\":\"accepted\","
            },
        )
    };
    for route in &ROUTES {
        let wrong: Vec<(String, &str)> = match (route.2, route.1) {
            (Records, _) => [
                ("status", "7"),
                ("status", "\"ACCEPTED\""),
                ("audience", "[]"),
                ("collaborators", "\"ada\""),
                ("collaborators", "[1]"),
                ("data", "1"),
                ("consentContext", "[]"),
                ("titleText", "{}"),
            ]
            .into_iter()
            .map(|(member, value)| (record(member, value), member))
            .chain([("{\"definition\":{\"id\":1}}".to_owned(), "definition.id")])
            .collect(),
            (BackEnd, path) if path.ends_with("/clients") => vec![
                ("{}".to_owned(), "/name"),
                ("{\"name\":7}".to_owned(), "/name"),
                ("{\"redirect_uris\":\"x\"}".to_owned(), "/redirect_uris"),
                ("{\"is_third_party\":1}".to_owned(), "/is_third_party"),
            ],
            (BackEnd, path) if path.ends_with("/resources") => vec![
                ("{}".to_owned(), "/resource_ids"),
                ("{\"resource_ids\":[7]}".to_owned(), "/resource_ids"),
            ],
            (BackEnd, path) if path.ends_with("/secret/rotate") => vec![
                ("{\"grace_seconds\":\"7\"}".to_owned(), "/grace_seconds"),
                ("{\"a/b\":7}".to_owned(), "/a~1b"),
            ],
            (BackEnd, path) if path.contains("/clients/") => vec![
                ("{\"name\":7}".to_owned(), "/name"),
                ("{\"token_expiration\":7}".to_owned(), "/token_expiration"),
                ("{\"allowed_scopes\":[7]}".to_owned(), "/allowed_scopes"),
            ],
            (BackEnd, path) if path.contains("/applications/") => vec![
                ("{\"name\":7}".to_owned(), "/name"),
                ("{\"consent_hosts\":\"x\"}".to_owned(), "/consent_hosts"),
            ],
            (BackEnd, _) => vec![
                ("{}".to_owned(), "/src_interaction"),
                ("{\"src_interaction\":1}".to_owned(), "/src_interaction"),
                (
                    "{\"src_interaction\":\"ix_1\",\"approved\":\"true\"}".to_owned(),
                    "/approved",
                ),
                (
                    "{\"src_interaction\":\"ix_1\",\"approved\":true}".to_owned(),
                    "/user_id",
                ),
                (
                    format!(
                        "{{\"src_interaction\":\"ix_1\",\"approved\":true,\"user_id\":\"{}\",\"granted_scope\":[1]}}",
                        app.bank.customers[0].user_id
                    ),
                    "/granted_scope",
                ),
            ],
            (Provider, "/api/v4/token") => vec![
                ("{}".to_owned(), "scopes"),
                ("{\"type\":7,\"scopes\":\"x\"}".to_owned(), "type"),
                (
                    "{\"type\":\"consent_management\",\"scopes\":7}".to_owned(),
                    "scopes",
                ),
                (
                    "{\"type\":\"consent_management\",\"scopes\":[7]}".to_owned(),
                    "scopes",
                ),
            ],
            (Ticket | Embedded, path) | (Provider, path @ "/api/v4/customer_accounts") => {
                of_dashboards::wrong(path)
            }
            (Question, _) => vec![
                (
                    "{\"subject\":7,\"action\":{\"name\":\"use\"}}".to_owned(),
                    "/subject",
                ),
                (
                    "{\"subject\":{\"type\":7,\"id\":\"ada\"},\"action\":{\"name\":\"use\"}}".to_owned(),
                    "/subject/type",
                ),
            ],
            (Administration, path) if path.ends_with("{definition}") => vec![
                ("{\"kind\":7}".to_owned(), "/kind"),
                ("{\"parameters\":{}}".to_owned(), "/parameters"),
            ],
            (Administration, path) if path.ends_with("{locale}") => vec![
                ("{}".to_owned(), "/version"),
                (
                    "{\"version\":1.0,\"data\":\"d\",\"purpose\":\"p\"}".to_owned(),
                    "/version",
                ),
            ],
            (Administration, _) => vec![
                ("{\"uid\":\"portal\"}".to_owned(), "/uid"),
                ("{\"disabled\":1}".to_owned(), "/disabled"),
            ],
            (Endpoint, "/webhooks/v1/endpoints") => {
                vec![("{}".to_owned(), "/url"), ("{\"url\":7}".to_owned(), "/url")]
            }
            (Endpoint, "/webhooks/v1/endpoints/{id}") => vec![
                ("{\"types\":\"consent.*\"}".to_owned(), "/types"),
                ("{\"max_in_flight\":\"8\"}".to_owned(), "/max_in_flight"),
            ],
            (Endpoint, path) if path.ends_with("/replay") => {
                vec![("{}".to_owned(), "/from"), ("{\"from\":7}".to_owned(), "/from")]
            }
            (Endpoint, _) => vec![("{\"overlap_s\":\"x\"}".to_owned(), "/overlap_s")],
            (Organization, "/sessions") => vec![
                ("{}".to_owned(), "secret"),
                (
                    "{\"type\":\"api-key\",\"key\":7,\"secret\":\"x\"}".to_owned(),
                    "key",
                ),
            ],
            (Organization, "/consents/tokens") => vec![
                ("{}".to_owned(), "organization_user_id"),
                (
                    "{\"organization_user_id\":\"a\",\"lifetime\":\"7\"}".to_owned(),
                    "lifetime",
                ),
            ],
            (Organization, "/consents/links") => vec![
                ("{}".to_owned(), "organization_user_id"),
                (
                    "{\"organization_user_id\":\"a\",\"action\":\"event.create\",\"event\":7}".to_owned(),
                    "event",
                ),
            ],
            (Organization, "/consents/proofs") => {
                vec![("{}".to_owned(), "file"), ("{\"file\":7}".to_owned(), "file")]
            }
            (Organization, "/auth/protocols/otp/verify") => vec![
                ("{}".to_owned(), "code"),
                ("{\"code\":7,\"organization_user_id\":\"a\"}".to_owned(), "code"),
            ],
            (Organization, path) if path.starts_with("/auth-providers") => vec![
                ("{\"type\":7}".to_owned(), "type"),
                ("{\"type\":\"otp\",\"is_default\":7}".to_owned(), "is_default"),
            ],
            (Organization, "/keys/{key}") => vec![
                ("{}".to_owned(), "enabled"),
                ("{\"enabled\":7}".to_owned(), "enabled"),
            ],
            (Organization, "/configuration-tree") => vec![
                ("{\"purposes\":7}".to_owned(), "purposes"),
                ("{\"purposes\":[{}]}".to_owned(), "purposes.0.id"),
            ],
            (Organization, "/widgets/deployments") => vec![
                ("{\"widgets_ids\":7}".to_owned(), "widgets_ids"),
                ("{\"organization_id\":7}".to_owned(), "organization_id"),
            ],
            (Organization, path) if path.starts_with("/privacy-centers") || path.starts_with("/widgets") => {
                vec![
                    ("{\"validations\":7}".to_owned(), "validations"),
                    ("{\"organization_id\":7}".to_owned(), "organization_id"),
                ]
            }
            (Organization, path) if path.starts_with("/metadata") || path.starts_with("/preferences") => {
                vec![
                    ("{\"name\":7}".to_owned(), "name"),
                    ("{\"one_click\":7}".to_owned(), "one_click"),
                ]
            }
            (Organization, path) if path.starts_with("/secrets") => vec![
                ("{\"name\":7}".to_owned(), "name"),
                ("{\"enabled\":\"yes\"}".to_owned(), "enabled"),
            ],
            (Organization, path) if path.contains("/events") => vec![
                ("{\"consents\":7}".to_owned(), "consents"),
                (
                    "{\"metadata\":7,\"consents\":{\"purposes\":[]}}".to_owned(),
                    "metadata",
                ),
            ],
            (Organization, _) => vec![
                ("{\"metadata\":7}".to_owned(), "metadata"),
                ("{\"country\":7}".to_owned(), "country"),
            ],
            (Provider, _) => vec![("{}".to_owned(), "token"), ("{\"token\":7}".to_owned(), "token")],
            _ => Vec::new(),
        };
        for (body, place) in wrong {
            assert_refused(&sender, route, body.as_bytes(), &[400], place).await;
        }
    }
    assert_eq!(holds(&app).await, before);
}

#[tokio::test]
async fn oversized_bodies_are_413_in_the_doors_own_shape() {
    let app = TestApp::start().await;
    let sender = Sender::new(&app).await;
    let before = holds(&app).await;
    for route in &ROUTES {
        let body = |size: usize| {
            let text = "x".repeat(size);
            if route.2.is_json() {
                format!("{{\"data\":\"{text}\"}}")
            } else {
                format!("a={text}")
            }
        };
        // Many questions, events and what is known of people are let in up to the bound of the house itself.
        let wide = [
            "/consents/events",
            "/consents/users",
            "/consents/links",
            "/consents/proofs",
        ];
        let is_wide = wide.iter().any(|path| route.1.starts_with(path));
        if route.1 != "/access/v1/evaluations" && !is_wide {
            assert_refused(&sender, route, body(300 * 1024).as_bytes(), &[413], "bytes").await;
        }
        // Proofs come along with events.
        let has_files = consentry_door_preferences::takes_proofs(route.1);
        let size = if has_files { 8 * 1024 * 1024 } else { 1024 * 1024 };
        let huge = sender
            .send(route, route.2.media_type(), body(size).as_bytes())
            .await;
        let refused = if route.1 == OPENING { 404 } else { 413 };
        assert_eq!(huge.status(), refused, "{} {}", route.0, route.1);
        assert_eq!(huge.header("cache-control"), Some("no-store"), "{}", route.1);
        if route.2 != Page {
            assert_in_shape(route, &huge);
        }
    }
    let address = format!("/cis/oidc/auth?client_id={}", "x".repeat(60_000));
    let long = app
        .request(Method::GET, &address)
        .header("accept", "text/html")
        .send()
        .await;
    assert!([413, 414].contains(&long.status()), "{}", long.status());
    assert_eq!(holds(&app).await, before);
}
