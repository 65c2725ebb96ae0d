//! Linking who one is at another OpenID provider, and taking it away, on a page of one's own.

use consentry_domain::tenant::Upstream;
use consentry_testkit::{Answer, Browser, Provider, TestApp};
use serde_json::json;

use super::{
    assert_local_page, is_logged_in, log_in,
    upstream::{beside, come_back, go, known, settings},
};

const PAGE: &str = "/login/links";
const LINK: &str = "/login/with/other?for=link";

async fn whose(app: &TestApp, provider: &Provider, sub: &str) -> Option<String> {
    let there = Upstream::alias(&provider.issuer, sub);
    let found = app.ledger.find_subject(&app.tenant(), &there).await.unwrap();
    found.map(|subject| subject.to_string())
}

/// Links whoever sits in front of the provider.
async fn link(app: &TestApp, browser: &Browser<'_>, provider: &Provider) -> Answer {
    let back = come_back(browser, &go(browser, provider, LINK).await).await;
    app.land(browser, back).await
}

async fn unlink(browser: &Browser<'_>, page: &Answer) -> Answer {
    let identity = page.field("identity").unwrap();
    browser
        .submit(PAGE, &[("do", "unlink"), ("identity", &identity)])
        .await
}

#[tokio::test]
async fn somebody_links_who_they_are_there_logs_in_with_it_and_takes_it_away() {
    let mut provider = Provider::start(&["other"]);
    let app = beside(&provider, |_| {}).await;
    provider.sits(&json!({ "sub": "77" }));
    let mails = app.mailbox();
    let browser = app.browser();
    // Who is not logged in is sent to log in first.
    let first = browser.open(PAGE).await.expect_status(303);
    assert_eq!(first.location().path(), "/login");
    log_in(&app, &browser, "ada").await;
    let onward = browser.press("/login").await.expect_status(303);
    assert_eq!(onward.location().path(), PAGE);
    let page = browser.open(PAGE).await.expect_status(200);
    assert!(page.text().contains("Link Other ID") && !page.text().contains("Linked since"));
    let sent = browser.press(LINK).await.expect_status(303);
    let asked = sent.location();
    let asked: Vec<(String, String)> = asked.query_pairs().into_owned().collect();
    let value = |name: &str| {
        let found = asked.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    assert_eq!(value("max_age"), "600", "a login there as recent as the one here");
    assert_eq!(value("code_challenge_method"), "S256");
    assert!(value("state").len() >= 43 && value("nonce").len() == 43);
    let page = link(&app, &browser, &provider).await.expect_status(200);
    assert!(page.text().contains("It is linked") && page.text().contains("Linked since"));
    let ada = super::user_id(&app, "ada");
    assert_eq!(whose(&app, &provider, "77").await.as_deref(), Some(ada));
    assert_eq!(
        mails.nth("ada@example.com", 1).await.subject,
        "A login elsewhere was linked to your account"
    );

    // From then on it opens, in another browser too.
    let other = app.browser();
    let back = come_back(&other, &go(&other, &provider, "/login/with/other").await).await;
    assert_eq!(back.status(), 303);
    assert!(is_logged_in(&other).await);

    // Linking it again changes nothing.
    let page = link(&app, &browser, &provider).await;
    assert_eq!(page.text().matches("Linked since").count(), 1);

    let page = unlink(&browser, &page).await.expect_status(200);
    assert!(page.text().contains("It is unlinked"), "{}", page.text());
    let told = mails.nth("ada@example.com", 2).await;
    assert_eq!(told.subject, "A login elsewhere was unlinked from your account");
    assert!(told.text.contains("Other ID"));
    assert_eq!(whose(&app, &provider, "77").await, None);
    assert!(
        !is_logged_in(&other).await,
        "where it was logged in by it is logged out"
    );
    assert!(is_logged_in(&browser).await);
    let refused = come_back(&other, &go(&other, &provider, "/login/with/other").await).await;
    assert_local_page(&refused, 403);
    // What is gone already, or never was, is not there.
    let nothing = browser
        .submit(PAGE, &[("do", "unlink"), ("identity", "nobody")])
        .await
        .expect_status(200);
    assert!(!nothing.text().contains("It is unlinked"));
}

#[tokio::test]
async fn an_identity_of_somebody_else_stays_theirs() {
    let mut provider = Provider::start(&["other"]);
    let app = beside(&provider, |_| {}).await;
    known(&app, &provider, "ben", "8").await;
    provider.sits(&json!({ "sub": "8" }));
    let browser = app.browser();
    log_in(&app, &browser, "ada").await;
    let page = link(&app, &browser, &provider).await.expect_status(200);
    assert!(
        page.text()
            .contains("Somebody else here logs in with this already")
    );
    let ben = super::user_id(&app, "ben");
    assert_eq!(whose(&app, &provider, "8").await.as_deref(), Some(ben));

    // Nobody takes away what is somebody else's either.
    let bens = app.browser();
    log_in(&app, &bens, "ben").await;
    let identity = bens.open(PAGE).await.field("identity").unwrap();
    let page = browser
        .submit(PAGE, &[("do", "unlink"), ("identity", &identity)])
        .await
        .expect_status(200);
    assert!(!page.text().contains("It is unlinked"));
    assert_eq!(whose(&app, &provider, "8").await.as_deref(), Some(ben));
}

#[tokio::test]
async fn changing_anything_needs_a_recent_login_and_the_same_person_when_the_answer_comes() {
    let mut provider = Provider::start(&["other"]);
    let app = beside(&provider, |_| {}).await;
    provider.sits(&json!({ "sub": "77" }));
    let browser = app.browser();
    log_in(&app, &browser, "ada").await;
    let begun = go(&browser, &provider, LINK).await;
    app.pass(601);
    // Too late for what was begun, and for beginning anything.
    let page = come_back(&browser, &begun).await;
    let page = app.land(&browser, page).await.expect_status(200);
    assert!(page.text().contains("log in once more first") && !page.text().contains("Link Other ID"));
    let refused = browser.press(LINK).await.expect_status(303);
    assert_eq!(refused.location().path(), PAGE);
    assert_eq!(whose(&app, &provider, "77").await, None);
    let again = browser.submit(PAGE, &[("do", "again")]).await.expect_status(303);
    assert_eq!(again.location().query(), Some("anew=yes"));
    let _login = browser.follow(&again).await.expect_status(200);
    log_in(&app, &browser, "ada").await;
    let onward = browser.press("/login").await.expect_status(303);
    let page = browser.follow(&onward).await.expect_status(200);
    assert!(page.text().contains("Link Other ID"), "{}", page.text());

    // Somebody else logs in here while the person is at the provider.
    let begun = go(&browser, &provider, LINK).await;
    browser.submit("/logout", &[("confirm", "yes")]).await;
    log_in(&app, &browser, "ben").await;
    let page = come_back(&browser, &begun).await;
    let page = app.land(&browser, page).await.expect_status(200);
    assert!(page.text().contains("Somebody else logged in here meanwhile"));
    assert_eq!(whose(&app, &provider, "77").await, None);

    // An answer of another browser is nobody's here.
    let (ada, thief) = (app.browser(), app.browser());
    log_in(&app, &ada, "ada").await;
    log_in(&app, &thief, "ben").await;
    let begun = go(&thief, &provider, LINK).await;
    assert_local_page(&come_back(&ada, &begun).await, 403);
    assert_eq!(whose(&app, &provider, "77").await, None);
}

#[tokio::test]
async fn another_site_sends_nobody_to_link_anything_and_takes_nothing_away() {
    let mut provider = Provider::start(&["other"]);
    let app = beside(&provider, |_| {}).await;
    known(&app, &provider, "ada", "7").await;
    provider.sits(&json!({ "sub": "77" }));
    let browser = app.browser();
    log_in(&app, &browser, "ada").await;
    let sent = browser.open(LINK).await.expect_status(303);
    assert_eq!(sent.location().path(), "/login");
    let identity = browser.open(PAGE).await.field("identity").unwrap();
    let fields = [("do", "unlink"), ("identity", identity.as_str())];
    let refused = browser.submit_from_elsewhere(PAGE, &fields).await;
    assert_eq!(refused.status(), 403);
    let ada = super::user_id(&app, "ada");
    assert_eq!(whose(&app, &provider, "7").await.as_deref(), Some(ada));
}

#[tokio::test]
async fn the_last_way_to_log_in_stays_also_where_two_are_taken_away_at_once() {
    let mut provider = Provider::start(&["other", "second"]);
    let app = beside(&provider, |_| {}).await;
    let mut second = settings(&app, &provider, "second");
    second.issuer = format!("{}/second", provider.issuer);
    app.configure(|tenant| tenant.authorization.sign_in.upstreams.push(second))
        .await;
    known(&app, &provider, "mia", "5").await;
    provider.sits(&json!({ "sub": "5" }));
    let browser = app.browser();
    let back = come_back(&browser, &go(&browser, &provider, "/login/with/other").await).await;
    assert_eq!(back.status(), 303);
    // She has no password, no address and no passkey.
    let page = browser.open(PAGE).await.expect_status(200);
    let refused = unlink(&browser, &page).await.expect_status(409);
    assert!(
        refused.text().contains("This is your only way to log in"),
        "{}",
        refused.text()
    );
    assert!(whose(&app, &provider, "5").await.is_some());

    // With another identity one of the two can go, and only one.
    let there = Upstream::alias(&format!("{}/second", provider.issuer), "6");
    let person = consentry_ledger::provision::Person {
        aliases: vec![Upstream::alias(&provider.issuer, "5"), there],
        password: None,
        applications: app.tenant().applications.keys().copied().collect(),
        contact: None,
        profile: None,
    };
    app.provision_person(&person).await;
    let page = browser.open(PAGE).await;
    let ids: Vec<String> = page
        .text()
        .split("name=\"identity\" value=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 2);
    let take = |id: &str| {
        let fields = [
            ("do".to_owned(), "unlink".to_owned()),
            ("identity".to_owned(), id.to_owned()),
        ];
        let browser = &browser;
        async move {
            let fields: Vec<(&str, &str)> = fields
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            browser.submit(PAGE, &fields).await.status()
        }
    };
    let (one, other) = tokio::join!(take(&ids[0]), take(&ids[1]));
    let mut answers = [one, other];
    answers.sort_unstable();
    assert_eq!(answers, [200, 409]);
    assert_eq!(browser.open(PAGE).await.text().matches("Linked since").count(), 1);
}

#[tokio::test]
async fn there_is_no_such_page_where_no_provider_is_configured() {
    let app = TestApp::start().await;
    let browser = app.browser();
    assert_local_page(&browser.open(PAGE).await, 404);
    assert_local_page(&browser.submit(PAGE, &[("do", "unlink")]).await, 404);
}
