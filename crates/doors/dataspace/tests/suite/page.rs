//! The page that asks (dataspace-consent-protocol 5.4, 6.3 to 6.5, 9, 12).

use consentry_testkit::Answer;
use serde_json::json;

use crate::world::{ADDRESS, HOME, INCOME, PROFILE, World, send};

/// An address as a query parameter.
fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn assert_page(answer: &Answer, status: u16) {
    assert_eq!(answer.status(), status, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("unsafe-inline"), "{policy}");
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn dsp_9_the_question_is_shown_before_login_and_answered_after_it() {
    let world = World::start().await;
    let browser = world.app.browser();
    let path = world.page(&[(PROFILE, true), (ADDRESS, false)]).await;
    let shown = browser.open(&format!("{path}?returnUrl={}", encoded(HOME))).await;
    assert_page(&shown, 200);
    for words in [
        "Moneytrack",
        "Northbay",
        "Your Profile",
        "Your Address",
        "from tide_office:v2",
    ] {
        assert!(shown.text().contains(words), "{words}");
    }
    assert!(
        !shown.text().contains("type=\"checkbox\""),
        "nothing can be answered yet"
    );
    let sent = send(&browser, &path, "", "login", &[]).await.expect_status(303);
    assert_eq!(sent.location().path(), "/login");
    world.log_in(&browser, "ada").await;
    let onward = browser.open("/login").await.expect_status(303);
    assert_eq!(onward.location().path(), path);
    let asked = browser.open(&path).await;
    assert_page(&asked, 200);
    assert!(asked.text().contains("type=\"checkbox\""));
    assert!(!asked.text().contains("checked"), "nothing is ticked beforehand");
    let policy = asked.header("content-security-policy").unwrap();
    assert!(
        policy.contains("form-action 'self' https://app.vesper.example"),
        "{policy}"
    );
    let token = asked.field("token").unwrap();
    let back = send(&browser, &path, &token, "grant", &[PROFILE])
        .await
        .expect_status(303);
    assert_eq!(
        back.location().as_str(),
        "https://app.vesper.example/profile?tab=2&status=success"
    );
    assert_eq!(world.get_token(PROFILE).await["type"], "consentGranted");
    assert_eq!(world.get_token(ADDRESS).await["type"], "missingConsent");
    // Logged in elsewhere, the login page goes nowhere any more.
    assert_eq!(browser.open("/login").await.status(), 200);
}

#[tokio::test]
async fn dsp_6_3_without_a_required_one_nothing_is_granted() {
    let world = World::start().await;
    world.granted(&[INCOME]).await;
    let browser = world.app.browser();
    world.log_in(&browser, "ada").await;
    let wanted = [(PROFILE, true), (ADDRESS, false), (INCOME, true)];
    let path = world.page(&wanted).await;
    let open = format!("{path}?returnUrl={}", encoded(HOME));
    // Most likely an oversight: the page asks again, and nothing has changed.
    for ticked in [vec![ADDRESS], vec![]] {
        let again = world.answer(&browser, &open, "grant", &ticked).await;
        assert_page(&again, 400);
        assert!(again.text().contains("role=\"alert\""));
    }
    let optional = world.page(&[(ADDRESS, false)]).await;
    assert_eq!(
        world.answer(&browser, &optional, "grant", &[]).await.status(),
        400
    );
    let back = world.answer(&browser, &open, "deny", &[PROFILE, ADDRESS]).await;
    assert_eq!(back.location_parameter("status").as_deref(), Some("fail"));
    for (source, kind) in [
        (PROFILE, "missingConsent"),
        (ADDRESS, "missingConsent"),
        (INCOME, "consentGranted"),
    ] {
        assert_eq!(world.get_token(source).await["type"], kind, "{source}");
    }
    // Asked again, there is a new request.
    assert_ne!(world.page(&wanted).await, path);
}

#[tokio::test]
async fn dsp_6_3_what_was_not_asked_cannot_be_granted() {
    let world = World::start().await;
    let browser = world.app.browser();
    world.log_in(&browser, "ada").await;
    let path = world.page(&[(PROFILE, true)]).await;
    let answer = world.answer(&browser, &path, "grant", &[PROFILE, INCOME]).await;
    assert_page(&answer, 400);
    assert_eq!(world.get_token(INCOME).await["type"], "missingConsent");
    assert_eq!(world.get_token(PROFILE).await["type"], "missingConsent");
}

#[tokio::test]
async fn dsp_6_5_another_person_grants_nothing_and_learns_nothing() {
    let world = World::start().await;
    let browser = world.app.browser();
    let other = world.app.bank.customers[1].username.clone();
    world.log_in(&browser, &other).await;
    let path = world.page(&[(PROFILE, true)]).await;
    let shown = browser.open(&format!("{path}?returnUrl={}", encoded(HOME))).await;
    assert_page(&shown, 403);
    assert!(shown.text().contains("Log in as the same person"));
    assert!(!shown.text().contains(world.ada()) && !shown.text().contains("ada"));
    assert!(!shown.text().contains("Your Profile"));
    for decision in ["grant", "deny"] {
        let answer = send(&browser, &path, "x", decision, &[PROFILE]).await;
        assert_eq!((answer.status(), answer.header("location")), (403, None));
    }
    let switched = send(&browser, &path, "", "switch", &[]).await.expect_status(303);
    assert_eq!(switched.location().path(), "/login");
    world.log_in(&browser, "ada").await;
    assert_eq!(browser.open("/login").await.location().path(), path);
    assert_eq!(browser.open(&path).await.status(), 200);
}

#[tokio::test]
async fn dsp_6_5_a_name_that_nobody_has_can_be_answered_by_nobody() {
    let world = World::start().await;
    let mut claims = world.claims();
    claims["sub"] = json!("stranger");
    let token = world.party.sign(&claims);
    let body = json!({ "consentRequests": [{ "dataSource": PROFILE, "required": true }] });
    let asked = world
        .ask_with(&token, "/Consent/RequestConsents", &body)
        .await
        .expect_status(201);
    let url = asked.json()["requestUrl"].as_str().unwrap().to_owned();
    let browser = world.app.browser();
    world.log_in(&browser, "ada").await;
    assert_page(&browser.open(&url).await, 403);
}

#[tokio::test]
async fn dsp_9_forms_are_bound_to_session_and_request() {
    let world = World::start().await;
    let (browser, elsewhere) = (world.app.browser(), world.app.browser());
    world.log_in(&browser, "ada").await;
    world.log_in(&elsewhere, "ada").await;
    let (one, two) = (
        world.page(&[(PROFILE, true)]).await,
        world.page(&[(PROFILE, true)]).await,
    );
    let token = browser.open(&one).await.field("token").unwrap();
    let _other = browser.open(&two).await;
    for (browser, path, token) in [
        (&browser, &two, token.as_str()),
        (&browser, &one, ""),
        (&browser, &one, "x"),
        (&elsewhere, &one, token.as_str()),
    ] {
        let answer = send(browser, path, token, "grant", &[PROFILE]).await;
        assert_page(&answer, 403);
    }
    // Without a login the form leads to the login page, and from another site to nothing.
    let fresh = world.app.browser();
    let answer = send(&fresh, &one, &token, "grant", &[PROFILE]).await;
    assert_eq!((answer.status(), answer.location().path()), (303, "/login"));
    let cookies = browser.cookies("127.0.0.1").join("; ");
    let foreign = world
        .app
        .request(http::Method::POST, &one)
        .header("cookie", &cookies)
        .header("origin", "https://evil.example")
        .header("sec-fetch-site", "cross-site")
        .form(&[("token", &token), ("decision", "grant"), ("source", PROFILE)])
        .send()
        .await;
    assert_eq!(foreign.status(), 403);
    assert_eq!(world.get_token(PROFILE).await["type"], "missingConsent");
}

#[tokio::test]
async fn dsp_5_4_only_addresses_of_the_application_are_returned_to() {
    let world = World::start().await;
    let browser = world.app.browser();
    world.log_in(&browser, "ada").await;
    let path = world.page(&[(PROFILE, true)]).await;
    let own = world.app.redirect_uri(&world.app.bank.third_party);
    for address in [
        "https://evil.example/",
        "https://app.vesper.example.evil.example/",
        "https://app.vesper.example@evil.example/",
        "https://user:pass@app.vesper.example/",
        "http://app.vesper.example/",
        "https://app.vesper.example:8443/",
        "javascript:alert(1)",
        "//app.vesper.example/",
        "/profile",
        // Plain http on one's own machine is for who allows it.
        own.as_str(),
    ] {
        let shown = browser
            .open(&format!("{path}?returnUrl={}", encoded(address)))
            .await;
        assert_page(&shown, 200);
        assert!(shown.text().contains("We do not know the way back"), "{address}");
        assert!(!shown.text().contains("evil.example"), "{address}");
        let policy = shown.header("content-security-policy").unwrap();
        assert!(!policy.contains("evil"), "{policy}");
    }
    let done = world
        .answer(&browser, &path, "grant", &[PROFILE])
        .await
        .expect_status(303);
    assert_eq!(done.location().path(), path, "never elsewhere");
    assert_page(&browser.open(&path).await, 200);

    world
        .app
        .configure(|tenant| tenant.dataspace.local_returns = true)
        .await;
    let path = world.page(&[(ADDRESS, true)]).await;
    // Percent-encoded or raw, both are one parameter.
    for address in [own.clone(), encoded(&own)] {
        let shown = browser.open(&format!("{path}?returnUrl={address}")).await;
        assert!(!shown.text().contains("We do not know the way back"));
    }
    let done = world
        .answer(&browser, &path, "deny", &[])
        .await
        .expect_status(303);
    assert_eq!(done.location().as_str(), format!("{own}?status=fail"));
}

#[tokio::test]
async fn dsp_5_4_an_empty_path_becomes_a_slash_and_old_status_goes() {
    let world = World::start().await;
    let browser = world.app.browser();
    world.log_in(&browser, "ada").await;
    for (address, expected) in [
        (
            "https://app.vesper.example",
            "https://app.vesper.example/?status=fail",
        ),
        (
            "https://app.vesper.example/a?status=success&b=%20c#part",
            "https://app.vesper.example/a?b=%20c&status=fail#part",
        ),
    ] {
        let path = world.page(&[(PROFILE, true)]).await;
        let open = format!("{path}?returnUrl={}", encoded(address));
        let done = world
            .answer(&browser, &open, "deny", &[])
            .await
            .expect_status(303);
        assert_eq!(done.header("location"), Some(expected));
    }
}

#[tokio::test]
async fn dsp_9_unknown_over_and_answered_requests_have_pages_of_their_own() {
    let world = World::start().await;
    let browser = world.app.browser();
    world.log_in(&browser, "ada").await;
    let unknown = browser
        .open("/request/5f0f6b1e-8f3e-4a55-9d5c-0a8f7b7f2c11")
        .await;
    assert_page(&unknown, 404);
    let path = world.page(&[(PROFILE, true)]).await;
    let open = format!("{path}?returnUrl={}", encoded(HOME));
    let shown = browser.open(&open).await.expect_status(200);
    let token = shown.field("token").unwrap();
    let first = send(&browser, &path, &token, "grant", &[PROFILE])
        .await
        .expect_status(303);
    assert_eq!(first.location_parameter("status").as_deref(), Some("success"));
    // A second submission is told how the first one ended, whatever it says.
    let second = send(&browser, &path, &token, "deny", &[])
        .await
        .expect_status(303);
    assert_eq!(second.location_parameter("status").as_deref(), Some("success"));
    assert_eq!(world.get_token(PROFILE).await["type"], "consentGranted");
    let ended = browser.open(&open).await;
    assert_page(&ended, 200);
    assert!(ended.text().contains("You agreed"));

    let path = world.page(&[(ADDRESS, true)]).await;
    let token = browser.open(&path).await.field("token").unwrap();
    world.app.pass(3599);
    assert_eq!(browser.open(&path).await.status(), 200);
    world.app.pass(1);
    assert_page(&browser.open(&path).await, 410);
    assert_page(&send(&browser, &path, &token, "grant", &[ADDRESS]).await, 410);
    assert_eq!(world.get_token(ADDRESS).await["type"], "missingConsent");
}

#[tokio::test]
async fn dsp_7_two_tabs_at_once_make_one_consent() {
    let world = World::start().await;
    let browser = world.app.browser();
    world.log_in(&browser, "ada").await;
    let (one, two) = (
        world.page(&[(PROFILE, true)]).await,
        world.page(&[(PROFILE, true)]).await,
    );
    let first = browser.open(&one).await.field("token").unwrap();
    let second = browser.open(&two).await.field("token").unwrap();
    let (a, b) = tokio::join!(
        send(&browser, &one, &first, "grant", &[PROFILE]),
        send(&browser, &two, &second, "grant", &[PROFILE]),
    );
    assert_eq!((a.status(), b.status()), (303, 303));
    let tid = world.get_token(PROFILE).await["tid"].clone();
    let listed = browser.open("/portal").await.expect_status(200);
    assert_eq!(listed.text().matches("name=\"consent\"").count(), 1);
    assert!(
        listed.text().contains(tid.as_str().unwrap()),
        "the first one stands"
    );
    assert!(!listed.text().contains("replaced by a newer answer"));
}

#[tokio::test]
async fn dsp_12_who_said_no_often_enough_is_left_in_peace() {
    let world = World::start().await;
    let browser = world.app.browser();
    world.log_in(&browser, "ada").await;
    for _ in 0..3 {
        let path = world.page(&[(PROFILE, true), (ADDRESS, false)]).await;
        let _done = world
            .answer(&browser, &path, "deny", &[])
            .await
            .expect_status(303);
    }
    let path = world.page(&[(PROFILE, false)]).await;
    let shown = browser.open(&format!("{path}?returnUrl={}", encoded(HOME))).await;
    assert_page(&shown, 429);
    assert!(shown.text().contains("status=fail"));
    // Another data source is another question, and so is the same one later.
    let path = world.page(&[(INCOME, true)]).await;
    assert_eq!(browser.open(&path).await.status(), 200);
    world.app.pass(3601);
    let path = world.page(&[(PROFILE, false)]).await;
    assert_eq!(browser.open(&path).await.status(), 200);
}

#[tokio::test]
async fn dsp_5_1_a_request_whose_sources_were_granted_meanwhile_only_leads_on() {
    let world = World::start().await;
    let path = world.page(&[(PROFILE, true)]).await;
    world.granted(&[PROFILE]).await;
    let tid = world.get_token(PROFILE).await["tid"].clone();
    let browser = world.app.browser();
    world.log_in(&browser, "ada").await;
    let open = format!("{path}?returnUrl={}", encoded(HOME));
    let back = world
        .answer(&browser, &open, "grant", &[])
        .await
        .expect_status(303);
    assert_eq!(back.location_parameter("status").as_deref(), Some("success"));
    assert_eq!(world.get_token(PROFILE).await["tid"], tid);
}

#[tokio::test]
async fn dsp_9_names_from_outside_are_text() {
    let world = World::start().await;
    let tenant = world.app.tenant();
    let client = tenant.client(world.client()).unwrap();
    let mut client = consentry_domain::client::Client::clone(client);
    client.name = "<script>alert(1)</script>".to_owned();
    world
        .app
        .provision(&[consentry_ledger::provision::Entry::Client(client)])
        .await;
    let path = world.page(&[(PROFILE, true)]).await;
    let shown = world.app.browser().open(&path).await.expect_status(200);
    assert!(!shown.text().contains("<script>alert"));
}

#[tokio::test]
async fn dsp_9_the_page_speaks_the_languages_of_the_house() {
    let world = World::start().await;
    let path = world.page(&[(PROFILE, true)]).await;
    let shown = world
        .app
        .request(http::Method::GET, &path)
        .header("accept-language", "ar")
        .send()
        .await
        .expect_status(200);
    assert_eq!(shown.header("content-language"), Some("ar"));
    assert!(shown.text().contains("dir=\"rtl\""));
    assert!(
        shown.text().contains("lang=\"en-GB\""),
        "the tenant's words are in its own language"
    );
}

#[tokio::test]
async fn dsp_9_a_definition_can_be_looked_at_where_the_operator_says() {
    let world = World::start().await;
    let browser = world.app.browser();
    let path = world.page(&[(PROFILE, true), (ADDRESS, false)]).await;
    let without = browser.open(&path).await.expect_status(200);
    assert!(!without.text().contains("definitions.northbay.example"));
    world
        .app
        .configure(|tenant| {
            let viewer = "https://definitions.northbay.example/definitions/{definition}";
            tenant.dataspace.definition_viewer = Some(viewer.to_owned());
        })
        .await;
    let with = browser.open(&path).await.expect_status(200);
    for definition in ["Person/Profile_v1.0", "Person/Address_v1.0"] {
        let address = format!("https://definitions.northbay.example/definitions/{definition}");
        let link = format!("href=\"{address}\" target=\"_blank\" rel=\"noopener noreferrer\"");
        assert!(with.text().contains(&link), "{definition}");
    }
}
