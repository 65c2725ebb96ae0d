//! Mails through a real server: what it gets, and what becomes of mails that it does not take.

use consentry_domain::{Lifetime, mail::MailAddress};
use consentry_egress::{Letter, MailError, MailTls, Mailer, SmtpSettings};
use consentry_testkit::{MailServer, TestApp};
use http::Method;

use crate::{
    mail::{reached_at, ready, tenant_with},
    world::{connect, until},
};

fn letter(to: &str) -> Letter {
    Letter {
        id: "one".to_owned(),
        to: MailAddress::parse(to).unwrap(),
        from_name: "Harbor Bank".to_owned(),
        reply_to: None,
        language: "en".to_owned(),
        subject: "Hello".to_owned(),
        text: "Hello\n".to_owned(),
        html: None,
        at: consentry_domain::Timestamp::from_seconds(1_800_000_000),
        unsubscribe: None,
    }
}

async fn until_mails(server: &MailServer, count: usize) {
    until(&format!("{count} mails came"), || async {
        server.mails().len() >= count
    })
    .await;
}

#[tokio::test]
async fn a_mail_arrives_encrypted_with_both_parts_in_any_script() {
    let app = TestApp::start().await;
    let server = MailServer::start();
    reached_at(&app, "ada", "ada@bücher.example", Some("ar")).await;
    tenant_with(&app, |tenant| {
        "بنك المرفأ 🎉\r\nBcc: eve".clone_into(&mut tenant.brand.name);
    })
    .await;
    let working = app.outbound_mailing(server.mailer());
    ready(&app).await;
    connect(&app, "ada").await;
    until_mails(&server, 1).await;
    working.stop().await;
    let all = server.mails();
    assert_eq!(all.len(), 1);
    let mail = &all[0];
    let header = |name| MailServer::header(mail, name);
    assert_eq!(mail["from"], "noreply@harbor.example");
    assert_eq!(
        mail["to"],
        serde_json::json!(["ada@xn--bcher-kva.example"]),
        "and nobody else"
    );
    assert_eq!(
        (mail["is_encrypted"].as_bool(), mail["user"].as_str()),
        (Some(true), Some("consentry"))
    );
    assert_eq!(mail["defects"], serde_json::json!([]));
    assert_eq!(mail["from_name"], "بنك المرفأ 🎉 Bcc: eve");
    assert_eq!(header("Bcc"), None);
    assert_eq!(header("To"), Some("ada@xn--bcher-kva.example"));
    assert_eq!(header("Reply-To"), Some("help@harbor.example"));
    assert_eq!(header("Content-Language"), Some("ar"));
    assert_eq!(header("Auto-Submitted"), Some("auto-generated"));
    assert!(
        header("Subject")
            .unwrap()
            .contains("لقد وافقت على مشاركة بياناتك مع")
    );
    assert!(header("Message-ID").unwrap().ends_with("@harbor.example>"));
    assert!(header("Date").is_some());
    let (plain, html) = (mail["plain"].as_str().unwrap(), mail["html"].as_str().unwrap());
    for part in [plain, html] {
        assert!(
            part.contains("Moneytrack") && part.contains("بنك المرفأ 🎉"),
            "{part}"
        );
    }
    assert!(html.contains(r#"<html lang="ar" dir="rtl">"#));
}

#[tokio::test]
async fn a_code_arrives_and_opens_what_it_was_asked_for() {
    let app = TestApp::start().await;
    let server = MailServer::start();
    let working = app.outbound_mailing(server.mailer());
    let browser = app.browser();
    let asked = browser.submit("/login/code", &[("username", "ada")]).await;
    assert_eq!(asked.status(), 303, "{}", asked.text());
    until_mails(&server, 1).await;
    working.stop().await;
    let mail = &server.mails()[0];
    assert_eq!(mail["to"], serde_json::json!(["ada@example.com"]));
    let plain = mail["plain"].as_str().unwrap();
    let code = plain
        .lines()
        .map(str::trim)
        .find(|line| line.len() == 8 && line.bytes().all(|byte| byte.is_ascii_digit()))
        .unwrap_or_else(|| panic!("no code: {plain}"));
    assert!(mail["html"].as_str().unwrap().contains(code));
    assert_eq!(MailServer::header(mail, "Auto-Submitted"), Some("auto-generated"));
    let entered = browser.submit("/login/code/entry", &[("code", code)]).await;
    assert_eq!(entered.status(), 303, "{}", entered.text());
    assert!(browser.open("/login").await.text().contains("You are logged in"));
}

#[tokio::test]
async fn while_the_server_is_away_mails_wait_and_nothing_is_counted_against_them() {
    let app = TestApp::start().await;
    let server_port = MailServer::start().port;
    let working = app.outbound_mailing(away(server_port));
    ready(&app).await;
    connect(&app, "ada").await;
    for _ in 0..3 {
        app.pass(400);
        tokio::time::sleep(std::time::Duration::from_millis(60)).await;
    }
    let tenant = app.tenant().id();
    assert!(app.ledger.parked_mails(tenant, 10).await.unwrap().is_empty());
    working.stop().await;
    let server = MailServer::start_on(server_port);
    let working = app.outbound_mailing(server.mailer());
    until_mails(&server, 1).await;
    working.stop().await;
    assert_eq!(server.mails().len(), 1);
}

fn away(port: u16) -> Mailer {
    Mailer::smtp(&SmtpSettings {
        host: "localhost".to_owned(),
        port: Some(port),
        tls: MailTls::None,
        roots: None,
        account: None,
        from: MailAddress::parse("noreply@harbor.example").unwrap(),
        deadline: std::time::Duration::from_secs(5),
    })
    .unwrap()
}

#[tokio::test]
async fn a_mail_that_is_not_taken_for_now_is_tried_as_planned_and_given_up_at_last() {
    let app = TestApp::start().await;
    let server = MailServer::start();
    reached_at(&app, "ada", "full@example.com", None).await;
    let working = app.outbound_mailing(server.mailer());
    ready(&app).await;
    connect(&app, "ada").await;
    let tenant = app.tenant().id();
    let tried = || async {
        let page = app.get("/metrics").await.text().to_owned();
        let name = r#"consentry_mail_attempts_total{outcome="again"} "#;
        let line = page.lines().find_map(|line| line.strip_prefix(name));
        line.map_or(0, |count| count.parse().unwrap())
    };
    for (nth, seconds) in (1..).zip(consentry_ledger::mail::RETRIES) {
        until(&format!("attempt {nth}"), || async { tried().await == nth }).await;
        app.clock.advance(Lifetime::seconds(seconds - 1));
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        assert_eq!(tried().await, nth, "not before it is due");
        app.clock.advance(Lifetime::seconds(1));
    }
    until("it is given up", || async {
        !app.ledger.parked_mails(tenant, 10).await.unwrap().is_empty()
    })
    .await;
    let parked = app.ledger.parked_mails(tenant, 10).await.unwrap().remove(0);
    assert_eq!((parked.attempts(), parked.last_error()), (6, Some("452")));
    assert!(server.mails().is_empty());
    // Others are not kept waiting by it.
    connect(&app, "ben").await;
    until_mails(&server, 1).await;
    working.stop().await;
}

#[tokio::test]
async fn a_mail_whose_answer_was_lost_comes_again_under_the_same_message_id() {
    let app = TestApp::start().await;
    let server = MailServer::start();
    reached_at(&app, "ada", "lost@example.com", None).await;
    let working = app.outbound_mailing(server.mailer());
    ready(&app).await;
    connect(&app, "ada").await;
    until_mails(&server, 1).await;
    until("the next attempt", || async {
        app.clock.advance(Lifetime::seconds(10));
        server.mails().len() >= 2
    })
    .await;
    working.stop().await;
    let ids: Vec<String> = server
        .mails()
        .iter()
        .map(|mail| MailServer::header(mail, "Message-ID").unwrap().to_owned())
        .collect();
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test]
async fn what_the_server_says_is_told_apart() {
    let server = MailServer::start();
    let mailer = server.mailer();
    assert_eq!(mailer.send(letter("ada@example.com")).await, Ok(()));
    let refused = mailer.send(letter("gone@example.com")).await;
    assert_eq!(refused, Err(MailError::Refused("550".to_owned())));
    let later = mailer.send(letter("full@example.com")).await;
    assert_eq!(later, Err(MailError::Later("452".to_owned())));
    let with = |change: fn(&mut SmtpSettings)| {
        let mut settings = server.settings();
        change(&mut settings);
        Mailer::smtp(&settings).unwrap()
    };
    for (what, mailer) in [
        (
            "a wrong password",
            with(|own| own.account = Some(("consentry".to_owned(), "wrong".into()))),
        ),
        ("no password", with(|own| own.account = None)),
        ("another name", with(|own| own.host = "127.0.0.1".to_owned())),
        ("another authority", with(|own| own.roots = None)),
        ("TLS from the first byte", with(|own| own.tls = MailTls::Implicit)),
    ] {
        let sent = mailer.send(letter("ada@example.com")).await;
        assert!(matches!(sent, Err(MailError::Away(_))), "{what}: {sent:?}");
        assert!(!sent.unwrap_err().to_string().contains("ada@"), "{what}");
    }
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn what_was_given_up_is_sent_again_when_an_administrator_asks_for_it() {
    let app = TestApp::start().await;
    reached_at(&app, "ada", "gone.canary@example.com", None).await;
    let server = MailServer::start();
    let working = app.outbound_mailing(server.mailer());
    ready(&app).await;
    connect(&app, "ada").await;
    let ask = async |method: Method, path: &str| {
        let admin = &app.bank.admin;
        let request = app.request(method, &format!("/admin/v1/mails{path}"));
        let request = request.basic(&admin.client_id, &admin.client_secret);
        request.header("idempotency-key", "again").send().await
    };
    let listed = async || {
        let answer = ask(Method::GET, "").await.expect_status(200);
        assert!(!answer.text().contains("canary"), "no address leaves");
        answer.json()["mails"].as_array().unwrap().clone()
    };
    until("the mail is given up", || async { listed().await.len() == 1 }).await;
    let mail = listed().await.remove(0);
    assert_eq!(
        (&mail["kind"], &mail["to"], &mail["reason"]),
        (&"consent-given".into(), &"person".into(), &"550".into())
    );
    reached_at(&app, "ada", "ada@example.com", None).await;
    let path = format!("/{}/retry", mail["id"].as_str().unwrap());
    let unknown = ask(Method::POST, "/bm9uZQ/retry").await;
    let _unknown = unknown.expect_status(404);
    let first = ask(Method::POST, &path).await.expect_status(202);
    let again = ask(Method::POST, &path).await.expect_status(202);
    assert_eq!(
        (
            first.header("idempotency-replayed"),
            again.header("idempotency-replayed")
        ),
        (None, Some("true"))
    );
    until_mails(&server, 1).await;
    assert!(listed().await.is_empty());
    working.stop().await;
    let all = server.mails();
    assert_eq!(
        (all.len(), &all[0]["to"]),
        (1, &serde_json::json!(["ada@example.com"]))
    );
}
