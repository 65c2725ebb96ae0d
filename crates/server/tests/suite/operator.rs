//! A manifest applied to a running server: what is said is at once in force, and only whoever has the token may say it.

use serde_json::{Value, json};

use crate::{
    apply::{CARLA, EXAMPLE, PORTAL, agree, applied, ask, refused},
    binary::{Running, request},
    manifests::Place,
};

const TOKEN: &str = "operator-token-that-nobody-guesses-0123456789";

/// A server that takes manifests, and the folder of whoever sends them.
fn server() -> (Place, Running, String) {
    let place = Place::new();
    place.write("portal.password", PORTAL);
    place.write("carla.password", CARLA);
    let token = place.write("operator.token", &format!("{TOKEN}\n"));
    let running = place.serve(&[("CONSENTRY__SERVER__OPERATOR_TOKEN_FILE", token)]);
    let url = format!("http://{}", running.address);
    (place, running, url)
}

#[test]
fn a_manifest_is_applied_to_a_server_that_runs_and_is_in_force_at_once() {
    let (place, running, url) = server();
    let file = place.write("consents.toml", EXAMPLE);
    let token = place.path("operator.token");
    let to_server = |more: &[&str]| {
        let words = [
            &["apply", "-f", &file, "--server", &url, "--token-file", &token],
            more,
        ]
        .concat();
        place.run(&[], &words)
    };
    let dry = applied(&to_server(&["--dry-run"]));
    assert!(
        dry.starts_with("~ tenant main\n+ definition share-location\n"),
        "{dry}"
    );
    assert!(
        dry.contains("nothing is written; it would be 7 added, 1 changed"),
        "{dry}"
    );
    assert_eq!(
        ask(&running, "GET", "/definitions", ("portal", PORTAL), "").0,
        401
    );

    let first = applied(&to_server(&[]));
    assert!(
        first.ends_with("\n7 added, 1 changed, 0 removed, 0 unchanged\n"),
        "{first}"
    );
    assert_eq!(
        applied(&to_server(&[])),
        "0 added, 0 changed, 0 removed, 8 unchanged\n"
    );
    let listed = ask(&running, "GET", "/definitions", ("portal", PORTAL), "").1;
    assert_eq!(listed["count"], 2);
    let _record = agree(&running, "en-GB");

    // What a record refers to stays, and the sentence is the one that a ledger without a server gives.
    let smaller = EXAMPLE.replace("share-location", "share-place");
    place.write("consents.toml", &smaller);
    let told = refused(&to_server(&["--prune"]));
    assert!(told.starts_with("consentry: tenant main: "), "{told}");
    assert!(told.contains("share-location"), "{told}");
    assert_eq!(
        ask(&running, "GET", "/definitions", ("portal", PORTAL), "").1["count"],
        2
    );

    // A secret that was drawn comes back, once.
    let client = "[[tenants.applications]]\nname = \"Shop\"\n[[tenants.clients]]\nid = \"shop\"\nname = \"Shop\"\napplication = \"Shop\"\n\
                  scopes = \"webhooks:manage\"\n";
    place.write("consents.toml", &format!("{EXAMPLE}{client}"));
    let drawn = applied(&to_server(&[]));
    assert!(drawn.contains("secret of client shop: cs_"), "{drawn}");
    assert!(!applied(&to_server(&[])).contains("secret of"), "shown once");
    assert!(running.stop().success());
}

#[test]
fn what_is_configured_is_written_by_a_server_that_runs() {
    let (place, running, url) = server();
    let file = place.write("consents.toml", EXAMPLE);
    let token = place.path("operator.token");
    let to_server = |words: &[&str], more: &[&str]| {
        place.run(
            &[],
            &[words, &["--server", &url, "--token-file", &token], more].concat(),
        )
    };
    applied(&to_server(&["apply", "-f", &file], &[]));
    let export = ["export", "--manifest"];
    let written = applied(&to_server(&export, &[]));
    assert!(written.contains("share-location"), "{written}");
    assert_eq!(applied(&to_server(&export, &["--tenant", "main"])), written);
    let told = refused(&to_server(&export, &["--tenant", "nobody"]));
    assert!(told.contains("there is no tenant nobody"), "{told}");

    // Given back it changes nothing, and it is what the same ledger tells without its server.
    let back = place.write("written.yaml", &written);
    let again = applied(&to_server(&["apply", "-f", &back], &["--prune"]));
    assert!(again.starts_with("0 added, 0 changed, 0 removed, "), "{again}");
    let ask = |path: &str, authorization: &str| {
        let head = format!("GET {path} HTTP/1.1\r\nAuthorization: {authorization}");
        request(running.address, &head, "").unwrap().0
    };
    let path = "/operator/v1/manifest";
    for authorization in ["", "Bearer", &format!("Bearer {TOKEN}x")] {
        assert_eq!(ask(path, authorization), 401, "{authorization}");
    }
    assert_eq!(
        ask("/operator/v1/manifest?tenants=main", &format!("Bearer {TOKEN}")),
        400
    );
    assert!(running.stop().success());
    assert_eq!(applied(&place.run(&[], &export)), written);
}

#[test]
fn nobody_applies_without_the_token_and_nothing_of_the_server_is_read() {
    let (place, running, url) = server();
    let file = place.write("consents.toml", EXAMPLE);
    let other = place.write("other.token", "another-token-that-nobody-guesses-0123456789");
    let send = |server: &str, token: &str| {
        refused(&place.run(
            &[],
            &["apply", "-f", &file, "--server", server, "--token-file", token],
        ))
    };
    assert!(send(&url, &other).contains("does not take the token"));
    let short = place.write("short.token", "short");
    assert!(send(&url, &short).contains("32 characters or more"));
    assert!(send("http://consent.example", &other).contains("in the clear"));

    let post = |authorization: &str, body: &Value| {
        let head = format!(
            "POST /operator/v1/manifest HTTP/1.1\r\nContent-Type: application/json\r\nAuthorization: {authorization}"
        );
        let (status, answer) = request(running.address, &head, &body.to_string()).unwrap();
        (status, serde_json::from_str::<Value>(&answer).unwrap_or_default())
    };
    let wishes = json!({ "dry_run": false, "prune": false, "force": false });
    let with = |account: Value| {
        let tenant =
            json!({ "slug": "main", "locale": "en", "brand": { "name": "A" }, "accounts": [account] });
        json!({ "manifest": { "tenants": [tenant] }, "secrets": {}, "wishes": wishes })
    };
    let bare = with(json!({ "dn": "cn=a,dc=b" }));
    for authorization in [
        "",
        "Bearer",
        "Bearer ",
        &format!("Basic {TOKEN}"),
        &format!("Bearer {TOKEN}x"),
    ] {
        let (status, answer) = post(authorization, &bare);
        assert_eq!(status, 401, "{authorization}: {answer}");
    }
    let bearer = format!("Bearer {TOKEN}");
    for (body, status, expected) in [
        (
            with(json!({ "dn": "cn=a,dc=b", "password_file": place.path("root.key") })),
            422,
            "was not sent",
        ),
        (
            with(json!({ "dn": "cn=a,dc=b", "password_env": "PATH" })),
            422,
            "was not sent",
        ),
        (
            json!({ "manifest": { "tenants": [{ "slug": "x" }] }, "secrets": {}, "wishes": wishes }),
            422,
            "it has no locale",
        ),
        (
            json!({ "manifest": {}, "secrets": {}, "wishes": {}, "more": 1 }),
            400,
            "unknown field",
        ),
        (json!([]), 400, ""),
    ] {
        let (answered, answer) = post(&bearer, &body);
        assert_eq!(answered, status, "{answer}");
        assert!(answer.to_string().contains(expected), "{expected}: {answer}");
    }
    let (status, answer) = post(&bearer, &bare);
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["lines"][0], "~ tenant main");
    assert!(running.stop().success());

    // Where no token is configured there is nothing to ask.
    let closed = place.serve(&[]);
    let url = format!("http://{}", closed.address);
    let told = send(&url, &other);
    assert!(
        told.contains("server.operator_token_file names no token there"),
        "{told}"
    );
    assert!(closed.stop().success());
}
