use consentry_domain::{ApplicationId, Lifetime, Shard, client::ClientAuthority};
use consentry_testkit::{Answer, FULL_SCOPE, KnownClient, TestApp};
use http::Method;
use serde_json::{Value, json};

use super::support::{configure, connected, is_active, of_person, register, take_back};

async fn ask(app: &TestApp, client: &KnownClient, method: Method, path: &str) -> Answer {
    let token = app.own_token(client).await;
    app.request(method, path).bearer(&token).send().await
}

async fn bank(app: &TestApp, path: &str) -> Value {
    ask(app, &app.bank.first_party, Method::GET, path)
        .await
        .expect_status(200)
        .json()
}

fn pair(app: &TestApp) -> String {
    format!(
        "/cis/v1/consents/clients/moneytrack/users/{}",
        app.bank.customers[0].user_id
    )
}

#[tokio::test]
async fn tpa_co_03_the_nine_members_are_there_and_times_are_seconds() {
    let app = TestApp::start().await;
    let _own = connected(&app).await;
    for prefix in ["", "/cis"] {
        let list = bank(&app, &format!("{prefix}/v1/consents")).await;
        let consent = &list["result"][0];
        assert_eq!(consent["tenant_id"], app.tenant().id().to_string());
        assert_eq!(consent["app_id"], app.bank.app_id.as_str());
        assert_eq!(consent["client_id"], "moneytrack");
        assert_eq!(consent["user_id"], app.bank.customers[0].user_id.as_str());
        assert_eq!(consent["scope"], FULL_SCOPE);
        assert_eq!(consent["status"], "active");
        let (created, expires) = (
            consent["created_at"].as_i64().unwrap(),
            consent["expires_at"].as_i64().unwrap(),
        );
        assert_eq!(created, app.now().as_seconds());
        assert_eq!(expires - created, 2_592_000);
        assert_eq!(consent["updated_at"], consent["created_at"]);
        assert!(consent.get("client_name").is_none() && list.get("next_cursor").is_none());
        let id = consent["consent_id"].as_str().unwrap();
        let one = bank(&app, &format!("{prefix}/v1/consents/{id}")).await;
        assert_eq!(one["result"]["consent_id"], id);
        assert_eq!(one["result"]["evidence"]["client_name"], "Moneytrack");
        assert_eq!(one["result"]["evidence"]["texts"].as_array().unwrap().len(), 4);
    }
}

#[tokio::test]
async fn tpa_co_05_tpa_co_10_deleting_ends_everything_of_the_pair_at_once_and_only_once() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    let ben = app.connect(&app.browser(), "ben", FULL_SCOPE).await;
    let deleted = ask(&app, &app.bank.first_party, Method::DELETE, &pair(&app))
        .await
        .expect_status(200);
    assert!(deleted.bytes().is_empty());
    assert!(!is_active(&app, &own.access).await);
    assert_eq!(app.userinfo(&own.access).await, 401);
    let _refused = app
        .refresh(&app.bank.third_party, &own.refresh.unwrap())
        .await
        .expect_status(400);
    assert!(is_active(&app, &ben.access).await, "somebody else's consent");
    let again = ask(&app, &app.bank.first_party, Method::DELETE, &pair(&app))
        .await
        .expect_status(404);
    assert_eq!(
        again.json(),
        json!({ "message": "Consent not found", "error_code": 404 })
    );
    let ended = bank(&app, "/v1/consents?status=revoked").await;
    assert_eq!(ended["result"][0]["status"], "revoked");
    assert_eq!(ended["result"][0]["scope"], FULL_SCOPE);
}

#[tokio::test]
async fn tpa_co_05_with_consent_id_only_that_one_and_only_of_that_pair() {
    let app = TestApp::start().await;
    let narrow = app
        .connect(&app.browser(), "ada", "openid accounts:balance")
        .await;
    app.pass(1);
    let wide = app
        .connect(
            &app.browser(),
            "ada",
            "openid offline_access accounts:transactions",
        )
        .await;
    let listed = bank(&app, "/v1/consents").await["result"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!(listed.len(), 2, "{listed:?}");
    let older = listed[1]["consent_id"].as_str().unwrap();
    let user = &app.bank.customers[1].user_id;
    let of_ben = format!("/v1/consents/clients/moneytrack/users/{user}?consent_id={older}");
    let _foreign = ask(&app, &app.bank.first_party, Method::DELETE, &of_ben)
        .await
        .expect_status(404);
    let of_pennywise = pair(&app).replace("moneytrack", "pennywise");
    let other = format!("{of_pennywise}?consent_id={older}");
    let _other = ask(&app, &app.bank.first_party, Method::DELETE, &other)
        .await
        .expect_status(404);
    let one = format!("{}?consent_id={older}", pair(&app));
    let _deleted = ask(&app, &app.bank.first_party, Method::DELETE, &one)
        .await
        .expect_status(200);
    assert!(!is_active(&app, &narrow.access).await);
    assert!(is_active(&app, &wide.access).await);
    let left = bank(&app, "/v1/consents").await["result"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["consent_id"], listed[0]["consent_id"]);
}

#[tokio::test]
async fn tpa_co_02_tpa_co_08_status_filters() {
    let app = TestApp::start().await;
    configure(&app, |tenant| tenant.lifetimes.consent = Lifetime::seconds(1000)).await;
    let _first = connected(&app).await;
    app.pass(1);
    let _second = connected(&app).await;
    let count = |status: &'static str| {
        let app = &app;
        async move {
            bank(app, &format!("/v1/consents{status}")).await["result"]
                .as_array()
                .unwrap()
                .len()
        }
    };
    assert_eq!(count("").await, 1);
    assert_eq!(count("?status=superseded").await, 1);
    assert_eq!(count("?status=all").await, 2);
    app.pass(1000);
    assert_eq!(count("").await, 0);
    assert_eq!(count("?status=expired").await, 1);
    assert_eq!(count("?status=revoked").await, 0);
    let wrong = ask(
        &app,
        &app.bank.first_party,
        Method::GET,
        "/v1/consents?status=gone",
    )
    .await
    .expect_status(400);
    assert!(wrong.json()["message"].is_array());
}

#[tokio::test]
async fn tpa_co_08_a_narrowed_consent_shows_what_is_left() {
    let app = TestApp::start().await;
    let _own = connected(&app).await;
    app.pass(5);
    take_back(&app, "accounts:balance").await;
    let consent = bank(&app, "/v1/consents").await["result"][0].clone();
    assert_eq!(consent["scope"], "openid offline_access accounts:transactions");
    assert_eq!(
        consent["updated_at"].as_i64().unwrap() - consent["created_at"].as_i64().unwrap(),
        5
    );
}

#[tokio::test]
async fn tpa_co_08_pages_are_newest_first_without_gap_or_repetition() {
    let app = TestApp::start().await;
    for username in ["ada", "ben", "ada"] {
        let _connected = app.connect(&app.browser(), username, FULL_SCOPE).await;
        app.pass(1);
    }
    for status in ["active", "all"] {
        let whole = bank(&app, &format!("/v1/consents?status={status}")).await;
        let mut pages = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = bank(&app, &format!("/v1/consents?status={status}&limit=1{cursor}")).await;
            let entries = page["result"].as_array().unwrap();
            assert_eq!(entries.len(), 1);
            pages.extend(entries.iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(Value::from(pages.clone()), whole["result"]);
        let created: Vec<i64> = pages
            .iter()
            .map(|entry| entry["created_at"].as_i64().unwrap())
            .collect();
        assert!(created.is_sorted_by(|one, other| one >= other), "{created:?}");
    }
}

#[tokio::test]
async fn tpa_co_08_a_cursor_is_ours_and_for_one_question() {
    let app = TestApp::start().await;
    for username in ["ada", "ben"] {
        let _connected = app.connect(&app.browser(), username, FULL_SCOPE).await;
    }
    let page = bank(&app, "/v1/consents?limit=1").await;
    let cursor = page["next_cursor"].as_str().unwrap();
    let wrong = [
        format!("/v1/consents?limit=1&cursor={cursor}x"),
        format!("/v1/consents?limit=1&cursor={}", "A".repeat(cursor.len())),
        format!("/v1/consents?limit=1&client_id=moneytrack&cursor={cursor}"),
        format!("/v1/consents?limit=1&status=all&cursor={cursor}"),
        "/v1/consents?limit=0".to_owned(),
        "/v1/consents?limit=201".to_owned(),
        "/v1/consents?limit=1&limit=2".to_owned(),
    ];
    for path in wrong {
        let _refused = ask(&app, &app.bank.first_party, Method::GET, &path)
            .await
            .expect_status(400);
    }
}

#[tokio::test]
async fn tpa_co_06_filters_and_foreign_ids_show_nothing_foreign() {
    let app = TestApp::start().await;
    let _own = connected(&app).await;
    let ada = app.bank.customers[0].user_id.clone();
    let count = |query: String| {
        let app = &app;
        async move {
            bank(app, &format!("/v1/consents?{query}")).await["result"]
                .as_array()
                .unwrap()
                .len()
        }
    };
    assert_eq!(count(format!("user_id={ada}&client_id=moneytrack")).await, 1);
    for nothing in ["client_id=pennywise", "client_id=nobody", "user_id=nobody"] {
        assert_eq!(count(nothing.to_owned()).await, 0, "{nothing}");
    }
    for id in ["nonsense", "01987654-0000-7000-8000-000000000000"] {
        let path = format!("/v1/consents/{id}");
        let _unknown = ask(&app, &app.bank.first_party, Method::GET, &path)
            .await
            .expect_status(404);
    }
    let consent = bank(&app, "/v1/consents").await["result"][0]["consent_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let elsewhere = another_application(&app).await;
    register(&app, "harbor-app", |client| client.application = elsewhere).await;
    assert_eq!(count(format!("user_id={ada}")).await, 0);
    let path = format!("/v1/consents/{consent}");
    let _foreign = ask(&app, &app.bank.first_party, Method::GET, &path)
        .await
        .expect_status(404);
    let _kept = ask(&app, &app.bank.first_party, Method::DELETE, &pair(&app))
        .await
        .expect_status(404);
}

#[tokio::test]
async fn tpa_co_07_manage_names_the_application_and_admins_reach_all() {
    let app = TestApp::start().await;
    let own = connected(&app).await;
    let id = app.bank.app_id.clone();
    let list = format!("/cis/v1/manage/consents?app_id={id}");
    let missing = ask(&app, &app.bank.first_party, Method::GET, "/v1/manage/consents")
        .await
        .expect_status(400);
    assert_eq!(missing.json()["error_code"], 400);
    for client in [&app.bank.first_party, &app.bank.admin] {
        let listed = ask(&app, client, Method::GET, &list)
            .await
            .expect_status(200)
            .json();
        assert_eq!(listed["result"][0]["client_name"], "Moneytrack");
        for unknown in ["nonsense", "01987654-0000-7000-8000-000000000000"] {
            let path = format!("/v1/manage/consents?app_id={unknown}");
            let _unknown = ask(&app, client, Method::GET, &path).await.expect_status(404);
        }
    }
    let elsewhere = another_application(&app).await;
    let other = format!("/v1/manage/consents?app_id={elsewhere}");
    let _foreign = ask(&app, &app.bank.first_party, Method::GET, &other)
        .await
        .expect_status(404);
    let empty = ask(&app, &app.bank.admin, Method::GET, &other)
        .await
        .expect_status(200)
        .json();
    assert_eq!(empty, json!({ "result": [] }));
    let user = &app.bank.customers[0].user_id;
    let delete = format!("/v1/manage/consents/clients/moneytrack/users/{user}?app_id=");
    let _wrong = ask(
        &app,
        &app.bank.admin,
        Method::DELETE,
        &format!("{delete}{elsewhere}"),
    )
    .await
    .expect_status(404);
    let _deleted = ask(&app, &app.bank.admin, Method::DELETE, &format!("{delete}{id}"))
        .await
        .expect_status(200);
    assert!(!is_active(&app, &own.access).await);
}

#[tokio::test]
async fn tpa_cl_05_callers_of_other_kinds_are_refused_everywhere() {
    let app = TestApp::start().await;
    let third_party = connected(&app).await.access;
    let person = of_person(&app, "ada", "openid").await.access;
    register(&app, "harbor-admin", |client| {
        client.authority = ClientAuthority::None;
    })
    .await;
    let powerless = app.own_token(&app.bank.admin).await;
    let calls = [
        (Method::GET, "/v1/consents".to_owned()),
        (
            Method::GET,
            "/v1/consents/01987654-0000-7000-8000-000000000000".to_owned(),
        ),
        (Method::DELETE, pair(&app)),
        (
            Method::GET,
            format!("/v1/manage/consents?app_id={}", app.bank.app_id),
        ),
        (
            Method::DELETE,
            format!(
                "{}?app_id={}",
                pair(&app).replace("/consents/", "/manage/consents/"),
                app.bank.app_id
            ),
        ),
    ];
    for (method, path) in calls {
        let none = app.request(method.clone(), &path).send().await.expect_status(401);
        assert_eq!(
            none.json(),
            json!({ "message": "Invalid token", "error_code": 401 })
        );
        let wrong = app
            .request(method.clone(), &path)
            .bearer("x.y.z")
            .send()
            .await
            .expect_status(401);
        assert!(
            wrong
                .header("www-authenticate")
                .unwrap()
                .contains("invalid_token")
        );
        for token in [&third_party, &person, &powerless] {
            let refused = app
                .request(method.clone(), &path)
                .bearer(token)
                .send()
                .await
                .expect_status(403);
            assert_eq!(
                refused.json(),
                json!({ "message": "Forbidden", "error_code": 403 })
            );
        }
    }
}

async fn another_application(app: &TestApp) -> ApplicationId {
    let tenant = app.tenant();
    let mut application = tenant.applications.values().next().unwrap().clone();
    application.id = ApplicationId::new(app.now(), Shard::new(0), [7; 8]);
    let permit = consentry_ledger::access::authorize(
        &consentry_ledger::Caller::Operator,
        consentry_ledger::Target::Tenant,
    );
    let id = application.id;
    let entry = consentry_ledger::provision::Entry::Application(application);
    app.ledger
        .provision(&tenant, &permit.unwrap(), &[entry])
        .await
        .unwrap();
    id
}

#[tokio::test]
async fn tpa_a_3_1_when_data_was_last_delivered_is_told_where_it_was() {
    let app = TestApp::start().await;
    let _own = connected(&app).await;
    let listed = async || bank(&app, "/v1/consents").await["result"][0].clone();
    assert!(listed().await.get("last_used_at").is_none());
    app.pass(3600);
    let question = json!({
        "subject": { "type": "user", "id": "ada" },
        "action": { "name": "read" },
        "resource": { "type": "scope", "id": "accounts:balance" },
        "context": { "audience": "moneytrack", "record_use": true },
    });
    let client = &app.bank.first_party;
    let answer = app
        .request(Method::POST, "/access/v1/evaluation")
        .basic(&client.client_id, &client.client_secret)
        .json(&question)
        .send()
        .await
        .expect_status(200)
        .json();
    assert_eq!(answer["decision"], true, "{answer}");
    app.ledger.write_uses().await.unwrap();
    let consent = listed().await;
    assert_eq!(consent["last_used_at"], app.now().as_seconds());
    let id = consent["consent_id"].as_str().unwrap();
    let one = bank(&app, &format!("/v1/consents/{id}")).await;
    assert_eq!(one["result"]["last_used_at"], app.now().as_seconds());
}

#[tokio::test]
async fn tpa_co_01_each_approval_is_a_record_of_its_own_and_what_counts_is_all_of_them() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let parts = ["openid accounts:balance", "openid accounts:transactions"];
    for scope in parts {
        let _connected = app.connect(&browser, "ada", scope).await;
        app.pass(1);
    }
    let listed = bank(&app, "/v1/consents").await["result"].clone();
    let scopes: Vec<&str> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|consent| consent["scope"].as_str().unwrap())
        .collect();
    // Newest first. What both were asked for counts once, by the newer.
    assert_eq!(scopes, [parts[1], "accounts:balance"]);
    // Both together cover what neither does alone.
    let both = "openid accounts:balance accounts:transactions";
    let request = app.authorization(&app.bank.third_party, both, &[("prompt", "none")]);
    let back = browser.open(&request).await.expect_status(303);
    let code = back.location_parameter("code").unwrap();
    assert_eq!(app.redeem(&app.bank.third_party, &code).await.scope, both);
    // One of them taken back takes its part with it.
    let id = listed[1]["consent_id"].as_str().unwrap();
    let path = format!("{}?consent_id={id}", pair(&app));
    let _gone = ask(&app, &app.bank.first_party, Method::DELETE, &path)
        .await
        .expect_status(200);
    let refused = browser.open(&request).await.expect_status(303);
    assert_eq!(
        refused.location_parameter("error").as_deref(),
        Some("consent_required")
    );
    // What ended stays to be seen.
    let all = bank(&app, "/v1/consents?status=revoked").await["result"].clone();
    assert_eq!(all[0]["scope"], parts[0]);
}
