use std::collections::BTreeSet;

use http_body_util::BodyExt as _;
use uuid::Uuid;

use super::*;

fn id() -> RequestId {
    RequestId::from(Uuid::from_u128(0x5b0c_9a57_2f6e_4b1c_9d7f_0a3a_1c55_e001))
}

/// Status line, sorted headers and body, as a snapshot shows them.
async fn shown(answer: Response) -> String {
    let mut text = format!("{}\n", answer.status());
    let mut headers: Vec<String> = answer
        .headers()
        .iter()
        .map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap()))
        .collect();
    headers.sort();
    text.extend(headers);
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    text + "\n" + std::str::from_utf8(&body).unwrap()
}

fn refused() -> ApiError {
    ApiError::new(&registry::INVALID_REQUEST)
        .detail("two things are \"wrong\"")
        .field(FieldError::pointer("/types/0", "unknown event type").code("INVALID_VALUE"))
        .field(FieldError::parameter("limit", "must be 1 to 100"))
}

fn unauthenticated() -> ApiError {
    ApiError::new(&registry::INVALID_CLIENT).challenge(HeaderValue::from_static("Basic realm=\"consentry\""))
}

#[tokio::test]
async fn com_04_problem_documents() {
    insta::assert_snapshot!("problem_400", shown(problem(&refused(), &id())).await);
    let limited = ApiError::new(&registry::RATE_LIMITED).retry_after(3);
    insta::assert_snapshot!("problem_429", shown(problem(&limited, &id())).await);
}

#[tokio::test]
async fn rfc6749_5_2_oauth_errors() {
    insta::assert_snapshot!("oauth_400", shown(oauth(&refused(), &id())).await);
    insta::assert_snapshot!("oauth_401", shown(oauth(&unauthenticated(), &id())).await);
}

#[tokio::test]
async fn tpa_a1_2_vendor_errors() {
    insta::assert_snapshot!("vendor_400", shown(vendor(&refused(), &id())).await);
    let single = ApiError::new(&registry::INVALID_REQUEST).detail("approved must be exactly true or false");
    insta::assert_snapshot!("vendor_400_single", shown(vendor(&single, &id())).await);
    let missing = ApiError::new(&registry::NOT_FOUND).detail("Consent not found");
    insta::assert_snapshot!("vendor_404", shown(vendor(&missing, &id())).await);
    let taken = ApiError::new(&registry::IDENTIFIER_TAKEN).detail("Client name already used");
    insta::assert_snapshot!("vendor_409", shown(vendor(&taken, &id())).await);
}

#[tokio::test]
async fn dashboard_a2_4_errors() {
    insta::assert_snapshot!("dashboard_401", shown(dashboard(&unauthenticated(), &id())).await);
    let large = ApiError::new(&registry::PAYLOAD_TOO_LARGE);
    insta::assert_snapshot!("dashboard_413", shown(dashboard(&large, &id())).await);
    insta::assert_snapshot!("dashboard_400", shown(dashboard(&refused(), &id())).await);
}

#[tokio::test]
async fn answers_about_ourselves_carry_code_and_request_id_only() {
    let error = ApiError::internal("disk on fire")
        .detail("secret detail")
        .field(FieldError::pointer("/secret", "secret field"));
    let full = ApiError::new(&registry::UNAVAILABLE)
        .because("disk is full")
        .retry_after(5);
    let mut text = String::new();
    for render in [problem, oauth, vendor, dashboard] {
        text += &shown(render(&error, &id())).await;
        text += "\n\n";
        text += &shown(render(&full, &id())).await;
        text += "\n\n";
    }
    for secret in ["fire", "secret", "disk"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    insta::assert_snapshot!("ours", text);
}

#[test]
fn rfc6749_5_2_descriptions_hold_allowed_characters_only() {
    assert_eq!(error_description("say \"é\\\n\""), "say '?/?'");
}

#[test]
fn codes_are_unique_and_in_the_published_registry() {
    let names: BTreeSet<&str> = registry::ALL.iter().map(|code| code.name).collect();
    assert_eq!(names.len(), registry::ALL.len());
    for code in registry::ALL {
        assert!(
            code.status.is_client_error() || code.is_server_error(),
            "{}",
            code.name
        );
        assert!(!code.title.ends_with('.'), "{}", code.name);
    }
}

/// `CONSENTRY_WRITE_DOCS=1 cargo test -p consentry-web` writes the page anew.
#[test]
fn com_04_the_registry_is_published() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/errors.md");
    if std::env::var_os("CONSENTRY_WRITE_DOCS").is_some() {
        std::fs::write(path, registry::markdown()).unwrap();
    }
    let published = std::fs::read_to_string(path).unwrap();
    assert_eq!(published, registry::markdown(), "docs/errors.md is not current");
}

#[test]
fn the_cause_is_chained_in_the_log_and_absent_from_the_message() {
    let cause = std::io::Error::other(std::io::Error::other("inner"));
    let error = ApiError::internal(cause);
    assert_eq!(error.to_string(), "internal: Something went wrong on our side");
    assert!(error.source().is_some());
}

impl Code {
    fn is_server_error(&self) -> bool {
        self.status.is_server_error()
    }
}
