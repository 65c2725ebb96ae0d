//! Routes and methods (consent-api 2).

use http::Method;
use serde_json::json;

use crate::world::{accepted, ada, assert_refused, bank, get, id, made, portal, request};

#[tokio::test]
async fn rec_2_a_trailing_slash_is_the_same_route() {
    let app = bank().await;
    let record = made(&app, &ada(&app), json!({})).await;
    for path in [
        "/definitions".to_owned(),
        "/definitions/share-location".to_owned(),
        "/definitions/share-location/localizations".to_owned(),
        "/definitions/share-location/localizations/en-GB".to_owned(),
        "/consents".to_owned(),
        format!("/consents/{}", id(&record)),
    ] {
        let plain = get(&app, &ada(&app), &path).await.expect_status(200);
        let slashed = get(&app, &ada(&app), &format!("{path}/"))
            .await
            .expect_status(200);
        assert_eq!(plain.text(), slashed.text(), "{path}");
    }
    let sent = request(&app, &ada(&app), Method::POST, "/consents/").json(&accepted(json!({})));
    let _made = sent.send().await.expect_status(201);
}

#[tokio::test]
async fn rec_2_other_methods_are_405_with_allow() {
    let app = bank().await;
    let one = format!("/consents/{}", id(&made(&app, &ada(&app), json!({})).await));
    let read_only = "GET, HEAD, OPTIONS";
    for (path, allowed) in [
        ("/definitions", read_only),
        ("/definitions/share-location", read_only),
        ("/definitions/share-location/localizations", read_only),
        ("/definitions/share-location/localizations/en-GB", read_only),
        ("/consents", "GET, HEAD, POST, OPTIONS"),
        (&one, "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"),
    ] {
        for method in ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"] {
            if allowed.contains(method) {
                continue;
            }
            for path in [path.to_owned(), format!("{path}/")] {
                let asked = request(&app, &portal(&app), method.parse().unwrap(), &path);
                let answer = asked.json(&json!({})).send().await;
                assert_refused(&answer, 405, "METHOD_NOT_ALLOWED");
                assert_eq!(answer.header("allow"), Some(allowed), "{method} {path}");
            }
        }
    }
}

#[tokio::test]
async fn rec_2_head_is_get_without_a_body() {
    let app = bank().await;
    for path in ["/definitions", "/consents"] {
        let read = get(&app, &ada(&app), path).await;
        let head = request(&app, &ada(&app), Method::HEAD, path).send().await;
        assert_eq!((head.status(), head.text()), (200, ""));
        assert_eq!(head.header("content-type"), read.header("content-type"));
    }
    let absent = request(&app, &ada(&app), Method::HEAD, "/definitions/none")
        .send()
        .await;
    assert_eq!((absent.status(), absent.text()), (404, ""));
}

#[tokio::test]
async fn rec_2_options_is_answered_without_credentials() {
    let app = bank().await;
    for path in ["/definitions", "/consents", "/consents/x"] {
        let answer = request(&app, "", Method::OPTIONS, path)
            .send()
            .await
            .expect_status(204);
        assert!(answer.header("allow").unwrap().contains("GET"));
        assert_eq!(answer.text(), "");
    }
}

#[tokio::test]
async fn rec_2_unknown_routes_are_404_and_there_is_no_bulk_count_or_history() {
    let app = bank().await;
    let one = id(&made(&app, &ada(&app), json!({})).await).to_owned();
    for path in [
        "",
        "/",
        "/nothing",
        "/Definitions",
        "/definitions//",
        "/definitions/share-location/localizations/en-GB/more",
        "/consents/bulk/x",
        &format!("/consents/{one}/history"),
        "/consents/.search/x",
    ] {
        assert_refused(&get(&app, &portal(&app), path).await, 404, "NOT_FOUND");
    }
    for path in ["/bulk", "/consents/.search/x"] {
        let sent = request(&app, &portal(&app), Method::POST, path).json(&json!({}));
        assert_refused(&sent.send().await, 404, "NOT_FOUND");
    }
}

#[tokio::test]
async fn rec_2_unknown_parameters_are_ignored() {
    let app = bank().await;
    let record = made(&app, &ada(&app), json!({})).await;
    for path in [
        "/definitions?x=1&x=2",
        "/definitions/share-location?count=3",
        "/consents?filter=broken(&status2=&status2=",
        &format!("/consents/{}?pretty", id(&record)),
    ] {
        let _answer = get(&app, &ada(&app), path).await.expect_status(200);
    }
}

#[tokio::test]
async fn rec_2_path_segments_are_percent_decoded_utf8() {
    let app = bank().await;
    let path = "/definitions/terms%20%26%20conditions%2F%C2%A71";
    let definition = get(&app, &ada(&app), path).await.expect_status(200).json();
    assert_eq!(definition["id"], "terms & conditions/§1");
    assert!(
        definition["_links"]["self"]["href"]
            .as_str()
            .unwrap()
            .ends_with(path)
    );
    let _wording = get(&app, &ada(&app), &format!("{path}/localizations/en%2DGB"))
        .await
        .expect_status(200);
    for path in ["/definitions/%ff", "/definitions/%zz", "/consents/%00"] {
        assert_refused(&get(&app, &ada(&app), path).await, 404, "NOT_FOUND");
    }
}
