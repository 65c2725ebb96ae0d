//! Opening one connection: name, address, TLS.

use std::net::SocketAddr;
use std::time::Duration;

use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, StdStream};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::error::LdapError;
use super::settings::{Encryption, Target};
use crate::resolving::Lookup;

/// Connects to the first address that answers; each has its share of the deadline. Nobody is bound yet.
pub(crate) async fn open(
    target: &Target,
    lookup: &dyn Lookup,
    deadline: Duration,
) -> Result<Ldap, LdapError> {
    let addresses = lookup
        .lookup(target.host.clone())
        .await
        .map_err(|_| LdapError::NameUnresolved)?;
    let share = deadline / u32::try_from(addresses.len().max(1)).unwrap_or(u32::MAX);
    let mut failure = LdapError::NameUnresolved;
    for address in addresses {
        match connect(SocketAddr::new(address, target.port), share).await {
            Ok(stream) => return speak(target, stream).await,
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

async fn connect(address: SocketAddr, share: Duration) -> Result<TcpStream, LdapError> {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that connects to directories"
    )]
    let connecting = TcpStream::connect(address);
    let stream = timeout(share, connecting)
        .await
        .map_err(|_| LdapError::DeadlinePassed)?
        .map_err(|_| LdapError::ConnectionFailed)?;
    // Questions are small and wait for their answer; a system that cannot do this is slower and not wrong.
    let _ = stream.set_nodelay(true);
    Ok(stream)
}

async fn speak(target: &Target, stream: TcpStream) -> Result<Ldap, LdapError> {
    let stream = stream.into_std().map_err(|_| LdapError::ConnectionFailed)?;
    let settings = LdapConnSettings::new().set_std_stream(StdStream::Tcp(stream));
    let settings = match &target.encryption {
        Encryption::None => settings,
        Encryption::Tls(config) => settings.set_config(config.clone()),
        Encryption::StartTls(config) => settings.set_config(config.clone()).set_starttls(true),
    };
    let (connection, ldap) = LdapConnAsync::from_url_with_settings(settings, &target.url)
        .await
        .map_err(|error| match (&target.encryption, error) {
            (Encryption::None, error) => error.into(),
            (_, ldap3::LdapError::Io { source }) => LdapError::TlsFailed(source.to_string()),
            (_, ldap3::LdapError::LdapResult { result }) => {
                LdapError::TlsFailed(format!("the server refuses StartTLS (result code {})", result.rc))
            }
            (_, error) => error.into(),
        })?;
    // Whoever waits for an answer learns that the connection broke; nobody else needs to.
    tokio::spawn(async move {
        let _ended = connection.drive().await;
    });
    Ok(ldap)
}
