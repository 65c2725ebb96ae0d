//! `consentry serve`, and what it shares with `consentry demo`.

use std::{path::Path, sync::Arc, time::Duration};

use consentry_domain::Lifetime;
use consentry_door_records::{Validators, messages::Messages};
use consentry_egress::{Egress, Mailer};
use consentry_ledger::{
    Clock as _, Draw as _, Ledger, LedgerOptions, SystemClock, SystemEntropy, webhooks::EndpointBounds,
};
use consentry_outbound::{Mirror, Outbound, OutboundOptions};
use consentry_web::house::House;
use tokio::{
    net::TcpListener,
    signal::unix::{Signal, SignalKind, signal},
};
use url::Url;

use crate::{
    assembly, batch_exports,
    configuration::{Configuration, LONGEST_MIRROR},
    consent_log,
    demo::Demo,
    directories,
    erasures::{self, FileJournal},
    ledger_place::LedgerPlace,
    listener,
    metrics::Metrics,
    operating::Operator,
    site,
    telemetry::Telemetry,
    tls::{self, Certificates},
};

pub(super) fn run(file: Option<&Path>) -> anyhow::Result<()> {
    let configuration = Configuration::load(file)?;
    let place = LedgerPlace::of(&configuration, None)?;
    let runtime = runtime()?;
    let telemetry = Telemetry::begin(&configuration.telemetry, runtime.handle())?;
    let served = runtime.block_on(async {
        let listener = TcpListener::bind(configuration.server.listen).await?;
        let address = listener.local_addr()?;
        configuration.check_reach(address)?;
        let certificates = certificates(&configuration)?;
        let mut options = ledger_options(&configuration)?;
        if let Some(file) = erasures::place(&configuration, &place) {
            options.erasures = Some(Arc::new(FileJournal::open(&file)?));
        }
        let ledger = assembly::open_ledger_with(
            &place,
            &configuration.keys,
            Arc::new(SystemClock),
            Arc::new(SystemEntropy),
            &options,
        )
        .await?;
        assembly::ensure_tenant(&ledger).await?;
        let public = match &configuration.server.public_url {
            Some(url) => url.clone(),
            None if certificates.is_some() => Url::parse(&format!("https://{address}"))?,
            None => Url::parse(&format!("http://{address}"))?,
        };
        let mailer = configuration.mail.mailer()?;
        let listening = Listening {
            listener,
            certificates,
        };
        let ready = prepare(&configuration, listening, ledger, public.clone(), None, mailer).await?;
        // Said when it can be told to stop, since whoever waits for this line may stop it at once.
        tracing::info!(address = %address, public_url = %public, "serving");
        ready.until_told().await;
        Ok(())
    });
    telemetry.end();
    served
}

/// The certificate that is shown, where there is one.
fn certificates(configuration: &Configuration) -> anyhow::Result<Option<Certificates>> {
    let Some(files) = configuration.tls.files()? else {
        return Ok(None);
    };
    let (certificates, facts) = Certificates::read(files)?;
    if !facts.counts(SystemClock.now()) {
        tracing::error!(
            from = %tls::shown(facts.from), until = %tls::shown(facts.until),
            "the certificate does not count now, so browsers and clients refuse it; put another one in its place"
        );
    }
    Ok(Some(certificates))
}

/// How far the clock of a node may be from that of the database that it shares with others (architecture 5).
const CLOCKS_MAY_DIFFER: Lifetime = Lifetime::seconds(1);

/// What of the configuration the ledger itself needs.
pub(super) fn ledger_options(configuration: &Configuration) -> anyhow::Result<LedgerOptions> {
    Ok(LedgerOptions {
        directories: directories::configured(&configuration.ldap)?,
        endpoints: EndpointBounds {
            of_tenant: configuration.webhooks.endpoints_of_tenant,
            of_party: configuration.webhooks.endpoints_of_party,
            of_host: configuration.webhooks.endpoints_of_host,
        },
        remembered: configuration.server.remembered()?,
        signed_tokens: configuration.server.signed_tokens,
        clocks_may_differ: Some(CLOCKS_MAY_DIFFER),
        ..LedgerOptions::default()
    })
}

/// Where it listens, and what it shows there.
pub(super) struct Listening {
    /// Bound.
    pub(super) listener: TcpListener,
    /// None: plain HTTP.
    pub(super) certificates: Option<Certificates>,
}

/// A server that is about to serve: everything that can fail has succeeded, and it can be told to stop.
pub(super) struct Ready {
    listening: Listening,
    router: axum::Router,
    connections: usize,
    ledger: Ledger,
    outbound: Outbound,
    exports: tokio::task::JoinHandle<()>,
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

/// Puts a server on a bound listener together.
pub(super) async fn prepare(
    configuration: &Configuration,
    listening: Listening,
    ledger: Ledger,
    public: Url,
    demo: Option<Arc<Demo>>,
    mailer: Option<Mailer>,
) -> anyhow::Result<Ready> {
    let terminate = signal(SignalKind::terminate())?;
    let interrupt = signal(SignalKind::interrupt())?;
    let hangup = signal(SignalKind::hangup())?;
    let messages: Messages = configuration.telemetry.consent_messages.iter().copied().collect();
    consent_log::follow(&ledger, &messages).await?;
    let metrics = Metrics::of(&ledger);
    let house = House::new(
        ledger.clone(),
        public,
        configuration
            .server
            .trusted_proxies
            .iter()
            .map(|proxy| proxy.0)
            .collect(),
    );
    if configuration.development.mock_tokens {
        tracing::warn!("mock tokens are taken: whoever reaches this server can be anybody");
    }
    let validators = Validators::new(
        configuration.egress.policy()?,
        configuration.development.mock_tokens,
    );
    let egress = Arc::new(Egress::new(configuration.egress.policy()?)?);
    let options = OutboundOptions {
        mirror: mirror(configuration, &ledger)?,
        keys: configuration.signing_keys.plan()?,
        mailer,
        ..OutboundOptions::default()
    };
    let outbound = {
        let house = house.clone();
        Outbound::start(
            ledger.clone(),
            Arc::clone(&egress),
            Arc::new(move |tenant| house.base_url(tenant)),
            Arc::new(metrics.clone()),
            options,
        )
    };
    let node = uuid::Builder::from_random_bytes(SystemEntropy.bytes()).into_uuid();
    let exports = tokio::spawn(batch_exports::rounds(ledger.clone(), node.to_string()));
    let has_mirror = configuration.nats.is_on();
    let operator = configuration.server.operator_token_file.as_deref();
    let operator = operator
        .map(|file| Operator::of(file, house.clone(), Arc::clone(&egress), has_mirror))
        .transpose()?;
    let router = site::router(&site::Parts {
        house,
        egress,
        operator,
        validators,
        messages: messages.clone(),
        entropy: Arc::new(SystemEntropy),
        metrics: metrics.clone(),
        metrics_here: configuration.telemetry.listen.is_none(),
        demo,
        deadline: Duration::from_secs(configuration.server.deadline_seconds),
        joins_traces: configuration.telemetry.otlp.sends_traces(),
    })
    .map_err(|conflicts| anyhow::anyhow!("the route table has conflicts: {conflicts:?}"))?;
    if let Some(address) = configuration.telemetry.listen {
        let own = TcpListener::bind(address).await?;
        let page = axum::Router::new().route(
            "/metrics",
            axum::routing::get(move || std::future::ready(metrics.page())),
        );
        tokio::spawn(listener::serve(own, None, page, 16, std::future::pending()));
    }
    Ok(Ready {
        listening,
        router,
        connections: configuration.server.connections,
        ledger,
        outbound,
        exports,
        terminate,
        interrupt,
        hangup,
    })
}

/// The mirror in NATS, where there is one; every tenant has to have a name that can be part of a subject (EVT-33).
fn mirror(configuration: &Configuration, ledger: &Ledger) -> anyhow::Result<Option<Arc<Mirror>>> {
    let Some(mirror) = configuration.nats.mirror()? else {
        return Ok(None);
    };
    if configuration.nats.max_age_days > LONGEST_MIRROR {
        tracing::warn!(
            "nats.max_age_days is above {LONGEST_MIRROR}: who is erased stays in NATS for so long"
        );
    }
    for tenant in ledger.directory().tenants() {
        Mirror::check_tenant(&tenant.tenant.slug)?;
    }
    Ok(Some(Arc::new(mirror)))
}

impl Ready {
    /// Serves until SIGTERM or SIGINT, then drains and closes the ledger.
    pub(super) async fn until_told(mut self) {
        let followed = self.ledger.clone();
        let told = async move {
            tokio::select! {
                _ = self.terminate.recv() => {}
                _ = self.interrupt.recv() => {}
            }
            tracing::info!("shutting down");
            followed.stop_followers();
        };
        let Listening {
            listener,
            certificates,
        } = self.listening;
        let following = tokio::spawn(tls::follow(
            certificates.clone(),
            Arc::new(SystemClock),
            self.hangup,
        ));
        listener::serve(listener, certificates, self.router, self.connections, told).await;
        following.abort();
        self.exports.abort();
        self.outbound.stop().await;
        self.ledger.close().await;
    }
}

/// A runtime with a worker per core.
pub(super) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
