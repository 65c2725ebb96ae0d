//! `consentry import third-party`, `grants` and `dataspace`, over the binary: what files of other systems make of the ledger, and what
//! clients see of it.

use serde_json::{Value, json};

use crate::{
    apply::{CARLA, applied},
    binary::{Running, exchange},
    examples::examples,
    manifests::Place,
    wire::form,
};

const BACKEND: &str = "a-secret-of-the-back-end-of-meadow-bank";

/// The bank of the example, as it is applied.
fn bank() -> Place {
    let place = Place::new();
    place.write("backend.secret", BACKEND);
    place.write("carla.password", CARLA);
    let manifest = std::fs::read_to_string(examples().join("bank.toml")).unwrap();
    let file = place.write("bank.toml", &manifest);
    applied(&place.run(&[], &["apply", "-f", &file]));
    place
}

fn consent(id: &str, more: &Value) -> Value {
    let mut consent = json!({
        "consent_id": id, "tenant_id": "tn_91", "app_id": "app_5dK2", "client_id": "moneytrack", "user_id": "carla",
        "scope": "openid offline_access accounts:balance", "created_at": 1_760_000_000, "expires_at": null,
        "updated_at": 1_760_000_000, "status": "active",
    });
    for (name, value) in more.as_object().unwrap() {
        consent[name] = value.clone();
    }
    consent
}

/// What the consents API answers to the bank's back end.
fn ask(running: &Running, line: &str) -> (u16, Value) {
    let body = form(&[
        ("grant_type", "client_credentials"),
        ("client_id", "meadow-backend"),
        ("client_secret", BACKEND),
    ]);
    let head = "POST /cis/oidc/token HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded";
    let token = exchange(running.address, head, &body).unwrap();
    let token: Value = serde_json::from_str(&token.body).unwrap();
    let head = format!(
        "{line} HTTP/1.1\r\nAuthorization: Bearer {}",
        token["access_token"].as_str().unwrap()
    );
    let answer = exchange(running.address, &head, "").unwrap();
    (
        answer.status,
        serde_json::from_str(&answer.body).unwrap_or_default(),
    )
}

fn import(place: &Place, kind: &str, file: &str, more: &[&str]) -> std::process::Output {
    let mut words = vec!["import", kind, file];
    words.extend(more);
    place.run(&[], &words)
}

fn told(output: &std::process::Output) -> Vec<String> {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    text.lines().map(str::to_owned).collect()
}

const ACTIVE: &str = "0b6f5f0c-6f5e-4b0e-8a55-3f0f3c1f9e21";

#[test]
fn tpa_a3_third_party_consents_keep_ids_and_dates_and_a_second_import_changes_nothing() {
    let place = bank();
    let all = json!({ "result": [
        consent("cn_0001", &json!({ "created_at": 1_750_000_000, "updated_at": 1_750_500_000, "status": "revoked" })),
        consent(ACTIVE, &json!({})),
        consent("cn_0003", &json!({ "user_id": "ben", "scope": "accounts:transactions", "expires_at": 1_762_592_000,
            "status": "expired" })),
    ] });
    let file = place.write("consents.json", &serde_json::to_string_pretty(&all).unwrap());
    let dry = applied(&import(&place, "third-party", &file, &["--dry-run"]));
    let counted = "3 added, 0 unchanged, 0 different, 0 left out; no consents: 0\n";
    assert_eq!(dry, format!("nothing is written; it would be {counted}"));
    assert_eq!(applied(&import(&place, "third-party", &file, &[])), counted);
    let again = applied(&import(&place, "third-party", &file, &[]));
    assert_eq!(
        again,
        "0 added, 3 unchanged, 0 different, 0 left out; no consents: 0\n"
    );
    let verified = applied(&place.run(&[], &["verify-ledger"]));
    assert!(verified.contains("chain and rows agree"), "{verified}");

    let running = place.serve(&[]);
    let (status, one) = ask(&running, &format!("GET /cis/v1/consents/{ACTIVE}"));
    let one = &one["result"];
    assert_eq!(status, 200);
    assert_eq!(one["consent_id"], ACTIVE);
    assert_eq!(one["scope"], "openid offline_access accounts:balance");
    assert_eq!(
        (&one["created_at"], &one["expires_at"], &one["status"]),
        (&json!(1_760_000_000), &Value::Null, &json!("active"))
    );
    // An id that is no UUID is found by what it was called.
    let (status, revoked) = ask(&running, "GET /cis/v1/consents/cn_0001");
    assert_eq!((status, &revoked["result"]["status"]), (200, &json!("revoked")));
    assert_eq!(revoked["result"]["updated_at"], 1_750_500_000);
    let (status, expired) = ask(&running, "GET /cis/v1/consents/cn_0003");
    assert_eq!((status, &expired["result"]["status"]), (200, &json!("expired")));
    assert_eq!(ask(&running, "GET /cis/v1/consents/cn_9999").0, 404);
    let (_, listed) = ask(&running, "GET /cis/v1/consents");
    assert_eq!(listed["result"].as_array().unwrap().len(), 1, "{listed}");
    let user = one["user_id"].as_str().unwrap();
    let stop = format!("DELETE /cis/v1/consents/clients/moneytrack/users/{user}?consent_id={ACTIVE}");
    assert_eq!(ask(&running, &stop).0, 200);
    assert!(running.stop().success());

    // What was decided here since stays, and is told.
    let lines = told(&import(&place, "third-party", &file, &[]));
    assert!(
        lines[0].contains(&format!(
            "{ACTIVE}: it is here with another status; it stays as it is"
        )),
        "{lines:?}"
    );
    assert_eq!(
        lines.last().unwrap(),
        "consentry: 1 entries of the file are not what stands here"
    );
}

#[test]
fn each_refused_line_is_told_with_what_would_be_right_and_nothing_is_written() {
    let place = bank();
    let lines = [
        consent("cn_1", &json!({})).to_string(),
        consent("cn_2", &json!({ "client_id": "nobody" })).to_string(),
        consent("cn_3", &json!({ "scope": "openid accounts:gold" })).to_string(),
        consent("cn_4", &json!({ "created_at": 1_760_000_000_000_i64 })).to_string(),
        consent(
            "cn_5",
            &json!({ "updated_at": 1_759_999_999, "created_at": 1_760_000_000 }),
        )
        .to_string(),
        consent("cn_6", &json!({ "client_id": "meadow-backend" })).to_string(),
    ];
    let file = place.write("consents.ndjson", &lines.join("\n"));
    let refused = told(&import(&place, "third-party", &file, &[]));
    assert_eq!(
        refused,
        [
            format!(
                "{file}:2: cn_2: there is no client nobody; register it first, with this id, in a manifest"
            ),
            format!("{file}:3: cn_3: there is no definition accounts:gold; define it first, in a manifest"),
            format!(
                "{file}:4: cn_4: created_at is too large; it is a number of seconds since 1970, not of milliseconds"
            ),
            format!(
                "{file}:5: cn_5: it changes or ends before it is made; changes and ends come after it was made"
            ),
            format!(
                "{file}:6: cn_6: meadow-backend is no third party; only what third parties were granted is taken over"
            ),
            "consentry: nothing is written, since 5 entries cannot be taken over; --skip-bad leaves them out"
                .to_owned(),
        ]
    );
    let skipping = import(&place, "third-party", &file, &["--skip-bad"]);
    assert_eq!(
        String::from_utf8(skipping.stdout).unwrap(),
        "1 added, 0 unchanged, 0 different, 5 left out; no consents: 0\n"
    );
    // What was left out is taken over once it can be.
    let mended = place.write(
        "consents.ndjson",
        &[lines[0].clone(), lines[2].replace(":gold", ":balance")].join("\n"),
    );
    assert_eq!(
        applied(&import(&place, "third-party", &mended, &[])),
        "1 added, 1 unchanged, 0 different, 0 left out; no consents: 0\n"
    );
}

fn grant(id: &str, more: &Value) -> Value {
    let mut grant = json!({
        "id": id, "status": "ACTIVE", "customerId": "cust-1007",
        "parties": [
            { "name": "Moneytrack", "type": "DATA_RECIPIENT", "homeUri": "https://moneytrack.example", "registry": "PRIVATE",
              "registeredEntityName": "Moneytrack BV", "registeredEntityId": "MT-1" },
            { "name": "Meadow Bank", "type": "DATA_PROVIDER" },
        ],
        "createdTime": "2026-02-11T09:30:11.870Z", "expirationTime": "2036-02-11T09:30:11.870Z",
        "durationType": "TIME_BOUND", "durationPeriod": 3652, "lookbackPeriod": 730,
        "resources": [
            { "resourceType": "ACCOUNT", "resourceId": "acc_51c0", "dataClusters": ["accounts:balance", "accounts:transactions"] },
            { "resourceType": "ACCOUNT", "resourceId": "acc_51c1", "dataClusters": ["accounts:transactions", "accounts:balance"] },
        ],
    });
    for (name, value) in more.as_object().unwrap() {
        grant[name] = value.clone();
    }
    grant
}

#[test]
fn dsh_d1_consent_grants_of_fdx_are_the_customers_connections() {
    let place = bank();
    let all = json!([
        grant("cns_9wQ2mB7tLx", &json!({})),
        grant(
            "cns_ended",
            &json!({ "status": "REVOKED", "createdTime": "2025-02-11T09:30:11Z",
            "updatedTime": "2025-03-11T09:30:11Z" })
        ),
    ]);
    let file = place.write("grants.json", &all.to_string());
    assert_eq!(
        applied(&import(&place, "grants", &file, &[])),
        "2 added, 0 unchanged, 0 different, 0 left out; no consents: 0\n"
    );
    assert_eq!(
        applied(&import(&place, "grants", &file, &[])),
        "0 added, 2 unchanged, 0 different, 0 left out; no consents: 0\n"
    );
    let running = place.serve(&[]);
    let (status, one) = ask(&running, "GET /cis/v1/consents/cns_9wQ2mB7tLx");
    assert_eq!(status, 200);
    assert_eq!(one["result"]["scope"], "accounts:balance accounts:transactions");
    assert_eq!(one["result"]["created_at"], 1_770_802_211);
    let (_, ended) = ask(&running, "GET /cis/v1/consents/cns_ended");
    assert_eq!(ended["result"]["status"], "revoked");
    // Carla's customer id and her login are one person.
    assert_eq!(one["result"]["user_id"], ended["result"]["user_id"]);
    assert!(running.stop().success());

    let wrong = json!([
        grant(
            "cns_1",
            &json!({ "parties": [{ "name": "Nobody", "type": "DATA_RECIPIENT" }] })
        ),
        grant(
            "cns_2",
            &json!({ "customerId": null, "durationType": "ONE_TIME", "resources": [] })
        ),
    ]);
    let file = place.write("grants.json", &wrong.to_string());
    let lines = told(&import(&place, "grants", &file, &["--dry-run"]));
    assert_eq!(
        lines[..4],
        [
            format!(
                "{file}:1: cns_1: parties names a DATA_RECIPIENT that nobody is here; register it as a party with this registered \
                 id or name, and a client of it"
            ),
            format!(
                "{file}:1: cns_2: customerId is missing; it says whose grant it is, as does --customer for a whole file"
            ),
            format!("{file}:1: cns_2: resources is empty; a grant names the data it is about, shared or not"),
            format!(
                "{file}:1: cns_2: durationType is ONE_TIME; such a grant is used up, and nothing of it can be kept"
            ),
        ]
    );
    let lines = told(&import(
        &place,
        "grants",
        &file,
        &["--dry-run", "--customer", "cust-1007"],
    ));
    assert!(!lines.iter().any(|line| line.contains("customerId")), "{lines:?}");
}

#[test]
fn dsp_7_consents_of_a_dataspace_keep_the_ids_that_tokens_carry() {
    let place = Place::new();
    place.write("carla.password", CARLA);
    for name in ["northbay.yaml", "sources.yaml"] {
        let text = std::fs::read_to_string(examples().join("dataspace").join(name)).unwrap();
        place.write(&format!("dataspace/{name}"), &text);
    }
    applied(&place.run(&[], &["apply", "-f", &place.path("dataspace")]));
    let consent = |tid: &str, source: &str, more: Value| {
        let mut consent = json!({
            "tid": tid, "app": "loan-desk", "appiss": "https://login.northbay.example", "acr": "loa2",
            "subiss": "https://login.northbay.example", "sub": "ada",
            "dsi": format!("dpp://{source}@northbay.example/Person/{}", if source == "revenue" { "Income_v1.0" } else { "Address_v1.0" }),
            "state": "granted", "granted_at": "2026-02-11T09:30:11Z", "valid_until": "2036-02-11T09:30:11Z",
        });
        for (name, value) in more.as_object().unwrap() {
            consent[name] = value.clone();
        }
        consent.to_string()
    };
    let revoked = json!({ "state": "revoked", "ended_at": 1_771_000_000 });
    let lines = [
        consent(ACTIVE, "revenue", json!({})),
        consent("5c7e0a64-93a1-4f4e-9d0f-0f7a3d1b2c11", "tide_office", revoked),
    ];
    let file = place.write("consents.ndjson", &lines.join("\n"));
    assert_eq!(
        applied(&import(&place, "dataspace", &file, &[])),
        "2 added, 0 unchanged, 0 different, 0 left out; no consents: 0\n"
    );
    assert_eq!(
        applied(&import(&place, "dataspace", &file, &[])),
        "0 added, 2 unchanged, 0 different, 0 left out; no consents: 0\n"
    );
    // The id of a token's consent is taken, whatever else the consent says.
    let twin = json!({ "tid": ACTIVE, "sub": "ben" });
    let file = place.write("twin.ndjson", &consent(ACTIVE, "revenue", twin));
    let lines = told(&import(&place, "dataspace", &file, &[]));
    assert!(lines[0].contains("it is here with another person"), "{lines:?}");
    let verified = applied(&place.run(&[], &["verify-ledger"]));
    assert!(verified.contains("chain and rows agree"), "{verified}");
}
