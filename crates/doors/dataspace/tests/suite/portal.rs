//! What a person agreed to, and taking it back (dataspace-consent-protocol 5.5, 9).

use consentry_testkit::{Answer, Browser};

use crate::world::{ADDRESS, INCOME, PROFILE, World};

/// Sends the form of the portal.
async fn stop(browser: &Browser<'_>, shown: &Answer, fields: &[(&str, &str)]) -> Answer {
    let token = shown.field("token").unwrap();
    let mut all = vec![("token", token.as_str())];
    all.extend_from_slice(fields);
    browser.submit("/portal", &all).await
}

#[tokio::test]
async fn dsp_5_5_the_portal_is_for_who_is_logged_in() {
    let world = World::start().await;
    let browser = world.app.browser();
    let sent = browser.open("/portal").await.expect_status(303);
    assert_eq!(sent.location().path(), "/login");
    world.log_in(&browser, "ada").await;
    assert_eq!(
        browser.open("/login").await.expect_status(303).location().path(),
        "/portal"
    );
    let empty = browser.open("/portal").await.expect_status(200);
    assert!(empty.text().contains("You share nothing now"));
    assert_eq!(empty.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn dsp_5_5_the_foot_of_the_pages_leads_to_privacy_policy_and_terms() {
    let world = World::start().await;
    let path = world.page(&[(PROFILE, true)]).await;
    let browser = world.app.browser();
    let links = async |path: &str| {
        let text = browser.open(path).await.expect_status(200).text().to_owned();
        [
            "https://northbay.example/privacy",
            "https://northbay.example/terms",
        ]
        .map(|address| text.contains(&format!("href=\"{address}\"")))
    };
    assert_eq!(links(&path).await, [false, false]);
    world
        .app
        .configure(|tenant| {
            tenant.dataspace.privacy_policy = Some("https://northbay.example/privacy".to_owned());
            tenant.dataspace.terms = Some("https://northbay.example/terms".to_owned());
        })
        .await;
    assert_eq!(links(&path).await, [true, true]);
    world.log_in(&browser, "ada").await;
    assert_eq!(links("/portal").await, [true, true]);
}

#[tokio::test]
async fn dsp_9_the_portal_says_when_a_token_was_last_issued() {
    let world = World::start().await;
    world.granted(&[PROFILE, ADDRESS]).await;
    let browser = world.app.browser();
    world.log_in(&browser, "ada").await;
    let shown = browser.open("/portal").await.expect_status(200);
    assert!(!shown.text().contains("proof last issued"), "none was");
    let _token = world.consent_token(PROFILE).await;
    world.app.pass(86_400);
    let _later = world.consent_token(PROFILE).await;
    world.app.ledger.write_uses().await.unwrap();
    world.log_in(&browser, "ada").await;
    let shown = browser.open("/portal").await.expect_status(200);
    assert_eq!(
        shown.text().matches("proof last issued on").count(),
        1,
        "{}",
        shown.text()
    );
    let today = world.app.now().to_jiff().strftime("%-d %B %Y").to_string();
    assert!(
        shown.text().contains(&format!("proof last issued on {today}")),
        "{}",
        shown.text()
    );
}

#[tokio::test]
async fn dsp_9_one_is_stopped_and_the_others_go_on() {
    let world = World::start().await;
    world.granted(&[PROFILE, ADDRESS]).await;
    world.granted(&[INCOME]).await;
    let browser = world.app.browser();
    world.log_in(&browser, "ada").await;
    let shown = browser.open("/portal").await.expect_status(200);
    for words in ["Moneytrack", "Your Profile", "Your Address", "Your Income"] {
        assert!(shown.text().contains(words), "{words}");
    }
    let tid = world.get_token(ADDRESS).await["tid"].as_str().unwrap().to_owned();
    let confirm = stop(&browser, &shown, &[("consent", &tid)])
        .await
        .expect_status(200);
    assert!(confirm.text().contains("Your Address") && !confirm.text().contains("Your Profile"));
    assert!(
        confirm.text().contains("not called back"),
        "what was handed over stays"
    );
    assert!(
        confirm.text().contains("can work until"),
        "and so do copies, for a while"
    );
    assert_eq!(
        world.get_token(ADDRESS).await["type"],
        "consentGranted",
        "nothing happened yet"
    );
    let fields = [("consent", tid.as_str()), ("decision", "stop")];
    let done = stop(&browser, &confirm, &fields).await.expect_status(303);
    let shown = browser.follow(&done).await.expect_status(200);
    assert!(shown.text().contains("role=\"status\""));
    assert_eq!(world.get_token(ADDRESS).await["type"], "missingConsent");
    assert_eq!(world.get_token(PROFILE).await["type"], "consentGranted");
    assert_eq!(world.get_token(INCOME).await["type"], "consentGranted");
    assert!(shown.text().contains("stopped on"));
    // Again it is gone already.
    let again = stop(&browser, &shown, &fields).await.expect_status(303);
    assert_eq!(again.location().query(), None);

    let fields = [("application", world.client()), ("decision", "stop")];
    let _done = stop(&browser, &shown, &fields).await.expect_status(303);
    for source in [PROFILE, ADDRESS, INCOME] {
        assert_eq!(
            world.get_token(source).await["type"],
            "missingConsent",
            "{source}"
        );
    }
}

#[tokio::test]
async fn dsp_9_nobody_stops_what_is_somebody_elses() {
    let world = World::start().await;
    world.granted(&[PROFILE]).await;
    let tid = world.get_token(PROFILE).await["tid"].as_str().unwrap().to_owned();
    let browser = world.app.browser();
    let other = world.app.bank.customers[1].username.clone();
    world.log_in(&browser, &other).await;
    let ada = world.app.browser();
    world.log_in(&ada, "ada").await;
    let adas = ada.open("/portal").await.expect_status(200);
    assert_eq!(
        stop(&browser, &adas, &[("consent", &tid)]).await.status(),
        403,
        "a form of hers"
    );
    // Her portal has a form, since something is listed; that of who shares nothing has none.
    let empty = browser.open("/portal").await.expect_status(200);
    assert!(!empty.text().contains(&tid) && empty.field("token").is_none());
    let cookies = ada.cookies("127.0.0.1").join("; ");
    let token = adas.field("token").unwrap();
    let foreign = world
        .app
        .request(http::Method::POST, "/portal")
        .header("cookie", &cookies)
        .header("origin", "https://evil.example")
        .header("sec-fetch-site", "cross-site")
        .form(&[("token", &token), ("consent", &tid), ("decision", "stop")])
        .send()
        .await;
    assert_eq!(foreign.status(), 403);
    assert_eq!(world.get_token(PROFILE).await["type"], "consentGranted");
}
