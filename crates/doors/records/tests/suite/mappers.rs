//! Identity mappers and the principal directory (consent-api 4.1, 5.4, 9.3, 12.3).

use consentry_domain::{
    credential::Principal,
    tenant::{IdentityMapper, MatchAttribute},
};
use consentry_ledger::{Caller, Target, access::authorize, provision::Entry};
use consentry_testkit::TestApp;
use serde_json::json;

use crate::world::{
    ADA, BEN, PORTAL, SECRET, account, ada, assert_refused, bank, basic, found, get, id, made, portal,
};

async fn map(app: &TestApp, mappers: &[(&str, IdentityMapper)]) {
    let mappers = mappers
        .iter()
        .map(|(name, mapper)| ((*name).to_owned(), mapper.clone()))
        .collect();
    app.configure(|tenant| tenant.records.identity_mappers = mappers)
        .await;
}

fn exact(attributes: &[MatchAttribute], bases: &[&str]) -> IdentityMapper {
    IdentityMapper::Exact {
        attributes: attributes.to_vec(),
        bases: bases.iter().map(|&base| base.to_owned()).collect(),
    }
}

async fn records(app: &TestApp, names: &[&str]) {
    let names = names.iter().map(|&name| name.to_owned()).collect();
    app.configure(|tenant| tenant.records.record_identity_mappers = Some(names))
        .await;
}

/// The name a record gets for a subject.
async fn mapped(app: &TestApp, subject: &str) -> Option<String> {
    let record = made(app, &portal(app), json!({ "subject": subject })).await;
    record["subjectDN"].as_str().map(str::to_owned)
}

#[tokio::test]
async fn rec_12_3_exact_attributes_under_bases() {
    let app = bank().await;
    let user_id = app.bank.customers[0].user_id.clone();
    app.provision(&[Entry::Principal(Principal {
        dn: "cn=desk 1,ou=services,dc=harbor,dc=example".to_owned(),
        uid: vec!["desk".to_owned(), "ada-helper".to_owned()],
        cn: vec!["desk 1".to_owned()],
        entry_uuid: Some("5f0d2b44-0000-4000-8000-000000000001".to_owned()),
        ..Principal::default()
    })])
    .await;
    map(
        &app,
        &[
            ("uid", exact(&[MatchAttribute::Uid], &[])),
            ("cn", exact(&[MatchAttribute::Cn], &[])),
            (
                "any",
                exact(
                    &[
                        MatchAttribute::Uid,
                        MatchAttribute::Cn,
                        MatchAttribute::EntryUuid,
                        MatchAttribute::Customer,
                    ],
                    &[],
                ),
            ),
            (
                "people",
                exact(
                    &[MatchAttribute::Uid, MatchAttribute::EntryUuid],
                    &["OU=People, dc=harbor,dc=example"],
                ),
            ),
        ],
    )
    .await;
    let desk = "cn=desk 1,ou=services,dc=harbor,dc=example";
    for (mapper, subject, expected) in [
        ("uid", "ada", Some(ADA)),
        ("uid", "desk", Some(desk)),
        ("uid", "desk 1", None),
        ("uid", "cust-7f3a91", None),
        ("uid", &user_id, None),
        ("cn", "desk 1", Some(desk)),
        ("cn", "ada", None),
        ("any", "cust-7f3a91", Some(ADA)),
        ("any", &user_id, Some(ADA)),
        ("any", "5f0d2b44-0000-4000-8000-000000000001", Some(desk)),
        ("any", "nobody", None),
        ("people", "ada", Some(ADA)),
        ("people", "desk", None),
        ("people", &user_id, Some(ADA)),
        ("people", ADA, Some(ADA)),
    ] {
        records(&app, &[mapper]).await;
        assert_eq!(
            mapped(&app, subject).await.as_deref(),
            expected,
            "{mapper} {subject}"
        );
    }
}

#[tokio::test]
async fn rec_12_3_several_hits_map_nobody() {
    let app = bank().await;
    map(&app, &[("uid", exact(&[MatchAttribute::Uid], &[]))]).await;
    records(&app, &["uid"]).await;
    assert_eq!(mapped(&app, "ben").await.as_deref(), Some(BEN));
    app.provision(&[account(
        "cn=namesake,dc=harbor,dc=example",
        &["ben"],
        false,
        false,
    )])
    .await;
    assert_eq!(mapped(&app, "ben").await, None);
    map(
        &app,
        &[(
            "uid",
            exact(&[MatchAttribute::Uid], &["ou=people,dc=harbor,dc=example"]),
        )],
    )
    .await;
    assert_eq!(
        mapped(&app, "ben").await.as_deref(),
        Some(BEN),
        "only one of them is below the base"
    );
}

#[tokio::test]
async fn rec_12_3_a_pattern_rewrites_before_it_matches() {
    let app = bank().await;
    let pattern = |pattern: &str, replacement: &str| IdentityMapper::Pattern {
        pattern: pattern.to_owned(),
        replacement: replacement.to_owned(),
        attributes: vec![MatchAttribute::Uid],
        bases: Vec::new(),
    };
    map(&app, &[("mail", pattern("^([^@]+)@harbor\\.example$", "$1"))]).await;
    records(&app, &["mail"]).await;
    for (subject, expected) in [
        ("ada@harbor.example", Some(ADA)),
        ("ada", Some(ADA)),
        ("ada@evil.example", None),
        ("x@ada@harbor.example", None),
    ] {
        assert_eq!(mapped(&app, subject).await.as_deref(), expected, "{subject}");
    }
    let permit = authorize(&Caller::Operator, Target::Tenant).unwrap();
    for broken in ["(", "a{1000}{1000}{1000}"] {
        let mut tenant = app.tenant().tenant.clone();
        tenant.records.identity_mappers = [("mail".to_owned(), pattern(broken, "$1"))].into();
        let error = app.ledger.provision_tenant(&permit, &tenant).await.unwrap_err();
        assert!(
            error.to_string().contains("records.identity_mappers.mail"),
            "{error}"
        );
    }
    let long = format!("{}@harbor.example", "a".repeat(1000));
    assert_eq!(mapped(&app, &long).await, None);
}

#[tokio::test]
async fn rec_12_3_a_template_takes_every_text_as_a_user() {
    let app = bank().await;
    let template = IdentityMapper::Template {
        dn: "uid={id},ou=guests,dc=harbor,dc=example".to_owned(),
    };
    map(&app, &[("guests", template)]).await;
    records(&app, &["guests"]).await;
    for (subject, expected) in [
        ("Kim", "uid=kim,ou=guests,dc=harbor,dc=example"),
        ("a,ou=admins", "uid=a\\,ou=admins,ou=guests,dc=harbor,dc=example"),
        ("x+cn=root", "uid=x\\+cn=root,ou=guests,dc=harbor,dc=example"),
    ] {
        assert_eq!(
            mapped(&app, subject).await.as_deref(),
            Some(expected),
            "{subject}"
        );
    }
    let again = made(&app, &portal(&app), json!({ "subject": "kim" })).await;
    let both = found(&app, &portal(&app), "?subject=kim").await;
    assert_eq!(both.len(), 2, "one person under both spellings");
    assert!(both.contains(&id(&again).to_owned()));
}

#[tokio::test]
async fn rec_5_4_mappers_of_records_are_run_in_order_and_the_first_hit_wins() {
    let app = bank().await;
    let template = IdentityMapper::Template {
        dn: "uid={id},ou=guests,dc=harbor,dc=example".to_owned(),
    };
    map(
        &app,
        &[("uid", exact(&[MatchAttribute::Uid], &[])), ("guests", template)],
    )
    .await;
    records(&app, &["uid", "guests"]).await;
    assert_eq!(mapped(&app, "ada").await.as_deref(), Some(ADA));
    assert_eq!(
        mapped(&app, "kim").await.as_deref(),
        Some("uid=kim,ou=guests,dc=harbor,dc=example")
    );
    records(&app, &["guests", "uid"]).await;
    assert_eq!(
        mapped(&app, "ada").await.as_deref(),
        Some("uid=ada,ou=guests,dc=harbor,dc=example")
    );
}

#[tokio::test]
async fn rec_5_4_no_mapper_configured_maps_nothing_but_names_of_entries() {
    let app = bank().await;
    records(&app, &[]).await;
    for subject in ["ada", "cust-7f3a91", "portal"] {
        assert_eq!(mapped(&app, subject).await, None, "{subject}");
    }
    assert_eq!(mapped(&app, ADA).await.as_deref(), Some(ADA));
    assert_eq!(mapped(&app, PORTAL).await.as_deref(), Some(PORTAL));
    assert_eq!(mapped(&app, "uid=nobody,dc=example").await, None);
    let answer = get(&app, &ada(&app), "/consents?subject=ada").await;
    assert_refused(&answer, 403, "PRIVILEGE_REQUIRED");
    let _own = get(
        &app,
        &ada(&app),
        "/consents?subject=uid%3Dada,ou%3Dpeople,dc%3Dharbor,dc%3Dexample",
    )
    .await
    .expect_status(200);
}

#[tokio::test]
async fn rec_4_1_a_mapper_of_its_own_for_basic_names() {
    let app = bank().await;
    let password = app.bank.customers[0].password.clone();
    map(
        &app,
        &[
            ("customer", exact(&[MatchAttribute::Customer], &[])),
            (
                "people",
                exact(&[MatchAttribute::Uid], &["ou=people,dc=harbor,dc=example"]),
            ),
        ],
    )
    .await;
    let status = async |user: &str, password: &str| {
        app.pass(61);
        get(&app, &basic(user, password), "/definitions").await.status()
    };
    assert_eq!(
        status("cust-7f3a91", &password).await,
        401,
        "accounts and login names by default"
    );
    app.configure(|tenant| tenant.records.basic_identity_mapper = Some("customer".to_owned()))
        .await;
    assert_eq!(status("cust-7f3a91", &password).await, 200);
    assert_eq!(status("ada", &password).await, 401);
    assert_eq!(status("root", SECRET).await, 401);
    assert_eq!(
        status(ADA, &password).await,
        200,
        "a name of an entry needs no mapper"
    );
    app.configure(|tenant| tenant.records.basic_identity_mapper = Some("people".to_owned()))
        .await;
    assert_eq!(status("ada", &password).await, 200);
    assert_eq!(status("root", SECRET).await, 401, "not below the base");
    assert_eq!(status("cust-7f3a91", &password).await, 401);
}

#[tokio::test]
async fn rec_12_3_an_account_may_have_a_password_that_somebody_chose() {
    let app = bank().await;
    let desk = |disabled: bool, password: &str| {
        Entry::Principal(Principal {
            dn: "cn=desk,dc=harbor,dc=example".to_owned(),
            uid: vec!["desk".to_owned()],
            password_hash: Some(consentry_ledger::accounts::hash_password(password, &[7; 16]).unwrap()),
            disabled,
            ..Principal::default()
        })
    };
    app.provision(&[desk(false, "pass word")]).await;
    let status = async |password: &str| get(&app, &basic("desk", password), "/definitions").await.status();
    assert_eq!(status("pass word").await, 200);
    assert_eq!(status("pass word").await, 200, "from memory");
    assert_eq!(status("wrong").await, 401);
    app.provision(&[desk(false, "another")]).await;
    assert_eq!(
        status("pass word").await,
        401,
        "memory does not outlive the password"
    );
    assert_eq!(status("another").await, 200);
    app.provision(&[desk(true, "another")]).await;
    assert_eq!(status("another").await, 401);
    app.pass(3600);
    app.provision(&[desk(false, "another")]).await;
    for _ in 0..6 {
        assert_eq!(status("wrong").await, 401);
    }
    assert_eq!(status("wrong").await, 429);
}
