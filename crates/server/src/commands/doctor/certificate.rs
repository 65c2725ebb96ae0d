//! The certificate of the listener: whether it can be shown, for how long, for which name, and who else can read its key.

use std::{fs, os::unix::fs::PermissionsExt as _};

use consentry_domain::Timestamp;
use consentry_ledger::{Clock as _, SystemClock};

use super::{Found, Patient};
use crate::tls::{self, CertificateFacts, Certificates};

/// Seconds before its end from which it should have been replaced: a renewal that fails is tried for two weeks.
const SOON: i64 = 14 * 24 * 60 * 60;

const CURE: &str =
    "put a certificate for the public address and its key in place, and send the server SIGHUP";

pub(super) fn look(patient: &Patient) -> Vec<Found> {
    let files = match patient.configuration.tls.files() {
        Ok(Some(files)) => files,
        Ok(None) => {
            return vec![Found::Skipped("the listener shows none".to_owned())];
        }
        Err(error) => {
            return vec![Found::wrong(
                error.to_string(),
                "set both, or neither where a proxy ends TLS",
            )];
        }
    };
    let facts = match Certificates::read(files.clone()) {
        Ok((_, facts)) => facts,
        Err(error) => return vec![Found::wrong(error.to_string(), CURE)],
    };
    let host = patient.public.host_str().unwrap_or_default();
    let mut found = vec![judged(&facts, host, SystemClock.now())];
    // The group may read it: that is how one renewal serves several programs.
    let mode = fs::metadata(&files.key).map_or(0, |about| about.permissions().mode());
    if mode & 0o007 != 0 {
        let shown = files.key.display();
        found.push(Found::wrong(
            format!("{shown} can be read by everybody (mode {:o})", mode & 0o777),
            format!("chmod 640 {shown}"),
        ));
    }
    found
}

fn judged(facts: &CertificateFacts, host: &str, now: Timestamp) -> Found {
    let until = tls::shown(facts.until);
    if !facts.counts(now) {
        let from = tls::shown(facts.from);
        return Found::wrong(format!("it counts from {from} to {until} only"), CURE);
    }
    if !facts.covers(host.trim_matches(['[', ']'])) {
        return Found::wrong(
            format!("it is for {}, not for {host}", facts.names.join(", ")),
            CURE,
        );
    }
    if facts.until - now.as_seconds() < SOON {
        return Found::wrong(
            format!("it ends at {until}, and nothing has replaced it"),
            "see why it is not renewed",
        );
    }
    Found::Fine(format!("it is for {host}, until {until}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_counts_is_for_the_address_and_lasts() {
        let facts = CertificateFacts {
            from: 100,
            until: 100 + 2 * SOON,
            names: vec!["consent.example".to_owned(), "::1".to_owned()],
        };
        let found = |host, second| judged(&facts, host, Timestamp::from_seconds(second));
        assert!(matches!(found("consent.example", 200), Found::Fine(_)));
        assert!(matches!(found("[::1]", 200), Found::Fine(_)));
        for (host, second, why) in [
            ("other.example", 200, "not for other.example"),
            ("consent.example", 99, "counts from"),
            ("consent.example", 101 + 2 * SOON, "counts from"),
            ("consent.example", 101 + SOON, "nothing has replaced it"),
        ] {
            let Found::Wrong { what, .. } = found(host, second) else {
                panic!("{why}");
            };
            assert!(what.contains(why), "{what}");
        }
    }
}
