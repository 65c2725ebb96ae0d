//! `consentry forward-auth`: judges consent tokens for a reverse proxy.

use std::net::SocketAddr;

use clap::Args;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use super::serve;
use crate::{
    configuration::TelemetrySection,
    listener,
    telemetry::Telemetry,
    verification::{Expectations, forward_auth},
};

/// Most connections at once.
const CONNECTIONS: usize = 1024;

/// Options of the endpoint.
#[derive(Debug, Args)]
pub(super) struct ForwardAuthArguments {
    #[command(flatten)]
    expectations: Expectations,
    /// Address to listen on; port 0 takes a free one. Only the proxy should reach it.
    #[arg(long, default_value = "127.0.0.1:9180")]
    listen: SocketAddr,
}

pub(super) fn run(options: &ForwardAuthArguments) -> anyhow::Result<()> {
    let runtime = serve::runtime()?;
    let telemetry = Telemetry::begin(&TelemetrySection::default(), runtime.handle())?;
    let prepared = options.expectations.prepare(false)?;
    let served = runtime.block_on(async {
        let listener = TcpListener::bind(options.listen).await?;
        let (mut terminate, mut interrupt) =
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let router = forward_auth::router(prepared.verifier, &prepared.data_sources);
        println!(
            "Judging consent tokens at http://{}/forward-auth",
            listener.local_addr()?
        );
        let told = async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        };
        listener::serve(listener, None, router, CONNECTIONS, told).await;
        Ok(())
    });
    telemetry.end();
    served
}
