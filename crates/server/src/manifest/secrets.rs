//! Secrets that a manifest names and does not hold: in files and in the environment, or sent beside it.

use std::{collections::BTreeMap, path::Path};

use anyhow::Context as _;

use super::{Manifest, TenantManifest};

/// Shortest secret of a machine, in characters: only its digest is kept, so it must not be guessable.
const SHORTEST: usize = 32;

/// Where the secrets of a manifest are.
#[derive(Debug, Clone)]
pub enum Secrets {
    /// In files and in the environment of this process.
    Here,
    /// Beside the manifest, by the variables that it names. Whoever sent it has no business with files and variables of this process.
    Sent(BTreeMap<String, String>),
}

impl Secrets {
    /// A secret; a line break at its end does not count. None where nothing is named.
    pub(super) fn secret(
        &self,
        file: Option<&Path>,
        variable: Option<&str>,
    ) -> anyhow::Result<Option<String>> {
        let (place, text) = match (self, file, variable) {
            (_, None, None) => return Ok(None),
            (_, Some(_), Some(_)) => {
                anyhow::bail!("its secret is named in a file and in the environment; take one away")
            }
            (Self::Here, Some(file), None) => {
                let place = file.display().to_string();
                let text = std::fs::read_to_string(file).with_context(|| place.clone())?;
                (place, text)
            }
            (Self::Here, None, Some(variable)) => {
                let text =
                    std::env::var(variable).with_context(|| format!("environment variable {variable}"))?;
                (variable.to_owned(), text)
            }
            (Self::Sent(_), Some(_), None) => anyhow::bail!("its secret is in a file, which was not sent"),
            (Self::Sent(sent), None, Some(variable)) => {
                let text = sent.get(variable).context("its secret was not sent")?;
                (variable.to_owned(), text.clone())
            }
        };
        let text = text.trim_end_matches(['\r', '\n']);
        anyhow::ensure!(!text.is_empty(), "{place} is empty");
        Ok(Some(text.to_owned()))
    }

    /// A secret of a machine, which nobody has to remember.
    pub(super) fn machine_secret(
        &self,
        file: Option<&Path>,
        variable: Option<&str>,
    ) -> anyhow::Result<Option<String>> {
        let secret = self.secret(file, variable)?;
        anyhow::ensure!(
            secret.as_ref().is_none_or(|secret| secret.len() >= SHORTEST),
            "the secret has fewer than {SHORTEST} characters"
        );
        Ok(secret)
    }
}

impl Manifest {
    /// The same with its secrets beside it, to be sent to whoever has neither its files nor its environment.
    pub fn with_secrets(mut self) -> anyhow::Result<(Self, BTreeMap<String, String>)> {
        let mut sent = BTreeMap::new();
        for tenant in &mut self.tenants {
            for (name, file, variable) in tenant.secret_places() {
                let secret = Secrets::Here.secret(file.as_deref(), variable.as_deref());
                if let Some(secret) = secret.context(name)? {
                    let key = sent.len().to_string();
                    *file = None;
                    *variable = Some(key.clone());
                    sent.insert(key, secret);
                }
            }
        }
        Ok((self, sent))
    }
}

/// Whose secret it is, and where it is named.
type SecretPlace<'a> = (String, &'a mut Option<std::path::PathBuf>, &'a mut Option<String>);

impl TenantManifest {
    /// Every place in which a secret may be named.
    pub(super) fn secret_places(&mut self) -> impl Iterator<Item = SecretPlace<'_>> {
        let accounts = self.accounts.iter_mut().map(|own| {
            let name = format!("account {}", own.dn);
            (name, &mut own.password_file, &mut own.password_env)
        });
        let people = self.people.iter_mut().map(|own| {
            let name = format!("person {}", own.name());
            (name, &mut own.password_file, &mut own.password_env)
        });
        let keys = self.api_keys.iter_mut().map(|own| {
            let name = format!("API key {}", own.id);
            (name, &mut own.secret_file, &mut own.secret_env)
        });
        let clients = self.clients.iter_mut().map(|own| {
            let name = format!("client {}", own.id);
            (name, &mut own.secret_file, &mut own.secret_env)
        });
        let webhooks = self.webhooks.iter_mut().flat_map(|own| {
            let name = format!("webhook {}", own.name());
            own.secret_places()
                .map(move |(file, variable)| (name.clone(), file, variable))
        });
        accounts.chain(people).chain(keys).chain(clients).chain(webhooks)
    }
}
