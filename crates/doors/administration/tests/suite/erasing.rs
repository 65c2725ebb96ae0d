//! Deleting people, the certificate of it, and holds that forbid it (GDPR Art. 17; enforcement-events-evidence 10.2, 10.4).

use consentry_domain::{SubjectId, Timestamp, scope::Scope};
use consentry_ledger::{erasure::NOTICE, provision::Entry, verify::Verdict};
use consentry_testkit::{Answer, KnownClient, TestApp};
use http::Method;
use serde_json::{Value, json};

use crate::world::{assert_refused, assert_wrong, delete, get, look_up, request};

const SCOPE: &str = "openid offline_access accounts:balance";

/// Address of somebody who logs in under this name.
async fn person(app: &TestApp, login: &str) -> String {
    let found = look_up(app, "urn:consentry:login", login).await;
    let subject = found.expect_status(200).json()["subject"].clone();
    format!("/people/{}", subject.as_str().unwrap())
}

async fn post(app: &TestApp, path: &str, body: &Value) -> Answer {
    request(app, Method::POST, path).json(body).send().await
}

async fn erase(app: &TestApp, person: &str) -> Answer {
    let wish = json!({ "reason": "asked for in a letter", "request_ref": "DSR-4711" });
    post(app, &format!("{person}/erasures"), &wish).await
}

/// Lets receivers have their time, and finishes what is due; answers of how many people.
async fn finish(app: &TestApp) -> usize {
    app.pass(NOTICE.as_seconds());
    app.ledger.finish_erasures(&app.tenant()).await.unwrap()
}

#[tokio::test]
async fn dsr_16_an_erasure_ends_everything_and_is_certified_without_a_name() {
    let app = TestApp::start().await;
    let tokens = app.connect(&app.browser(), "ada", SCOPE).await;
    let ada = person(&app, "ada").await;
    let begun = erase(&app, &ada).await.expect_status(202);
    let place = begun.header("location").unwrap().to_owned();
    let place = place.strip_prefix("/admin/v1").unwrap().to_owned();
    let body = begun.json();
    assert_eq!(body["status"], "queued");
    assert_eq!(body["request_ref"], "DSR-4711");
    assert!(body.get("result").is_none(), "{body}");
    assert_eq!(get(&app, &place).await.expect_status(200).json(), body);
    assert_eq!(app.introspect(&tokens.access).await, json!({ "active": false }));
    assert_refused(
        &look_up(&app, "urn:consentry:login", "ada").await,
        404,
        "not_found",
    );
    // Twice is once (DSR-15).
    assert_eq!(erase(&app, &ada).await.expect_status(200).json(), body);

    let subject: SubjectId = body["id"].as_str().unwrap().parse().unwrap();
    let before = unreadable(&app.ledger.verify(&app.tenant()).await.unwrap());
    assert_eq!(finish(&app).await, 1);
    let done = get(&app, &place).await.expect_status(200).json();
    assert_eq!(done["status"], "done");
    assert_eq!(done["due_at"], done["result"]["erased_at"]);
    let result = &done["result"];
    assert_eq!(result["parties_notified"], json!(["moneytrack"]));
    let after = unreadable(&app.ledger.verify(&app.tenant()).await.unwrap());
    assert_eq!(result["events_made_unreadable"], after - before);

    let certificate = result["certificate"].as_str().unwrap();
    let claims = app.verified(certificate, "erasure-certificate+jwt").await;
    let at = app.now();
    assert_eq!(
        claims,
        json!({
            "iss": claims["iss"], "iat": at.as_seconds(), "request_ref": "DSR-4711",
            "received_at": body["received_at"], "erased_at": at.to_string(),
            "log_index": result["log_index"], "events_made_unreadable": after - before, "parties_notified": 1,
        })
    );
    assert!(claims["iss"].as_str().unwrap().starts_with("http"), "{claims}");
    for secret in ["\"ada", "letter", &subject.to_string()] {
        assert!(!claims.to_string().contains(secret), "{secret} in {claims}");
    }
    // The place in the log is that of the deletion.
    let client = &app.bank.first_party;
    let told = app
        .request(
            Method::GET,
            "/events/v1/events?from=earliest&types=subject.erased",
        )
        .basic(&client.client_id, &client.client_secret);
    let told = told.send().await.expect_status(200).json();
    assert!(!told.to_string().contains("letter"), "{told}");
    assert_eq!(
        told["events"].as_array().unwrap().len(),
        2,
        "to the tenant and to the party: {told}"
    );
    assert_eq!(
        erase(&app, &ada).await.expect_status(200).json()["status"],
        "done"
    );
}

fn unreadable(verdict: &Verdict) -> u64 {
    match verdict {
        Verdict::Sound { unreadable, .. } => *unreadable,
        Verdict::Broken { .. } => panic!("{verdict:?}"),
    }
}

#[tokio::test]
async fn a_hold_forbids_erasing_until_it_is_taken_away_and_is_sealed() {
    let app = TestApp::start_in_folder().await;
    let tokens = app.connect(&app.browser(), "ada", SCOPE).await;
    let ada = person(&app, "ada").await;
    let holds = format!("{ada}/holds");
    assert_eq!(
        get(&app, &holds).await.expect_status(200).json(),
        json!({ "holds": [] })
    );
    let reason = "court case with the canary Quetzalcoatl";
    let made = post(&app, &holds, &json!({ "reason": reason }))
        .await
        .expect_status(201);
    let place = made.header("location").unwrap().to_owned();
    let hold = made.json();
    assert_eq!(hold["reason"], reason);
    assert_eq!(get(&app, &holds).await.json(), json!({ "holds": [hold] }));
    let refused = erase(&app, &ada).await;
    assert_refused(&refused, 409, "legal_hold");
    assert!(!refused.text().contains("Quetzalcoatl"), "{}", refused.text());
    assert_eq!(app.introspect(&tokens.access).await["active"], true);
    assert_eq!(finish(&app).await, 0);
    for file in std::fs::read_dir(app.folder()).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let canary = b"Quetzalcoatl";
            let is_there = bytes.windows(canary.len()).any(|part| part == canary);
            assert!(!is_there, "{}", path.display());
        }
    }
    let place = place.strip_prefix("/admin/v1").unwrap();
    let _gone = delete(&app, place).await.expect_status(204);
    assert_refused(&delete(&app, place).await, 404, "not_found");
    let _erased = erase(&app, &ada).await.expect_status(202);
    assert_refused(
        &post(&app, &holds, &json!({ "reason": "late" })).await,
        404,
        "not_found",
    );
    assert_refused(&get(&app, &holds).await, 404, "not_found");
}

/// Lets a client read the stream.
async fn let_read(app: &TestApp, known: &KnownClient) {
    let mut client = app.tenant().client(&known.client_id).unwrap().as_ref().clone();
    let scopes = format!("{} events:read", client.allowed_scopes);
    client.allowed_scopes = Scope::parse(&scopes).unwrap();
    app.provision(&[Entry::Client(client)]).await;
}

/// What a client is told of holds, oldest first.
async fn told_of_holds(app: &TestApp, client: &KnownClient) -> Vec<Value> {
    let types = "types=subject.hold_placed,subject.hold_lifted";
    let page = app
        .request(Method::GET, &format!("/events/v1/events?from=earliest&{types}"))
        .basic(&client.client_id, &client.client_secret);
    let page = page.send().await.expect_status(200).json();
    page["events"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_hold_is_told_to_the_tenant_without_its_reason_and_to_no_party() {
    let app = TestApp::start().await;
    let _tokens = app.connect(&app.browser(), "ada", SCOPE).await;
    let_read(&app, &app.bank.third_party).await;
    let ada = person(&app, "ada").await;
    let holds = format!("{ada}/holds");
    let end = Timestamp::from_micros(app.now().as_micros() + 60_000_000).to_string();
    let wish = json!({ "reason": "court case of Quetzalcoatl", "until": end });
    let first = post(&app, &holds, &wish).await.expect_status(201).json();
    let second = json!({ "reason": "Quetzalcoatl again" });
    let second = post(&app, &holds, &second).await.expect_status(201).json();
    // What was refused is not told.
    let _nothing = post(&app, &holds, &json!({})).await.expect_status(400);
    let lift = format!("{holds}/{}", first["id"].as_str().unwrap());
    let _lifted = delete(&app, &lift).await.expect_status(204);
    let _absent = delete(&app, &lift).await.expect_status(404);

    let told = told_of_holds(&app, &app.bank.first_party).await;
    let facts: Vec<Value> = told
        .iter()
        .map(|event| json!([event["type"], event["data"]["hold"]]))
        .collect();
    let until = json!({ "id": first["id"], "until": end });
    assert_eq!(
        facts,
        [
            json!(["consentry.subject.hold_placed", until]),
            json!(["consentry.subject.hold_placed", { "id": second["id"] }]),
            json!(["consentry.subject.hold_lifted", until]),
        ]
    );
    for event in &told {
        assert_eq!(event["data"]["subject"]["id"], "ada", "{event}");
        assert_eq!(event["data"]["actor"], json!({ "role": "staff" }));
        assert!(!event.to_string().contains("Quetzalcoatl"), "{event}");
    }
    let party = told_of_holds(&app, &app.bank.third_party).await;
    assert_eq!(party, Vec::<Value>::new());

    let _last = delete(&app, &format!("{holds}/{}", second["id"].as_str().unwrap())).await;
    let _erased = erase(&app, &ada).await.expect_status(202);
    assert_eq!(finish(&app).await, 1);
    for event in told_of_holds(&app, &app.bank.first_party).await {
        assert_eq!(event["data"], json!({ "erased": true }), "EVT-18");
    }
    assert!(matches!(
        app.ledger.verify(&app.tenant()).await.unwrap(),
        Verdict::Sound { .. }
    ));
}

#[tokio::test]
async fn a_hold_ends_to_the_second_and_others_go_on() {
    let app = TestApp::start().await;
    let ada = person(&app, "ada").await;
    let holds = format!("{ada}/holds");
    let end = Timestamp::from_micros(app.now().as_micros() + 60_000_000);
    let until = json!({ "reason": "r", "until": end.to_string() });
    let _made = post(&app, &holds, &until).await.expect_status(201);
    // Nobody else is held.
    let ben = person(&app, "ben").await;
    let _erased = erase(&app, &ben).await.expect_status(202);
    app.pass(59);
    let refused = erase(&app, &ada).await;
    assert_refused(&refused, 409, "legal_hold");
    assert!(refused.text().contains(&end.to_string()), "{}", refused.text());
    app.pass(1);
    assert_eq!(get(&app, &holds).await.json(), json!({ "holds": [] }));
    let _erased = erase(&app, &ada).await.expect_status(202);
    assert_eq!(finish(&app).await, 2);
}

#[tokio::test]
async fn whatever_cannot_be_right_is_told_at_once() {
    let app = TestApp::start().await;
    let ada = person(&app, "ada").await;
    let holds = format!("{ada}/holds");
    let erasures = format!("{ada}/erasures");
    assert_wrong(&post(&app, &holds, &json!({})).await, &["/reason"]);
    let wrong = json!({ "reason": "", "until": "tomorrow" });
    assert_wrong(&post(&app, &holds, &wrong).await, &["/reason", "/until"]);
    let past = json!({ "reason": "r", "until": app.now().to_string() });
    assert_wrong(&post(&app, &holds, &past).await, &["/until"]);
    assert_wrong(
        &post(&app, &erasures, &json!({ "keep": 1 })).await,
        &["/reason", "/keep"],
    );
    let long = json!({ "reason": "r", "request_ref": "r".repeat(257) });
    assert_wrong(&post(&app, &erasures, &long).await, &["/request_ref"]);
    for nobody in ["/people/019ca832-6180-7a31-a1b2-c3d4e5f60718", "/people/ada"] {
        assert_refused(&erase(&app, nobody).await, 404, "not_found");
        let made = post(&app, &format!("{nobody}/holds"), &json!({ "reason": "r" })).await;
        assert_refused(&made, 404, "not_found");
    }
    for path in ["/erasures/019ca832-6180-7a31-a1b2-c3d4e5f60718", "/erasures/ada"] {
        assert_refused(&get(&app, path).await, 404, "not_found");
    }
    for number in 0..20 {
        let made = post(&app, &holds, &json!({ "reason": format!("{number}") })).await;
        let _made = made.expect_status(201);
    }
    assert_refused(
        &post(&app, &holds, &json!({ "reason": "r" })).await,
        409,
        "conflict",
    );
}

#[tokio::test]
async fn com_06_a_repeated_request_holds_and_erases_once() {
    let app = TestApp::start().await;
    let ada = person(&app, "ada").await;
    let hold = async || {
        let request = request(&app, Method::POST, &format!("{ada}/holds")).json(&json!({ "reason": "r" }));
        request
            .header("idempotency-key", "\"one\"")
            .send()
            .await
            .expect_status(201)
    };
    let first = hold().await.json();
    let again = hold().await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.json(), first);
    let holds = format!("{ada}/holds");
    assert_eq!(get(&app, &holds).await.json(), json!({ "holds": [first] }));
    let _gone = delete(&app, &format!("{holds}/{}", first["id"].as_str().unwrap()))
        .await
        .expect_status(204);
    let erase = async || {
        let request = request(&app, Method::POST, &format!("{ada}/erasures")).json(&json!({ "reason": "r" }));
        request
            .header("idempotency-key", "\"two\"")
            .send()
            .await
            .expect_status(202)
    };
    let first = erase().await.json();
    assert_eq!(erase().await.json(), first);
}
