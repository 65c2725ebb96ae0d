//! The list is made once for all pages of a person in the same second. Time stands still here, so whatever did not end it would be seen.

use consentry_testkit::{Answer, TestApp};

use crate::{
    activity::ask,
    world::{ADA, BEN, about, configure, connect, hold, list, register, session},
};

async fn shown(app: &TestApp, session: &str) -> String {
    list(app, session).await.expect_status(200).text().to_owned()
}

fn left(page: &str) -> &str {
    page.split_once("data-ends=\"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .unwrap()
        .0
}

#[tokio::test]
async fn dsh_a8_1_each_page_holds_its_own_bearer_and_no_other() {
    let app = TestApp::start().await;
    connect(&app).await;
    let (older, bens) = (session(&app, ADA).await, session(&app, BEN).await);
    app.pass(100);
    let newer = session(&app, ADA).await;
    for _ in 0..2 {
        let pages = [shown(&app, &older).await, shown(&app, &newer).await];
        assert_eq!([left(&pages[0]), left(&pages[1])], ["1700", "1800"]);
        assert!(pages[0].contains(&older) && !pages[0].contains(&newer));
        assert!(pages[1].contains(&newer) && !pages[1].contains(&older));
        assert_eq!(pages[0].matches(&older).count(), pages[1].matches(&newer).count());
        assert!(!shown(&app, &bens).await.contains("Moneytrack"));
    }
}

#[tokio::test]
async fn dsh_a8_1_a_page_says_its_language_and_theme_whatever_others_of_the_person_say() {
    let app = TestApp::start().await;
    connect(&app).await;
    let (english, german) = (session(&app, ADA).await, session(&app, ADA).await);
    let asked = [("session", german.as_str()), ("locale", "de")];
    let page = |answer: Answer| answer.expect_status(200).text().to_owned();
    assert!(shown(&app, &english).await.contains("<html lang=\"en\""));
    assert!(page(app.post_embedded("/embed/connections", &asked).await).contains("<html lang=\"de\""));
    assert!(shown(&app, &german).await.contains("<html lang=\"de\""));
    assert!(shown(&app, &english).await.contains("<html lang=\"en\""));
}

#[tokio::test]
async fn dsh_b3_whatever_changes_is_on_the_next_page() {
    let app = TestApp::start().await;
    let (one, two) = (session(&app, ADA).await, session(&app, ADA).await);
    assert!(!shown(&app, &one).await.contains("Moneytrack"));
    connect(&app).await;
    let page = shown(&app, &one).await;
    assert!(
        page.contains("Moneytrack") && page.contains("Never used"),
        "{page}"
    );

    assert!(ask(&app, "accounts:balance").await);
    let page = shown(&app, &one).await;
    assert!(!page.contains("Never used"), "{page}");

    assert!(!shown(&app, &one).await.contains("Holiday savings"));
    hold(&app, ADA, &[("Holiday savings", "4417"), ("Everyday", "2208")]).await;
    assert!(shown(&app, &one).await.contains("Holiday savings"));

    configure(&app, |tenant| "Tide Bank".clone_into(&mut tenant.brand.name)).await;
    assert!(shown(&app, &one).await.contains("Tide Bank"));

    let id = list(&app, &one).await.field("id").unwrap();
    assert!(!shown(&app, &two).await.contains("Stopped"));
    let _stopped = about(&app, "/embed/stop/confirm", &one, &id)
        .await
        .expect_status(200);
    for session in [&one, &two] {
        let page = shown(&app, session).await;
        assert!(page.contains("Stopped"), "{page}");
    }

    connect(&app).await;
    assert!(!shown(&app, &one).await.contains("Paused"));
    register(&app, |client| client.enabled = false).await;
    assert!(shown(&app, &one).await.contains("Paused"));
}
