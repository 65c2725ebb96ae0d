//! Proofs: files that are kept with an event, such as a signature (consent-tokens-and-preferences 8).
//!
//! A file is a row of its own, sealed with the key of its person and not read with their events. Its bytes must be of the type that it says;
//! what is in it beyond that nobody here looks at.

mod file;

use consentry_domain::{Lifetime, SubjectId};
use consentry_store::{
    ChangeSet, Expect, Hash, JobRow, PreferenceKind, PreferenceRow, Row, RowChange, RowKey,
};
use serde::{Deserialize, Serialize};

pub use self::file::{InvalidProof, LARGEST_PROOF, ProofFile};
use super::{PreferenceError, ReadPreferences, WritePreferences, Wrong, attempt::Attempt, only};
use crate::{
    Ledger, TenantSnapshot,
    access::Permit,
    error::Fault,
    once::Outcome,
    opaque::{base64url, hash_text},
    sealing::Key,
    stored_json::{from_json, to_json},
};

/// Most files of one event.
pub const MOST_PROOFS: usize = 10;

/// How long a file is kept that is not attached to an event.
const UNATTACHED: Lifetime = Lifetime::days(1);

/// Kind of the rows that say when a file goes that nobody attached.
const END: &str = "proof_end";

/// Most files that are looked at at a time.
const AT_ONCE: u32 = 200;

/// A file of an event, as the event knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptProof {
    /// By what it is asked for.
    pub id: String,
    /// Whether it is a picture, as a signature has to be.
    pub is_picture: bool,
}

/// A file as it is sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Sealed {
    id: String,
    /// The whole data URI.
    file: String,
    size: usize,
    /// Base64url of SHA-256 over the data URI, for whoever has to prove later what was handed in.
    digest: String,
    /// The event that it is attached to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event: Option<String>,
    /// Whether a back end handed it in without saying whose it is: then it becomes theirs whose event it is attached to.
    #[serde(default)]
    is_nobodys: bool,
}

impl Sealed {
    fn is_picture(&self) -> bool {
        self.file.starts_with("data:image/")
    }
}

/// A file as it is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofView {
    /// By what it is asked for.
    pub id: String,
    /// Bytes after decoding.
    pub size: usize,
    /// The data URI.
    pub file: String,
}

fn proof_hash(tenant: &TenantSnapshot, id: &str) -> Hash {
    tenant.keys.lookup("preference_proof", id)
}

/// The row keys of files, to be deleted.
pub(super) fn gone(tenant: &TenantSnapshot, proofs: &[KeptProof]) -> Vec<RowChange> {
    let keys = proofs
        .iter()
        .map(|proof| RowKey::Preference(proof_hash(tenant, &proof.id)));
    keys.map(RowChange::Delete).collect()
}

fn refused(path: String, why: &str) -> PreferenceError {
    PreferenceError::Invalid(vec![Wrong {
        index: None,
        path,
        why: why.to_owned(),
    }])
}

impl Ledger {
    fn proof_row(
        &self,
        (hash, version): (Hash, u32),
        (subject, key): (SubjectId, &Key),
        sealed: &Sealed,
    ) -> Result<RowChange, Fault> {
        let sealed = key.seal_value(self.entropy(), hash.as_bytes(), sealed, "proof")?;
        Ok(RowChange::Put(Row::Preference(PreferenceRow {
            hash,
            kind: PreferenceKind::Proof,
            version,
            subject,
            created_at: self.now(),
            sealed,
        })))
    }

    fn sealed_proof(&self, file: &ProofFile, event: Option<&str>, is_nobodys: bool) -> Sealed {
        let uri = file.uri();
        Sealed {
            id: self.fresh_id(),
            digest: hash_text(&uri),
            file: uri,
            size: file.bytes.len(),
            event: event.map(str::to_owned),
            is_nobodys,
        }
    }

    /// Keeps a file for an event to come: for the person whom the permit is about, or nobody yet. Within a day it has to be attached.
    pub async fn upload_proof(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<WritePreferences>,
        file: &ProofFile,
    ) -> Result<ProofView, PreferenceError> {
        let own = only(permit.target());
        let subject = match own {
            Some(subject) => subject,
            None => self.unassigned_subject(tenant).await?,
        };
        let key = self.subject_key(tenant, subject).await?.ok_or(Fault::Conflict)?;
        let sealed = self.sealed_proof(file, None, own.is_none());
        let hash = proof_hash(tenant, &sealed.id);
        let now = self.now();
        let mut change = ChangeSet::new(tenant.id(), now);
        change.expect.push(Expect::Absent(RowKey::Preference(hash)));
        change
            .rows
            .push(self.proof_row((hash, 1), (subject, &key), &sealed)?);
        change.rows.push(RowChange::Put(Row::Job(JobRow {
            kind: END.to_owned(),
            key: base64url(hash.as_bytes()),
            version: 1,
            due_at: now.plus(UNATTACHED),
            holder: None,
            held_until: None,
            attempts: 0,
            last_error: None,
            detail: to_json(&hash, "proof")?,
        })));
        self.leads_to(Outcome::made(&sealed.id));
        let _receipt = self.commit_asked(change).await.map_err(Fault::from)?;
        Ok(ProofView {
            id: sealed.id,
            size: sealed.size,
            file: sealed.file,
        })
    }

    async fn read_proof(
        &self,
        tenant: &TenantSnapshot,
        hash: Hash,
    ) -> Result<Option<(PreferenceRow, Sealed)>, Fault> {
        let row = self.inner.store.preference(tenant.id(), hash).await?;
        let Some(row) = row.filter(|row| row.kind == PreferenceKind::Proof) else {
            return Ok(None);
        };
        let Some(key) = self.subject_key(tenant, row.subject).await? else {
            return Ok(None);
        };
        let sealed = key.open_value(row.hash.as_bytes(), &row.sealed, "proof")?;
        Ok(Some((row, sealed)))
    }

    /// A file; a person sees their own.
    pub async fn proof(
        &self,
        tenant: &TenantSnapshot,
        permit: &Permit<ReadPreferences>,
        id: &str,
    ) -> Result<ProofView, PreferenceError> {
        let found = self.read_proof(tenant, proof_hash(tenant, id)).await?;
        let (row, sealed) = found.ok_or(PreferenceError::NotFound)?;
        if only(permit.target()).is_some_and(|of| of != row.subject) {
            return Err(PreferenceError::NotFound);
        }
        Ok(ProofView {
            id: sealed.id,
            size: sealed.size,
            file: sealed.file,
        })
    }

    /// A file by its id; none where it is gone.
    pub(super) async fn proof_file(
        &self,
        tenant: &TenantSnapshot,
        id: &str,
    ) -> Result<Option<ProofFile>, Fault> {
        let found = self.read_proof(tenant, proof_hash(tenant, id)).await?;
        let Some((_, sealed)) = found else { return Ok(None) };
        let file = ProofFile::parse(&sealed.file).map_err(|error| Fault::Unreadable {
            what: "proof",
            why: error.to_string(),
        })?;
        Ok(Some(file))
    }

    /// Removes files that nobody attached in time; answers how many.
    pub async fn drop_proofs(&self, tenant: &TenantSnapshot) -> Result<usize, Fault> {
        let now = self.now();
        let rows = self
            .inner
            .store
            .jobs_by_due(tenant.id(), END.to_owned(), AT_ONCE)
            .await?;
        let mut change = ChangeSet::new(tenant.id(), now);
        let mut dropped = 0;
        for row in rows.into_iter().filter(|row| row.due_at <= now) {
            let hash: Hash = from_json(&row.detail, "proof")?;
            if let Some((kept, sealed)) = self.read_proof(tenant, hash).await?
                && sealed.event.is_none()
            {
                let key = RowKey::Preference(hash);
                change.expect.push(Expect::At(key.clone(), kept.version));
                change.rows.push(RowChange::Delete(key));
                dropped += 1;
            }
            change
                .rows
                .push(RowChange::Delete(RowKey::Job(row.kind.clone(), row.key.clone())));
        }
        if !change.rows.is_empty() {
            let _receipt = self.commit(change).await?;
        }
        Ok(dropped)
    }
}

impl Attempt<'_> {
    /// Attaches files to an event of a person: those that came with it, and those that were handed in before.
    pub(super) async fn keep_proofs(
        &mut self,
        subject: SubjectId,
        event: &str,
        (files, ids): (&[ProofFile], &[String]),
        is_by_token: bool,
    ) -> Result<Vec<KeptProof>, PreferenceError> {
        let (ledger, tenant) = (self.ledger, self.tenant);
        let mut kept = Vec::new();
        if files.is_empty() && ids.is_empty() {
            return Ok(kept);
        }
        let key = ledger
            .subject_key(tenant, subject)
            .await?
            .ok_or(Fault::Conflict)?;
        for file in files {
            let sealed = ledger.sealed_proof(file, Some(event), false);
            let hash = proof_hash(tenant, &sealed.id);
            self.expect.push(Expect::Absent(RowKey::Preference(hash)));
            self.rows
                .push(ledger.proof_row((hash, 1), (subject, &key), &sealed)?);
            kept.push(KeptProof {
                is_picture: sealed.is_picture(),
                id: sealed.id,
            });
        }
        for (place, id) in ids.iter().enumerate() {
            let hash = proof_hash(tenant, id);
            let found = ledger.read_proof(tenant, hash).await?;
            let is_theirs = |row: &PreferenceRow, sealed: &Sealed| {
                row.subject == subject || (sealed.is_nobodys && sealed.event.is_none() && !is_by_token)
            };
            let Some((row, sealed)) = found.filter(|(row, sealed)| is_theirs(row, sealed)) else {
                return Err(refused(format!("proofs_id.{place}"), "is no proof of this user"));
            };
            let sealed = Sealed {
                event: Some(event.to_owned()),
                ..sealed
            };
            let version = row.version.saturating_add(1);
            self.expect
                .push(Expect::At(RowKey::Preference(hash), row.version));
            self.rows
                .push(ledger.proof_row((hash, version), (subject, &key), &sealed)?);
            kept.push(KeptProof {
                is_picture: sealed.is_picture(),
                id: sealed.id,
            });
        }
        Ok(kept)
    }
}
