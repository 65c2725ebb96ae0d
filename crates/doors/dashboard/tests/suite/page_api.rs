//! The page's own API, and how a page session goes on or ends (B9, A8.1, A8.2).

use consentry_testkit::{Answer, TestApp};
use http::Method;
use serde_json::{Value, json};

use crate::world::{ADA, BEN, connect, hold, list, session, token};

/// A call of the page with its bearer.
pub async fn call(app: &TestApp, method: Method, path: &str, bearer: &str, body: Option<Value>) -> Answer {
    let request = app
        .request(method, &format!("/embed/api/v1/{path}"))
        .bearer(bearer)
        .header("x-consentry-page", "1");
    match body {
        Some(body) => request.json(&body).send().await,
        None => request.send().await,
    }
}

/// Ada with two accounts and Moneytrack: her bearer and the id of the connection.
async fn connected(app: &TestApp) -> (String, String) {
    hold(app, ADA, &[("Everyday", "4417"), ("Savings", "9083")]).await;
    connect(app).await;
    let bearer = session(app, ADA).await;
    let id = list(app, &bearer).await.field("id").unwrap();
    (bearer, id)
}

#[tokio::test]
async fn dsh_b9_the_page_reads_lists_and_details_of_its_person_alone() {
    let app = TestApp::start().await;
    let (bearer, id) = connected(&app).await;
    let all = call(&app, Method::GET, "connections", &bearer, None)
        .await
        .expect_status(200);
    assert_eq!(all.header("cache-control"), Some("no-store"));
    let all = all.json();
    assert_eq!(
        (all["connections"][0]["id"].as_str(), &all["next_cursor"]),
        (Some(id.as_str()), &Value::Null)
    );
    let ended = call(&app, Method::GET, "connections?status=ended", &bearer, None).await;
    assert_eq!(ended.expect_status(200).json()["connections"], json!([]));
    let of_account = call(&app, Method::GET, "connections?account=acc_9083", &bearer, None).await;
    assert_eq!(
        of_account.expect_status(200).json()["connections"][0]["id"],
        id.as_str()
    );
    for wrong in ["connections?status=open", "connections?cursor=x"] {
        assert_eq!(
            call(&app, Method::GET, wrong, &bearer, None).await.status(),
            400,
            "{wrong}"
        );
    }
    let path = format!("connections/{id}");
    let one = call(&app, Method::GET, &path, &bearer, None)
        .await
        .expect_status(200);
    assert_eq!(one.header("etag"), Some("\"1\""));
    let one = one.json();
    assert_eq!(one["status"], "ends_soon");
    assert_eq!(
        one["can"],
        json!({ "revoke": true, "change_accounts": true, "change_clusters": true, "renew": null })
    );
    assert_eq!(one["accounts"][1]["last4"], "9083");
    let bens = session(&app, BEN).await;
    assert_eq!(call(&app, Method::GET, &path, &bens, None).await.status(), 404);
    let activity = call(&app, Method::GET, &format!("{path}/activity"), &bearer, None).await;
    assert_eq!(
        activity.expect_status(200).json()["entries"][0]["what"],
        "granted"
    );
}

#[tokio::test]
async fn dsh_b9_accounts_need_the_version_that_was_looked_at() {
    let app = TestApp::start().await;
    let (bearer, id) = connected(&app).await;
    let change = async |tag: Option<&str>, body: Value| {
        let request = app
            .request(Method::PATCH, &format!("/embed/api/v1/connections/{id}/accounts"))
            .bearer(&bearer)
            .header("x-consentry-page", "1");
        match tag {
            Some(tag) => request.header("if-match", tag).json(&body).send().await,
            None => request.json(&body).send().await,
        }
    };
    let off = json!({ "set": [{ "account_id": "acc_9083", "enabled": false }] });
    assert_eq!(change(None, off.clone()).await.status(), 428);
    assert_eq!(
        change(Some("\"1\""), json!({ "set": [{ "account_id": "acc_9083" }] }))
            .await
            .status(),
        400
    );
    let done = change(Some("\"1\""), off.clone()).await.expect_status(200);
    assert_eq!(done.header("etag"), Some("\"2\""));
    assert_eq!(done.json()["accounts"][1]["enabled"], false);
    let stale = change(Some("\"1\""), off).await.expect_status(412);
    assert_eq!(stale.json()["error"], "changed");
}

#[tokio::test]
async fn dsh_b9_revoking_is_confirmed_final_and_idempotent() {
    let app = TestApp::start().await;
    let (bearer, id) = connected(&app).await;
    let path = format!("connections/{id}/revoke");
    let unsure = call(&app, Method::POST, &path, &bearer, Some(json!({}))).await;
    assert_eq!(unsure.status(), 400);
    let ended = call(
        &app,
        Method::POST,
        &path,
        &bearer,
        Some(json!({ "confirm": true })),
    )
    .await;
    let ended = ended.expect_status(200).json();
    assert_eq!(
        (ended["status"].as_str(), ended["ended"]["by"].as_str()),
        (Some("stopped"), Some("subject"))
    );
    app.pass(5);
    let several = json!({ "ids": [id, "agr_unknown"], "confirm": true });
    let results = call(&app, Method::POST, "connections/revoke", &bearer, Some(several)).await;
    let results = results.expect_status(200).json();
    assert_eq!(results["results"][1]["result"], "not_found");
    let again = call(&app, Method::GET, &format!("connections/{id}"), &bearer, None)
        .await
        .json();
    assert_eq!(again["ended"]["at"], ended["ended"]["at"]);
}

#[tokio::test]
async fn dsh_b6_2_renewing_is_refused_where_the_bank_leaves_it_to_the_app() {
    let app = TestApp::start().await;
    let (bearer, id) = connected(&app).await;
    let renew = async |days: i64| {
        let path = format!("connections/{id}/renew");
        call(&app, Method::POST, &path, &bearer, Some(json!({ "days": days }))).await
    };
    assert_eq!(
        renew(365).await.expect_status(409).json()["error"],
        "renewal_not_allowed"
    );
    crate::world::configure(&app, |tenant| {
        tenant.dashboard.renewal = consentry_domain::tenant::Renewal::Provider;
    })
    .await;
    assert_eq!(renew(366).await.status(), 422);
    let renewed = renew(90).await.expect_status(200).json();
    assert!(renewed["renewed_at"].is_string());
    assert_eq!(renewed["duration_days"], 90);
}

#[tokio::test]
async fn com_09_keeping_a_connection_longer_moves_its_end_once_for_each_key() {
    let app = TestApp::start().await;
    let (bearer, id) = connected(&app).await;
    crate::world::configure(&app, |tenant| {
        tenant.dashboard.renewal = consentry_domain::tenant::Renewal::Provider;
    })
    .await;
    let renew = async |days: i64| {
        let request = app
            .request(Method::POST, &format!("/embed/api/v1/connections/{id}/renew"))
            .bearer(&bearer)
            .header("x-consentry-page", "1")
            .header("idempotency-key", "once");
        request.json(&json!({ "days": days })).send().await
    };
    let first = renew(90).await.expect_status(200);
    app.pass(60);
    let again = renew(90).await.expect_status(200);
    assert_eq!(
        (
            first.header("idempotency-replayed"),
            again.header("idempotency-replayed")
        ),
        (None, Some("true"))
    );
    assert_eq!(first.json()["renewed_at"], again.json()["renewed_at"]);
    assert_eq!(first.json()["version"], again.json()["version"]);
    assert_eq!(
        renew(91).await.expect_status(422).json()["error"],
        "idempotency_key_reused"
    );
}

#[tokio::test]
async fn dsh_a8_1_only_the_page_itself_reaches_its_api() {
    let app = TestApp::start().await;
    let bearer = session(&app, ADA).await;
    let bare = app
        .request(Method::GET, "/embed/api/v1/session")
        .bearer(&bearer)
        .send()
        .await;
    assert_eq!(bare.expect_status(403).json()["error"], "bad_origin");
    let foreign = app
        .request(Method::GET, "/embed/api/v1/session")
        .bearer(&bearer)
        .header("x-consentry-page", "1")
        .header("origin", "https://elsewhere.example")
        .send()
        .await;
    assert_eq!(foreign.status(), 403);
    let ticket = token(&app, ADA).await;
    let ticket = call(&app, Method::GET, "session", &ticket, None).await;
    assert_eq!(ticket.expect_status(401).json()["error"], "session_over");
    let own = call(&app, Method::GET, "session", &bearer, None)
        .await
        .expect_status(200)
        .json();
    assert_eq!(
        (own["idle_seconds"].as_i64(), own["locale"].as_str()),
        (Some(600), Some("en"))
    );
    let nowhere = call(&app, Method::GET, "nothing", &bearer, None).await;
    assert_eq!(nowhere.expect_status(404).json()["error"], "not_found");
}

#[tokio::test]
async fn dsh_a8_2_a_new_token_of_the_same_customer_keeps_the_page_open() {
    let app = TestApp::start().await;
    let bearer = session(&app, ADA).await;
    for _ in 0..4 {
        app.pass(440);
        let _used = call(&app, Method::GET, "session", &bearer, None)
            .await
            .expect_status(200);
    }
    let ticket = token(&app, ADA).await;
    let renew = json!({ "access_token": ticket });
    let renewed = call(&app, Method::POST, "session/renew", &bearer, Some(renew.clone()))
        .await
        .expect_status(200);
    assert_eq!(renewed.json()["ends_in"], 1800);
    app.pass(500);
    let _still = call(&app, Method::GET, "session", &bearer, None)
        .await
        .expect_status(200);
    let spent = call(&app, Method::POST, "session/renew", &bearer, Some(renew)).await;
    assert_eq!(spent.status(), 404, "a token keeps a page open once");
}

#[tokio::test]
async fn dsh_a8_2_a_token_of_somebody_else_ends_the_page() {
    let app = TestApp::start().await;
    let bearer = session(&app, ADA).await;
    let renew = json!({ "access_token": token(&app, BEN).await });
    let changed = call(&app, Method::POST, "session/renew", &bearer, Some(renew.clone())).await;
    assert_eq!(changed.expect_status(409).json()["error"], "customer_changed");
    assert_eq!(
        call(&app, Method::GET, "session", &bearer, None).await.status(),
        401
    );
    let bens = renew["access_token"].as_str().unwrap();
    assert_eq!(
        crate::world::open(&app, bens).await.status(),
        404,
        "the token is spent"
    );
}

#[tokio::test]
async fn dsh_a8_1_a_page_that_is_left_ends_its_session() {
    let app = TestApp::start().await;
    let bearer = session(&app, ADA).await;
    let _left = call(&app, Method::DELETE, "session", &bearer, None)
        .await
        .expect_status(200);
    assert_eq!(
        call(&app, Method::GET, "session", &bearer, None).await.status(),
        401
    );
    assert_eq!(list(&app, &bearer).await.status(), 401);
}

#[tokio::test]
async fn dsh_b9_the_address_of_a_copy_gives_it_out_once_and_for_a_minute() {
    let app = TestApp::start().await;
    let (bearer, id) = connected(&app).await;
    let address = async |body: Value| {
        let made = call(&app, Method::POST, "exports", &bearer, Some(body))
            .await
            .expect_status(200)
            .json();
        assert_eq!(made["expires_in"], 60);
        let url = made["url"].as_str().unwrap();
        url.strip_prefix("http://127.0.0.1:8080").unwrap().to_owned()
    };
    let get = async |path: &str| app.request(Method::GET, path).send().await;
    let one = address(json!({ "id": id })).await;
    let ahead = app
        .request(Method::GET, &one)
        .header("sec-purpose", "prefetch")
        .send()
        .await;
    assert_eq!(ahead.status(), 503, "a look ahead spends nothing");
    assert_eq!(app.request(Method::HEAD, &one).send().await.status(), 405);
    let copy = get(&one).await.expect_status(200);
    assert_eq!(
        copy.header("content-disposition"),
        Some("attachment; filename=\"consents.json\"")
    );
    assert_eq!(
        copy.json()["document"]["consents"][0]["consent"]["id"],
        id.as_str()
    );
    let _spent = get(&one).await.expect_status(404);
    let all = address(json!({})).await;
    app.pass(60);
    let _late = get(&all).await.expect_status(404);
    let unused = address(json!({})).await;
    let as_page = unused.replace("/embed/exports?token=", "/embed/authorizations?access_token=");
    let _no_page = get(&as_page).await.expect_status(404);
    let bens = session(&app, BEN).await;
    let foreign = call(&app, Method::POST, "exports", &bens, Some(json!({ "id": id }))).await;
    assert_eq!(foreign.status(), 404);
    let _over = call(&app, Method::DELETE, "session", &bearer, None)
        .await
        .expect_status(200);
    let _nothing = get(&unused).await.expect_status(404);
}

#[tokio::test]
async fn dsh_a11_eu_6_the_words_of_the_berlin_group_say_where_a_consent_stands() {
    let app = TestApp::start().await;
    let (bearer, id) = connected(&app).await;
    let status = async || {
        let ticket = token(&app, ADA).await;
        let told = app
            .request(Method::GET, "/api/v6/consent_management")
            .bearer(&ticket)
            .send()
            .await;
        told.expect_status(200).json()[0]["consentStatus"].clone()
    };
    assert_eq!(status().await, "valid");
    let _ended = call(
        &app,
        Method::POST,
        &format!("connections/{id}/revoke"),
        &bearer,
        Some(json!({ "confirm": true })),
    )
    .await
    .expect_status(200);
    assert_eq!(status().await, "revokedByPsu");
}

#[tokio::test]
async fn dsh_b8_times_are_those_of_the_customers_zone() {
    let app = TestApp::start().await;
    let (_, id) = connected(&app).await;
    let page = async |more: &str| {
        let opened = app
            .request(
                Method::GET,
                &format!(
                    "/embed/authorizations?access_token={}{more}",
                    token(&app, ADA).await
                ),
            )
            .header("accept", "text/html")
            .header("sec-fetch-dest", "iframe")
            .send()
            .await
            .expect_status(200);
        let bearer = opened.field("session").unwrap();
        crate::world::about(&app, "/embed/connection", &bearer, &id)
            .await
            .expect_status(200)
            .text()
            .to_owned()
    };
    let granted = |zone: &str| {
        let zoned = app.now().to_jiff().in_tz(zone).unwrap();
        zoned.strftime("%H:%M %Z").to_string()
    };
    let utc = page("").await;
    assert!(
        utc.contains(&granted("UTC")) && utc.contains(">UTC</bdi>"),
        "{utc}"
    );
    let tokyo = page("&time_zone=Asia/Tokyo").await;
    assert!(
        tokyo.contains(&granted("Asia/Tokyo")) && tokyo.contains(">Asia/Tokyo</bdi>"),
        "{tokyo}"
    );
    crate::world::configure(&app, |tenant| {
        tenant.dashboard.time_zone =
            Some(consentry_domain::tenant::ZoneName::parse("Europe/Berlin").unwrap());
    })
    .await;
    assert!(page("").await.contains(&granted("Europe/Berlin")));
    assert!(
        page("&time_zone=Asia/Tokyo")
            .await
            .contains(&granted("Asia/Tokyo"))
    );
    for odd in ["&time_zone=Mars/Base", "&time_zone=../etc/passwd"] {
        assert!(
            page(odd).await.contains(&granted("Europe/Berlin")),
            "{odd} is ignored"
        );
    }
}
