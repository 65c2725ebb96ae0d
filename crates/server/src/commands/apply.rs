//! `consentry apply`: makes the installation what a manifest says. The server is not running meanwhile.

use std::{
    collections::BTreeSet,
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;
use clap::Args;
use consentry_domain::tenant::{Tenant, TenantState};
use consentry_ledger::{
    Caller, Ledger, SystemClock, SystemEntropy, Target, TenantSnapshot,
    access::{Permit, Provision},
    authorize,
    clients::check_registrations,
    embed::admin_jwt::check_settings,
    environment::Ids,
    import::{AccountWish, Writing},
    mail::check_templates,
    provision::{Entry, Person, Taken},
    records::mapper::Mappers,
    removal::{InUse, Removal},
};
use consentry_outbound::Mirror;

use super::serve;
use crate::{
    assembly,
    configuration::Configuration,
    ledger_place::LedgerPlace,
    manifest::{AccountManifest, Contents, DrawnSecret, Manifest, TenantManifest},
};

/// Options of `apply`.
#[derive(Debug, Args)]
pub(super) struct ApplyArguments {
    /// The manifest, in TOML.
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,
    /// Folder of the ledger; without it the configured one. A ledger that is not there is made.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Only says what would happen.
    #[arg(long)]
    dry_run: bool,
    /// Also takes away what the manifest does not name: definitions, localizations and accounts of its tenants.
    #[arg(long)]
    prune: bool,
    /// Takes away even what records refer to; they keep what was shown.
    #[arg(long, requires = "prune")]
    force: bool,
}

pub(super) fn run(file: Option<&Path>, options: &ApplyArguments) -> anyhow::Result<()> {
    let configuration = Configuration::load(file)?;
    let place = LedgerPlace::of(&configuration, options.data.as_deref())?;
    let manifest = Manifest::read(&options.file)?;
    anyhow::ensure!(
        !options.dry_run || place.has_file() != Some(false),
        "there is no ledger in {place}, so everything would be new"
    );
    if configuration.nats.is_on() {
        for tenant in &manifest.tenants {
            Mirror::check_tenant(&tenant.slug)?;
        }
    }
    serve::runtime()?.block_on(async {
        let ledger = assembly::open_ledger(
            &place,
            &configuration.keys,
            Arc::new(SystemClock),
            Arc::new(SystemEntropy),
        )
        .await?;
        let applied = apply(&ledger, &manifest, options).await;
        ledger.close().await;
        applied
    })
}

async fn apply(ledger: &Ledger, manifest: &Manifest, options: &ApplyArguments) -> anyhow::Result<()> {
    let permit = authorize::<Provision>(&Caller::Operator, Target::Tenant)?;
    let mut plan = Plan::default();
    // What cannot be done is found out before anything is written.
    for tenant in &manifest.tenants {
        let told = || format!("tenant {}", tenant.slug);
        plan.foresee(ledger, &permit, tenant, options)
            .await
            .with_context(told)?;
    }
    plan.show()?;
    if options.dry_run {
        writeln!(
            std::io::stdout(),
            "nothing is written; it would be {}",
            plan.summary()
        )?;
        return Ok(());
    }
    for tenant in &manifest.tenants {
        let told = || format!("tenant {}", tenant.slug);
        carry_out(ledger, &permit, tenant, options)
            .await
            .with_context(told)?;
    }
    writeln!(std::io::stdout(), "{}", plan.summary())?;
    Ok(())
}

/// What would happen, for people.
#[derive(Default)]
struct Plan {
    lines: Vec<String>,
    added: usize,
    changed: usize,
    removed: usize,
    unchanged: usize,
}

impl Plan {
    async fn foresee(
        &mut self,
        ledger: &Ledger,
        permit: &Permit<Provision>,
        wanted: &TenantManifest,
        options: &ApplyArguments,
    ) -> anyhow::Result<()> {
        let directory = ledger.directory();
        let known = directory.by_slug(&wanted.slug);
        let tenant = tenant(ledger, known.map(Arc::as_ref), wanted);
        tenant.check()?;
        Mappers::prepare(&tenant.records)?;
        check_settings(&tenant.dashboard.admin_jwt)?;
        check_templates(&tenant.mail)?;
        self.note(
            tenant_taken(known.map(Arc::as_ref), &tenant),
            &format!("tenant {}", tenant.slug),
        );
        let Contents {
            entries,
            accounts,
            people,
            drawn: _,
        } = wanted.contents(known.map(Arc::as_ref), ids(ledger))?;
        check_registrations(&tenant, known.map(Arc::as_ref), &entries)?;
        let Some(known) = known else {
            self.note_all_added(&entries, &accounts, &people);
            return Ok(());
        };
        for (entry, taken) in entries.iter().zip(ledger.foresee(known, &entries)?) {
            self.note(taken, &shown(entry));
        }
        let outcomes = ledger
            .import_accounts(known, permit, &accounts, Writing::Never)
            .await?;
        for (account, outcome) in accounts.iter().zip(outcomes) {
            let name = format!("account {}", account.dn.as_str());
            let taken = outcome.with_context(|| name.clone())?;
            self.note(taken, &name);
        }
        for (name, person) in &people {
            let taken = ledger
                .foresee_person(known, person)
                .await
                .with_context(|| name.clone())?;
            self.note(taken, name);
        }
        if options.prune {
            let removals = removals(known, wanted)?;
            ledger.check_removals(known, &removals, in_use(options)).await?;
            self.removed += removals.len();
            self.lines
                .extend(removals.iter().map(|removal| format!("- {removal}")));
        }
        Ok(())
    }

    fn note_all_added(&mut self, entries: &[Entry], accounts: &[AccountWish], people: &[(String, Person)]) {
        let accounts = accounts
            .iter()
            .map(|account| format!("account {}", account.dn.as_str()));
        let people = people.iter().map(|(name, _)| name.clone());
        for what in entries.iter().map(shown).chain(accounts).chain(people) {
            self.note(Taken::Added, &what);
        }
    }

    fn note(&mut self, taken: Taken, what: &str) {
        match taken {
            Taken::Added => {
                self.added += 1;
                self.lines.push(format!("+ {what}"));
            }
            Taken::Changed => {
                self.changed += 1;
                self.lines.push(format!("~ {what}"));
            }
            Taken::Unchanged => self.unchanged += 1,
        }
    }

    fn show(&self) -> anyhow::Result<()> {
        let mut stdout = std::io::stdout().lock();
        for line in &self.lines {
            writeln!(stdout, "{line}")?;
        }
        Ok(())
    }

    fn summary(&self) -> String {
        let Self {
            added,
            changed,
            removed,
            unchanged,
            ..
        } = self;
        format!("{added} added, {changed} changed, {removed} removed, {unchanged} unchanged")
    }
}

async fn carry_out(
    ledger: &Ledger,
    permit: &Permit<Provision>,
    wanted: &TenantManifest,
    options: &ApplyArguments,
) -> anyhow::Result<()> {
    let directory = ledger.directory();
    let known = directory.by_slug(&wanted.slug).map(Arc::as_ref);
    ledger
        .provision_tenant(permit, &tenant(ledger, known, wanted))
        .await?;
    let directory = ledger.directory();
    let known = directory.by_slug(&wanted.slug);
    let known = known.context("a tenant that was just written is not there")?;
    let Contents {
        entries,
        accounts,
        people,
        drawn,
    } = wanted.contents(Some(known), ids(ledger))?;
    ledger.provision(known, permit, &entries).await?;
    // Shown as soon as they are kept: nobody could tell them again.
    for DrawnSecret { client, secret } in &drawn {
        writeln!(
            std::io::stdout(),
            "secret of client {client}: {}",
            secret.expose()
        )?;
    }
    let outcomes = ledger
        .import_accounts(known, permit, &accounts, Writing::Now)
        .await?;
    for (account, outcome) in accounts.iter().zip(outcomes) {
        outcome.with_context(|| format!("account {}", account.dn.as_str()))?;
    }
    for (name, person) in people {
        ledger
            .provision_person(known, permit, &person)
            .await
            .context(name)?;
    }
    if options.prune {
        let removals = removals(known, wanted)?;
        ledger.remove(known, permit, &removals, in_use(options)).await?;
    }
    Ok(())
}

const fn in_use(options: &ApplyArguments) -> InUse {
    if options.force { InUse::Goes } else { InUse::Stays }
}

fn ids(ledger: &Ledger) -> Ids<'_> {
    Ids {
        now: ledger.now(),
        entropy: ledger.entropy(),
    }
}

/// The tenant as it shall be; a new one gets an id.
fn tenant(ledger: &Ledger, known: Option<&TenantSnapshot>, wanted: &TenantManifest) -> Tenant {
    Tenant {
        id: known.map_or_else(|| ids(ledger).tenant(), TenantSnapshot::id),
        slug: wanted.slug.clone(),
        hosts: wanted.hosts.clone(),
        state: known.map_or(TenantState::Enabled, |known| known.tenant.state),
        brand: wanted.brand.clone(),
        locale: wanted.locale.clone(),
        lifetimes: wanted.lifetimes.clone(),
        records: wanted.records.clone(),
        dashboard: wanted.dashboard.clone(),
        authorization: wanted.authorization.clone(),
        checks: wanted.checks.clone(),
        mail: wanted.mail.clone(),
        dataspace: wanted.dataspace.clone(),
        preferences: wanted.preferences.clone(),
    }
}

fn tenant_taken(known: Option<&TenantSnapshot>, tenant: &Tenant) -> Taken {
    match known {
        None => Taken::Added,
        Some(known) if known.tenant == *tenant => Taken::Unchanged,
        Some(_) => Taken::Changed,
    }
}

/// What the tenant has and the manifest does not name.
fn removals(known: &TenantSnapshot, wanted: &TenantManifest) -> anyhow::Result<Vec<Removal>> {
    let mut removals = Vec::new();
    for key in known.definitions.keys() {
        let Some(definition) = wanted
            .definitions
            .iter()
            .find(|definition| definition.key == *key)
        else {
            removals.push(Removal::Definition(key.clone()));
            continue;
        };
        for wording in known.current_wordings(key) {
            let mut named = definition.localizations.iter();
            if !named.any(|named| named.locale.matches(wording.locale.as_str())) {
                removals.push(Removal::Locale(key.clone(), wording.locale.clone()));
            }
        }
    }
    let named = wanted.accounts.iter().map(AccountManifest::dn);
    let named = named.collect::<anyhow::Result<BTreeSet<_>>>()?;
    for entry in known.principals.all() {
        let dn = consentry_domain::dn::Dn::parse(&entry.dn)?;
        if !named.contains(&dn) {
            removals.push(Removal::Account(dn));
        }
    }
    Ok(removals)
}

fn shown(entry: &Entry) -> String {
    match entry {
        Entry::Definition(definition) => format!("definition {}", definition.key),
        Entry::Localization(wording) => format!(
            "localization {} {} {}",
            wording.definition, wording.locale, wording.version
        ),
        Entry::Principal(account) => format!("account {}", account.dn),
        Entry::Application(application) => format!("application {}", application.name),
        Entry::Party(party) => format!("party {}", party.name),
        Entry::Client(client) => format!("client {}", client.id),
        Entry::ApiCredential(credential) => format!("API credential {}", credential.client_id),
        Entry::SharedSecret(secret) => format!("API credential {}", secret.id),
    }
}
