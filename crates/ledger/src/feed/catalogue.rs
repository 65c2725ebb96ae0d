//! The catalogue of events: every name with what it means (enforcement-events-evidence 3.4).

/// Before each name on the wire.
pub const PREFIX: &str = "consentry.";

/// What an event is about, which decides the members of its `data` (enforcement-events-evidence 3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// One act of will.
    Decision,
    /// One answer to one definition.
    Consent,
    /// The bundle that one decision gave one party.
    Grant,
    /// A decision that waits for proof.
    Approval,
    /// A person's row and rights.
    Subject,
    /// A standing right to act.
    Mandate,
    /// One visit of a browser.
    Interaction,
    /// A credential.
    Token,
    /// An OAuth face of a party.
    Client,
    /// Who may act or receive.
    Party,
    /// What can be consented to, and its words.
    Definition,
    /// The key ring.
    Key,
    /// Operations.
    Operation,
}

/// One entry.
#[derive(Debug)]
pub struct EventType {
    /// Name without prefix; characters `a-z`, `_` and `.`.
    pub name: &'static str,
    /// What it is about.
    pub family: Family,
    /// When it happens, in one sentence without full stop.
    pub description: &'static str,
    /// Whether it is durable: on the stream and in the log. The others are for one receiver only.
    pub leaf: bool,
    /// Whether it only passes by: whoever listens hears of it, and it is kept nowhere.
    pub signal: bool,
    /// Whether only the tenant's own readers may see it.
    pub tenant_only: bool,
    /// What the doors' own protocols call it: the door, and its names.
    pub renderings: &'static [(&'static str, &'static [&'static str])],
}

impl EventType {
    /// The name on the wire.
    pub fn wire_name(&self) -> String {
        format!("{PREFIX}{}", self.name)
    }

    /// Version of its `data`; another one would be another name.
    pub const fn data_version(&self) -> u32 {
        1
    }
}

/// The entry with this name, without prefix.
pub fn find(name: &str) -> Option<&'static EventType> {
    CATALOGUE.iter().find(|entry| entry.name == name)
}

const fn entry(name: &'static str, family: Family, description: &'static str) -> EventType {
    EventType {
        name,
        family,
        description,
        leaf: true,
        signal: false,
        tenant_only: false,
        renderings: &[],
    }
}

impl EventType {
    const fn known_as(mut self, renderings: &'static [(&'static str, &'static [&'static str])]) -> Self {
        self.renderings = renderings;
        self
    }

    const fn for_the_tenant(mut self) -> Self {
        self.tenant_only = true;
        self
    }

    const fn no_leaf(mut self) -> Self {
        self.leaf = false;
        self
    }

    const fn passing_by(mut self) -> Self {
        self.signal = true;
        self.no_leaf()
    }
}

/// Every event. `consent.imported`, `localization.retired`, `account.changed`, `account.retired`, `subject.hold_placed` and
/// `subject.hold_lifted` are ours: consents come from other systems, a wording can be taken back, entries of the principal directory are
/// configuration, and why data stay is part of their history.
pub static CATALOGUE: &[EventType] = &[
    entry(
        "decision.recorded",
        Family::Decision,
        "An act of will, exactly once, whatever it changed",
    )
    .for_the_tenant()
    .known_as(&[("preferences", &["event.created", "user.created", "user.updated"])]),
    entry(
        "decision.updated",
        Family::Decision,
        "Its approval state changed, proofs were added, or it was patched",
    )
    .for_the_tenant()
    .known_as(&[("preferences", &["event.updated"])]),
    entry("decision.deleted", Family::Decision, "It was withdrawn from view")
        .for_the_tenant()
        .known_as(&[("preferences", &["event.deleted"]), ("records", &["DELETE"])]),
    entry("consent.requested", Family::Consent, "Asked, not answered").known_as(&[("records", &["pending"])]),
    entry(
        "consent.granted",
        Family::Consent,
        "Accepted, also again after an end",
    )
    .known_as(&[
        ("authorization", &["consent.granted"]),
        ("records", &["accepted"]),
        ("dataspace", &["consent.granted"]),
    ]),
    entry("consent.denied", Family::Consent, "Refused")
        .known_as(&[("authorization", &["consent.declined"]), ("records", &["denied"])]),
    entry("consent.restricted", Family::Consent, "Narrowed"),
    entry(
        "consent.amended",
        Family::Consent,
        "Widened or changed without a new act of granting",
    )
    .known_as(&[("records", &["PUT", "PATCH"])]),
    entry("consent.renewed", Family::Consent, "Its end was moved"),
    entry("consent.superseded", Family::Consent, "Replaced by a newer one")
        .known_as(&[("authorization", &["consent.superseded"])]),
    entry(
        "consent.revoked",
        Family::Consent,
        "Withdrawn, by whom is in `actor`",
    )
    .known_as(&[("authorization", &["consent.revoked"]), ("records", &["revoked"])]),
    entry(
        "consent.imported",
        Family::Consent,
        "Taken over from another system as it stood there",
    ),
    entry("consent.expired", Family::Consent, "Its end was reached"),
    entry("consent.expiring", Family::Consent, "Its end is near")
        .known_as(&[("authorization", &["consent.expiring"])]),
    entry("grant.created", Family::Grant, "A bundle came to be")
        .known_as(&[("dashboard", &["CONSENT_INITIATED"])]),
    entry(
        "grant.changed",
        Family::Grant,
        "A bundle has more or less in it than before",
    )
    .known_as(&[("dashboard", &["CONSENT_MODIFIED", "CONSENT_UPDATED"])]),
    entry("grant.renewed", Family::Grant, "The end of a bundle moved")
        .known_as(&[("dashboard", &["CONSENT_RENEWED", "CONSENT_UPDATED"])]),
    entry("grant.expiring", Family::Grant, "The end of a bundle is near")
        .known_as(&[("dashboard", &["CONSENT_EXPIRING"])]),
    entry("grant.ended", Family::Grant, "A bundle ended, why is in `reason`").known_as(&[
        ("dashboard", &["CONSENT_REVOKED", "CONSENT_EXPIRED"]),
        ("authorization", &["grant.ended"]),
    ]),
    entry(
        "grant.reported",
        Family::Grant,
        "The person does not recognise it",
    )
    .known_as(&[("dashboard", &["CONSENT_REPORTED"])]),
    entry(
        "approval.requested",
        Family::Approval,
        "A decision waits for proof",
    )
    .for_the_tenant()
    .known_as(&[("preferences", &["event.created"])]),
    entry(
        "approval.decided",
        Family::Approval,
        "The proof came, or was refused",
    )
    .for_the_tenant(),
    entry(
        "approval.expired",
        Family::Approval,
        "Nobody proved anything in time",
    )
    .for_the_tenant(),
    entry(
        "subject.created",
        Family::Subject,
        "A person is known for the first time",
    )
    .for_the_tenant(),
    entry(
        "subject.updated",
        Family::Subject,
        "What is known of a person changed: their names, their account",
    )
    .for_the_tenant(),
    entry("subject.merged", Family::Subject, "Two were one person").for_the_tenant(),
    entry(
        "subject.erased",
        Family::Subject,
        "All data of a person became unreadable",
    )
    .known_as(&[("preferences", &["user.deleted"])]),
    entry(
        "subject.restricted",
        Family::Subject,
        "Processing of a person's data is restricted",
    ),
    entry(
        "subject.released",
        Family::Subject,
        "Processing of a person's data is allowed again",
    ),
    entry(
        "subject.hold_placed",
        Family::Subject,
        "A legal hold keeps a person's data from being erased",
    )
    .for_the_tenant(),
    entry(
        "subject.hold_lifted",
        Family::Subject,
        "A legal hold of a person's data was taken away",
    )
    .for_the_tenant(),
    entry(
        "mandate.created",
        Family::Mandate,
        "Somebody may act for a person",
    )
    .for_the_tenant(),
    entry(
        "mandate.ended",
        Family::Mandate,
        "Somebody may no longer act for a person",
    )
    .for_the_tenant(),
    entry(
        "interaction.created",
        Family::Interaction,
        "Somebody was sent here to be asked",
    )
    .passing_by()
    .known_as(&[("authorization", &["interaction.created"])]),
    entry(
        "embed.session.started",
        Family::Interaction,
        "Somebody opened the embedded dashboard",
    )
    .for_the_tenant()
    .passing_by(),
    entry(
        "embed.session.refused",
        Family::Interaction,
        "A one-time token opened nothing, why is in `reason`",
    )
    .for_the_tenant()
    .passing_by(),
    entry(
        "interaction.rejected",
        Family::Interaction,
        "A request was refused before the person was asked",
    )
    .known_as(&[("authorization", &["interaction.rejected"])]),
    entry(
        "token.reuse_detected",
        Family::Token,
        "A used refresh token came back",
    )
    .known_as(&[("authorization", &["token.reuse_detected"])]),
    entry("code.reuse_detected", Family::Token, "A used code came back")
        .known_as(&[("authorization", &["code.reuse_detected"])]),
    entry("client.created", Family::Client, "A client was registered"),
    entry(
        "client.changed",
        Family::Client,
        "A client's registration changed",
    ),
    entry("client.deleted", Family::Client, "A client is gone"),
    entry(
        "client.secret_rotated",
        Family::Client,
        "A client has a new secret",
    ),
    entry("party.created", Family::Party, "A party was registered"),
    entry("party.changed", Family::Party, "What is known of a party changed"),
    entry("party.suspended", Family::Party, "A party is no longer served"),
    entry("party.resumed", Family::Party, "A party is served again"),
    entry(
        "definition.published",
        Family::Definition,
        "A definition is new or changed",
    )
    .for_the_tenant(),
    entry("definition.retired", Family::Definition, "A definition is gone").for_the_tenant(),
    entry(
        "localization.published",
        Family::Definition,
        "A wording is new, with its digest",
    )
    .for_the_tenant(),
    entry(
        "localization.retired",
        Family::Definition,
        "A language of a definition is gone",
    )
    .for_the_tenant(),
    entry(
        "account.changed",
        Family::Operation,
        "An entry of the principal directory is new or changed",
    )
    .for_the_tenant(),
    entry(
        "account.retired",
        Family::Operation,
        "An entry of the principal directory is gone",
    )
    .for_the_tenant(),
    entry("key.published", Family::Key, "A signing key is in the key ring").for_the_tenant(),
    entry("key.retired", Family::Key, "A signing key left the key ring").for_the_tenant(),
    entry(
        "receipt.opened",
        Family::Operation,
        "Sealed evidence was opened by staff",
    )
    .for_the_tenant(),
    entry(
        "webhook.endpoint_disabled",
        Family::Operation,
        "Deliveries to an endpoint stopped",
    )
    .for_the_tenant(),
    entry(
        "log.checkpoint_gap",
        Family::Operation,
        "No checkpoint was signed in time",
    )
    .for_the_tenant(),
    entry(
        "subject.export_ready",
        Family::Operation,
        "A person's export can be fetched",
    )
    .for_the_tenant(),
    entry(
        "subject.request_due",
        Family::Operation,
        "A person's request is due soon",
    )
    .for_the_tenant(),
    entry("endpoint.ping", Family::Operation, "A test delivery")
        .for_the_tenant()
        .no_leaf(),
];

/// What `types` asks for: one name, or all that begin alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum TypePattern {
    /// One name, without prefix.
    One(&'static str),
    /// All names that begin with this, the full stop included.
    Below(String),
}

/// A pattern that fits no entry, so that a typing error does not look like silence (EVT-21).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("names no event type; a pattern is a name of the catalogue, or a family and `.*` at the end")]
pub struct UnknownType;

impl TypePattern {
    /// Reads a name, or a family with `.*` behind it; the prefix may be left out.
    pub fn parse(text: &str) -> Result<Self, UnknownType> {
        let name = text.strip_prefix(PREFIX).unwrap_or(text);
        if let Some(start) = name.strip_suffix('*') {
            let fits = start.ends_with('.') && CATALOGUE.iter().any(|entry| entry.name.starts_with(start));
            return fits.then(|| Self::Below(start.to_owned())).ok_or(UnknownType);
        }
        find(name).map(|entry| Self::One(entry.name)).ok_or(UnknownType)
    }

    /// Whether an event with this name, without prefix, is meant.
    pub fn fits(&self, name: &str) -> bool {
        match self {
            Self::One(own) => *own == name,
            Self::Below(start) => name.starts_with(start.as_str()),
        }
    }

    /// Whether nothing but signals is meant, which only a stream that asks for them tells.
    pub fn means_signals(&self) -> bool {
        let mut meant = CATALOGUE.iter().filter(|entry| self.fits(entry.name));
        meant.all(|entry| entry.signal)
    }

    /// One spelling for patterns that mean the same.
    pub(crate) fn canonical(&self) -> String {
        match self {
            Self::One(name) => (*name).to_owned(),
            Self::Below(start) => format!("{start}*"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_of_the_wires_alphabet() {
        for (index, entry) in CATALOGUE.iter().enumerate() {
            assert!(
                entry
                    .name
                    .bytes()
                    .all(|byte| matches!(byte, b'a'..=b'z' | b'_' | b'.')),
                "{}",
                entry.name
            );
            assert!(CATALOGUE[..index].iter().all(|other| other.name != entry.name));
        }
    }

    #[test]
    fn evt_01_whatever_the_domain_decides_has_an_entry() {
        let source = include_str!("../../../domain/src/fact.rs");
        let (_, named) = source.split_once("fn event_type(").unwrap();
        let (named, _) = named.split_once("pub const fn").unwrap();
        let names: Vec<&str> = named
            .lines()
            .filter_map(|line| line.split_once("=> \"")?.1.split_once('"'))
            .map(|(name, _)| name)
            .collect();
        assert!(names.len() >= 13, "{names:?}");
        for name in names {
            assert!(find(name).is_some(), "{name}");
        }
    }

    #[test]
    fn evt_21_patterns_are_names_or_families() {
        assert_eq!(
            TypePattern::parse("consentry.consent.revoked"),
            Ok(TypePattern::One("consent.revoked"))
        );
        assert_eq!(
            TypePattern::parse("consent.*"),
            Ok(TypePattern::Below("consent.".to_owned()))
        );
        for wrong in [
            "",
            "*",
            "consent",
            "consent*",
            "consent.r*",
            "*.revoked",
            "consents.*",
            "Consent.revoked",
        ] {
            assert_eq!(TypePattern::parse(wrong), Err(UnknownType), "{wrong}");
        }
        let all = TypePattern::parse("consentry.grant.*").unwrap();
        assert!(all.fits("grant.ended") && !all.fits("consent.revoked"));
        for (text, means_signals) in [
            ("interaction.created", true),
            ("embed.*", true),
            ("embed.session.*", true),
            ("interaction.*", false),
            ("endpoint.ping", false),
        ] {
            let pattern = TypePattern::parse(text).unwrap();
            assert_eq!(pattern.means_signals(), means_signals, "{text}");
        }
    }
}
