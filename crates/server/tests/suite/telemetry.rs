//! Traces and logs over OTLP, received by the messages of the official protobuf package in a process of its own.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    process::{Child, ChildStdin, Command, Stdio},
    thread::JoinHandle,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::{
    apply::{CARLA, EXAMPLE, House, PORTAL, agree, applied, ask},
    binary::{Running, exchange, free_address},
};

/// Where the Python is that has the messages, unless the environment says otherwise.
const PYTHON: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../target/tools/opentelemetry-proto-1.45.2/venv/bin/python"
);

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../e2e/telemetry/receiver.py");

/// A receiver that was started.
struct Collector {
    url: String,
    child: Child,
    stdin: Option<ChildStdin>,
    came: Option<JoinHandle<Vec<Value>>>,
}

impl Collector {
    fn start() -> Self {
        let python = std::env::var("CONSENTRY_TELEMETRY_PYTHON").unwrap_or_else(|_| PYTHON.to_owned());
        let mut child = Command::new(&python)
            .arg(SCRIPT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{python}: {error}"));
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        Self {
            url: format!("http://127.0.0.1:{}", first["port"]),
            stdin: child.stdin.take(),
            child,
            came: Some(std::thread::spawn(move || {
                lines
                    .map_while(Result::ok)
                    .map(|line| serde_json::from_str(&line).unwrap())
                    .collect()
            })),
        }
    }

    /// Everything that came, once whoever sent has ended.
    fn end(mut self) -> Vec<Value> {
        drop(self.stdin.take());
        self.came.take().unwrap().join().unwrap()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Attributes by their names, as texts.
fn attributes(of: &Value) -> BTreeMap<String, String> {
    let all = of["attributes"].as_array().cloned().unwrap_or_default();
    all.iter()
        .map(|attribute| {
            let value = attribute["value"].as_object().unwrap().values().next().unwrap();
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            (attribute["key"].as_str().unwrap().to_owned(), text)
        })
        .collect()
}

/// What is at the end of three lists, one in another.
fn leaves<'a>(came: &'a [Value], path: &str, [outer, middle, inner]: [&str; 3]) -> Vec<&'a Value> {
    let messages = came.iter().filter(|line| line["path"] == path);
    let resources = messages.flat_map(|line| line["message"][outer].as_array().unwrap());
    let scopes = resources.flat_map(|resource| resource[middle].as_array().unwrap());
    scopes
        .flat_map(|scope| scope[inner].as_array().unwrap())
        .collect()
}

#[test]
fn traces_and_logs_reach_a_collector_with_the_ids_of_requests_and_without_people_or_secrets() {
    let collector = Collector::start();
    let house = House::new();
    applied(&house.apply(EXAMPLE, &[]));
    let authorization = house.folder.path().join("collector.token");
    std::fs::write(&authorization, "Bearer token-of-the-collector\n").unwrap();
    let keys = [
        (
            "CONSENTRY__STORAGE__URL",
            format!("sqlite://{}", house.data().display()),
        ),
        ("CONSENTRY__TELEMETRY__OTLP__URL", collector.url.clone()),
        (
            "CONSENTRY__TELEMETRY__OTLP__AUTHORIZATION_FILE",
            authorization.display().to_string(),
        ),
        // At every level, so that what is only said then holds nothing either.
        ("CONSENTRY__TELEMETRY__LOG", "trace".to_owned()),
    ];
    let running = Running::serve_configured(free_address(), &keys);
    let _record = agree(&running, "nl-NL");
    let head = "GET /consent/v1/definitions HTTP/1.1\r\nX-Request-ID: id-of-this-request\r\nAuthorization: Basic bm9ib2R5OndyaXR0ZW4tcGFzc3dvcmQ=";
    let refused = exchange(running.address, head, "").unwrap();
    assert_eq!(refused.status, 401);
    let (status, _) = ask(&running, "GET", "/consents?subject=carla", ("portal", PORTAL), "");
    assert_eq!(status, 200);
    assert!(running.stop().success());

    let came = collector.end();
    assert!(
        came.iter()
            .all(|line| line["authorization"] == "Bearer token-of-the-collector")
    );
    let spans = leaves(&came, "/v1/traces", ["resourceSpans", "scopeSpans", "spans"]);
    let span = spans
        .iter()
        .find(|span| {
            attributes(span)
                .get("request.id")
                .is_some_and(|id| id == "id-of-this-request")
        })
        .unwrap_or_else(|| panic!("no span of the request among {}", spans.len()));
    assert_eq!(span["name"], "request");
    let about = attributes(span);
    assert_eq!(about["http.method"], "GET");
    assert!(about["http.route"].starts_with("/consent/v1/"), "{about:?}");
    assert!(span["endTimeUnixNano"].as_str().unwrap() >= span["startTimeUnixNano"].as_str().unwrap());

    let logs = leaves(&came, "/v1/logs", ["resourceLogs", "scopeLogs", "logRecords"]);
    let answered = logs
        .iter()
        .filter(|log| log["body"]["stringValue"] == "request answered" && log["traceId"] == span["traceId"])
        .count();
    assert_eq!(answered, 1, "the line about a request belongs to its trace");

    let resource = &came[0]["message"];
    let resource = resource["resourceSpans"]
        .as_array()
        .or_else(|| resource["resourceLogs"].as_array())
        .unwrap();
    assert_eq!(attributes(&resource[0]["resource"])["service.name"], "consentry");

    let everything =
        serde_json::to_string(&came.iter().map(|line| &line["message"]).collect::<Vec<_>>()).unwrap();
    for secret in [
        CARLA,
        PORTAL,
        "carla",
        "written-password",
        "bm9ib2R5OndyaXR0ZW4tcGFzc3dvcmQ",
        "token-of-the-collector",
        "subject=",
    ] {
        assert!(!everything.contains(secret), "{secret} was sent");
    }
}

/// A trace of somebody else, as its header and by its two ids.
const CALLER: [&str; 3] = [
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "4bf92f3577b34da6a3ce929d0e0e4736",
    "00f067aa0ba902b7",
];

/// Ids are in base64, as bytes are in the JSON of protobuf.
fn hex(id: &Value) -> String {
    let bytes = STANDARD.decode(id.as_str().unwrap()).unwrap();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The span of a request that came with `traceparent`.
fn span_of_a_call(trusted_proxies: &str) -> Value {
    let collector = Collector::start();
    let house = House::new();
    applied(&house.apply(EXAMPLE, &[]));
    let keys = [
        (
            "CONSENTRY__STORAGE__URL",
            format!("sqlite://{}", house.data().display()),
        ),
        ("CONSENTRY__TELEMETRY__OTLP__URL", collector.url.clone()),
        ("CONSENTRY__SERVER__TRUSTED_PROXIES", trusted_proxies.to_owned()),
    ];
    let running = Running::serve_configured(free_address(), &keys);
    let [traceparent, ..] = CALLER;
    let head = format!("GET /health/live HTTP/1.1\r\nX-Request-ID: called\r\ntraceparent: {traceparent}");
    assert_eq!(exchange(running.address, &head, "").unwrap().status, 200);
    assert!(running.stop().success());
    let came = collector.end();
    let spans = leaves(&came, "/v1/traces", ["resourceSpans", "scopeSpans", "spans"]);
    let called = spans.into_iter().find(|span| {
        attributes(span)
            .get("request.id")
            .is_some_and(|id| id == "called")
    });
    called.unwrap().clone()
}

#[test]
fn a_trace_of_a_trusted_proxy_goes_on_and_that_of_anybody_else_does_not() {
    let [_, trace, caller] = CALLER;
    let span = span_of_a_call("127.0.0.0/8");
    assert_eq!(
        (hex(&span["traceId"]), hex(&span["parentSpanId"])),
        (trace.to_owned(), caller.to_owned())
    );
    let span = span_of_a_call("192.0.2.0/24");
    assert_ne!(hex(&span["traceId"]), trace);
    assert_eq!(span["parentSpanId"], Value::Null);
}

#[test]
fn a_collector_that_is_away_is_told_once_and_keeps_nobody_waiting() {
    let house = House::new();
    applied(&house.apply(EXAMPLE, &[]));
    let keys = [
        (
            "CONSENTRY__STORAGE__URL",
            format!("sqlite://{}", house.data().display()),
        ),
        (
            "CONSENTRY__TELEMETRY__OTLP__URL",
            format!("http://{}", free_address()),
        ),
    ];
    let running = Running::serve_configured(free_address(), &keys);
    let _record = agree(&running, "nl-NL");
    let log = running.stop_for_log();
    let told = log.matches("the collector takes no traces and logs").count();
    assert!(told <= 1, "{log}");
}
