use serde_json::json;

use super::*;

fn refused(text: &str) -> JsonError {
    parse(text.as_bytes(), &Limits::DEFAULT).unwrap_err()
}

#[test]
fn com_16_plain_values_are_read() {
    let text = r#"{"a":[1,-2,3.5,true,null],"b":{"c":"\ud83d\ude00"}}"#;
    assert_eq!(
        parse(text.as_bytes(), &Limits::DEFAULT).unwrap(),
        json!({"a": [1, -2, 3.5, true, null], "b": {"c": "😀"}})
    );
}

#[test]
fn consent_api_3_a_byte_order_mark_is_tolerated() {
    assert_eq!(parse(b"\xef\xbb\xbf{}", &Limits::DEFAULT).unwrap(), json!({}));
}

#[test]
fn com_16_duplicate_members_are_refused_with_their_place() {
    let error = refused("{\"a\":1,\n \"b\":{\"x\":1,\"x\":2}}");
    assert_eq!(error.kind, JsonErrorKind::Duplicate("x".to_owned()));
    assert_eq!(error.line, 2);
    assert_eq!(
        refused(r#"{"a":1,"\u0061":2}"#).kind,
        JsonErrorKind::Duplicate("a".to_owned())
    );
}

#[test]
fn com_16_unpaired_surrogates_are_refused() {
    for text in [r#""\ud83d""#, r#""\ude00""#, r#"{"\ud83d":1}"#] {
        assert!(matches!(refused(text).kind, JsonErrorKind::Syntax(_)), "{text}");
    }
}

#[test]
fn com_16_trailing_garbage_is_refused() {
    let error = refused("{} x");
    assert_eq!(error.kind, JsonErrorKind::Trailing);
    assert_eq!((error.line, error.column), (1, 4));
    assert_eq!(refused("{}{}").kind, JsonErrorKind::Trailing);
    assert!(parse(b"{} \n\t", &Limits::DEFAULT).is_ok());
}

#[test]
fn syntax_errors_say_where() {
    let error = refused("{\n  \"a\": trux\n}");
    assert_eq!(error.line, 2);
    assert!(!error.kind.to_string().contains("line"), "{error}");
    let answer = ApiError::from(error);
    assert_eq!(answer.status().as_u16(), 400);
    assert!(answer.message().contains("line 2"), "{}", answer.message());
    assert!(matches!(refused("").kind, JsonErrorKind::Syntax(_)));
    assert!(matches!(refused("NaN").kind, JsonErrorKind::Syntax(_)));
    assert!(matches!(refused("1e999").kind, JsonErrorKind::Syntax(_)));
    assert!(matches!(refused("{'a':1}").kind, JsonErrorKind::Syntax(_)));
}

#[test]
fn consent_api_14_depth_is_limited() {
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(parse(nested(32).as_bytes(), &Limits::DEFAULT).is_ok());
    assert_eq!(refused(&nested(33)).kind, JsonErrorKind::TooDeep { limit: 32 });
    assert!(matches!(
        refused(&nested(100_000)).kind,
        JsonErrorKind::TooDeep { .. }
    ));
}

#[test]
fn consent_api_14_size_is_limited_with_413() {
    let error = parse(b"[1,2,3]", &Limits::size(6)).unwrap_err();
    assert_eq!(ApiError::from(error).status().as_u16(), 413);
}

#[tokio::test]
async fn a_body_is_read_with_its_media_type() {
    let mut headers = HeaderMap::new();
    headers.insert(
        http::header::CONTENT_TYPE,
        "application/json; charset=utf-8".parse().unwrap(),
    );
    let accepted = ["application/json"];
    let value = read(&headers, Body::from("[1]"), &accepted, &Limits::DEFAULT).await;
    assert_eq!(value, Ok(json!([1])));
    let missing = read(&HeaderMap::new(), Body::from("[1]"), &accepted, &Limits::DEFAULT).await;
    assert_eq!(missing, Err(JsonBodyError::Body(BodyError::MediaType)));
}

#[test]
fn consent_api_8_2_errors_name_the_value_they_are_in() {
    for (text, pointer) in [
        (r#"{"a":{"b":[1,{"c":"\ud800"}]}}"#, "/a/b/1/c"),
        (r#"{"a":1,"b":{"x":1,"x":2}}"#, "/b/x"),
        (r#"{"a":1,"b~/":trux}"#, "/b~0~1"),
        (r#"{"a":[1,2,}"#, "/a/2"),
        (r#"{"a":1,"\ud800":2}"#, ""),
        ("[] x", ""),
    ] {
        assert_eq!(refused(text).pointer, pointer, "{text}");
    }
}
