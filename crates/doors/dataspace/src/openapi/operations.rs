//! The operations.

use consentry_web::openapi::{described, header, text};
use serde_json::Value;
use utoipa::openapi::{
    ContentBuilder, Paths, Required, Response, ResponseBuilder,
    path::{HttpMethod, OperationBuilder, Parameter, ParameterIn},
    request_body::{RequestBody, RequestBodyBuilder},
};

use super::{TAG, examples};
use crate::discovery;

/// What every operation may answer: status, `type`, and when.
const EVERYWHERE: [(u16, &str, &str); 3] = [
    (404, "not_found", "No dataspace is served here."),
    (500, "internal", "Something went wrong on our side."),
    (
        503,
        "unavailable",
        "The service cannot be asked now; for signed questions also where the keys of the party cannot be had.",
    ),
];

/// What operations with a body may answer.
const OF_BODIES: [(u16, &str, &str); 4] = [
    (413, "payload_too_large", "The body is too large."),
    (
        415,
        "unsupported_media_type",
        "The body is of a type that is not read here.",
    ),
    (
        422,
        "validation_error",
        "The body breaks a rule; `detail` says where.",
    ),
    (429, "rate_limit_exceeded", "Too many requests."),
];

/// What operations of applications may answer.
const OF_APPLICATIONS: [(u16, &str, &str); 2] = [
    (
        401,
        "consent_request_token_invalid",
        "There is not exactly one good request token.",
    ),
    (
        403,
        "application_not_allowed",
        "The application is not registered for the party that signed, or people of this issuer are not served.",
    ),
];

/// Adds every operation.
pub(super) fn describe(paths: &mut Paths) {
    let mut add = |path: &str, method: HttpMethod, operation: OperationBuilder| {
        let operation = failing(operation, &EVERYWHERE).build();
        paths.add_path_operation(path, vec![method], operation);
    };
    documents(&mut add);
    of_applications(&mut add);
    of_data_sources(&mut add);
}

fn documents(add: &mut impl FnMut(&str, HttpMethod, OperationBuilder)) {
    let tagged = |answer: ResponseBuilder| {
        answer
            .header("ETag", header("The state, for `If-None-Match`."))
            .header("Cache-Control", header("How long it may be kept."))
            .build()
    };
    let read = |id: &str, summary: &str, answer: ResponseBuilder| {
        let unchanged = ResponseBuilder::new().description("It is as it was.");
        let operation = begun(id, summary)
            .parameter(condition())
            .response("200", tagged(answer))
            .response("304", tagged(unchanged));
        failing(
            operation,
            &[(400, "invalid_request", "`If-None-Match` is malformed.")],
        )
    };
    add(
        discovery::CONFIGURATION,
        HttpMethod::Get,
        read(
            "read_configuration",
            "Read who the provider is, and where everything is",
            json("Configuration", &examples::configuration()),
        ),
    );
    add(
        discovery::DATASPACE,
        HttpMethod::Get,
        read(
            "read_dataspace",
            "Read where everything of the dataspace is, where that is published here",
            json("Dataspace", &examples::dataspace()),
        ),
    );
    add(
        discovery::JWKS,
        HttpMethod::Get,
        read(
            "read_keys",
            "Read the keys of tokens",
            json("KeySet", &examples::key_set()),
        ),
    );
    let feed = ContentBuilder::new().schema(Some(text())).example(Some(
        "eyJ0eXAiOiJjb25zZW50LXJldm9jYXRpb25zK2p3dCJ9.e30.c2ln".into(),
    ));
    add(
        discovery::REVOCATIONS,
        HttpMethod::Get,
        read(
            "read_revocations",
            "Read what was taken back and may still be in a token, signed",
            ResponseBuilder::new()
                .description("Hashes of consent ids.")
                .content("application/jwt", feed.build()),
        ),
    );
}

fn of_applications(add: &mut impl FnMut(&str, HttpMethod, OperationBuilder)) {
    let asked = |id: &str, summary: &str, body: RequestBody| {
        let operation = begun(id, summary)
            .parameter(token_header(
                "X-Consent-Request-Token",
                "For which application and about whom this is asked, signed by the application's party.",
            ))
            .request_body(Some(body));
        failing(failing(operation, &OF_APPLICATIONS), &OF_BODIES)
    };
    let requested = |operation: OperationBuilder| {
        operation
            .response("200", answer("AllConsentsGranted", &examples::all_granted()))
            .response("201", answer("ConsentsRequested", &examples::requested()))
    };
    add(
        "/Consent/RequestConsents",
        HttpMethod::Post,
        requested(asked(
            "request_consents",
            "Ask what lacks consent, and for the page where the person is asked",
            body("ConsentRequests", &examples::requests()),
        )),
    );
    add(
        "/Consent/GetToken",
        HttpMethod::Post,
        asked(
            "get_token",
            "Fetch a fresh token",
            body("DataSource", &examples::data_source()),
        )
        .response("200", answer("Token", &examples::token())),
    );
    add(
        "/Consent/Revoke",
        HttpMethod::Post,
        asked(
            "revoke",
            "Give a consent back",
            body("DataSource", &examples::data_source()),
        )
        .response("200", answer("Revoked", &examples::revoked())),
    );
    let legacy = asked(
        "request_as_before",
        "The address of version 0.1: takes what belongs to RequestConsents",
        body("ConsentRequests", &examples::requests()),
    )
    .deprecated(Some(utoipa::openapi::Deprecated::True));
    add(
        "/Consent/Request",
        HttpMethod::Post,
        failing(
            requested(legacy),
            &[(
                410,
                "gone",
                "Version 0.1 is not served; the message says what to use.",
            )],
        ),
    );
}

fn of_data_sources(add: &mut impl FnMut(&str, HttpMethod, OperationBuilder)) {
    let verify = begun(
        "verify",
        "Ask whether a token is good now, with the person's ID token",
    )
    .parameter(token_header(
        "Authorization",
        "`Bearer` and the person's ID token.",
    ))
    .parameter(token_header("X-Consent-Token", "The consent token."))
    .request_body(Some(body("DataSource", &examples::data_source())))
    .response("200", answer("Verified", &examples::verified()));
    add("/Consent/Verify", HttpMethod::Post, failing(verify, &OF_BODIES));
    let introspect = begun("introspect", "Ask whether a token is good now, as the owner of the data source")
        .parameter(token_header(
            "X-Consent-Verifier-Token",
            "For which data source this is asked, signed by its owner. Whoever has a key of the operator sends that with HTTP Basic instead.",
        ))
        .request_body(Some(body("ToIntrospect", &examples::to_introspect())))
        .response("200", answer("Introspected", &examples::introspected()));
    let refused = [
        (
            401,
            "consent_verifier_token_invalid",
            "The data source did not prove who it is.",
        ),
        (403, "data_source_not_yours", "It belongs to another party."),
    ];
    add(
        "/Consent/Introspect",
        HttpMethod::Post,
        failing(failing(introspect, &refused), &OF_BODIES),
    );
}

fn begun(id: &str, summary: &str) -> OperationBuilder {
    OperationBuilder::new()
        .operation_id(Some(format!("dataspace_{id}")))
        .tag(TAG)
        .summary(Some(summary))
}

fn condition() -> Parameter {
    consentry_web::openapi::entity_tags("If-None-Match", "Entity tags of the states that are known.").build()
}

fn token_header(name: &str, description: &str) -> Parameter {
    described(name, ParameterIn::Header, description)
        .schema(Some(text()))
        .build()
}

fn content(schema: &str, example: &Value) -> utoipa::openapi::Content {
    consentry_web::openapi::content(&format!("dataspace.{schema}"), example)
}

fn json(schema: &str, example: &Value) -> ResponseBuilder {
    ResponseBuilder::new()
        .description("The answer.")
        .content("application/json", content(schema, example))
}

fn answer(schema: &str, example: &Value) -> Response {
    json(schema, example).build()
}

fn body(schema: &str, example: &Value) -> RequestBody {
    RequestBodyBuilder::new()
        .content("application/json", content(schema, example))
        .required(Some(Required::True))
        .build()
}

fn failing(operation: OperationBuilder, failures: &[(u16, &str, &str)]) -> OperationBuilder {
    failures
        .iter()
        .fold(operation, |operation, &(status, kind, meaning)| {
            let mut response = ResponseBuilder::new()
                .description(meaning)
                .content("application/json", content("Failure", &examples::failure(kind)));
            if status == 429 {
                response = response.header("Retry-After", header("Seconds to wait."));
            }
            operation.response(status.to_string(), response.build())
        })
}
