//! From the list to one's mails about what one agreed to (C6).

use consentry_domain::{
    mail::MailAddress,
    subject::{Alias, Namespace},
};
use consentry_ledger::{mail::Contact, provision::Person};
use consentry_testkit::TestApp;

use crate::world::{ADA, list, session};

#[tokio::test]
async fn dsh_c6_who_is_written_to_finds_the_switch_in_the_list() {
    let app = TestApp::start().await;
    app.configure(|tenant| tenant.mail.confirm_given = true).await;
    let person = Person {
        aliases: vec![Alias::new(Namespace::Customer, ADA)],
        password: None,
        applications: Vec::new(),
        contact: Some(Contact {
            mail: MailAddress::parse("ada@example.com").unwrap(),
            locale: None,
        }),
        profile: None,
    };
    let _id = app.provision_person(&person).await;
    let ada = session(&app, ADA).await;
    let page = list(&app, &ada).await.expect_status(200);
    assert!(
        page.text().contains("Mails about what you agreed to"),
        "{}",
        page.text()
    );
    let address = page
        .text()
        .split('"')
        .find(|part| part.starts_with("http://127.0.0.1:8080/notices/"))
        .unwrap();
    let path = address.strip_prefix("http://127.0.0.1:8080").unwrap();
    let switch = app.get(path).await.expect_status(200);
    assert!(
        switch.text().contains("Switch these mails off"),
        "{}",
        switch.text()
    );
    // Nobody writes to somebody whose address is not known, nor to anybody where no such mails are sent.
    let leads_there = async |session: &str| list(&app, session).await.text().contains("/notices/");
    assert!(!leads_there(&session(&app, "cust-of-no-address").await).await);
    app.configure(|tenant| {
        tenant.mail.confirm_given = false;
        tenant.mail.confirm_ended = false;
        tenant.mail.remind_days.clear();
    })
    .await;
    app.pass(1);
    assert!(!leads_there(&ada).await);
}
