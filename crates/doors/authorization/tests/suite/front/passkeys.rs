//! Passkeys: adding one on one's own page, logging in with it, and everything that must not work.

use consentry_domain::{
    SubjectId,
    subject::{Alias, Namespace},
};
use consentry_ledger::provision::Person;
use consentry_testkit::{Answer, Authenticator, Browser, FULL_SCOPE, Signature, TestApp, asked};

use super::{assert_local_page, user_id};

/// Browsers have passkeys under a name, and not under an address.
const ORIGIN: &str = "http://bank.localhost:8080";

const ADA: &str = "ada@example.com";

/// Something an authenticator says that is not so.
type Lie = fn(&mut Authenticator);

fn at(path: &str) -> String {
    format!("{ORIGIN}{path}")
}

async fn start() -> TestApp {
    let app = TestApp::start().await;
    app.configure(|tenant| {
        tenant.hosts = vec!["bank.localhost:8080".to_owned()];
        tenant.authorization.sign_in.passkey = true;
    })
    .await;
    app
}

async fn log_in(app: &TestApp, browser: &Browser<'_>, username: &str) {
    let known = app.bank.customers.iter();
    let mut known = known.filter(|customer| customer.username == username);
    let password = known.next().unwrap().password.clone();
    let fields = [("username", username), ("password", password.as_str())];
    let _answer = browser.submit(&at("/login"), &fields).await.expect_status(303);
}

async fn is_logged_in(browser: &Browser<'_>) -> bool {
    let page = browser.open(&at("/login")).await;
    page.text().contains("You are logged in")
}

/// Adds a passkey to the account of somebody who is logged in; answers the page after it.
async fn add(browser: &Browser<'_>, authenticator: &mut Authenticator, name: &str) -> Answer {
    let page = browser.open(&at("/login/passkeys")).await;
    assert_local_page(&page, 200);
    let made = authenticator.make(page.text());
    let fields = [("do", "add"), ("name", name), ("credential", made.as_str())];
    browser.submit(&at("/login/passkeys"), &fields).await
}

/// What becomes of logging in with a passkey in this browser.
async fn try_it(browser: &Browser<'_>, authenticator: &mut Authenticator) -> Answer {
    let page = browser.open(&at("/login/passkey")).await;
    assert_local_page(&page, 200);
    let answer = authenticator.log_in(page.text());
    browser
        .submit(&at("/login/passkey"), &[("credential", &answer)])
        .await
}

/// Ada with a passkey.
async fn with_passkey(app: &TestApp, signature: Signature) -> Authenticator {
    let browser = app.browser();
    log_in(app, &browser, "ada").await;
    let mut authenticator = Authenticator::new(ORIGIN, signature);
    let added = add(&browser, &mut authenticator, "Phone")
        .await
        .expect_status(200);
    assert!(added.text().contains("The passkey was added"), "{}", added.text());
    authenticator
}

fn refused(answer: &Answer, words: &str) {
    assert_local_page(answer, 403);
    assert!(answer.text().contains(words), "{}", answer.text());
}

#[tokio::test]
async fn somebody_adds_a_passkey_logs_in_with_it_and_takes_it_away() {
    let app = start().await;
    let mails = app.mailbox();
    for signature in [Signature::Es256, Signature::EdDsa, Signature::Rs256] {
        let mut authenticator = with_passkey(&app, signature).await;
        let browser = app.browser();
        let _in = try_it(&browser, &mut authenticator).await.expect_status(303);
        assert!(is_logged_in(&browser).await, "{signature:?}");
    }
    let told = mails.nth(ADA, 1).await;
    assert_eq!(told.subject, "A passkey was added to your account");
    let browser = app.browser();
    let mut authenticator = Authenticator::new(ORIGIN, Signature::Es256);
    log_in(&app, &browser, "ada").await;
    let _added = add(&browser, &mut authenticator, "  Ada\u{7}s <b>key</b> ").await;
    let other = app.browser();
    let _in = try_it(&other, &mut authenticator).await.expect_status(303);
    let sessions = other.open(&at("/login/sessions")).await;
    assert!(sessions.text().contains("a passkey"), "{}", sessions.text());
    let page = other.open(&at("/login/passkeys")).await;
    assert_local_page(&page, 200);
    assert!(page.text().contains("Ada s &#60;b&#62;key"), "{}", page.text());
    let id = page.field("passkey").unwrap();
    let named = [("do", "name"), ("passkey", id.as_str()), ("name", "Ring")];
    let page = other.submit(&at("/login/passkeys"), &named).await;
    assert!(page.text().contains("The name was changed") && page.text().contains("Remove Ring"));
    let gone = [("do", "remove"), ("passkey", id.as_str())];
    let page = other.submit(&at("/login/passkeys"), &gone).await;
    assert!(page.text().contains("The passkey was removed") && !page.text().contains("Remove Ring"));
    refused(
        &try_it(&app.browser(), &mut authenticator).await,
        "This passkey does not work here",
    );
    assert_eq!(
        mails.nth(ADA, 5).await.subject,
        "A passkey was removed from your account"
    );
}

#[tokio::test]
async fn the_last_way_to_log_in_stays() {
    let app = start().await;
    // Nobody reaches Carl by mail.
    let person = Person {
        aliases: vec![Alias::new(Namespace::Login, "carl")],
        password: Some("carl's password".to_owned()),
        applications: app.tenant().applications.keys().copied().collect(),
        contact: None,
        profile: None,
    };
    app.provision_person(&person).await;
    let browser = app.browser();
    let fields = [("username", "carl"), ("password", "carl's password")];
    let _in = browser.submit(&at("/login"), &fields).await.expect_status(303);
    let mut authenticator = Authenticator::new(ORIGIN, Signature::Es256);
    let added = add(&browser, &mut authenticator, "Phone").await;
    assert!(added.text().contains("The passkey was added"), "{}", added.text());
    let turn = async |is_on: bool| {
        app.configure(|tenant| {
            tenant.authorization.sign_in.password = is_on;
            tenant.authorization.sign_in.email_code = true;
        })
        .await;
    };
    let take = async || {
        let page = browser.open(&at("/login/passkeys")).await;
        let id = page.field("passkey").unwrap();
        let fields = [("do", "remove"), ("passkey", id.as_str())];
        browser.submit(&at("/login/passkeys"), &fields).await
    };
    let stays = "This passkey is your only way to log in";
    turn(false).await;
    assert!(take().await.text().contains(stays));
    let _in = try_it(&app.browser(), &mut authenticator)
        .await
        .expect_status(303);
    // Of two, one can go.
    let mut second = Authenticator::new(ORIGIN, Signature::Es256);
    let added = add(&browser, &mut second, "Laptop").await;
    assert!(added.text().contains("The passkey was added"), "{}", added.text());
    assert!(take().await.text().contains("The passkey was removed"));
    assert!(take().await.text().contains(stays));
    turn(true).await;
    assert!(take().await.text().contains("The passkey was removed"));
}

#[tokio::test]
async fn a_passkey_leads_through_an_apps_request_and_is_two_factors() {
    let app = start().await;
    let mut authenticator = with_passkey(&app, Signature::Es256).await;
    let browser = app.browser();
    let request = app.authorization(
        &app.bank.third_party,
        FULL_SCOPE,
        &[("acr_values", "urn:consentry:passkey")],
    );
    let opened = browser.open(&at(&request)).await.expect_status(303);
    let page = browser.open(&at(opened.location().path())).await;
    assert_local_page(&page, 200);
    let interaction = page.field("interaction").unwrap();
    let answer = authenticator.log_in(page.text());
    let fields = [
        ("interaction", interaction.as_str()),
        ("credential", answer.as_str()),
    ];
    let used = browser
        .submit(&at("/login/passkey"), &fields)
        .await
        .expect_status(303);
    let question = browser.open(&at(used.location().path())).await;
    assert_local_page(&question, 200);
    assert!(
        question.text().contains("asks for access to your data"),
        "{}",
        question.text()
    );
    // What needs two factors is content with it in the same session.
    let mfa = app.authorization(&app.bank.third_party, FULL_SCOPE, &[("acr_values", "mfa")]);
    let opened = browser.open(&at(&mfa)).await.expect_status(303);
    let question = browser.open(&at(opened.location().path())).await;
    assert!(
        question.text().contains("asks for access to your data"),
        "{}",
        question.text()
    );
    let tenant = app.tenant();
    let person = user_id(&app, "ada").parse::<SubjectId>().unwrap();
    let kept = app.ledger.passkeys_of(&tenant, person).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert!(kept[0].used_at.is_some());
}

#[tokio::test]
async fn an_answer_works_once_in_its_browser_and_not_for_long() {
    let app = start().await;
    let mut authenticator = with_passkey(&app, Signature::Es256).await;
    let browser = app.browser();
    let page = browser.open(&at("/login/passkey")).await;
    let kept = browser.cookies("bank.localhost");
    let cookie = kept.iter().find_map(|one| one.strip_prefix("cst_passkey="));
    let handle = cookie.unwrap().to_owned();
    let answer = authenticator.log_in(page.text());
    let fields = [("credential", answer.as_str())];
    let address = at("/login/passkey");
    // Another browser, even one that was given another challenge.
    refused(
        &app.browser().submit(&address, &fields).await,
        "This took too long",
    );
    let other = app.browser();
    let _page = other.open(&address).await;
    refused(
        &other.submit(&address, &fields).await,
        "This passkey does not work here",
    );
    let _in = browser.submit(&address, &fields).await.expect_status(303);
    // Again, with the cookie somebody copied.
    let again = app.browser();
    again.plant("bank.localhost", "cst_passkey", &handle);
    refused(&again.submit(&address, &fields).await, "This took too long");
    assert!(!is_logged_in(&again).await);
    // A handle that says it was drawn later is of a challenge that nobody was given.
    let (drawn, at_micros) = handle.rsplit_once('.').unwrap();
    let later = at_micros.parse::<i64>().unwrap() + 1;
    let forged = app.browser();
    forged.plant("bank.localhost", "cst_passkey", &format!("{drawn}.{later}"));
    app.pass(1);
    refused(
        &forged.submit(&address, &fields).await,
        "This passkey does not work here",
    );
    let late = app.browser();
    let page = late.open(&address).await;
    let answer = authenticator.log_in(page.text());
    app.pass(300);
    let fields = [("credential", answer.as_str())];
    refused(&late.submit(&address, &fields).await, "This took too long");
}

#[tokio::test]
async fn whatever_an_authenticator_should_not_say_is_refused() {
    let app = start().await;
    let mut authenticator = with_passkey(&app, Signature::Es256).await;
    let lies: [(&str, Lie); 7] = [
        ("another origin", |one| {
            one.origin = "http://evil.localhost:8080".to_owned();
        }),
        ("another host", |one| one.host = "evil.localhost".to_owned()),
        ("nobody there", |one| one.flags = 4),
        ("nobody verified", |one| one.flags = 1),
        ("backed up, and cannot be", |one| one.flags = 1 | 4 | 16),
        ("another person", |one| {
            one.user = "AAAAAAAAAAAAAAAAAAAAAA".to_owned();
        }),
        ("another passkey", |one| one.id = vec![1; 32]),
    ];
    for (what, lie) in lies {
        let before = (
            authenticator.origin.clone(),
            authenticator.host.clone(),
            authenticator.flags,
        );
        let (user, id) = (authenticator.user.clone(), authenticator.id.clone());
        lie(&mut authenticator);
        let browser = app.browser();
        let answer = try_it(&browser, &mut authenticator).await;
        assert_eq!(answer.status(), 403, "{what}");
        assert!(!is_logged_in(&browser).await, "{what}");
        // Failures of an address are slowed down.
        app.pass(900);
        (authenticator.origin, authenticator.host, authenticator.flags) = before;
        (authenticator.user, authenticator.id) = (user, id);
    }
    // A key of somebody else's making under the same id.
    let mut copy = Authenticator::new(ORIGIN, Signature::Es256);
    (copy.id, copy.user) = (authenticator.id.clone(), authenticator.user.clone());
    refused(
        &try_it(&app.browser(), &mut copy).await,
        "This passkey does not work here",
    );
    for rubbish in [
        "",
        "{}",
        "[]",
        "{\"id\":\"\",\"type\":\"public-key\",\"response\":{\"clientDataJSON\":\"\"}}",
    ] {
        let browser = app.browser();
        let _page = browser.open(&at("/login/passkey")).await;
        app.pass(900);
        let browser = app.browser();
        let _page = browser.open(&at("/login/passkey")).await;
        let answer = browser
            .submit(&at("/login/passkey"), &[("credential", rubbish)])
            .await;
        assert_eq!(answer.status(), 403, "{rubbish}");
    }
    app.pass(900);
    let browser = app.browser();
    let _in = try_it(&browser, &mut authenticator).await.expect_status(303);
}

#[tokio::test]
async fn one_that_counts_backwards_is_a_copy() {
    let app = start().await;
    let browser = app.browser();
    log_in(&app, &browser, "ada").await;
    let mut authenticator = Authenticator::new(ORIGIN, Signature::Es256);
    authenticator.counter = 7;
    let _added = add(&browser, &mut authenticator, "Key").await;
    let _in = try_it(&app.browser(), &mut authenticator)
        .await
        .expect_status(303);
    for counter in [0, 4, 7] {
        // Raised by one before it answers, unless it is 0.
        authenticator.counter = counter;
        let answer = try_it(&app.browser(), &mut authenticator).await;
        refused(&answer, "This passkey does not work here");
    }
    authenticator.counter = 8;
    let _in = try_it(&app.browser(), &mut authenticator)
        .await
        .expect_status(303);
}

#[tokio::test]
async fn adding_needs_a_recent_login_and_nobody_changes_those_of_others() {
    let app = start().await;
    let mut authenticator = with_passkey(&app, Signature::Es256).await;
    let ben = app.browser();
    log_in(&app, &ben, "ben").await;
    let adas = {
        let browser = app.browser();
        let _in = try_it(&browser, &mut authenticator).await.expect_status(303);
        browser
            .open(&at("/login/passkeys"))
            .await
            .field("passkey")
            .unwrap()
    };
    for action in ["remove", "name"] {
        let fields = [("do", action), ("passkey", adas.as_str()), ("name", "Mine")];
        let page = ben
            .submit(&at("/login/passkeys"), &fields)
            .await
            .expect_status(200);
        assert!(page.text().contains("You have no passkey yet"));
    }
    let _in = try_it(&app.browser(), &mut authenticator)
        .await
        .expect_status(303);
    // What was made for somebody else's question is nobody's passkey.
    let page = ben.open(&at("/login/passkeys")).await;
    let made = Authenticator::new(ORIGIN, Signature::Es256).make(page.text());
    app.pass(601);
    let fields = [("do", "add"), ("name", "Late"), ("credential", made.as_str())];
    let page = ben
        .submit(&at("/login/passkeys"), &fields)
        .await
        .expect_status(200);
    assert!(page.text().contains("You have no passkey yet") && page.text().contains("Log in again"));
    let again = ben
        .submit(&at("/login/passkeys"), &[("do", "again")])
        .await
        .expect_status(303);
    assert_eq!(again.location().query(), Some("anew=yes"));
    let login = ben.open(&at("/login?anew=yes")).await;
    assert_local_page(&login, 200);
    assert!(login.text().contains("value=\"ben\""), "{}", login.text());
    log_in(&app, &ben, "ben").await;
    let onward = ben.open(&at("/login")).await.expect_status(303);
    assert_eq!(onward.location().path(), "/login/passkeys");
    let mut bens = Authenticator::new(ORIGIN, Signature::Es256);
    let page = add(&ben, &mut bens, "Ben").await;
    assert!(page.text().contains("The passkey was added"));
    let known = asked(ben.open(&at("/login/passkeys")).await.text());
    assert_eq!(known["excludeCredentials"].as_array().unwrap().len(), 1);
    // The same passkey a second time.
    let page = add(&ben, &mut bens, "Twice").await;
    assert!(page.text().contains("No passkey was added"));
}

#[tokio::test]
async fn a_passkey_opens_nothing_elsewhere_nor_for_who_may_not_log_in() {
    let app = start().await;
    let mut authenticator = with_passkey(&app, Signature::Es256).await;
    // Another tenant knows nobody by it, even where it has the same host.
    let person = user_id(&app, "ada").parse::<SubjectId>().unwrap();
    let handle = app.ledger.passkey_user(&app.tenant(), person).unwrap();
    assert_ne!(handle.as_slice(), person.uuid().as_bytes());
    app.configure(|tenant| tenant.authorization.sign_in.passkey = false)
        .await;
    let browser = app.browser();
    for path in ["/login/passkey", "/login/passkeys"] {
        assert_eq!(browser.open(&at(path)).await.status(), 404);
        let answer = authenticator.user.clone();
        assert_eq!(
            browser
                .submit(&at(path), &[("credential", &answer)])
                .await
                .status(),
            404
        );
    }
    assert!(!browser.open(&at("/login")).await.text().contains("passkey"));
    app.configure(|tenant| {
        tenant.authorization.sign_in.passkey = true;
        tenant.hosts.clear();
    })
    .await;
    // Under an address browsers have none.
    assert_eq!(
        browser.open("http://127.0.0.1:8080/login/passkey").await.status(),
        404
    );
    app.configure(|tenant| tenant.hosts = vec!["other.localhost:8080".to_owned()])
        .await;
    let page = browser.open("http://other.localhost:8080/login/passkey").await;
    let answer = authenticator.log_in(page.text());
    let fields = [("credential", answer.as_str())];
    let moved = browser
        .submit("http://other.localhost:8080/login/passkey", &fields)
        .await;
    refused(&moved, "This passkey does not work here");
}
