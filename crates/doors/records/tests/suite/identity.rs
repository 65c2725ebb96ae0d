//! Who a record says was its subject and its actor (consent-api 5.3, 5.4, 5.5).

use consentry_domain::subject::{Alias, Namespace};
use consentry_ledger::provision::Person;
use serde_json::json;

use crate::world::{
    ADA, AUDITOR, BEN, PORTAL, SECRET, UNPRIVILEGED, account, ada, assert_refused, bank, basic, ben, details,
    found, get, id, made, patch, portal, post, put, seen, token,
};

#[tokio::test]
async fn rec_5_3_defaults_over_basic_are_the_distinguished_name() {
    let app = bank().await;
    for (who, dn) in [
        (ada(&app), ADA),
        (portal(&app), PORTAL),
        (basic("night auditor", SECRET), AUDITOR),
    ] {
        let record = made(&app, &who, json!({})).await;
        for name in ["subject", "actor", "subjectDN", "actorDN"] {
            assert_eq!(record[name], dn, "{name}");
        }
    }
}

#[tokio::test]
async fn rec_5_3_defaults_over_bearer_are_the_claim_and_the_distinguished_name() {
    let app = bank().await;
    let claim = app.bank.customers[0].user_id.as_str();
    let record = made(&app, &token(&app, "ada", UNPRIVILEGED).await, json!({})).await;
    for (name, value) in [
        ("subject", claim),
        ("actor", claim),
        ("subjectDN", ADA),
        ("actorDN", ADA),
    ] {
        assert_eq!(record[name], value, "{name}");
    }
}

#[tokio::test]
async fn rec_5_4_a_privileged_requester_is_taken_literally_and_mapped() {
    let app = bank().await;
    let customer = &app.bank.customers[0];
    for text in [
        "ada",
        ADA,
        "UID=Ada,OU=People,DC=Harbor,DC=Example",
        &customer.customer_id,
        &customer.user_id,
    ] {
        let record = made(&app, &portal(&app), json!({ "subject": text, "actor": text })).await;
        assert_eq!(
            (&record["subject"], &record["actor"]),
            (&json!(text), &json!(text))
        );
        assert_eq!(
            (&record["subjectDN"], &record["actorDN"]),
            (&json!(ADA), &json!(ADA)),
            "{text}"
        );
    }
    let record = made(&app, &portal(&app), json!({ "subject": "night auditor" })).await;
    assert_eq!(record["subjectDN"], AUDITOR);
}

#[tokio::test]
async fn rec_5_4_no_hit_or_several_leave_the_name_out_and_are_no_error() {
    let app = bank().await;
    app.provision(&[account(
        "cn=namesake,dc=harbor,dc=example",
        &["ben"],
        false,
        false,
    )])
    .await;
    for text in [
        "Ada",
        "nobody",
        "ben",
        "uid=nobody,dc=harbor,dc=example",
        "  ",
        "a=b=c,",
    ] {
        let record = made(&app, &portal(&app), json!({ "subject": text, "actor": text })).await;
        assert_eq!(
            (&record["subject"], &record["actor"]),
            (&json!(text), &json!(text))
        );
        assert!(
            record.get("subjectDN").is_none() && record.get("actorDN").is_none(),
            "{record}"
        );
    }
}

#[tokio::test]
async fn rec_5_4_what_a_privileged_requester_leaves_out_is_themself() {
    let app = bank().await;
    let only_subject = made(&app, &portal(&app), json!({ "subject": "ada" })).await;
    assert_eq!(
        (&only_subject["subjectDN"], &only_subject["actorDN"]),
        (&json!(ADA), &json!(PORTAL))
    );
    assert_eq!(only_subject["actor"], PORTAL);
    let only_actor = made(&app, &portal(&app), json!({ "actor": "ada" })).await;
    assert_eq!(
        (&only_actor["subjectDN"], &only_actor["actorDN"]),
        (&json!(PORTAL), &json!(ADA))
    );
}

#[tokio::test]
async fn rec_5_4_an_ordinary_requester_may_name_nobody_but_themself() {
    let app = bank().await;
    let claim = app.bank.customers[0].user_id.clone();
    let bearer = token(&app, "ada", UNPRIVILEGED).await;
    for (who, default) in [(ada(&app), ADA), (bearer, claim.as_str())] {
        for own in [
            ADA,
            "uid=ADA, ou=people,dc=harbor,dc=example",
            "ada",
            &claim,
            "cust-7f3a91",
        ] {
            let record = made(&app, &who, json!({ "subject": own, "actor": own })).await;
            assert_eq!(
                (&record["subject"], &record["actor"]),
                (&json!(default), &json!(default)),
                "{own}"
            );
        }
        for foreign in [BEN, "ben", "nobody", "cust-20c4d7", "Ada", "uid=ada,dc=example"] {
            for name in ["subject", "actor"] {
                let body = crate::world::accepted(json!({ name: foreign }));
                let answer = post(&app, &who, &body).await;
                assert_refused(&answer, 403, "PRIVILEGE_REQUIRED");
                assert_eq!(details(&answer)[0].0, name, "{foreign}");
            }
        }
    }
}

#[tokio::test]
async fn rec_5_4_an_ordinary_requester_cannot_move_a_record() {
    let app = bank().await;
    let record = made(&app, &ada(&app), json!({})).await;
    for change in [
        json!({ "subject": "ben" }),
        json!({ "actor": BEN }),
        json!({ "actor": "nobody" }),
    ] {
        let answer = patch(&app, &ada(&app), id(&record), &change).await;
        assert_refused(&answer, 403, "PRIVILEGE_REQUIRED");
        let body = crate::world::accepted(change);
        assert_refused(
            &put(&app, &ada(&app), id(&record), &body).await,
            403,
            "PRIVILEGE_REQUIRED",
        );
    }
    assert_eq!(seen(&app, id(&record)).await, record);
}

#[tokio::test]
async fn rec_5_5_the_subject_changes_a_record_that_somebody_else_answered_and_becomes_its_actor() {
    let app = bank().await;
    let record = made(&app, &portal(&app), json!({ "subject": "ada", "actor": "ben" })).await;
    let unchanged = patch(&app, &ada(&app), id(&record), &json!({}))
        .await
        .expect_status(200)
        .json();
    assert_eq!(unchanged, record);
    let change = json!({ "status": "revoked" });
    let answer = patch(&app, &ada(&app), id(&record), &change)
        .await
        .expect_status(200)
        .json();
    assert_eq!((&answer["actor"], &answer["actorDN"]), (&json!(ADA), &json!(ADA)));
    assert_eq!(
        (&answer["subject"], &answer["status"]),
        (&json!("ada"), &json!("revoked"))
    );
}

#[tokio::test]
async fn rec_5_5_strictly_only_a_privileged_requester_changes_it() {
    let app = bank().await;
    let record = made(&app, &portal(&app), json!({ "subject": "ada", "actor": "ben" })).await;
    app.configure(|tenant| tenant.records.strict_actor_match = true)
        .await;
    let change = json!({ "status": "revoked" });
    assert_refused(
        &patch(&app, &ada(&app), id(&record), &change).await,
        403,
        "PRIVILEGE_REQUIRED",
    );
    let body = crate::world::accepted(json!({ "status": "revoked" }));
    assert_refused(
        &put(&app, &ada(&app), id(&record), &body).await,
        403,
        "PRIVILEGE_REQUIRED",
    );
    assert_eq!(seen(&app, id(&record)).await, record);
    let _read = get(&app, &ada(&app), &format!("/consents/{}", id(&record)))
        .await
        .expect_status(200);
    let _changed = patch(&app, &portal(&app), id(&record), &change)
        .await
        .expect_status(200);
    let own = made(&app, &ada(&app), json!({})).await;
    let _changed = patch(&app, &ada(&app), id(&own), &change)
        .await
        .expect_status(200);
}

#[tokio::test]
async fn rec_5_2_names_are_compared_by_what_they_mean() {
    let app = bank().await;
    let spelled = "UID=ada ,  OU = People , dc=HARBOR,DC=example";
    let record = made(
        &app,
        &portal(&app),
        json!({ "subject": spelled, "actor": spelled }),
    )
    .await;
    assert_eq!(found(&app, &ada(&app), "").await, [id(&record)]);
    let _read = get(&app, &ada(&app), &format!("/consents/{}", id(&record)))
        .await
        .expect_status(200);
    let two = "cn=till 1+uid=t1,dc=harbor,dc=example";
    app.provision(&[account(two, &["t1"], false, false)]).await;
    let more = json!({ "subject": "UID=T1 + CN=Till 1,dc=harbor,dc=example" });
    let record = made(&app, &portal(&app), more).await;
    assert_eq!(record["subjectDN"], two);
    assert_eq!(
        found(&app, &basic("t1", SECRET), "").await,
        [id(&record)],
        "made before its first login"
    );
}

#[tokio::test]
async fn rec_5_3_one_person_under_two_texts_is_one_person() {
    let app = bank().await;
    let bearer = token(&app, "ada", UNPRIVILEGED).await;
    let over_basic = made(&app, &ada(&app), json!({})).await;
    app.pass(1);
    let over_bearer = made(&app, &bearer, json!({})).await;
    let both = [id(&over_basic).to_owned(), id(&over_bearer).to_owned()];
    assert_eq!(found(&app, &ada(&app), "").await, both);
    assert_eq!(found(&app, &bearer, "").await, both);
    assert!(found(&app, &ben(&app), "").await.is_empty());
}

#[tokio::test]
async fn rec_5_4_a_name_given_to_a_person_later_maps_from_then_on() {
    let app = bank().await;
    let before = made(&app, &portal(&app), json!({ "subject": "kim" })).await;
    assert!(before.get("subjectDN").is_none());
    let dn = "uid=kim,ou=people,dc=harbor,dc=example";
    let person = Person {
        aliases: vec![Alias::new(Namespace::Login, "kim"), Alias::new(Namespace::Dn, dn)],
        password: Some("k".to_owned()),
        applications: Vec::new(),
        contact: None,
        profile: None,
    };
    let _person = app.provision_person(&person).await;
    let after = made(&app, &portal(&app), json!({ "subject": "kim" })).await;
    assert_eq!(after["subjectDN"], dn);
    assert_eq!(
        found(&app, &basic("kim", "k"), "").await,
        [id(&after)],
        "two names are one only by linking"
    );
    assert_eq!(
        found(&app, &portal(&app), "?subject=kim").await.len(),
        2,
        "found by the text that was given"
    );
}
