//! HTTP Basic against a live directory (consent-api 4.1).

use serde_json::json;

use crate::world::{DORA, DORAS, OFFICE, OFFICES, create, get, start, status};

#[tokio::test]
async fn rec_4_1_a_user_name_may_be_a_login_name_or_a_distinguished_name_in_any_spelling() {
    let (app, _slapd) = start().await;
    for name in [
        "dora",
        "DORA",
        DORA,
        "UID=Dora, OU=People; DC=example,DC=NET",
        "uid=\\64ora,ou=people,dc=example,dc=net",
    ] {
        assert_eq!(status(&app, name, DORAS).await, 200, "{name}");
    }
    assert_eq!(
        status(&app, "back office", OFFICES).await,
        200,
        "spaces and colons"
    );
    assert_eq!(status(&app, "odd, (one)*\\", "odd-secret-36").await, 200);
    assert_eq!(
        status(
            &app,
            "uid=odd\\2C (one)*\\5C,ou=people,dc=example,dc=net",
            "odd-secret-36"
        )
        .await,
        200
    );
}

#[tokio::test]
async fn rec_4_1_unknown_ambiguous_wrong_and_unusable_are_one_401() {
    let (app, _slapd) = start().await;
    let mut bodies = Vec::new();
    for (name, password) in [
        ("nobody", DORAS),
        ("uid=nobody,ou=people,dc=example,dc=net", DORAS),
        ("cn=config", "anything"),
        ("dora", "wrong"),
        (DORA, "wrong"),
        ("dora", ""),
        (DORA, ""),
        // Ambiguous, with the password of both.
        ("twin", "twin-secret-34"),
        // Not a login name by default, and ambiguous besides.
        ("Sam Field", "sam-secret-33"),
        // Without any password, and left out by the operator's filter.
        ("blank", "anything"),
        ("gone", "gone-secret-37"),
        ("uid=gone,ou=people,dc=example,dc=net", "gone-secret-37"),
        ("", ""),
        ("", DORAS),
    ] {
        // Far enough apart that nobody waits for failures of others.
        app.pass(3600);
        let answer = get(&app, name, password, "/definitions").await.expect_status(401);
        let mut body = answer.json();
        body.as_object_mut().unwrap().remove("id");
        bodies.push((body, answer.header("www-authenticate").map(str::to_owned)));
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]));
    assert_eq!(bodies[0].0["code"], "ACCESS_FAILED");
}

#[tokio::test]
async fn rec_4_1_a_user_name_is_never_part_of_a_filter() {
    let (app, slapd) = start().await;
    for name in [
        "*",
        "*)(uid=*",
        "d*",
        "dor?",
        "dora)(objectClass=*",
        "dora)(|(uid=*",
        "nobody)(|(objectClass=*)",
        "*)(&",
        "\\2a",
        "dora\\00",
        "dora\0",
    ] {
        app.pass(3600);
        assert_eq!(status(&app, name, DORAS).await, 401, "{name:?}");
    }
    // A name with a control character is none (RFC 7617 section 2), so the last is not even looked up.
    assert_eq!(slapd.count(&["SRCH base="]), 10);
    assert_eq!(
        slapd.count(&["SRCH base=", "(uid=*"]),
        0,
        "a presence filter was sent"
    );
    assert_eq!(slapd.count(&["BIND dn=\"uid="]), 0, "somebody was found");
}

#[tokio::test]
async fn rec_5_1_an_entry_is_privileged_by_its_name_in_the_settings() {
    let (app, _slapd) = start().await;
    let made = create(
        &app,
        "back office",
        OFFICES,
        json!({ "subject": "dora", "actor": "dora" }),
    )
    .await
    .expect_status(201)
    .json();
    assert_eq!(made["subjectDN"], DORA);
    let path = format!("/consents/{}", made["id"].as_str().unwrap());
    let _own = get(&app, "dora", DORAS, &path).await.expect_status(200);
    let _foreign = get(&app, "Eli", "eli-secret-32", &path).await.expect_status(403);
    let refused = create(&app, "dora", DORAS, json!({ "subject": "Eli" })).await;
    assert_eq!(refused.expect_status(403).json()["code"], "PRIVILEGE_REQUIRED");
}

#[tokio::test]
async fn rec_5_3_the_default_identity_is_the_name_as_the_directory_has_it() {
    let (app, _slapd) = start().await;
    for name in ["dora", "UID=Dora,ou=PEOPLE,dc=example,dc=net"] {
        let made = create(&app, name, DORAS, json!({}))
            .await
            .expect_status(201)
            .json();
        for member in ["subject", "subjectDN", "actor", "actorDN"] {
            assert_eq!(made[member], DORA, "{name}");
        }
    }
    let found = get(&app, "dora", DORAS, "/consents")
        .await
        .expect_status(200)
        .json();
    assert_eq!(found["count"], 2, "one person, however they were named");
    // An attribute type has several names; the directory's own counts.
    let made = create(&app, "userid=dora,ou=people,dc=example,dc=net", DORAS, json!({}));
    assert_eq!(made.await.expect_status(201).json()["subjectDN"], DORA);
    let made = create(&app, OFFICE, OFFICES, json!({}))
        .await
        .expect_status(201)
        .json();
    assert_eq!(made["subjectDN"], OFFICE);
}

#[tokio::test]
async fn architecture_6_a_verified_password_is_remembered_for_60_seconds_and_not_longer() {
    let (app, slapd) = start().await;
    let binds = || slapd.count(&[&format!("BIND dn=\"{DORA}\" method=128")]);
    assert_eq!(status(&app, "dora", DORAS).await, 200);
    assert_eq!(binds(), 1);
    app.pass(59);
    assert_eq!(status(&app, "dora", DORAS).await, 200);
    assert_eq!(binds(), 1, "from memory");
    assert_eq!(status(&app, DORA, DORAS).await, 200);
    assert_eq!(binds(), 2, "another user name is another credential");
    app.pass(1);
    assert_eq!(status(&app, "dora", DORAS).await, 200);
    assert_eq!(binds(), 3);
    assert_eq!(status(&app, "dora", "wrong").await, 401);
    assert_eq!(status(&app, "dora", "wrong").await, 401);
    assert_eq!(binds(), 5, "what was wrong is asked again");
}

#[tokio::test]
async fn architecture_6_a_changed_password_counts_after_60_seconds_at_the_latest() {
    let (app, slapd) = start().await;
    assert_eq!(status(&app, "dora", DORAS).await, 200);
    slapd.change(&format!(
        "dn: {DORA}\nchangetype: modify\nreplace: userPassword\nuserPassword: fresh-secret-41\n"
    ));
    assert_eq!(status(&app, "dora", "fresh-secret-41").await, 200);
    app.pass(60);
    assert_eq!(status(&app, "dora", DORAS).await, 401);
    slapd.change(&format!("dn: {DORA}\nchangetype: delete\n"));
    app.pass(60);
    assert_eq!(status(&app, "dora", "fresh-secret-41").await, 401);
}

#[tokio::test]
async fn rec_12_1_settings_are_live_for_remembered_passwords_too() {
    let (app, slapd) = start().await;
    assert_eq!(status(&app, "dora", DORAS).await, 200);
    app.configure(|tenant| {
        let nobody = consentry_domain::tenant::IdentityMapper::Exact {
            attributes: vec![consentry_domain::tenant::MatchAttribute::Customer],
            bases: Vec::new(),
        };
        tenant
            .records
            .identity_mappers
            .insert("customer".to_owned(), nobody);
        tenant.records.basic_identity_mapper = Some("customer".to_owned());
    })
    .await;
    assert_eq!(status(&app, "dora", DORAS).await, 401);
    assert_eq!(status(&app, "cust-d0fa", DORAS).await, 200);
    drop(slapd);
}

#[tokio::test]
async fn rec_14_failed_logins_wait_whatever_the_name_is_spelled_like() {
    let (app, slapd) = start().await;
    for name in [
        "dora",
        "DORA",
        DORA,
        "Dora",
        "UID=dora,ou=people,dc=example,dc=net",
    ] {
        assert_eq!(status(&app, name, "wrong").await, 401);
    }
    assert_eq!(status(&app, "dOrA", "wrong").await, 401);
    let binds = slapd.count(&["BIND dn=\"uid=dora"]);
    let answer = get(&app, "dora", DORAS, "/definitions").await.expect_status(429);
    assert!(answer.header("retry-after").is_some());
    assert_eq!(
        slapd.count(&["BIND dn=\"uid=dora"]),
        binds,
        "the directory is spared"
    );
    app.pass(3600);
    assert_eq!(status(&app, "dora", DORAS).await, 200);
}
