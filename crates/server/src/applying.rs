//! Making an installation what a manifest says, as `consentry apply` and a running server do it.
//!
//! What lives here: the order of it, and what is told. What may not: rules about what may be configured, which are the ledger's.

use std::{collections::BTreeSet, io, sync::Arc};

use anyhow::Context as _;
use consentry_domain::{
    client::Client,
    tenant::{Tenant, TenantState},
};
use consentry_egress::Egress;
use consentry_ledger::{
    Caller, Ledger, Target, TenantSnapshot,
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
use serde::{Deserialize, Serialize};

use crate::manifest::{
    AccountManifest, Contents, DrawnSecret, Manifest, Secrets, TenantManifest, WebhookManifest,
};

/// How a manifest is applied.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wishes {
    /// Only says what would happen.
    pub dry_run: bool,
    /// Also takes away what the manifest does not name: definitions, localizations and accounts of its tenants.
    pub prune: bool,
    /// Takes away even what records refer to; they keep what was shown.
    pub force: bool,
}

/// Takes a line of what happens, as soon as it has happened: a secret that is shown is told nobody a second time.
pub type Tell<'a> = &'a mut (dyn FnMut(String) -> io::Result<()> + Send);

/// What a manifest is applied to, and how.
#[derive(Clone, Copy)]
pub struct Applying<'a> {
    /// The ledger.
    pub ledger: &'a Ledger,
    /// Which addresses may be reached.
    pub egress: &'a Egress,
    /// Whether what happens is mirrored in NATS, whose subjects slugs have to fit into.
    pub has_mirror: bool,
    /// Where secrets are.
    pub secrets: &'a Secrets,
    /// How.
    pub wishes: Wishes,
}

impl Applying<'_> {
    /// Makes the installation what the manifest says. What cannot be done is found out before anything is written.
    pub async fn apply(&self, manifest: &Manifest, tell: Tell<'_>) -> anyhow::Result<()> {
        let permit = authorize::<Provision>(&Caller::Operator, Target::Tenant)?;
        if self.has_mirror {
            for tenant in &manifest.tenants {
                Mirror::check_tenant(&tenant.slug)?;
            }
        }
        let mut plan = Plan::default();
        for tenant in &manifest.tenants {
            let told = || format!("tenant {}", tenant.slug);
            plan.foresee(self, &permit, tenant).await.with_context(told)?;
        }
        for line in &plan.lines {
            tell(line.clone())?;
        }
        if self.wishes.dry_run {
            tell(format!("nothing is written; it would be {}", plan.summary()))?;
            return Ok(());
        }
        for tenant in &manifest.tenants {
            let told = || format!("tenant {}", tenant.slug);
            self.carry_out(&permit, tenant, tell).await.with_context(told)?;
        }
        tell(plan.summary())?;
        Ok(())
    }

    /// What would become of a webhook, whose client may be new itself.
    fn foresee_webhook(
        &self,
        known: Option<&TenantSnapshot>,
        entries: &[Entry],
        webhook: &WebhookManifest,
    ) -> anyhow::Result<Taken> {
        for address in webhook.addresses() {
            self.egress.check(address).with_context(|| address.to_owned())?;
        }
        let wish = webhook.wish(self.secrets)?;
        let wanted = entries.iter().find_map(|entry| match entry {
            Entry::Client(client) if client.id == wish.client => Some(client),
            _ => None,
        });
        let client: Option<Arc<Client>> = match wanted {
            Some(client) => Some(Arc::new(client.clone())),
            None => known.and_then(|known| known.clients.get(&wish.client)).cloned(),
        };
        let client = client.with_context(|| format!("there is no client {}", wish.client))?;
        Ok(self.ledger.foresee_endpoint(known, &client, &wish)?)
    }

    async fn carry_out(
        &self,
        permit: &Permit<Provision>,
        wanted: &TenantManifest,
        tell: Tell<'_>,
    ) -> anyhow::Result<()> {
        let ledger = self.ledger;
        let directory = ledger.directory();
        let known = directory.by_slug(&wanted.slug).map(Arc::as_ref);
        ledger
            .provision_tenant(permit, &tenant(ledger, known, wanted)?)
            .await?;
        let directory = ledger.directory();
        let known = directory.by_slug(&wanted.slug);
        let known = known.context("a tenant that was just written is not there")?;
        let Contents {
            entries,
            accounts,
            people,
            drawn,
        } = wanted.contents(Some(known), ids(ledger), self.secrets)?;
        ledger.provision(known, permit, &entries).await?;
        // Shown as soon as they are kept: nobody could tell them again.
        for DrawnSecret { client, secret } in &drawn {
            tell(format!("secret of client {client}: {}", secret.expose()))?;
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
        self.provision_webhooks(permit, wanted, tell).await?;
        if self.wishes.prune {
            let removals = removals(known, wanted)?;
            ledger.remove(known, permit, &removals, self.in_use()).await?;
        }
        Ok(())
    }

    /// After the clients, whose they are.
    async fn provision_webhooks(
        &self,
        permit: &Permit<Provision>,
        wanted: &TenantManifest,
        tell: Tell<'_>,
    ) -> anyhow::Result<()> {
        for webhook in &wanted.webhooks {
            let directory = self.ledger.directory();
            let known = directory.by_slug(&wanted.slug);
            let known = known.context("a tenant that was just written is not there")?;
            let told = || format!("webhook {}", webhook.name());
            let wish = webhook.wish(self.secrets)?;
            let secret = self.ledger.provision_endpoint(known, permit, &wish).await;
            if let Some(secret) = secret.with_context(told)? {
                tell(format!("secret of {}: {}", told(), secret.text()))?;
            }
        }
        Ok(())
    }

    const fn in_use(&self) -> InUse {
        if self.wishes.force {
            InUse::Goes
        } else {
            InUse::Stays
        }
    }
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
        applying: &Applying<'_>,
        permit: &Permit<Provision>,
        wanted: &TenantManifest,
    ) -> anyhow::Result<()> {
        let ledger = applying.ledger;
        let directory = ledger.directory();
        let known = directory.by_slug(&wanted.slug);
        let tenant = tenant(ledger, known.map(Arc::as_ref), wanted)?;
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
        } = wanted.contents(known.map(Arc::as_ref), ids(ledger), applying.secrets)?;
        check_registrations(&tenant, known.map(Arc::as_ref), &entries)?;
        let mut webhooks = Vec::new();
        for webhook in &wanted.webhooks {
            let name = format!("webhook {}", webhook.name());
            let taken = applying.foresee_webhook(known.map(Arc::as_ref), &entries, webhook);
            webhooks.push((taken.with_context(|| name.clone())?, name));
        }
        let Some(known) = known else {
            self.note_all_added(&entries, &accounts, &people);
            self.note_each(&webhooks);
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
        self.note_each(&webhooks);
        if applying.wishes.prune {
            let removals = removals(known, wanted)?;
            ledger.check_removals(known, &removals, applying.in_use()).await?;
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

    fn note_each(&mut self, taken: &[(Taken, String)]) {
        for (taken, name) in taken {
            self.note(*taken, name);
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

fn ids(ledger: &Ledger) -> Ids<'_> {
    Ids {
        now: ledger.now(),
        entropy: ledger.entropy(),
    }
}

/// The tenant as it shall be; a new one gets an id.
fn tenant(
    ledger: &Ledger,
    known: Option<&TenantSnapshot>,
    wanted: &TenantManifest,
) -> anyhow::Result<Tenant> {
    Ok(Tenant {
        id: known.map_or_else(|| ids(ledger).tenant(), TenantSnapshot::id),
        slug: wanted.slug.clone(),
        hosts: wanted.hosts.clone(),
        state: wanted.state.unwrap_or(TenantState::Enabled),
        brand: wanted.brand.clone().context("it has no brand")?,
        locale: wanted.locale.clone().context("it has no locale")?,
        lifetimes: wanted.lifetimes.clone().unwrap_or_default(),
        records: wanted.records.clone().unwrap_or_default(),
        dashboard: wanted.dashboard.clone().unwrap_or_default(),
        authorization: wanted.authorization.clone().unwrap_or_default(),
        checks: wanted.checks.clone().unwrap_or_default(),
        mail: wanted.mail.clone().unwrap_or_default(),
        dataspace: wanted.dataspace.clone().unwrap_or_default(),
        preferences: wanted.preferences.clone().unwrap_or_default(),
    })
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
