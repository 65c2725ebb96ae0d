//! Sessions: where somebody is logged in, how long, and how it ends.

use consentry_domain::Lifetime;
use consentry_testkit::{Answer, FULL_SCOPE, TestApp};
use http::Method;

use super::{approved, assert_local_page, is_logged_in, log_in};

const CHROME: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
const SAFARI: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                      Version/18.0 Mobile/15E148 Safari/604.1";

/// The ids of the sessions on a page, this browser's first.
fn ids(page: &Answer) -> Vec<String> {
    let mark = "name=\"end\" value=\"";
    let parts = page.text().split(mark).skip(1);
    parts
        .map(|part| part.split('"').next().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_person_sees_where_they_are_logged_in_and_ends_it_there() {
    let app = TestApp::start().await;
    let (desk, phone) = (
        app.browser().calling_itself(CHROME),
        app.browser().calling_itself(SAFARI),
    );
    log_in(&app, &desk, "ada").await;
    app.pass(3600);
    log_in(&app, &phone, "ada").await;
    let ben = app.browser();
    log_in(&app, &ben, "ben").await;
    let page = phone.open("/login/sessions").await;
    assert_local_page(&page, 200);
    let text = page.text();
    let place = |words: &str| text.find(words).unwrap_or_else(|| panic!("no {words}: {text}"));
    assert!(place("Safari on iPhone") < place("Chrome on Linux"));
    assert!(place("This browser") < place("Chrome on Linux"));
    assert!(text.contains("Log out of Chrome on Linux") && text.contains("a password"));
    let found = ids(&page);
    assert_eq!(found.len(), 2, "ben's is not hers");
    let ended = phone.submit("/login/sessions", &[("end", &found[1])]).await;
    assert_local_page(&ended, 200);
    assert!(ended.text().contains("You are logged out there"));
    assert_eq!(ids(&ended), found[..1]);
    assert!(!is_logged_in(&desk).await);
    assert!(is_logged_in(&phone).await && is_logged_in(&ben).await);
    // Here: the cookie goes too.
    let here = phone
        .submit("/login/sessions", &[("end", &found[0])])
        .await
        .expect_status(303);
    assert!(here.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert!(!is_logged_in(&phone).await && is_logged_in(&ben).await);
}

#[tokio::test]
async fn all_others_end_at_once_and_this_one_goes_on() {
    let app = TestApp::start().await;
    let browsers: Vec<_> = (0..5).map(|_| app.browser()).collect();
    for browser in &browsers {
        log_in(&app, browser, "ada").await;
    }
    let page = browsers[2].submit("/login/sessions", &[("others", "yes")]).await;
    assert_local_page(&page, 200);
    assert!(page.text().contains("You are logged out everywhere else"));
    assert_eq!(ids(&page).len(), 1);
    for (number, browser) in browsers.iter().enumerate() {
        assert_eq!(is_logged_in(browser).await, number == 2, "{number}");
    }
}

#[tokio::test]
async fn nobody_ends_the_session_of_somebody_else() {
    let app = TestApp::start().await;
    let (ada, ben) = (app.browser(), app.browser());
    log_in(&app, &ada, "ada").await;
    log_in(&app, &ben, "ben").await;
    let of_ada = ids(&ada.open("/login/sessions").await);
    for end in [of_ada[0].as_str(), "", "nothing"] {
        let page = ben.submit("/login/sessions", &[("end", end)]).await;
        assert_local_page(&page, 200);
    }
    assert!(is_logged_in(&ada).await && is_logged_in(&ben).await);
    // Another site's page cannot either, and nobody who is not logged in sees anything.
    let cookie = ada.cookies("127.0.0.1").join("; ");
    let forged = app
        .request(Method::POST, "/login/sessions")
        .header("cookie", &cookie)
        .header("sec-fetch-site", "cross-site")
        .form(&[("others", "yes")])
        .send()
        .await;
    assert_local_page(&forged, 403);
    let nobody = app.browser().open("/login/sessions").await.expect_status(303);
    assert_eq!(nobody.location().path(), "/login");
}

#[tokio::test]
async fn tpa_rt_11_what_was_to_live_as_long_as_a_session_ends_with_it_and_the_rest_stays() {
    let app = TestApp::start().await;
    let (desk, phone) = (app.browser(), app.browser());
    let client = app.bank.third_party.clone();
    let scope = "openid accounts:balance";
    let short = app.redeem(&client, &approved(&app, &desk, scope).await).await;
    let offline = app
        .redeem(&client, &approved(&app, &desk, FULL_SCOPE).await)
        .await;
    let other = app.redeem(&client, &approved(&app, &phone, scope).await).await;
    log_in(&app, &phone, "ada").await;
    let _page = phone
        .submit("/login/sessions", &[("others", "yes")])
        .await
        .expect_status(200);
    assert_eq!(app.userinfo(&short.access).await, 401);
    assert_eq!(app.userinfo(&other.access).await, 200);
    let refreshed = app.refresh(&client, offline.refresh.as_deref().unwrap()).await;
    assert_eq!(refreshed.status(), 200, "{}", refreshed.text());
}

#[tokio::test]
async fn a_session_ends_after_its_time_and_without_use() {
    let app = TestApp::start().await;
    app.configure(|tenant| {
        tenant.lifetimes.session = Lifetime::seconds(8 * 3600);
        tenant.lifetimes.session_idle = Lifetime::seconds(3600);
    })
    .await;
    let (used, unused) = (app.browser(), app.browser());
    log_in(&app, &used, "ada").await;
    log_in(&app, &unused, "ada").await;
    for _ in 0..9 {
        app.pass(3000);
        assert!(is_logged_in(&used).await);
    }
    assert!(!is_logged_in(&unused).await, "not used for an hour");
    assert_eq!(
        ids(&used.open("/login/sessions").await).len(),
        1,
        "it is not listed"
    );
    app.pass(1800);
    assert!(!is_logged_in(&used).await, "eight hours, however much it is used");
    log_in(&app, &used, "ada").await;
    app.pass(3599);
    assert!(is_logged_in(&used).await);
    app.pass(3600);
    assert!(!is_logged_in(&used).await);
}

#[tokio::test]
async fn tpa_a5_a_session_that_somebody_planted_is_not_the_one_that_is_logged_in() {
    let app = TestApp::start().await;
    // The attacker logs in and plants the own session into the victim's browser, which logs in as somebody else.
    let (attacker, victim) = (app.browser(), app.browser());
    log_in(&app, &attacker, "ben").await;
    let planted = attacker.cookies("127.0.0.1");
    let planted = planted
        .iter()
        .find_map(|cookie| cookie.strip_prefix("cst_session="))
        .unwrap();
    victim.plant("127.0.0.1", "cst_session", planted);
    log_in(&app, &victim, "ada").await;
    let kept = victim.cookies("127.0.0.1").join("; ");
    assert!(!kept.contains(planted), "the bearer is another one");
    assert!(!is_logged_in(&attacker).await, "the planted one is over");
    // One that was never given out does not become one either.
    victim.plant("127.0.0.1", "cst_session", "se_AAchosen");
    log_in(&app, &victim, "ada").await;
    let chosen = app
        .request(Method::GET, "/login")
        .header("cookie", "cst_session=se_AAchosen")
        .send()
        .await;
    assert!(chosen.text().contains("type=\"password\""));
}
