//! What may be used of a person, and how (enforcement-events-evidence 2.7).

use consentry_domain::Lifetime;
use consentry_testkit::TestApp;
use serde_json::{Value, json};

use crate::world::{assert_refused, balance, changed, connected, judged, post};

fn of_ada(changes: &Value) -> Value {
    let mut search = changed(&json!({ "resource": { "type": "scope" } }));
    for (name, value) in changes.as_object().unwrap() {
        search[name] = value.clone();
    }
    search
}

async fn found(app: &TestApp, search: &Value) -> Value {
    post(app, "/search/resource", search)
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

#[tokio::test]
async fn chk_25_everything_found_is_a_permit_and_nothing_else_is() {
    let app = connected().await;
    let answer = found(&app, &of_ada(&json!({}))).await;
    let mut all = ids(&answer);
    all.sort();
    assert_eq!(
        all,
        [
            "accounts:balance",
            "accounts:transactions",
            "offline_access",
            "openid"
        ]
    );
    assert_eq!(
        answer["page"],
        json!({ "next_token": "", "count": 4, "total": 4 })
    );
    for id in &all {
        let question = changed(&json!({ "resource": { "type": "scope", "id": id } }));
        assert!(judged(&app, &question).await.0, "{id}");
    }
    assert_eq!(answer["results"][0]["type"], "scope");
    assert_eq!(
        answer["results"][0]["properties"]["valid_until"],
        json!(app.now().plus(Lifetime::days(30)))
    );
    app.clock.advance(Lifetime::days(30));
    assert_eq!(ids(&found(&app, &of_ada(&json!({}))).await), Vec::<String>::new());
}

#[tokio::test]
async fn chk_26_nothing_found_and_nothing_known_are_empty() {
    let app = connected().await;
    for changes in [
        json!({ "subject": { "type": "user", "id": "ben" } }),
        json!({ "subject": { "type": "user", "id": "nobody" } }),
        json!({ "subject": { "type": "robot", "id": "ada" } }),
        json!({ "resource": { "type": "spaceship" } }),
        json!({ "resource": { "type": "purpose" } }),
        json!({ "action": { "name": "fly" } }),
        json!({ "context": {} }),
        json!({ "context": { "audience": "pennywise" } }),
    ] {
        let answer = found(&app, &of_ada(&changes)).await;
        assert_eq!(answer["results"], json!([]), "{changes}");
        assert_eq!(
            answer["page"],
            json!({ "next_token": "", "count": 0, "total": 0 })
        );
    }
}

#[tokio::test]
async fn chk_27_what_a_search_needs_is_demanded() {
    let app = connected().await;
    let without = |name: &str| {
        let mut search = balance();
        search.as_object_mut().unwrap().remove(name);
        search
    };
    for (path, name, pointer) in [
        ("/search/resource", "subject", "/subject"),
        ("/search/resource", "action", "/action"),
        ("/search/resource", "resource", "/resource"),
        ("/search/action", "subject", "/subject"),
        ("/search/action", "resource", "/resource"),
    ] {
        assert_refused(&app, path, &without(name), pointer).await;
    }
    let nameless = of_ada(&json!({ "subject": { "type": "user" } }));
    assert_refused(&app, "/search/resource", &nameless, "/subject/id").await;
    assert_refused(&app, "/search/action", &of_ada(&json!({})), "/resource/id").await;
}

#[tokio::test]
async fn how_something_may_be_used() {
    let app = connected().await;
    let mut search = balance();
    search.as_object_mut().unwrap().remove("action");
    let answer = post(&app, "/search/action", &search)
        .await
        .expect_status(200)
        .json();
    assert_eq!(answer["results"], json!([{ "name": "read" }, { "name": "use" }]));
    let _page = app.stop_sharing("ada").await.expect_status(200);
    let answer = post(&app, "/search/action", &search)
        .await
        .expect_status(200)
        .json();
    assert_eq!(answer["results"], json!([]));
}

#[tokio::test]
async fn chk_28_and_29_pages_lead_through_everything_once() {
    let app = connected().await;
    let whole = ids(&found(&app, &of_ada(&json!({}))).await);
    let mut seen = Vec::new();
    let mut page = json!({ "limit": 3 });
    loop {
        let answer = found(&app, &of_ada(&json!({ "page": page }))).await;
        seen.extend(ids(&answer));
        assert_eq!(answer["page"]["total"], 4);
        let token = answer["page"]["next_token"].as_str().unwrap();
        if token.is_empty() {
            break;
        }
        page = json!({ "token": token });
    }
    assert_eq!(seen, whole);

    let nothing = found(&app, &of_ada(&json!({ "page": { "limit": 0 } }))).await;
    assert_eq!(
        (&nothing["results"], &nothing["page"]["total"]),
        (&json!([]), &json!(4))
    );
    let token = nothing["page"]["next_token"].clone();
    let rest = found(&app, &of_ada(&json!({ "page": { "token": token } }))).await;
    assert_eq!(
        ids(&rest),
        whole,
        "pages behind a page of nothing have the usual size"
    );
    let most = found(&app, &of_ada(&json!({ "page": { "limit": 1_000_000 } }))).await;
    assert_eq!(ids(&most), whole);
}

#[tokio::test]
async fn chk_29_and_com_15_a_token_is_good_for_its_own_question_and_ten_minutes() {
    let app = connected().await;
    let first = found(&app, &of_ada(&json!({ "page": { "limit": 2 } }))).await;
    let token = first["page"]["next_token"].as_str().unwrap().to_owned();
    let again = async |changes: Value| post(&app, "/search/resource", &of_ada(&changes)).await;
    let altered = format!("{}A", &token[..token.len() - 1]);
    for changes in [
        json!({ "page": { "token": token, "limit": 3 } }),
        json!({ "page": { "token": altered } }),
        json!({ "page": { "token": "nonsense" } }),
        json!({ "page": { "token": token }, "subject": { "type": "user", "id": "ben" } }),
        json!({ "page": { "token": token }, "context": { "audience": "pennywise" } }),
    ] {
        let answer = again(changes.clone()).await.expect_status(400);
        assert_eq!(answer.json()["code"], "cursor_mismatch", "{changes}");
    }
    let same = json!({ "page": { "token": token, "limit": 2 } });
    let _same_limit = again(same.clone()).await.expect_status(200);
    app.pass(599);
    let _in_time = again(same.clone()).await.expect_status(200);
    app.pass(1);
    let _over = again(same).await.expect_status(400);
    for (page, pointer) in [
        (json!(7), "/page"),
        (json!({ "limit": -1 }), "/page/limit"),
        (json!({ "limit": "2" }), "/page/limit"),
        (json!({ "token": 7 }), "/page/token"),
    ] {
        assert_refused(
            &app,
            "/search/resource",
            &of_ada(&json!({ "page": page })),
            pointer,
        )
        .await;
    }
}

#[tokio::test]
async fn com_11_com_12_searches_are_ten_a_second_for_each_client() {
    let app = TestApp::start().await;
    let search = of_ada(&json!({}));
    for left in (0..10).rev() {
        let answer = post(&app, "/search/resource", &search).await.expect_status(200);
        assert_eq!(answer.header("ratelimit-policy"), Some("\"search\";q=10;w=1"));
        let told = format!("\"search\";r={left};t=1");
        assert_eq!(answer.header("ratelimit"), Some(told.as_str()));
    }
    for path in ["/search/resource", "/search/action", "/search/subject"] {
        let refused = post(&app, path, &search).await.expect_status(429);
        assert_eq!(refused.header("retry-after"), Some("1"));
        assert_eq!(refused.header("ratelimit"), Some("\"search\";r=0;t=1"));
        assert_eq!(refused.json()["violated-policies"], json!(["search"]));
    }
    let question = crate::world::balance();
    let check = post(&app, "/evaluation", &question).await.expect_status(200);
    assert_eq!(check.header("ratelimit"), None, "questions are not bounded");
    app.pass(1);
    let _again = post(&app, "/search/resource", &search).await.expect_status(200);
}
