//! Who agreed (enforcement-events-evidence 2.7, subject search).

use consentry_testkit::TestApp;
use http::Method;
use serde_json::{Value, json};

use crate::world::{assert_refused, changed, connected, judged, post};

/// Who agreed that shop-1 has their e-mail address?
fn of_shop(changes: &Value) -> Value {
    let mut search = json!({
        "subject": { "type": "user", "properties": { "issuer": "urn:consentry:record-subject" } },
        "action": { "name": "use" },
        "resource": { "type": "definition", "id": "share-my-email" },
        "context": { "audience": "shop-1" },
    });
    for (name, value) in changes.as_object().unwrap() {
        search[name] = value.clone();
    }
    search
}

async fn found(app: &TestApp, search: &Value) -> Value {
    post(app, "/search/subject", search)
        .await
        .expect_status(200)
        .json()
}

fn ids(answer: &Value) -> Vec<String> {
    let all = answer["results"].as_array().unwrap();
    all.iter()
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect()
}

/// A record of somebody; gives its path.
async fn recorded(app: &TestApp, subject: &str, status: &str) -> String {
    let wish = json!({
        "status": status, "subject": subject, "audience": "shop-1",
        "definition": { "id": "share-my-email", "version": "1.0", "locale": "en-GB" },
    });
    let made = app
        .records(Method::POST, "/consents", Some(&wish))
        .await
        .expect_status(201)
        .json();
    app.clock.advance_micros(1);
    format!("/consents/{}", made["id"].as_str().unwrap())
}

async fn with_people(count: usize) -> TestApp {
    let app = TestApp::start().await;
    crate::world::unbounded(&app).await;
    for number in 0..count {
        recorded(&app, &format!("person-{number:03}"), "accepted").await;
    }
    app
}

#[tokio::test]
async fn chk_25_whoever_is_found_agreed_and_whoever_agreed_is_found() {
    let app = with_people(3).await;
    recorded(&app, "refuses", "denied").await;
    recorded(&app, "waits", "pending").await;
    let over = recorded(&app, "takes-back", "accepted").await;
    let change = json!({ "status": "revoked" });
    let _revoked = app
        .records(Method::PATCH, &over, Some(&change))
        .await
        .expect_status(200);
    recorded(&app, "changes-mind", "accepted").await;
    recorded(&app, "changes-mind", "denied").await;
    recorded(&app, "says-it-twice", "accepted").await;
    recorded(&app, "says-it-twice", "accepted").await;
    let answer = found(&app, &of_shop(&json!({}))).await;
    assert_eq!(
        ids(&answer),
        ["person-000", "person-001", "person-002", "says-it-twice"]
    );
    assert_eq!(
        answer["page"],
        json!({ "next_token": "", "count": 4, "total": 4 })
    );
    assert_eq!(answer["context"], json!({ "omitted": 0 }));
    assert_eq!(
        answer["results"][0]["properties"]["issuer"],
        "urn:consentry:record-subject"
    );
    for somebody in ids(&answer) {
        let question = changed(&json!({
            "subject": { "type": "user", "id": somebody, "properties": { "issuer": "urn:consentry:record-subject" } },
            "resource": { "type": "definition", "id": "share-my-email" },
            "context": { "audience": "shop-1" },
        }));
        assert!(judged(&app, &question).await.0, "{somebody}");
    }
}

#[tokio::test]
async fn chk_30_people_have_the_names_of_the_issuer_that_is_asked_for_or_are_counted() {
    let app = connected().await;
    let toward_moneytrack = |issuer: Option<&str>| {
        let mut search = of_shop(&json!({
            "subject": { "type": "user" },
            "resource": { "type": "scope", "id": "accounts:balance" },
            "context": { "audience": "moneytrack" },
        }));
        if let Some(issuer) = issuer {
            search["subject"]["properties"] = json!({ "issuer": issuer });
        }
        search
    };
    let ada = &app.bank.customers[0];
    for (issuer, name) in [
        (None, "ada"),
        (Some("harbor-core"), ada.customer_id.as_str()),
        (Some("urn:consentry:subject"), ada.user_id.as_str()),
        (Some("urn:consentry:dn"), "uid=ada,ou=people,dc=harbor,dc=example"),
    ] {
        let answer = found(&app, &toward_moneytrack(issuer)).await;
        assert_eq!(ids(&answer), [name], "{issuer:?}");
    }
    let nameless = found(&app, &toward_moneytrack(Some("urn:consentry:record-subject"))).await;
    assert_eq!(ids(&nameless), Vec::<String>::new());
    assert_eq!(nameless["context"], json!({ "omitted": 1 }));
    let _page = app.stop_sharing("ada").await.expect_status(200);
    assert_eq!(
        ids(&found(&app, &toward_moneytrack(None)).await),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn chk_28_and_33_pages_of_people_lead_through_everybody_once_whatever_happens_between() {
    let app = with_people(8).await;
    let mut seen = Vec::new();
    let mut page = json!({ "limit": 3 });
    for turn in 0.. {
        let answer = found(&app, &of_shop(&json!({ "page": page }))).await;
        seen.extend(ids(&answer));
        let token = answer["page"]["next_token"].as_str().unwrap();
        if token.is_empty() {
            break;
        }
        if turn == 0 {
            // Somebody on the first page goes, and somebody comes.
            recorded(&app, "person-000", "denied").await;
            recorded(&app, "person-008", "accepted").await;
        }
        page = json!({ "token": token });
    }
    let everybody: Vec<String> = (0..9).map(|number| format!("person-{number:03}")).collect();
    assert_eq!(seen, everybody);

    let nothing = found(&app, &of_shop(&json!({ "page": { "limit": 0 } }))).await;
    assert_eq!(nothing["results"], json!([]));
    let token = nothing["page"]["next_token"].clone();
    assert_ne!(token, "");
    let rest = found(&app, &of_shop(&json!({ "page": { "token": token } }))).await;
    assert_eq!(ids(&rest), everybody[1..]);
    let other = of_shop(&json!({ "page": { "token": token }, "context": { "audience": "shop-2" } }));
    let _mismatch = post(&app, "/search/subject", &other).await.expect_status(400);
}

#[tokio::test]
async fn chk_26_and_27_nobody_and_nothing_known_are_empty_and_what_is_needed_is_demanded() {
    let app = with_people(1).await;
    for changes in [
        json!({ "subject": { "type": "robot" } }),
        json!({ "subject": { "type": "user", "properties": { "issuer": "https://elsewhere.example" } } }),
        json!({ "resource": { "type": "definition", "id": "nothing" } }),
        json!({ "resource": { "type": "spaceship", "id": "share-my-email" } }),
        json!({ "action": { "name": "fly" } }),
        json!({ "context": { "audience": "shop-2" } }),
        json!({ "context": {} }),
        json!({ "resource": { "type": "definition", "id": "share-my-email", "properties": { "min_version": "1.1" } } }),
    ] {
        assert_eq!(
            ids(&found(&app, &of_shop(&changes)).await),
            Vec::<String>::new(),
            "{changes}"
        );
    }
    for (name, pointer) in [
        ("subject", "/subject"),
        ("action", "/action"),
        ("resource", "/resource"),
    ] {
        let mut search = of_shop(&json!({}));
        search.as_object_mut().unwrap().remove(name);
        assert_refused(&app, "/search/subject", &search, pointer).await;
    }
    let vague = of_shop(&json!({ "resource": { "type": "definition" } }));
    assert_refused(&app, "/search/subject", &vague, "/resource/id").await;
}
