//! How long the database itself takes to tell another connection that something was committed.

use std::{sync::mpsc, time::Duration};

use anyhow::{Context as _, Result};
use tokio_postgres::{AsyncMessage, NoTls};

use crate::clock;

/// Delays from the answer of a commit with `NOTIFY` to its arrival at a connection that listens, in milliseconds; what arrives before
/// the answer takes nothing.
pub fn measure(url: &str, times: usize) -> Result<Vec<f64>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let (listener, mut heard) = tokio_postgres::connect(url, NoTls).await?;
        let (told, arrived) = mpsc::channel();
        tokio::spawn(async move {
            while let Some(Ok(message)) = std::future::poll_fn(|context| heard.poll_message(context)).await {
                if let AsyncMessage::Notification(_) = message
                    && told.send(clock::now()).is_err()
                {
                    break;
                }
            }
        });
        listener.batch_execute("LISTEN bench").await?;
        let (writer, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        let mut delays = Vec::with_capacity(times);
        for _ in 0..times {
            writer.batch_execute("BEGIN; NOTIFY bench; COMMIT").await?;
            let committed = clock::now();
            let arrived = arrived
                .recv_timeout(Duration::from_secs(10))
                .context("no notification came")?;
            delays.push(arrived.saturating_duration_since(committed).as_secs_f64() * 1_000.0);
        }
        Ok(delays)
    })
}
