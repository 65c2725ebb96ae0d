//! Pages, filters and cursors (enforcement-events-evidence 4.1 and 4.2).

use consentry_testkit::TestApp;
use serde_json::Value;

use super::{asking, change_client, events, ids, known, names, now, page, since, text, written};
use crate::world::{SCOPE, connected};

/// Whether an event is among those that a filter lets through.
type Fits<'a> = Box<dyn Fn(&Value) -> bool + 'a>;

/// Reads to the end in small pages; gives the events and the last cursor.
async fn to_the_end(app: &TestApp, filter: &str, limit: usize) -> (Vec<Value>, String) {
    let (mut all, mut query) = (Vec::new(), "from=earliest".to_owned());
    loop {
        let page = page(app, &format!("{query}&limit={limit}{filter}")).await;
        let events = page["events"].as_array().unwrap();
        assert!(events.len() <= limit);
        all.extend(events.iter().cloned());
        let cursor = text(&page["next_cursor"]);
        if page["has_more"] == false {
            return (all, cursor);
        }
        query = format!("cursor={cursor}");
    }
}

#[tokio::test]
async fn evt_19_and_evt_23_pages_of_any_size_lead_through_everything_once() {
    let app = connected().await;
    let _stopped = app.stop_sharing("ada").await.expect_status(200);
    let whole = events(&app, "from=earliest&limit=500").await;
    for limit in [1, 2, 7, 100] {
        let (all, cursor) = to_the_end(&app, "", limit).await;
        assert_eq!(ids(&all), ids(&whole), "limit {limit}");
        let end = page(&app, &format!("cursor={cursor}")).await;
        assert_eq!(end["events"].as_array().unwrap().len(), 0);
        assert_eq!(
            end["next_cursor"],
            cursor.as_str(),
            "asking with it for ever is right"
        );
    }
    for filter in [
        "&types=consent.*",
        "&door=dashboard",
        "&definition=accounts:balance",
    ] {
        let (all, _) = to_the_end(&app, filter, 2).await;
        let fitting = events(&app, &format!("from=earliest&limit=500{filter}")).await;
        assert!(!fitting.is_empty() && fitting.len() < whole.len(), "{filter}");
        assert_eq!(ids(&all), ids(&fitting), "{filter}");
        let mut order = whole.iter().map(|event| text(&event["id"]));
        assert!(
            ids(&fitting).iter().all(|id| order.any(|own| own == *id)),
            "in order"
        );
    }
}

#[tokio::test]
async fn filters_let_through_what_they_name() {
    let app = connected().await;
    let _ben = app.connect(&app.browser(), "ben", SCOPE).await;
    let _record = written(&app, "ada", "share-my-email", "accepted").await;
    let _stopped = app.stop_sharing("ada").await.expect_status(200);
    let all = events(&app, "from=earliest&limit=500").await;
    let consent = all
        .iter()
        .find(|event| event["type"] == "consentry.consent.revoked")
        .map(|event| text(&event["data"]["consent"]["id"]))
        .unwrap();
    let grant = all
        .iter()
        .find(|event| event["type"] == "consentry.grant.created")
        .map(|event| text(&event["data"]["grant"]["id"]))
        .unwrap();
    let has = |event: &Value, pointer: &str, value: &str| event.pointer(pointer) == Some(&Value::from(value));
    let cases: Vec<(String, Fits<'_>)> = vec![
        (
            "types=consent.revoked".into(),
            Box::new(|event| event["type"] == "consentry.consent.revoked"),
        ),
        (
            "types=consentry.grant.*,decision.recorded".into(),
            Box::new(|event| {
                let name = text(&event["type"]);
                name.starts_with("consentry.grant.") || name == "consentry.decision.recorded"
            }),
        ),
        (
            "door=dashboard".into(),
            Box::new(|event| has(event, "/data/door", "dashboard")),
        ),
        (
            "door=dashboard&door=records".into(),
            Box::new(|event| {
                ["dashboard", "records"]
                    .iter()
                    .any(|door| has(event, "/data/door", door))
            }),
        ),
        (
            "definition=accounts:balance".into(),
            Box::new(|event| {
                has(event, "/data/consent/definition/id", "accounts:balance")
                    || has(event, "/data/definition/id", "accounts:balance")
                        && event["type"] == "consentry.localization.published"
            }),
        ),
        (
            "audience=newsletter".into(),
            Box::new(|event| has(event, "/data/consent/audience", "newsletter")),
        ),
        (
            "client=moneytrack&door=authorization&door=dashboard".into(),
            Box::new(|event| {
                has(event, "/data/consent/audience", "moneytrack")
                    || has(event, "/data/grant/client", "moneytrack")
            }),
        ),
        (
            format!("consent={consent}"),
            Box::new(|event| has(event, "/data/consent/id", &consent)),
        ),
        (
            format!("grant={grant}"),
            Box::new(|event| {
                has(event, "/data/grant/id", &grant) || has(event, "/data/consent/grant_id", &grant)
            }),
        ),
        (
            "types=consent.*&door=dashboard&definition=openid".into(),
            Box::new(|event| {
                has(event, "/data/door", "dashboard") && has(event, "/data/consent/definition/id", "openid")
            }),
        ),
        ("regulation=gdpr".into(), Box::new(|_| true)),
        ("regulation=ccpa".into(), Box::new(|_| false)),
    ];
    for (filter, fits) in cases {
        let expected: Vec<Value> = all.iter().filter(|event| fits(event)).cloned().collect();
        assert_eq!(expected.is_empty(), filter == "regulation=ccpa", "{filter}");
        let told = events(&app, &format!("from=earliest&limit=500&{filter}")).await;
        assert_eq!(ids(&told), ids(&expected), "{filter}: {:?}", names(&told));
    }
}

#[tokio::test]
async fn one_persons_events_are_found_among_those_of_others() {
    let app = connected().await;
    let _ben = app.connect(&app.browser(), "ben", SCOPE).await;
    let _stopped = app.stop_sharing("ada").await.expect_status(200);
    let ada = &app.bank.customers[0].user_id;
    let of_ada = events(&app, &format!("from=earliest&limit=500&subject={ada}")).await;
    assert_eq!(of_ada.len(), 13, "{:?}", names(&of_ada));
    assert_eq!(names(&of_ada)[0], "subject.created");
    assert!(of_ada.iter().all(|event| event["data"]["subject"]["id"] == "ada"));
    let (paged, cursor) = to_the_end(&app, &format!("&subject={ada}"), 5).await;
    assert_eq!(ids(&paged), ids(&of_ada));
    let _again = app.connect(&app.browser(), "ada", SCOPE).await;
    let more = events(&app, &format!("cursor={cursor}&subject={ada}")).await;
    assert_eq!(more.len(), 6, "{:?}", names(&more));
}

#[tokio::test]
async fn evt_20_com_15_a_cursor_is_good_for_its_own_question_only() {
    let app = connected().await;
    let cursor = text(&page(&app, "from=earliest&limit=2&types=consent.*").await["next_cursor"]);
    let _own = page(&app, &format!("cursor={cursor}&types=consent.*")).await;
    let _same = page(
        &app,
        &format!("cursor={cursor}&types=consentry.consent.*&limit=7"),
    )
    .await;
    let mut altered = Vec::new();
    for place in 0..cursor.len() {
        let mut bytes = cursor.clone().into_bytes();
        bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        altered.push(String::from_utf8(bytes).unwrap());
    }
    altered.extend([
        String::new(),
        "x".to_owned(),
        cursor[1..].to_owned(),
        format!("{cursor}A"),
        "A".repeat(43),
    ]);
    for altered in altered {
        let answer = asking(&app, &format!("events?cursor={altered}&types=consent.*"))
            .send()
            .await;
        assert_eq!(
            answer.expect_status(400).json()["code"],
            "cursor_mismatch",
            "{altered}"
        );
    }
    for other in ["", "&types=grant.*", "&types=consent.*&door=records"] {
        let answer = asking(&app, &format!("events?cursor={cursor}{other}"))
            .send()
            .await;
        assert_eq!(
            answer.expect_status(400).json()["code"],
            "cursor_mismatch",
            "{other}"
        );
    }
    let elsewhere = TestApp::start_seeded(2).await;
    let answer = asking(&elsewhere, &format!("events?cursor={cursor}&types=consent.*"))
        .send()
        .await;
    assert_eq!(answer.expect_status(400).json()["code"], "cursor_mismatch");
}

#[tokio::test]
async fn evt_20_a_cursor_of_a_log_that_was_rolled_back_is_gone() {
    let app = TestApp::start_in_folder().await;
    app.connect(&app.browser(), "ada", SCOPE).await;
    let cursor = now(&app).await;
    let database = rusqlite::Connection::open(app.folder().join("ledger.db")).unwrap();
    database
        .execute(
            "UPDATE consent_event SET hash = randomblob(32) WHERE idx = (SELECT max(idx) FROM consent_event)",
            [],
        )
        .unwrap();
    let answer = asking(&app, &format!("events?cursor={cursor}")).send().await;
    assert_eq!(
        answer.expect_status(410).json()["code"],
        "cursor_expired",
        "it went on otherwise"
    );
    database
        .execute(
            "DELETE FROM consent_event WHERE idx = (SELECT max(idx) FROM consent_event)",
            [],
        )
        .unwrap();
    let answer = asking(&app, &format!("events?cursor={cursor}")).send().await;
    assert_eq!(
        answer.expect_status(410).json()["code"],
        "cursor_expired",
        "it is shorter"
    );
}

#[tokio::test]
async fn evt_21_what_nobody_knows_is_400_and_names_the_parameter() {
    let app = TestApp::start().await;
    for (query, parameter) in [
        ("types=consent.rewoked", "types"),
        ("types=*", "types"),
        ("types=consent.r*", "types"),
        ("types=", "types"),
        ("door=kitchen", "door"),
        ("consent=1", "consent"),
        ("grant=1", "grant"),
        ("subject=ada", "subject"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=ten", "limit"),
        ("wait=31", "wait"),
        ("wait=-1", "wait"),
        ("from=yesterday", "from"),
        ("cursor=x&from=latest", "from"),
        ("party=moneytrack", "party"),
        ("named=true", "named"),
        ("subject_view=all", "subject_view"),
        ("subject_issuer=nobody", "subject_issuer"),
        (
            "subject_view=none&subject_issuer=urn:consentry:login",
            "subject_issuer",
        ),
    ] {
        let answer = asking(&app, &format!("events?{query}"))
            .send()
            .await
            .expect_status(400);
        let problem = answer.json();
        assert_eq!(problem["code"], "invalid_parameter", "{query}");
        assert_eq!(problem["errors"][0]["parameter"], parameter, "{query}: {problem}");
    }
    for query in [
        "limit=1&limit=2",
        "from=latest&from=earliest",
        "cursor=a&cursor=b",
    ] {
        let _repeated = asking(&app, &format!("events?{query}"))
            .send()
            .await
            .expect_status(400);
    }
    let many = "door=records&".repeat(51);
    let _too_many = asking(&app, &format!("events?{many}"))
        .send()
        .await
        .expect_status(400);
}

#[tokio::test]
async fn reading_begins_at_a_time() {
    let app = connected().await;
    app.pass(3600);
    let since_then = app.now();
    app.pass(1);
    let before = now(&app).await;
    let _stopped = app.stop_sharing("ada").await.expect_status(200);
    let stopped = since(&app, &before).await;
    assert_eq!(stopped.len(), 6);
    for (time, expected) in [
        (since_then.to_rfc3339(), ids(&stopped)),
        (app.now().to_rfc3339(), ids(&stopped)),
        (
            "2020-01-01T00:00:00Z".to_owned(),
            ids(&events(&app, "from=earliest&limit=500").await),
        ),
    ] {
        assert_eq!(
            ids(&events(&app, &format!("from={time}&limit=500")).await),
            expected,
            "{time}"
        );
    }
    app.pass(1);
    let none = events(&app, &format!("from={}", app.now())).await;
    assert_eq!(none, Vec::<Value>::new());
}

#[tokio::test]
async fn evt_22_a_page_is_waited_for_and_comes_with_the_first_event_that_fits() {
    let app = connected().await;
    let filter = "types=consent.revoked";
    let before = page(&app, &format!("from=latest&{filter}")).await;
    let path = format!("events?cursor={}&{filter}&wait=25", text(&before["next_cursor"]));
    let waiting = async { asking(&app, &path).send().await.expect_status(200).json() };
    let acting = async {
        let _passed_over = written(&app, "cleo", "share-my-email", "accepted").await;
        app.stop_sharing("ada").await.expect_status(200)
    };
    let (page, _stopped) = tokio::join!(waiting, acting);
    let told = page["events"].as_array().unwrap();
    assert!(!told.is_empty());
    assert!(names(told).iter().all(|name| name == "consent.revoked"));
}

#[tokio::test]
async fn evt_22_waiting_for_nothing_passes_what_was_left_out() {
    let app = connected().await;
    let nothing = page(&app, "from=earliest&types=key.retired&wait=1").await;
    assert_eq!(nothing["events"], Value::Array(Vec::new()));
    assert_eq!(nothing["has_more"], false);
    let end = page(&app, "from=latest&types=key.retired").await;
    assert_eq!(nothing["next_cursor"], end["next_cursor"]);
}

#[tokio::test]
async fn the_bare_array_leads_on_in_a_link() {
    let app = connected().await;
    let batch = "application/cloudevents-batch+json";
    let mut path = "events?from=earliest&limit=4&types=consent.*".to_owned();
    let mut all = Vec::new();
    loop {
        let answer = asking(&app, &path)
            .header("accept", batch)
            .send()
            .await
            .expect_status(200);
        assert_eq!(answer.header("content-type"), Some(batch));
        let page = answer.json();
        let Some(events) = page.as_array().filter(|events| !events.is_empty()) else {
            break;
        };
        all.extend(events.iter().cloned());
        let link = answer.header("link").unwrap();
        let (address, rel) = link.split_once('>').unwrap();
        assert_eq!(rel, "; rel=\"next\"");
        path = address.replace("<http://127.0.0.1:8080/events/v1/", "");
        assert!(!path.contains("from="));
    }
    assert_eq!(
        ids(&all),
        ids(&events(&app, "from=earliest&types=consent.*").await)
    );
}

#[tokio::test]
async fn what_an_operator_changes_is_told_without_a_person() {
    let app = connected().await;
    let client = app.bank.third_party.clone();
    change_client(&app, &client, |client| client.name = "Moneytrack 2".to_owned()).await;
    let told = events(&app, "from=earliest&types=client.changed&client=moneytrack").await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["data"]["client"]["id"], "moneytrack");
    assert_eq!(told[0]["subject"], "clients/moneytrack");
    assert_eq!(told[0]["data"]["actor"]["role"], "system");
}

#[tokio::test]
async fn several_may_wait_for_the_same() {
    let app = connected().await;
    known(&app, &["cleo"]).await;
    let before = now(&app).await;
    let wait = || async {
        let path = format!("events?cursor={before}&wait=25");
        asking(&app, &path).send().await.expect_status(200).json()
    };
    let act = written(&app, "cleo", "share-my-email", "accepted");
    let (one, other, third, _record) = tokio::join!(wait(), wait(), wait(), act);
    assert_eq!(one["events"], other["events"]);
    assert_eq!(one["events"], third["events"]);
    assert_eq!(
        names(one["events"].as_array().unwrap()),
        ["decision.recorded", "consent.granted"]
    );
}
