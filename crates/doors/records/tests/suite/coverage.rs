//! Every endpoint for every class of caller. The route table itself says which endpoints there are, so a new one cannot be
//! forgotten: it stands on the list of what is not covered until it has a line here.

use std::sync::Arc;

use consentry_door_records::{Validators, messages::Messages};
use consentry_egress::EgressPolicy;
use consentry_testkit::TestApp;
use consentry_web::{
    house::House,
    routes::{CrossOriginPolicies, Site},
};
use http::Method;
use serde_json::json;

use crate::{
    callers::{Caller, Class, callers},
    world::{accepted, ada, bank, id, made, request},
};

/// Endpoints that no case below asks, as `METHOD path`. Nothing is left out.
const NOT_COVERED: [&str; 0] = [];

/// What an endpoint is about, which decides who may use it.
#[derive(Debug, Clone, Copy)]
enum About {
    /// Definitions and localizations.
    Definitions,
    /// Records in general: everybody has their own.
    Own,
    /// A record of Ada.
    Record,
    /// The end of a record of Ada.
    Deletion,
}

/// A case: endpoint, what it is about, the status where it is allowed.
const CASES: [(&str, &str, About, u16); 16] = [
    ("GET", "/definitions", About::Definitions, 200),
    ("HEAD", "/definitions", About::Definitions, 200),
    ("GET", "/definitions/{definition}", About::Definitions, 200),
    ("HEAD", "/definitions/{definition}", About::Definitions, 200),
    (
        "GET",
        "/definitions/{definition}/localizations",
        About::Definitions,
        200,
    ),
    (
        "HEAD",
        "/definitions/{definition}/localizations",
        About::Definitions,
        200,
    ),
    (
        "GET",
        "/definitions/{definition}/localizations/{localization}",
        About::Definitions,
        200,
    ),
    (
        "HEAD",
        "/definitions/{definition}/localizations/{localization}",
        About::Definitions,
        200,
    ),
    ("GET", "/consents", About::Own, 200),
    ("HEAD", "/consents", About::Own, 200),
    ("POST", "/consents", About::Own, 201),
    ("GET", "/consents/{consent}", About::Record, 200),
    ("HEAD", "/consents/{consent}", About::Record, 200),
    ("PUT", "/consents/{consent}", About::Record, 200),
    ("PATCH", "/consents/{consent}", About::Record, 200),
    ("DELETE", "/consents/{consent}", About::Deletion, 204),
];

/// Methods of the house's routes, to try those that an endpoint does not have.
const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

/// The endpoints of the door as it registers them, without those that only have a slash more.
pub fn endpoints(app: &TestApp) -> Vec<(String, String)> {
    let house = House::new(
        app.ledger.clone(),
        "http://127.0.0.1:8080".parse().unwrap(),
        Vec::new(),
    );
    let nobody: CrossOriginPolicies = Arc::new(|_, _, _| None);
    let validators = Validators::new(EgressPolicy::default(), false);
    let table = consentry_door_records::routes(&validators, &Messages::default()).with_state(house);
    let site = Site::join(vec![table], &nobody).unwrap();
    site.listing()
        .lines()
        .filter(|line| !line.starts_with("prefix"))
        .map(|line| {
            let mut words = line.split_whitespace();
            let (method, path) = (words.next().unwrap(), words.next().unwrap());
            (
                method.to_owned(),
                path.strip_prefix("/consent/v1").unwrap().to_owned(),
            )
        })
        .filter(|(_, path)| !path.ends_with('/'))
        .collect()
}

fn expected(class: Class, about: About, allowed: u16) -> u16 {
    if class.is_unauthenticated() {
        return 401;
    }
    let may = class != Class::ScopelessToken
        && match about {
            About::Definitions | About::Own => true,
            About::Record => class.is_privileged() || class.is_owner(),
            About::Deletion => class.is_privileged(),
        };
    if may { allowed } else { 403 }
}

async fn ask(app: &TestApp, caller: &Caller, method: &str, path: &str) -> u16 {
    let mut path = path
        .replace("{definition}", "share-location")
        .replace("{localization}", "en-GB");
    if path.contains("{consent}") {
        let record = made(app, &ada(app), json!({})).await;
        path = path.replace("{consent}", id(&record));
    }
    let asked = request(app, &caller.credential, method.parse::<Method>().unwrap(), &path);
    let asked = match method {
        "POST" | "PUT" => asked.json(&accepted(json!({ "data": { "x": 1 } }))),
        "PATCH" => asked.json(&json!({ "data": { "x": 1 } })),
        _ => asked,
    };
    asked.send().await.status()
}

#[tokio::test]
async fn architecture_10_every_endpoint_for_every_class_of_caller() {
    let app = bank().await;
    app.configure(|tenant| tenant.records.search_size_limit = 10_000)
        .await;
    for caller in callers(&app).await {
        for (method, path, about, allowed) in CASES {
            let status = ask(&app, &caller, method, path).await;
            let expected = expected(caller.class, about, allowed);
            assert_eq!(status, expected, "{method} {path} by {:?}", caller.class);
            app.pass(61);
        }
        app.pass(3600);
    }
}

#[tokio::test]
async fn architecture_10_nothing_is_left_out() {
    let app = bank().await;
    let uncovered: Vec<String> = endpoints(&app)
        .into_iter()
        .filter(|(method, path)| !CASES.iter().any(|case| case.0 == method && case.1 == path))
        .map(|(method, path)| format!("{method} {path}"))
        .collect();
    assert_eq!(uncovered, NOT_COVERED);
    assert_eq!(endpoints(&app).len(), CASES.len());
}

#[tokio::test]
async fn architecture_10_methods_that_no_endpoint_has_are_401_403_or_405() {
    let app = bank().await;
    let endpoints = endpoints(&app);
    let mut paths: Vec<&String> = endpoints.iter().map(|(_, path)| path).collect();
    paths.dedup();
    for caller in callers(&app).await {
        for path in &paths {
            for method in METHODS {
                if endpoints.iter().any(|(own, at)| own == method && at == *path) {
                    continue;
                }
                app.pass(61);
                let expected = expected(caller.class, About::Own, 405);
                assert_eq!(
                    ask(&app, &caller, method, path).await,
                    expected,
                    "{method} {path} by {:?}",
                    caller.class
                );
            }
        }
        app.pass(3600);
    }
}
