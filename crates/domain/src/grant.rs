//! One live token family under an agreement.

use serde::{Deserialize, Serialize};

use crate::{
    AgreementId, ApplicationId, ClientId, GrantId, Qualifier, SubjectId, Timestamp, consent::Ended,
    scope::Scope,
};

/// A live authorization: parent of one code, its access tokens and its refresh tokens. Many grants may hang on one agreement;
/// replay of a code, reuse of a refresh token and logout end a grant and leave the agreement standing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Identity.
    pub id: GrantId,
    /// Raised by one with each change.
    pub version: u32,
    /// For whom.
    pub subject: SubjectId,
    /// The first party's product.
    pub application: ApplicationId,
    /// Who holds the tokens.
    pub client: ClientId,
    /// The consent behind it; none for first-party clients, which are not asked (third-party-authorization A.6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement: Option<AgreementId>,
    /// Scope asked for; what it may use is judged anew at each use.
    pub scope: Scope,
    /// Named resources (RFC 8707), empty for the default.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// What keeps its slots apart; fits [`Self::resources`].
    #[serde(default)]
    pub qualifier: Qualifier,
    /// Keyed hash of the session it began in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// Whether it outlives the session.
    pub offline: bool,
    /// When the person last proved who they are.
    pub auth_time: Timestamp,
    /// Authentication methods (RFC 8176), such as `pwd`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// After this moment nothing new comes from it, whatever is used.
    pub expires_at: Timestamp,
    /// Its end, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
}

impl Grant {
    /// Whether anything may still come from it at `now`, consent aside. `client_epoch` is the client's epoch: what began
    /// before it is over.
    pub fn is_live(&self, now: Timestamp, client_epoch: Timestamp) -> bool {
        self.ended.is_none() && now < self.expires_at && self.created_at >= client_epoch
    }
}
