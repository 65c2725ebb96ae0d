//! The operations.

use consentry_web::idempotency::PATTERN;
use serde_json::Value;
use utoipa::openapi::{
    Content, ContentBuilder, Header, HeaderBuilder, ObjectBuilder, Paths, Ref, Required, Response,
    ResponseBuilder, Type,
    path::{HttpMethod, OperationBuilder, Parameter, ParameterBuilder, ParameterIn},
    request_body::RequestBodyBuilder,
    security::SecurityRequirement,
};

use super::{BASIC, BEARER, TAG, examples};
use crate::BASE;

/// A failure: status, code, title.
type Failure = (u16, &'static str, &'static str);

const EVERYWHERE: [Failure; 6] = [
    (400, "invalid_request", "The request is malformed"),
    (401, "unauthenticated", "Credentials are missing or not valid"),
    (403, "insufficient_scope", "The credential lacks a scope"),
    (429, "rate_limited", "Too many requests"),
    (500, "internal", "Something went wrong on our side"),
    (503, "unavailable", "The service is not available now"),
];

const ABSENT: Failure = (404, "not_found", "There is nothing here");

const STALE: Failure = (
    412,
    "precondition_failed",
    "The precondition does not hold any more",
);

const OF_BODIES: [Failure; 2] = [
    (413, "payload_too_large", "The body is too large"),
    (
        415,
        "unsupported_media_type",
        "The media type of the body is not supported",
    ),
];

const OF_KEYS: Failure = (
    422,
    "idempotency_key_reused",
    "The key was used for another request",
);

/// `*` or entity tags (RFC 9110 8.8.3, 13.1.1).
const TAGS: &str = r#"^(\*|(W/)?"[!#-~]*"([ \t]*,[ \t]*(W/)?"[!#-~]*")*)$"#;

/// One kind of thing that is administered.
struct Kind {
    /// As in ids of operations.
    name: &'static str,
    /// As in sentences.
    words: &'static str,
    path: &'static str,
    parameters: fn() -> Vec<Parameter>,
    schema: &'static str,
    example: Value,
    to_put: Value,
    /// What a PUT can collide with.
    collision: Failure,
    put: &'static str,
}

/// Adds every operation of the door.
pub(super) fn describe(paths: &mut Paths) {
    lists(paths);
    let kinds = [
        Kind {
            name: "definition",
            words: "a definition",
            path: "/definitions/{definition}",
            parameters: || vec![definition_id()],
            schema: "Definition",
            example: examples::definition(),
            to_put: examples::definition_to_put(),
            collision: (409, "conflict", "The change collides with another one"),
            put: "What is left out has its default.",
        },
        Kind {
            name: "localization",
            words: "a localization",
            path: "/definitions/{definition}/localizations/{locale}",
            parameters: || vec![definition_id(), locale()],
            schema: "Localization",
            example: examples::localization(),
            to_put: examples::localization_to_put(),
            collision: (409, "wording_published", "Published words never change"),
            put: "Publishes a wording. Published ones never change: raise the version.",
        },
        Kind {
            name: "account",
            words: "an account",
            path: "/accounts/{account}",
            parameters: || vec![account_name()],
            schema: "Account",
            example: examples::account(),
            to_put: examples::account_to_put(),
            collision: (409, "identifier_taken", "The name is already used"),
            put: "What is left out has its default, except the password, which stays as it is.",
        },
    ];
    for kind in kinds {
        one(paths, &kind);
    }
}

fn lists(paths: &mut Paths) {
    let mut add = |path: &str, operation: OperationBuilder| add(paths, path, HttpMethod::Get, operation);
    add(
        "/definitions",
        begun("administer_list_definitions", "List definitions")
            .parameter(if_none_match())
            .response("200", answer("Definitions", &examples::definitions()))
            .response("304", not_modified()),
    );
    add(
        "/definitions/{definition}/localizations",
        begun(
            "administer_list_localizations",
            "List the current localizations of a definition",
        )
        .parameter(definition_id())
        .parameter(if_none_match())
        .response("200", answer("Localizations", &examples::localizations()))
        .response("304", not_modified())
        .with_failures(&[ABSENT]),
    );
    let limit = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1))
        .maximum(Some(1000))
        .build();
    add(
        "/accounts",
        begun("administer_list_accounts", "List accounts")
            .parameter(
                described(
                    "limit",
                    ParameterIn::Query,
                    "Most accounts of a page; 100 where nothing is said.",
                )
                .schema(Some(limit)),
            )
            .parameter(
                described(
                    "cursor",
                    ParameterIn::Query,
                    "Where the page begins, from `next_cursor`.",
                )
                .schema(Some(text())),
            )
            .parameter(if_none_match())
            .response("200", answer("Accounts", &examples::accounts()))
            .response("304", not_modified()),
    );
}

fn one(paths: &mut Paths, kind: &Kind) {
    let Kind {
        name, words, path, ..
    } = *kind;
    let begun = |verb: &str, summary: String| {
        begun(&format!("administer_{verb}_{name}"), &summary).parameters(Some((kind.parameters)()))
    };
    let mut read = begun("read", format!("Read {words}"));
    if name == "localization" {
        read = read.parameter(
            described(
                "version",
                ParameterIn::Query,
                "The version to show; the current one where nothing is said.",
            )
            .schema(Some(
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .pattern(Some(r"^(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})$")),
            )),
        );
    }
    add(
        paths,
        path,
        HttpMethod::Get,
        read.parameter(if_none_match())
            .response("200", answer(kind.schema, &kind.example))
            .response("304", not_modified())
            .with_failures(&[ABSENT]),
    );
    let body = RequestBodyBuilder::new()
        .content(
            "application/json",
            content(&format!("{}ToPut", kind.schema), &kind.to_put),
        )
        .required(Some(Required::True))
        .build();
    add(
        paths,
        path,
        HttpMethod::Put,
        begun("put", format!("Make {words} what it shall be"))
            .description(Some(kind.put))
            .parameter(if_match())
            .parameter(if_none_match())
            .request_body(Some(body))
            .parameter(idempotency_key())
            .response("200", put(kind))
            .response("201", put(kind))
            .with_failures(&[ABSENT, kind.collision, STALE, OF_KEYS])
            .with_failures(&OF_BODIES),
    );
    let mut delete = begun("delete", format!("Take {words} away"))
        .parameter(if_match())
        .parameter(idempotency_key());
    if name != "account" {
        delete = delete.parameter(
            described(
                "force",
                ParameterIn::Query,
                "Takes away even what records refer to; they keep the words that were shown.",
            )
            .schema(Some(
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .enum_values(Some(["true", "false"])),
            )),
        );
    }
    add(
        paths,
        path,
        HttpMethod::Delete,
        delete
            .response(
                "204",
                ResponseBuilder::new()
                    .description("It is gone.")
                    .header("Idempotency-Replayed", replayed()),
            )
            .with_failures(&[ABSENT, (409, "in_use", "Records refer to this"), STALE, OF_KEYS]),
    );
}

fn add(paths: &mut Paths, path: &str, method: HttpMethod, operation: OperationBuilder) {
    let operation = operation.with_failures(&EVERYWHERE).build();
    paths.add_path_operation(format!("{BASE}{path}"), vec![method], operation);
}

fn begun(id: &str, summary: &str) -> OperationBuilder {
    OperationBuilder::new()
        .operation_id(Some(id))
        .tag(TAG)
        .summary(Some(summary))
        .security(SecurityRequirement::new::<_, [&str; 0], &str>(BASIC, []))
        .security(SecurityRequirement::new::<_, [&str; 0], &str>(BEARER, []))
}

/// What is said of several operations in the same words.
trait Described {
    fn with_failures(self, failures: &[Failure]) -> Self;
}

impl Described for OperationBuilder {
    fn with_failures(self, failures: &[Failure]) -> Self {
        failures.iter().fold(self, |operation, &(status, code, title)| {
            let example = examples::problem(status, code, title);
            let mut response = ResponseBuilder::new()
                .description(meaning(status))
                .content("application/problem+json", content("Problem", &example));
            if status == 401 {
                let challenge = header("One line per scheme.");
                response = response.header("WWW-Authenticate", challenge.build());
            }
            if matches!(status, 409 | 429) {
                response = response.header("Retry-After", header("Seconds to wait.").build());
            }
            operation.response(status.to_string(), response.build())
        })
    }
}

const fn meaning(status: u16) -> &'static str {
    match status {
        400 => "The request cannot be accepted; `errors` says which parts and why.",
        401 => "No good credentials.",
        403 => "Good credentials, and not allowed.",
        404 => "There is no such thing.",
        409 => "It collides with what is there; `code` says with what.",
        412 => "It is not in the state that the request names.",
        413 => "The body is too large.",
        415 => "The body is of a type that is not read here.",
        422 => "The key was used for another request.",
        429 => "Too many failed attempts.",
        503 => "The service cannot be asked now.",
        _ => "Something went wrong on our side.",
    }
}

fn content(schema: &str, example: &Value) -> Content {
    ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(format!("administration.{schema}"))))
        .example(Some(example.clone()))
        .build()
}

fn answer(schema: &str, example: &Value) -> Response {
    ResponseBuilder::new()
        .description("What is there now.")
        .content("application/json", content(schema, example))
        .header("ETag", header("The state, for `If-Match`.").build())
        .build()
}

/// What was put.
fn put(kind: &Kind) -> Response {
    ResponseBuilder::new()
        .description("What is there now.")
        .content("application/json", content(kind.schema, &kind.example))
        .header("ETag", header("The state, for `If-Match`.").build())
        .header("Idempotency-Replayed", replayed())
        .build()
}

fn replayed() -> Header {
    header("`true` where a request with this key was carried out before.").build()
}

fn not_modified() -> Response {
    ResponseBuilder::new()
        .description("It is in the state that `If-None-Match` names.")
        .header("ETag", header("The state.").build())
        .build()
}

fn header(description: &str) -> HeaderBuilder {
    HeaderBuilder::new()
        .schema(Some(text()))
        .description(Some(description))
}

fn described(name: &str, place: ParameterIn, description: &str) -> ParameterBuilder {
    let required = if place == ParameterIn::Path {
        Required::True
    } else {
        Required::False
    };
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(required)
        .description(Some(description))
}

fn text() -> utoipa::openapi::Object {
    ObjectBuilder::new().schema_type(Type::String).build()
}

fn tags() -> utoipa::openapi::Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some(TAGS))
        .build()
}

fn definition_id() -> Parameter {
    described("definition", ParameterIn::Path, "Id of the definition.")
        .schema(Some(text()))
        .example(Some("share-location".into()))
        .build()
}

fn locale() -> Parameter {
    described(
        "locale",
        ParameterIn::Path,
        "Language tag, in any case; 1 to 64 letters, digits, hyphens and underscores.",
    )
    .schema(Some(text()))
    .example(Some("en-GB".into()))
    .build()
}

fn account_name() -> Parameter {
    described(
        "account",
        ParameterIn::Path,
        "Distinguished name, or a name that one account has. A new account is named by its distinguished name.",
    )
    .schema(Some(text()))
    .example(Some("cn=portal,ou=services,dc=meadow,dc=example".into()))
    .build()
}

fn if_match() -> Parameter {
    described(
        "If-Match",
        ParameterIn::Header,
        "Entity tags of the states in which it may be changed. Left out, the last write wins.",
    )
    .schema(Some(tags()))
    .build()
}

fn idempotency_key() -> Parameter {
    let schema = ObjectBuilder::new().schema_type(Type::String);
    described(
        "Idempotency-Key",
        ParameterIn::Header,
        "Names the request, so that sending it again does not carry it out again. Remembered for 24 hours.",
    )
    .schema(Some(schema.pattern(Some(PATTERN)).build()))
    .build()
}

fn if_none_match() -> Parameter {
    described(
        "If-None-Match",
        ParameterIn::Header,
        "Entity tags of states in which it is not sent again or not changed; `*` with PUT makes it only where it is not there.",
    )
    .schema(Some(tags()))
    .build()
}
