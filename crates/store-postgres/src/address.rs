//! Where the server is and how it is spoken to: what an operator's URL says, judged before the first connection.
//!
//! The URL is libpq's (`postgresql://user:password@host:5432/database?…`), with several hosts for a cluster, and a folder as
//! `host` for a local socket. Of `sslmode`, `disable` and `verify-full` mean what they mean there, and `require` means
//! `verify-full` too. `allow` and `prefer` are refused, since whoever sits in between decides what they come to, and so is
//! `verify-ca`, since a name is always checked. Without `sslmode`, a local socket and a loopback address are spoken to in the
//! clear, and every other host with `verify-full`. `sslrootcert` names a file with the authorities that are believed instead of
//! the system's.

use std::{
    future::{Future, poll_fn},
    net::IpAddr,
    path::Path,
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::{sync::Notify, task::JoinHandle};
use tokio_postgres::{
    AsyncMessage, Client, Config, NoTls,
    config::{Host, SslMode, TargetSessionAttrs},
    tls::{MakeTlsConnect, TlsConnect},
};
use tokio_rustls::rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use url::form_urlencoded;

use crate::{open::OpenError, tls::Tls};

/// A server, ready to be connected to.
#[derive(Clone)]
pub(crate) struct Address {
    config: Config,
    tls: Option<Tls>,
    /// Run on every new connection.
    settings: String,
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The URL may hold a password.
        f.debug_struct("Address").finish_non_exhaustive()
    }
}

/// What of the URL is not the driver's.
#[derive(Debug, Default, PartialEq, Eq)]
struct Encryption {
    sslmode: Option<String>,
    sslrootcert: Option<String>,
}

impl Address {
    /// Judges a URL without any network.
    pub(crate) fn parse(url: &str, answer_within: Duration) -> Result<Self, OpenError> {
        if !["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| url.starts_with(scheme))
        {
            return refused("the address of the database must begin with postgresql://");
        }
        let (url, encryption) = split(url);
        let mut config: Config = url.parse().map_err(|error: tokio_postgres::Error| {
            OpenError::Address(format!(
                "the address of the database is not understood: {}",
                crate::fault::words(&error)
            ))
        })?;
        if config.get_hosts().is_empty() {
            return refused("the address of the database names no host");
        }
        let tls = match (encryption.sslmode.as_deref(), is_near(config.get_hosts())) {
            (Some("disable"), _) | (None, true) => None,
            (Some("verify-full" | "require"), _) | (None, false) => {
                Some(Tls::new(tls(encryption.sslrootcert.as_deref().map(Path::new))?))
            }
            (Some("verify-ca"), _) => {
                return refused(
                    "sslmode=verify-ca is not offered: use verify-full, which checks the name too",
                );
            }
            (Some("allow" | "prefer"), _) => {
                return refused(
                    "sslmode=allow and sslmode=prefer are not offered, since they fall back to no encryption: use verify-full \
                     or disable",
                );
            }
            (Some(_), _) => return refused("sslmode must be disable, require or verify-full"),
        };
        config.ssl_mode(if tls.is_some() {
            SslMode::Require
        } else {
            SslMode::Disable
        });
        // Of several hosts, the one that can be written to.
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        if config.get_application_name().is_none() {
            config.application_name("consentry");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(3));
        }
        // A host that silently went away is noticed within half a minute, where the system supports it.
        config
            .keepalives_idle(Duration::from_secs(10))
            .keepalives_interval(Duration::from_secs(5))
            .keepalives_retries(4);
        Ok(Self {
            config,
            tls,
            settings: settings(answer_within),
        })
    }

    /// Connects and settles. The task drives the connection and ends with it.
    pub(crate) async fn connect(&self) -> Result<(Client, JoinHandle<()>), tokio_postgres::Error> {
        self.connect_hearing(None).await
    }

    /// As [`Self::connect`]; whatever the connection listens for wakes whoever waits.
    pub(crate) async fn connect_hearing(
        &self,
        heard: Option<Arc<Notify>>,
    ) -> Result<(Client, JoinHandle<()>), tokio_postgres::Error> {
        let (client, task) = match &self.tls {
            None => connect(&self.config, NoTls, heard).await?,
            Some(tls) => connect(&self.config, tls.clone(), heard).await?,
        };
        client.batch_execute(&self.settings).await?;
        Ok((client, task))
    }

    /// The driver's view of it, for the pool.
    pub(crate) const fn config(&self) -> &Config {
        &self.config
    }
}

impl deadpool_postgres::Connect for Address {
    fn connect(
        &self,
        _: &Config,
    ) -> Pin<Box<dyn Future<Output = Result<(Client, JoinHandle<()>), tokio_postgres::Error>> + Send + '_>>
    {
        Box::pin(Self::connect(self))
    }
}

async fn connect<T>(
    config: &Config,
    tls: T,
    heard: Option<Arc<Notify>>,
) -> Result<(Client, JoinHandle<()>), tokio_postgres::Error>
where
    T: MakeTlsConnect<tokio_postgres::Socket>,
    T::Stream: Send + 'static,
    T::TlsConnect: Send,
    <T::TlsConnect as TlsConnect<tokio_postgres::Socket>>::Future: Send,
{
    let (client, mut connection) = config.connect(tls).await?;
    let task = tokio::spawn(async move {
        while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
            match message {
                Ok(AsyncMessage::Notification(_)) => {
                    if let Some(heard) = &heard {
                        heard.notify_one();
                    }
                }
                Ok(AsyncMessage::Notice(notice)) => {
                    tracing::debug!(notice = notice.message(), "the database says");
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::debug!(error = %crate::fault::words(&error), "a connection to the database ended");
                    return;
                }
            }
        }
    });
    Ok((client, task))
}

/// What holds on every connection, whatever the server's defaults are. A statement that is still at it when nobody waits any more
/// is ended, and so is a transaction whose other end went away: it would hold the locks that other nodes wait for. Where
/// committing was set not to wait for the disk, it waits all the same.
///
/// A plan is made once and kept until the table is counted anew, which takes a minute or more. One that was made while a table
/// was nearly empty reads it from end to end, also when it has become long. So tables are never read that way where there is an
/// index, and the few statements that want to say so themselves.
fn settings(answer_within: Duration) -> String {
    format!(
        "SET statement_timeout = {statement}; SET idle_in_transaction_session_timeout = 10000; \
         SET default_transaction_read_only = off; SET enable_seqscan = off; SET jit = off; \
         SET plan_cache_mode = force_generic_plan; \
         SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
        statement = answer_within.as_millis().clamp(1, i32::MAX as u128),
    )
}

fn refused<T>(why: &str) -> Result<T, OpenError> {
    Err(OpenError::Address(why.to_owned()))
}

/// Takes what is not the driver's out of a URL.
fn split(url: &str) -> (String, Encryption) {
    let mut encryption = Encryption::default();
    let Some((front, query)) = url.split_once('?') else {
        return (url.to_owned(), encryption);
    };
    let mut rest = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let read = form_urlencoded::parse(pair.as_bytes()).next();
        match read {
            Some((name, value)) if name == "sslmode" => encryption.sslmode = Some(value.into_owned()),
            Some((name, value)) if name == "sslrootcert" => encryption.sslrootcert = Some(value.into_owned()),
            _ => rest.push(pair),
        }
    }
    (format!("{front}?{}", rest.join("&")), encryption)
}

/// Whether nothing that is said leaves the machine.
fn is_near(hosts: &[Host]) -> bool {
    hosts.iter().all(|host| match host {
        Host::Tcp(name) => {
            name == "localhost"
                || name
                    .trim_start_matches('[')
                    .trim_end_matches(']')
                    .parse()
                    .is_ok_and(|address: IpAddr| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    })
}

fn tls(roots: Option<&Path>) -> Result<Arc<ClientConfig>, OpenError> {
    let failed = |error: &dyn std::fmt::Display| OpenError::Address(format!("TLS cannot be set up: {error}"));
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error))?;
    let Some(path) = roots else {
        return Ok(Arc::new(
            builder
                .with_platform_verifier()
                .map_err(|error| failed(&error))?
                .with_no_client_auth(),
        ));
    };
    let mut store = RootCertStore::empty();
    let unreadable = |error: &dyn std::fmt::Display| {
        OpenError::Address(format!("sslrootcert {} cannot be used: {error}", path.display()))
    };
    for certificate in CertificateDer::pem_file_iter(path).map_err(|error| unreadable(&error))? {
        store
            .add(certificate.map_err(|error| unreadable(&error))?)
            .map_err(|error| unreadable(&error))?;
    }
    if store.is_empty() {
        return Err(unreadable(&"it holds no certificate"));
    }
    Ok(Arc::new(
        builder.with_root_certificates(store).with_no_client_auth(),
    ))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Address, Encryption, split};

    fn parse(url: &str) -> Result<Address, String> {
        Address::parse(url, Duration::from_secs(1)).map_err(|error| error.to_string())
    }

    fn is_encrypted(url: &str) -> bool {
        parse(url).unwrap().tls.is_some()
    }

    #[test]
    fn what_leaves_the_machine_is_encrypted_unless_it_is_said_otherwise() {
        for near in [
            "postgresql://u@localhost/ledger",
            "postgres://u@127.0.0.1:5433/ledger",
            "postgresql://u@/ledger?host=/run/postgresql",
            "postgresql://u@db.example/ledger?sslmode=disable",
        ] {
            assert!(!is_encrypted(near), "{near}");
        }
        for far in [
            "postgresql://u@db.example/ledger",
            "postgresql://u@localhost,db.example/ledger",
            "postgresql://u@localhost/ledger?sslmode=verify-full",
            "postgresql://u@10.0.0.1/ledger?sslmode=require",
        ] {
            assert!(is_encrypted(far), "{far}");
        }
    }

    #[test]
    fn what_may_fall_back_to_no_encryption_is_refused_in_words() {
        for mode in ["allow", "prefer", "verify-ca", "sometimes"] {
            let refused = parse(&format!("postgresql://u@db.example/l?sslmode={mode}")).unwrap_err();
            assert!(refused.contains("sslmode"), "{refused}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_without_showing_a_password() {
        for url in [
            "mysql://u:secret@h/l",
            "postgresql://u:secret@h/l?nonsense=1",
            "postgresql:///l?password=secret",
            "postgresql://u:secret@h/l?sslrootcert=/not/there&sslmode=verify-full",
        ] {
            let refused = parse(url).unwrap_err();
            assert!(!refused.contains("secret"), "{refused}");
        }
    }

    #[test]
    fn the_parts_that_are_not_the_drivers_are_taken_out() {
        assert_eq!(
            split("postgresql://h/l?connect_timeout=3&sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem"),
            (
                "postgresql://h/l?connect_timeout=3".to_owned(),
                Encryption {
                    sslmode: Some("verify-full".to_owned()),
                    sslrootcert: Some("/etc/ca.pem".to_owned()),
                }
            )
        );
    }
}
