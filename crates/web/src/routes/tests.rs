use axum::{body::Body, extract::State, response::IntoResponse as _};
use consentry_domain::tenant::CrossOriginPolicy;
use http::{Request, StatusCode, header};
use tower::ServiceExt as _;

use super::*;
use crate::error::{OAuth, Problem};

async fn fine() -> &'static str {
    "fine"
}

fn nobody() -> CrossOriginPolicies {
    Arc::new(|_, _, _| None)
}

fn only_app() -> CrossOriginPolicies {
    Arc::new(|_, _, _| {
        Some(CrossOriginPolicy {
            origins: vec!["https://app.example".to_owned()],
            ..CrossOriginPolicy::default()
        })
    })
}

fn oauth_door() -> RouteTable {
    RouteTable::<String>::new("authorization")
        .owns("/oidc", |_, error| OAuth(error).into_response())
        .get("/oidc/jwks", Cors::Anyone, fine)
        .get_only(
            "/oidc/auth/{id}",
            Cors::Never,
            |State(state): State<String>| async { state },
        )
        .post("/oidc/token", Cors::Never, fine)
        .with_state("of the door".to_owned())
}

fn records_door() -> RouteTable {
    RouteTable::new("records")
        .owns("/consent/v1", |_, error| Problem(error).into_response())
        .get("/consent/v1/consents", Cors::Listed, fine)
        .post("/consent/v1/consents", Cors::Listed, fine)
        .delete("/consent/v1/consents/{id}", Cors::Listed, || async {
            Err::<(), _>(Problem(ApiError::new(&crate::error::registry::FORBIDDEN)))
        })
}

async fn ask(method: &str, path: &str, lines: &[(&str, &str)]) -> Response {
    ask_under(&only_app(), method, path, lines).await
}

async fn ask_under(
    policies: &CrossOriginPolicies,
    method: &str,
    path: &str,
    lines: &[(&str, &str)],
) -> Response {
    let site = Site::join(vec![oauth_door(), records_door()], policies).unwrap();
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in lines {
        request = request.header(*name, *value);
    }
    site.router
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap()
}

fn kind(answer: &Response) -> &str {
    answer.headers()[header::CONTENT_TYPE].to_str().unwrap()
}

#[test]
fn architecture_7_1_the_table_lists_every_route_and_prefix() {
    let site = Site::join(vec![oauth_door(), records_door()], &nobody()).unwrap();
    insta::assert_snapshot!(site.listing());
}

#[tokio::test]
async fn handlers_get_the_state_of_their_door() {
    let answer = ask("GET", "/oidc/auth/1", &[]).await;
    let body = axum::body::to_bytes(answer.into_body(), 100).await.unwrap();
    assert_eq!(body, "of the door");
}

#[tokio::test]
async fn architecture_7_1_the_owner_of_a_prefix_answers_404() {
    let answer = ask("GET", "/oidc/nothing", &[]).await;
    assert_eq!(
        (answer.status(), kind(&answer)),
        (StatusCode::NOT_FOUND, "application/json")
    );
    for path in [
        "/consent/v1",
        "/consent/v1/nothing",
        "/oidcx",
        "/OIDC/jwks",
        "/oidc/jwks/",
    ] {
        let answer = ask("GET", path, &[]).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(kind(&ask("GET", "/oidcx", &[]).await), "application/problem+json");
}

#[tokio::test]
async fn architecture_7_1_405_names_the_methods() {
    let answer = ask("PUT", "/oidc/token", &[]).await;
    assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.headers()[header::ALLOW], "POST");
    assert_eq!(kind(&answer), "application/json");
    let answer = ask("PATCH", "/consent/v1/consents", &[]).await;
    assert_eq!(answer.headers()[header::ALLOW], "GET, HEAD, POST, OPTIONS");
}

#[tokio::test]
async fn dashboard_a4_2_step_3_head_and_options_spend_nothing() {
    for method in ["HEAD", "OPTIONS", "TRACE"] {
        let answer = ask(method, "/oidc/auth/1", &[]).await;
        assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(answer.headers()[header::ALLOW], "GET");
    }
    assert_eq!(ask("HEAD", "/oidc/jwks", &[]).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn tpa_cb_04_a_route_without_cors_never_allows_an_origin() {
    let preflight = [
        ("origin", "https://app.example"),
        ("access-control-request-method", "POST"),
    ];
    let answer = ask("OPTIONS", "/oidc/token", &preflight).await;
    assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert!(!answer.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
    let answer = ask("POST", "/oidc/token", &preflight).await;
    assert!(!answer.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
}

#[tokio::test]
async fn public_routes_allow_anyone_without_credentials() {
    let answer = ask("GET", "/oidc/jwks", &[("origin", "https://evil.example")]).await;
    assert_eq!(answer.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    assert!(
        !answer
            .headers()
            .contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS)
    );
}

#[tokio::test]
async fn consent_api_13_4_listed_origins_are_answered_failures_included() {
    let app = ("origin", "https://app.example");
    let preflight = [app, ("access-control-request-method", "DELETE")];
    let answer = ask("OPTIONS", "/consent/v1/consents/1", &preflight).await;
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    assert_eq!(
        answer.headers()[header::ACCESS_CONTROL_ALLOW_METHODS],
        "DELETE, OPTIONS"
    );
    assert_eq!(answer.headers()["access-control-allow-max-age"], "600");

    let answer = ask("DELETE", "/consent/v1/consents/1", &[app]).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert_eq!(
        answer.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN],
        "https://app.example"
    );
    assert_eq!(answer.headers()[header::VARY], "Origin");

    for other in ["https://evil.example", "null"] {
        let answer = ask("GET", "/consent/v1/consents", &[("origin", other)]).await;
        assert!(!answer.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN));
        assert_eq!(answer.headers()[header::VARY], "Origin");
    }
}

#[tokio::test]
async fn consent_api_13_4_a_policy_names_methods_headers_age_and_credentials() {
    let policies: CrossOriginPolicies = Arc::new(|_, _, _| {
        Some(CrossOriginPolicy {
            origins: vec!["https://app.example".to_owned()],
            methods: vec!["GET".to_owned(), "POST".to_owned()],
            request_headers: vec!["Authorization".to_owned()],
            exposed_headers: vec!["Location".to_owned()],
            max_age_seconds: Some(5),
            credentials: true,
        })
    });
    let preflight = [
        ("origin", "https://app.example"),
        ("access-control-request-method", "POST"),
    ];
    let answer = ask_under(&policies, "OPTIONS", "/consent/v1/consents", &preflight).await;
    let headers = answer.headers();
    assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_METHODS], "GET, POST");
    assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_HEADERS], "Authorization");
    assert_eq!(headers[header::ACCESS_CONTROL_EXPOSE_HEADERS], "Location");
    assert_eq!(headers[header::ACCESS_CONTROL_MAX_AGE], "5");
    assert_eq!(headers["access-control-allow-max-age"], "5");
    assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_CREDENTIALS], "true");
}

#[tokio::test]
async fn consent_api_13_4_every_origin_is_never_paired_with_credentials() {
    let policies: CrossOriginPolicies = Arc::new(|_, _, _| {
        Some(CrossOriginPolicy {
            origins: vec!["*".to_owned()],
            credentials: true,
            ..CrossOriginPolicy::default()
        })
    });
    let answer = ask_under(
        &policies,
        "GET",
        "/consent/v1/consents",
        &[("origin", "https://any.example")],
    )
    .await;
    assert_eq!(answer.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
    assert!(
        !answer
            .headers()
            .contains_key(header::ACCESS_CONTROL_ALLOW_CREDENTIALS)
    );
}

#[tokio::test]
async fn consent_api_13_2_without_a_policy_no_cors_header_is_read_or_sent() {
    let preflight = [
        ("origin", "https://app.example"),
        ("access-control-request-method", "POST"),
    ];
    for method in ["GET", "OPTIONS"] {
        let answer = ask_under(&nobody(), method, "/consent/v1/consents", &preflight).await;
        assert!(answer.status().is_success(), "{method}");
        let cors =
            |name: &http::HeaderName| name.as_str().starts_with("access-control") || name == header::VARY;
        assert!(!answer.headers().keys().any(cors), "{method}");
    }
}

#[tokio::test]
async fn consent_api_2_options_of_any_route_names_its_methods() {
    let answer = ask("OPTIONS", "/consent/v1/consents", &[]).await;
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    assert_eq!(answer.headers()[header::ALLOW], "GET, HEAD, POST, OPTIONS");
    assert!(
        !answer
            .headers()
            .contains_key(header::ACCESS_CONTROL_ALLOW_METHODS)
    );
}

#[test]
fn conflicts_are_found_when_tables_are_joined() {
    let rendered = |_: &Parts, error| Problem(error).into_response();
    let join = |tables| Site::join(tables, &nobody()).unwrap_err();
    let other = |table: RouteTable| vec![oauth_door(), table];

    let same =
        RouteTable::new("other")
            .owns("/oidc/auth", rendered)
            .get("/oidc/auth/{name}", Cors::Never, fine);
    assert!(matches!(
        join(other(same))[0],
        Conflict::Route {
            doors: ["authorization", "other"],
            ..
        }
    ));

    let foreign = RouteTable::new("other").get("/oidc/more", Cors::Never, fine);
    assert_eq!(
        join(other(foreign)),
        [Conflict::Outside {
            path: "/oidc/more",
            door: "other",
            owner: Some("authorization")
        }]
    );

    let unowned = RouteTable::new("other").get("/free", Cors::Never, fine);
    assert_eq!(
        join(other(unowned)),
        [Conflict::Outside {
            path: "/free",
            door: "other",
            owner: None
        }]
    );

    let claimed = RouteTable::<()>::new("other").owns("/oidc", rendered);
    assert!(matches!(
        join(other(claimed))[0],
        Conflict::Prefix { path: "/oidc", .. }
    ));

    let twice = RouteTable::new("other")
        .owns("/x", rendered)
        .post("/x", Cors::Never, fine)
        .post("/x", Cors::Never, fine);
    assert!(matches!(
        join(other(twice))[0],
        Conflict::Route {
            doors: ["other", "other"],
            ..
        }
    ));

    let mixed = RouteTable::new("other")
        .owns("/x", rendered)
        .post("/x", Cors::Never, fine)
        .put("/x", Cors::Anyone, fine);
    assert_eq!(
        join(other(mixed)),
        [Conflict::Cors {
            door: "other",
            path: "/x"
        }]
    );
}

#[test]
fn malformed_paths_and_methods_are_errors_not_panics() {
    for path in ["x", "/x//y", "/{}", "/{*rest}", "/a{b}", "/{b}.css", "/a b"] {
        let table = RouteTable::new("other")
            .owns("/", |_, error| Problem(error).into_response())
            .get(path, Cors::Never, fine);
        let conflicts = Site::join(vec![table], &nobody()).unwrap_err();
        assert!(
            conflicts.contains(&Conflict::Path { door: "other", path }),
            "{path}"
        );
    }
    let table = RouteTable::new("other")
        .owns("/", |_, error| Problem(error).into_response())
        .route(Method::OPTIONS, "/x", Cors::Never, fine);
    assert!(Site::join(vec![table], &nobody()).is_err());
}
