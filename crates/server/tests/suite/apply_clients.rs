//! `consentry apply`: applications, parties and clients of the authorization door, over the binary, and what they can do afterwards.

use consentry_testkit::VERIFIER;
use serde_json::json;

use crate::{
    apply::{CARLA, House, applied, refused},
    binary::{Running, request},
    wire::{Visitor, form},
};

const BANK: &str = include_str!("../../../../docs/examples/bank.toml");
const SECRET: &str = "a-secret-of-the-back-end-of-meadow-bank";

fn house() -> House {
    let house = House::new();
    std::fs::write(house.folder.path().join("backend.secret"), format!("{SECRET}\n")).unwrap();
    house
}

/// The bank, whose customers are sent back to where the tests' apps are.
fn bank() -> String {
    BANK.replace(
        "https://moneytrack.example/callback",
        "http://127.0.0.1:9999/callback",
    )
}

/// The secret that was shown of a client.
fn shown(output: &str, client: &str) -> String {
    let start = format!("secret of client {client}: ");
    let line = output.lines().find_map(|line| line.strip_prefix(&start));
    line.unwrap_or_else(|| panic!("{output}")).to_owned()
}

/// A server in which Carla and both clients are known to the tests.
fn serve(house: &House, secret: &str) -> Running {
    let mut running = house.serve();
    running.description = json!({
        "users": [{ "username": "carla", "password": CARLA }],
        "authorization": {
            "third_party": { "client_id": "moneytrack", "client_secret": secret },
            "first_party": { "client_id": "meadow-backend", "client_secret": SECRET },
        },
    });
    running
}

#[test]
fn a_bank_that_was_never_seen_asks_its_customer_and_hands_out_tokens() {
    let house = house();
    let first = applied(&house.apply(&bank(), &[]));
    for line in [
        "+ application Meadow Bank\n",
        "+ party Moneytrack\n",
        "+ client moneytrack\n",
        "+ client meadow-backend\n",
        "+ person carla\n",
        "12 added, 0 changed, 0 removed, 0 unchanged\n",
    ] {
        assert!(first.contains(line), "{line}{first}");
    }
    let secret = shown(&first, "moneytrack");
    assert!(!first.contains("secret of client meadow-backend"), "{first}");
    let again = applied(&house.apply(&bank(), &[]));
    assert_eq!(again, "0 added, 0 changed, 0 removed, 12 unchanged\n");

    let running = serve(&house, &secret);
    let mut carla = Visitor::new(&running, 0);
    let code = carla.approve().unwrap();
    let token = carla.redeem(&code).unwrap();
    assert!(carla.is_active(&token));
    assert!(running.stop().success());

    // The tokens of whoever is switched off are over, also when it is switched on again; what was agreed to was only paused.
    let off = bank().replace("third_party = true", "third_party = true\ndisabled = true");
    let told = applied(&house.apply(&off, &[]));
    assert_eq!(
        told,
        "~ client moneytrack\n0 added, 1 changed, 0 removed, 11 unchanged\n"
    );
    let told = applied(&house.apply(&bank(), &[]));
    assert!(told.starts_with("~ client moneytrack\n"), "{told}");
    let running = serve(&house, &secret);
    let mut carla = Visitor::new(&running, 0);
    assert!(!carla.is_active(&token));
    assert_eq!(consents_of_carla(&running), 1);
    let code = carla.approve().unwrap();
    assert!(carla.is_active(&carla.redeem(&code).unwrap()));
    assert!(running.stop().success());
}

/// How many consents with the app are in force, as the bank's back end sees it.
fn consents_of_carla(running: &Running) -> usize {
    let basic = crate::wire::basic(&json!("meadow-backend"), &json!(SECRET));
    let head = format!(
        "POST /cis/oidc/token HTTP/1.1\r\nAuthorization: {basic}\r\nContent-Type: application/x-www-form-urlencoded"
    );
    let fields = form(&[("grant_type", "client_credentials")]);
    let (status, own) = request(running.address, &head, &fields).unwrap();
    assert_eq!(status, 200, "{own}");
    let own: serde_json::Value = serde_json::from_str(&own).unwrap();
    let head = format!(
        "GET /cis/v1/consents?client_id=moneytrack HTTP/1.1\r\nAuthorization: Bearer {}",
        own["access_token"].as_str().unwrap()
    );
    let (status, list) = request(running.address, &head, "").unwrap();
    assert_eq!(status, 200, "{list}");
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    list["result"].as_array().unwrap().len()
}

#[test]
fn a_secret_in_a_file_takes_the_place_of_the_one_that_was_drawn() {
    let house = house();
    let drawn = shown(&applied(&house.apply(&bank(), &[])), "moneytrack");
    let own = "moneytrack-chose-this-secret-by-itself";
    std::fs::write(house.folder.path().join("moneytrack.secret"), own).unwrap();
    let named = bank().replace(
        "third_party = true",
        "third_party = true\nsecret_file = \"moneytrack.secret\"",
    );
    let told = applied(&house.apply(&named, &[]));
    assert_eq!(
        told,
        "~ client moneytrack\n0 added, 1 changed, 0 removed, 11 unchanged\n"
    );
    // Without the file it keeps what it has.
    let told = applied(&house.apply(&bank(), &[]));
    assert_eq!(told, "0 added, 0 changed, 0 removed, 12 unchanged\n");
    let running = house.serve();
    for (secret, status) in [(own, 400), (drawn.as_str(), 401)] {
        let basic = crate::wire::basic(&json!("moneytrack"), &json!(secret));
        let head = format!(
            "POST /cis/oidc/token HTTP/1.1\r\nAuthorization: {basic}\r\nContent-Type: application/x-www-form-urlencoded"
        );
        let fields = form(&[
            ("grant_type", "authorization_code"),
            ("code", "none"),
            ("code_verifier", VERIFIER),
        ]);
        let (answered, body) = request(running.address, &head, &fields).unwrap();
        assert_eq!(answered, status, "{body}");
    }
    assert!(running.stop().success());
}

#[test]
fn registrations_that_break_rules_are_refused_before_anything_is_written() {
    let house = house();
    for (from, to, said) in [
        (
            "http://127.0.0.1:9999/callback",
            "http://moneytrack.example/callback",
            "client moneytrack: redirect_uris must",
        ),
        (
            "application = \"Meadow Bank\"\nparty",
            "application = \"Meadows\"\nparty",
            "client moneytrack: there is no application called Meadows",
        ),
        (
            "party = \"Moneytrack\"",
            "party = \"Moneytrek\"",
            "client moneytrack: there is no party called Moneytrek",
        ),
        (
            "third_party = true",
            "third_party = true\nauthority = \"tenant\"",
            "client moneytrack: authority must be none for a third party",
        ),
        (
            "third_party = true",
            "third_party = true\nsettings = { access_token = 864000 }",
            "client moneytrack: token_expiration must",
        ),
        (
            "third_party = true",
            "third_party = true\npkce = \"enforcePkceInsteadOfClientCredentials\"\nsecret_file = \"backend.secret\"",
            "client moneytrack: it needs no secret",
        ),
        (
            "id = \"meadow-backend\"",
            "id = \"moneytrack\"",
            "client moneytrack is there twice",
        ),
        (
            "name = \"Meadow back end\"",
            "name = \"Moneytrack\"",
            "name must be another one",
        ),
        (
            "third_party = true",
            "thirdparty = true",
            "unknown field `thirdparty`",
        ),
        (
            "password_file = \"carla.password\"",
            "password_file = \"carla.password\"\napplications = [\"Meadows\"]",
            "person carla: there is no application called Meadows",
        ),
    ] {
        assert!(bank().contains(from), "{from}");
        let wrong = bank().replace(from, to);
        let error = refused(&house.apply(&wrong, &[]));
        assert!(error.contains(said), "{said}\n{error}");
    }
    std::fs::write(house.folder.path().join("backend.secret"), "short").unwrap();
    let error = refused(&house.apply(&bank(), &[]));
    assert!(
        error.contains("client meadow-backend: the secret has fewer than 32 characters"),
        "{error}"
    );
    std::fs::write(house.folder.path().join("backend.secret"), SECRET).unwrap();
    let dry = applied(&house.apply(&bank(), &[]));
    assert!(
        dry.contains("12 added"),
        "nothing of what was refused was written: {dry}"
    );
}
