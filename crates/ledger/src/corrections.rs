//! What a change makes stale in the memory of this node, and whom it wakes there.

use consentry_domain::TenantId;
use consentry_store::Touches;

use crate::ledger::Inner;

impl Inner {
    /// Tells whoever sends mails that there are some which do not follow from the log.
    pub(crate) fn has_mailed(&self) {
        self.mailed.send_modify(|times| *times = times.wrapping_add(1));
    }

    /// Makes this node read again what was touched. Configuration is not among it: see [`Ledger::reload`](crate::Ledger).
    pub(crate) fn correct(&self, tenant: TenantId, touched: &Touches) {
        for subject in &touched.subjects {
            self.consent_sets.correct(&(tenant, *subject));
            self.particular_agreements.correct(&(tenant, *subject));
            self.records.correct_person(tenant, *subject);
            self.answers.correct(tenant, *subject);
        }
        for subject in &touched.shown {
            self.answers.correct(tenant, *subject);
        }
        for subject in &touched.keys {
            self.subject_keys.correct(&(tenant, *subject));
            self.answers.correct(tenant, *subject);
        }
        if touched.erases {
            self.tails.forget(tenant);
        }
        for hash in &touched.tokens {
            self.tokens.correct(&(tenant, *hash));
        }
        for hash in &touched.names {
            self.names.correct(&(tenant, *hash));
        }
        for id in &touched.records {
            self.records.correct_record(tenant, *id);
        }
        for grant in &touched.grants {
            self.grants.correct(&(tenant, *grant));
        }
    }

    /// Makes this node read everything again, where it cannot tell what was touched.
    pub(crate) fn correct_all(&self) {
        self.consent_sets.correct_all();
        self.particular_agreements.correct_all();
        self.subject_keys.correct_all();
        self.tokens.correct_all();
        self.names.correct_all();
        self.grants.correct_all();
        self.records.correct_all();
        self.answers.correct_all();
    }
}
