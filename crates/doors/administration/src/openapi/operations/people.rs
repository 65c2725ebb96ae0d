//! What is done with people: looking them up, restrictions, erasures and holds.

use consentry_web::openapi::{
    ABSENT, Failure, Failures as _, OTHER_TYPE, TOO_LARGE, content, described, erasure, header,
    idempotency_key, replayed, text,
};
use serde_json::Value;
use utoipa::openapi::{
    Paths, Required, ResponseBuilder,
    path::{HttpMethod, Parameter, ParameterIn},
    request_body::{RequestBody, RequestBodyBuilder},
};

use super::{super::examples, OF_KEYS, add, answer, begun, if_none_match, named, not_modified};

const HELD: Failure = (409, "legal_hold", "A legal hold forbids this");

/// Adds the operations about people.
pub(super) fn describe(paths: &mut Paths) {
    look_up(paths);
    restrictions(paths);
    erasures(paths);
    holds(paths);
}

fn look_up(paths: &mut Paths) {
    let asked = body("PersonName", &examples::person_name());
    let found = ResponseBuilder::new()
        .description("Our own id of the person.")
        .content("application/json", content(&named("Person"), &examples::person()));
    add(
        paths,
        "/people/lookup",
        HttpMethod::Post,
        begun("administer_look_up_person", "Look a person up by a name")
            .request_body(Some(asked))
            .response("200", found)
            .with_failures(&[ABSENT, TOO_LARGE, OTHER_TYPE]),
    );
}

fn subject() -> Parameter {
    described("subject", ParameterIn::Path, "Our own id of the person.")
        .schema(Some(text()))
        .example(Some(examples::SUBJECT.into()))
        .build()
}

fn body(schema: &str, example: &Value) -> RequestBody {
    RequestBodyBuilder::new()
        .content("application/json", content(&named(schema), example))
        .required(Some(Required::True))
        .build()
}

fn restrictions(paths: &mut Paths) {
    let path = "/people/{subject}/restriction";
    let begun = |verb: &str, summary: &str| {
        begun(&format!("administer_{verb}_restriction"), summary).parameter(subject())
    };
    add(
        paths,
        path,
        HttpMethod::Get,
        begun("read", "Read the restriction of a person's data")
            .parameter(if_none_match())
            .response("200", answer("Restriction", &examples::restriction()))
            .response("304", not_modified())
            .with_failures(&[ABSENT]),
    );
    let body = body("RestrictionToPut", &examples::restriction_to_put());
    let restricted = || {
        ResponseBuilder::new()
            .description("What is there now.")
            .content(
                "application/json",
                content(&named("Restriction"), &examples::restriction()),
            )
            .header("ETag", header("The state."))
            .header("Idempotency-Replayed", replayed())
    };
    add(
        paths,
        path,
        HttpMethod::Put,
        begun("put", "Restrict the processing of a person's data")
            .description(Some(
                "Everything is kept, and every check is refused until the restriction is taken away.",
            ))
            .request_body(Some(body))
            .parameter(idempotency_key())
            .response("200", restricted())
            .response("201", restricted())
            .with_failures(&[ABSENT, OF_KEYS, TOO_LARGE, OTHER_TYPE]),
    );
    add(
        paths,
        path,
        HttpMethod::Delete,
        begun("delete", "Let a person's data be processed again")
            .parameter(idempotency_key())
            .response(
                "204",
                ResponseBuilder::new()
                    .description("Nothing is restricted.")
                    .header("Idempotency-Replayed", replayed()),
            )
            .with_failures(&[ABSENT, OF_KEYS]),
    );
}

fn erasures(paths: &mut Paths) {
    let erased = |description: &str| {
        ResponseBuilder::new()
            .description(description)
            .content("application/json", content("Erasure", &erasure()))
            .header("Idempotency-Replayed", replayed())
    };
    let begun_now = erased("The person is deleted at every door, and their key is destroyed at `due_at`.")
        .header("Location", header("Where it is followed."));
    add(
        paths,
        "/people/{subject}/erasures",
        HttpMethod::Post,
        begun("administer_erase_person", "Delete a person at every door")
            .parameter(subject())
            .request_body(Some(body("ErasureToBegin", &examples::erasure_to_begin())))
            .parameter(idempotency_key())
            .response("200", erased("The person was deleted before."))
            .response("202", begun_now)
            .with_failures(&[ABSENT, HELD, OF_KEYS, TOO_LARGE, OTHER_TYPE]),
    );
    let id = described("erasure", ParameterIn::Path, "Id of the erasure.");
    let found = ResponseBuilder::new()
        .description("What became of it.")
        .content("application/json", content("Erasure", &erasure()));
    add(
        paths,
        "/erasures/{erasure}",
        HttpMethod::Get,
        begun("administer_read_erasure", "Read what became of an erasure")
            .parameter(
                id.schema(Some(text()))
                    .example(Some(examples::SUBJECT.into()))
                    .build(),
            )
            .response("200", found)
            .with_failures(&[ABSENT]),
    );
}

fn holds(paths: &mut Paths) {
    let path = "/people/{subject}/holds";
    add(
        paths,
        path,
        HttpMethod::Get,
        begun(
            "administer_list_holds",
            "List the legal holds of a person that stand",
        )
        .parameter(subject())
        .parameter(if_none_match())
        .response("200", answer("Holds", &examples::holds()))
        .response("304", not_modified())
        .with_failures(&[ABSENT]),
    );
    let made = ResponseBuilder::new()
        .description("It holds.")
        .content("application/json", content(&named("Hold"), &examples::hold()))
        .header("Location", header("The address under which it is taken away."))
        .header("Idempotency-Replayed", replayed());
    let full = (409, "conflict", "The person has as many holds as there may be");
    add(
        paths,
        path,
        HttpMethod::Post,
        begun("administer_hold_person", "Keep what is known of a person")
            .description(Some(
                "Until the hold ends nothing is erased or dropped for its age.",
            ))
            .parameter(subject())
            .request_body(Some(body("HoldToMake", &examples::hold_to_make())))
            .parameter(idempotency_key())
            .response("201", made)
            .with_failures(&[ABSENT, full, OF_KEYS, TOO_LARGE, OTHER_TYPE]),
    );
    let id = described("hold", ParameterIn::Path, "Id of the hold.");
    let gone = ResponseBuilder::new()
        .description("It is gone.")
        .header("Idempotency-Replayed", replayed());
    add(
        paths,
        "/people/{subject}/holds/{hold}",
        HttpMethod::Delete,
        begun("administer_lift_hold", "Take a legal hold away")
            .parameter(subject())
            .parameter(
                id.schema(Some(text()))
                    .example(Some(examples::HOLD.into()))
                    .build(),
            )
            .parameter(idempotency_key())
            .response("204", gone)
            .with_failures(&[ABSENT, OF_KEYS]),
    );
}
