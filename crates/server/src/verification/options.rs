//! What somebody who judges tokens expects, as options of a command.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use consentry_verify::{
    ConsentSettings, ConsentVerifier, Environment, Headers, ReqwestFetch, Revocation, basic,
};
use jiff::Timestamp;

use super::documents::{Documents, Recorder};

/// Longest file with a token or a key, in bytes.
const MAX_SECRET_BYTES: u64 = 16 * 1024;

/// How to find out whether a consent still stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Standing {
    /// Not at all: a token counts until it expires.
    None,
    /// By the signed list of the provider.
    Feed,
    /// By asking the provider with the id token, each time.
    Verify,
    /// By asking the provider with a statement of the data source's owner, or with a key.
    Introspect,
}

/// What a token is judged by. Nothing of it comes from a request.
#[derive(Clone, Debug, Args)]
pub struct Expectations {
    /// The consent provider, exactly as in its tokens.
    #[arg(long, value_name = "URL")]
    issuer: String,
    /// A data source that is served here; may be given more than once.
    #[arg(long = "data-source", value_name = "DSI", required = true)]
    data_sources: Vec<String>,
    /// Whose id tokens count; may be given more than once.
    #[arg(long = "login-issuer", value_name = "URL")]
    login_issuers: Vec<String>,
    /// Accepts a token without an id token.
    #[arg(long)]
    without_id_token: bool,
    /// Applications are registered at another issuer than the one where people log in.
    #[arg(long)]
    separate_issuers: bool,
    /// How far clocks may differ, 0 to 300.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    skew: i64,
    /// Longest life of a token.
    #[arg(long, value_name = "SECONDS")]
    longest_lifetime: Option<i64>,
    /// How to find out whether the consent still stands.
    #[arg(long, value_enum, default_value_t = Standing::Feed)]
    revocation: Standing,
    /// Accepts where nobody can tell whether the consent still stands.
    #[arg(long)]
    fail_open: bool,
    /// File with the statement that introspection is asked with (`X-Consent-Verifier-Token`); read anew each time.
    #[arg(long, value_name = "FILE", conflicts_with = "verifier_key")]
    verifier_token: Option<PathBuf>,
    /// File with the key that introspection is asked with, as `id:secret`; read anew each time.
    #[arg(long, value_name = "FILE")]
    verifier_key: Option<PathBuf>,
    /// Asks nobody: every document is in this file, as `consentry verify --save` writes it.
    #[arg(long, value_name = "FILE")]
    offline: Option<PathBuf>,
    /// Judges as of this moment (RFC 3339, or seconds since 1970) instead of now.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    at: Option<i64>,
}

/// A verifier, and what its documents are recorded by.
#[derive(Debug)]
pub struct Prepared {
    /// Judges tokens.
    pub verifier: Arc<ConsentVerifier>,
    /// The data sources that were named.
    pub data_sources: Vec<String>,
    /// What was fetched, where that is recorded.
    pub recorder: Option<Recorder>,
}

impl Expectations {
    /// Asks nobody yet. Fails where the options contradict each other or a file is not what it has to be.
    pub fn prepare(&self, record: bool) -> anyhow::Result<Prepared> {
        let mut recorder = None;
        let mut environment = if let Some(file) = &self.offline {
            Environment::new(Documents::read(file)?)
        } else {
            let fetch = ReqwestFetch::new()?;
            if record {
                let recording = Recorder::new(fetch);
                recorder = Some(recording.clone());
                Environment::new(recording)
            } else {
                Environment::new(fetch)
            }
        };
        if let Some(at) = self.at {
            environment = environment.with_clock(move || at);
        }
        Ok(Prepared {
            verifier: Arc::new(ConsentVerifier::new(self.settings()?, environment)?),
            data_sources: self.data_sources.clone(),
            recorder,
        })
    }

    fn settings(&self) -> anyhow::Result<ConsentSettings> {
        let sources: Vec<&str> = self.data_sources.iter().map(String::as_str).collect();
        let logins: Vec<&str> = self.login_issuers.iter().map(String::as_str).collect();
        let mut settings = ConsentSettings::new(&self.issuer, &sources, &logins);
        settings.require_id_token = !self.without_id_token;
        settings.same_login_issuer = !self.separate_issuers;
        settings.skew = self.skew;
        settings.max_lifetime = self.longest_lifetime;
        settings.fail_open = self.fail_open;
        settings.revocation = match self.revocation {
            Standing::None => Revocation::None,
            Standing::Feed => Revocation::Feed,
            Standing::Verify => Revocation::Verify,
            Standing::Introspect => Revocation::Introspect(self.verifier_headers()?),
        };
        Ok(settings)
    }

    fn verifier_headers(&self) -> anyhow::Result<Headers> {
        let (file, made): (PathBuf, fn(&str) -> anyhow::Result<Headers>) =
            match (&self.verifier_token, &self.verifier_key) {
                (Some(file), _) => (file.clone(), stated),
                (None, Some(file)) => (file.clone(), opened),
                (None, None) => {
                    anyhow::bail!("--revocation introspect needs --verifier-token or --verifier-key")
                }
            };
        made(&read_secret(&file)?)?;
        Ok(Arc::new(move || {
            let headers = read_secret(&file).and_then(|secret| made(&secret));
            headers.map_or_else(
                |error| {
                    tracing::warn!(error = format!("{error:#}"), "introspection is asked by nobody");
                    Vec::new()
                },
                |headers| headers(),
            )
        }))
    }
}

fn stated(statement: &str) -> anyhow::Result<Headers> {
    let statement = statement.to_owned();
    Ok(Arc::new(move || {
        vec![("x-consent-verifier-token".to_owned(), statement.clone())]
    }))
}

fn opened(key: &str) -> anyhow::Result<Headers> {
    let (id, secret) = key
        .split_once(':')
        .context("the verifier key is not like id:secret")?;
    Ok(basic(id, secret))
}

/// The text of a file that holds a token or a key, without the spaces around it.
pub(crate) fn read_secret(file: &Path) -> anyhow::Result<String> {
    let named = || format!("cannot read {}", file.display());
    let length = fs::metadata(file).with_context(named)?.len();
    anyhow::ensure!(
        length <= MAX_SECRET_BYTES,
        "{} is too large for a token",
        file.display()
    );
    Ok(fs::read_to_string(file).with_context(named)?.trim().to_owned())
}

/// A moment, in seconds since 1970.
fn moment(text: &str) -> Result<i64, String> {
    if let Ok(seconds) = text.parse() {
        return Ok(seconds);
    }
    text.parse::<Timestamp>()
        .map(Timestamp::as_second)
        .map_err(|_| "a moment is like 2026-11-30T08:00:00Z, or seconds since 1970".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dsp_15_a_moment_is_a_date_with_time_or_seconds() {
        assert_eq!(moment("1800000000"), Ok(1_800_000_000));
        assert_eq!(moment("2027-01-15T08:00:00Z"), Ok(1_800_000_000));
        assert_eq!(moment("2027-01-15T10:00:00+02:00"), Ok(1_800_000_000));
        assert!(moment("2027-01-15").is_err());
        assert!(moment("soon").is_err());
    }
}
