//! The origins that may frame the dashboard of each tenant.

use super::{Found, Patient};

pub(super) fn look(patient: &Patient) -> Vec<Found> {
    let Some(ledger) = &patient.ledger else {
        return vec![Found::Skipped(
            "tenants are in the ledger, which is not open here".to_owned(),
        )];
    };
    let directory = ledger.directory();
    let tenants = directory.tenants();
    tenants
        .map(|tenant| {
            of_tenant(
                &tenant.tenant.slug,
                &tenant.tenant.dashboard.frame_origins,
                patient.public.scheme() == "https",
            )
        })
        .collect()
}

fn of_tenant(tenant: &str, origins: &[String], is_https: bool) -> Found {
    let cure = "set dashboard.frame_origins of the tenant to the origins of your pages, such as https://www.bank.example";
    if let Some(plain) = origins
        .iter()
        .find(|origin| is_https && !origin.starts_with("https://"))
    {
        return Found::wrong(
            format!("{tenant}: a page at {plain} may frame the dashboard, and can be changed on its way"),
            cure,
        );
    }
    let is_origin = |origin: &&String| {
        url::Url::parse(origin).is_ok_and(|url| url.origin().ascii_serialization() == **origin)
    };
    match origins.iter().find(|origin| !is_origin(origin)) {
        Some(odd) => Found::wrong(
            format!("{tenant}: {odd} is no origin, so no browser lets that page frame the dashboard"),
            cure,
        ),
        None if origins.is_empty() => Found::Skipped(format!(
            "{tenant}: no page of another origin may frame the dashboard"
        )),
        None => Found::Fine(format!("{tenant}: {}", origins.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_origins_and_as_safe_as_the_page_in_the_frame() {
        let found = |origin: &str, is_https| of_tenant("bank", &[origin.to_owned()], is_https);
        assert!(matches!(found("https://www.bank.example", true), Found::Fine(_)));
        assert!(matches!(found("http://localhost:8080", false), Found::Fine(_)));
        for (origin, is_https) in [
            ("http://www.bank.example", true),
            ("https://www.bank.example/", true),
            ("https://www.bank.example/app", true),
            ("www.bank.example", false),
        ] {
            assert!(matches!(found(origin, is_https), Found::Wrong { .. }), "{origin}");
        }
        assert!(matches!(of_tenant("bank", &[], true), Found::Skipped(_)));
    }
}
