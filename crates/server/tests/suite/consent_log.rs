//! The messages of the records door in the log of the binary (consent-api 16).

use serde_json::json;

use crate::{
    apply::{CARLA, EXAMPLE, House, PORTAL, agree, applied, ask},
    binary::{Running, free_address},
};

const SERVICE: (&str, &str) = ("portal", PORTAL);
const PERSON: (&str, &str) = ("carla", CARLA);

fn serve(house: &House, messages: &str) -> Running {
    let url = format!("sqlite://{}", house.data().display());
    let mut keys = vec![
        ("CONSENTRY__STORAGE__URL", url),
        (
            "CONSENTRY__TELEMETRY__LOG",
            "consentry_server=info,warn".to_owned(),
        ),
    ];
    if !messages.is_empty() {
        keys.push(("CONSENTRY__TELEMETRY__CONSENT_MESSAGES", messages.to_owned()));
    }
    Running::serve_configured(free_address(), &keys)
}

/// Makes, reads, searches, changes and deletes, and is refused.
fn one_of_each(running: &Running) -> String {
    let record = agree(running, "nl-NL");
    let one = format!("/consents/{record}");
    for (method, path, who, body, status) in [
        ("GET", one.as_str(), PERSON, json!(null), 200),
        ("GET", "/consents?subject=carla", SERVICE, json!(null), 200),
        (
            "PATCH",
            &one,
            PERSON,
            json!({ "status": "revoked", "data": { "iban": "NL91ABNA0417164300" } }),
            200,
        ),
        ("PATCH", &one, PERSON, json!({ "status": "lost" }), 400),
        ("GET", "/definitions", SERVICE, json!(null), 200),
        ("GET", "/definitions/share-location", SERVICE, json!(null), 200),
        (
            "GET",
            "/definitions/share-location/localizations",
            SERVICE,
            json!(null),
            200,
        ),
        (
            "GET",
            "/definitions/share-location/localizations/nl-NL",
            SERVICE,
            json!(null),
            200,
        ),
        ("GET", "/nothing", SERVICE, json!(null), 404),
        ("DELETE", &one, SERVICE, json!(null), 204),
    ] {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        assert_eq!(
            ask(running, method, path, who, &body).0,
            status,
            "{method} {path}"
        );
    }
    record
}

/// The words and keys of the lines, without times and ids of requests.
fn told(log: &str) -> Vec<&str> {
    let lines = log.lines().filter(|line| line.contains("consent_api"));
    lines.map(|line| line.split(" +0000] ").nth(1).unwrap()).collect()
}

#[test]
fn rec_16_each_kind_of_message_is_one_switch() {
    let house = House::new();
    applied(&house.apply(EXAMPLE, &[]));
    for (kind, words, count) in [
        ("audit", "CONSENT AUDIT ", 3),
        ("error", "CONSENT API ERROR ", 2),
        ("consent-created", "CONSENT CREATED ", 1),
        ("consent-updated", "CONSENT UPDATED ", 1),
        ("consent-deleted", "CONSENT DELETED ", 1),
        ("consent-retrieved", "CONSENT RETRIEVED ", 1),
        ("consent-search", "CONSENT SEARCH ", 1),
        ("definition-search", "DEFINITION SEARCH ", 1),
        ("definition-retrieved", "DEFINITION RETRIEVED ", 1),
        ("localization-search", "LOCALIZATION SEARCH ", 1),
        ("localization-retrieved", "LOCALIZATION RETRIEVED ", 1),
    ] {
        let running = serve(&house, kind);
        let record = one_of_each(&running);
        let log = running.stop_for_log();
        let told = told(&log);
        assert_eq!(told.len(), count, "{kind}: {log}");
        assert!(told.iter().all(|line| line.starts_with(words)), "{told:?}");
        assert!(told.iter().all(|line| line.contains("requestID=\"")), "{told:?}");
        if kind.starts_with("consent-") && kind != "consent-search" {
            assert!(told[0].contains(&record), "{told:?}");
        }
        assert!(!log.contains("NL91"), "data is in the log");
    }
}

#[test]
fn rec_16_lines_say_who_asked_and_what_was_refused_and_no_line_is_written_unasked() {
    let house = House::new();
    applied(&house.apply(EXAMPLE, &[]));
    let running = serve(&house, "error,consent-retrieved");
    let record = one_of_each(&running);
    let log = running.stop_for_log();
    let told = told(&log);
    assert_eq!(told.len(), 3, "{log}");
    let carla = "requestDN=\"uid=carla,ou=people,dc=meadow,dc=example\"";
    let path = format!("path=\"/consent/v1/consents/{record}\"");
    for (line, parts) in [
        (told[0], [carla, "method=\"GET\"", &path]),
        (
            told[1],
            [carla, "method=\"PATCH\"", "status=\"400\" code=\"INVALID_DATA\""],
        ),
        (
            told[2],
            [
                "method=\"GET\"",
                "path=\"/consent/v1/nothing\"",
                "status=\"404\" code=\"NOT_FOUND\"",
            ],
        ),
    ] {
        assert!(parts.iter().all(|part| line.contains(part)), "{line} {parts:?}");
    }
    let running = serve(&house, "");
    one_of_each(&running);
    assert_eq!(self::told(&running.stop_for_log()), Vec::<&str>::new());
}

#[test]
fn rec_16_a_kind_that_is_none_is_refused_when_the_server_starts() {
    let house = House::new();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_consentry"))
        .args(["config", "show"])
        .env(
            "CONSENTRY__STORAGE__URL",
            format!("sqlite://{}", house.data().display()),
        )
        .env("CONSENTRY__TELEMETRY__CONSENT_MESSAGES", "audit,consent-lost")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("consent-lost"), "{told}");
}
