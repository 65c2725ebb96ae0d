//! What receivers in the words of Didomi are kept from hearing, and by which ids they hear of purposes (consent-tokens-and-preferences 12, 14).

use consentry_testkit::{Received, Receiver};
use http::Method;
use serde_json::{Value, json};

use crate::{
    preferences::{IRIS, World},
    world::endpoint,
};

fn told(came: &[Received]) -> Vec<(String, Value)> {
    came.iter()
        .map(|message| {
            let parameters = message.json()["parameters"].clone();
            let entity = parameters.get("entity").or_else(|| parameters.get("new_entity"));
            let purposes = entity.unwrap()["consents"]["purposes"].clone();
            (message.header("x-consentry-event").to_owned(), purposes)
        })
        .collect()
}

#[tokio::test]
async fn ctp_14_a_request_that_disables_integrations_is_told_to_nobody() {
    let world = World::new().await;
    let receiver = Receiver::start().await;
    let _made = endpoint(&world.app, &receiver, &json!({ "format": "didomi" })).await;
    let outbound = world.app.outbound();
    let choice = |enabled: bool| json!({ "purposes": [{ "id": "newsletter", "enabled": enabled }] });
    let event = json!({ "id": "E1", "user": { "organization_user_id": IRIS }, "consents": choice(true) });
    let quiet = "$disable_integrations=true";
    let send = async |method: Method, path: &str, body: &Value| {
        let _done = world.ask(method, &format!("{path}?{quiet}"), body).await;
        world.app.pass(1);
    };
    send(Method::POST, "/consents/events", &event).await;
    let path = "/consents/events/E1";
    send(Method::PATCH, path, &json!({ "consents": choice(false) })).await;
    send(Method::PATCH, path, &json!({ "metadata": { "a": 1 } })).await;
    let direct = json!({ "organization_user_id": "other", "consents": choice(true) });
    send(Method::POST, "/consents/users", &direct).await;
    let more = json!({ "consents": choice(false), "metadata": { "a": 1 } });
    let path = "/consents/users/other?$by_organization_user_id=true&";
    let _done = world.ask(Method::PATCH, &format!("{path}{quiet}"), &more).await;
    world.app.pass(1);
    world.take_away(&format!("/consents/events/E1?{quiet}")).await;
    let another = json!({ "id": "E2", "metadata": { "a": 1 }, "status": "pending_approval",
        "user": { "organization_user_id": IRIS }, "consents": choice(true) });
    send(Method::POST, "/consents/events", &another).await;
    let by_filter = format!("/consents/events?organization_user_id={IRIS}&metadata.a=1&{quiet}");
    world.take_away(&by_filter).await;
    // What is told at last is the first that is told.
    let loud = json!({ "id": "E3", "user": { "organization_user_id": "third" }, "consents": choice(true) });
    let _made = world.ask(Method::POST, "/consents/events", &loud).await;
    let came = receiver.first(2).await;
    let names: Vec<String> = told(&came).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["event.created", "user.created"]);
    let entities: Vec<Value> = came
        .iter()
        .map(|message| message.json()["parameters"]["entity"].clone())
        .collect();
    assert_eq!(entities[0]["id"], "E3");
    assert_eq!(entities[0]["user"]["id"], entities[1]["id"], "the user is theirs");
    outbound.stop().await;
}

#[tokio::test]
async fn ctp_12_receivers_are_told_of_a_purpose_by_what_it_is_called_elsewhere() {
    let world = World::new().await;
    let wish = json!({ "name": "News", "namespaces": { "didomi": "news-Xy1" } });
    let _named = world
        .ask(Method::PATCH, "/metadata/purposes/newsletter", &wish)
        .await;
    let receiver = Receiver::start().await;
    let _made = endpoint(&world.app, &receiver, &json!({ "format": "didomi" })).await;
    let outbound = world.app.outbound();
    let event = json!({ "id": "E1", "user": { "organization_user_id": IRIS },
        "consents": { "purposes": [{ "id": "news-Xy1", "enabled": true }] } });
    let _made = world.ask(Method::POST, "/consents/events", &event).await;
    world.app.pass(1);
    let off = json!({ "consents": { "purposes": [{ "id": "newsletter", "enabled": false }] } });
    let _corrected = world.ask(Method::PATCH, "/consents/events/E1", &off).await;
    let came = told(&receiver.first(4).await);
    let purposes = |enabled: bool| json!([{ "id": "news-Xy1", "enabled": enabled }]);
    let mut expected = vec![
        ("event.created".to_owned(), purposes(true)),
        ("event.updated".to_owned(), purposes(false)),
        ("user.created".to_owned(), purposes(true)),
        ("user.updated".to_owned(), purposes(false)),
    ];
    let mut came = came;
    came.sort_by_key(|(name, _)| name.clone());
    expected.sort_by_key(|(name, _)| name.clone());
    assert_eq!(came, expected);
    outbound.stop().await;
}
