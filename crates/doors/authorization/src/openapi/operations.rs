//! The operations.

use consentry_web::openapi::{content, described, header, idempotency_key, limit, replayed, text, text_like};
use serde_json::{Value, json};
use utoipa::openapi::{
    ObjectBuilder, Paths, Required, Response, ResponseBuilder, Type,
    path::{HttpMethod, OperationBuilder, Parameter, ParameterIn},
    request_body::RequestBodyBuilder,
    security::SecurityRequirement,
};

use super::{SCHEMES, TAG, examples};

/// Failures below `/v1` and of the callback (third-party-authorization A.1.2): status, message, and when.
const OF_VENDOR: [(u16, &str, &str); 12] = [
    (
        400,
        "limit must be a whole number from 1 to 200",
        "The request cannot be taken; `message` is a list.",
    ),
    (401, "Invalid token", "No good token."),
    (
        403,
        "Forbidden",
        "Not with this token. Third parties are refused everything here.",
    ),
    (
        404,
        "Consent not found",
        "There is no such thing, or it is another application's.",
    ),
    (
        409,
        "Client name already used",
        "It collides with what is there, or the first request with this key is being carried out.",
    ),
    (
        410,
        "Interaction is over",
        "It was answered, or it took too long.",
    ),
    (413, "The body is too large", "The body is too large."),
    (
        415,
        "The media type of the body is not supported",
        "The body is of a type that is not read here.",
    ),
    (
        422,
        "The key was used for another request",
        "The key was used for another request.",
    ),
    (429, "Too many requests", "Too many requests."),
    (
        500,
        "Something went wrong - Internal server error",
        "Something went wrong on our side.",
    ),
    (
        503,
        "The service is not available now",
        "The service cannot be asked now.",
    ),
];

/// Failures of OAuth endpoints (RFC 6749 5.2): status, error, and when.
const OF_OAUTH: [(u16, &str, &str); 8] = [
    (
        400,
        "invalid_request",
        "The request cannot be taken; `error` says why.",
    ),
    (401, "invalid_client", "No good credentials."),
    (403, "insufficient_scope", "The token opens something else."),
    (413, "invalid_request", "The body is too large."),
    (
        415,
        "invalid_request",
        "The body is of a type that is not read here.",
    ),
    (
        429,
        "temporarily_unavailable",
        "Too many requests, or too many failed attempts.",
    ),
    (500, "server_error", "Something went wrong on our side."),
    (503, "temporarily_unavailable", "The service cannot be asked now."),
];

/// Who may ask.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asker {
    /// Anybody.
    Anybody,
    /// A client with its credentials.
    Client,
    /// The holder of a token.
    Bearer,
}

/// How failures look.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Failures {
    Vendor,
    OAuth,
}

/// One operation.
struct Operation {
    method: HttpMethod,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    asker: Asker,
    failures: Failures,
    parameters: Vec<Parameter>,
    /// Media type, schema and example.
    body: Option<(&'static str, &'static str, Value)>,
    /// Status, schema and example; no schema where there is no body.
    answer: (u16, Option<(&'static str, Value)>),
    /// Whether a repeated request is recognised by its key.
    is_once: bool,
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Adds every operation.
pub(super) fn describe(paths: &mut Paths) {
    let mut add = |path: &str, own: Operation| {
        let method = own.method.clone();
        let built = built(path, own);
        paths.add_path_operation(path, vec![method], built.build());
    };
    for own in of_consents().into_iter().chain(of_oauth()) {
        add(&format!("/cis{}", own.path), own);
    }
    for (base, mark) in [("/v1", ""), ("/v1/applications/{app_id}", "_of_application")] {
        for own in of_clients() {
            let named = format!("{}{mark}", own.id);
            let path = format!("/cis{base}{}", own.path);
            let method = own.method.clone();
            let built = built(&path, own).operation_id(Some(format!("authorization_{named}")));
            paths.add_path_operation(&path, vec![method], built.build());
        }
    }
    let metadata = "/.well-known/oauth-authorization-server/cis/oidc";
    let own = discovery("read_metadata", metadata);
    let method = own.method.clone();
    paths.add_path_operation(metadata, vec![method], built(metadata, own).build());
}

fn built(path: &str, own: Operation) -> OperationBuilder {
    let mut operation = OperationBuilder::new()
        .operation_id(Some(format!("authorization_{}", own.id)))
        .tag(TAG)
        .summary(Some(own.summary));
    let scheme = match own.asker {
        Asker::Anybody => None,
        Asker::Client => Some(SCHEMES.basic),
        Asker::Bearer => Some(SCHEMES.bearer),
    };
    if let Some(name) = scheme {
        let needed = SecurityRequirement::new::<_, [&str; 0], &str>(name, []);
        operation = operation.securities(Some([needed]));
    }
    for segment in path.split(['{', '}']).skip(1).step_by(2) {
        let meaning = format!("Of the {}.", segment.trim_end_matches("_id").replace('_', " "));
        let schema = text_like("^[A-Za-z0-9_-]{1,100}$");
        let parameter = described(segment, ParameterIn::Path, &meaning).schema(Some(schema));
        operation = operation.parameter(parameter.build());
    }
    for parameter in own.parameters {
        operation = operation.parameter(parameter);
    }
    if own.is_once {
        operation = operation.parameter(idempotency_key());
    }
    if let Some((media_type, schema, example)) = own.body {
        let body = RequestBodyBuilder::new()
            .content(media_type, named(schema, &example))
            .required(Some(Required::True));
        operation = operation.request_body(Some(body.build()));
    }
    let (status, body) = own.answer;
    let mut answer = ResponseBuilder::new().description("It is done.");
    if let Some((schema, example)) = &body {
        answer = answer
            .description("The answer.")
            .content(JSON, named(schema, example));
    }
    if own.is_once {
        answer = answer.header("Idempotency-Replayed", replayed());
    }
    if status == 201 && own.failures == Failures::Vendor {
        answer = answer.header("Location", header("Where the client is."));
    }
    operation = operation.response(status.to_string(), answer.build());
    if own.failures == Failures::Vendor {
        OF_VENDOR
            .into_iter()
            .fold(operation, |operation, (status, message, when)| {
                let example = examples::failure(status, message);
                operation.response(status.to_string(), failure(status, when, "Failure", &example))
            })
    } else {
        OF_OAUTH
            .into_iter()
            .fold(operation, |operation, (status, error, when)| {
                let example = examples::refusal(status, error);
                operation.response(status.to_string(), failure(status, when, "Refusal", &example))
            })
    }
}

fn failure(status: u16, when: &str, schema: &str, example: &Value) -> Response {
    let mut failure = ResponseBuilder::new()
        .description(when)
        .content(JSON, named(schema, example));
    if status == 401 {
        failure = failure.header("WWW-Authenticate", header("How to authenticate."));
    }
    if status == 429 {
        failure = failure.header("Retry-After", header("Seconds to wait."));
    }
    failure.build()
}

fn named(schema: &str, example: &Value) -> utoipa::openapi::Content {
    content(&format!("authorization.{schema}"), example)
}

fn query(name: &str, meaning: &str) -> Parameter {
    described(name, ParameterIn::Query, meaning)
        .schema(Some(text()))
        .build()
}

fn required(name: &str, meaning: &str) -> Parameter {
    described(name, ParameterIn::Query, meaning)
        .required(Required::True)
        .schema(Some(text_like("^[A-Za-z0-9_-]{1,100}$")))
        .build()
}

/// What narrows a list of consents, and which part of it is wanted.
fn of_list() -> Vec<Parameter> {
    let status = ObjectBuilder::new().schema_type(Type::String).enum_values(Some([
        "active",
        "all",
        "expired",
        "revoked",
        "superseded",
    ]));
    vec![
        query("client_id", "Toward this client."),
        described(
            "status",
            ParameterIn::Query,
            "Where they stand; `active` where nothing is said.",
        )
        .schema(Some(status))
        .build(),
        limit(Some(200), "Most consents of a page; 200 where nothing is said."),
        query("cursor", "Where the page begins, from `next_cursor`."),
    ]
}

fn with(mut parameters: Vec<Parameter>, more: impl IntoIterator<Item = Parameter>) -> Vec<Parameter> {
    parameters.extend(more);
    parameters
}

/// A question about consents or interactions.
fn ask(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    answer: (&'static str, Value),
) -> Operation {
    Operation {
        method: HttpMethod::Get,
        path,
        id,
        summary,
        asker: Asker::Bearer,
        failures: Failures::Vendor,
        parameters: Vec::new(),
        body: None,
        answer: (200, Some(answer)),
        is_once: false,
    }
}

/// Ends consents.
fn stop(path: &'static str, id: &'static str, summary: &'static str, more: Vec<Parameter>) -> Operation {
    let only = query("consent_id", "Only this one; without it all of them.");
    Operation {
        method: HttpMethod::Delete,
        parameters: with(more, [only]),
        answer: (200, None),
        is_once: true,
        ..ask(path, id, summary, ("Consents", Value::Null))
    }
}

fn of_consents() -> Vec<Operation> {
    let consents = || ("Consents", examples::consents());
    let user = || query("user_id", "Of this person.");
    let app = || required("app_id", "The application.");
    vec![
        Operation {
            parameters: with(of_list(), [user()]),
            ..ask(
                "/v1/consents",
                "list_consents",
                "List what people agreed to",
                consents(),
            )
        },
        ask(
            "/v1/consents/{consent_id}",
            "read_consent",
            "Read one consent, with what was shown",
            ("OneConsent", examples::one_consent()),
        ),
        stop(
            "/v1/consents/clients/{client_id}/users/{user_id}",
            "revoke_consents",
            "Take back what a person gave a client",
            Vec::new(),
        ),
        Operation {
            parameters: with(of_list(), [user(), app()]),
            ..ask(
                "/v1/manage/consents",
                "list_consents_of_application",
                "List what people agreed to, of any application that may be managed",
                consents(),
            )
        },
        stop(
            "/v1/manage/consents/clients/{client_id}/users/{user_id}",
            "revoke_consents_of_application",
            "Take back what a person gave a client, of any application that may be managed",
            vec![app()],
        ),
        Operation {
            parameters: of_list(),
            ..ask(
                "/v1/consents/me",
                "list_own_consents",
                "List what the person agreed to",
                consents(),
            )
        },
        stop(
            "/v1/consents/me/clients/{client_id}",
            "revoke_own_consents",
            "Take back what the person gave a client",
            Vec::new(),
        ),
        ask(
            "/v1/consents/interactions/{src_interaction}",
            "look_up_interaction",
            "Look up who asks for what",
            ("LookedUp", examples::looked_up()),
        ),
        Operation {
            method: HttpMethod::Post,
            body: Some((JSON, "Report", examples::report())),
            ..ask(
                "/auth/consent/callback",
                "report_decision",
                "Report what the person answered on a page of the first party",
                ("Reported", examples::reported()),
            )
        },
        ask(
            "/v1/applications",
            "list_applications",
            "List the applications that may be managed",
            ("Applications", examples::applications()),
        ),
        ask(
            "/v1/applications/{app_id}",
            "read_application",
            "Read an application",
            ("OneApplication", examples::one_application()),
        ),
        Operation {
            method: HttpMethod::Put,
            body: Some((JSON, "ApplicationToChange", examples::application_to_change())),
            is_once: true,
            ..ask(
                "/v1/applications/{app_id}",
                "change_application",
                "Change the fields given of an application",
                ("OneApplication", examples::one_application()),
            )
        },
    ]
}

fn of_clients() -> Vec<Operation> {
    let client = || ("Client", examples::client("[redacted]"));
    let one = "/clients/{client_id}";
    let write = |method, path, id, summary, body: Option<(&'static str, Value)>, answer| Operation {
        method,
        body: body.map(|(schema, example)| (JSON, schema, example)),
        answer,
        is_once: true,
        ..ask(path, id, summary, client())
    };
    vec![
        ask(
            "/clients",
            "list_clients",
            "List clients",
            ("Clients", json!([examples::client("[redacted]")])),
        ),
        write(
            HttpMethod::Post,
            "/clients",
            "register_client",
            "Register a client; its secret is in this answer and in no other",
            Some(("ClientToRegister", examples::client_to_register())),
            (201, Some(("Client", examples::client("as it was drawn")))),
        ),
        write(
            HttpMethod::Delete,
            "/clients",
            "remove_clients",
            "Remove all clients but the one that asks",
            None,
            (204, None),
        ),
        ask(one, "read_client", "Read a client", client()),
        write(
            HttpMethod::Put,
            one,
            "change_client",
            "Change the fields given of a client, each whole",
            Some(("ClientToChange", json!({ "name": "Moneytrack" }))),
            (200, Some(client())),
        ),
        write(
            HttpMethod::Delete,
            one,
            "remove_client",
            "Remove a client with all that it was given",
            None,
            (204, None),
        ),
        write(
            HttpMethod::Put,
            "/clients/{client_id}/resources",
            "set_resources_of_client",
            "Say which resources a client may name",
            Some((
                "ResourcesToSet",
                json!({ "resource_ids": ["https://api.bank.example"] }),
            )),
            (200, Some(client())),
        ),
        write(
            HttpMethod::Post,
            "/clients/{client_id}/secret/rotate",
            "rotate_client_secret",
            "Draw another secret; older ones are accepted for some time more",
            Some(("SecretToRotate", json!({ "grace_seconds": 3600 }))),
            (200, Some(("RotatedSecret", examples::rotated_secret()))),
        ),
    ]
}

/// What a client sends as a form.
fn post(
    path: &'static str,
    (id, summary): (&'static str, &'static str),
    body: (&'static str, Value),
    answer: (u16, Option<(&'static str, Value)>),
) -> Operation {
    Operation {
        method: HttpMethod::Post,
        path,
        id,
        summary,
        asker: Asker::Client,
        failures: Failures::OAuth,
        parameters: Vec::new(),
        body: Some((FORM, body.0, body.1)),
        answer,
        is_once: false,
    }
}

/// What anybody may read.
fn open(
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    answer: (&'static str, Value),
) -> Operation {
    Operation {
        method: HttpMethod::Get,
        asker: Asker::Anybody,
        body: None,
        answer: (200, Some(answer)),
        ..post(path, (id, summary), ("Keys", Value::Null), (200, None))
    }
}

fn discovery(id: &'static str, path: &'static str) -> Operation {
    let summary = "What the provider says of itself (RFC 8414, OpenID Connect Discovery)";
    open(path, id, summary, ("Metadata", examples::metadata()))
}

fn of_oauth() -> Vec<Operation> {
    let userinfo = |method, id| Operation {
        method,
        asker: Asker::Bearer,
        ..open(
            "/oidc/me",
            id,
            "Who the person is (OpenID Connect Core 5.3)",
            ("UserInfo", examples::user_info()),
        )
    };
    vec![
        post(
            "/oidc/token",
            ("issue_tokens", "Get tokens (RFC 6749 3.2)"),
            ("TokenRequest", examples::token_request()),
            (200, Some(("TokenAnswer", examples::token_answer()))),
        ),
        post(
            "/oidc/token/introspection",
            (
                "introspect_token",
                "Whether a token is good now, and for what (RFC 7662)",
            ),
            ("TokenToLookAt", examples::token_to_look_at()),
            (200, Some(("Introspected", examples::introspected()))),
        ),
        post(
            "/oidc/token/revocation",
            ("revoke_token", "Give a token up (RFC 7009)"),
            ("TokenToLookAt", examples::token_to_look_at()),
            (200, None),
        ),
        post(
            "/oidc/request",
            (
                "push_request",
                "Hand an authorization request in beforehand (RFC 9126)",
            ),
            ("RequestToPush", examples::request_to_push()),
            (201, Some(("Pushed", examples::pushed()))),
        ),
        userinfo(HttpMethod::Get, "read_user_info"),
        userinfo(HttpMethod::Post, "ask_user_info"),
        open(
            "/oidc/jwks",
            "read_keys",
            "The keys that tokens are signed with",
            ("Keys", examples::keys()),
        ),
        discovery("read_configuration", "/oidc/.well-known/openid-configuration"),
    ]
}
