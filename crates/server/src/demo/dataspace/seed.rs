//! What the dataspace adds to the bank's tenant: its settings, and the data sources in the words that people are asked with.

use consentry_domain::{
    ClientId, DefinitionKey,
    definition::{Definition, DefinitionKind, Localization},
    locale::Locale,
    tenant::{DataspaceApplication, DataspaceSettings, Tenant},
};
use consentry_ledger::{
    Caller, Ledger, Target,
    access::{Provision, authorize},
    provision::Entry,
};

use super::{ADDRESS, DOMAIN, INCOME, NAME, SOURCES};
use crate::demo::seed::{Addresses, Bank};

/// Definition, language, title, data, purpose.
const WORDS: [[&str; 5]; 4] = [
    [
        INCOME.dsi,
        "en-GB",
        "Income",
        "What you earned last year, as the tax office has it",
        "To work out what you could borrow",
    ],
    [
        INCOME.dsi,
        "ar",
        "الدخل",
        "ما كسبته في العام الماضي كما هو لدى مصلحة الضرائب",
        "لحساب ما يمكنك اقتراضه",
    ],
    [
        ADDRESS.dsi,
        "en-GB",
        "Address",
        "Where you live, as the city has it",
        "So that you need not type it",
    ],
    [
        ADDRESS.dsi,
        "ar",
        "العنوان",
        "مكان سكنك كما هو لدى المدينة",
        "حتى لا تضطر إلى كتابته",
    ],
];

/// Opens the dataspace at the bank of a fresh demo.
pub(in crate::demo) async fn open(ledger: &Ledger, bank: &Bank, addresses: &Addresses) -> anyhow::Result<()> {
    let permit = authorize::<Provision>(&Caller::Operator, Target::Tenant)?;
    let directory = ledger.directory();
    let tenant = directory
        .by_slug(&bank.tenant)
        .ok_or_else(|| anyhow::anyhow!("the tenant is not there"))?;
    ledger.provision(tenant, &permit, &entries(ledger)?).await?;
    let with_dataspace = Tenant {
        dataspace: settings(bank, addresses)?,
        ..tenant.tenant.clone()
    };
    ledger.provision_tenant(&permit, &with_dataspace).await?;
    Ok(())
}

fn settings(bank: &Bank, addresses: &Addresses) -> anyhow::Result<DataspaceSettings> {
    let base = &addresses.base_url;
    Ok(DataspaceSettings {
        base_domain: Some(DOMAIN.to_owned()),
        name: Some(NAME.to_owned()),
        applications: vec![DataspaceApplication {
            registration: None,
            client: ClientId::parse(&bank.third_party.client_id)?,
            party: "moneytrack.example".to_owned(),
            party_configuration: Some(format!("{base}/demo/api/moneytrack/party-configuration.json")),
            return_origins: Vec::new(),
        }],
        local_returns: true,
        // Whoever tries it out, or measures it, is not to be told to wait.
        requests_per_second: 1_000_000,
        requests_per_person: 1_000_000,
        ..DataspaceSettings::default()
    })
}

fn entries(ledger: &Ledger) -> anyhow::Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for source in SOURCES {
        entries.push(Entry::Definition(Definition {
            key: DefinitionKey::parse(source.dsi)?,
            kind: DefinitionKind::Source,
            display_name: None,
            description: None,
            parameters: Vec::new(),
            parent: None,
            lifetime: None,
            actions: consentry_domain::Actions::default(),
            choice: consentry_domain::definition::Choice::default(),
        }));
    }
    for [definition, locale, title, data, purpose] in WORDS {
        entries.push(Entry::Localization(Localization {
            definition: DefinitionKey::parse(definition)?,
            locale: Locale::parse(locale)?,
            version: "1.0".parse()?,
            title: Some(title.to_owned()),
            data: data.to_owned(),
            purpose: purpose.to_owned(),
            published_at: ledger.now(),
        }));
    }
    Ok(entries)
}
