//! Whoever goes away before the answer leaves nothing stale behind (CHK-16).

use std::{future::poll_fn, pin::pin, task::Poll};

use consentry_testkit::TestApp;
use http::Method;
use serde_json::json;

use crate::world::{SCOPE, balance, connected, judged};

/// Lets a request run until it has waited so many times, and then goes away; tells whether it was answered before.
async fn abandon_after(waits: usize, request: impl Future) -> bool {
    let (mut request, mut left) = (pin!(request), waits);
    poll_fn(|context| match request.as_mut().poll(context) {
        Poll::Ready(_) => Poll::Ready(true),
        Poll::Pending if left == 0 => Poll::Ready(false),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

/// Whether Moneytrack holds a consent of Ada, as the store has it.
async fn is_listed(app: &TestApp) -> bool {
    let token = app.own_token(&app.bank.first_party).await;
    let list = app.request(Method::GET, "/cis/v1/consents?status=active");
    let list = list.bearer(&token).send().await.expect_status(200).json();
    !list["result"].as_array().unwrap().is_empty()
}

#[tokio::test]
async fn chk_16_a_decision_whose_sender_went_away_is_seen_at_once_all_the_same() {
    let app = connected().await;
    let user = app.bank.customers[0].user_id.clone();
    let path = format!("/cis/v1/consents/clients/moneytrack/users/{user}");
    let token = app.own_token(&app.bank.first_party).await;
    for waits in 0.. {
        assert_eq!(judged(&app, &balance()).await, (true, "consented".to_owned()));
        let stop = app.request(Method::DELETE, &path).bearer(&token).send();
        let was_answered = abandon_after(waits, stop).await;
        // There is one writer, so what was sent before this is decided when this is.
        let other = json!({ "status": "denied", "subject": "cleo", "audience": format!("shop-{waits}"),
            "definition": { "id": "share-my-email", "version": "1.0", "locale": "en-GB" } });
        let _decided = app
            .records(Method::POST, "/consents", Some(&other))
            .await
            .expect_status(201);
        let listed = is_listed(&app).await;
        assert_eq!(judged(&app, &balance()).await.0, listed, "after {waits} waits");
        if was_answered {
            assert!(!listed && waits > 0);
            return;
        }
        if !listed {
            app.connect(&app.browser(), "ada", SCOPE).await;
        }
    }
}
