//! Why the answer is no, in words for the person whose data it is (`reason_user`, AuthZEN 1.0 5.5.2).

use consentry_ledger::checks::Reason;
use consentry_web::texts::negotiate;

/// The language and the sentence, where the asker named a language and there is something to say.
pub(crate) fn sentence(reason: Reason, languages: &[String]) -> Option<(&'static str, String)> {
    if languages.is_empty() {
        return None;
    }
    let key = match reason {
        Reason::Consented => return None,
        Reason::NoConsent => "reason-no-consent",
        Reason::Pending => "reason-pending",
        Reason::PendingApproval => "reason-pending-approval",
        Reason::Denied => "reason-denied",
        Reason::Revoked => "reason-revoked",
        Reason::Expired => "reason-expired",
        Reason::Restricted => "reason-restricted",
        Reason::WrongVersion => "reason-wrong-version",
        Reason::GrantEnded => "reason-grant-ended",
        Reason::PartySuspended => "reason-party-suspended",
        Reason::ProcessingRestricted => "reason-processing-restricted",
        // A mistake of whoever asks, which is nothing to the person.
        Reason::UnknownResource | Reason::UnknownAction => return None,
    };
    let language = negotiate(languages);
    Some((language.tag, language.text(key).to_string()))
}
