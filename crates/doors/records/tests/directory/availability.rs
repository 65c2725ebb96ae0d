//! A directory that cannot be asked (consent-api 12.6): 503, and nothing is decided.

use consentry_testkit::{
    TestApp,
    slapd::{Authority, Slapd},
};
use serde_json::json;

use crate::world::{DORA, DORAS, OFFICES, assert_unavailable, create, get, start, status};

#[tokio::test]
async fn rec_12_6_a_server_that_is_down_is_503_and_service_goes_on_when_it_returns() {
    let (app, mut slapd) = start().await;
    assert_eq!(status(&app, "dora", DORAS).await, 200);
    slapd.stop();
    assert_eq!(status(&app, "dora", DORAS).await, 200, "remembered");
    app.pass(60);
    for (name, password) in [
        ("dora", DORAS),
        ("dora", "wrong"),
        (DORA, DORAS),
        ("nobody", DORAS),
        ("back office", OFFICES),
    ] {
        assert_unavailable(&get(&app, name, password, "/definitions").await);
    }
    // A failure of the directory is nobody's failed login.
    for _ in 0..10 {
        assert_unavailable(&get(&app, "dora", "wrong", "/definitions").await);
    }
    slapd.start_again();
    assert_eq!(status(&app, "dora", DORAS).await, 200);
    assert_eq!(status(&app, "nobody", DORAS).await, 401);
}

#[tokio::test]
async fn rec_12_6_a_record_whose_subject_cannot_be_looked_up_is_not_made() {
    let (app, mut slapd) = start().await;
    let records = async || {
        let all = get(&app, "back office", OFFICES, "/consents?all=true").await;
        all.expect_status(200).json()["count"].clone()
    };
    let before = records().await;
    slapd.stop();
    for body in [
        json!({ "subject": "dora" }),
        json!({ "subject": DORA }),
        json!({ "actor": "somebody" }),
    ] {
        assert_unavailable(&create(&app, "back office", OFFICES, body).await);
    }
    assert_unavailable(&get(&app, "back office", OFFICES, "/consents?subject=dora").await);
    assert_eq!(records().await, before);
    let known = create(
        &app,
        "back office",
        OFFICES,
        json!({ "subject": "ada", "actor": "ada" }),
    )
    .await;
    let _people_of_our_own_need_no_directory = known.expect_status(201);
    slapd.start_again();
    let made = create(&app, "back office", OFFICES, json!({ "subject": "dora" })).await;
    assert_eq!(made.expect_status(201).json()["subjectDN"], DORA);
}

#[tokio::test]
async fn rec_12_6_a_server_that_says_nothing_is_503_after_the_deadline() {
    let slapd = Slapd::start();
    let mut section = slapd.section();
    section.deadline_seconds = 1;
    let app = TestApp::start_with_directories(&[("company", section)]).await;
    assert_eq!(status(&app, "dora", DORAS).await, 200);
    slapd.hold();
    app.pass(60);
    assert_unavailable(&get(&app, "dora", DORAS, "/definitions").await);
    let ada = &app.bank.customers[0];
    assert_eq!(
        status(&app, "ada", &ada.password).await,
        200,
        "who is our own is not held up"
    );
    slapd.go_on();
    assert_eq!(status(&app, "dora", DORAS).await, 200);
}

#[tokio::test]
async fn rec_12_6_a_directory_that_refuses_our_account_or_is_not_believed_is_503() {
    let slapd = Slapd::start();
    let folder = tempfile::tempdir().unwrap();
    let (password, authority) = (folder.path().join("password"), folder.path().join("ca.pem"));
    std::fs::write(&password, "wrong").unwrap();
    std::fs::write(&authority, Authority::new().pem()).unwrap();
    let mut misconfigured = slapd.section();
    misconfigured.bind_password_file = Some(password);
    let mut stranger = slapd.section();
    stranger.ca_file = Some(authority);
    for section in [misconfigured, stranger] {
        let app = TestApp::start_with_directories(&[("company", section)]).await;
        assert_unavailable(&get(&app, "dora", DORAS, "/definitions").await);
    }
    assert_eq!(slapd.count(&["SRCH base"]), 0);
}

#[tokio::test]
async fn rec_12_6_starttls_serves_as_well_as_tls_and_no_password_travels_before_it() {
    let slapd = Slapd::start();
    let mut section = slapd.section();
    section.url = slapd.named_url();
    let app = TestApp::start_with_directories(&[("company", section)]).await;
    assert_eq!(status(&app, "dora", DORAS).await, 200);
    assert_eq!(status(&app, "dora", "wrong").await, 401);
    assert!(slapd.count(&["STARTTLS"]) > 0);
    assert_eq!(slapd.count(&["BIND dn=", " ssf=0"]), 0);
    let deaf = Slapd::start_without_tls();
    let mut section = deaf.section();
    section.url = deaf.named_url();
    let app = TestApp::start_with_directories(&[("company", section)]).await;
    assert_unavailable(&get(&app, "dora", DORAS, "/definitions").await);
    assert_eq!(deaf.count(&["BIND"]), 0);
}

#[tokio::test]
async fn rec_12_6_without_encryption_only_where_somebody_says_so() {
    let slapd = Slapd::start_without_tls();
    let mut section = slapd.section();
    section.url = slapd.url();
    section.plain_text = true;
    section.ca_file = None;
    let app = TestApp::start_with_directories(&[("company", section)]).await;
    assert_eq!(status(&app, "dora", DORAS).await, 200);
}
