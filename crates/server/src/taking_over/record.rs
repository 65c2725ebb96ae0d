//! Consent records as the Consent API shows them (consent-api 8.4): what a search answers, kept in a file.

use std::collections::BTreeMap;

use consentry_domain::{RecordId, Timestamp, dn::Dn, tenant::RecordsSettings};
use consentry_door_records::imported::{self, Broken};
use consentry_ledger::records::{ImportedIdentity, ImportedRecord};

use super::{Element, Members};
use crate::ldif::{Places, RecordEntry, Refused};

/// Members whose lines are told.
const MEMBERS: [&str; 17] = [
    "id",
    "status",
    "subject",
    "subjectDN",
    "actor",
    "actorDN",
    "audience",
    "collaborators",
    "definition",
    "titleText",
    "dataText",
    "purposeText",
    "data",
    "consentContext",
    "createdDate",
    "updatedDate",
    "actions",
];

/// Reads one record, at a tenant with these settings.
pub fn record(settings: &RecordsSettings, element: &Element) -> Result<RecordEntry, Vec<Refused>> {
    let mut members = Members::of(element, "id")?;
    let id = members
        .text("id", "it is the id that clients know")
        .and_then(|id| {
            let id = uuid::Uuid::try_parse(&id)
                .ok()
                .filter(|_| id.len() == uuid::fmt::Hyphenated::LENGTH);
            if id.is_none() {
                members.refuse("id", "is no UUID", "it is the id that clients know");
            }
            id.map(RecordId::from_uuid)
        });
    let subject = identity(&mut members, "subject", "subjectDN");
    if subject.is_none() && members.value("subject").is_none() {
        members.refuse("subject", "is missing", "it says whose record it is");
    }
    let actor = identity(&mut members, "actor", "actorDN");
    let created_at = members.required("createdDate", Members::moment);
    let updated_at = members.moment("updatedDate").or(created_at);
    let lines: BTreeMap<_, _> = MEMBERS
        .into_iter()
        .filter(|member| members.value(member).is_some())
        .map(|member| (member, element.line_of(member)))
        .collect();
    let places = Places::new(members.name().to_owned(), element.line, lines);
    let wish = imported::read(settings, &element.text);
    let told = |broken: Vec<Broken>| {
        broken
            .iter()
            .map(|broken| places.refuse(broken))
            .collect::<Vec<_>>()
    };
    let wish = match wish {
        Ok(wish) => Some(wish),
        Err(broken) => return Err(with(members, told(broken))),
    };
    let read = (|| {
        Some(ImportedRecord {
            id: id?,
            subject: subject?,
            actor,
            wish: wish?,
            created_at: created_at?,
            updated_at: updated_at?,
        })
    })();
    let record = members.finish(read)?;
    Ok(RecordEntry { record, places })
}

/// What the door says besides, after what was found already.
fn with(members: Members<'_>, broken: Vec<Refused>) -> Vec<Refused> {
    let mut all = members.finish(None::<Timestamp>).err().unwrap_or_default();
    let known: Vec<usize> = all.iter().map(|refused| refused.line).collect();
    all.extend(
        broken
            .into_iter()
            .filter(|refused| !known.contains(&refused.line)),
    );
    all.sort_by_key(|refused| refused.line);
    all
}

fn identity(members: &mut Members<'_>, text: &str, dn: &str) -> Option<ImportedIdentity> {
    let given = members.optional_text(text, "it is a text");
    let dn = members
        .optional_text(dn, "it is a distinguished name")
        .and_then(|name| {
            let name = Dn::parse(&name).ok();
            if name.is_none() {
                members.refuse(dn, "is no distinguished name", "it is one (RFC 4514)");
            }
            name
        });
    let text = given.or_else(|| dn.as_ref().map(|dn| dn.as_str().to_owned()))?;
    Some(ImportedIdentity { text, dn })
}
