//! The mirror in NATS: whether the server is there and takes the account, and whether what is mirrored is gone soon enough (EVT-34).

use consentry_outbound::Mirror;

use super::{Found, Patient};
use crate::configuration::LONGEST_MIRROR;

pub(super) async fn look(patient: &Patient) -> Vec<Found> {
    let settings = &patient.configuration.nats;
    let mirror = match settings.mirror() {
        Err(error) => {
            return vec![Found::wrong(
                error.to_string(),
                "see docs/nats.md for what goes into [nats]",
            )];
        }
        Ok(None) => return vec![Found::Skipped("nothing is mirrored".to_owned())],
        Ok(Some(mirror)) => mirror,
    };
    let mut found = vec![match mirror.greet().await {
        Ok(()) => Found::Fine("the server takes the account".to_owned()),
        Err(error) => Found::wrong(
            error.to_string(),
            "see that [nats] has the server's addresses, account and authorities, and that it takes connections from here",
        ),
    }];
    if settings.max_age_days > LONGEST_MIRROR {
        found.push(Found::wrong(
            format!(
                "who is erased stays in NATS for {} days, which is longer than an erasure may take",
                settings.max_age_days
            ),
            format!("set nats.max_age_days to {LONGEST_MIRROR} or less"),
        ));
    }
    let tenants = patient.ledger.iter().flat_map(|ledger| {
        let directory = ledger.directory();
        let slugs: Vec<String> = directory
            .tenants()
            .map(|tenant| tenant.tenant.slug.clone())
            .collect();
        slugs
    });
    found.extend(tenants.filter_map(|slug| {
        let unusable = Mirror::check_tenant(&slug).err()?;
        Some(Found::wrong(
            unusable.to_string(),
            "give the tenant another slug, or take [nats] away",
        ))
    }));
    found
}
