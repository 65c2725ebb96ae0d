//! What is logged about a live directory. A program of its own, because what is logged is a setting of the whole process.

use consentry_testkit::{
    CapturedLog, TestApp,
    slapd::{READER, Slapd},
};
use http::Method;

#[tokio::test]
async fn rec_16_the_log_tells_why_a_directory_cannot_be_asked_and_holds_no_password() {
    let log = CapturedLog::start();
    let mut slapd = Slapd::start();
    let app = TestApp::start_with_directories(&[("company", slapd.section())]).await;
    let ask = async |name: &str, password: &str, id: &str| {
        let request = app.request(Method::GET, "/consent/v1/definitions");
        let answer = request
            .basic(name, password)
            .header("x-request-id", id)
            .send()
            .await;
        answer.status()
    };
    assert_eq!(ask("dora", "dora-secret-31", "right-1").await, 200);
    assert_eq!(ask("dora", "wrong-secret-98", "wrong-2").await, 401);
    assert_eq!(ask("nobody", "other-secret-99", "unknown-3").await, 401);
    assert_eq!(ask("twin", "twin-secret-34", "ambiguous-4").await, 401);
    slapd.stop();
    assert_eq!(ask("dora", "late-secret-97", "down-5").await, 503);

    let log = log.text();
    let failure = log
        .lines()
        .find(|line| line.contains("down-5") && line.contains("directory company"));
    let failure = failure.unwrap_or_else(|| panic!("{log}"));
    assert!(
        failure.contains("cannot be asked: the connection failed"),
        "{failure}"
    );
    let failures = log
        .lines()
        .filter(|line| line.contains("directory company"))
        .count();
    assert_eq!(failures, 1, "once, where it is handled");
    assert!(!log.contains("-secret-"), "a password is in the log");
    assert!(!log.contains(READER.1));
}
