//! Who may ask, and what a request has to be (enforcement-events-evidence 1, 2.1).

use consentry_testkit::TestApp;
use http::Method;
use serde_json::json;

use crate::world::{asked, balance, changed, connected, post};

#[tokio::test]
async fn chk_01_the_description_names_every_endpoint_that_is_there() {
    let app = TestApp::start().await;
    let answer = app
        .get("/.well-known/authzen-configuration")
        .await
        .expect_status(200);
    assert_eq!(answer.headers()["cache-control"], "public, max-age=300");
    let base = "http://127.0.0.1:8080";
    assert_eq!(
        answer.json(),
        json!({
            "policy_decision_point": base,
            "access_evaluation_endpoint": format!("{base}/access/v1/evaluation"),
            "access_evaluations_endpoint": format!("{base}/access/v1/evaluations"),
            "search_subject_endpoint": format!("{base}/access/v1/search/subject"),
            "search_resource_endpoint": format!("{base}/access/v1/search/resource"),
            "search_action_endpoint": format!("{base}/access/v1/search/action"),
        })
    );
}

#[tokio::test]
async fn com_01_who_has_no_good_credentials_is_401_and_who_lacks_the_scope_403() {
    let app = connected().await;
    let asking = || app.request(Method::POST, "/access/v1/evaluation");
    let first = &app.bank.first_party;
    let third = &app.bank.third_party;
    let person = app.person_token("ada", "openid accounts:balance").await.access;
    for (request, status, code) in [
        (asking(), 401, "unauthenticated"),
        (asking().basic(&first.client_id, "wrong"), 401, "unauthenticated"),
        (asking().basic("nobody", "wrong"), 401, "unauthenticated"),
        (asking().bearer("nothing"), 401, "unauthenticated"),
        (
            asking().basic(&third.client_id, &third.client_secret),
            403,
            "insufficient_scope",
        ),
        (asking().bearer(&person), 403, "insufficient_scope"),
        (
            asking().bearer(&app.own_token(first).await),
            403,
            "insufficient_scope",
        ),
    ] {
        let answer = request.json(&balance()).send().await.expect_status(status);
        assert_eq!(answer.json()["code"], code);
        assert_eq!(answer.headers().contains_key("www-authenticate"), status == 401);
        assert!(
            answer.headers()["cache-control"]
                .to_str()
                .unwrap()
                .contains("no-store")
        );
    }
    let fields = [("grant_type", "client_credentials"), ("scope", "consent:check")];
    let token = app.ask_token(first, &fields).await.expect_status(200).json();
    let token = token["access_token"].as_str().unwrap();
    let answer = asking()
        .bearer(token)
        .json(&balance())
        .send()
        .await
        .expect_status(200);
    assert_eq!(answer.json()["decision"], true);
    let search = app
        .request(Method::POST, "/access/v1/search/resource")
        .bearer(token);
    let _lacks_scope = search.json(&balance()).send().await.expect_status(403);
    let in_query = format!("/access/v1/evaluation?access_token={token}");
    let refused = app.request(Method::POST, &in_query).json(&balance()).send().await;
    let _com_02 = refused.expect_status(401);
}

#[tokio::test]
async fn chk_02_whatever_is_no_json_object_is_400() {
    let app = connected().await;
    let client = &app.bank.first_party;
    let asking = || {
        app.request(Method::POST, "/access/v1/evaluation")
            .basic(&client.client_id, &client.client_secret)
    };
    let question = balance().to_string();
    for (media_type, body) in [
        ("text/plain", question.as_str()),
        ("application/x-www-form-urlencoded", question.as_str()),
        ("application/json", ""),
        ("application/json", "{"),
        ("application/json", "[]"),
        ("application/json", "\"x\""),
        ("application/json", "{\"subject\":1,\"subject\":2}"),
        ("application/json", "{\"subject\":\"\\ud800\"}"),
        ("application/json", "{} {}"),
    ] {
        let sent = asking().header("content-type", media_type).body(body.as_bytes());
        let answer = sent.send().await.expect_status(400);
        assert_eq!(answer.json()["status"], 400, "{media_type} {body}");
    }
    let sent = asking().body(question.as_bytes()).send().await;
    let _without_type = sent.expect_status(400);
    let with_charset = asking().header("content-type", "application/json; charset=utf-8");
    let _taken = with_charset
        .body(question.as_bytes())
        .send()
        .await
        .expect_status(200);
    let large = |size: usize| changed(&json!({ "more": "x".repeat(size) }));
    let _fits = post(&app, "/evaluation", &large(60 * 1024))
        .await
        .expect_status(200);
    let _too_large = post(&app, "/evaluation", &large(64 * 1024))
        .await
        .expect_status(413);
    let _fits = post(&app, "/evaluations", &large(1000 * 1024))
        .await
        .expect_status(200);
    let _too_large = post(&app, "/evaluations", &large(1024 * 1024))
        .await
        .expect_status(413);
    for path in [
        "evaluation",
        "evaluations",
        "search/subject",
        "search/resource",
        "search/action",
    ] {
        let answer = app.get(&format!("/access/v1/{path}")).await.expect_status(405);
        assert_eq!(answer.json()["code"], "method_not_allowed");
    }
    let answer = app.get("/access/v1/nothing").await.expect_status(404);
    assert_eq!(answer.json()["code"], "not_found");
}

#[tokio::test]
async fn another_tenant_knows_nothing_of_it() {
    let app = connected().await;
    assert_eq!(asked(&app, &balance()).await["decision"], true);
    let other = TestApp::start_seeded(2).await;
    let client = &app.bank.first_party;
    let answer = other
        .request(Method::POST, "/access/v1/evaluation")
        .basic(&client.client_id, &client.client_secret)
        .json(&balance())
        .send()
        .await;
    let _not_its_client = answer.expect_status(401);
}

#[tokio::test]
async fn com_14_the_id_of_the_request_comes_back() {
    let app = connected().await;
    let client = &app.bank.first_party;
    let answer = app
        .request(Method::POST, "/access/v1/evaluation")
        .basic(&client.client_id, &client.client_secret)
        .header("x-request-id", "bfe9eb29-ab87-4ca3-be83-a1d5d8305716")
        .json(&balance())
        .send()
        .await
        .expect_status(200);
    assert_eq!(
        answer.headers()["x-request-id"],
        "bfe9eb29-ab87-4ca3-be83-a1d5d8305716"
    );
}
