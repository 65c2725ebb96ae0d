//! Consents of a consent provider of a dataspace, one data source each (dataspace-consent-protocol 7).

use consentry_domain::{
    Accounts, TenantId,
    decision::EndReason,
    dsi::Dsi,
    subject::{Alias, Namespace},
};
use consentry_ledger::agreements::{ImportedAgreement, ImportedEnd};

use super::{Element, FoundAgreement, Members, consent_called};
use crate::ldif::Refused;

/// Reads one consent.
pub fn dataspace_consent(tenant: TenantId, element: Element) -> Result<FoundAgreement, Vec<Refused>> {
    let mut members = Members::of(&element, "tid")?;
    let tid = members.text("tid", "it is the id that consent tokens carry");
    let issuer = members.text("subiss", "it is the login issuer that knows the person");
    let sub = members.text("sub", "it is what the login issuer calls the person");
    let client = members.client("app");
    let source = members
        .text("dsi", "it is the data source, as dpp://…")
        .and_then(|dsi| {
            if dsi.parse::<Dsi>().is_err() {
                members.refuse(
                    "dsi",
                    "is no data source identifier",
                    "it is the data source, as dpp://…",
                );
                return None;
            }
            members
                .definitions("dsi", [dsi.as_str()], "it is the data source, as dpp://…")
                .pop()
        });
    let created_at = members.required("granted_at", Members::moment_or_seconds);
    let ended_at = members.moment_or_seconds("ended_at");
    let valid_until = members.moment_or_seconds("valid_until");
    let state = state(&mut members);
    match (state, ended_at, valid_until) {
        (Some(State::Revoked | State::Superseded), None, _) => {
            members.refuse("ended_at", "is missing", "a consent that ended says when");
        }
        (Some(State::Expired), _, None) => {
            members.refuse(
                "valid_until",
                "is missing",
                "an expired consent says when it expired",
            );
        }
        _ => {}
    }
    let name = tid.clone().unwrap_or_default();
    let read = (|| {
        let (agreement, consent) = consent_called(tenant, &tid?);
        let created_at = created_at?;
        let reason = match state? {
            State::Granted | State::Expired => None,
            State::Revoked => Some(EndReason::UserAction),
            State::Superseded => Some(EndReason::Superseded),
        };
        let ended = match reason {
            Some(reason) => Some(ImportedEnd {
                at: ended_at?,
                reason,
                by_person: reason == EndReason::UserAction,
            }),
            None => None,
        };
        Some(ImportedAgreement {
            id: agreement,
            person: Alias::new(Namespace::Upstream, format!("{} {}", issuer?, sub?)),
            client: client?,
            items: vec![(source?, Some(consent))],
            resources: Vec::new(),
            created_at,
            updated_at: ended.map_or(created_at, |ended| ended.at),
            valid_until,
            ended,
            accounts: Accounts::default(),
            intermediaries: None,
            used_at: None,
        })
    })();
    let agreement = members.finish(read)?;
    Ok(FoundAgreement {
        agreement,
        name,
        element,
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Granted,
    Revoked,
    Expired,
    Superseded,
}

fn state(members: &mut Members<'_>) -> Option<State> {
    const RIGHT: &str = "it is granted, revoked, expired or superseded";
    match members.text("state", RIGHT)?.as_str() {
        "granted" => Some(State::Granted),
        "revoked" => Some(State::Revoked),
        "expired" => Some(State::Expired),
        "superseded" => Some(State::Superseded),
        _ => {
            members.refuse("state", "is unknown", RIGHT);
            None
        }
    }
}
