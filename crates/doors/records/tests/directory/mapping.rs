//! Identity mappers over a live directory (consent-api 4.1, 4.2, 5.4, 9.3, 12.3).

use consentry_domain::tenant::{ClaimNames, IdentityMapper, MatchAttribute, TokenValidator, ValidatorKind};
use consentry_testkit::TestApp;
use http::Method;
use serde_json::{Value, json};

use crate::world::{DORA, DORAS, OFFICE, OFFICES, create, get, mapped, start, status};

const UUID: &str = "5b9d6f0a-2f63-4c1e-8a70-1f6f9d1b7c22";

fn exact(attributes: &[MatchAttribute], bases: &[&str]) -> IdentityMapper {
    IdentityMapper::Exact {
        attributes: attributes.to_vec(),
        bases: bases.iter().map(|&base| base.to_owned()).collect(),
    }
}

async fn map(app: &TestApp, name: &str, mapper: IdentityMapper) {
    app.configure(|tenant| {
        tenant.records.identity_mappers.insert(name.to_owned(), mapper);
    })
    .await;
}

async fn for_records(app: &TestApp, names: &[&str]) {
    let names = names.iter().map(|&name| name.to_owned()).collect();
    app.configure(|tenant| tenant.records.record_identity_mappers = Some(names))
        .await;
}

async fn for_basic(app: &TestApp, name: &str) {
    app.configure(|tenant| tenant.records.basic_identity_mapper = Some(name.to_owned()))
        .await;
}

#[tokio::test]
async fn rec_5_4_a_subject_is_found_by_any_attribute_and_an_ambiguous_one_by_none() {
    let (app, _slapd) = start().await;
    for (subject, expected) in [
        ("dora", Some(DORA)),
        ("Dora Díaz", Some(DORA)),
        (UUID, Some(DORA)),
        ("cust-d0fa", Some(DORA)),
        (DORA, Some(DORA)),
        ("UID=dora, OU=People, DC=example, DC=net", Some(DORA)),
        ("back office", Some(OFFICE)),
        ("twin", None),
        ("Sam Field", None),
        ("gone", None),
        ("nobody", None),
        ("uid=nobody,ou=people,dc=example,dc=net", None),
        ("*)(uid=*", None),
        ("*", None),
        ("dor*", None),
        // People of our own come first, and are there without any directory.
        ("ada", Some("uid=ada,ou=people,dc=harbor,dc=example")),
    ] {
        assert_eq!(mapped(&app, subject).await.as_deref(), expected, "{subject}");
    }
}

#[tokio::test]
async fn rec_9_3_a_search_finds_a_person_by_every_name_the_directory_has() {
    let (app, _slapd) = start().await;
    let made = create(&app, "dora", DORAS, json!({}))
        .await
        .expect_status(201)
        .json();
    for name in [
        "dora",
        "Dora%20D%C3%ADaz",
        UUID,
        "cust-d0fa",
        "uid%3Ddora,ou%3Dpeople,dc%3Dexample,dc%3Dnet",
    ] {
        let path = format!("/consents?subject={name}");
        let found = get(&app, "back office", OFFICES, &path)
            .await
            .expect_status(200)
            .json();
        assert_eq!(found["count"], 1, "{name}");
        assert_eq!(found["_embedded"]["consents"][0]["id"], made["id"], "{name}");
        let _own = get(&app, "dora", DORAS, &path).await.expect_status(200);
    }
    let foreign = get(&app, "dora", DORAS, "/consents?subject=Eli").await;
    assert_eq!(foreign.expect_status(403).json()["code"], "PRIVILEGE_REQUIRED");
}

#[tokio::test]
async fn rec_12_3_exact_and_pattern_mappers_look_under_their_bases() {
    let (app, _slapd) = start().await;
    let mail = IdentityMapper::Pattern {
        pattern: "^([^@]+)@company\\.example$".to_owned(),
        replacement: "$1".to_owned(),
        attributes: vec![MatchAttribute::Uid],
        bases: vec!["ou=people,dc=example,dc=net".to_owned()],
    };
    map(&app, "mail", mail).await;
    map(&app, "uid", exact(&[MatchAttribute::Uid], &[])).await;
    map(&app, "cn", exact(&[MatchAttribute::Cn], &[])).await;
    map(
        &app,
        "services",
        exact(&[MatchAttribute::Uid], &["OU=Services,dc=example,dc=net"]),
    )
    .await;
    map(
        &app,
        "beside",
        exact(&[MatchAttribute::Uid], &["dc=harbor,dc=example"]),
    )
    .await;
    for (mapper, subject, expected) in [
        ("mail", "dora@company.example", Some(DORA)),
        (
            "mail",
            "twin@company.example",
            Some("uid=twin,ou=people,dc=example,dc=net"),
        ),
        ("mail", "dora@evil.example", None),
        ("mail", "*@company.example", None),
        ("uid", "dora", Some(DORA)),
        ("uid", "Dora Díaz", None),
        ("uid", "twin", None),
        ("cn", "Dora Díaz", Some(DORA)),
        ("cn", "Sam Field", None),
        ("services", "twin", Some("uid=twin,ou=services,dc=example,dc=net")),
        ("services", "dora", None),
        ("beside", "dora", None),
    ] {
        for_records(&app, &[mapper]).await;
        assert_eq!(
            mapped(&app, subject).await.as_deref(),
            expected,
            "{mapper} {subject}"
        );
    }
    for_records(&app, &["services", "uid"]).await;
    assert_eq!(
        mapped(&app, "dora").await.as_deref(),
        Some(DORA),
        "the next mapper is asked"
    );
}

#[tokio::test]
async fn rec_4_1_a_mapper_of_its_own_for_basic_names() {
    let (app, _slapd) = start().await;
    map(&app, "cn", exact(&[MatchAttribute::Cn], &[])).await;
    map(&app, "uuid", exact(&[MatchAttribute::EntryUuid], &[])).await;
    map(
        &app,
        "people",
        exact(&[MatchAttribute::Uid], &["ou=people,dc=example,dc=net"]),
    )
    .await;
    let template = IdentityMapper::Template {
        dn: "uid={id},ou=people,dc=example,dc=net".to_owned(),
    };
    map(&app, "template", template).await;
    for (mapper, name, password, expected) in [
        ("cn", "Dora Díaz", DORAS, 200),
        ("cn", "Dora Díaz", "wrong", 401),
        ("cn", "dora", DORAS, 401),
        ("cn", "Sam Field", "sam-secret-33", 401),
        ("cn", DORA, DORAS, 200),
        ("uuid", UUID, DORAS, 200),
        ("uuid", "dora", DORAS, 401),
        ("people", "twin", "twin-secret-34", 200),
        ("people", "back office", OFFICES, 401),
        ("template", "dora", DORAS, 200),
        ("template", "dora", "wrong", 401),
        ("template", "nobody", DORAS, 401),
        ("template", "dora,ou=people", DORAS, 401),
        ("template", "gone", "gone-secret-37", 401),
    ] {
        for_basic(&app, mapper).await;
        app.pass(3600);
        assert_eq!(status(&app, name, password).await, expected, "{mapper} {name}");
    }
}

#[tokio::test]
async fn rec_4_2_2_a_token_subject_is_mapped_by_the_directory() {
    let (app, _slapd) = start().await;
    map(&app, "uuid", exact(&[MatchAttribute::EntryUuid], &[])).await;
    let mock = |order, mapper: Option<&str>| TokenValidator {
        order,
        identity_mapper: mapper.map(str::to_owned),
        claims: ClaimNames::default(),
        kind: ValidatorKind::Mock,
    };
    let ask = async |subject: &str| {
        let claims = json!({ "active": true, "sub": subject, "scope": "urn:pingdirectory:consent" });
        let body = json!({ "status": "pending", "definition": { "id": "share-my-email" } });
        let request = app.request(Method::POST, "/consent/v1/consents");
        request.bearer(&claims.to_string()).json(&body).send().await
    };
    let by = async |mapper| {
        let validators = [("mock".to_owned(), mock(1, mapper))].into();
        app.configure(|tenant| tenant.records.access_token_validators = validators)
            .await;
    };
    by(Some("uuid")).await;
    let made: Value = ask(UUID).await.expect_status(201).json();
    assert_eq!(
        (&made["subject"], &made["subjectDN"]),
        (&json!(UUID), &json!(DORA))
    );
    for subject in ["dora", "5b9d6f0a-0000-4000-8000-000000000000", "*"] {
        let answer = ask(subject).await.expect_status(401);
        assert_eq!(answer.json()["code"], "ACCESS_FAILED", "{subject}");
    }
    by(None).await;
    for (subject, expected) in [
        ("dora", 201),
        (DORA, 201),
        ("cust-d0fa", 201),
        ("twin", 401),
        ("gone", 401),
    ] {
        assert_eq!(ask(subject).await.status(), expected, "{subject}");
    }
    // One person, whichever way they came in.
    let found = get(&app, "dora", DORAS, "/consents")
        .await
        .expect_status(200)
        .json();
    assert_eq!(found["count"], 4);
}
