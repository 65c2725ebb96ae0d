//! What of the stream somebody wants (enforcement-events-evidence 4.1).

use std::collections::BTreeSet;

use consentry_domain::{
    AgreementId, Audience, ClientId, ConsentId, DefinitionKey, SubjectId, decision::Door,
};
use consentry_store::EventRow;

use super::{
    catalogue::TypePattern,
    happening::{Happening, Leaf},
};

/// Filters. Those of one kind are alternatives, those of different kinds must all fit; an empty one lets everything through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Types.
    pub types: BTreeSet<TypePattern>,
    /// Definitions.
    pub definitions: BTreeSet<DefinitionKey>,
    /// Texts of audiences, whatever their kind.
    pub audiences: BTreeSet<String>,
    /// Clients.
    pub clients: BTreeSet<ClientId>,
    /// Consents.
    pub consents: BTreeSet<ConsentId>,
    /// Bundles.
    pub grants: BTreeSet<AgreementId>,
    /// Doors.
    pub doors: BTreeSet<Door>,
    /// Regulations.
    pub regulations: BTreeSet<String>,
    /// One person, by our own id.
    pub subject: Option<SubjectId>,
}

impl Filter {
    /// One spelling for filters that mean the same; part of what cursors are bound to.
    pub(crate) fn canonical(&self) -> String {
        let mut text = String::new();
        let mut add = |name: &str, values: &mut dyn Iterator<Item = String>| {
            for value in values {
                text.push_str(name);
                text.push('=');
                text.push_str(&value);
                text.push('\u{0}');
            }
        };
        add("types", &mut self.types.iter().map(TypePattern::canonical));
        add(
            "definition",
            &mut self.definitions.iter().map(ToString::to_string),
        );
        add("audience", &mut self.audiences.iter().cloned());
        add("client", &mut self.clients.iter().map(ToString::to_string));
        add("consent", &mut self.consents.iter().map(ToString::to_string));
        add("grant", &mut self.grants.iter().map(ToString::to_string));
        add(
            "door",
            &mut self.doors.iter().map(|door| door.as_str().to_owned()),
        );
        add("regulation", &mut self.regulations.iter().cloned());
        add("subject", &mut self.subject.iter().map(ToString::to_string));
        text
    }

    /// Whether an event can fit, by what is known of it unopened.
    pub(crate) fn may_fit(&self, seen: &Seen<'_>) -> bool {
        let kind = self.types.is_empty() || self.types.iter().any(|pattern| pattern.fits(seen.kind));
        let door = self.doors.is_empty() || seen.door.is_some_and(|door| self.doors.contains(&door));
        let subject = self.subject.is_none_or(|subject| seen.subject == Some(subject));
        let definition = self.definitions.is_empty()
            || seen
                .definition
                .is_some_and(|id| self.definitions.iter().any(|key| key.as_str() == id));
        kind && door && subject && definition
    }

    /// Whether an event fits.
    pub(crate) fn fits(&self, event: &Happening) -> bool {
        let toward = self.fits_audience(event.audience().as_ref());
        let consent =
            self.consents.is_empty() || event.consent_id().is_some_and(|id| self.consents.contains(&id));
        let grant = self.grants.is_empty() || event.grant_id().is_some_and(|id| self.grants.contains(&id));
        let regulation = self.regulations.is_empty() || self.regulations.contains(event.regulation());
        toward && consent && grant && regulation
    }

    /// Whether what concerns a client, and no consent, fits.
    pub(crate) fn fits_client(&self, client: Option<&ClientId>) -> bool {
        let audience = client.cloned().map(Audience::Client);
        let is_wide = self.consents.is_empty() && self.grants.is_empty();
        is_wide && self.regulations.is_empty() && self.fits_audience(audience.as_ref())
    }

    fn fits_audience(&self, audience: Option<&Audience>) -> bool {
        let named = self.audiences.is_empty()
            || audience.is_some_and(|audience| self.audiences.contains(&audience.text()));
        let client = self.clients.is_empty()
            || matches!(audience, Some(Audience::Client(client)) if self.clients.contains(client));
        named && client
    }
}

/// What is known of an event without its body.
pub(crate) struct Seen<'a> {
    pub kind: &'a str,
    pub door: Option<Door>,
    pub subject: Option<SubjectId>,
    pub definition: Option<&'a str>,
}

impl<'a> Seen<'a> {
    pub(crate) fn of(event: &'a EventRow, leaf: &'a Leaf) -> Self {
        Self {
            kind: &event.kind,
            door: event.door,
            subject: event.subject,
            definition: leaf.definition.as_ref().map(|definition| definition.id.as_str()),
        }
    }
}
