//! The logo of Moneytrack, which the server fetches from its own address as it does from anybody's.

use anyhow::Context as _;
use consentry_domain::client::Party;
use consentry_ledger::{Caller, Ledger, Target, access::Provision, authorize, provision::Entry};

use super::seed::{Addresses, Bank};

/// Says where it is.
pub(super) async fn show(ledger: &Ledger, bank: &Bank, addresses: &Addresses) -> anyhow::Result<()> {
    let directory = ledger.directory();
    let tenant = directory.by_slug(&bank.tenant);
    let tenant = tenant.context("the bank is not there")?;
    let client = tenant.client(&bank.third_party.client_id);
    let party = client.and_then(|client| tenant.party_of(client));
    let party = Party {
        logo_uri: Some(format!("{}/demo/moneytrack/logo.png", addresses.base_url)),
        ..party.context("nobody is behind Moneytrack")?.clone()
    };
    let permit = authorize::<Provision>(&Caller::Operator, Target::Tenant)?;
    ledger.provision(tenant, &permit, &[Entry::Party(party)]).await?;
    Ok(())
}
