//! The operations.

use consentry_web::openapi::{
    described, entity_tags, header, idempotency_key, limit, replayed, text, text_like,
};
use serde_json::Value;
use utoipa::openapi::{
    Content, Object, ObjectBuilder, Paths, Required, Response, ResponseBuilder, Type,
    path::{HttpMethod, Operation, OperationBuilder, Parameter, ParameterIn},
    request_body::RequestBodyBuilder,
};

use super::{CONSENTS, DEFINITIONS, SCHEMES, examples};

/// Media types of answers and bodies; the bytes are the same.
const MEDIA_TYPES: [&str; 2] = ["application/hal+json", "application/json"];

/// Failures that every operation has: status, code, message.
const EVERYWHERE: [(u16, &str, &str); 6] = [
    (401, "ACCESS_FAILED", "credentials are missing or not valid"),
    (
        403,
        "INSUFFICIENT_SCOPE",
        "the token has none of the scopes of this service",
    ),
    (
        406,
        "NOT_ACCEPTABLE",
        "answers are application/hal+json or application/json",
    ),
    (
        429,
        "TOO_MANY_REQUESTS",
        "too many failed logins; wait before the next try",
    ),
    (500, "UNEXPECTED_ERROR", "Something went wrong on our side"),
    (503, "SERVICE_UNAVAILABLE", "The service is not available now"),
];

/// Failures of bodies.
const OF_BODIES: [(u16, &str, &str); 2] = [
    (413, "PAYLOAD_TOO_LARGE", "the body is larger than 262144 bytes"),
    (
        415,
        "UNSUPPORTED_MEDIA_TYPE",
        "The media type of the body is not supported",
    ),
];

/// Failures of keys.
const OF_KEYS: [(u16, &str, &str); 2] = [
    (
        409,
        "CONFLICT",
        "The first request with this key is still running",
    ),
    (
        422,
        "INVALID_REQUEST",
        "the key was used for a request with another method, address or body",
    ),
];

/// Failures of changes.
const OF_CHANGES: [(u16, &str, &str); 2] = [
    (
        409,
        "CONFLICT",
        "the record was changed by others at the same time",
    ),
    (
        412,
        "PRECONDITION_FAILED",
        "the record is no longer what it was when it was read",
    ),
];

const REFUSED: (u16, &str, &str) = (400, "INVALID_REQUEST", "the parameter expand must not be empty");
const ABSENT: (u16, &str, &str) = (404, "NOT_FOUND", "there is nothing here");

/// What records can be expanded by.
const OF_CONSENTS: [&str; 2] = ["definition", "localization"];

/// Adds every operation of the door.
pub(super) fn describe(paths: &mut Paths) {
    definitions(paths);
    let mut add = |path: &str, method: HttpMethod, operation: OperationBuilder| {
        paths.add_path_operation(format!("{}{path}", crate::BASE), vec![method], built(operation));
    };
    add(
        "/consents",
        HttpMethod::Get,
        begun("search_consents", CONSENTS, "Search records")
            .description(Some(
                "All given parameters must fit. Without `subject` and `actor` the requester is the subject, privileged or not.",
            ))
            .parameters(Some(search_parameters()))
            .response(
                "200",
                answer(
                    "The records that fit, oldest first.",
                    "Consents",
                    &examples::collection("consents", "/consents?subject=ada", &examples::consent()),
                ),
            )
            .with_failures(&[(
                400,
                "SEARCH_SIZE_LIMIT_EXCEEDED",
                "more than 100 records fit",
            )]),
    );
    add(
        "/consents",
        HttpMethod::Post,
        begun("create_consent", CONSENTS, "Create a record")
            .with_body("ConsentToCreate", &examples::consent_to_create())
            .response("201", created())
            .with_failures(&[(
                400,
                "INVALID_DATA",
                "the request could not be accepted because of invalid data",
            )])
            .with_failures(&OF_BODIES)
            .repeatable(),
    );
    let one = "/consents/{consent}";
    add(
        one,
        HttpMethod::Get,
        begun("read_consent", CONSENTS, "Read a record")
            .parameter(record_id())
            .parameter(expand(&OF_CONSENTS))
            .response("200", tagged("The record.", &examples::consent()))
            .with_failures(&[REFUSED, ABSENT]),
    );
    add(
        one,
        HttpMethod::Put,
        begun("replace_consent", CONSENTS, "Replace a record")
            .description(Some(
                "Attributes that are left out are cleared, except subject and actor.",
            ))
            .parameter(record_id())
            .parameter(if_match())
            .with_body("ConsentToCreate", &examples::consent_to_create())
            .response("200", tagged("The record as it is now.", &examples::consent()))
            .with_failures(&[
                (
                    400,
                    "INVALID_DATA",
                    "the request could not be accepted because of invalid data",
                ),
                ABSENT,
            ])
            .with_failures(&OF_BODIES)
            .repeatable()
            .with_failures(&OF_CHANGES),
    );
    add(
        one,
        HttpMethod::Patch,
        begun("update_consent", CONSENTS, "Change a record")
            .description(Some(
                "The body is a part of a record, neither JSON Patch nor JSON Merge Patch.",
            ))
            .parameter(record_id())
            .parameter(if_match())
            .with_body("ConsentChanges", &examples::consent_changes())
            .response("200", tagged("The record as it is now.", &examples::consent()))
            .with_failures(&[
                (
                    400,
                    "INVALID_DATA",
                    "the request could not be accepted because of invalid data",
                ),
                ABSENT,
            ])
            .with_failures(&OF_BODIES)
            .repeatable()
            .with_failures(&OF_CHANGES),
    );
    add(
        one,
        HttpMethod::Delete,
        begun("delete_consent", CONSENTS, "Delete a record")
            .description(Some("For privileged requesters only, not even of one's own."))
            .parameter(record_id())
            .parameter(if_match())
            .response(
                "204",
                ResponseBuilder::new()
                    .description("It is gone.")
                    .header("Idempotency-Replayed", replayed()),
            )
            .with_failures(&[
                (
                    400,
                    "INVALID_REQUEST",
                    "the header If-Match must be * or a list of entity tags",
                ),
                ABSENT,
            ])
            .repeatable()
            .with_failures(&OF_CHANGES),
    );
}

fn definitions(paths: &mut Paths) {
    let mut add = |path: &str, operation: OperationBuilder| {
        paths.add_path_operation(
            format!("{}{path}", crate::BASE),
            vec![HttpMethod::Get],
            built(operation),
        );
    };
    let filter_refused = (400, "INVALID_FILTER", "the filter is not acceptable");
    add(
        "/definitions",
        begun("list_definitions", DEFINITIONS, "List or search definitions")
            .parameter(filter("displayName sw \"S\""))
            .parameter(expand(&["localizations"]))
            .response(
                "200",
                answer(
                    "The definitions that fit, by id.",
                    "Definitions",
                    &examples::collection("definitions", "/definitions", &examples::definition()),
                ),
            )
            .with_failures(&[filter_refused]),
    );
    add(
        "/definitions/{definition}",
        begun("read_definition", DEFINITIONS, "Read a definition")
            .parameter(definition_id())
            .parameter(expand(&["localizations"]))
            .response(
                "200",
                answer("The definition.", "Definition", &examples::definition()),
            )
            .with_failures(&[REFUSED, ABSENT]),
    );
    add(
        "/definitions/{definition}/localizations",
        begun(
            "list_localizations",
            DEFINITIONS,
            "List or search the localizations of a definition",
        )
        .parameter(definition_id())
        .parameter(filter("version ge \"1.2\""))
        .parameter(expand(&["definition", "parent"]))
        .response(
            "200",
            answer(
                "The localizations that fit, by locale.",
                "Localizations",
                &examples::collection(
                    "localizations",
                    "/definitions/share-location/localizations",
                    &examples::localization(),
                ),
            ),
        )
        .with_failures(&[filter_refused, ABSENT]),
    );
    add(
        "/definitions/{definition}/localizations/{localization}",
        begun("read_localization", DEFINITIONS, "Read a localization")
            .parameter(definition_id())
            .parameter(
                described("localization", ParameterIn::Path, "A locale, in any case.")
                    .schema(Some(text()))
                    .example(Some("en-GB".into())),
            )
            .parameter(expand(&["definition", "parent"]))
            .parameter(
                described(
                    "fallback",
                    ParameterIn::Query,
                    "Whether a less specific locale stands in for one that is not there (RFC 4647 3.4). Off by default.",
                )
                .schema(Some(flag())),
            )
            .response("200", answer("The current wording.", "Localization", &examples::localization()))
            .with_failures(&[REFUSED, ABSENT]),
    );
}

/// An operation that anybody with credentials may try.
fn begun(id: &str, tag: &str, summary: &str) -> OperationBuilder {
    SCHEMES.begun(id, tag, summary)
}

fn built(operation: OperationBuilder) -> Operation {
    operation.with_failures(&EVERYWHERE).build()
}

/// What is said of several operations in the same words.
trait Described {
    fn with_failures(self, failures: &[(u16, &str, &str)]) -> Self;
    fn with_body(self, schema: &str, example: &Value) -> Self;
    fn repeatable(self) -> Self;
}

impl Described for OperationBuilder {
    fn with_failures(self, failures: &[(u16, &str, &str)]) -> Self {
        failures.iter().fold(self, |operation, &(status, code, message)| {
            let example = if code == "INVALID_DATA" {
                examples::failure()
            } else {
                examples::failure_with(status, code, message)
            };
            let content = content("Failure", &example);
            let mut response = ResponseBuilder::new()
                .description(meaning(status))
                .content("application/json", content);
            if status == 401 {
                let challenge = header("One line per scheme that is switched on.");
                response = response.header("WWW-Authenticate", challenge);
            }
            if matches!(status, 409 | 429 | 503) {
                response = response.header("Retry-After", header("Seconds to wait."));
            }
            operation.response(status.to_string(), response.build())
        })
    }

    fn with_body(self, schema: &str, example: &Value) -> Self {
        let body = MEDIA_TYPES
            .iter()
            .rev()
            .fold(RequestBodyBuilder::new(), |body, media_type| {
                body.content(*media_type, content(schema, example))
            });
        self.request_body(Some(body.required(Some(Required::True)).build()))
    }

    fn repeatable(self) -> Self {
        self.parameter(idempotency_key()).with_failures(&OF_KEYS)
    }
}

const fn meaning(status: u16) -> &'static str {
    match status {
        400 => "The request cannot be accepted; `details` says which parts and why.",
        401 => "No good credentials.",
        403 => "Good credentials, and not allowed.",
        404 => "There is no such thing.",
        406 => "No acceptable form of the answer exists.",
        409 => {
            "Others changed the record at the same time, again and again; or the first request with this key is still carried out."
        }
        412 => "The record is not in the state that `If-Match` names.",
        413 => "The body is too large.",
        415 => "The body is of a type that is not read here.",
        422 => "The key was used for another request.",
        429 => "Too many failed logins, or more requests than are allowed.",
        503 => "The service is switched off, or cannot be asked now.",
        _ => "Something went wrong on our side.",
    }
}

fn content(schema: &str, example: &Value) -> Content {
    consentry_web::openapi::content(&format!("records.{schema}"), example)
}

fn in_both_forms(description: &str, schema: &str, example: &Value) -> ResponseBuilder {
    MEDIA_TYPES.iter().fold(
        ResponseBuilder::new().description(description),
        |response, media_type| response.content(*media_type, content(schema, example)),
    )
}

fn answer(description: &str, schema: &str, example: &Value) -> Response {
    in_both_forms(description, schema, example).build()
}

/// A single record with its entity tag.
fn tagged(description: &str, example: &Value) -> Response {
    in_both_forms(description, "Consent", example)
        .header("ETag", header("The state of the record, for `If-Match`."))
        .header("Idempotency-Replayed", replayed())
        .build()
}

fn created() -> Response {
    in_both_forms("The record was made.", "Consent", &examples::consent())
        .header("ETag", header("The state of the record, for `If-Match`."))
        .header("Idempotency-Replayed", replayed())
        .header("Location", header("Address of the record."))
        .build()
}

/// A text of at least one character.
fn something() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).min_length(Some(1))
}

/// One of these words.
fn one_of<const COUNT: usize>(words: [&str; COUNT]) -> Object {
    let schema = ObjectBuilder::new().schema_type(Type::String);
    schema.enum_values(Some(words)).build()
}

fn flag() -> Object {
    one_of(["true", "false"])
}

fn definition_id() -> Parameter {
    described("definition", ParameterIn::Path, "Id of the definition.")
        .schema(Some(text()))
        .example(Some("share-location".into()))
        .build()
}

fn record_id() -> Parameter {
    described("consent", ParameterIn::Path, "Id of the record.")
        .schema(Some(text()))
        .example(Some("3f0b5c1e-7a44-4f0e-9a27-5d1c0a4e9b10".into()))
        .build()
}

fn if_match() -> Parameter {
    entity_tags(
        "If-Match",
        "Entity tags of the states in which the record may be changed. Left out, the last write wins.",
    )
    .example(Some("\"2.1.accepted\"".into()))
    .build()
}

fn expand(names: &[&str]) -> Parameter {
    let listed = names.join("`, `");
    let description = format!("Related resources to place in the answer, separated by commas: `{listed}`.");
    let one = names.join("|");
    described("expand", ParameterIn::Query, &description)
        .schema(Some(text_like(&format!("^({one})(,({one}))*$"))))
        .build()
}

fn filter(example: &str) -> Parameter {
    described(
        "filter",
        ParameterIn::Query,
        "A SCIM filter (RFC 7644 3.4.2.2), at most 4096 characters, 64 comparisons and 16 levels.",
    )
    .schema(Some(something().max_length(Some(4096)).build()))
    .example(Some(example.into()))
    .build()
}

fn search_parameters() -> Vec<Parameter> {
    let exact = |name: &str, description: &str| {
        described(name, ParameterIn::Query, description)
            .schema(Some(something().build()))
            .build()
    };
    vec![
        exact(
            "subject",
            "The subject: the text that was given, or whoever it means.",
        ),
        exact("actor", "The actor, likewise."),
        exact("definition", "Id of the definition."),
        exact("audience", "The audience."),
        exact("collaborator", "One of the collaborators."),
        expand(&OF_CONSENTS),
        described(
            "status",
            ParameterIn::Query,
            "The status the record has now. Those that a tenant added (`additional_statuses`) are not in this list.",
        )
            .schema(Some(one_of(["pending", "accepted", "denied", "revoked"])))
            .build(),
        described(
            "all",
            ParameterIn::Query,
            "Whether everybody is meant where no subject is named. For privileged requesters.",
        )
        .schema(Some(flag()))
        .build(),
        limit(
            None,
            "Size of a page, up to the limit of searches. Left out, all is answered or nothing.",
        ),
        described(
            "cursor",
            ParameterIn::Query,
            "Where a page begins, from `_links.next` of the one before.",
        )
        .schema(Some(something().build()))
        .build(),
    ]
}
