//! The address people and clients use: whether there is one, whether it is safe, whether it leads here, and whether the proxy in front is
//! known.

use std::time::Duration;

use consentry_egress::{Answer, Egress, EgressPolicy};
use serde::Deserialize;
use url::{Host, Url};

use super::{Found, Patient};
use crate::configuration::Configuration;

/// Longest time for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What `/health/live` says.
#[derive(Deserialize)]
struct Live {
    status: String,
}

/// The public address of a configuration.
pub(super) fn public(configuration: &Configuration) -> anyhow::Result<Url> {
    match &configuration.server.public_url {
        Some(url) => Ok(url.clone()),
        None => {
            let scheme = if configuration.tls.files()?.is_some() {
                "https"
            } else {
                "http"
            };
            Ok(Url::parse(&format!(
                "{scheme}://{}",
                configuration.server.listen
            ))?)
        }
    }
}

/// Asks whatever is at the public address whether it is alive. The operator chose that address, so every network may be reached.
pub(super) async fn ask(public: &Url) -> Result<Answer, String> {
    let everywhere = ["0.0.0.0/0", "::/0"].map(str::parse);
    let policy = EgressPolicy {
        exceptions: everywhere.into_iter().flatten().collect(),
        deadline: PATIENCE,
        ..EgressPolicy::default()
    };
    let egress = Egress::new(policy).map_err(|error| error.to_string())?;
    let address = public.join("/health/live").map_err(|error| error.to_string())?;
    let answer = egress.get(address.as_str()).send().await;
    answer.map_err(|error| error.to_string())
}

/// The address itself, and what answers there.
pub(super) fn look(patient: &Patient) -> Vec<Found> {
    vec![stated(patient), leads_here(patient)]
}

fn stated(patient: &Patient) -> Found {
    let server = &patient.configuration.server;
    let public = &patient.public;
    if server.public_url.is_none() && !server.listen.ip().is_loopback() {
        return Found::wrong(
            format!(
                "{} is listened on, and nothing says how people reach it",
                server.listen
            ),
            "set server.public_url to the https address that people use",
        );
    }
    if public.scheme() != "https" && !is_loopback(public) {
        return Found::wrong(
            format!(
                "{public} is not https: passwords and tokens cross the network in the clear, and clients refuse the issuer"
            ),
            "set tls.certificate_file and tls.key_file, or end TLS in a proxy in front, and set server.public_url to the https address",
        );
    }
    if public.path() != "/" || public.query().is_some() {
        return Found::wrong(
            format!("{public} has a path, and only scheme, host and port count"),
            "serve it at a host of its own, and set server.public_url to that",
        );
    }
    Found::Fine(public.to_string())
}

fn leads_here(patient: &Patient) -> Found {
    let public = &patient.public;
    match &patient.answered {
        Err(why) => Found::Skipped(format!(
            "nothing answers at {public} ({why}); run this again while the server runs"
        )),
        Ok(answer) => {
            let is_ours = answer.json::<Live>().is_ok_and(|live| live.status == "live");
            if is_ours {
                Found::Fine(format!("a server answers at {public}"))
            } else {
                Found::wrong(
                    format!(
                        "what answers at {public} is something else (status {})",
                        answer.status
                    ),
                    "point the proxy at server.listen, or set server.public_url to where it leads",
                )
            }
        }
    }
}

/// Whether the addresses of people can be told from that of the proxy.
pub(super) fn proxy(patient: &Patient) -> Vec<Found> {
    let server = &patient.configuration.server;
    let is_https = patient.public.scheme() == "https";
    let ends_here = patient.configuration.tls.certificate_file.is_some();
    vec![if !is_https {
        Found::Skipped("the public address is not https, so there is none".to_owned())
    } else if ends_here && server.trusted_proxies.is_empty() {
        Found::Skipped("TLS ends here, so people connect themselves".to_owned())
    } else if server.trusted_proxies.is_empty() {
        Found::wrong(
            "every person seems to come from the proxy, so one who guesses passwords locks all others out",
            "set server.trusted_proxies to the proxy's address, and let it send X-Forwarded-For",
        )
    } else {
        Found::Fine(format!(
            "{} may say where people come from",
            server.trusted_proxies.len()
        ))
    }]
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
