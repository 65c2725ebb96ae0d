//! Pictures of those who ask: fetched by the server and by nobody else, written anew, shown from our own address, at every node.

use std::{
    collections::HashMap,
    io::Cursor,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    response::{IntoResponse, Response},
};
use consentry_domain::client::Party;
use consentry_egress::{Egress, EgressPolicy};
use consentry_ledger::provision::Entry;
use consentry_outbound::{Outbound, OutboundOptions, Unobserved};
use consentry_testkit::{Answer, TestApp, postgres::Postgres};
use http::{StatusCode, Uri, header};
use image::{ImageFormat, Rgba, RgbaImage};

use crate::world::{SCOPE, until};

/// What is answered, by path.
type Kept = HashMap<String, (StatusCode, Vec<u8>)>;

/// What somebody's server has, and how often each was asked for.
#[derive(Clone, Default)]
struct Pictures {
    kept: Arc<Mutex<Kept>>,
    asked: Arc<Mutex<HashMap<String, usize>>>,
    base: String,
}

impl Pictures {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own = Self {
            base: format!("http://{}", listener.local_addr().unwrap()),
            ..Self::default()
        };
        let serving = own.clone();
        let router = Router::new().fallback(move |uri: Uri| async move { serving.answer(uri.path()) });
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        own
    }

    fn answer(&self, path: &str) -> Response {
        *self.asked.lock().unwrap().entry(path.to_owned()).or_default() += 1;
        let kept = self.kept.lock().unwrap().get(path).cloned();
        match kept {
            Some((StatusCode::FOUND, to)) => {
                let to = String::from_utf8(to).unwrap();
                (StatusCode::FOUND, [(header::LOCATION, to)]).into_response()
            }
            Some((status, bytes)) => (status, [(header::CONTENT_TYPE, "image/png")], bytes).into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        }
    }

    /// Puts something there and says where.
    fn put(&self, path: &str, status: StatusCode, bytes: Vec<u8>) -> String {
        self.kept.lock().unwrap().insert(path.to_owned(), (status, bytes));
        format!("{}{path}", self.base)
    }

    fn asked(&self, path: &str) -> usize {
        self.asked.lock().unwrap().get(path).copied().unwrap_or_default()
    }
}

fn picture(side: u32, colour: [u8; 4]) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    RgbaImage::from_pixel(side, side, Rgba(colour))
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

const RED: [u8; 4] = [200, 20, 20, 255];
const BLUE: [u8; 4] = [20, 20, 200, 255];

/// Says that Moneytrack's logo is at an address.
async fn with_logo(app: &TestApp, address: &str) {
    with_logo_of(app, &app.bank.third_party.client_id, Some(address)).await;
}

/// Says where a client's logo is.
async fn with_logo_of(app: &TestApp, client: &str, address: Option<&str>) {
    let mut client = app.tenant().client(client).unwrap().as_ref().clone();
    client.settings.logo_uri = address.map(str::to_owned);
    app.provision(&[Entry::Client(client)]).await;
}

/// Says where the logo of the party behind Moneytrack is.
async fn with_logo_of_party(app: &TestApp, address: Option<&str>) {
    let tenant = app.tenant();
    let client = tenant.client(&app.bank.third_party.client_id).unwrap();
    let party = Party {
        logo_uri: address.map(str::to_owned),
        ..tenant.party_of(client).unwrap().clone()
    };
    app.provision(&[Entry::Party(party)]).await;
}

/// The login page of a request of Moneytrack.
async fn login_page(app: &TestApp) -> Answer {
    let browser = app.browser();
    let request = app.authorization(&app.bank.third_party, SCOPE, &[]);
    let answer = browser.open(&request).await;
    app.land(&browser, answer).await
}

/// The path of the picture that a page shows.
fn shown(page: &Answer) -> Option<String> {
    let (_, rest) = page.text().split_once("src=\"/logos/")?;
    let (name, _) = rest.split_once('"')?;
    Some(format!("/logos/{name}"))
}

async fn until_shown(app: &TestApp) -> String {
    until("the logo is shown", || async {
        shown(&login_page(app).await).is_some()
    })
    .await;
    shown(&login_page(app).await).unwrap()
}

/// Whether what was found at an address has been written down, `tries` times in a row that it failed.
async fn failed(app: &TestApp, tries: u32) -> bool {
    let tenant = app.tenant().id();
    let states = app.ledger.logo_states(tenant).await.unwrap();
    states.iter().any(|state| state.failures == tries)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tpa_a2_logo_uri_is_fetched_by_the_server_and_shown_from_our_own_address_on_every_page_that_names_the_client()
 {
    let app = TestApp::start().await;
    let pictures = Pictures::start().await;
    let address = pictures.put("/logo.png", StatusCode::OK, picture(600, RED));
    with_logo(&app, &address).await;
    assert_eq!(shown(&login_page(&app).await), None, "a page waits for nothing");
    let outbound = app.outbound();
    let path = until_shown(&app).await;

    let answer = app.get(&path).await.expect_status(200);
    assert_eq!(answer.header("content-type"), Some("image/png"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(
        answer.header("cache-control"),
        Some("public, max-age=31536000, immutable")
    );
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    let read = image::load_from_memory(answer.bytes()).unwrap().into_rgba8();
    assert_eq!((read.width(), read.height()), (128, 128));
    assert_eq!(read.get_pixel(64, 64).0, RED);

    let browser = app.browser();
    let request = app.authorization(&app.bank.third_party, SCOPE, &[]);
    let question = app.reach_question(&browser, "ada", &request).await;
    let question = app.land(&browser, question).await;
    assert_eq!(shown(&question).as_deref(), Some(path.as_str()), "the question");
    let policy = question.header("content-security-policy").unwrap();
    assert!(policy.contains("img-src 'self'"), "{policy}");
    let _ = app.decide(&browser, &question, "approve").await;
    let dashboard = app.open_dashboard("ada").await;
    assert_eq!(shown(&dashboard).as_deref(), Some(path.as_str()), "the dashboard");
    let policy = dashboard.header("content-security-policy").unwrap();
    assert!(policy.contains("img-src 'self'"), "in a frame: {policy}");
    let ways = browser.press("/login/agreements").await;
    let everything = app.land(&browser, ways).await;
    assert_eq!(shown(&everything).as_deref(), Some(path.as_str()), "everything");

    for page in [&question, &dashboard, &everything] {
        assert!(
            !page.text().contains(&pictures.base),
            "nothing is loaded from there"
        );
    }
    assert_eq!(pictures.asked("/logo.png"), 1);
    outbound.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tpa_a9_the_page_that_asks_is_told_an_address_of_ours() {
    let app = TestApp::start().await;
    let pictures = Pictures::start().await;
    let known = app.bank.external.clone();
    let address = pictures.put("/logo.png", StatusCode::OK, picture(64, RED));
    with_logo_of(&app, &known.client_id, Some(&address)).await;
    let _outbound = app.outbound();
    let browser = app.browser();
    let request = app.authorization(&known, "openid", &[]);
    let sent = app.reach_question(&browser, "ada", &request).await;
    let handle = sent.location_parameter("src_interaction").unwrap();
    let token = app.own_token(&app.bank.first_party).await;
    let path = format!("/cis/v1/consents/interactions/{handle}");
    let told = async || {
        let answer = app.request(http::Method::GET, &path).bearer(&token).send().await;
        answer.expect_status(200).json()["result"]["client"]["logo_uri"].clone()
    };
    until("it is told", || async { told().await.is_string() }).await;
    let address = told().await;
    let address = address.as_str().unwrap();
    assert!(address.starts_with("http://127.0.0.1:8080/logos/"), "{address}");
    let _ = app.get(address).await.expect_status(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_party_that_the_operator_gave_a_logo_has_that_one() {
    let app = TestApp::start().await;
    let pictures = Pictures::start().await;
    with_logo(&app, &pictures.put("/own.png", StatusCode::OK, picture(8, RED))).await;
    let address = pictures.put("/party.png", StatusCode::OK, picture(8, BLUE));
    with_logo_of_party(&app, Some(&address)).await;
    let _outbound = app.outbound();
    let path = until_shown(&app).await;
    let answer = app.get(&path).await;
    let read = image::load_from_memory(answer.bytes()).unwrap().into_rgba8();
    assert_eq!(read.get_pixel(4, 4).0, BLUE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_logo_that_changes_is_another_address_and_one_that_goes_is_forgotten() {
    let app = TestApp::start().await;
    let pictures = Pictures::start().await;
    let address = pictures.put("/logo.png", StatusCode::OK, picture(32, RED));
    with_logo(&app, &address).await;
    let _outbound = app.outbound();
    let first = until_shown(&app).await;
    pictures.put("/logo.png", StatusCode::OK, picture(32, BLUE));
    // Not before a day has passed, however often a round begins.
    app.pass(86_000);
    let another = app.bank.external.client_id.clone();
    let address = pictures.put("/another.png", StatusCode::OK, picture(8, RED));
    with_logo_of(&app, &another, Some(&address)).await;
    until("a round went by", || async {
        pictures.asked("/another.png") == 1
    })
    .await;
    with_logo_of(&app, &another, None).await;
    assert_eq!(pictures.asked("/logo.png"), 1);
    app.pass(500);
    until("another is shown", || async {
        shown(&login_page(&app).await).is_some_and(|path| path != first)
    })
    .await;
    let _ = app.get(&first).await.expect_status(404);

    // A server that is away changes nothing.
    let second = shown(&login_page(&app).await).unwrap();
    pictures.put("/logo.png", StatusCode::SERVICE_UNAVAILABLE, Vec::new());
    app.pass(86_500);
    until("it failed", || failed(&app, 1)).await;
    assert_eq!(shown(&login_page(&app).await).as_deref(), Some(second.as_str()));

    // One that has it no more does.
    pictures.put("/logo.png", StatusCode::GONE, Vec::new());
    app.pass(86_500);
    until("it is gone", || async {
        shown(&login_page(&app).await).is_none()
    })
    .await;
    let _ = app.get(&second).await.expect_status(404);

    // So does a client that has none any more; nothing is kept of the address then.
    pictures.put("/logo.png", StatusCode::OK, picture(32, RED));
    app.pass(86_500);
    let third = until_shown(&app).await;
    with_logo_of(&app, &app.bank.third_party.client_id, None).await;
    assert_eq!(shown(&login_page(&app).await), None, "at once");
    app.pass(30);
    until("nothing is kept", || async {
        app.get(&third).await.status() == 404
    })
    .await;
    assert!(
        app.ledger
            .logo_states(app.tenant().id())
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_picture_leaves_the_initial() {
    let app = TestApp::start().await;
    let pictures = Pictures::start().await;
    let mut bomb = Cursor::new(Vec::new());
    image::GrayImage::new(9_000, 9_000)
        .write_to(&mut bomb, ImageFormat::Png)
        .unwrap();
    let good = pictures.put("/good.png", StatusCode::OK, picture(32, RED));
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec();
    let addresses = [
        pictures.put("/bomb.png", StatusCode::OK, bomb.into_inner()),
        pictures.put("/huge.png", StatusCode::OK, vec![0; 1024 * 1024 + 1]),
        pictures.put("/logo.svg", StatusCode::OK, svg),
        pictures.put("/half.png", StatusCode::OK, picture(32, RED)[..40].to_vec()),
        pictures.put("/redirect.png", StatusCode::FOUND, good.into_bytes()),
        pictures.put("/missing.png", StatusCode::NOT_FOUND, picture(32, RED)),
        "http://127.0.0.1:1/dead.png".to_owned(),
        // Named, literal, and spelled otherwise: none of them is asked.
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "http://10.0.0.1/logo.png".to_owned(),
        "http://[::1]/logo.png".to_owned(),
        "http://0300.0250.0.1/logo.png".to_owned(),
    ];
    let outbound = app.outbound();
    for (nth, address) in addresses.iter().enumerate() {
        // Past the check of registrations, which refuses most of these: what is fetched is judged by itself.
        with_logo_of_party(&app, Some(address)).await;
        app.pass(30);
        until(&format!("number {nth}, {address}, was looked at"), || async {
            let states = app.ledger.logo_states(app.tenant().id()).await.unwrap();
            states.len() == 1 && states[0].failures > 0 && states[0].why.is_some()
        })
        .await;
        let page = login_page(&app).await;
        assert_eq!(shown(&page), None, "{address}");
        assert_eq!(page.status(), 200);
        // The next one begins with nothing known.
        with_logo_of_party(&app, None).await;
        app.pass(30);
        until("nothing is known", || async {
            app.ledger
                .logo_states(app.tenant().id())
                .await
                .unwrap()
                .is_empty()
        })
        .await;
    }
    assert_eq!(pictures.asked("/good.png"), 0, "redirects are not followed");
    outbound.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_inside_is_asked_by_nobody_where_the_operator_made_no_exception() {
    let app = TestApp::start().await;
    let pictures = Pictures::start().await;
    with_logo(&app, &pictures.put("/logo.png", StatusCode::OK, picture(32, RED))).await;
    let outbound = Outbound::start(
        app.ledger.clone(),
        Arc::new(Egress::new(EgressPolicy::default()).unwrap()),
        Arc::new(|_| String::new()),
        Arc::new(Unobserved),
        OutboundOptions {
            look_again: std::time::Duration::from_millis(20),
            ..OutboundOptions::default()
        },
    );
    until("it was looked at", || failed(&app, 1)).await;
    assert_eq!(pictures.asked("/logo.png"), 0);
    assert_eq!(shown(&login_page(&app).await), None);
    outbound.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_fetch_a_logo_once_and_serve_the_same() {
    let postgres = Postgres::shared();
    let url = postgres.url(&postgres.database());
    let app = TestApp::start_in_database(&url).await;
    let other = app.another_node(&url).await;
    let pictures = Pictures::start().await;
    with_logo(&app, &pictures.put("/logo.png", StatusCode::OK, picture(32, RED))).await;
    let (one, two) = (app.outbound(), other.outbound());
    let path = until_shown(&app).await;
    assert_eq!(until_shown(&other).await, path);
    let [here, there] = [app.get(&path).await, other.get(&path).await];
    assert_eq!(here.expect_status(200).bytes(), there.expect_status(200).bytes());
    assert_eq!(pictures.asked("/logo.png"), 1);
    one.stop().await;
    two.stop().await;
}
