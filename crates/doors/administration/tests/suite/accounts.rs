//! Accounts: passwords go in and never come out, and what changes counts with the next request (consent-api 12.3).

use consentry_domain::credential::Principal;
use consentry_ledger::{accounts::hash_password, provision::Entry};
use consentry_testkit::TestApp;
use http::Method;
use serde_json::{Value, json};

use crate::world::{COURIER, assert_refused, assert_wrong, courier, delete, get, looks, put, request, tag};

const PASSWORD: &str = "a long enough password";

#[tokio::test]
async fn rec_12_3_an_account_logs_in_with_the_next_request() {
    let app = TestApp::start().await;
    assert_eq!(looks(&app, "courier", PASSWORD).await, 401);
    let made = courier(&app, json!({})).await.expect_status(201);
    assert_eq!(
        made.json(),
        json!({
            "dn": COURIER, "uid": ["courier"], "cn": [], "names": [],
            "has_password": true, "has_secret": false, "bypass_acl": false, "disabled": false,
        })
    );
    assert_eq!(looks(&app, "courier", PASSWORD).await, 200);
    assert_eq!(looks(&app, COURIER, PASSWORD).await, 200);
    // By its name and by any spelling of its distinguished name it is the same.
    for name in [
        "courier",
        COURIER,
        "CN=Courier,%20OU=Services,DC=harbor,dc=example",
    ] {
        let read = get(&app, &format!("/accounts/{name}")).await.expect_status(200);
        assert_eq!((read.json(), tag(&read)), (made.json(), tag(&made)));
    }
    // The same again, the answer sent back, and nothing said of the password: all stays, the password included.
    let again = courier(&app, json!({})).await.expect_status(200);
    let sent_back = put(&app, "/accounts/courier", &made.json())
        .await
        .expect_status(200);
    assert_eq!([tag(&again), tag(&sent_back)], [tag(&made), tag(&made)]);
    assert_eq!(looks(&app, "courier", PASSWORD).await, 200);
    // Without a name that was there, the name is nobody's.
    let renamed = json!({ "uid": ["runner"], "cn": ["The Runner"], "entry_uuid": "6f9619ff-8b86-d011" });
    let renamed = put(&app, "/accounts/courier", &renamed).await.expect_status(200);
    assert_ne!(tag(&renamed), tag(&made));
    assert_eq!(looks(&app, "courier", PASSWORD).await, 401);
    assert_eq!(looks(&app, "The Runner", PASSWORD).await, 200);
    assert_refused(&get(&app, "/accounts/courier").await, 404, "not_found");
    let _found = get(&app, "/accounts/6f9619ff-8b86-d011").await.expect_status(200);
}

#[tokio::test]
async fn rec_12_3_what_was_remembered_of_a_password_does_not_outlive_a_change() {
    let app = TestApp::start().await;
    let _made = courier(&app, json!({})).await.expect_status(201);
    // Remembered for a minute from here on; no time passes in this test.
    assert_eq!(looks(&app, "courier", PASSWORD).await, 200);
    let _disabled = courier(&app, json!({ "disabled": true }))
        .await
        .expect_status(200);
    assert_eq!(looks(&app, "courier", PASSWORD).await, 401);
    let _enabled = courier(&app, json!({})).await.expect_status(200);
    assert_eq!(looks(&app, "courier", PASSWORD).await, 200);
    let _other = courier(&app, json!({ "password": "another password" }))
        .await
        .expect_status(200);
    assert_eq!(looks(&app, "courier", PASSWORD).await, 401);
    assert_eq!(looks(&app, "courier", "another password").await, 200);
    let _none = courier(&app, json!({ "password": null }))
        .await
        .expect_status(200);
    assert_eq!(looks(&app, "courier", "another password").await, 401);
    let _again = courier(&app, json!({})).await.expect_status(200);
    let _gone = delete(&app, "/accounts/courier").await.expect_status(204);
    assert_eq!(looks(&app, "courier", PASSWORD).await, 401);
    assert_refused(&delete(&app, "/accounts/courier").await, 404, "not_found");
    assert_refused(
        &get(&app, &format!("/accounts/{COURIER}")).await,
        404,
        "not_found",
    );
}

#[tokio::test]
async fn rec_5_1_the_bypass_right_is_given_and_taken() {
    let app = TestApp::start().await;
    let _made = courier(&app, json!({})).await.expect_status(201);
    let everybody = || async {
        let request = app.request(Method::GET, "/consent/v1/consents?all=true");
        request.basic("courier", PASSWORD).send().await.status()
    };
    assert_eq!(everybody().await, 403);
    let _given = courier(&app, json!({ "bypass_acl": true }))
        .await
        .expect_status(200);
    assert_eq!(everybody().await, 200);
    let _taken = courier(&app, json!({})).await.expect_status(200);
    assert_eq!(everybody().await, 403);
}

#[tokio::test]
async fn a_hash_is_taken_and_nothing_of_passwords_is_ever_shown() {
    let app = TestApp::start().await;
    let hash = hash_password("from elsewhere", &[5; 16]).unwrap();
    let by_hash = json!({ "uid": ["courier"], "password_hash": hash });
    let path = format!("/accounts/{COURIER}");
    let made = put(&app, &path, &by_hash).await.expect_status(201);
    assert_eq!(looks(&app, "courier", "from elsewhere").await, 200);
    let again = put(&app, &path, &by_hash).await.expect_status(200);
    assert_eq!(tag(&again), tag(&made));
    for answer in [made, get(&app, &path).await, get(&app, "/accounts").await] {
        for secret in ["argon2", &hash, "from elsewhere", "password_hash"] {
            assert!(!answer.text().contains(secret), "{secret} in {}", answer.text());
        }
    }
    let wrong = put(&app, &path, &json!({ "password": "a secret\u{0}" })).await;
    assert_wrong(&wrong, &["/password"]);
    assert!(!wrong.text().contains("a secret"));
}

#[tokio::test]
async fn what_configuration_gave_an_account_besides_stays() {
    let app = TestApp::start().await;
    let before = get(&app, "/accounts/portal").await.expect_status(200).json();
    assert_eq!(
        (&before["has_secret"], &before["has_password"]),
        (&json!(true), &json!(false))
    );
    let after = put(&app, "/accounts/portal", &json!({ "cn": ["Portal"] })).await;
    let after = after.expect_status(200).json();
    assert_eq!(
        (&after["names"], &after["has_secret"]),
        (&before["names"], &json!(true))
    );
    let service = &app.bank.service;
    assert_eq!(looks(&app, &service.client_id, &service.client_secret).await, 200);
    let _off = put(&app, "/accounts/portal", &json!({ "disabled": true }))
        .await
        .expect_status(200);
    assert_eq!(looks(&app, &service.client_id, &service.client_secret).await, 401);
}

#[tokio::test]
async fn a_name_of_several_accounts_is_none_and_a_new_account_needs_its_dn() {
    let app = TestApp::start().await;
    for name in ["one", "two"] {
        let path = format!("/accounts/cn={name},dc=harbor");
        let _made = put(&app, &path, &json!({ "uid": ["twin"] }))
            .await
            .expect_status(201);
    }
    assert_refused(&get(&app, "/accounts/twin").await, 404, "not_found");
    assert_refused(&delete(&app, "/accounts/twin").await, 404, "not_found");
    let answer = put(&app, "/accounts/nobody", &json!({})).await;
    assert_refused(&answer, 404, "not_found");
    assert!(
        answer.json()["detail"]
            .as_str()
            .unwrap()
            .contains("distinguished name")
    );
}

#[tokio::test]
async fn an_account_never_takes_the_login_of_a_person() {
    let app = TestApp::start().await;
    let ada = &app.bank.customers[0];
    let answer = put(&app, &format!("/accounts/{}", ada.dn), &json!({})).await;
    assert_refused(&answer, 409, "identifier_taken");
    let answer = courier(&app, json!({ "uid": [ada.username] })).await;
    assert_refused(&answer, 409, "identifier_taken");
    assert!(!answer.text().contains(&ada.username), "{}", answer.text());
    assert_eq!(looks(&app, &ada.username, &ada.password).await, 200);
}

#[tokio::test]
async fn whatever_cannot_be_right_is_told_at_once() {
    let app = TestApp::start().await;
    let path = format!("/accounts/{COURIER}");
    let costly =
        "$argon2id$v=19$m=4194304,t=2,p=1$bm90LWEtcmVhbC1zYWx0IQ$4vJ9ZyK2kW0y3c1m0m4f5b6p7q8r9s0t1u2v3w4x5y6";
    for (body, pointers) in [
        (json!({ "bypassAcl": true }), vec!["/bypassAcl"]),
        (json!({ "uid": "courier" }), vec!["/uid"]),
        (json!({ "uid": ["a", "a"] }), vec!["/uid"]),
        (json!({ "uid": ["a\u{7}"] }), vec!["/uid"]),
        (json!({ "cn": ["x".repeat(257)] }), vec!["/cn/0"]),
        (json!({ "cn": vec!["x"; 51] }), vec!["/cn"]),
        (json!({ "entry_uuid": 7 }), vec!["/entry_uuid"]),
        (json!({ "disabled": "true" }), vec!["/disabled"]),
        (json!({ "password": "" }), vec!["/password"]),
        (json!({ "password": "x".repeat(1025) }), vec!["/password"]),
        (
            json!({ "password": "x", "password_hash": "y" }),
            vec!["/password_hash"],
        ),
        (json!({ "password_hash": "{SSHA}AAAA" }), vec!["/password_hash"]),
        (json!({ "password_hash": costly }), vec!["/password_hash"]),
        (json!({ "dn": "cn=other,dc=harbor" }), vec!["/dn"]),
        (json!({ "secrets": [] }), vec!["/secrets"]),
    ] {
        assert_wrong(&put(&app, &path, &body).await, &pointers);
    }
    assert_refused(&get(&app, &path).await, 404, "not_found");
}

#[tokio::test]
async fn pages_lead_through_all_accounts_once() {
    let app = TestApp::start().await;
    let entries: Vec<Entry> = (0..25)
        .map(|number| {
            Entry::Principal(Principal {
                dn: format!("cn=a{number:02},dc=pages"),
                ..Principal::default()
            })
        })
        .collect();
    app.provision(&entries).await;
    let names = |page: &Value| -> Vec<String> {
        let accounts = page["accounts"].as_array().unwrap().iter();
        accounts
            .map(|account| account["dn"].as_str().unwrap().to_owned())
            .collect()
    };
    let whole = get(&app, "/accounts").await.expect_status(200).json();
    assert_eq!((names(&whole).len(), whole.get("next_cursor")), (26, None));
    let (mut seen, mut path) = (Vec::new(), "/accounts?limit=10".to_owned());
    loop {
        let page = get(&app, &path).await.expect_status(200).json();
        seen.extend(names(&page));
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/accounts?limit=10&cursor={next}");
        // What goes meanwhile does not move the rest.
        let _gone = delete(&app, "/accounts/cn=a00,dc=pages").await;
    }
    assert_eq!(seen, names(&whole));
    for query in ["limit=0", "limit=1001", "limit=x", "limit=1&limit=2"] {
        assert_refused(
            &get(&app, &format!("/accounts?{query}")).await,
            400,
            "invalid_parameter",
        );
    }
    assert_refused(
        &get(&app, "/accounts?cursor=forged").await,
        400,
        "cursor_mismatch",
    );
    let other = app.request(Method::GET, "/admin/v1/accounts").send().await;
    assert_refused(&other, 401, "unauthenticated");
    let head = request(&app, Method::HEAD, "/accounts")
        .send()
        .await
        .expect_status(200);
    assert!(head.bytes().is_empty() && head.header("etag").is_some());
}
