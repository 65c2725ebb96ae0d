//! The order of checks (consent-api 5.6): each request breaks several rules, and the first decides.

use consentry_testkit::Answer;
use http::Method;
use serde_json::json;

use crate::world::{ada, assert_refused, bank, ben, id, made, portal, request, token};

const HUGE: usize = 300 * 1024;

#[tokio::test]
async fn rec_5_6_the_first_failure_decides() {
    let app = bank().await;
    let of_ada = made(&app, &ada(&app), json!({})).await;
    let one = format!("/consents/{}", id(&of_ada));
    let absent = "/consents/11111111-2222-4333-8444-555555555555";
    let huge = "x".repeat(HUGE);
    let ask =
        async |who: &str, method: Method, path: &str, accept: &str, media_type: &str, body: &str| -> Answer {
            let request = request(&app, who, method, path)
                .header("accept", accept)
                .header("content-type", media_type);
            request.body(body.as_bytes()).send().await
        };
    let (html, any, text, json) = ("text/html", "*/*", "text/plain", "application/json");
    let foreign = r#"{"subject":"ben","status":"nonsense"}"#;
    let (ada, ben) = (ada(&app), ben(&app));

    // 2 before 4, 5: who asks without credentials learns nothing about routes, methods and forms.
    for (method, path) in [
        (Method::GET, "/nothing"),
        (Method::PATCH, "/definitions"),
        (Method::POST, "/consents"),
    ] {
        let answer = ask("", method.clone(), path, html, text, &huge).await;
        assert_refused(&answer, 401, "ACCESS_FAILED");
        let answer = ask("Basic YWRhOndyb25n", method, path, html, text, &huge).await;
        assert!([401, 429].contains(&answer.status()));
        app.pass(3600);
    }
    let scopeless = token(&app, "ada", "openid").await;
    // 3 before 4.
    for (method, path) in [(Method::GET, "/nothing"), (Method::PATCH, "/definitions")] {
        let answer = ask(&scopeless, method, path, html, text, "").await;
        assert_refused(&answer, 403, "INSUFFICIENT_SCOPE");
    }
    // 4 before 5.
    assert_refused(
        &ask(&ada, Method::GET, "/nothing", html, text, "").await,
        404,
        "NOT_FOUND",
    );
    assert_refused(
        &ask(&ada, Method::PUT, "/consents", html, text, &huge).await,
        405,
        "METHOD_NOT_ALLOWED",
    );
    // Within 5: Accept, media type, size.
    assert_refused(
        &ask(&ada, Method::POST, "/consents", html, text, &huge).await,
        406,
        "NOT_ACCEPTABLE",
    );
    assert_refused(
        &ask(&ada, Method::POST, "/consents", any, text, &huge).await,
        415,
        "UNSUPPORTED_MEDIA_TYPE",
    );
    assert_refused(
        &ask(&ada, Method::POST, "/consents", any, json, &huge).await,
        413,
        "PAYLOAD_TOO_LARGE",
    );
    // 5 before 6, 6 before 8.
    assert_refused(
        &ask(&ada, Method::DELETE, absent, html, text, "").await,
        406,
        "NOT_ACCEPTABLE",
    );
    assert_refused(
        &ask(&ada, Method::DELETE, absent, any, text, "").await,
        403,
        "PRIVILEGE_REQUIRED",
    );
    assert_refused(
        &ask(&ada, Method::DELETE, "/consents/x", any, text, "").await,
        403,
        "PRIVILEGE_REQUIRED",
    );
    // 7 before 8.
    for method in [Method::PUT, Method::PATCH] {
        assert_refused(
            &ask(&ada, method.clone(), absent, any, json, "[]").await,
            400,
            "INVALID_REQUEST",
        );
        assert_refused(
            &ask(&ben, method.clone(), &one, any, json, "{").await,
            400,
            "INVALID_REQUEST",
        );
        // 8 before 10 and 11.
        assert_refused(
            &ask(&ada, method.clone(), absent, any, json, foreign).await,
            404,
            "NOT_FOUND",
        );
        // 9 before 10 and 11.
        assert_refused(
            &ask(&ben, method.clone(), &one, any, json, foreign).await,
            403,
            "NOT_OWNER",
        );
        // 10 before 11.
        assert_refused(
            &ask(&ada, method.clone(), &one, any, json, foreign).await,
            403,
            "PRIVILEGE_REQUIRED",
        );
        // 11.
        let invalid = r#"{"status":"nonsense"}"#;
        assert_refused(
            &ask(&ada, method, &one, any, json, invalid).await,
            400,
            "INVALID_DATA",
        );
    }
    assert_refused(
        &ask(&ada, Method::POST, "/consents", any, json, foreign).await,
        403,
        "PRIVILEGE_REQUIRED",
    );
    assert_eq!(crate::world::seen(&app, id(&of_ada)).await, of_ada);
    // 1 before everything.
    app.configure(|tenant| tenant.records.enabled = false).await;
    let answer = ask("", Method::PATCH, "/nothing", html, text, &huge).await;
    assert_refused(&answer, 503, "SERVICE_UNAVAILABLE");
    let answer = ask(&portal(&app), Method::POST, "/consents", html, text, &huge).await;
    assert_refused(&answer, 503, "SERVICE_UNAVAILABLE");
}
