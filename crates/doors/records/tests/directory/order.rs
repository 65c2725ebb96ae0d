//! Which directory knows an entry first (consent-api 12.3): our own, then others in their order.

use consentry_domain::{
    client::StoredSecret,
    subject::{Alias, Namespace},
};
use consentry_ledger::{opaque::hash_text, provision::Person};
use consentry_testkit::{TestApp, slapd::Slapd};
use http::Method;
use serde_json::json;

use crate::world::{DORA, DORAS, OFFICES, create, get, hash, mapped, own, start, status};

#[tokio::test]
async fn rec_12_3_an_account_of_our_own_comes_first_and_needs_no_other_directory() {
    let (app, mut slapd) = start().await;
    app.provision(&[
        own("cn=desk,dc=harbor,dc=example", |entry| {
            entry.uid = vec!["dora".to_owned()];
            entry.password_hash = hash("desk-secret");
        }),
        own("uid=eli,ou=people,dc=example,dc=net", |entry| {
            entry.password_hash = hash("own-secret");
        }),
    ])
    .await;
    assert_eq!(status(&app, "dora", "desk-secret").await, 200);
    assert_eq!(status(&app, "dora", DORAS).await, 401);
    assert_eq!(status(&app, DORA, DORAS).await, 200, "another entry");
    assert_eq!(
        mapped(&app, "dora").await.as_deref(),
        Some("cn=desk,dc=harbor,dc=example")
    );
    // The directory finds the entry by a login name that we do not know; we have its password.
    for name in [
        "Eli",
        "uid=Eli,ou=people,dc=example,dc=net",
        "userid=eli,ou=people,dc=example,dc=net",
    ] {
        assert_eq!(status(&app, name, "own-secret").await, 200, "{name}");
        assert_eq!(status(&app, name, "eli-secret-32").await, 401, "{name}");
    }
    slapd.stop();
    app.pass(3600);
    assert_eq!(status(&app, "dora", "desk-secret").await, 200);
    let _service = app
        .records(Method::GET, "/definitions", None)
        .await
        .expect_status(200);
    let ada = &app.bank.customers[0];
    assert_eq!(status(&app, "ada", &ada.password).await, 200);
    assert_eq!(status(&app, "ada", "wrong").await, 401);
}

#[tokio::test]
async fn rec_12_3_an_account_without_a_password_here_has_it_in_the_directory() {
    let (app, _slapd) = start().await;
    app.provision(&[own(DORA, |entry| {
        entry.uid = vec!["reception".to_owned()];
        entry.bypass_acl = true;
    })])
    .await;
    for name in ["reception", "dora", DORA] {
        assert_eq!(status(&app, name, DORAS).await, 200, "{name}");
        assert_eq!(status(&app, name, "wrong").await, 401, "{name}");
        app.pass(3600);
    }
    let made = create(&app, "reception", DORAS, json!({ "subject": "ada" })).await;
    assert_eq!(
        made.expect_status(201).json()["actorDN"],
        DORA,
        "the right to bypass is ours"
    );
}

#[tokio::test]
async fn rec_4_1_an_account_that_is_switched_off_here_is_off_whatever_the_directory_says() {
    let (app, _slapd) = start().await;
    assert_eq!(status(&app, "dora", DORAS).await, 200);
    app.provision(&[own(DORA, |entry| entry.disabled = true)]).await;
    for name in ["dora", DORA, "userid=dora,ou=people,dc=example,dc=net"] {
        assert_eq!(status(&app, name, DORAS).await, 401, "{name}");
        app.pass(3600);
    }
}

#[tokio::test]
async fn rec_12_3_a_person_without_a_password_here_has_it_in_the_directory() {
    let (app, _slapd) = start().await;
    let person = |password: Option<&str>| Person {
        aliases: vec![
            Alias::new(Namespace::Login, "front-desk"),
            Alias::new(Namespace::Dn, DORA),
        ],
        password: password.map(str::to_owned),
        applications: Vec::new(),
        contact: None,
        profile: None,
    };
    app.provision_person(&person(None)).await;
    assert_eq!(status(&app, "front-desk", DORAS).await, 200);
    let made = create(&app, "front-desk", DORAS, json!({}))
        .await
        .expect_status(201)
        .json();
    assert_eq!(made["subjectDN"], DORA);
    app.provision_person(&person(Some("own-secret"))).await;
    app.pass(60);
    assert_eq!(status(&app, "front-desk", "own-secret").await, 200);
    assert_eq!(status(&app, "front-desk", DORAS).await, 401);
    assert_eq!(status(&app, "dora", "own-secret").await, 200, "one person");
}

#[tokio::test]
async fn rec_12_3_the_first_directory_that_knows_anything_decides() {
    let slapd = Slapd::start();
    let below = |order, base: &str| {
        let mut section = slapd.section();
        section.order = order;
        section.base = format!("{base},dc=example,dc=net");
        section
    };
    let (people, services) = ("ou=people", "ou=services");
    let twin = async |first, second| {
        let app = TestApp::start_with_directories(&[("a", below(2, second)), ("b", below(1, first))]).await;
        assert_eq!(
            status(&app, "back office", OFFICES).await,
            200,
            "the other is asked too"
        );
        let made = create(&app, "twin", "twin-secret-34", json!({})).await;
        made.expect_status(201).json()["subjectDN"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        twin(people, services).await,
        "uid=twin,ou=people,dc=example,dc=net"
    );
    assert_eq!(
        twin(services, people).await,
        "uid=twin,ou=services,dc=example,dc=net"
    );
    // Several in one directory are nobody, also where the next would know one.
    let mut everywhere = slapd.section();
    everywhere.order = 1;
    let app = TestApp::start_with_directories(&[("a", everywhere), ("b", below(2, people))]).await;
    assert_eq!(status(&app, "twin", "twin-secret-34").await, 401);
}

#[tokio::test]
async fn rec_12_3_a_directory_may_serve_one_tenant_only() {
    let slapd = Slapd::start();
    for (tenant, expected) in [("harbor", 200), ("other", 401)] {
        let mut section = slapd.section();
        section.tenant = Some(tenant.to_owned());
        let app = TestApp::start_with_directories(&[("company", section)]).await;
        assert_eq!(status(&app, "dora", DORAS).await, expected, "{tenant}");
    }
}

#[tokio::test]
async fn rec_4_1_a_machine_secret_of_our_own_is_not_asked_elsewhere() {
    let (app, slapd) = start().await;
    app.provision(&[own(DORA, |entry| {
        entry.uid = vec!["machine".to_owned()];
        entry.secrets = vec![StoredSecret {
            sha256: hash_text("machine-secret"),
            expires_at: None,
        }];
    })])
    .await;
    assert_eq!(status(&app, "machine", "machine-secret").await, 200);
    assert_eq!(get(&app, DORA, DORAS, "/definitions").await.status(), 401);
    assert_eq!(slapd.count(&["SRCH"]) + slapd.count(&["BIND"]), 0);
}
