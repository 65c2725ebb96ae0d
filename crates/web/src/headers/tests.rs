use axum::response::IntoResponse as _;
use url::Url;

use super::*;

fn shown(answer: &axum::response::Response) -> String {
    let mut lines: Vec<String> = answer
        .headers()
        .iter()
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
        .collect();
    lines.sort();
    lines.join("\n")
}

fn target(address: &str) -> FormTarget {
    FormTarget::covering(&Url::parse(address).unwrap())
}

fn frame(text: &str) -> FrameOrigin {
    FrameOrigin::parse(text, true).unwrap()
}

#[test]
fn tpa_b23_headers_of_pages() {
    insta::assert_snapshot!("page", shown(&(page(&[]), "").into_response()));
    let redirecting = page(&[
        target("https://moneytrack.example:8443/cb?x=1;y"),
        target("com.vendor.app://done"),
        target("http://[::1]:9999/callback"),
    ]);
    insta::assert_snapshot!("page_redirecting", shown(&(redirecting, "").into_response()));
}

#[test]
fn dashboard_a9_headers_of_embedded_pages() {
    insta::assert_snapshot!("embed_nobody", shown(&(embed(&[]), "").into_response()));
    let framed = embed(&[
        frame("https://www.harborbank.example"),
        frame("https://*.portal.example"),
        frame("http://localhost:*"),
    ]);
    let answer = (framed, (page(&[]), "")).into_response();
    assert!(!answer.headers().contains_key(header::X_FRAME_OPTIONS));
    let mut alone = HeaderMap::new();
    embed(&[frame("capacitor://localhost")]).apply(&mut alone);
    insta::assert_snapshot!(
        "embed_app",
        format!("{:?}", alone[header::CONTENT_SECURITY_POLICY])
    );
    insta::assert_snapshot!("embed_framed", shown(&answer));
}

#[test]
fn headers_of_answers_for_programs() {
    insta::assert_snapshot!("api", shown(&(api(), "").into_response()));
}

#[test]
fn hsts_is_for_tls_only() {
    assert!(transport_security(Transport::Tls).is_some());
    assert!(transport_security(Transport::PlainLoopback).is_none());
}

#[test]
fn dashboard_a9_frame_origins_are_parsed_strictly() {
    for (text, expected) in [
        ("https://a.example/", FrameOriginError::Form),
        ("https://a.example?x", FrameOriginError::Form),
        ("https://", FrameOriginError::Form),
        ("a.example", FrameOriginError::Form),
        ("*", FrameOriginError::Form),
        ("https://*", FrameOriginError::Wildcard),
        ("https://*.com", FrameOriginError::Wildcard),
        ("https://a.*.example", FrameOriginError::Wildcard),
        ("https://a.example:*", FrameOriginError::Wildcard),
        ("https://a.example; script-src x", FrameOriginError::Form),
        ("https://bänk.example", FrameOriginError::Form),
        ("http://a.example", FrameOriginError::PlainHttp),
        ("javascript://localhost", FrameOriginError::Scheme),
    ] {
        assert_eq!(FrameOrigin::parse(text, true), Err(expected), "{text}");
    }
    assert_eq!(
        FrameOrigin::parse("http://localhost:*", false),
        Err(FrameOriginError::PlainHttp)
    );
    assert_eq!(
        FrameOrigin::parse("HTTPS://Www.HarborBank.example", false)
            .unwrap()
            .concrete(),
        Some("https://www.harborbank.example")
    );
    assert_eq!(frame("http://127.0.0.1:*").concrete(), None);
}
