//! Log lines on stderr, and traces and logs for a collector that speaks OTLP over HTTP.
//!
//! What lives here: who gets what is told, and how it leaves. What may not: what is told; that is where it happens, and nothing of it
//! names people or holds secrets. Metrics are asked for, not sent: see [`crate::metrics`].

use std::{
    io::IsTerminal as _,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, ensure};
use async_trait::async_trait;
use axum::extract::ConnectInfo;
use bytes::Bytes;
use consentry_door_records::messages::TARGET;
use consentry_egress::{Egress, EgressPolicy};
use consentry_web::{house::House, request_id::Join};
use http::{HeaderValue, header::AUTHORIZATION};
use opentelemetry::{
    Context,
    propagation::TextMapPropagator as _,
    trace::{TraceContextExt as _, TracerProvider as _},
};
use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use opentelemetry_http::{HeaderExtractor, HttpClient, HttpError};
use opentelemetry_otlp::{LogExporter, Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::{
    Resource,
    logs::SdkLoggerProvider,
    propagation::TraceContextPropagator,
    trace::{Sampler, SdkTracerProvider},
};
use tokio::runtime::Handle;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::{
    EnvFilter, Layer as _, filter::filter_fn, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};
use url::Url;

use crate::configuration::{LogFormat, OtlpSection, TelemetrySection};

/// How long the collector may take for an answer.
const DEADLINE: Duration = Duration::from_secs(10);

/// What sending itself says stays here, or each message would be the cause of another.
const OF_SENDING: [&str; 6] = ["hyper", "hyper_util", "opentelemetry", "reqwest", "rustls", "h2"];

/// What is told goes where it should until [`Telemetry::end`].
#[must_use = "what is told last is only sent when it ends"]
#[derive(Debug, Default)]
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
    logs: Option<SdkLoggerProvider>,
}

impl Telemetry {
    /// Begins for the whole process; once. `runtime` sends.
    pub fn begin(section: &TelemetrySection, runtime: &Handle) -> anyhow::Result<Self> {
        let own = Self::of(&section.otlp, runtime)?;
        let outward = || {
            filter_fn(|told| {
                !OF_SENDING
                    .iter()
                    .any(|sending| told.target().starts_with(sending))
            })
        };
        let traces = own.traces.as_ref().map(|traces| {
            tracing_opentelemetry::layer()
                .with_tracer(traces.tracer("consentry"))
                .with_location(false)
                .with_threads(false)
                .with_tracked_inactivity(false)
                .with_filter(outward())
        });
        let logs = own
            .logs
            .as_ref()
            .map(|logs| OpenTelemetryTracingBridge::new(logs).with_filter(outward()));
        let lines = tracing_subscriber::fmt::layer()
            // Colours are for eyes; in a journal they are noise.
            .with_ansi(std::io::stderr().is_terminal())
            .with_writer(std::io::stderr);
        let lines = match section.format {
            LogFormat::Text => lines.boxed(),
            LogFormat::Json => lines.json().boxed(),
        };
        tracing_subscriber::registry()
            .with(filter(section)?)
            .with(lines)
            .with(traces)
            .with(logs)
            .init();
        Ok(own)
    }

    fn of(section: &OtlpSection, runtime: &Handle) -> anyhow::Result<Self> {
        let Some(url) = &section.url else {
            return Ok(Self::default());
        };
        ensure!(
            section.sample_percent <= 100,
            "telemetry.otlp.sample_percent is 0 to 100"
        );
        let url = Url::parse(url).context("telemetry.otlp.url")?;
        let base = url.as_str().trim_end_matches('/').to_owned();
        let sender: Arc<dyn HttpClient> = Arc::new(Sender::of(section, runtime.clone())?);
        let resource = Resource::builder_empty()
            .with_service_name(section.service_name.clone())
            .with_attribute(opentelemetry::KeyValue::new(
                "service.version",
                env!("CARGO_PKG_VERSION"),
            ))
            .build();
        let mut own = Self::default();
        if section.traces {
            let exporter = SpanExporter::builder()
                .with_http()
                .with_protocol(Protocol::HttpBinary)
                .with_endpoint(format!("{base}/v1/traces"))
                .with_timeout(DEADLINE)
                .with_shared_http_client(Arc::clone(&sender))
                .build()?;
            let share = f64::from(section.sample_percent) / 100.0;
            let traces = SdkTracerProvider::builder()
                .with_resource(resource.clone())
                .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(share))))
                .with_batch_exporter(exporter);
            own.traces = Some(traces.build());
        }
        if section.logs {
            let exporter = LogExporter::builder()
                .with_http()
                .with_protocol(Protocol::HttpBinary)
                .with_endpoint(format!("{base}/v1/logs"))
                .with_timeout(DEADLINE)
                .with_shared_http_client(sender)
                .build()?;
            let logs = SdkLoggerProvider::builder()
                .with_resource(resource)
                .with_batch_exporter(exporter);
            own.logs = Some(logs.build());
        }
        Ok(own)
    }

    /// Sends what was told last. Blocks for a moment.
    pub fn end(self) {
        // Whoever cannot be reached now was warned of before.
        if let Some(traces) = self.traces {
            drop(traces.shutdown());
        }
        if let Some(logs) = self.logs {
            drop(logs.shutdown());
        }
    }
}

/// Goes on with traces that trusted proxies began (W3C Trace Context, `traceparent`). Of anybody else it is not taken: who names traces of
/// others would put their own requests into them, and decide what is sampled.
pub fn join(house: House) -> Join {
    let propagator = TraceContextPropagator::new();
    Arc::new(move |span, request| {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        if !peer.is_some_and(|ConnectInfo(peer)| house.trusts(peer.ip())) {
            return;
        }
        let caller = propagator.extract_with_context(&Context::new(), &HeaderExtractor(request.headers()));
        if caller.span().span_context().is_valid()
            && let Err(error) = span.set_parent(caller)
        {
            tracing::debug!(%error, "a trace does not go on here");
        }
    })
}

/// What is told at all.
fn filter(telemetry: &TelemetrySection) -> anyhow::Result<EnvFilter> {
    // They warn of each connection that ends, and of whatever a server says that nobody waits for any more. What matters of that is
    // said where a question fails. Whoever names them in the filter gets it all the same.
    let quiet: String = ["ldap3", "async_nats"]
        .into_iter()
        .filter(|library| !telemetry.log.contains(library))
        .map(|library| format!("{library}=off,"))
        .collect();
    // Whoever switches messages on wants to see them, however little else they want to see.
    let asked = if telemetry.consent_messages.is_empty() || telemetry.log.contains(TARGET) {
        String::new()
    } else {
        format!("{TARGET}=info,")
    };
    Ok(EnvFilter::try_new(format!("{quiet}{asked}{}", telemetry.log))?)
}

/// Sends over our own way out. The operator named the collector, so it may be anywhere.
#[derive(Debug)]
struct Sender {
    egress: Arc<Egress>,
    authorization: Option<HeaderValue>,
    runtime: Handle,
    fails: Arc<AtomicBool>,
}

impl Sender {
    fn of(section: &OtlpSection, runtime: Handle) -> anyhow::Result<Self> {
        let authorization = section.authorization_file.as_deref().map(|file| {
            let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
            let mut value = HeaderValue::from_str(text.trim())
                .with_context(|| format!("{} holds no header", file.display()))?;
            value.set_sensitive(true);
            anyhow::Ok(value)
        });
        let policy = EgressPolicy {
            exceptions: vec!["0.0.0.0/0".parse()?, "::/0".parse()?],
            deadline: DEADLINE,
            ..EgressPolicy::default()
        };
        Ok(Self {
            egress: Arc::new(Egress::new(policy)?),
            authorization: authorization.transpose()?,
            runtime,
            fails: Arc::default(),
        })
    }
}

#[async_trait]
impl HttpClient for Sender {
    /// Called on threads of the exporters, which have no runtime.
    async fn send_bytes(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, HttpError> {
        let (egress, fails) = (Arc::clone(&self.egress), Arc::clone(&self.fails));
        let (mut head, body) = request.into_parts();
        if let Some(authorization) = &self.authorization {
            head.headers.insert(AUTHORIZATION, authorization.clone());
        }
        let sending = self.runtime.spawn(async move {
            let sent = egress
                .post_bytes(&head.uri.to_string(), body.to_vec())
                .headers(head.headers)
                .send()
                .await;
            let why = match &sent {
                Ok(answer) if answer.status.is_success() => None,
                Ok(answer) => Some(answer.status.to_string()),
                Err(error) => Some(error.to_string()),
            };
            // Once, until it works again: a collector that is away for a night is one event.
            if fails.swap(why.is_some(), Ordering::Relaxed) != why.is_some() {
                match why {
                    Some(why) => tracing::warn!(error = %why, "the collector takes no traces and logs"),
                    None => tracing::info!("the collector takes traces and logs again"),
                }
            }
            sent
        });
        let answer = sending.await??;
        let mut response = http::Response::new(Bytes::from(answer.body));
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers;
        Ok(response)
    }
}
