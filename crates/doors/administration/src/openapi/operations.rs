//! The operations.

mod people;

use consentry_web::openapi::{
    ABSENT, EVERYWHERE, Failure, Failures as _, OTHER_TYPE, STALE, TOO_LARGE, content, described,
    entity_tags, header, idempotency_key, limit, replayed, text, text_like,
};
use serde_json::Value;
use utoipa::openapi::{
    ObjectBuilder, Paths, Required, Response, ResponseBuilder, Type,
    path::{HttpMethod, OperationBuilder, Parameter, ParameterIn},
    request_body::RequestBodyBuilder,
};

use super::{SCHEMES, TAG, examples};
use crate::BASE;

const OF_KEYS: Failure = (
    422,
    "idempotency_key_reused",
    "The key was used for another request",
);

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
    people::describe(paths);
    mails(paths);
}

fn mails(paths: &mut Paths) {
    let listing = begun("administer_list_mails", "List the mails that were given up")
        .parameter(limit(Some(1000), "Most mails; 100 where nothing is said."))
        .parameter(if_none_match())
        .response("200", answer("Mails", &examples::mails()))
        .response("304", not_modified());
    add(paths, "/mails", HttpMethod::Get, listing);
    let mail = described("mail", ParameterIn::Path, "Id of the mail, from the list.");
    let accepted = ResponseBuilder::new()
        .description("It waits again.")
        .content(
            "application/json",
            content(&named("MailAgain"), &examples::mail_again()),
        )
        .header("Idempotency-Replayed", replayed());
    let again = begun("administer_retry_mail", "Send a mail again that was given up")
        .parameter(
            mail.schema(Some(text()))
                .example(Some(examples::MAIL.into()))
                .build(),
        )
        .parameter(idempotency_key())
        .response("202", accepted)
        .with_failures(&[ABSENT, (409, "conflict", "What the mail says is over"), OF_KEYS]);
    add(paths, "/mails/{mail}/retry", HttpMethod::Post, again);
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
    add(
        "/accounts",
        begun("administer_list_accounts", "List accounts")
            .parameter(limit(
                Some(1000),
                "Most accounts of a page; 100 where nothing is said.",
            ))
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
            .schema(Some(text_like(r"^(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})$"))),
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
            content(&named(&format!("{}ToPut", kind.schema)), &kind.to_put),
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
            .with_failures(&[TOO_LARGE, OTHER_TYPE]),
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
    SCHEMES.begun(id, TAG, summary)
}

/// The whole name of a schema of the door.
fn named(schema: &str) -> String {
    format!("administration.{schema}")
}

fn answer(schema: &str, example: &Value) -> Response {
    ResponseBuilder::new()
        .description("What is there now.")
        .content("application/json", content(&named(schema), example))
        .header("ETag", header("The state, for `If-Match`."))
        .build()
}

/// What was put.
fn put(kind: &Kind) -> Response {
    ResponseBuilder::new()
        .description("What is there now.")
        .content("application/json", content(&named(kind.schema), &kind.example))
        .header("ETag", header("The state, for `If-Match`."))
        .header("Idempotency-Replayed", replayed())
        .build()
}

fn not_modified() -> Response {
    ResponseBuilder::new()
        .description("It is in the state that `If-None-Match` names.")
        .header("ETag", header("The state."))
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
    entity_tags(
        "If-Match",
        "Entity tags of the states in which it may be changed. Left out, the last write wins.",
    )
    .build()
}

fn if_none_match() -> Parameter {
    entity_tags(
        "If-None-Match",
        "Entity tags of states in which it is not sent again or not changed; `*` with PUT makes it only where it is not there.",
    )
    .build()
}
