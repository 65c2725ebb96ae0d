//! Proofs (consent-tokens-and-preferences 8).

use axum::{extract::Request, response::Response};
use consentry_ledger::preferences::{InvalidProof, ProofFile, ProofView, ReadPreferences, WritePreferences};
use consentry_web::visit::Visit;
use serde_json::{Value, json};

use crate::{
    admission::{Admitted, Counted, LARGEST_WITH_PROOFS},
    answer::ok,
    failure::{Feathers, refused, told, too_large},
    repeated,
};

/// `POST /consents/proofs`.
pub(crate) async fn upload(visit: Visit, request: Request) -> Result<Response, Feathers> {
    repeated::once(visit, request, keep, read).await
}

async fn keep(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, body) = Admitted::admit(visit, request, Counted::Free).await?;
    let permit = admitted.permit::<WritePreferences>()?;
    admitted.require_organization()?;
    let body = admitted.read(body, LARGEST_WITH_PROOFS).await?;
    if !body.is_object() {
        return Err(refused("", "must be an object").into());
    }
    let Some(file) = body.get("file").and_then(Value::as_str) else {
        return Err(refused("file", "is missing").into());
    };
    let file = match ProofFile::parse(file) {
        Ok(file) => file,
        Err(InvalidProof::TooLarge) => return Err(too_large("file").into()),
        Err(invalid) => return Err(refused("file", &invalid.to_string()).into()),
    };
    let ledger = admitted.visit.ledger();
    let kept = ledger.upload_proof(admitted.tenant(), &permit, &file).await;
    Ok(admitted.told(ok(&shown(&kept.map_err(told)?))))
}

/// `GET /consents/proofs/{proof}`.
pub(crate) async fn read(visit: Visit, request: Request) -> Result<Response, Feathers> {
    let (admitted, _) = Admitted::admit(visit, request, Counted::Free).await?;
    let permit = admitted.permit::<ReadPreferences>()?;
    admitted.require_organization()?;
    let id = admitted.last_segment()?;
    let ledger = admitted.visit.ledger();
    let found = ledger.proof(admitted.tenant(), &permit, &id).await;
    Ok(admitted.told(ok(&shown(&found.map_err(told)?))))
}

fn shown(proof: &ProofView) -> Value {
    json!({ "id": proof.id, "size": proof.size, "file": proof.file })
}
