//! Reading a manifest: one file, or the files of a folder, in TOML or YAML, as one.

use std::{
    fmt::Display,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow, ensure};
use consentry_domain::credential::Opens;

use super::{
    Manifest, TenantManifest, WebhookManifest,
    tree::{Form, Tree},
};

impl Manifest {
    /// Reads a file, or the manifests of a folder as if they were one. Files that one names are beside it.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let mut whole = Self { tenants: Vec::new() };
        for file in files(path)? {
            let told = || file.display().to_string();
            let part = Self::parse(&std::fs::read_to_string(&file).with_context(told)?, &file)?;
            let slugs = part.tenants.iter().map(|tenant| tenant.slug.clone());
            once("tenant", slugs).with_context(told)?;
            whole.take(part.beside(&file)).with_context(told)?;
        }
        whole.check()?;
        Ok(whole)
    }

    /// Reads a text in the form that the name of its file says.
    pub(super) fn parse(text: &str, file: &Path) -> anyhow::Result<Self> {
        let wrong = |why: &dyn Display| anyhow!("{}: {why}", file.display());
        let Some(form) = Form::of(file) else {
            return Err(wrong(&"a manifest ends in .toml, .yaml, .yml or .json"));
        };
        let read = Tree::read(text, form).and_then(Tree::meaning);
        read.map_err(|why| wrong(&why))
    }

    /// The same with the files that it names beside it.
    fn beside(mut self, file: &Path) -> Self {
        let folder = file.parent().unwrap_or(Path::new(""));
        for tenant in &mut self.tenants {
            for (_, named, _) in tenant.secret_places() {
                if let Some(named) = named {
                    *named = folder.join(&*named);
                }
            }
        }
        self
    }

    /// Takes what another file says: further tenants, and more of the ones that are here.
    fn take(&mut self, part: Self) -> anyhow::Result<()> {
        for tenant in part.tenants {
            let own = self.tenants.iter_mut().find(|own| own.slug == tenant.slug);
            match own {
                Some(own) => own.take(tenant)?,
                None => self.tenants.push(tenant),
            }
        }
        Ok(())
    }

    /// Nothing is named twice: of two that contradict each other none would be right.
    pub fn check(&self) -> anyhow::Result<()> {
        once("tenant", self.tenants.iter().map(|tenant| tenant.slug.clone()))?;
        for tenant in &self.tenants {
            tenant
                .check()
                .with_context(|| format!("tenant {}", tenant.slug))?;
        }
        Ok(())
    }
}

impl TenantManifest {
    fn take(&mut self, other: Self) -> anyhow::Result<()> {
        self.hosts.extend(other.hosts);
        either(&mut self.state, other.state, "state")?;
        either(&mut self.locale, other.locale, "locale")?;
        either(&mut self.brand, other.brand, "brand")?;
        either(&mut self.lifetimes, other.lifetimes, "lifetimes")?;
        either(&mut self.records, other.records, "records")?;
        either(&mut self.dashboard, other.dashboard, "dashboard")?;
        either(&mut self.authorization, other.authorization, "authorization")?;
        either(&mut self.checks, other.checks, "checks")?;
        either(&mut self.mail, other.mail, "mail")?;
        either(&mut self.dataspace, other.dataspace, "dataspace")?;
        either(&mut self.preferences, other.preferences, "preferences")?;
        self.applications.extend(other.applications);
        self.parties.extend(other.parties);
        self.clients.extend(other.clients);
        self.webhooks.extend(other.webhooks);
        self.api_keys.extend(other.api_keys);
        self.definitions.extend(other.definitions);
        self.accounts.extend(other.accounts);
        self.people.extend(other.people);
        Ok(())
    }

    fn check(&self) -> anyhow::Result<()> {
        ensure!(self.locale.is_some(), "it has no locale");
        ensure!(self.brand.is_some(), "it has no brand");
        once(
            "definition",
            self.definitions
                .iter()
                .map(|definition| definition.key.to_string()),
        )?;
        for definition in &self.definitions {
            let locales = definition.localizations.iter();
            once(
                "localization",
                locales.map(|wording| format!("{} {}", definition.key, wording.locale).to_lowercase()),
            )?;
        }
        once(
            "application",
            self.applications
                .iter()
                .map(|application| application.name.clone()),
        )?;
        once("party", self.parties.iter().map(|party| party.name.clone()))?;
        once("client", self.clients.iter().map(|client| client.id.to_string()))?;
        once("webhook", self.webhooks.iter().map(WebhookManifest::name))?;
        once("API key", self.api_keys.iter().map(|key| key.id.clone()))?;
        let shared = self.api_keys.iter();
        let shared = shared.filter(|key| key.opens == Opens::AdminJwt && !key.disabled);
        ensure!(
            shared.count() <= 2,
            "at most two API keys that open admin_jwt can be in use, to change from one to the other"
        );
        once("account", self.accounts.iter().map(|account| account.dn.clone()))
    }
}

/// The file, or those of a folder by their names.
fn files(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let told = || path.display().to_string();
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).with_context(told)? {
        let file = entry.with_context(told)?.path();
        if file.is_file() && Form::of(&file).is_some() {
            files.push(file);
        }
    }
    ensure!(
        !files.is_empty(),
        "{} holds no manifest: none that ends in .toml, .yaml, .yml or .json",
        path.display()
    );
    files.sort();
    Ok(files)
}

fn either<T>(own: &mut Option<T>, other: Option<T>, what: &str) -> anyhow::Result<()> {
    if let Some(other) = other {
        ensure!(own.is_none(), "{what} is in another file already");
        *own = Some(other);
    }
    Ok(())
}

fn once(what: &str, names: impl Iterator<Item = String>) -> anyhow::Result<()> {
    let mut seen = std::collections::BTreeSet::new();
    for name in names {
        ensure!(!seen.contains(&name), "{what} {name} is there twice");
        seen.insert(name);
    }
    Ok(())
}
