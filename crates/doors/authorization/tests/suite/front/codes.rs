//! Signing in with a code that is sent by mail.

use consentry_domain::subject::{Alias, Namespace};
use consentry_ledger::{mail::Contact, provision::Person};
use consentry_testkit::{Answer, Browser, FULL_SCOPE, TestApp};

use super::{assert_local_page, is_logged_in, log_in};

const ADA: &str = "ada@example.com";

/// Asks for a code; answers the page on which it is typed.
async fn ask(browser: &Browser<'_>, name: &str) -> Answer {
    let asked = browser
        .submit("/login/code", &[("username", name)])
        .await
        .expect_status(303);
    assert_eq!(asked.location().path(), "/login/code/entry");
    browser.follow(&asked).await.expect_status(200)
}

async fn type_in(browser: &Browser<'_>, code: &str) -> Answer {
    browser.submit("/login/code/entry", &[("code", code)]).await
}

/// A code that is surely not this one.
fn another(code: &str) -> String {
    let last = code.as_bytes()[code.len() - 1];
    let digit = if last == b'9' { '0' } else { char::from(last + 1) };
    format!("{}{digit}", &code[..code.len() - 1])
}

#[tokio::test]
async fn tpa_fl_02_a_code_by_mail_leads_through_login_and_consent_to_tokens() {
    let app = TestApp::start().await;
    let mails = app.mailbox();
    let browser = app.browser();
    let request = app.authorization(&app.bank.third_party, FULL_SCOPE, &[]);
    let opened = browser.open(&request).await;
    let login = browser.follow(&opened).await.expect_status(200);
    assert!(login.text().contains("Log in with a code sent by mail"));
    let interaction = login.field("interaction").unwrap();
    let ask = browser
        .open(&format!("/login/code?interaction={interaction}"))
        .await;
    assert_local_page(&ask, 200);
    assert!(ask.text().contains("go on to Moneytrack"));
    let fields = [("interaction", interaction.as_str()), ("username", "ada")];
    let sent = browser.submit("/login/code", &fields).await.expect_status(303);
    let cookie = sent.header("set-cookie").unwrap();
    assert!(
        cookie.starts_with("cst_code=oc_") && cookie.contains("HttpOnly") && cookie.contains("Max-Age=600"),
        "{cookie}"
    );
    let entry = browser.follow(&sent).await;
    assert_local_page(&entry, 200);
    assert!(entry.text().contains("autocomplete=\"one-time-code\""));
    let letter = mails.nth(ADA, 1).await;
    let code = mails.code(ADA, 1).await;
    assert_eq!(letter.subject, format!("Your code for Harbor Bank: {code}"));
    assert!(!letter.text.contains("http"), "a mail with a code links nowhere");
    // As people copy it.
    let spaced = format!(" {} {} ", &code[..4], &code[4..]);
    let fields = [("interaction", interaction.as_str()), ("code", spaced.as_str())];
    let entered = browser.submit("/login/code/entry", &fields).await;
    let question = app.land(&browser, entered).await.expect_status(200);
    let back = app.decide(&browser, &question, "approve").await;
    let code = back.location_parameter("code").unwrap();
    let tokens = app.redeem(&app.bank.third_party, &code).await;
    assert_eq!(app.introspect(&tokens.access).await["active"], true);
}

#[tokio::test]
async fn what_is_kept_of_a_code_is_neither_the_code_nor_the_address() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let _entry = ask(&browser, "ada").await;
    // The mail waits, since nothing sends it yet.
    let tenant = app.tenant();
    let queue = app
        .ledger
        .open_mail_queue(tenant.id(), "test", consentry_domain::Lifetime::seconds(1))
        .await
        .unwrap()
        .unwrap();
    let waiting = queue.waiting().await.unwrap();
    let stored = format!("{waiting:?}");
    queue.let_go(false).await.unwrap();
    let mails = app.mailbox();
    let code = mails.code(ADA, 1).await;
    assert!(!stored.contains(&code) && !stored.contains(ADA), "{stored}");
    assert!(type_in(&browser, &code).await.status() == 303);
}

#[tokio::test]
async fn a_code_is_used_once_and_only_in_the_browser_that_asked() {
    let app = TestApp::start().await;
    let mails = app.mailbox();
    let (ada, thief) = (app.browser(), app.browser());
    let _entry = ask(&ada, "ada").await;
    let code = mails.code(ADA, 1).await;
    // Somebody who reads the mail, with no cookie and with the cookie of a code of the own.
    assert_local_page(&type_in(&thief, &code).await, 403);
    let _entry = ask(&thief, "ben").await;
    assert_local_page(&type_in(&thief, &code).await, 403);
    assert!(!is_logged_in(&thief).await);
    let handle = ada.cookies("127.0.0.1");
    let handle = handle
        .iter()
        .find_map(|cookie| cookie.strip_prefix("cst_code="))
        .unwrap()
        .to_owned();
    let entered = type_in(&ada, &code).await.expect_status(303);
    assert_eq!(entered.location().path(), "/login");
    assert!(is_logged_in(&ada).await);
    // A second time, with the cookie that was kept.
    thief.plant("127.0.0.1", "cst_code", &handle);
    let again = type_in(&thief, &code).await;
    assert_local_page(&again, 403);
    assert!(again.text().contains("No code works here now"));
    assert!(!is_logged_in(&thief).await);
}

#[tokio::test]
async fn b01_04_a_code_is_tried_five_times_however_many_try_at_once() {
    let app = TestApp::start().await;
    let mails = app.mailbox();
    let browser = app.browser();
    let _entry = ask(&browser, "ada").await;
    let code = mails.code(ADA, 1).await;
    let wrong = another(&code);
    let first = type_in(&browser, &wrong).await;
    assert_local_page(&first, 403);
    assert!(first.text().contains("You can try 4 more times"));
    let tries = (0..8).map(|_| type_in(&browser, &wrong));
    let answers = futures_join(tries).await;
    let left = |words: &str| {
        answers
            .iter()
            .filter(|answer| answer.text().contains(words))
            .count()
    };
    assert_eq!(left("more times"), 2, "3 and 2 are left");
    assert_eq!(left("once more"), 1);
    let right = type_in(&browser, &code).await;
    assert!(right.status() == 403 || right.status() == 429, "{}", right.text());
    app.pass(60);
    let right = type_in(&browser, &code).await;
    assert_local_page(&right, 403);
    assert!(right.text().contains("No code works here now"));
    assert!(!is_logged_in(&browser).await);
}

/// Runs all at once, on one task.
async fn futures_join<F: Future<Output = Answer>>(tries: impl Iterator<Item = F>) -> Vec<Answer> {
    let mut running: Vec<_> = tries.map(Box::pin).collect();
    let mut done = Vec::new();
    std::future::poll_fn(move |context| {
        running.retain_mut(|one| match one.as_mut().poll(context) {
            std::task::Poll::Ready(answer) => {
                done.push(answer);
                false
            }
            std::task::Poll::Pending => true,
        });
        if running.is_empty() {
            std::task::Poll::Ready(std::mem::take(&mut done))
        } else {
            std::task::Poll::Pending
        }
    })
    .await
}

#[tokio::test]
async fn a_code_is_good_for_ten_minutes_and_the_mail_says_how_many_are_left() {
    let app = TestApp::start().await;
    let mails = app.mailbox();
    let browser = app.browser();
    let _entry = ask(&browser, "ada").await;
    let letter = mails.nth(ADA, 1).await;
    assert!(letter.text.contains("works for 10 minutes"), "{}", letter.text);
    let code = mails.code(ADA, 1).await;
    app.pass(600);
    let late = type_in(&browser, &code).await;
    assert_local_page(&late, 403);
    let _entry = ask(&browser, "ada").await;
    let code = mails.code(ADA, 2).await;
    app.pass(599);
    assert_eq!(type_in(&browser, &code).await.status(), 303);
}

#[tokio::test]
async fn tpa_fl_01_unknown_names_get_the_same_answer_no_mail_and_no_person() {
    let app = TestApp::start().await;
    let mails = app.mailbox();
    let tenant = app.tenant();
    let unreachable = Person {
        aliases: vec![Alias::new(Namespace::Login, "noaddress")],
        password: None,
        applications: Vec::new(),
        contact: None,
        profile: None,
    };
    app.provision_person(&unreachable).await;
    let mut answers = Vec::new();
    for name in ["ada", "nobody", "noaddress", "", "ada@example.com"] {
        let browser = app.browser();
        let asked = browser.submit("/login/code", &[("username", name)]).await;
        let cookie = asked.header("set-cookie").unwrap();
        let (handle, rest) = cookie.split_once(';').unwrap();
        let entry = browser.follow(&asked).await;
        let wrong = type_in(&browser, "00000000").await;
        answers.push((
            asked.status(),
            asked.location(),
            handle.len(),
            rest.to_owned(),
            entry.text().to_owned(),
            wrong.status(),
            wrong.text().to_owned(),
        ));
        app.pass(60);
    }
    for answer in &answers[1..] {
        assert_eq!(*answer, answers[0]);
    }
    let nobody = Alias::new(Namespace::Login, "nobody");
    assert_eq!(app.ledger.find_subject(&tenant, &nobody).await.unwrap(), None);
    // What is asked for now comes after what was asked for before.
    let _entry = ask(&app.browser(), "ben").await;
    let _letter = mails.nth("ben@example.com", 1).await;
    assert_eq!(mails.to(ADA).len(), 1);
}

#[tokio::test]
async fn somebody_is_sent_five_codes_in_a_quarter_of_an_hour_and_nobody_sees_that_it_was_enough() {
    let app = TestApp::start().await;
    let mails = app.mailbox();
    let mut pages = Vec::new();
    for _ in 0..7 {
        pages.push(ask(&app.browser(), "ada").await.text().to_owned());
    }
    assert!(pages.iter().all(|page| *page == pages[0]));
    let _entry = ask(&app.browser(), "ben").await;
    let _letter = mails.nth("ben@example.com", 1).await;
    // Those that are due at once come in any order.
    let _letter = mails.nth(ADA, 5).await;
    assert_eq!(mails.to(ADA).len(), 5);
    app.pass(900);
    let browser = app.browser();
    let _entry = ask(&browser, "ada").await;
    let code = mails.code(ADA, 6).await;
    assert_eq!(type_in(&browser, &code).await.status(), 303);
}

#[tokio::test]
async fn one_network_asks_for_twenty_codes_in_a_quarter_of_an_hour() {
    let app = TestApp::start().await;
    let browser = app.browser();
    for number in 0..20 {
        let _entry = ask(&browser, &format!("nobody{number}")).await;
    }
    let refused = browser.submit("/login/code", &[("username", "ada")]).await;
    assert_local_page(&refused, 429);
    assert_eq!(refused.header("retry-after"), Some("900"));
    assert_eq!(refused.field("username").as_deref(), Some("ada"));
    app.pass(900);
    let _entry = ask(&browser, "ada").await;
}

#[tokio::test]
async fn opening_addresses_does_nothing_and_other_sites_can_do_nothing() {
    let app = TestApp::start().await;
    let mails = app.mailbox();
    let browser = app.browser();
    let _entry = ask(&browser, "ada").await;
    let code = mails.code(ADA, 1).await;
    // A program that opens whatever looks like an address.
    let scanner = app.browser();
    for address in [
        "/login/code",
        "/login/code/entry",
        &format!("/login/code/entry?code={code}"),
        &format!("/login/code?username=ada&code={code}"),
    ] {
        let opened = scanner.open(address).await;
        assert_local_page(&opened, 200);
        let opened = browser.open(address).await;
        assert_local_page(&opened, 200);
    }
    let cookies = browser.cookies("127.0.0.1").join("; ");
    for (address, field) in [
        ("/login/code", ("username", "ada")),
        ("/login/code/entry", ("code", &code)),
    ] {
        let forged = app
            .request(http::Method::POST, address)
            .header("cookie", &cookies)
            .header("sec-fetch-site", "cross-site")
            .form(&[field])
            .send()
            .await;
        assert_local_page(&forged, 403);
        assert_eq!(forged.header("set-cookie"), None);
    }
    assert_eq!(type_in(&browser, &code).await.status(), 303, "it is still good");
    assert_eq!(mails.to(ADA).len(), 1);
}

#[tokio::test]
async fn where_somebody_goes_after_signing_in_is_no_address_from_outside() {
    let app = TestApp::start().await;
    let mails = app.mailbox();
    let browser = app.browser();
    let _entry = ask(&browser, "ada").await;
    let code = mails.code(ADA, 1).await;
    for interaction in [
        "https://evil.example/",
        "//evil.example",
        "ix_unknown",
        "../../evil",
    ] {
        let fields = [("interaction", interaction), ("code", code.as_str())];
        assert_local_page(&browser.submit("/login/code/entry", &fields).await, 404);
        let fields = [("interaction", interaction), ("username", "ada")];
        assert_local_page(&browser.submit("/login/code", &fields).await, 404);
        let address = format!("/login/code?interaction={interaction}");
        assert_local_page(&browser.open(&address).await, 404);
    }
    let done = type_in(&browser, &code).await.expect_status(303);
    assert_eq!(done.header("location"), Some("/login"));
}

#[tokio::test]
async fn ways_to_sign_in_that_are_not_offered_have_no_pages() {
    let app = TestApp::start().await;
    app.configure(|tenant| tenant.authorization.sign_in.password = false)
        .await;
    let browser = app.browser();
    let opened = browser.open("/login").await.expect_status(303);
    assert_eq!(opened.location().path(), "/login/code");
    let password = [
        ("username", "ada"),
        ("password", app.bank.customers[0].password.as_str()),
    ];
    assert_local_page(&browser.submit("/login", &password).await, 404);
    app.configure(|tenant| {
        tenant.authorization.sign_in.password = true;
        tenant.authorization.sign_in.email_code = false;
    })
    .await;
    for address in ["/login/code", "/login/code/entry"] {
        assert_local_page(&browser.open(address).await, 404);
        assert_local_page(&browser.submit(address, &[("username", "ada")]).await, 404);
    }
    assert!(!browser.open("/login").await.text().contains("/login/code"));
    log_in(&app, &browser, "ada").await;
}

#[tokio::test]
async fn a_mail_with_a_code_is_in_the_language_of_the_person() {
    let app = TestApp::start().await;
    let mails = app.mailbox();
    let applications = app.tenant().applications.keys().copied().collect();
    let person = Person {
        aliases: vec![Alias::new(Namespace::Login, "layla")],
        password: None,
        applications,
        contact: Some(Contact {
            mail: consentry_domain::mail::MailAddress::parse("layla@example.com").unwrap(),
            locale: Some(consentry_domain::locale::Locale::parse("ar").unwrap()),
        }),
        profile: None,
    };
    app.provision_person(&person).await;
    let browser = app.browser();
    let _entry = ask(&browser, "layla").await;
    let letter = mails.nth("layla@example.com", 1).await;
    assert_eq!(letter.language, "ar");
    assert!(letter.html.unwrap().contains("dir=\"rtl\""));
    let code = mails.code("layla@example.com", 1).await;
    assert_eq!(type_in(&browser, &code).await.status(), 303);
}
