//! A bare HTTP answer: the same server library, one ready-made JSON text, nothing to decide.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::SocketAddr,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result};
use axum::{Router, http::header, routing::any};
use tokio::net::TcpListener;

use crate::{
    http::Request,
    load::{HttpClient, Load, Outcome},
};

/// Serves until killed; prints its address first.
pub fn serve(size: usize) -> Result<()> {
    let text: &'static str =
        Box::leak(format!("{{\"x\":\"{}\"}}", "x".repeat(size.saturating_sub(8))).into());
    let answer = move || async move { ([(header::CONTENT_TYPE, "application/json")], text) };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let mut out = std::io::stdout();
        writeln!(out, "{}", listener.local_addr()?)?;
        out.flush()?;
        axum::serve(listener, Router::new().fallback(any(answer))).await?;
        Ok(())
    })
}

/// Such a server in a process of its own, as the product is; ends with this value.
pub struct BareHttp {
    child: Child,
    address: SocketAddr,
}

impl BareHttp {
    /// Starts one whose answers have this size in bytes.
    pub fn start(size: usize) -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["bare-http", &size.to_string()])
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = child.stdout.take();
        let mut line = String::new();
        BufReader::new(stdout.context("the bare server has no stdout")?).read_line(&mut line)?;
        Ok(Self {
            child,
            address: line.trim().parse()?,
        })
    }

    /// Asks it as the product is asked: with a request of the same bytes.
    pub fn measure(&self, load: Load, request: &Request) -> Result<Outcome> {
        let bytes = request.bytes();
        load.run(async |_| {
            let bytes = bytes.clone();
            HttpClient::open(self.address, 200, move || bytes.clone()).await
        })
    }
}

impl Drop for BareHttp {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing left to do then.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
