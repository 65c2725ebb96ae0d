//! What an act leaves of the bundles around it: unchanged, narrowed or ended.

use super::Draft;
use crate::{
    Agreement, Consent, DefinitionKey, Fact, Slot, Status, Touched, agreement::AgreementItem,
    decision::EndReason, enforce::speaking,
};

/// The consent that speaks for an item of a bundle.
fn speaks<'a>(state: &'a Touched, item: &AgreementItem) -> Option<&'a Consent> {
    let own = state.consents.get(&item.consent)?;
    Some(speaking(own, state.deciding(&own.slot)))
}

fn stands(state: &Touched, item: &AgreementItem) -> bool {
    speaks(state, item).is_some_and(|consent| consent.status.is_granting())
}

/// What of a bundle stands, time aside.
pub(super) fn standing(state: &Touched, agreement: &Agreement) -> Vec<DefinitionKey> {
    let standing = agreement.items.iter().filter(|item| stands(state, item));
    standing.map(|item| item.definition.clone()).collect()
}

impl Draft<'_> {
    /// Whether this consent is the one its slot points at.
    pub(super) fn decides(&self, consent: &Consent) -> bool {
        self.state.slots.get(&consent.slot) == Some(&consent.id)
    }

    /// The consents of bundles in a slot that a newer bundle takes the place of, whether or not the slot still points at them.
    pub(super) fn bundled_in(&self, slot: &Slot) -> Vec<Consent> {
        let bundled = |consent: &&Consent| {
            consent.agreement.is_some()
                && consent.slot == *slot
                && consent.status.may_become(Status::Superseded)
        };
        self.state.consents.values().filter(bundled).cloned().collect()
    }

    /// Brings every bundle in force in line with what stands of it after the act. The end of one may take something from another,
    /// since a record that a back end wrote may speak for both. A bundle whose time is over has nothing left to lose.
    /// Those that end come first, so that each has one event in the end (EVT-09).
    pub(super) fn settle(&mut self, reason: EndReason) {
        while let Some((agreement, reason)) = self.ending(reason) {
            self.end_agreement(agreement, reason);
        }
        let narrowed: Vec<Agreement> = self.unsettled().cloned().collect();
        for agreement in narrowed {
            self.push(Fact::AgreementChanged {
                agreement: Agreement {
                    version: agreement.version.saturating_add(1),
                    updated_at: self.now,
                    ..agreement
                },
            });
        }
    }

    /// A bundle that cannot go on with what is left of it, and why it ends.
    fn ending(&self, reason: EndReason) -> Option<(Agreement, EndReason)> {
        self.unsettled().find_map(|agreement| {
            if standing(&self.state, agreement).is_empty() {
                Some((agreement.clone(), reason))
            } else if self.lacks_required(agreement) {
                Some((agreement.clone(), EndReason::Emptied))
            } else {
                None
            }
        })
    }

    /// Bundles of which something else stands than before the act.
    fn unsettled(&self) -> impl Iterator<Item = &Agreement> {
        let agreements = self.state.agreements.values();
        agreements.filter(|agreement| {
            let stood = self.stood.get(&agreement.id);
            agreement.is_in_force(self.now)
                && stood.is_some_and(|stood| *stood != standing(&self.state, agreement))
        })
    }

    /// Whether something is lost that a bundle cannot do without. What a newer bundle took over is not lost.
    fn lacks_required(&self, agreement: &Agreement) -> bool {
        let state = &self.state;
        agreement.items.iter().any(|item| {
            let taken_over = state
                .consents
                .get(&item.consent)
                .is_some_and(|own| own.status == Status::Superseded);
            self.policy.required.contains(&item.definition) && !taken_over && !stands(state, item)
        })
    }

    /// Ends a bundle with all that granted something in it. What a back end asked and nobody answered stays asked.
    pub(super) fn end_agreement(&mut self, agreement: Agreement, reason: EndReason) {
        for item in &agreement.items {
            let speaking = speaks(&self.state, item).map(|consent| consent.id);
            for id in [Some(item.consent), speaking].into_iter().flatten() {
                let consent = self.state.consents.get(&id);
                if let Some(consent) = consent.filter(|consent| consent.status.is_granting()).cloned() {
                    self.revoke(&consent, reason);
                }
            }
        }
        let ended = self.ended(reason);
        self.push(Fact::AgreementEnded {
            agreement: Agreement {
                version: agreement.version.saturating_add(1),
                updated_at: self.now,
                ended: Some(ended),
                ..agreement
            },
        });
    }
}
