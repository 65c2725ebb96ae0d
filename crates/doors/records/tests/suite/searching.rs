//! Searching records (consent-api 9, 11.1).

use http::Method;
use serde_json::json;

use crate::world::{
    ADA, BEN, PORTAL, PRIVILEGED, UNPRIVILEGED, ada, assert_refused, bank, ben, details, found, get, id,
    made, portal, post, request, token,
};

#[tokio::test]
async fn rec_9_each_parameter_matches_and_all_are_joined_by_and() {
    let app = bank().await;
    let mut records = Vec::new();
    for more in [
        json!({ "subject": "ada", "actor": "ada", "audience": "one", "collaborators": ["ben"] }),
        json!({ "subject": "ada", "actor": "ben", "audience": "two", "collaborators": ["ben", "kim"] }),
        json!({ "subject": "ben", "actor": "ada", "audience": "one" }),
        json!({
            "subject": "ada", "actor": "ada", "audience": "one",
            "definition": { "id": "share-my-email", "version": "1.0", "locale": "en-GB" },
        }),
    ] {
        records.push(id(&made(&app, &portal(&app), more).await).to_owned());
        app.pass(1);
    }
    for (query, expected) in [
        ("?subject=ada", &[0, 1, 3][..]),
        ("?subject=ben", &[2]),
        ("?actor=ada", &[0, 2, 3]),
        ("?actor=ben", &[1]),
        ("?subject=ada&actor=ben", &[1]),
        ("?subject=ada&definition=share-my-email", &[3]),
        ("?subject=ada&definition=share-location", &[0, 1]),
        ("?subject=ada&audience=one", &[0, 3]),
        ("?subject=ada&audience=One", &[]),
        ("?subject=ada&audience=on", &[]),
        ("?subject=ada&collaborator=ben", &[0, 1]),
        ("?subject=ada&collaborator=kim", &[1]),
        ("?subject=ada&collaborator=BEN", &[]),
        (
            "?subject=ada&collaborator=ben&audience=one&definition=share-location&actor=ada",
            &[0],
        ),
        ("?subject=nobody", &[]),
        ("?actor=nobody", &[]),
        ("?subject=ada&definition=unheard-of", &[]),
        ("?subject=ada&definition=%01", &[]),
    ] {
        let expected: Vec<&String> = expected.iter().map(|&index| &records[index]).collect();
        let found = found(&app, &portal(&app), query).await;
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{query}");
    }
}

#[tokio::test]
async fn rec_9_1_without_subject_and_actor_ones_own_even_when_privileged() {
    let app = bank().await;
    let of_ada = made(&app, &ada(&app), json!({})).await;
    for who in [portal(&app), token(&app, "ben", PRIVILEGED).await] {
        assert!(found(&app, &who, "?definition=share-location").await.is_empty());
        let own = made(&app, &who, json!({})).await;
        assert_eq!(found(&app, &who, "?definition=share-location").await, [id(&own)]);
        assert_eq!(
            found(&app, &who, "?audience=store-app&collaborator=x")
                .await
                .len(),
            0
        );
    }
    for who in [ada(&app), token(&app, "ada", PRIVILEGED).await] {
        assert_eq!(found(&app, &who, "").await, [id(&of_ada)]);
    }
}

#[tokio::test]
async fn rec_9_1_with_an_actor_there_is_no_default_subject() {
    let app = bank().await;
    let record = made(&app, &portal(&app), json!({ "subject": "ben", "actor": "ada" })).await;
    assert_eq!(found(&app, &portal(&app), "?actor=ada").await, [id(&record)]);
}

#[tokio::test]
async fn rec_9_2_an_ordinary_requester_sees_their_own_only() {
    let app = bank().await;
    let own = made(&app, &ada(&app), json!({ "collaborators": ["ben"] })).await;
    let acted = made(
        &app,
        &portal(&app),
        json!({ "subject": "ben", "actor": "ada", "collaborators": ["ada"] }),
    )
    .await;
    let bearer = token(&app, "ada", UNPRIVILEGED).await;
    for who in [ada(&app), bearer] {
        for query in [
            "",
            "?subject=ada",
            "?subject=UID%3Dada,ou%3Dpeople,dc%3Dharbor,dc%3Dexample",
            "?actor=ada",
        ] {
            assert_eq!(found(&app, &who, query).await, [id(&own)], "{query}");
        }
        for query in ["?actor=ben", "?actor=nobody", "?collaborator=ada"] {
            assert!(found(&app, &who, query).await.is_empty(), "{query}");
        }
        for query in [
            "?subject=ben",
            "?subject=nobody",
            "?subject=ben&definition=%01",
            "?subject=Ada",
        ] {
            let answer = get(&app, &who, &format!("/consents{query}")).await;
            assert_refused(&answer, 403, "PRIVILEGE_REQUIRED");
            assert_eq!(details(&answer)[0].0, "subject");
        }
    }
    assert_eq!(found(&app, &ben(&app), "").await, [id(&acted)]);
}

#[tokio::test]
async fn rec_9_3_a_person_is_found_by_any_name_whatever_was_stored() {
    let app = bank().await;
    let customer = app.bank.customers[0].clone();
    let over_bearer = made(&app, &token(&app, "ada", UNPRIVILEGED).await, json!({})).await;
    assert_eq!(over_bearer["subject"], customer.user_id.as_str());
    for text in [
        "ada",
        ADA,
        "UID=ADA,ou=people,dc=harbor,dc=example",
        &customer.customer_id,
        &customer.user_id,
    ] {
        for name in ["subject", "actor"] {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair(name, text)
                .finish();
            assert_eq!(
                found(&app, &portal(&app), &format!("?{query}")).await,
                [id(&over_bearer)],
                "{query}"
            );
        }
    }
    let unmapped = made(
        &app,
        &portal(&app),
        json!({ "subject": "Guest 7", "actor": "Kiosk" }),
    )
    .await;
    assert_eq!(
        found(&app, &portal(&app), "?subject=Guest+7").await,
        [id(&unmapped)]
    );
    assert_eq!(found(&app, &portal(&app), "?actor=Kiosk").await, [id(&unmapped)]);
    assert!(
        found(&app, &portal(&app), "?subject=guest+7").await.is_empty(),
        "case counts"
    );
}

#[tokio::test]
async fn rec_9_4_empty_and_repeated_parameters_are_400_and_named() {
    let app = bank().await;
    for name in ["subject", "actor", "definition", "audience", "collaborator"] {
        for query in [format!("{name}="), name.to_owned(), format!("{name}=a&{name}=a")] {
            let answer = get(&app, &portal(&app), &format!("/consents?{query}")).await;
            assert_refused(&answer, 400, "INVALID_REQUEST");
            assert_eq!(details(&answer)[0].0, name);
        }
    }
}

#[tokio::test]
async fn rec_9_4_values_are_decoded_and_plus_is_a_space() {
    let app = bank().await;
    let record = made(
        &app,
        &portal(&app),
        json!({ "subject": "ada", "audience": "Größe + Co & more=1" }),
    )
    .await;
    for audience in [
        "Gr%C3%B6%C3%9Fe+%2B+Co+%26+more%3D1",
        "Gr%C3%B6%C3%9Fe%20%2B%20Co%20%26%20more%3D1",
    ] {
        let query = format!("?subject=ada&audience={audience}");
        assert_eq!(found(&app, &portal(&app), &query).await, [id(&record)]);
    }
}

#[tokio::test]
async fn rec_9_5_the_oldest_comes_first() {
    let app = bank().await;
    let mut expected = Vec::new();
    for subject in ["ada", ADA, "cust-7f3a91", "ada"] {
        let record = made(
            &app,
            &portal(&app),
            json!({ "subject": subject, "actor": subject }),
        )
        .await;
        expected.push(id(&record).to_owned());
        app.clock.advance_micros(1);
    }
    // A change does not move a record.
    let _changed = crate::world::patch(&app, &portal(&app), &expected[0], &json!({ "data": {} })).await;
    assert_eq!(found(&app, &portal(&app), "?subject=ada").await, expected);
    assert_eq!(found(&app, &portal(&app), "?actor=ada").await, expected);
    let same_time = [
        made(&app, &portal(&app), json!({})).await,
        made(&app, &portal(&app), json!({})).await,
    ];
    let mut by_id: Vec<String> = same_time.iter().map(|record| id(record).to_owned()).collect();
    by_id.sort();
    assert_eq!(found(&app, &portal(&app), "").await, by_id);
}

#[tokio::test]
async fn rec_9_5_more_than_the_limit_is_400_without_a_part_of_it() {
    let app = bank().await;
    app.configure(|tenant| tenant.records.search_size_limit = 3).await;
    for _ in 0..3 {
        let _record = made(&app, &ada(&app), json!({})).await;
    }
    assert_eq!(found(&app, &ada(&app), "").await.len(), 3, "exactly the limit");
    let fourth = made(&app, &ada(&app), json!({ "audience": "other" })).await;
    for query in ["", "?definition=share-location", "?actor=ada"] {
        let answer = get(&app, &ada(&app), &format!("/consents{query}")).await;
        assert_refused(&answer, 400, "SEARCH_SIZE_LIMIT_EXCEEDED");
        assert!(answer.json().get("_embedded").is_none());
    }
    assert_eq!(found(&app, &ada(&app), "?audience=store-app").await.len(), 3);
    let _deleted = crate::world::delete(&app, &portal(&app), id(&fourth))
        .await
        .expect_status(204);
    assert_eq!(
        found(&app, &ada(&app), "").await.len(),
        3,
        "a deleted one does not count"
    );
}

#[tokio::test]
async fn rec_11_1_the_collection_echoes_its_parameters_in_order() {
    let app = bank().await;
    let path = "/consents?collaborator=a%20b&x=1&audience=%C3%BC&definition=share-location&actor=ada&subject=uid%3Dada,dc%3Dx";
    let answer = get(&app, &portal(&app), path).await.expect_status(200);
    let expected = "http://127.0.0.1:8080/consent/v1/consents?subject=uid%3Dada%2Cdc%3Dx&actor=ada\
                    &definition=share-location&audience=%C3%BC&collaborator=a%20b";
    assert_eq!(
        answer.json(),
        json!({ "_links": { "self": { "href": expected } }, "_embedded": { "consents": [] }, "count": 0, "size": 0 })
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let all = get(&app, &portal(&app), "/consents").await.json();
    assert_eq!(
        all["_links"]["self"]["href"],
        "http://127.0.0.1:8080/consent/v1/consents"
    );
}

#[tokio::test]
async fn rec_11_1_found_records_are_whole() {
    let app = bank().await;
    let record = made(&app, &ada(&app), json!({ "data": { "a": [1] } })).await;
    let all = get(&app, &ada(&app), "/consents").await.json();
    assert_eq!(all["_embedded"]["consents"], json!([record]));
    assert_eq!((all["count"].as_u64(), all["size"].as_u64()), (Some(1), Some(1)));
}

#[tokio::test]
async fn rec_9_records_of_other_doors_are_found_too() {
    let app = bank().await;
    let _tokens = app
        .connect(&app.browser(), "ada", consentry_testkit::FULL_SCOPE)
        .await;
    for query in [
        "?subject=ada&audience=moneytrack",
        "?actor=ada",
        "?subject=ada&definition=accounts%3Abalance",
    ] {
        assert!(!found(&app, &portal(&app), query).await.is_empty(), "{query}");
    }
    let own = get(&app, &ada(&app), "/consents?definition=accounts%3Abalance")
        .await
        .json();
    let record = &own["_embedded"]["consents"][0];
    for (name, value) in [
        ("status", "accepted"),
        ("audience", "moneytrack"),
        ("subject", ADA),
        ("subjectDN", ADA),
        ("actor", ADA),
        ("actorDN", ADA),
        ("titleText", "Account balance"),
    ] {
        assert_eq!(record[name], value, "{name}");
    }
    assert_eq!(record["definition"]["version"], "2.0");
    let changed = crate::world::patch(&app, &ada(&app), id(record), &json!({ "data": { "note": 1 } })).await;
    assert_eq!(changed.expect_status(200).json()["data"]["note"], 1);
}

#[tokio::test]
async fn rec_9_a_search_has_no_other_form() {
    let app = bank().await;
    let body = json!({ "subject": BEN });
    let sent = request(&app, &portal(&app), Method::PUT, "/consents").json(&body);
    assert_refused(&sent.send().await, 405, "METHOD_NOT_ALLOWED");
    assert_refused(&post(&app, &portal(&app), &body).await, 400, "INVALID_DATA");
    assert!(
        found(
            &app,
            &portal(&app),
            &format!("?subject={}", PORTAL.replace('=', "%3D"))
        )
        .await
        .is_empty()
    );
}
