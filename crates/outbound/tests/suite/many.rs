//! A thousand endpoints at one tenant: each hears of each event once, whoever decides does not wait for them, and they are listed by pages.

use std::collections::{BTreeMap, BTreeSet};

use consentry_ledger::{
    Caller, Target,
    access::{Provision, authorize},
    webhooks::{EndpointSettings, EndpointWish},
};
use consentry_testkit::{Receiver, TestApp};
use http::Method;
use serde_json::json;

use crate::world::{hooks, record};

const ENDPOINTS: usize = 1_000;

#[tokio::test]
async fn whk_16_one_event_reaches_a_thousand_endpoints_and_decisions_go_on_meanwhile() {
    let app = TestApp::start().await;
    let receiver = Receiver::start().await;
    let permit = authorize::<Provision>(&Caller::Operator, Target::Tenant).unwrap();
    let tenant = app.tenant();
    for nth in 0..ENDPOINTS {
        let wish = EndpointWish {
            client: app.bank.first_party.client_id.parse().unwrap(),
            settings: EndpointSettings {
                url: format!("{}/{nth}", receiver.url.trim_end_matches('/')),
                selection: serde_json::from_value(json!({ "types": ["decision.recorded"] })).unwrap(),
                ..EndpointSettings::default()
            },
            auth: None,
            disabled: false,
        };
        let made = app.ledger.provision_endpoint(&tenant, &permit, &wish).await;
        assert!(made.unwrap().is_some());
    }
    let outbound = app.outbound();
    record(&app, "ada", "first").await;
    let heard = receiver.first(ENDPOINTS).await;
    let whose: BTreeSet<&str> = heard
        .iter()
        .map(|message| message.header("consentry-endpoint"))
        .collect();
    assert_eq!(whose.len(), ENDPOINTS, "one message for each");
    let decided = ["second", "third"];
    for audience in decided {
        record(&app, "ada", audience).await;
    }
    let all = receiver.first(ENDPOINTS * 3).await;
    let mut of_each: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for message in &all {
        let id = message.header("webhook-id").to_owned();
        of_each
            .entry(message.header("consentry-endpoint"))
            .or_default()
            .push(id);
    }
    let first = of_each.values().next().unwrap();
    assert_eq!(first.len(), 3);
    assert!(
        of_each.values().all(|ids| ids == first),
        "the same events, in order, once each"
    );
    let mut listed = BTreeSet::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/endpoints?limit=100{cursor}");
        let page = hooks(&app, Method::GET, &path, None)
            .await
            .expect_status(200)
            .json();
        let endpoints = page["endpoints"].as_array().unwrap();
        assert!(endpoints.len() <= 100);
        listed.extend(endpoints.iter().map(|own| own["id"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) if !next.is_empty() => cursor = format!("&cursor={next}"),
            _ => break,
        }
    }
    assert_eq!(listed.len(), ENDPOINTS);
    outbound.stop().await;
}
