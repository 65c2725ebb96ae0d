//! Addresses that people open by accident, and the demo's clock. What the pages look like is judged in a browser, see `e2e`.

use consentry_testkit::TestApp;
use http::Method;

use crate::binary::{Running, request};

#[tokio::test]
async fn architecture_7_1_where_nothing_answers_people_get_a_page_and_programs_a_problem() {
    let app = TestApp::start().await;
    for (path, status) in [("/nowhere", 404), ("/login/nowhere", 404), ("/consent", 405)] {
        let page = app
            .request(Method::GET, path)
            .header("accept", "text/html,*/*;q=0.8")
            .header("accept-language", "ar")
            .send()
            .await
            .expect_status(status);
        assert_eq!(
            page.header("content-type"),
            Some("text/html; charset=utf-8"),
            "{path}"
        );
        assert!(page.text().contains("dir=\"rtl\"") && page.text().contains("Harbor Bank"));
        assert!(
            page.header("content-security-policy")
                .unwrap()
                .contains("frame-ancestors 'none'")
        );
        let problem = app.get(path).await.expect_status(status);
        assert_eq!(
            problem.header("content-type"),
            Some("application/problem+json"),
            "{path}"
        );
    }
}

#[test]
fn a_demo_that_keeps_its_data_lets_nobody_move_its_clock() {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start("127.0.0.1:0".parse().unwrap(), folder.path());
    let (status, start) = request(running.address, "GET /demo HTTP/1.1", "").unwrap();
    assert_eq!(status, 200);
    assert!(!start.contains("/demo/clock"));
    let head = "POST /demo/clock HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded";
    let (status, page) = request(running.address, head, "time=30-days").unwrap();
    assert_eq!(status, 409);
    assert!(page.contains("The clock cannot be moved"), "{page}");
    let foreign = format!("{head}\r\nSec-Fetch-Site: cross-site");
    assert_eq!(request(running.address, &foreign, "time=30-days").unwrap().0, 403);
}
