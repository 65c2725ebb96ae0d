//! The proof that a ledger is sound, for the commands that need it.

use consentry_ledger::{Ledger, verify::Verdict};

/// One line for each tenant whose chain holds and whose rows follow from its log; damage of the database and the first difference are
/// errors.
pub(super) async fn of(ledger: &Ledger) -> anyhow::Result<Vec<String>> {
    if let Some(what) = ledger.damage().await? {
        anyhow::bail!("the database is damaged: {what}");
    }
    let mut lines = Vec::new();
    for tenant in ledger.directory().tenants() {
        let slug = &tenant.tenant.slug;
        match ledger.verify(tenant).await? {
            Verdict::Sound { events, unreadable } => {
                lines.push(format!(
                    "{slug}: {events} events, chain and rows agree, {unreadable} bodies erased"
                ));
            }
            Verdict::Broken { index, what } => {
                anyhow::bail!("{slug}: first difference at event {index}: {what}");
            }
        }
    }
    Ok(lines)
}
