//! Signatures and documents that a choice asks for, given on the page (consent-tokens-and-preferences 8).

use consentry_domain::tenant::{PreferencesSettings, Validation, Validations};
use consentry_ledger::preferences::{ConsentToken, InvalidProof, ProofFile, model::Method};
use consentry_web::multipart::File;

use super::Visitor;

/// Name of the field with the picture of a signature.
const SIGNATURE: &str = "signature";

/// Name of the field with a document.
const DOCUMENT: &str = "document";

/// What a page has to ask for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// A signature.
    pub(super) signature: bool,
    /// A document.
    pub(super) document: bool,
}

impl Asked {
    fn of(validations: &Validations) -> Self {
        let is_on = |method: Method| {
            validations
                .get(&method)
                .is_some_and(|own: &Validation| own.enabled)
        };
        Self {
            signature: is_on(Method::Signature),
            document: is_on(Method::File),
        }
    }

    /// Whether the form has files.
    pub(super) const fn is_any(self) -> bool {
        self.signature || self.document
    }
}

/// Why files were not taken: the key of what is said.
pub(super) type Refused = &'static str;

impl Visitor<'_> {
    /// What is asked of choices made here with this token: by the token, else by the center, else by the tenant (7.2).
    pub(super) fn asked(&self, token: &ConsentToken) -> Asked {
        let settings: &PreferencesSettings = &self.visit.tenant.tenant.preferences;
        let of_token = token.detail.validations.as_ref();
        Asked::of(
            of_token
                .or(self.center.validations.as_ref())
                .unwrap_or(&settings.validations),
        )
    }
}

/// The files of a form, in the order in which they are asked for. What nobody asked for is not looked at.
pub(super) fn proofs(asked: Asked, files: &[File]) -> Result<Vec<ProofFile>, Refused> {
    let mut proofs = Vec::new();
    let fields = [
        (asked.signature, SIGNATURE, "center-signature-needed"),
        (asked.document, DOCUMENT, "center-document-needed"),
    ];
    for (is_asked, field, missing) in fields {
        if !is_asked {
            continue;
        }
        let sent = files.iter().find(|file| file.field == field).ok_or(missing)?;
        let proof = ProofFile::of(sent.bytes.clone()).map_err(|invalid| match invalid {
            InvalidProof::TooLarge => "center-file-large",
            _ => "center-file-kind",
        })?;
        if field == SIGNATURE && !proof.is_picture() {
            return Err("center-file-kind");
        }
        proofs.push(proof);
    }
    Ok(proofs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(field: &str, bytes: &[u8]) -> File {
        File {
            field: field.to_owned(),
            bytes: bytes.to_vec(),
        }
    }

    #[test]
    fn ctp_8_only_what_is_asked_for_is_taken_and_by_its_bytes() {
        const PNG: &[u8] = b"\x89PNG\r\n\x1a\nx";
        let both = Asked {
            signature: true,
            document: true,
        };
        let sent = [file("document", b"%PDF-1.7"), file("signature", PNG)];
        assert_eq!(proofs(both, &sent).unwrap().len(), 2);
        assert_eq!(proofs(Asked::default(), &sent).unwrap().len(), 0);
        assert_eq!(proofs(both, &sent[..1]), Err("center-signature-needed"));
        assert_eq!(proofs(both, &sent[1..]), Err("center-document-needed"));
        let signed = Asked {
            document: false,
            ..both
        };
        for wrong in [b"%PDF-1.7".as_slice(), b"<svg/>"] {
            assert_eq!(
                proofs(signed, &[file("signature", wrong)]),
                Err("center-file-kind")
            );
        }
    }
}
