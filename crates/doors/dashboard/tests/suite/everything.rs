//! All that a person agreed to, whatever door it was given at: shown beside the connections, with its history, and taken back.

use consentry_testkit::{Answer, TestApp};
use http::Method;
use serde_json::{Value, json};

use crate::world::{ADA, BEN, about, configure, connect, list, session};

/// A back end writes down that Ada agreed; answers the record's id.
async fn record(app: &TestApp, audience: &str) -> String {
    let service = &app.bank.service;
    let answer = app
        .request(Method::POST, "/consent/v1/consents")
        .basic(&service.client_id, &service.client_secret)
        .json(&json!({
            "status": "accepted",
            "subject": "ada",
            "audience": audience,
            "definition": { "id": "share-my-email", "version": "1.0", "locale": "en-GB" },
        }))
        .send()
        .await
        .expect_status(201);
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// What the records door says of a record.
async fn at_records(app: &TestApp, record: &str) -> Value {
    let service = &app.bank.service;
    let answer = app
        .request(Method::GET, &format!("/consent/v1/consents/{record}"))
        .basic(&service.client_id, &service.client_secret)
        .send()
        .await;
    answer.expect_status(200).json()
}

/// The id in the first form of the page that goes to this address.
fn id_for(page: &Answer, action: &str) -> String {
    let (_, form) = page.text().split_once(&format!("action=\"{action}\"")).unwrap();
    let (_, value) = form.split_once("name=\"id\" value=\"").unwrap();
    value.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn what_another_door_wrote_down_stands_beside_the_apps_and_says_what_it_means() {
    let app = TestApp::start().await;
    connect(&app).await;
    let ada = session(&app, ADA).await;
    let before = list(&app, &ada).await.expect_status(200);
    assert!(before.text().contains("Apps with access to your accounts"));
    assert!(!before.text().contains("Other agreements"));
    record(&app, "newsletter").await;
    let page = list(&app, &ada).await.expect_status(200);
    let shown = page.text();
    for words in [
        "Everything you agreed to",
        "Apps and services",
        "Moneytrack",
        "Other agreements",
        "newsletter",
    ] {
        assert!(shown.contains(words), "{words} is missing");
    }
    let details = about(&app, "/embed/single", &ada, &id_for(&page, "/embed/single"))
        .await
        .expect_status(200);
    for words in [
        "What it means",
        "The words you saw when you agreed",
        "Your yes was written down",
        "Take back",
    ] {
        assert!(details.text().contains(words), "{words} is missing");
    }
}

#[tokio::test]
async fn taking_it_back_takes_two_presses_and_is_true_at_the_door_that_wrote_it() {
    let app = TestApp::start().await;
    let record = record(&app, "newsletter").await;
    let ada = session(&app, ADA).await;
    let page = list(&app, &ada).await.expect_status(200);
    let id = id_for(&page, "/embed/single/stop");
    let question = about(&app, "/embed/single/stop", &ada, &id)
        .await
        .expect_status(200);
    assert!(question.text().contains("Take back"));
    assert_eq!(
        at_records(&app, &record).await["status"],
        "accepted",
        "a question changes nothing"
    );
    let done = about(&app, "/embed/single/stop/confirm", &ada, &id)
        .await
        .expect_status(200);
    assert!(done.text().contains("You took back"));
    assert_eq!(at_records(&app, &record).await["status"], "revoked");
    let details = about(&app, "/embed/single", &ada, &id).await.expect_status(200);
    assert!(details.text().contains("You took it back"));
    assert!(
        !details.text().contains("/embed/single/stop"),
        "what has ended is not ended again"
    );
    let again = about(&app, "/embed/single/stop/confirm", &ada, &id)
        .await
        .expect_status(200);
    assert!(again.text().contains("You took back"), "twice is once");
}

#[tokio::test]
async fn nobody_sees_or_ends_what_somebody_else_agreed_to() {
    let app = TestApp::start().await;
    let record = record(&app, "newsletter").await;
    let ada = session(&app, ADA).await;
    let id = id_for(&list(&app, &ada).await, "/embed/single");
    let ben = session(&app, BEN).await;
    assert!(!list(&app, &ben).await.text().contains("newsletter"));
    for path in [
        "/embed/single",
        "/embed/single/stop",
        "/embed/single/stop/confirm",
    ] {
        let _missing = about(&app, path, &ben, &id).await.expect_status(404);
        let _nothing = about(&app, path, &ada, "").await.expect_status(404);
    }
    assert_eq!(at_records(&app, &record).await["status"], "accepted");
}

#[tokio::test]
async fn what_an_app_has_is_not_listed_twice() {
    let app = TestApp::start().await;
    connect(&app).await;
    let ada = session(&app, ADA).await;
    let page = list(&app, &ada).await.expect_status(200);
    assert!(!page.text().contains("/embed/single"));
    let id = id_for(&page, "/embed/connection");
    let _stopped = about(&app, "/embed/stop/confirm", &ada, &id)
        .await
        .expect_status(200);
    let page = list(&app, &ada).await.expect_status(200);
    assert!(!page.text().contains("/embed/single"), "its parts ended with it");
}

#[tokio::test]
async fn the_hosted_login_leads_there_and_only_its_own_person() {
    let app = TestApp::start().await;
    record(&app, "newsletter").await;
    let browser = app.browser();
    let stranger = browser.open("/login/agreements").await.expect_status(303);
    assert_eq!(stranger.header("location"), Some("/login"));
    app.connect(&browser, "ada", consentry_testkit::FULL_SCOPE).await;
    let home = browser.open("/login").await.expect_status(200);
    assert!(home.text().contains("href=\"/login/agreements\""));
    let onward = browser.open("/login/agreements").await.expect_status(303);
    let address = onward.header("location").unwrap().to_owned();
    assert!(address.starts_with("/embed/authorizations?access_token="));
    let page = browser.open(&address).await.expect_status(200);
    for words in ["Everything you agreed to", "Moneytrack", "newsletter"] {
        assert!(page.text().contains(words), "{words} is missing");
    }
    let _spent = browser.open(&address).await.expect_status(404);
    configure(&app, |tenant| tenant.dashboard.allow_top_level = false).await;
    let home = browser.open("/login").await.expect_status(200);
    assert!(!home.text().contains("/login/agreements"));
    let back = browser.open("/login/agreements").await.expect_status(303);
    assert_eq!(back.header("location"), Some("/login"));
}

#[tokio::test]
async fn logging_out_at_the_hosted_pages_ends_the_page_that_was_opened_from_there() {
    let app = TestApp::start().await;
    let browser = app.browser();
    app.connect(&browser, "ada", consentry_testkit::FULL_SCOPE).await;
    let opened = async || {
        let onward = browser.open("/login/agreements").await.expect_status(303);
        onward.header("location").unwrap().to_owned()
    };
    let page = browser.open(&opened().await).await.expect_status(200);
    let own = page.field("session").unwrap();
    let _alive = list(&app, &own).await.expect_status(200);
    let of_the_bank = session(&app, ADA).await;
    let unopened = opened().await;
    let _out = browser.submit("/logout", &[("confirm", "yes")]).await;
    let closed = list(&app, &own).await.expect_status(401);
    assert!(
        closed.text().contains("This view has closed"),
        "{}",
        closed.text()
    );
    assert!(!closed.text().contains("Moneytrack"));
    let _nothing = browser.open(&unopened).await.expect_status(404);
    let _other = list(&app, &of_the_bank).await.expect_status(200);
}

#[tokio::test]
async fn stopping_all_takes_back_what_was_agreed_to_elsewhere_too() {
    let app = TestApp::start().await;
    let tokens = connect(&app).await;
    let records = [record(&app, "newsletter").await, record(&app, "magazine").await];
    let ada = session(&app, ADA).await;
    let question = app
        .post_embedded("/embed/stop/several", &[("session", &ada)])
        .await
        .expect_status(200);
    for words in ["Moneytrack", "newsletter", "magazine"] {
        assert!(
            question.text().contains(words),
            "{words} is missing in {}",
            question.text()
        );
    }
    assert_eq!(
        at_records(&app, &records[0]).await["status"],
        "accepted",
        "a question changes nothing"
    );
    let mut fields = vec![("session".to_owned(), ada.clone())];
    for name in ["id", "single"] {
        let field = format!("name=\"{name}\" value=\"");
        for rest in question.text().split(&field).skip(1) {
            let value = rest.split('"').next().unwrap();
            fields.push((name.to_owned(), value.to_owned()));
        }
    }
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    assert_eq!(fields.len(), 4, "{fields:?}");
    let ben = session(&app, BEN).await;
    let mut foreign = fields.clone();
    foreign[0].1 = &ben;
    let nothing = app
        .post_embedded("/embed/stop/several/confirm", &foreign)
        .await
        .expect_status(200);
    assert!(
        nothing.text().contains("There is nothing to stop."),
        "{}",
        nothing.text()
    );
    let done = app
        .post_embedded("/embed/stop/several/confirm", &fields)
        .await
        .expect_status(200);
    assert!(
        done.text().contains("All of this has stopped."),
        "{}",
        done.text()
    );
    for record in &records {
        assert_eq!(at_records(&app, record).await["status"], "revoked");
    }
    assert_eq!(app.introspect(&tokens.access).await["active"], false);
    let again = app
        .post_embedded("/embed/stop/several/confirm", &fields)
        .await
        .expect_status(200);
    assert!(
        again.text().contains("There is nothing to stop."),
        "twice is once"
    );
}

#[tokio::test]
async fn what_was_agreed_to_elsewhere_is_found_by_a_part_of_its_words() {
    let app = TestApp::start().await;
    connect(&app).await;
    for audience in ["one", "two", "three", "four", "five", "six", "newsletter"] {
        record(&app, audience).await;
    }
    let ada = session(&app, ADA).await;
    assert!(
        list(&app, &ada).await.text().contains("name=\"find\""),
        "eight things can be searched"
    );
    let find = async |text: &str| {
        let fields = [("session", ada.as_str()), ("find", text)];
        app.post_embedded("/embed/connections", &fields)
            .await
            .expect_status(200)
            .text()
            .to_owned()
    };
    let found = find("NEWSL").await;
    assert!(
        found.contains("newsletter") && !found.contains(">three<") && !found.contains(">Moneytrack<"),
        "{found}"
    );
    assert!(
        found.contains("Everything you agreed to"),
        "it is still the same page"
    );
    assert!(find("nothing like it").await.contains("Nothing fits."));
}

#[tokio::test]
async fn a_copy_of_everything_has_what_was_agreed_to_elsewhere_with_its_history() {
    let app = TestApp::start().await;
    connect(&app).await;
    record(&app, "newsletter").await;
    let ada = session(&app, ADA).await;
    let page = app
        .post_embedded("/embed/copy", &[("session", &ada)])
        .await
        .expect_status(200);
    for words in ["Moneytrack", "newsletter", "Your yes was written down"] {
        assert!(
            page.text().contains(words),
            "{words} is missing in {}",
            page.text()
        );
    }
    let file = app
        .post_embedded("/embed/copy/file", &[("session", &ada)])
        .await
        .expect_status(200)
        .json();
    let other = &file["document"]["others"][0];
    assert_eq!(
        (&other["consent"]["for"], &other["consent"]["kind"]),
        (&json!("newsletter"), &json!("record"))
    );
    assert_eq!(other["history"]["entries"][0]["what"], "granted");
}

#[tokio::test]
async fn dsh_b9_a_front_end_reads_and_takes_back_what_was_agreed_to_elsewhere() {
    let app = TestApp::start().await;
    let one = record(&app, "newsletter").await;
    let two = record(&app, "magazine").await;
    let (ada, ben) = (session(&app, ADA).await, session(&app, BEN).await);
    let call = async |method: Method, path: &str, bearer: &str, body: Option<Value>| {
        crate::page_api::call(&app, method, path, bearer, body).await
    };
    let listed = call(Method::GET, "consents", &ada, None)
        .await
        .expect_status(200)
        .json();
    let ids: Vec<String> = listed["consents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 2, "{listed}");
    assert_eq!(listed["consents"][0]["status"], "active");
    assert_eq!(
        call(Method::GET, "consents", &ben, None).await.json()["consents"],
        json!([])
    );
    let path = format!("consents/{}", ids[0]);
    assert_eq!(call(Method::GET, &path, &ben, None).await.status(), 404);
    assert_eq!(
        call(Method::GET, &path, &ada, None)
            .await
            .expect_status(200)
            .json()["can"]["revoke"],
        true
    );
    let revoke = format!("{path}/revoke");
    assert_eq!(
        call(Method::POST, &revoke, &ada, Some(json!({}))).await.status(),
        400
    );
    assert_eq!(
        call(Method::POST, &revoke, &ben, Some(json!({ "confirm": true })))
            .await
            .status(),
        404
    );
    for _ in 0..2 {
        let done = call(Method::POST, &revoke, &ada, Some(json!({ "confirm": true })))
            .await
            .expect_status(200)
            .json();
        assert_eq!(
            (&done["status"], &done["can"]["revoke"]),
            (&json!("stopped"), &json!(false))
        );
    }
    let activity = call(Method::GET, &format!("{path}/activity"), &ada, None)
        .await
        .expect_status(200)
        .json();
    assert_eq!(
        activity["entries"].as_array().unwrap().len(),
        2,
        "what was taken back is not taken back again: {activity}"
    );
    let body = json!({ "ids": [ids[1], "nothing"], "confirm": true });
    let several = call(Method::POST, "consents/revoke", &ada, Some(body))
        .await
        .expect_status(200)
        .json();
    assert_eq!(
        several["results"],
        json!([{ "id": ids[1], "result": "revoked" }, { "id": "nothing", "result": "not_found" }])
    );
    for record in [one, two] {
        assert_eq!(at_records(&app, &record).await["status"], "revoked");
    }
}
