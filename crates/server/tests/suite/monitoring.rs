//! What is said about metrics elsewhere is true of a node: the list for operators, the alerting rules, the dashboard.

use std::{collections::BTreeSet, path::Path};

use consentry_outbound::Observer as _;
use consentry_server::metrics::Metrics;
use consentry_testkit::{TestApp, postgres::Postgres};

/// What a metric is called in a query, after its name.
const ENDINGS: [&str; 4] = ["_total", "_bucket", "_sum", "_count"];

/// Every metric that a node can tell. Those with labels are told once something was counted; those about other nodes where there may be
/// others.
async fn told() -> BTreeSet<String> {
    let postgres = Postgres::shared();
    let url = postgres.url(&postgres.ledger().await);
    let app = TestApp::start_in_database(&url).await;
    let metrics = Metrics::of(&app.ledger);
    metrics.settled("delivered", 0.1);
    metrics.behind("harbor", 1);
    metrics.mirrored("harbor");
    metrics.mirror_failed("harbor");
    metrics.mirror_behind("harbor", 1);
    metrics.mailed("sent");
    metrics.mails_waiting("harbor", 1);
    // What the layer counts is told by the node that was asked.
    let _counted = app.get("/health/live").await;
    let own = axum::body::to_bytes(metrics.page().into_body(), usize::MAX)
        .await
        .unwrap();
    let pages = [
        String::from_utf8(own.to_vec()).unwrap(),
        app.get("/metrics").await.text().to_owned(),
    ];
    let types = pages
        .iter()
        .flat_map(|page| page.lines())
        .filter_map(|line| line.strip_prefix("# TYPE "));
    types
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect()
}

/// The metrics that a file names.
fn named(file: &str) -> BTreeSet<String> {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file);
    let text = std::fs::read_to_string(place).unwrap();
    let mut names = BTreeSet::new();
    for (at, _) in text.match_indices("consentry_") {
        let rest = &text[at..];
        let end = rest.find(|character: char| !character.is_ascii_lowercase() && character != '_');
        let name = &rest[..end.unwrap_or(rest.len())];
        let plain = ENDINGS
            .iter()
            .find_map(|ending| name.strip_suffix(ending))
            .unwrap_or(name);
        names.insert(plain.to_owned());
    }
    assert!(!names.is_empty(), "{file} names no metric");
    names
}

#[tokio::test]
async fn every_metric_is_listed_and_none_that_is_named_is_missing() {
    let told = told().await;
    assert_eq!(named("docs/monitoring.md"), told);
    for file in ["monitoring/alerts.yml", "monitoring/dashboard.json"] {
        let unknown: Vec<_> = named(file).difference(&told).cloned().collect();
        assert!(
            unknown.is_empty(),
            "{file} names metrics that no node tells: {unknown:?}"
        );
    }
    let dashboard = named("monitoring/dashboard.json");
    assert!(dashboard.len() > 10, "{dashboard:?}");
    let text = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../monitoring/dashboard.json"),
    );
    let parsed: serde_json::Value = serde_json::from_str(&text.unwrap()).unwrap();
    assert_eq!(parsed["title"], "Consentry");
}
