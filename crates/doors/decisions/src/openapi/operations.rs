//! The operations.

use consentry_web::openapi::{
    ABSENT, EVERYWHERE, Failures as _, OTHER_TYPE, STALE, described, header, text_like,
};
use utoipa::openapi::{
    ObjectBuilder, Paths, Required, ResponseBuilder, Type,
    path::{HttpMethod, OperationBuilder, ParameterIn},
};

use super::{
    examples,
    parts::{Described as _, TIME, answer, answer_once, begun, body, cursor, id, if_match, limit, tagged},
};

const BASE: &str = "/webhooks/v1";

const JSON: &[&str] = &["application/json"];

/// Adds every operation.
pub(super) fn describe(paths: &mut Paths) {
    let mut add = |path: &str, method: HttpMethod, operation: OperationBuilder| {
        let operation = operation.with_failures(&EVERYWHERE).build();
        paths.add_path_operation(format!("{BASE}{path}"), vec![method], operation);
    };
    endpoints(&mut add);
    secrets(&mut add);
    messages(&mut add);
}

fn endpoints(add: &mut impl FnMut(&str, HttpMethod, OperationBuilder)) {
    add(
        "/endpoints",
        HttpMethod::Get,
        begun("list_endpoints", "List endpoints")
            .parameter(limit(100))
            .parameter(cursor())
            .response("200", answer("Endpoints", &examples::endpoints()).build()),
    );
    let made = answer_once("EndpointWithSecret", &examples::endpoint_with_secret())
        .description("It is made; its secret is shown this once.")
        .header("Location", header("Its address."));
    add(
        "/endpoints",
        HttpMethod::Post,
        begun("make_endpoint", "Make an endpoint")
            .request_body(Some(body(
                "EndpointToMake",
                &examples::to_make(),
                JSON,
                Required::True,
            )))
            .response("201", tagged(made))
            .once()
            .with_failures(&[OTHER_TYPE]),
    );
    let endpoint = || answer("Endpoint", &examples::endpoint());
    let changed = || tagged(answer_once("Endpoint", &examples::endpoint()));
    add(
        "/endpoints/{id}",
        HttpMethod::Get,
        begun("read_endpoint", "Read an endpoint")
            .parameter(id("endpoint"))
            .response("200", tagged(endpoint()))
            .with_failures(&[ABSENT]),
    );
    let patch: &[&str] = &["application/merge-patch+json", "application/json"];
    add(
        "/endpoints/{id}",
        HttpMethod::Patch,
        begun("change_endpoint", "Change an endpoint")
            .parameter(id("endpoint"))
            .parameter(if_match())
            .request_body(Some(body(
                "EndpointToChange",
                &examples::to_change(),
                patch,
                Required::True,
            )))
            .response("200", changed())
            .once()
            .with_failures(&[ABSENT, STALE, OTHER_TYPE]),
    );
    add(
        "/endpoints/{id}",
        HttpMethod::Delete,
        begun("remove_endpoint", "Remove an endpoint, and drop what waits")
            .parameter(id("endpoint"))
            .parameter(if_match())
            .response("204", ResponseBuilder::new().description("It is gone.").build())
            .with_failures(&[ABSENT, STALE]),
    );
    for (name, summary) in [
        ("enable", "Switch an endpoint on"),
        ("disable", "Switch an endpoint off"),
    ] {
        add(
            &format!("/endpoints/{{id}}/{name}"),
            HttpMethod::Post,
            begun(&format!("{name}_endpoint"), summary)
                .parameter(id("endpoint"))
                .response("200", changed())
                .once()
                .with_failures(&[ABSENT]),
        );
    }
}

fn secrets(add: &mut impl FnMut(&str, HttpMethod, OperationBuilder)) {
    let rotated = answer_once("EndpointWithSecret", &examples::endpoint_with_secret());
    add(
        "/endpoints/{id}/secret/rotate",
        HttpMethod::Post,
        begun("rotate_secret", "Replace the secret of an endpoint")
            .parameter(id("endpoint"))
            .request_body(Some(body(
                "Rotation",
                &examples::rotation(),
                JSON,
                Required::False,
            )))
            .response("200", rotated.build())
            .once()
            .with_failures(&[ABSENT, OTHER_TYPE]),
    );
    add(
        "/endpoints/{id}/public-key",
        HttpMethod::Get,
        begun("read_public_key", "Read the key of v1a signatures")
            .parameter(id("endpoint"))
            .response("200", answer("PublicKey", &examples::public_key()).build())
            .with_failures(&[ABSENT]),
    );
}

fn messages(add: &mut impl FnMut(&str, HttpMethod, OperationBuilder)) {
    let delivery = || answer_once("Delivery", &examples::delivery());
    add(
        "/endpoints/{id}/test",
        HttpMethod::Post,
        begun("test_endpoint", "Send a test, and say what became of it")
            .parameter(id("endpoint"))
            .response("200", delivery().build())
            .once()
            .with_failures(&[ABSENT]),
    );
    let of_states =
        ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(["waiting", "delivered", "parked"]));
    let kinds = consentry_ledger::feed::CATALOGUE.iter().map(|entry| entry.name);
    let of_kinds = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(kinds.collect::<Vec<_>>()));
    add(
        "/endpoints/{id}/deliveries",
        HttpMethod::Get,
        begun(
            "list_deliveries",
            "List the messages of an endpoint, latest first",
        )
        .parameter(id("endpoint"))
        .parameter(
            described("status", ParameterIn::Query, "Only those in this state.").schema(Some(of_states)),
        )
        .parameter(
            described("type", ParameterIn::Query, "Only those about this type of event.")
                .schema(Some(of_kinds)),
        )
        .parameter(
            described("from", ParameterIn::Query, "Only those made then or later.")
                .schema(Some(text_like(TIME))),
        )
        .parameter(limit(200))
        .parameter(cursor())
        .response("200", answer("Deliveries", &examples::deliveries()).build())
        .with_failures(&[ABSENT]),
    );
    let taken_on = answer_once("Replay", &examples::replay()).description("It is going to be sent again.");
    add(
        "/endpoints/{id}/replay",
        HttpMethod::Post,
        begun("replay", "Send again what was recorded in a time")
            .parameter(id("endpoint"))
            .request_body(Some(body(
                "ReplayToAsk",
                &examples::replay_to_ask(),
                JSON,
                Required::True,
            )))
            .response("202", taken_on.build())
            .once()
            .with_failures(&[ABSENT, OTHER_TYPE]),
    );
    add(
        "/deliveries/{id}",
        HttpMethod::Get,
        begun("read_delivery", "Read a message with its attempts")
            .parameter(id("message"))
            .response("200", answer("Delivery", &examples::delivery()).build())
            .with_failures(&[ABSENT]),
    );
    add(
        "/deliveries/{id}/retry",
        HttpMethod::Post,
        begun("retry_delivery", "Send a message again")
            .parameter(id("message"))
            .response(
                "202",
                delivery().description("It is going to be sent again.").build(),
            )
            .once()
            .with_failures(&[ABSENT]),
    );
}
