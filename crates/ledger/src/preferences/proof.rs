//! Proofs: files that are kept with an event, such as a signature (consent-tokens-and-preferences 8).
//!
//! A file is a row of its own, sealed with the key of its person and not read with their events. Its bytes must be of the type that it says;
//! what is in it beyond that nobody here looks at.

use base64::{Engine, engine::general_purpose::STANDARD};
use consentry_domain::{Lifetime, SubjectId};
use consentry_store::{
    ChangeSet, Expect, Hash, JobRow, PreferenceKind, PreferenceRow, Row, RowChange, RowKey,
};
use serde::{Deserialize, Serialize};

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

/// Largest file, in bytes.
pub const LARGEST_PROOF: usize = 5 * 1024 * 1024;

/// Most files of one event.
pub const MOST_PROOFS: usize = 10;

/// How long a file is kept that is not attached to an event.
const UNATTACHED: Lifetime = Lifetime::days(1);

/// Kind of the rows that say when a file goes that nobody attached.
const END: &str = "proof_end";

/// Most files that are looked at at a time.
const AT_ONCE: u32 = 200;

/// Types that are taken, with the bytes that they begin with.
const TYPES: [(&str, &[&[u8]]); 6] = [
    ("application/pdf", &[b"%PDF-"]),
    ("image/png", &[b"\x89PNG\r\n\x1a\n"]),
    ("image/jpeg", &[b"\xff\xd8\xff"]),
    ("image/gif", &[b"GIF87a", b"GIF89a"]),
    (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        &[b"PK\x03\x04"],
    ),
    ("application/msword", &[b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]),
];

/// A file whose bytes are of its type.
#[derive(Clone, PartialEq, Eq)]
pub struct ProofFile {
    media_type: &'static str,
    bytes: Vec<u8>,
}

impl std::fmt::Debug for ProofFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ProofFile({}, {} bytes)", self.media_type, self.bytes.len())
    }
}

/// Why a text is no file that can be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidProof {
    /// Not `data:TYPE;base64,DATA`.
    #[error("must be a data URI in base64")]
    Form,
    /// A type that is not taken.
    #[error("must be a PDF, PNG, JPG, GIF, DOCX or DOC")]
    Type,
    /// No bytes, or those of another type.
    #[error("does not hold what its type says")]
    Content,
    /// More than [`LARGEST_PROOF`].
    #[error("is larger than 5 MiB")]
    TooLarge,
}

impl ProofFile {
    /// Reads a data URI and looks at what is in it.
    pub fn parse(uri: &str) -> Result<Self, InvalidProof> {
        let rest = uri.strip_prefix("data:").ok_or(InvalidProof::Form)?;
        let (named, data) = rest.split_once(";base64,").ok_or(InvalidProof::Form)?;
        let named = named.to_ascii_lowercase();
        let named = if named == "image/jpg" {
            "image/jpeg"
        } else {
            &named
        };
        let (media_type, beginnings) = TYPES
            .iter()
            .find(|(media_type, _)| *media_type == named)
            .ok_or(InvalidProof::Type)?;
        if data.len() / 4 * 3 > LARGEST_PROOF + 3 {
            return Err(InvalidProof::TooLarge);
        }
        let bytes = STANDARD.decode(data).map_err(|_| InvalidProof::Form)?;
        if bytes.len() > LARGEST_PROOF {
            return Err(InvalidProof::TooLarge);
        }
        if !beginnings.iter().any(|beginning| bytes.starts_with(beginning)) {
            return Err(InvalidProof::Content);
        }
        Ok(Self { media_type, bytes })
    }

    /// Takes a file as a form sends it. Its type is what its bytes begin with, whatever it is called.
    pub fn of(bytes: Vec<u8>) -> Result<Self, InvalidProof> {
        if bytes.len() > LARGEST_PROOF {
            return Err(InvalidProof::TooLarge);
        }
        let begins = |beginnings: &[&[u8]]| beginnings.iter().any(|beginning| bytes.starts_with(beginning));
        let (media_type, _) = TYPES
            .iter()
            .find(|(_, beginnings)| begins(beginnings))
            .ok_or(InvalidProof::Type)?;
        Ok(Self { media_type, bytes })
    }

    /// Whether it is a picture, as a signature has to be.
    pub fn is_picture(&self) -> bool {
        self.media_type.starts_with("image/")
    }

    fn uri(&self) -> String {
        format!("data:{};base64,{}", self.media_type, STANDARD.encode(&self.bytes))
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(media_type: &str, bytes: &[u8]) -> String {
        format!("data:{media_type};base64,{}", STANDARD.encode(bytes))
    }

    #[test]
    fn ctp_8_a_file_must_hold_what_its_type_says() {
        for (media_type, beginnings) in TYPES {
            for beginning in beginnings {
                let kept = ProofFile::parse(&uri(media_type, &[beginning, &b"rest"[..]].concat())).unwrap();
                assert_eq!(kept.media_type, media_type);
                let sent = ProofFile::of([beginning, &b"rest"[..]].concat()).unwrap();
                assert_eq!(sent, kept, "its bytes say the same without a name");
                assert_eq!(sent.is_picture(), media_type.starts_with("image/"));
            }
        }
        assert_eq!(ProofFile::of(b"<svg>".to_vec()), Err(InvalidProof::Type));
        assert_eq!(ProofFile::of(Vec::new()), Err(InvalidProof::Type));
        let png = b"\x89PNG\r\n\x1a\nrest";
        assert_eq!(
            ProofFile::parse(&uri("image/jpg", png)),
            Err(InvalidProof::Content)
        );
        assert_eq!(
            ProofFile::parse(&uri("image/png", b"")),
            Err(InvalidProof::Content)
        );
        assert_eq!(
            ProofFile::parse(&uri("text/html", b"<p>")),
            Err(InvalidProof::Type)
        );
        assert_eq!(ProofFile::parse("data:image/png,abc"), Err(InvalidProof::Form));
        assert_eq!(
            ProofFile::parse("data:image/png;base64,a b"),
            Err(InvalidProof::Form)
        );
        let mut large = b"%PDF-".to_vec();
        large.resize(LARGEST_PROOF, b' ');
        assert!(ProofFile::parse(&uri("application/pdf", &large)).is_ok());
        large.push(b' ');
        assert_eq!(
            ProofFile::parse(&uri("application/pdf", &large)),
            Err(InvalidProof::TooLarge)
        );
    }
}
