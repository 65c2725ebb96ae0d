//! The one route table of a shared host (architecture 7.1), as a reviewed snapshot: a route that moves, appears or changes its
//! CORS kind shows up here.

use std::{sync::Arc, time::Duration};

use consentry_door_records::{Validators, messages::Messages};
use consentry_egress::{Egress, EgressPolicy};
use consentry_server::{metrics::Metrics, site};
use consentry_testkit::{SeededEntropy, TestApp};
use consentry_web::house::House;
use url::Url;

#[tokio::test]
async fn every_path_and_every_fallback_has_one_owner() {
    let app = TestApp::start().await;
    insta::assert_snapshot!(
        "every_path_and_every_fallback_has_one_owner",
        site_of(&app).await,
        "site.listing()"
    );
}

/// All routes, one in a line.
pub async fn site_of(app: &TestApp) -> String {
    let parts = site::Parts {
        validators: Validators::new(EgressPolicy::default(), false),
        messages: Messages::default(),
        house: House::new(
            app.ledger.clone(),
            Url::parse("http://127.0.0.1:8080").unwrap(),
            Vec::new(),
        ),
        entropy: Arc::new(SeededEntropy::new(1)),
        metrics: Metrics::of(&app.ledger),
        metrics_here: true,
        egress: Arc::new(Egress::new(EgressPolicy::default()).unwrap()),
        operator: None,
        demo: Some(app.demo()),
        deadline: Duration::from_secs(30),
        joins_traces: false,
    };
    let site = site::join(&parts).unwrap();
    site.listing().to_owned()
}
