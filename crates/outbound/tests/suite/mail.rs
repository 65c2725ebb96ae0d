//! Mails that follow from what happens: which there are, to whom, in which words, and each once.

use std::sync::Arc;

use consentry_domain::subject::{Alias, Namespace};
use consentry_domain::{
    DefinitionKey, Lifetime, Timestamp,
    client::Party,
    locale::Locale,
    mail::MailAddress,
    tenant::{MailKind, MailSettings, MailTemplate, Tenant},
};
use consentry_egress::{Letter, Mailer, Outbox};
use consentry_ledger::{
    Caller, Target,
    access::{Provision, authorize},
    mail::Contact,
    provision::{Entry, Person},
};
use consentry_testkit::{Receiver, Reply, TestApp, postgres::Postgres};
use http::Method;
use serde_json::json;

use crate::world::{at, connect, endpoint, hooks, record, record_of, until};

/// An outbox, and what puts mails into it.
pub fn outbox() -> (Arc<Outbox>, Mailer) {
    let outbox = Arc::new(Outbox::default());
    let from = MailAddress::parse("noreply@harbor.example").unwrap();
    (Arc::clone(&outbox), Mailer::outbox(outbox, from))
}

/// The letters of an outbox, first ones first.
fn letters(outbox: &Outbox) -> Vec<Letter> {
    let mut all = outbox.all();
    all.reverse();
    all.into_iter().map(|kept| kept.letter).collect()
}

/// Changes the tenant.
pub async fn tenant_with(app: &TestApp, change: impl FnOnce(&mut Tenant)) {
    let mut tenant = app.tenant().tenant.clone();
    change(&mut tenant);
    let permit = authorize::<Provision>(&Caller::Operator, Target::Tenant).unwrap();
    app.ledger.provision_tenant(&permit, &tenant).await.unwrap();
}

/// Sets where a customer is reached.
pub async fn reached_at(app: &TestApp, login: &str, mail: &str, locale: Option<&str>) {
    let tenant = app.tenant();
    let application = *tenant.applications.keys().next().unwrap();
    let person = Person {
        aliases: vec![Alias::new(Namespace::Login, login)],
        password: None,
        applications: vec![application],
        contact: Some(Contact {
            mail: MailAddress::parse(mail).unwrap(),
            locale: locale.map(|tag| Locale::parse(tag).unwrap()),
        }),
        profile: None,
    };
    let permit = authorize::<Provision>(&Caller::Operator, Target::Tenant).unwrap();
    app.ledger
        .provision_person(&tenant, &permit, &person)
        .await
        .unwrap();
}

/// Waits until mails are worked on, so that what happens from now on leads to some.
pub async fn ready(app: &TestApp) {
    let tenant = app.tenant().id();
    until("mails are worked on", || async {
        // Whoever asks as somebody else gets nothing while a node holds them.
        let other = app.ledger.open_mail_queue(tenant, "nobody", Lifetime::seconds(0));
        other.await.unwrap().is_none()
    })
    .await;
}

async fn until_letters(outbox: &Outbox, count: usize) -> Vec<Letter> {
    until(&format!("{count} mails"), || async {
        letters(outbox).len() >= count
    })
    .await;
    let all = letters(outbox);
    assert_eq!(all.len(), count, "{:?}", subjects(&all));
    all
}

fn subjects(letters: &[Letter]) -> Vec<String> {
    letters.iter().map(|letter| letter.subject.clone()).collect()
}

/// Lets a moment pass in which nothing may be sent: something else that happens afterwards is seen first.
async fn nothing_more(app: &TestApp, outbox: &Outbox) {
    let before = letters(outbox).len();
    connect(app, "ben").await;
    until("ben's mail came", || async {
        letters(outbox)
            .iter()
            .any(|letter| letter.to.as_str() == "ben@example.com")
    })
    .await;
    let others = letters(outbox);
    let others = others
        .iter()
        .filter(|letter| letter.to.as_str() != "ben@example.com");
    assert_eq!(others.count(), before);
}

#[tokio::test]
async fn a_decision_leads_to_one_mail_however_much_it_grants_and_its_end_to_another() {
    let app = TestApp::start().await;
    let (outbox, mailer) = outbox();
    let working = app.outbound_mailing(mailer);
    ready(&app).await;
    connect(&app, "ada").await;
    let given = until_letters(&outbox, 1).await.remove(0);
    assert_eq!(given.to.as_str(), "ada@example.com");
    assert_eq!(given.from_name, "Harbor Bank");
    assert_eq!(given.reply_to.unwrap().as_str(), "help@harbor.example");
    assert_eq!(given.subject, "You agreed to share data with Moneytrack");
    for said in [
        "Moneytrack gets the following from Harbor Bank",
        "- ",
        "http://localhost:8080/demo/bank",
    ] {
        assert!(given.text.contains(said), "{said}: {}", given.text);
    }
    assert!(given.html.unwrap().contains("<bdi>Moneytrack</bdi>"));
    let _stopped = app.stop_sharing("ada").await.expect_status(200);
    let all = until_letters(&outbox, 2).await;
    assert_eq!(all[1].subject, "Moneytrack no longer gets your data");
    assert_ne!(all[0].id, all[1].id);
    nothing_more(&app, &outbox).await;
    working.stop().await;
}

#[tokio::test]
async fn nobody_is_written_to_whose_address_is_unknown_or_whose_tenant_wants_no_mails() {
    let app = TestApp::start().await;
    let (outbox, mailer) = outbox();
    let _working = app.outbound_mailing(mailer);
    ready(&app).await;
    // A name of the records door, of somebody who has no account.
    record(&app, "eve", "newsletter").await;
    nothing_more(&app, &outbox).await;
    tenant_with(&app, |tenant| tenant.mail = MailSettings::default()).await;
    connect(&app, "ada").await;
    tenant_with(&app, |tenant| tenant.mail.confirm_given = true).await;
    ready(&app).await;
    record(&app, "ada", "from now on").await;
    let all = until_letters(&outbox, 2).await;
    assert!(
        all[1].text.contains("from now on"),
        "what was decided before nobody wanted mails stays unsaid"
    );
}

#[tokio::test]
async fn people_are_reminded_ahead_of_the_end_once_for_each_time_and_for_all_of_an_agreement() {
    let app = TestApp::start().await;
    tenant_with(&app, |tenant| {
        tenant.mail.confirm_given = false;
        tenant.mail.confirm_ended = true;
        tenant.mail.remind_days = vec![7];
        tenant.lifetimes.consent = Lifetime::days(20);
    })
    .await;
    let (outbox, mailer) = outbox();
    let working = app.outbound_mailing(mailer);
    ready(&app).await;
    until("the time is looked at", || async {
        app.ledger.looked_at_ends(app.tenant().id()).await.unwrap()
    })
    .await;
    connect(&app, "ada").await;
    let end = app.ledger.now().plus(Lifetime::days(20));
    app.pass(13 * 86_400 + 60);
    until("the ends are told", || async {
        told(&app, "consent.expiring").await >= 2
    })
    .await;
    app.pass(120);
    let reminder = until_letters(&outbox, 1).await.remove(0);
    let day = &end.to_rfc3339_seconds()[8..10];
    let day = day.trim_start_matches('0');
    assert!(
        reminder
            .subject
            .starts_with(&format!("Moneytrack gets your data until {day} ")),
        "{}",
        reminder.subject
    );
    assert!(
        reminder.text.matches("\n- ").count() >= 2,
        "all of the agreement in one: {}",
        reminder.text
    );
    // One day ahead it is told too, and this tenant does not want to remind of it.
    app.pass(6 * 86_400);
    until("the ends are told again", || async {
        told(&app, "consent.expiring").await >= 4
    })
    .await;
    app.pass(120);
    app.pass(86_400);
    until("the end is told", || async {
        told(&app, "consent.expired").await >= 2
    })
    .await;
    app.pass(120);
    let all = until_letters(&outbox, 2).await;
    assert!(
        all[1]
            .text
            .starts_with("The time for which you shared data with Moneytrack is over.")
    );
    working.stop().await;
}

async fn told(app: &TestApp, kind: &str) -> usize {
    let client = &app.bank.first_party;
    let page = app
        .request(Method::GET, &format!("/events/v1/events?types={kind}"))
        .basic(&client.client_id, &client.client_secret)
        .send()
        .await;
    page.expect_status(200).json()["events"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_reminder_is_not_sent_for_what_ended_meanwhile() {
    let app = TestApp::start().await;
    let key = DefinitionKey::parse("share-my-email").unwrap();
    let mut known = app.tenant().definitions[&key].clone();
    known.lifetime = Some(Lifetime::days(20));
    app.provision(&[Entry::Definition(known)]).await;
    tenant_with(&app, |tenant| {
        tenant.mail.confirm_given = false;
        tenant.mail.confirm_ended = false;
    })
    .await;
    let (outbox, mailer) = outbox();
    let _working = app.outbound_mailing(mailer);
    ready(&app).await;
    until("the time is looked at", || async {
        app.ledger.looked_at_ends(app.tenant().id()).await.unwrap()
    })
    .await;
    let revoked = record_of(&app, "ada", "one", "share-my-email").await;
    let _stays = record_of(&app, "ben", "other", "share-my-email").await;
    app.pass(13 * 86_400 + 60);
    until("the ends are told", || async {
        told(&app, "consent.expiring").await >= 2
    })
    .await;
    let change = json!({ "status": "revoked" });
    let _revoked = app
        .records(Method::PATCH, &revoked, Some(&change))
        .await
        .expect_status(200);
    app.pass(120);
    let all = until_letters(&outbox, 1).await;
    assert_eq!(all[0].to.as_str(), "ben@example.com");
}

#[tokio::test]
async fn the_language_is_the_persons_and_the_words_are_the_tenants_where_it_has_some() {
    let app = TestApp::start().await;
    reached_at(&app, "ben", "ben@example.com", Some("ar-EG")).await;
    reached_at(&app, "ada", "ada@example.com", Some("de")).await;
    tenant_with(&app, |tenant| {
        tenant.mail.templates = vec![MailTemplate {
            kind: MailKind::ConsentGiven,
            locale: Locale::parse("de").unwrap(),
            subject: "Freigabe für {{ party or brand }}".to_owned(),
            text: "{% for item in items %}{{ item.title }}\n{% endfor %}".to_owned(),
            html: None,
        }];
    })
    .await;
    let (outbox, mailer) = outbox();
    let _working = app.outbound_mailing(mailer);
    ready(&app).await;
    connect(&app, "ada").await;
    let german = until_letters(&outbox, 1).await.remove(0);
    assert_eq!(
        (german.subject.as_str(), german.language.as_str()),
        ("Freigabe für Moneytrack", "de")
    );
    assert_eq!(german.html, None);
    connect(&app, "ben").await;
    let arabic = until_letters(&outbox, 2).await.remove(1);
    assert_eq!(arabic.language, "ar");
    assert!(arabic.html.unwrap().contains(r#"<html lang="ar" dir="rtl">"#));
    assert!(arabic.subject.contains("Moneytrack") && arabic.subject.contains("لقد وافقت"));
}

#[tokio::test]
async fn whk_12_the_owner_of_an_endpoint_that_was_switched_off_is_mailed() {
    let app = TestApp::start().await;
    tenant_with(&app, |tenant| {
        tenant.mail.confirm_given = false;
        let second = MailAddress::parse("on-call@harbor.example").unwrap();
        tenant.mail.operators.push(second);
    })
    .await;
    let (outbox, mailer) = outbox();
    let receiver = Receiver::answering(|_| Reply {
        status: 410,
        ..Reply::default()
    })
    .await;
    let made = endpoint(&app, &receiver, &json!({ "types": ["decision.recorded"] })).await;
    let _working = app.outbound_mailing(mailer);
    ready(&app).await;
    record(&app, "eve", "one").await;
    let mut all = until_letters(&outbox, 2).await;
    all.sort_by_key(|letter| letter.to.as_str().to_owned());
    assert_eq!(
        all.iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(),
        ["on-call@harbor.example", "operations@harbor.example"]
    );
    assert!(all[0].subject.contains(&receiver.url), "{}", all[0].subject);
    assert!(all[0].text.contains("gone (410)") && all[0].text.contains(made["id"].as_str().unwrap()));
    assert_ne!(all[0].id, all[1].id);
    // Its owner switching it off and on is no news to its owner.
    let enabled = hooks(&app, Method::POST, &at(&made, "/enable"), None).await;
    let _ = enabled.expect_status(200);
    let disabled = hooks(&app, Method::POST, &at(&made, "/disable"), None).await;
    let _ = disabled.expect_status(200);
    let enabled = hooks(&app, Method::POST, &at(&made, "/enable"), None).await;
    let _ = enabled.expect_status(200);
    record(&app, "eve", "two").await;
    let _four = until_letters(&outbox, 4).await;
}

#[tokio::test]
async fn whk_12_a_third_party_is_mailed_at_its_own_address() {
    let app = TestApp::start().await;
    tenant_with(&app, |tenant| tenant.mail.confirm_given = false).await;
    let known = app.bank.third_party.clone();
    crate::world::may_keep(&app, &known, true).await;
    let tenant = app.tenant();
    let client = tenant.client(&known.client_id).unwrap();
    let party = Party {
        contact: Some("mailto:webhooks@moneytrack.example".to_owned()),
        ..tenant.party_of(client).unwrap().clone()
    };
    app.provision(&[Entry::Party(party)]).await;
    let (outbox, mailer) = outbox();
    let receiver = Receiver::start().await;
    let body = json!({ "url": receiver.url });
    let made = crate::world::as_client(&app, &known, Method::POST, "/endpoints", Some(&body)).await;
    let made = made.expect_status(201).json();
    let _working = app.outbound_mailing(mailer);
    ready(&app).await;
    let pinged = crate::world::as_client(&app, &known, Method::POST, &at(&made, "/test"), None).await;
    let _ = pinged.expect_status(200);
    until("it is enabled", || async {
        let read = crate::world::as_client(&app, &known, Method::GET, &at(&made, ""), None).await;
        read.json()["status"] == "enabled"
    })
    .await;
    let id = made["id"].as_str().unwrap().parse().unwrap();
    app.ledger
        .disable_endpoint(app.tenant().id(), id, "failing")
        .await
        .unwrap();
    let all = until_letters(&outbox, 1).await;
    assert_eq!(all[0].to.as_str(), "webhooks@moneytrack.example");
    assert!(
        all[0].text.contains("took no message for five days"),
        "{}",
        all[0].text
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_send_each_mail_once_and_one_goes_on_where_the_other_ended() {
    let postgres = Postgres::shared();
    let url = postgres.url(&postgres.database());
    let app = TestApp::start_in_database(&url).await;
    let other = app.another_node(&url).await;
    let (outbox, mailer) = outbox();
    let (one, two) = (
        app.outbound_mailing(mailer.clone()),
        other.outbound_mailing(mailer),
    );
    ready(&app).await;
    for nth in 0..6 {
        let node = if nth % 2 == 0 { &app } else { &other };
        record(node, "ada", &format!("audience {nth}")).await;
    }
    let _six = until_letters(&outbox, 6).await;
    one.stop().await;
    ready(&other).await;
    for nth in 6..9 {
        record(&app, "ada", &format!("audience {nth}")).await;
    }
    let all = until_letters(&outbox, 9).await;
    two.stop().await;
    let ids: std::collections::BTreeSet<&str> = all.iter().map(|letter| letter.id.as_str()).collect();
    assert_eq!(ids.len(), 9);
}

#[tokio::test]
async fn addresses_are_sealed_in_the_ledger_and_in_no_row_of_a_mail() {
    let app = TestApp::start_in_folder().await;
    reached_at(&app, "ada", "gone.canary@example.com", None).await;
    reached_at(&app, "ada", "gone.canary@example.com", None).await;
    let server = consentry_testkit::MailServer::start();
    let working = app.outbound_mailing(server.mailer());
    ready(&app).await;
    connect(&app, "ada").await;
    let tenant = app.tenant().id();
    until("the mail is given up", || async {
        !app.ledger.parked_mails(tenant, 10).await.unwrap().is_empty()
    })
    .await;
    let parked = app.ledger.parked_mails(tenant, 10).await.unwrap();
    assert_eq!((parked.len(), parked[0].last_error()), (1, Some("550")));
    working.stop().await;
    app.ledger.close().await;
    let mut seen = 0;
    for file in std::fs::read_dir(app.folder()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        seen += bytes.len();
        assert!(!bytes.windows(11).any(|window| window == b"gone.canary"));
    }
    assert!(seen > 100_000);
}

#[tokio::test]
async fn what_was_given_up_is_kept_for_thirty_days() {
    let app = TestApp::start().await;
    reached_at(&app, "ada", "gone@example.com", None).await;
    let server = consentry_testkit::MailServer::start();
    let working = app.outbound_mailing(server.mailer());
    ready(&app).await;
    connect(&app, "ada").await;
    let tenant = app.tenant().id();
    let parked = || async { app.ledger.parked_mails(tenant, 10).await.unwrap().len() };
    until("the mail is given up", || async { parked().await == 1 }).await;
    working.stop().await;
    app.pass(29 * 86_400);
    assert_eq!(app.ledger.prune_mails(tenant).await.unwrap(), 0);
    app.pass(2 * 86_400);
    assert_eq!(app.ledger.prune_mails(tenant).await.unwrap(), 1);
    assert_eq!(parked().await, 0);
}

#[test]
fn times_are_those_of_the_plan() {
    let minutes: Vec<i64> = consentry_ledger::mail::RETRIES
        .iter()
        .map(|seconds| seconds / 60)
        .collect();
    assert_eq!(minutes, [1, 5, 15, 60, 240]);
    assert!(
        Timestamp::from_seconds(0).plus(consentry_ledger::mail::GIVE_UP) > Timestamp::from_seconds(14_400)
    );
}

#[tokio::test]
async fn rfc_8058_one_request_switches_notices_off_and_the_page_switches_them_on_again() {
    let app = TestApp::start().await;
    tenant_with(&app, |tenant| {
        tenant.mail.confirm_given = true;
        tenant.mail.confirm_ended = false;
    })
    .await;
    reached_at(&app, "ada", "ada@example.com", None).await;
    reached_at(&app, "ben", "ben@example.com", None).await;
    let (outbox, mailer) = outbox();
    let outbound = app.outbound_mailing(mailer);
    ready(&app).await;
    connect(&app, "ada").await;
    let first = until_letters(&outbox, 1).await.remove(0);
    let address = first.unsubscribe.clone().unwrap();
    let token = address.rsplit('/').next().unwrap();
    assert!(first.text.contains(&address) && first.html.unwrap().contains(token));
    let path = format!("/notices/{token}");

    // What looks at links in mails changes nothing.
    let shown = app.get(&path).await.expect_status(200);
    assert!(
        shown.text().contains("Switch these mails off"),
        "{}",
        shown.text()
    );
    let body =
        "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
    let one_click = app
        .request(Method::POST, &path)
        .header("content-type", "multipart/form-data; boundary=b")
        .body(body.as_bytes())
        .send()
        .await;
    assert!(
        one_click
            .expect_status(200)
            .text()
            .contains("These mails are switched off.")
    );
    let _stopped = app.stop_sharing("ada").await;
    connect(&app, "ada").await;
    connect(&app, "ben").await;
    let second = until_letters(&outbox, 2).await.remove(1);
    assert_eq!(second.to.as_str(), "ben@example.com", "Ada is not written to");
    // What the tenant says of an address again is not what the person says of mails.
    reached_at(&app, "ada", "ada@example.net", None).await;

    let on = app.request(Method::POST, &path).form(&[("notices", "on")]);
    assert!(on.send().await.expect_status(200).text().contains("switched on"));
    let _stopped = app.stop_sharing("ada").await;
    connect(&app, "ada").await;
    let third = until_letters(&outbox, 3).await.remove(2);
    assert_eq!(third.to.as_str(), "ada@example.net");
    for wrong in ["off!", ""] {
        let odd = app.request(Method::POST, &path).form(&[("notices", wrong)]);
        let _odd = odd.send().await.expect_status(400);
    }
    let other = if path.ends_with('A') { "B" } else { "A" };
    let forged = format!("{}{other}", &path[..path.len() - 1]);
    for nobody in [forged.as_str(), "/notices/x"] {
        let _nobody = app.get(nobody).await.expect_status(404);
        let asked = app.request(Method::POST, nobody).form(&[("notices", "off")]);
        let _nobody = asked.send().await.expect_status(404);
    }
    outbound.stop().await;
}
