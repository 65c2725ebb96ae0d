//! Metrics in OpenMetrics form: requests by route and status, and how long they took.

use std::{sync::Arc, time::Instant};

use axum::{
    extract::{MatchedPath, Request},
    response::{IntoResponse, Response},
};
use consentry_ledger::Ledger;
use http::{StatusCode, header};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric as _, text::encode},
    metrics::{
        counter::{ConstCounter, Counter},
        family::Family,
        gauge::{ConstGauge, Gauge},
        histogram::Histogram,
    },
    registry::{Registry, Unit},
};

/// What a request is counted under. Routes are the patterns of the route table, never paths, so that no id becomes a label.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    route: String,
    status: u16,
}

/// All metrics of a node. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    answered: Family<Answered, Counter>,
    seconds: Histogram,
    in_flight: Gauge<i64>,
    deliveries: Family<Settled, Counter>,
    delivered_seconds: Histogram,
    behind: Family<OfTenant, Gauge>,
    mirrored: Family<OfTenant, Counter>,
    mirror_failures: Family<OfTenant, Counter>,
    mirror_behind: Family<OfTenant, Gauge>,
    mails: Family<Settled, Counter>,
    mails_waiting: Family<OfTenant, Gauge>,
}

/// What an attempt of a webhook or a mail is counted under.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Settled {
    outcome: String,
}

/// A tenant by its short name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfTenant {
    tenant: String,
}

impl OfTenant {
    fn named(slug: &str) -> Self {
        Self {
            tenant: slug.to_owned(),
        }
    }
}

impl consentry_outbound::Observer for Metrics {
    fn settled(&self, outcome: &'static str, age_seconds: f64) {
        let outcome = Settled {
            outcome: outcome.to_owned(),
        };
        if outcome.outcome == "delivered" {
            self.delivered_seconds.observe(age_seconds);
        }
        self.deliveries.get_or_create(&outcome).inc();
    }

    fn behind(&self, tenant: &str, events: u64) {
        let events = i64::try_from(events).unwrap_or(i64::MAX);
        self.behind.get_or_create(&OfTenant::named(tenant)).set(events);
    }

    fn mirrored(&self, tenant: &str) {
        self.mirrored.get_or_create(&OfTenant::named(tenant)).inc();
    }

    fn mirror_failed(&self, tenant: &str) {
        self.mirror_failures.get_or_create(&OfTenant::named(tenant)).inc();
    }

    fn mirror_behind(&self, tenant: &str, events: u64) {
        let events = i64::try_from(events).unwrap_or(i64::MAX);
        self.mirror_behind
            .get_or_create(&OfTenant::named(tenant))
            .set(events);
    }

    fn mailed(&self, outcome: &'static str) {
        let outcome = Settled {
            outcome: outcome.to_owned(),
        };
        self.mails.get_or_create(&outcome).inc();
    }

    fn mails_waiting(&self, tenant: &str, mails: usize) {
        let tenant = OfTenant {
            tenant: tenant.to_owned(),
        };
        let mails = i64::try_from(mails).unwrap_or(i64::MAX);
        self.mails_waiting.get_or_create(&tenant).set(mails);
    }
}

impl Metrics {
    /// Those of a node with this ledger; how it follows others only where there may be others.
    pub fn of(ledger: &Ledger) -> Self {
        let mut registry = Registry::with_prefix("consentry");
        let answered = Family::<Answered, Counter>::default();
        let seconds = Histogram::new([
            0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
        ]);
        let in_flight = Gauge::default();
        registry.register("http_requests", "Requests answered", answered.clone());
        registry.register(
            "http_request_seconds",
            "Time from request to answer",
            seconds.clone(),
        );
        registry.register(
            "http_requests_in_flight",
            "Requests being answered",
            in_flight.clone(),
        );
        if ledger.followed().is_some() {
            registry.register_collector(Box::new(Following(ledger.clone())));
        }
        let deliveries = Family::<Settled, Counter>::default();
        let delivered_seconds =
            Histogram::new([0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 30.0, 300.0, 3_600.0]);
        let behind = Family::<OfTenant, Gauge>::default();
        registry.register(
            "webhook_attempts",
            "Attempts to deliver a webhook, by what they led to",
            deliveries.clone(),
        );
        registry.register(
            "webhook_delivery_seconds",
            "Time from an event being seen to its delivery",
            delivered_seconds.clone(),
        );
        registry.register(
            "webhook_events_behind",
            "Events that the endpoint which is farthest behind has not looked at",
            behind.clone(),
        );
        let [mirrored, mirror_failures] = [(); 2].map(|()| Family::<OfTenant, Counter>::default());
        let mirror_behind = Family::<OfTenant, Gauge>::default();
        registry.register("nats_events", "Events that NATS has taken", mirrored.clone());
        registry.register(
            "nats_failures",
            "Times that mirroring in NATS failed and was begun again",
            mirror_failures.clone(),
        );
        registry.register(
            "nats_events_behind",
            "Events that are not in NATS yet",
            mirror_behind.clone(),
        );
        let mails = Family::<Settled, Counter>::default();
        let mails_waiting = Family::<OfTenant, Gauge>::default();
        registry.register(
            "mail_attempts",
            "Attempts to send a mail, by what they led to",
            mails.clone(),
        );
        registry.register("mails_waiting", "Mails that wait", mails_waiting.clone());
        Self {
            registry: Arc::new(registry),
            answered,
            seconds,
            in_flight,
            deliveries,
            delivered_seconds,
            behind,
            mirrored,
            mirror_failures,
            mirror_behind,
            mails,
            mails_waiting,
        }
    }

    /// The page for a scraper.
    pub fn page(&self) -> Response {
        let mut text = String::new();
        if encode(&mut text, &self.registry).is_err() {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
        let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
        (
            [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")],
            text,
        )
            .into_response()
    }
}

/// How the node follows what others write, asked when the page is.
#[derive(Debug)]
struct Following(Ledger);

impl Collector for Following {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), std::fmt::Error> {
        let Some(followed) = self.0.followed() else {
            return Ok(());
        };
        let age = ConstGauge::new(followed.age.as_secs_f64());
        let told = "How old what this node remembers may be";
        age.encode(encoder.encode_descriptor(
            "memory_age",
            told,
            Some(&Unit::Seconds),
            age.metric_type(),
        )?)?;
        for (name, told, count) in [
            ("followed", "Readings of what other nodes wrote", followed.read),
            (
                "follow_failures",
                "Readings of what other nodes wrote that failed",
                followed.failed,
            ),
            (
                "follow_misses",
                "Times that everything was read again, since what was missed could not be told",
                followed.missed,
            ),
        ] {
            let counter = ConstCounter::new(count);
            counter.encode(encoder.encode_descriptor(name, told, None, counter.metric_type())?)?;
        }
        Ok(())
    }
}

/// Lets a request through and counts its answer.
#[expect(
    clippy::disallowed_methods,
    reason = "measures how long an answer took; nothing is decided by it"
)]
pub async fn count<F: Future<Output = Response>>(
    metrics: &Metrics,
    request: Request,
    next: impl FnOnce(Request) -> F,
) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("unmatched", MatchedPath::as_str)
        .to_owned();
    let started = Instant::now();
    metrics.in_flight.inc();
    let answer = next(request).await;
    metrics.in_flight.dec();
    metrics.seconds.observe(started.elapsed().as_secs_f64());
    metrics
        .answered
        .get_or_create(&Answered {
            route,
            status: answer.status().as_u16(),
        })
        .inc();
    answer
}
