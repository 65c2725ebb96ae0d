//! The operations.

mod people;
mod settings;

use consentry_web::openapi::{content, described, header, idempotency_key, replayed, text, text_like};
use serde_json::Value;
use utoipa::openapi::{
    ContentBuilder, ObjectBuilder, Paths, Required, ResponseBuilder, Type,
    path::{HttpMethod, OperationBuilder, Parameter, ParameterIn},
    request_body::RequestBodyBuilder,
    security::SecurityRequirement,
};

use super::{BEARER, PUBLIC_KEY, TAG, examples};

/// What every operation may answer: status, name, and when.
const FAILURES: [(u16, &str, &str); 8] = [
    (
        400,
        "BadRequest",
        "The request cannot be taken; `errors` says which parts and why.",
    ),
    (401, "NotAuthenticated", "No good credential."),
    (
        403,
        "Forbidden",
        "The credential may not do this, or is another organization's.",
    ),
    (
        404,
        "NotFound",
        "There is no such thing, or it is somebody else's.",
    ),
    (409, "Conflict", "It collides with what is there."),
    (413, "PayloadTooLarge", "The body, or a part of it, is too large."),
    (500, "GeneralError", "Something went wrong on our side."),
    (503, "Unavailable", "The service cannot be asked now."),
];

/// What may be sent again under one key (enforcement-events-evidence 1.4): whatever makes something that stays.
const REPEATABLE: [&str; 9] = [
    "/auth-providers",
    "/consents/events",
    "/consents/proofs",
    "/consents/users",
    "/metadata/purposes",
    "/preferences",
    "/privacy-centers",
    "/secrets",
    "/widgets",
];

/// A schema that several doors have.
const SHARED: &str = "Erasure";

/// Who may ask.
#[derive(Clone, Copy)]
enum Asker {
    /// Anybody.
    Anybody,
    /// A session, or a consent token as far as it goes.
    Bearer,
    /// A page that names the public key.
    Page,
    /// Any of them.
    Either,
}

/// One operation.
struct Operation {
    method: HttpMethod,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    asker: Asker,
    parameters: Vec<Parameter>,
    body: Option<(&'static str, Value)>,
    /// Schema and example; none where the answer is 204.
    answer: Option<(&'static str, Value)>,
}

/// Adds every operation.
pub(super) fn describe(paths: &mut Paths) {
    let all = [
        of_tokens(),
        people::of_events(),
        people::of_users(),
        settings::of_words(),
        settings::of_centers(),
        settings::of_widgets(),
        settings::of_keys(),
        settings::of_providers(),
        settings::of_pages(),
        of_secrets(),
        of_exports(),
    ];
    for operation in all.into_iter().flatten() {
        let path = format!("/v1{}", operation.path);
        let method = operation.method.clone();
        paths.add_path_operation(&path, vec![method], built(operation).build());
    }
}

fn built(own: Operation) -> OperationBuilder {
    let mut operation = OperationBuilder::new()
        .operation_id(Some(format!("preferences_{}", own.id)))
        .tag(TAG)
        .summary(Some(own.summary));
    let names: &[&str] = match own.asker {
        Asker::Anybody => &[],
        Asker::Bearer => &[BEARER],
        Asker::Page => &[PUBLIC_KEY],
        Asker::Either => &[BEARER, PUBLIC_KEY],
    };
    if !names.is_empty() {
        let either = names
            .iter()
            .map(|name| SecurityRequirement::new::<_, [&str; 0], &str>(*name, []));
        operation = operation.securities(Some(either));
    }
    let segments = own.path.split(['{', '}']).skip(1).step_by(2);
    for segment in segments {
        let meaning = format!("Id of the {segment}.");
        let schema = text_like("^[A-Za-z0-9_-]{1,64}$");
        let parameter = described(segment, ParameterIn::Path, &meaning).schema(Some(schema));
        operation = operation.parameter(parameter.build());
    }
    for parameter in own.parameters {
        operation = operation.parameter(parameter);
    }
    let is_repeatable = own.method == HttpMethod::Post && REPEATABLE.contains(&own.path);
    if is_repeatable {
        operation = operation.parameter(idempotency_key());
    }
    if let Some((schema, example)) = own.body {
        let body = RequestBodyBuilder::new()
            .content("application/json", named(schema, &example))
            .required(Some(Required::True));
        operation = operation.request_body(Some(body.build()));
    }
    operation = match own.answer {
        Some((_, example)) if own.path.starts_with("/exports/") => {
            let lines = |example: &str| {
                ContentBuilder::new()
                    .schema(Some(text()))
                    .example(Some(example.into()))
                    .build()
            };
            let answer = ResponseBuilder::new()
                .description("The lines.")
                .content("application/x-ndjson", lines(&format!("{example}\n")))
                .content("text/csv", lines("id\r\n"));
            operation.response("200", answer.build())
        }
        Some((schema, example)) => {
            let mut answer = ResponseBuilder::new()
                .description("The answer.")
                .content("application/json", named(schema, &example));
            if own.id == "delete_user" {
                let followed = "Id under which the deletion is followed.";
                answer = answer.header("Consentry-Erasure", header(followed));
            }
            if is_repeatable {
                answer = answer.header("Idempotency-Replayed", replayed());
            }
            operation.response("200", answer.build())
        }
        None => operation.response("204", ResponseBuilder::new().description("It is done.").build()),
    };
    let reused = (422, "Unprocessable", "The key was used for another request.");
    let failing = FAILURES.iter().chain(is_repeatable.then_some(&reused)).fold(
        operation,
        |operation, &(status, name, meaning)| {
            let failure = ResponseBuilder::new().description(meaning).content(
                "application/json",
                named("Failure", &examples::failure(status, name)),
            );
            operation.response(status.to_string(), failure.build())
        },
    );
    let limited = ResponseBuilder::new()
        .description("Too many requests.")
        .header("Retry-After", header("Seconds to wait."))
        .content(
            "application/json",
            named("Failure", &examples::failure(429, "TooManyRequests")),
        );
    failing.response("429", limited.build())
}

fn named(schema: &str, example: &Value) -> utoipa::openapi::Content {
    // What other doors answer too has no door in its name.
    if schema == SHARED {
        return content(schema, example);
    }
    content(&format!("preferences.{schema}"), example)
}

/// The organization that a session is of.
fn organization() -> Parameter {
    let meaning = "The organization; with a consent token it may be left out.";
    described("organization_id", ParameterIn::Query, meaning)
        .required(Required::True)
        .schema(Some(text()))
        .build()
}

fn query(name: &str, meaning: &str) -> Parameter {
    described(name, ParameterIn::Query, meaning)
        .schema(Some(text_like("^[!-~]{1,100}$")))
        .build()
}

fn flag(name: &str, meaning: &str) -> Parameter {
    let schema = ObjectBuilder::new().schema_type(Type::Boolean).build();
    described(name, ParameterIn::Query, meaning)
        .schema(Some(schema))
        .build()
}

/// A number that is not negative.
fn number(name: &str, least: usize, meaning: &str) -> Parameter {
    let schema = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(least))
        .maximum(Some(100_000));
    described(name, ParameterIn::Query, meaning)
        .schema(Some(schema.build()))
        .build()
}

fn paging() -> Vec<Parameter> {
    vec![
        organization(),
        number("$limit", 0, "Most entries; 100 and at most 100."),
        number("$skip", 0, "How many are passed over."),
    ]
}

/// An operation of a back end that names its organization in the query.
fn of_session(
    (method, path): (HttpMethod, &'static str),
    (id, summary): (&'static str, &'static str),
    body: Option<(&'static str, Value)>,
    answer: Option<(&'static str, Value)>,
) -> Operation {
    Operation {
        method,
        path,
        id,
        summary,
        asker: Asker::Bearer,
        parameters: vec![organization()],
        body,
        answer,
    }
}

/// The operations of a kind of thing that a back end makes, reads, says anew, changes and takes away, in this order after the list of all;
/// `answer` is one of them, `list` the name of the list's schema.
fn of_resource(
    (all, one): (&'static str, &'static str),
    names: [(&'static str, &'static str); 6],
    list: &'static str,
    wish: &(&'static str, Value),
    answer: &(&'static str, Value),
) -> [Operation; 6] {
    use HttpMethod::{Delete, Get, Patch, Post, Put};
    let [listed, made, read, put, changed, gone] = names;
    let (wish, one_of_them) = (|| Some(wish.clone()), || Some(answer.clone()));
    [
        Operation {
            parameters: paging(),
            ..of_session((Get, all), listed, None, Some((list, examples::list(&answer.1))))
        },
        of_session((Post, all), made, wish(), one_of_them()),
        of_session((Get, one), read, None, one_of_them()),
        of_session((Put, one), put, wish(), one_of_them()),
        of_session((Patch, one), changed, wish(), one_of_them()),
        of_session((Delete, one), gone, None, one_of_them()),
    ]
}

fn of_tokens() -> Vec<Operation> {
    use HttpMethod::{Delete, Get, Post};
    vec![
        Operation {
            asker: Asker::Anybody,
            parameters: Vec::new(),
            ..of_session(
                (Post, "/sessions"),
                ("open_session", "Open a session with an API key"),
                Some(("SessionToOpen", examples::session_to_open())),
                Some(("Session", examples::session())),
            )
        },
        of_session(
            (Post, "/consents/tokens"),
            ("issue_token", "Issue a consent token for somebody's browser"),
            Some(("TokenToIssue", examples::token_to_issue())),
            Some(("Token", examples::token())),
        ),
        of_session(
            (Delete, "/consents/tokens/{jti}"),
            ("revoke_token", "Make a consent token useless"),
            None,
            None,
        ),
        of_session(
            (Post, "/consents/links"),
            ("make_link", "Make a link that records an event when it is opened"),
            Some(("LinkToMake", examples::link_to_make())),
            Some(("Link", examples::link())),
        ),
        of_session(
            (Post, "/consents/proofs"),
            ("keep_proof", "Hand in a file for an event to come"),
            Some(("ProofToKeep", examples::proof_to_keep())),
            Some(("Proof", examples::proof())),
        ),
        of_session(
            (Get, "/consents/proofs/{proof}"),
            ("read_proof", "Read a file"),
            None,
            Some(("Proof", examples::proof())),
        ),
    ]
}

fn of_exports() -> Vec<Operation> {
    let parameters = || {
        let format = described("format", ParameterIn::Query, "`ndjson`, or `csv`.");
        let time = |name, meaning| {
            described(name, ParameterIn::Query, meaning)
                .schema(Some(text_like("^2026-0[1-9]-1[0-9]T0[0-9]:00:00Z$")))
                .build()
        };
        vec![
            organization(),
            format.schema(Some(text_like("^(ndjson|csv)$"))).build(),
            time("from", "Only what last changed then or later."),
            time("to", "Only what last changed before."),
            flag(
                "with_unnamed",
                "Whether people whom the organization has no name for are among them.",
            ),
        ]
    };
    vec![
        Operation {
            parameters: parameters(),
            ..of_session(
                (HttpMethod::Get, "/exports/users"),
                ("export_users", "All users, one line for each regulation"),
                None,
                Some(("User", examples::user())),
            )
        },
        Operation {
            parameters: parameters(),
            ..of_session(
                (HttpMethod::Get, "/exports/events"),
                ("export_events", "All events, one a line"),
                None,
                Some(("Event", examples::event())),
            )
        },
    ]
}

fn of_secrets() -> Vec<Operation> {
    let mut all = of_resource(
        ("/secrets", "/secrets/{secret}"),
        [
            ("list_secrets", "List secrets for consent links"),
            ("make_secret", "Make a secret for consent links"),
            ("read_secret", "Read what is said of a secret"),
            ("put_secret", "Say anew what a secret is called"),
            ("change_secret", "Change what is said of a secret"),
            ("remove_secret", "Remove a secret with its links"),
        ],
        "Secrets",
        &("SecretToMake", examples::secret_to_make()),
        &("Secret", examples::secret()),
    );
    // The secret itself is told once.
    all[1].answer = Some(("SecretMade", examples::secret_made()));
    all.into()
}
