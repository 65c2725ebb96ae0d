//! The example manifests beside the bank: each is applied as it is read in the documentation, and driven as its readers would.

use std::path::{Path, PathBuf};

use base64::{Engine, engine::general_purpose::STANDARD};
use boon::{Compiler, Draft, Schemas};
use consentry_ledger::webhooks::WebhookSecret;
use consentry_testkit::{
    Receiver,
    dataspace::{Party, contents},
};
use consentry_verify::{ConsentSettings, ConsentVerifier, Environment, ReqwestFetch, Shown};
use serde_json::{Value, json};

use crate::{
    apply::{CARLA, applied},
    binary::{Running, exchange, request},
    manifests::{Place, run},
    wire::{Visitor, form},
};

const KEY_SECRET: &str = "a secret of a machine that nobody guesses";
const SHOP_SECRET: &str = "a-secret-of-the-shop-that-nobody-guesses";

pub(crate) fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples")
}

/// All example manifests, by their paths.
fn all() -> Vec<PathBuf> {
    let mut folders = vec![examples()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

#[test]
fn every_example_is_what_the_schema_says_and_what_is_wrong_is_not() {
    let schema = applied(&run(&["schema", "manifest"]));
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let mut compiler = Compiler::new();
    compiler.set_default_draft(Draft::V2020_12);
    compiler.add_resource("manifest.json", schema.clone()).unwrap();
    let mut schemas = Schemas::new();
    let compiled = compiler.compile("manifest.json", &mut schemas).unwrap();
    let files = all();
    assert!(files.len() >= 5, "{files:?}");
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let value: Value = match file.extension().unwrap().to_str().unwrap() {
            "toml" => toml::from_str(&text).unwrap(),
            _ => serde_saphyr::from_str(&text).unwrap(),
        };
        let judged = schemas.validate(&value, compiled);
        assert!(judged.is_ok(), "{}: {}", file.display(), judged.unwrap_err());
    }
    let tenant = |more: Value| {
        let mut tenant = json!({ "slug": "main" });
        tenant
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        json!({ "tenants": [tenant] })
    };
    for (wrong, why) in [
        (json!({ "tenant": [] }), "no such member"),
        (json!({ "tenants": [{ "hosts": [] }] }), "no slug"),
        (
            tenant(json!({ "definitions": [{ "key": "a", "kind": "wish" }] })),
            "no such kind",
        ),
        (
            tenant(json!({ "clients": [{ "id": "a", "name": "A" }] })),
            "no application",
        ),
        (
            tenant(json!({ "dashboard": { "frame_origins": "all" } })),
            "no list",
        ),
        (
            tenant(json!({ "preferences": { "centers": [{ "title": {} }] } })),
            "no id",
        ),
        (
            tenant(json!({ "webhooks": [{ "url": "https://a.example", "client": "a", "order": "random" }] })),
            "no order",
        ),
    ] {
        assert!(schemas.validate(&wrong, compiled).is_err(), "{why}: {wrong}");
    }
    // What is found out of the types: members, words, numbers, and what must be there.
    let webhook = &schema["properties"]["tenants"]["items"]["properties"]["webhooks"]["items"];
    assert_eq!(webhook["required"], json!(["url", "client"]));
    assert_eq!(webhook["properties"]["timeout_s"]["maximum"], 255);
    assert_eq!(
        webhook["properties"]["resume"]["enum"],
        json!(["position", "now"])
    );
}

fn asked(running: &Running, head: &str, body: &str) -> (u16, Value) {
    let head = format!("{head}\r\nContent-Type: application/json");
    let (status, body) = request(running.address, &head, body).unwrap();
    (status, serde_json::from_str(&body).unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newsletter_is_chosen_on_its_page_and_the_shop_is_told() {
    let receiver = Receiver::start().await;
    let place = Place::new();
    place.write("newsletter.key", KEY_SECRET);
    let manifest = std::fs::read_to_string(examples().join("newsletter.yaml")).unwrap();
    let file = place.write(
        "newsletter.yaml",
        &manifest.replace("https://shop.meadow.example/hooks/consents", &receiver.url),
    );
    let keys = [
        ("MEADOW_SHOP_SECRET", SHOP_SECRET.to_owned()),
        ("CONSENTRY__EGRESS__EXCEPTIONS", "127.0.0.0/8".to_owned()),
    ];
    let first = applied(&place.run(&keys, &["apply", "-f", &file]));
    assert!(
        first.contains(&format!("+ webhook {} of meadow-shop\n", receiver.url)),
        "{first}"
    );
    let secret = first
        .lines()
        .find_map(|line| line.split_once("whsec_"))
        .unwrap()
        .1;
    let secret = WebhookSecret::new(&STANDARD.decode(secret).unwrap());
    let again = applied(&place.run(&keys, &["apply", "-f", &file]));
    assert!(again.starts_with("0 added, 0 changed, 0 removed, "), "{again}");

    let running = place.serve(&keys);
    let driven = tokio::task::spawn_blocking(move || choose(running)).await;
    let running = driven.unwrap();
    let came = receiver.first(2).await;
    let mut told = Vec::new();
    for message in &came {
        let at = message.header("webhook-timestamp").parse().unwrap();
        let entry = secret.entry(message.header("webhook-id"), at, &message.body);
        assert_eq!(message.header("webhook-signature"), entry);
        assert_eq!(message.kind(), "decision.recorded");
        told.push(message.json().to_string());
    }
    assert!(told.iter().any(|told| told.contains("newsletter")), "{told:?}");
    assert!(running.stop().success());
}

/// A customer gets the page from the shop and chooses there, twice.
fn choose(running: Running) -> Running {
    let wish = json!({ "type": "api-key", "key": "meadow-shop-backend-key", "secret": KEY_SECRET });
    let (status, session) = asked(&running, "POST /sessions HTTP/1.1", &wish.to_string());
    assert_eq!(status, 200, "{session}");
    let bearer = format!(
        "Authorization: Bearer {}",
        session["access_token"].as_str().unwrap()
    );
    let head = format!("POST /consents/tokens?organization_id=main HTTP/1.1\r\n{bearer}");
    let (status, token) = asked(
        &running,
        &head,
        &json!({ "organization_user_id": "carla" }).to_string(),
    );
    assert_eq!(status, 200, "{token}");
    let token = token["id_token"].as_str().unwrap();

    let page = "Accept: text/html";
    let shown = exchange(
        running.address,
        &format!("GET /center/news?token={token} HTTP/1.1\r\n{page}"),
        "",
    );
    let shown = shown.unwrap().body;
    for words in [
        "Your news from Meadow",
        "Our newsletter",
        "Garden",
        "Offers for you",
    ] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    for answer in ["on", "off"] {
        let form = form(&[("step", "save"), ("token", token), ("purpose:newsletter", answer)]);
        let head = format!(
            "POST /center/news HTTP/1.1\r\n{page}\r\nContent-Type: application/x-www-form-urlencoded\r\nOrigin: http://{}",
            running.address
        );
        let saved = exchange(running.address, &head, &form).unwrap();
        assert_eq!(saved.status, 200, "{}", saved.body);
        let head = format!(
            "GET /consents/users?organization_id=main&organization_user_id=carla HTTP/1.1\r\n{bearer}"
        );
        let (status, user) = asked(&running, &head, "");
        assert_eq!(status, 200, "{user}");
        let purposes = user["data"][0]["consents"]["purposes"].as_array().unwrap();
        let newsletter = purposes
            .iter()
            .find(|purpose| purpose["id"] == "newsletter")
            .unwrap();
        assert_eq!(newsletter["enabled"], answer == "on", "{user}");
    }
    running
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dataspace_asks_a_person_and_hands_out_a_token_that_a_data_source_takes() {
    let party = Party::start().await;
    let place = Place::new();
    place.write("carla.password", CARLA);
    for name in ["northbay.yaml", "sources.yaml"] {
        let text = std::fs::read_to_string(examples().join("dataspace").join(name)).unwrap();
        let own = text
            .replace(
                "party: keys.vesper.example\n",
                &format!(
                    "party: keys.vesper.example\n          party_configuration: {}\n",
                    party.configuration()
                ),
            )
            .replace(
                "https://app.vesper.example/callback",
                "http://127.0.0.1:9999/callback",
            );
        place.write(&format!("dataspace/{name}"), &own);
    }
    let folder = place.path("dataspace");
    let keys = [("CONSENTRY__EGRESS__EXCEPTIONS", "127.0.0.0/8".to_owned())];
    let first = applied(&place.run(&keys, &["apply", "-f", &folder]));
    assert!(
        first.contains("+ definition dpp://revenue@northbay.example/Person/Income_v1.0\n"),
        "{first}"
    );
    let secret = first
        .lines()
        .find_map(|line| line.strip_prefix("secret of client loan-desk: "))
        .unwrap();
    let again = applied(&place.run(&keys, &["apply", "-f", &folder]));
    assert!(again.starts_with("0 added, 0 changed, 0 removed, "), "{again}");

    let mut running = place.serve(&keys);
    running.description = json!({
        "users": [{ "username": "carla", "password": CARLA }],
        "authorization": {
            "third_party": { "client_id": "loan-desk", "client_secret": secret },
            "first_party": { "client_id": "loan-desk", "client_secret": secret },
        },
    });
    let issuer = format!("http://{}", running.address);
    let (token, id_token) = tokio::task::block_in_place(|| consented(&running, &issuer, &party));
    let settings = ConsentSettings::new(&issuer, &[INCOME], &[&format!("{issuer}/cis/oidc")]);
    let verifier = ConsentVerifier::new(settings, Environment::new(ReqwestFetch::new().unwrap())).unwrap();
    let shown = Shown {
        token: Some(&token),
        id_token: Some(&id_token),
        ..Shown::default()
    };
    let consent = verifier.verify(shown).await.unwrap();
    assert_eq!(consent.tid, contents(&token).0["tid"].as_str().unwrap());
    assert!(running.stop().success());
}

const INCOME: &str = "dpp://revenue@northbay.example/Person/Income_v1.0";

/// Carla logs in at the application, which asks her for her income; its consent token, and her ID token.
fn consented(running: &Running, issuer: &str, party: &Party) -> (String, String) {
    let mut carla = Visitor::new(running, 0);
    let code = carla.approve_scope("openid").unwrap();
    let tokens = carla.redeem_all(&code).unwrap();
    let id_token = tokens["id_token"].as_str().unwrap().to_owned();
    let about = contents(&id_token).1;
    let login = format!("{issuer}/cis/oidc");
    let now = about["iat"].as_i64().unwrap();
    let claims = json!({
        "iss": "https://keys.vesper.example", "sub": about["sub"], "subiss": login, "acr": about["acr"],
        "app": "loan-desk", "appiss": login, "aud": issuer, "iat": now, "exp": now + 3_600,
    });
    let signed = party.sign(&claims);
    let ask = |path: &str, body: Value, expected: u16| {
        let head = format!("POST {path} HTTP/1.1\r\nX-Consent-Request-Token: {signed}");
        let (status, answer) = asked(running, &head, &body.to_string());
        assert_eq!(status, expected, "{path}: {answer}");
        answer
    };
    let wanted = json!({ "consentRequests": [{ "dataSource": INCOME, "required": true }] });
    let question = ask("/Consent/RequestConsents", wanted, 201);
    let path = question["requestUrl"]
        .as_str()
        .unwrap()
        .strip_prefix(issuer)
        .unwrap()
        .to_owned();
    let page = carla.send(&format!("GET {path}"), "").unwrap();
    assert!(page.body.contains("What you earn"), "{}", page.body);
    let token = page.field("token").unwrap();
    let answer = form(&[("token", &token), ("decision", "grant"), ("source", INCOME)]);
    let answered = carla.send(&format!("POST {path}"), &answer).unwrap();
    assert_eq!(answered.status, 303, "{}", answered.body);
    let granted = ask("/Consent/GetToken", json!({ "dataSource": INCOME }), 200);
    assert_eq!(granted["type"], "consentGranted", "{granted}");
    (granted["consentToken"].as_str().unwrap().to_owned(), id_token)
}
