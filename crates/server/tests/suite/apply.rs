//! `consentry apply`, over the binary: what a manifest makes of a ledger, and what a client sees of it afterwards.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::binary::{Running, free_address, request};

pub(crate) const EXAMPLE: &str = include_str!("../../../../docs/examples/consents.toml");
pub(crate) const PORTAL: &str = "portal-password-51";
pub(crate) const CARLA: &str = "carla-password-77";

/// A folder with a manifest, the passwords it names, and a ledger that is not there yet.
pub(crate) struct House {
    pub(crate) folder: tempfile::TempDir,
}

impl House {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("portal.password"), format!("{PORTAL}\n")).unwrap();
        std::fs::write(folder.path().join("carla.password"), CARLA).unwrap();
        Self { folder }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn apply(&self, manifest: &str, more: &[&str]) -> Output {
        let file = self.folder.path().join("consents.toml");
        std::fs::write(&file, manifest).unwrap();
        apply(&file, &self.data(), more)
    }

    pub(crate) fn serve(&self) -> Running {
        Running::serve(free_address(), &self.data())
    }
}

fn apply(file: &Path, data: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_consentry"))
        .args(["apply", "-f"])
        .arg(file)
        .arg("--data")
        .arg(data)
        .args(more)
        .output()
        .unwrap()
}

pub(crate) fn applied(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", err(output));
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn refused(output: &Output) -> String {
    assert_eq!(
        output.status.code(),
        Some(1),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    err(output)
}

pub(crate) fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Status and body of a request to the records door.
pub(crate) fn ask(
    running: &Running,
    method: &str,
    path: &str,
    who: (&str, &str),
    body: &str,
) -> (u16, Value) {
    let basic = STANDARD.encode(format!("{}:{}", who.0, who.1));
    let head = format!(
        "{method} /consent/v1{path} HTTP/1.1\r\nContent-Type: application/json\r\nAuthorization: Basic {basic}"
    );
    let (status, body) = request(running.address, &head, body).unwrap();
    (status, serde_json::from_str(&body).unwrap_or_default())
}

pub(crate) fn agree(running: &Running, locale: &str) -> String {
    let body = json!({
        "status": "accepted",
        "definition": { "id": "share-location", "version": "1.0", "locale": locale },
    });
    let (status, made) = ask(running, "POST", "/consents", ("carla", CARLA), &body.to_string());
    assert_eq!(status, 201, "{made}");
    made["id"].as_str().unwrap().to_owned()
}

#[test]
fn dsh_a0_4_a_manifest_switches_a_provider_off_and_on() {
    let house = House::new();
    let with = |state: &str| EXAMPLE.replacen("[[tenants]]\n", &format!("[[tenants]]\n{state}\n"), 1);
    let asked = |house: &House| {
        let running = house.serve();
        let head = "POST /api/v4/token HTTP/1.1\r\nContent-Type: application/json";
        let answer = request(running.address, head, "{}").unwrap();
        assert!(running.stop().success());
        answer
    };
    for state in ["disabled", "needs_review"] {
        let changed = applied(&house.apply(&with(&format!("state = \"{state}\"")), &[]));
        assert!(changed.contains(" tenant main"), "{changed}");
        let (status, body) = asked(&house);
        assert_eq!(status, 403, "{state}: {body}");
        assert!(body.contains("provider_disabled"), "{state}: {body}");
        let written = Command::new(env!("CARGO_BIN_EXE_consentry"))
            .args(["export", "--manifest", "--data"])
            .arg(house.data())
            .output()
            .unwrap();
        assert!(applied(&written).contains(&format!("state: {state}")));
    }
    let changed = applied(&house.apply(EXAMPLE, &[]));
    assert!(changed.contains("tenant main"), "{changed}");
    assert_eq!(
        asked(&house).0,
        401,
        "it serves, and knows nobody who shows nothing"
    );
    let wrong = refused(&house.apply(&with("state = \"gone\""), &[]));
    assert!(wrong.contains("state"), "{wrong}");
}

#[test]
fn rec_12_5_a_manifest_is_all_that_a_server_needs() {
    let house = House::new();
    let first = applied(&house.apply(EXAMPLE, &[]));
    assert_eq!(
        first,
        "+ tenant main\n\
         + definition share-location\n\
         + localization share-location en-GB 1.0\n\
         + localization share-location nl-NL 1.0\n\
         + definition email-newsletter\n\
         + localization email-newsletter en-GB 1.0\n\
         + account cn=portal,ou=services,dc=meadow,dc=example\n\
         + person carla\n\
         8 added, 0 changed, 0 removed, 0 unchanged\n"
    );
    let again = applied(&house.apply(EXAMPLE, &[]));
    assert_eq!(again, "0 added, 0 changed, 0 removed, 8 unchanged\n");

    let running = house.serve();
    let (status, listed) = ask(&running, "GET", "/definitions", ("portal", PORTAL), "");
    assert_eq!((status, &listed["count"]), (200, &json!(2)));
    let record = agree(&running, "nl-NL");
    let everything = ask(&running, "GET", "/consents?subject=carla", ("portal", PORTAL), "").1;
    assert_eq!(everything["_embedded"]["consents"][0]["id"], record.as_str());
    let (status, _) = ask(&running, "GET", "/definitions", ("portal", "wrong"), "");
    assert_eq!(status, 401);
    assert!(running.stop().success());
}

#[test]
fn a_server_that_made_its_own_tenant_is_made_what_the_manifest_says() {
    let house = House::new();
    assert!(house.serve().stop().success());
    let dry = applied(&house.apply(EXAMPLE, &["--dry-run"]));
    assert!(
        dry.starts_with("~ tenant main\n+ definition share-location\n"),
        "{dry}"
    );
    assert!(
        dry.ends_with("nothing is written; it would be 7 added, 1 changed, 0 removed, 0 unchanged\n"),
        "{dry}"
    );
    let applied = applied(&house.apply(EXAMPLE, &[]));
    assert!(
        applied.ends_with("7 added, 1 changed, 0 removed, 0 unchanged\n"),
        "{applied}"
    );
}

#[test]
fn what_changes_is_told_and_published_words_never_do() {
    let house = House::new();
    applied(&house.apply(EXAMPLE, &[]));
    let relabelled = EXAMPLE.replace("display_name = \"Newsletter\"", "display_name = \"News\"");
    assert_eq!(
        applied(&house.apply(&relabelled, &[])),
        "~ definition email-newsletter\n0 added, 1 changed, 0 removed, 7 unchanged\n"
    );
    let reworded = relabelled.replace("once a month", "whenever we like");
    let told = refused(&house.apply(&reworded, &[]));
    assert!(
        told.contains("tenant main: wording email-newsletter en-GB 1.0 is published and cannot change"),
        "{told}"
    );
    let published = reworded.replace(
        "version = \"1.0\"\ndata = \"Your e-mail address\"",
        "version = \"1.1\"\ndata = \"Your e-mail address\"",
    );
    assert_eq!(
        applied(&house.apply(&published, &[])),
        "+ localization email-newsletter en-GB 1.1\n1 added, 0 changed, 0 removed, 7 unchanged\n"
    );
    std::fs::write(house.folder.path().join("carla.password"), "another-password-99").unwrap();
    assert_eq!(
        applied(&house.apply(&published, &[])),
        "~ person carla\n0 added, 1 changed, 0 removed, 7 unchanged\n"
    );
}

#[test]
fn a_mail_template_that_does_not_work_is_refused_and_where_people_are_reached_is_taken_over() {
    let house = House::new();
    let with_mail = |text: &str| {
        let mail = format!(
            "[tenants.mail]\nconfirm_given = true\noperators = [\"ops@bank.example\"]\n\n[[tenants.mail.templates]]\n\
             kind = \"consent-given\"\nlocale = \"nl\"\nsubject = \"Akkoord\"\ntext = \"{text}\"\n\n[[tenants.definitions]]"
        );
        EXAMPLE.replacen("[[tenants.definitions]]", &mail, 1)
    };
    for (text, said) in [
        (
            "{{ party",
            "mail template consent-given nl, text: line 1: syntax error",
        ),
        (
            "{{ partij }}",
            "there is no partij; there are brand, consents_url, dir, help, items, locale, notices_url, party, until",
        ),
        ("{{ party }}", "only texts and numbers are written, not none"),
    ] {
        let told = refused(&house.apply(&with_mail(text), &[]));
        assert!(told.contains("tenant main: ") && told.contains(said), "{told}");
    }
    let wrong = with_mail("ok").replace("ops@bank.example", "ops@bank.example\\r\\nBcc: x@y.example");
    let told = refused(&house.apply(&wrong, &[]));
    assert!(told.contains("is no mail address"), "{told}");
    let _done = applied(&house.apply(&with_mail("{{ brand }}"), &[]));
    let reached = with_mail("{{ brand }}").replace(
        "[[tenants.people]]\n",
        "[[tenants.people]]\nmail = \"carla@example.com\"\nlocale = \"nl\"\n",
    );
    let changed = applied(&house.apply(&reached, &[]));
    assert!(
        changed.starts_with("~ person carla\n0 added, 1 changed"),
        "{changed}"
    );
    let same = applied(&house.apply(&reached, &[]));
    assert!(same.starts_with("0 added, 0 changed"), "{same}");
}

#[test]
fn b13_16_what_clients_may_be_told_of_people_is_taken_over_and_refused_by_the_name_of_the_claim() {
    let house = House::new();
    let knowing = |profile: &str| {
        let person = format!("[[tenants.people]]\nprofile = {{ {profile} }}\n");
        EXAMPLE.replacen("[[tenants.people]]\n", &person, 1)
    };
    for (wrong, said) in [
        ("rank = \"queen\"", "rank is no claim of a profile"),
        ("email_verified = \"yes\"", "email_verified must be true or false"),
    ] {
        let told = refused(&house.apply(&knowing(wrong), &[]));
        assert!(told.contains(said), "{told}");
    }
    let _done = applied(&house.apply(EXAMPLE, &[]));
    let carla = knowing("name = \"Carla\", address = { country = \"NL\" }");
    let changed = applied(&house.apply(&carla, &[]));
    assert!(
        changed.starts_with("~ person carla\n0 added, 1 changed"),
        "{changed}"
    );
    for again in [&*carla, EXAMPLE] {
        let same = applied(&house.apply(again, &[]));
        assert!(same.starts_with("0 added, 0 changed"), "{same}");
    }
}

#[test]
fn rec_12_5_what_records_refer_to_is_taken_away_only_by_force() {
    let house = House::new();
    applied(&house.apply(EXAMPLE, &[]));
    let running = house.serve();
    let record = agree(&running, "nl-NL");
    assert!(running.stop().success());

    let (begin, newsletter) =
        EXAMPLE.split_at(EXAMPLE.find("[[tenants.definitions]]\nkey = \"email").unwrap());
    let accounts = &newsletter[newsletter.find("[[tenants.accounts]]").unwrap()..];
    let without_newsletter = format!("{begin}{accounts}");
    let kept = applied(&house.apply(&without_newsletter, &[]));
    assert!(
        kept.ends_with("0 added, 0 changed, 0 removed, 6 unchanged\n"),
        "{kept}"
    );
    assert_eq!(
        applied(&house.apply(&without_newsletter, &["--prune"])),
        "- definition email-newsletter\n0 added, 0 changed, 1 removed, 6 unchanged\n"
    );

    let dutch = begin
        .find("[[tenants.definitions.localizations]]\nlocale = \"nl")
        .unwrap();
    let english_only = format!("{}{accounts}", &begin[..dutch]);
    let told = refused(&house.apply(&english_only, &["--prune"]));
    assert!(
        told.contains("localization share-location nl-NL is what records refer to"),
        "{told}"
    );
    let nothing = &begin[..begin.find("[[tenants.definitions]]").unwrap()];
    let nothing = format!("{nothing}{accounts}");
    let told = refused(&house.apply(&nothing, &["--prune"]));
    assert!(
        told.contains("definition share-location is what records refer to"),
        "{told}"
    );
    let wrong = house.apply(&nothing, &["--force"]);
    assert_eq!(wrong.status.code(), Some(2), "force alone means nothing");

    assert_eq!(
        applied(&house.apply(&english_only, &["--prune", "--force"])),
        "- localization share-location nl-NL\n0 added, 0 changed, 1 removed, 5 unchanged\n"
    );
    let running = house.serve();
    let (status, seen) = ask(
        &running,
        "GET",
        &format!("/consents/{record}"),
        ("portal", PORTAL),
        "",
    );
    assert_eq!(
        (status, &seen["definition"]["locale"]),
        (200, &json!("nl-NL")),
        "{seen}"
    );
    assert_eq!(seen["dataText"], "Uw geschatte positie, tot op de wijk");
    let gone = "/definitions/share-location/localizations/nl-NL";
    assert_eq!(ask(&running, "GET", gone, ("portal", PORTAL), "").0, 404);
    assert!(running.stop().success());

    applied(&house.apply(&nothing, &["--prune", "--force"]));
    let running = house.serve();
    let (status, seen) = ask(
        &running,
        "GET",
        &format!("/consents/{record}"),
        ("portal", PORTAL),
        "",
    );
    assert_eq!((status, &seen["status"]), (200, &json!("accepted")), "{seen}");
    assert_eq!(
        ask(
            &running,
            "GET",
            "/definitions/share-location",
            ("portal", PORTAL),
            ""
        )
        .0,
        404
    );
    assert!(running.stop().success());
    let log = Command::new(env!("CARGO_BIN_EXE_consentry"))
        .args(["audit", "--tenant", "main", "--data"])
        .arg(house.data())
        .output()
        .unwrap();
    let log = applied(&log);
    assert!(log.to_lowercase().contains("delete"), "{log}");
    let verified = Command::new(env!("CARGO_BIN_EXE_consentry"))
        .args(["verify-ledger", "--data"])
        .arg(house.data())
        .output()
        .unwrap();
    applied(&verified);
}

#[test]
fn a_manifest_that_cannot_be_right_changes_nothing_and_says_where() {
    let house = House::new();
    let twice = format!("{EXAMPLE}\n[[tenants.definitions]]\nkey = \"share-location\"\n");
    for (manifest, expected) in [
        (
            EXAMPLE.replace("display_name", "displayname"),
            "unknown field `displayname`",
        ),
        (
            EXAMPLE.replace("version = \"1.0\"", "version = \"1\""),
            "a version is two whole numbers",
        ),
        (
            EXAMPLE.replace("key = \"share-location\"", "key = \"\""),
            "consents.toml",
        ),
        (
            EXAMPLE.replace("portal.password", "absent.password"),
            "absent.password",
        ),
        (
            EXAMPLE.replace("dn = \"cn=portal", "dn = \"portal"),
            "account portal",
        ),
        (
            EXAMPLE.replace("[\"precision\"]", "\"precision\""),
            "expected a sequence",
        ),
        (twice, "definition share-location is there twice"),
        ("tenants = 7".to_owned(), "consents.toml"),
    ] {
        let told = refused(&house.apply(&manifest, &[]));
        assert!(told.contains(expected), "{expected}: {told}");
        assert!(told.starts_with("consentry: "), "{told}");
    }
    let scopes = "[tenants.records]\nunprivileged_scope = \"same\"\nprivileged_scope = \"same\"";
    let told = refused(&house.apply(&EXAMPLE.replace("[tenants.records]", scopes), &[]));
    assert!(told.contains("tenant main: records."), "{told}");
    let script = "[tenants.records.identity_mappers.login]\nkind = \"scripted\"\nanswer = \"value\"\n\
                  attributes = [\"uid\"]\nscript = \"\"\"\n{{ id }}\n{% if login %}x{% endif %}\n\"\"\"\n";
    let manifest = EXAMPLE.replace(
        "[[tenants.definitions]]\nkey = \"share",
        &format!("{script}[[tenants.definitions]]\nkey = \"share"),
    );
    for more in [&["--dry-run"][..], &[]] {
        let told = refused(&house.apply(&manifest, more));
        let expected =
            "tenant main: records.identity_mappers.login has no usable script: line 2: there is no login";
        assert!(told.contains(expected), "{told}");
    }
}

/// What a manifest says about the preferences door.
const PREFERENCES: &str = r#"
[tenants.preferences]
regulations = ["lgpd"]

[[tenants.api_keys]]
id = "meadow-preferences-key"
secret_file = "key.secret"
opens = "preferences"

[[tenants.definitions]]
key = "offers"
kind = "purpose"
choice = { one_click = true }

[[tenants.definitions]]
key = "topics"
kind = "preference"
parent = "offers"
choice = { multiple = true, values = [{ id = "garden", name = { en = "Garden" } }] }
"#;

const KEY_SECRET: &str = "a secret of a machine that nobody guesses";

/// Status and body of a request to the preferences door.
fn ask_preferences(running: &Running, head: &str, body: &str) -> (u16, Value) {
    let head = format!("{head}\r\nContent-Type: application/json");
    let (status, body) = request(running.address, &head, body).unwrap();
    (status, serde_json::from_str(&body).unwrap_or_default())
}

#[test]
fn ctp_3_1_keys_purposes_and_preferences_come_from_the_manifest() {
    let house = House::new();
    let secret = house.folder.path().join("key.secret");
    let manifest = format!("{EXAMPLE}{PREFERENCES}");
    std::fs::write(&secret, "short").unwrap();
    assert!(refused(&house.apply(&manifest, &[])).contains("32 characters"));
    std::fs::write(&secret, format!("{KEY_SECRET}\n")).unwrap();
    assert!(applied(&house.apply(&manifest, &[])).contains("+ API credential meadow-preferences-key"));
    let again = applied(&house.apply(&manifest, &[]));
    assert!(!again.contains("API credential"), "{again}");
    let running = house.serve();
    let wish = json!({ "type": "api-key", "key": "meadow-preferences-key", "secret": KEY_SECRET });
    let (status, session) = ask_preferences(&running, "POST /sessions HTTP/1.1", &wish.to_string());
    assert_eq!(status, 200, "{session}");
    let bearer = format!(
        "Authorization: Bearer {}",
        session["access_token"].as_str().unwrap()
    );
    let event = json!({ "regulation": "lgpd", "user": { "organization_user_id": "carla" },
        "consents": { "purposes": [{ "id": "offers", "enabled": true }] } });
    let head = format!("POST /v1/consents/events?organization_id=main HTTP/1.1\r\n{bearer}");
    let (status, made) = ask_preferences(&running, &head, &event.to_string());
    assert_eq!(status, 200, "{made}");
    assert_eq!(
        made["consents"]["purposes"][0]["values"]["topics"]["value"],
        "garden"
    );
}

#[test]
fn dsh_a5_1_a_shared_secret_comes_from_the_manifest_and_is_base64_of_32_bytes() {
    let house = House::new();
    let secret = house.folder.path().join("shared");
    let key = |id: &str| {
        format!("\n[[tenants.api_keys]]\nid = \"{id}\"\nsecret_file = \"shared\"\nopens = \"admin_jwt\"\n")
    };
    let manifest = format!("{EXAMPLE}{}", key("meadow-shared-secret-1"));
    std::fs::write(&secret, "x".repeat(44)).unwrap();
    assert!(refused(&house.apply(&manifest, &[])).contains("base64 of exactly 32 bytes"));
    std::fs::write(&secret, "OsB/bDFOpzax4/drCC5Cp3xVAcdzn+00+vacy9hVFqo=\n").unwrap();
    let added = applied(&house.apply(&manifest, &[]));
    assert!(
        added.contains("+ API credential meadow-shared-secret-1"),
        "{added}"
    );
    let again = applied(&house.apply(&manifest, &[]));
    assert!(
        !again.contains("API credential"),
        "a seal is another each time, the secret is not: {again}"
    );
    let three = ["2", "3"]
        .map(|number| key(&format!("meadow-shared-secret-{number}")))
        .concat();
    assert!(refused(&house.apply(&format!("{manifest}{three}"), &[])).contains("at most two"));
    let running = house.serve();
    // Vector V1 of consent-dashboard A5.5.
    let jwt = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..Jz2gZVf_w_m_dHIc.Sd0eva5CmCXFr5VaIBDXNT4imLZp.7KYZ2XCvoRrDgfqJP-DLmw";
    let head = "POST /admin/customers/jwt HTTP/1.1\r\nContent-Type: application/jwt";
    let (status, body) = request(running.address, head, jwt).unwrap();
    assert_eq!(status, 200, "{body}");
    assert!(body.contains("\"expires_in\":900"), "{body}");
}
