//! OpenAPI descriptions, held against themselves and against real answers. Each door brings its document and its own cases.

use std::collections::BTreeSet;

use boon::{Compiler, Draft, Schemas};
use serde_json::Value;

use crate::Answer;

/// Problems of a value under the schema at a place of the document.
pub fn problems(document: &Value, pointer: &str, value: &Value) -> Option<String> {
    const ADDRESS: &str = "https://cs.example.net/openapi.json";
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.set_default_draft(Draft::V2020_12);
    compiler.enable_format_assertions();
    compiler.add_resource(ADDRESS, document.clone()).unwrap();
    let address = format!("{ADDRESS}#{pointer}");
    let index = compiler.compile(&address, &mut schemas).unwrap();
    let judged = schemas.validate(value, index);
    judged.err().map(|error| error.to_string())
}

/// One step of a pointer (RFC 6901), as it stands in an address.
pub fn step(name: &str) -> String {
    name.replace('~', "~0")
        .replace('/', "~1")
        .replace('{', "%7B")
        .replace('}', "%7D")
}

/// Every operation as path, method and description.
pub fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            operations.push((path.clone(), method.clone(), operation.clone()));
        }
    }
    operations
}

/// Asserts that an operation describes each parameter of its path and no other.
#[track_caller]
pub fn assert_path_parameters(path: &str, operation: &Value) {
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let named: BTreeSet<&str> = parameters
        .iter()
        .filter(|parameter| parameter["in"] == "path")
        .map(|parameter| parameter["name"].as_str().unwrap())
        .collect();
    let in_path: BTreeSet<&str> = path.split(['{', '}']).skip(1).step_by(2).collect();
    assert_eq!(named, in_path, "{path}");
}

/// Asserts that every example of a request or an answer fits its schema, and that there are more than `many`.
#[track_caller]
pub fn assert_examples(document: &Value, many: usize) {
    let mut seen = 0;
    let mut check = |place: &str, content: &Value| {
        for (media_type, body) in content.as_object().into_iter().flatten() {
            let pointer = format!("{place}/content/{}/schema", step(media_type));
            assert_eq!(problems(document, &pointer, &body["example"]), None, "{pointer}");
            seen += 1;
        }
    };
    for (path, method, operation) in operations(document) {
        let place = format!("/paths/{}/{method}", step(&path));
        check(
            &format!("{place}/requestBody"),
            &operation["requestBody"]["content"],
        );
        for (status, response) in operation["responses"].as_object().unwrap() {
            check(&format!("{place}/responses/{status}"), &response["content"]);
        }
    }
    assert!(seen > many, "{seen}");
}

/// Asserts that an answer is one that the description has for its operation: its status, headers, media type and body.
#[track_caller]
pub fn assert_described(document: &Value, method: &str, path: &str, answer: &Answer) {
    let response = &document["paths"][path][method]["responses"][answer.status().to_string()];
    assert!(
        response.is_object(),
        "{} of {method} {path}: {}",
        answer.status(),
        answer.text()
    );
    for (name, _) in response["headers"].as_object().into_iter().flatten() {
        // Only where a key was used before, or is being used at this moment.
        let is_of_keys = name == "Idempotency-Replayed" || (name == "Retry-After" && answer.status() == 409);
        assert!(
            is_of_keys || answer.header(name).is_some(),
            "{name} of {method} {path}"
        );
    }
    if answer.bytes().is_empty() {
        assert!(response["content"].is_null(), "{method} {path}");
        return;
    }
    let media_type = answer.header("content-type").unwrap();
    assert!(
        response["content"][media_type].is_object(),
        "{media_type} of {method} {path}"
    );
    let pointer = format!(
        "/paths/{}/{method}/responses/{}/content/{}/schema",
        step(path),
        answer.status(),
        step(media_type)
    );
    assert_eq!(
        problems(document, &pointer, &answer.json()),
        None,
        "{method} {path}: {}",
        answer.text()
    );
}
