//! One act of will: who decided what, where, on which words.

use serde::{Deserialize, Serialize};

use crate::{DecisionId, DefinitionKey, SubjectId, Timestamp, definition::WordingVersion, locale::Locale};

macro_rules! named_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// All values.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name as stored and as used in events.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The value with this stored name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}
pub(crate) use named_enum;

named_enum! {
    /// A door: one protocol to the outside.
    Door {
        /// PingDirectory-compatible Consent API.
        Records = "records",
        /// OpenID provider with third-party clients.
        Authorization = "authorization",
        /// Embedded dashboard.
        Dashboard = "dashboard",
        /// Consent provider of a dataspace.
        Dataspace = "dataspace",
        /// Consent tokens, events and users of a preferences platform.
        Preferences = "preferences",
        /// The operator's own commands and files.
        Operator = "operator",
    }
}

named_enum! {
    /// In which role somebody acted (enforcement-events-evidence 3.3).
    Role {
        /// The person whose data it is.
        Subject = "subject",
        /// Somebody acting for the person.
        Delegate = "delegate",
        /// A client or other party.
        Party = "party",
        /// A member of the tenant's staff, or one of its back ends.
        Staff = "staff",
        /// Consentry itself.
        System = "system",
    }
}

/// Who acted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// In which role.
    pub role: Role,
    /// Which person, where it was one known here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<SubjectId>,
    /// Which client or account, where it was none of a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Actor {
    /// The person themself.
    pub const fn subject(subject: SubjectId) -> Self {
        Self {
            role: Role::Subject,
            subject: Some(subject),
            name: None,
        }
    }

    /// Consentry itself.
    pub const fn system() -> Self {
        Self {
            role: Role::System,
            subject: None,
            name: None,
        }
    }

    /// A party, named by its client id or account.
    pub const fn party(name: String) -> Self {
        Self {
            role: Role::Party,
            subject: None,
            name: Some(name),
        }
    }

    /// Somebody acting for the person, by the name that the first party gives them.
    pub const fn delegate(name: String) -> Self {
        Self {
            role: Role::Delegate,
            subject: None,
            name: Some(name),
        }
    }

    /// Staff or a back end of the tenant, named by its account.
    pub const fn staff(name: String) -> Self {
        Self {
            role: Role::Staff,
            subject: None,
            name: Some(name),
        }
    }
}

named_enum! {
    /// How the decision reached us; the kind, never the value of a credential.
    CredentialKind {
        /// Signed-in browser at the hosted pages.
        Session = "session",
        /// Page of the embedded dashboard.
        PageSession = "page_session",
        /// One-time token of the embedded dashboard, shown by the data provider's back end.
        EmbedTicket = "embed_ticket",
        /// OAuth access token.
        AccessToken = "access_token",
        /// Client id and secret.
        ClientSecret = "client_secret",
        /// Assertion that a client signed itself (RFC 7523).
        ClientAssertion = "client_assertion",
        /// Client id alone, of a client that can keep no secret; a proof key stands in for one.
        PublicClient = "public_client",
        /// A statement that the party of an application signed.
        SignedRequest = "signed_request",
        /// User name and password over HTTP Basic.
        Basic = "basic",
        /// Session of a back end at the preferences door.
        ApiSession = "api_session",
        /// What a person's browser was given for the preferences door.
        ConsentToken = "consent_token",
        /// A link that was sent by mail, for one decision.
        Link = "link",
        /// Somebody with access to the machine.
        Operator = "operator",
    }
}

named_enum! {
    /// Why a consent, agreement or grant ended.
    EndReason {
        /// The person pressed stop.
        UserAction = "user_action",
        /// The first party withdrew it on the person's behalf or its own.
        PartyAction = "party_action",
        /// A records client set it to revoked.
        RecordRevoked = "record_revoked",
        /// A records client deleted the record.
        RecordDeleted = "record_deleted",
        /// A records client pointed the record at another subject, definition or audience.
        RecordMoved = "record_moved",
        /// Nothing is left in the bundle, or a scope it cannot do without.
        Emptied = "emptied",
        /// A newer decision took its place.
        Superseded = "superseded",
        /// A used code or refresh token came back.
        ReuseDetected = "reuse_detected",
        /// The session it lived in ended.
        Logout = "logout",
        /// The client revoked it (RFC 7009).
        ClientAction = "client_action",
        /// Its consent is over.
        ConsentEnded = "consent_ended",
        /// The person was deleted.
        Erasure = "erasure",
    }
}

/// Which words were on the screen, with a digest of them (enforcement-events-evidence 8.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextShown {
    /// The definition asked about.
    pub definition: DefinitionKey,
    /// Version shown.
    pub version: WordingVersion,
    /// Language shown.
    pub locale: Locale,
    /// `sha256:` and base64url over the canonical wording.
    pub digest: String,
}

named_enum! {
    /// What the person said.
    Outcome {
        /// Yes, to all or a part of what was asked.
        Approved = "approved",
        /// No. Standing consents are left alone.
        Declined = "declined",
        /// Took something back.
        Withdrawn = "withdrawn",
        /// Changed which accounts something is about.
        Changed = "changed",
        /// Recorded by a records client; the record says what.
        Recorded = "recorded",
        /// Taken over by the operator from another system; the record says what.
        Imported = "imported",
    }
}

/// One act of will. It lives in the event `decision.recorded` and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Identity; correlates all events it caused.
    pub id: DecisionId,
    /// Whose data it concerns.
    pub subject: SubjectId,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// Where.
    pub door: Door,
    /// By whom.
    pub actor: Actor,
    /// With what kind of credential.
    pub credential: CredentialKind,
    /// What was said.
    pub outcome: Outcome,
    /// What was asked about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<DefinitionKey>,
    /// The words on the screen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<TextShown>,
    /// Keyed hash of the interaction it came from, never the handle (TPA-IX-06).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interaction: Option<String>,
    /// Request it came with, for the operator's logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
}
