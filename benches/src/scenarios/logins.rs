//! Introspection while a hundred people log in at once, beside introspection alone: hashing their passwords takes the cores, and what asks
//! about tokens must not wait for it.

use std::{sync::mpsc, time::Duration};

use anyhow::{Context as _, Result, anyhow, ensure};

use super::{Setup, beside, introspect};
use crate::{
    demo::Demo,
    http::Request,
    load::{HttpClient, Load, Outcome},
    report::Figure,
};

/// Clients that introspect.
const CLIENTS: usize = 64;

/// People who log in at the same time.
const PEOPLE: usize = 100;

/// What of introspection has to be left.
const LEAST: f64 = 0.5;

/// Introspection alone, and beside logins, turn by turn.
pub fn measure(setup: &Setup) -> Result<Vec<Figure>> {
    let scratch = setup.scratch()?;
    let demo = setup.demo(&scratch)?;
    let token = introspect::token(&demo)?;
    let bytes = introspect::request(&demo, &token)?.bytes();
    let address = demo.address()?;
    let load = setup.load(CLIENTS);
    let introspect = || {
        load.run(async |_| {
            let bytes = bytes.clone();
            HttpClient::open(address, 200, move || bytes.clone()).await
        })
    };
    let (alone, beside_logins) = setup.turns(introspect, || {
        let (begun, begin) = mpsc::channel();
        std::thread::scope(|scope| {
            let logins = scope.spawn(|| log_in(&demo, setup.window * 2, &begun));
            begin.recv().context("nobody logs in")?;
            let introspected = introspect()?;
            let logins = logins
                .join()
                .map_err(|_| anyhow!("logging in ended by itself"))??;
            ensure!(logins.answers > 0, "nobody was logged in");
            Ok(introspected)
        })
    })?;
    let ratio = beside_logins.per_second / alone.per_second;
    ensure!(
        setup.rounds == 1 || ratio >= LEAST,
        "beside {PEOPLE} logins {ratio:.2} of introspection is left"
    );
    Ok(vec![beside("introspect-logins", beside_logins, alone.per_second)])
}

/// Lets everybody log in again and again, and says when they begin.
fn log_in(demo: &Demo, window: Duration, begun: &mpsc::Sender<()>) -> Result<Outcome> {
    let address = demo.address()?;
    let fields = [
        ("username", demo.fact("/users/0/username")?),
        ("password", demo.fact("/users/0/password")?),
    ];
    let request = Request::new("POST", "/login", address)
        .header("origin", demo.fact("/base_url")?)
        .header("sec-fetch-site", "same-origin")
        .form(&fields)?;
    let bytes = request.bytes();
    let load = Load {
        clients: PEOPLE,
        window,
    };
    load.run(async |number| {
        if number + 1 == PEOPLE {
            begun.send(()).context("nobody waits for the logins")?;
        }
        let bytes = bytes.clone();
        HttpClient::open(address, 303, move || bytes.clone()).await
    })
}
