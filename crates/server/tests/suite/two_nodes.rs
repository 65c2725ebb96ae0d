//! Two nodes on one PostgreSQL database: what is decided at one is honoured at the other (architecture 6).

use std::time::Instant;

use consentry_ledger::{
    MAX_STALENESS,
    feed::{Filter, Reader, Start, SubjectView, Wish},
    verify::Verdict,
};
use consentry_testkit::{KnownClient, TestApp, postgres::Postgres};
use http::Method;
use serde_json::json;

use crate::matrix::{SCOPE, TakenBack, WAYS, look, standing, take_back, with_purpose};

async fn two_nodes() -> (TestApp, TestApp) {
    let postgres = Postgres::shared();
    let url = postgres.url(&postgres.ledger().await);
    let one = TestApp::start_in_database(&url).await;
    let other = one.another_node(&url).await;
    (one, other)
}

/// Asks until the answer is as it should be; how long that took. What is asked for after the bound has passed is right the first time.
#[expect(clippy::disallowed_methods, reason = "measures how far a node lags behind")]
async fn lag<T: std::fmt::Debug + PartialEq>(expected: &T, ask: impl AsyncFn() -> T) -> std::time::Duration {
    let begun = Instant::now();
    loop {
        let asked_at = begun.elapsed();
        let answer = ask().await;
        if answer == *expected {
            return begun.elapsed();
        }
        assert!(asked_at <= MAX_STALENESS, "{answer:?} after {asked_at:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn architecture_3_2_given_at_one_node_seen_at_the_other() {
    let (one, other) = two_nodes().await;
    // The other node remembers that there is nothing.
    assert!(other.records_of("ada").await.is_empty());
    let tokens = one.connect(&one.browser(), "ada", SCOPE).await;
    let scope = Some(SCOPE.to_owned());
    let introspected = async || {
        other.introspect(&tokens.access).await["scope"]
            .as_str()
            .map(str::to_owned)
    };
    lag(&scope, introspected).await;
    assert_eq!(look(&other, &tokens).await, standing(SCOPE));
}

#[tokio::test(flavor = "multi_thread")]
async fn architecture_3_2_taken_back_at_one_node_gone_at_the_other() {
    for way in WAYS {
        let (one, other) = two_nodes().await;
        with_purpose(&one).await;
        let tokens = one.connect(&one.browser(), "ada", SCOPE).await;
        // Both nodes have everything in memory.
        for node in [&one, &other] {
            lag(&true, async || {
                node.introspect(&tokens.access).await["active"] == true
            })
            .await;
        }
        take_back(&one, way).await;
        assert_eq!(one.introspect(&tokens.access).await["active"], false, "{way:?}");
        let lag = lag(&false, async || {
            other.introspect(&tokens.access).await["active"] == true
        })
        .await;
        println!("{way:?}: {lag:?}");
        let seen = [look(&one, &tokens).await, look(&other, &tokens).await];
        assert_eq!(seen[0], seen[1], "{way:?}");
        assert_eq!(seen[1].introspected, None, "{way:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tpa_cl_02_what_is_managed_at_one_node_is_honoured_at_the_other() {
    let (one, other) = two_nodes().await;
    let token = one.own_token(&one.bank.first_party).await;
    let body = json!({
        "name": "Budgeteer", "is_third_party": true, "allowed_scopes": ["openid"],
        "redirect_uris": ["http://127.0.0.1:9999/callback"],
    });
    let send = async |method, path: &str, body| {
        let request = one.request(method, path).bearer(&token).json(body);
        request.send().await.json()
    };
    let known = |answer: &serde_json::Value, id: &str| KnownClient {
        client_id: id.to_owned(),
        client_secret: answer["client_secret"].as_str().unwrap().to_owned(),
    };
    let works = async |client: &KnownClient| {
        let answer = other.ask_token(client, &[("grant_type", "client_credentials")]);
        answer.await.status() == 200
    };
    let made = send(Method::POST, "/v1/clients", &body).await;
    let id = made["client_id"].as_str().unwrap();
    let old = known(&made, id);
    let path = format!("/v1/clients/{id}");
    // A wrong guess would be slowed down, so the other node is asked what it knows first.
    let updated_at = async || {
        let shown = other.request(Method::GET, &path).bearer(&token).send().await;
        shown.json()["updated_at"].clone()
    };
    lag(&made["updated_at"], updated_at).await;
    assert!(works(&old).await);
    one.pass(1);
    let rotated = send(Method::POST, &format!("{path}/secret/rotate"), &json!({})).await;
    let new = known(&rotated, id);
    let shown = one.request(Method::GET, &path).bearer(&token).send().await.json();
    assert_ne!(shown["updated_at"], made["updated_at"]);
    lag(&shown["updated_at"], updated_at).await;
    assert!(works(&new).await && !works(&old).await);
}

/// Logs ada in at a node; answers her cookie.
async fn session_at(node: &TestApp) -> String {
    let browser = node.browser();
    let password = node.bank.customers[0].password.clone();
    let fields = [("username", "ada"), ("password", password.as_str())];
    let _answer = browser.submit("/login", &fields).await.expect_status(303);
    let cookies = browser.cookies("127.0.0.1");
    let session = cookies.iter().find(|cookie| cookie.starts_with("cst_session="));
    session.unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_at_one_node_ends_at_the_other() {
    let (one, two) = two_nodes().await;
    let (desk, phone) = (session_at(&one).await, session_at(&two).await);
    let is_in = async |node: &TestApp, cookie: &str| {
        let request = node.request(Method::GET, "/login").header("cookie", cookie);
        request.send().await.text().contains("You are logged in")
    };
    lag(&true, async || is_in(&two, &desk).await).await;
    let ended = two
        .request(Method::POST, "/login/sessions")
        .header("cookie", &phone)
        .header("sec-fetch-site", "same-origin")
        .form(&[("others", "yes")])
        .send()
        .await;
    assert_eq!(ended.status(), 200, "{}", ended.text());
    assert!(!is_in(&two, &desk).await);
    lag(&false, async || is_in(&one, &desk).await).await;
    lag(&true, async || is_in(&one, &phone).await).await;
    assert!(is_in(&two, &phone).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_used_once_and_tried_five_times_whatever_node_is_asked() {
    let (one, two) = two_nodes().await;
    let mails = one.mailbox();
    let ask = async |nth: usize| {
        let request = two.request(Method::POST, "/login/code");
        let asked = request.form(&[("username", "ada")]).send().await;
        let cookie = asked.header("set-cookie").unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        (cookie, mails.code("ada@example.com", nth).await)
    };
    let take = async |node: &TestApp, cookie: &str, code: &str| {
        let request = node.request(Method::POST, "/login/code/entry");
        let request = request.header("cookie", cookie).form(&[("code", code)]);
        request.send().await.status()
    };
    let (cookie, code) = ask(1).await;
    let (first, second) = tokio::join!(take(&one, &cookie, &code), take(&two, &cookie, &code));
    assert_eq!([first, second].iter().filter(|status| **status == 303).count(), 1);
    let (cookie, code) = ask(2).await;
    let wrong = if code == "00000000" {
        "00000001"
    } else {
        "00000000"
    };
    for node in [&one, &two, &one, &two, &one] {
        assert_eq!(take(node, &cookie, wrong).await, 403);
    }
    assert_eq!(take(&two, &cookie, &code).await, 403, "five tries in all");
}

#[tokio::test(flavor = "multi_thread")]
async fn architecture_6_two_nodes_that_decide_on_one_record_at_once_leave_one_truth() {
    let (one, other) = two_nodes().await;
    let made = json!({
        "status": "accepted", "subject": "ada", "actor": "ada", "audience": "moneytrack",
        "definition": { "id": "accounts:balance", "version": "2.0", "locale": "en-GB" },
    });
    for round in 0..20 {
        let record = one.records(Method::POST, "/consents", Some(&made)).await;
        let record = record.expect_status(201).json();
        let path = format!("/consents/{}", record["id"].as_str().unwrap());
        lag(&200, async || {
            other.records(Method::GET, &path, None).await.status()
        })
        .await;
        let (revoked, denied) = (json!({ "status": "revoked" }), json!({ "status": "denied" }));
        let (first, second) = tokio::join!(
            one.records(Method::PATCH, &path, Some(&revoked)),
            other.records(Method::PATCH, &path, Some(&denied)),
        );
        for answer in [&first, &second] {
            assert!(
                [200, 409, 503].contains(&answer.status()),
                "{round}: {}",
                answer.text()
            );
        }
        assert!(first.status() == 200 || second.status() == 200, "{round}");
        let status = async |node: &TestApp| {
            let found = node.records(Method::GET, &path, None).await;
            found.expect_status(200).json()["status"].clone()
        };
        let truth = {
            // Past the bound both nodes say the same.
            let store = one.place().open_store().await.unwrap();
            let id = path.rsplit('/').next().unwrap().parse().unwrap();
            let found = store
                .record(one.tenant().id(), consentry_domain::RecordId::from_uuid(id))
                .await
                .unwrap();
            store.close().await;
            json!(found.unwrap().consent.status)
        };
        for node in [&one, &other] {
            lag(&truth, async || status(node).await).await;
        }
    }
    let verdict = one.ledger.verify(&one.tenant()).await.unwrap();
    assert!(matches!(verdict, Verdict::Sound { .. }), "{verdict:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn architecture_6_configuration_of_one_node_holds_at_the_other() {
    let (one, other) = two_nodes().await;
    let listed = async || {
        other
            .records(Method::GET, "/consents?subject=ada", None)
            .await
            .status()
    };
    assert_eq!(listed().await, 200);
    one.configure(|tenant| tenant.records.enabled = false).await;
    lag(&503, listed).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn architecture_6_a_node_that_cannot_follow_does_not_answer_from_memory() {
    let mut postgres = Postgres::start(&["fsync=off"]);
    let url = postgres.url(&postgres.ledger().await);
    let one = TestApp::start_in_database(&url).await;
    let tokens = one.connect(&one.browser(), "ada", SCOPE).await;
    assert_eq!(one.introspect(&tokens.access).await["active"], true);
    postgres.stop();
    while one.ledger.staleness().unwrap() <= MAX_STALENESS {
        tokio::task::yield_now().await;
    }
    let page = one.get("/metrics").await.text().to_owned();
    assert!(
        metric(&page, "memory_age_seconds") > MAX_STALENESS.as_secs_f64(),
        "{page}"
    );
    let answer = one
        .request(Method::GET, "/access/v1/.well-known/authzen-configuration")
        .send()
        .await;
    assert_eq!(answer.status(), 503, "{}", answer.text());
    assert!(answer.header("retry-after").is_some());
    let page = one.get("/metrics").await.text().to_owned();
    assert!(metric(&page, "follow_failures_total") >= 1.0, "{page}");
    assert_eq!(one.get("/health/live").await.status(), 200);
    assert_eq!(one.get("/health/ready").await.status(), 503);
    postgres.start_again();
    // How long a server takes to be there again is its own affair.
    while one.ledger.be_current().await.is_err() {
        tokio::task::yield_now().await;
    }
    // Readiness is looked at once a second.
    one.pass(1);
    assert_eq!(one.get("/health/ready").await.status(), 200);
    assert_eq!(one.introspect(&tokens.access).await["active"], true);
    let page = one.get("/metrics").await.text().to_owned();
    assert!(
        metric(&page, "memory_age_seconds") <= MAX_STALENESS.as_secs_f64(),
        "{page}"
    );
    assert!(metric(&page, "followed_total") >= 1.0, "{page}");
    assert!(
        metric(&page, "follow_misses_total") >= 1.0,
        "the connection was another one: {page}"
    );
    let _gone = take_back(&one, TakenBack::Dashboard).await;
    assert_eq!(one.introspect(&tokens.access).await["active"], false);
}

fn metric(page: &str, name: &str) -> f64 {
    let begin = format!("consentry_{name} ");
    let line = page.lines().find_map(|line| line.strip_prefix(&begin));
    line.unwrap_or_else(|| panic!("{name}: {page}")).parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn architecture_6_who_follows_the_log_at_one_node_is_woken_by_the_other() {
    let (one, other) = two_nodes().await;
    let wish = Wish {
        start: Start::Latest,
        filter: Filter::default(),
        view: SubjectView::Usual,
    };
    let reading = other.ledger.read_events(
        other.tenant(),
        "https://bank.example".to_owned(),
        Reader::house("test"),
        wish,
    );
    let follower = reading.await.unwrap().follow().await.unwrap();
    let mut size = follower.size();
    for _ in 0..3 {
        let before = *size.borrow_and_update();
        let made = json!({
            "status": "accepted", "subject": "ada", "actor": "ada", "audience": "moneytrack",
            "definition": { "id": "accounts:balance", "version": "2.0", "locale": "en-GB" },
        });
        let _made = one
            .records(Method::POST, "/consents", Some(&made))
            .await
            .expect_status(201);
        let woken = tokio::time::timeout(MAX_STALENESS, size.wait_for(|size| *size > before));
        assert!(woken.await.is_ok(), "nobody told the other node");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn evt_35_what_one_node_took_back_is_in_the_feed_of_the_other() {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let (one, other) = two_nodes().await;
    let listed = async |node: &TestApp| {
        let feed = node.get("/events/v1/revocations.jwt").await.expect_status(200);
        let payload = feed.text().split('.').nth(1).unwrap().to_owned();
        let claims = URL_SAFE_NO_PAD.decode(payload).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
        claims["revoked"].clone()
    };
    one.connect(&one.browser(), "ada", SCOPE).await;
    assert_eq!(listed(&other).await, json!([]));
    let _done = one.stop_sharing("ada").await.expect_status(200);
    let here = listed(&one).await;
    assert_ne!(here, json!([]));
    lag(&here, async || listed(&other).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn dsh_b9_2_of_uses_that_two_nodes_were_told_none_is_lost() {
    let (one, other) = two_nodes().await;
    one.connect(&one.browser(), "ada", SCOPE).await;
    let question = json!({
        "subject": { "type": "user", "id": "ada" },
        "action": { "name": "read" },
        "resource": { "type": "scope", "id": "accounts:balance" },
        "context": { "audience": "moneytrack", "record_use": true },
    });
    let ask = async |node: &TestApp| {
        let client = &node.bank.first_party;
        node.request(Method::POST, "/access/v1/evaluation")
            .basic(&client.client_id, &client.client_secret)
            .json(&question)
            .send()
            .await
            .expect_status(200)
            .json()
    };
    lag(&json!(true), async || ask(&other).await["decision"].clone()).await;
    let consent = ask(&one).await["context"]["consent_id"].clone();
    let consent = consent.as_str().unwrap().parse().unwrap();
    for node in [&one, &other] {
        node.ledger.write_uses().await.unwrap();
    }
    // Both at once, and one after the other; each is told of days that the other is not.
    for round in 1..=12 {
        one.pass(2 * 86_400);
        match round % 3 {
            0 => {
                let _answers = tokio::join!(ask(&one), ask(&other));
            }
            1 => drop(ask(&one).await),
            _ => drop(ask(&other).await),
        }
        if round % 2 == 0 {
            let (first, second) = tokio::join!(one.ledger.write_uses(), other.ledger.write_uses());
            first.unwrap();
            second.unwrap();
        }
    }
    let of = async |node: &TestApp| {
        let uses = node.ledger.uses(node.tenant().id(), vec![consent]).await.unwrap();
        uses[&consent]
    };
    let usage = of(&one).await;
    assert_eq!(usage, of(&other).await);
    assert_eq!(usage.last_used_at(), Some(one.now()));
    assert_eq!(usage.used_days(one.now()), 13);
}
