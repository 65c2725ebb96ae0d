//! How a verdict is told: one line of JSON, and an exit code.

use std::sync::Arc;

use consentry_verify::{Answer, Consent, Refused};
use serde_json::{Value, json};

/// What became of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It counts.
    Accepted(Arc<Consent>),
    /// It does not.
    Refused(Refused),
    /// Keys, the provider's document or whether the consent stands could not be had: no verdict about the token.
    Undecided(Refused),
}

impl From<Result<Arc<Consent>, Refused>> for Verdict {
    fn from(judged: Result<Arc<Consent>, Refused>) -> Self {
        match judged {
            Ok(consent) => Self::Accepted(consent),
            Err(refused) if refused.code.is_undecided() => Self::Undecided(refused),
            Err(refused) => Self::Refused(refused),
        }
    }
}

impl Verdict {
    /// 0 accepted, 1 refused, 2 could not decide.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Accepted(_) => 0,
            Self::Refused(_) => 1,
            Self::Undecided(_) => 2,
        }
    }

    /// The verdict as JSON: what the token says, or the reason and how a data source answers then.
    pub fn told(&self) -> Value {
        let refusal = |verdict: &str, refused: &Refused| {
            let answer = Answer::of_consent(refused.code);
            json!({
                "verdict": verdict,
                "reason": refused.code.as_str(),
                "detail": refused.detail,
                "answer": { "status": answer.status, "type": answer.kind, "message": answer.message },
            })
        };
        match self {
            Self::Accepted(consent) => json!({
                "verdict": "accepted",
                "consent": {
                    "tid": consent.tid,
                    "sub": consent.sub,
                    "subiss": consent.subiss,
                    "acr": consent.acr,
                    "app": consent.app,
                    "appiss": consent.appiss,
                    "dsi": consent.dsi,
                    "iat": consent.iat,
                    "exp": consent.exp,
                },
            }),
            Self::Refused(refused) => refusal("refused", refused),
            Self::Undecided(refused) => refusal("undecided", refused),
        }
    }
}
