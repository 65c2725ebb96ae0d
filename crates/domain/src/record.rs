//! The stable handle of the records door.

use serde::{Deserialize, Serialize};

use crate::{ConsentId, RecordId, SubjectId, Timestamp};

/// A stable handle with the consents behind it in time. What it carries in bulk (identities as given, collaborators, texts,
/// `data`, `consentContext`) is sealed and belongs to the ledger, not to the rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Identity; survives import and every change.
    pub id: RecordId,
    /// Whose record.
    pub subject: SubjectId,
    /// The consent that stands behind it now.
    pub consent: ConsentId,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whether it was deleted; the consent behind it has ended then.
    #[serde(default)]
    pub deleted: bool,
}
