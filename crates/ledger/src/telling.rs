//! What followers of the log are told of a fact beside the fact: what was before, and what is left of a bundle.

use consentry_domain::{
    Agreement, Consent, Fact, SubjectId, Touched,
    command::Act,
    decision::{Actor, EndReason},
    enforce::speaking,
};

use crate::events::{Change, Told};

/// Gathers it: made before the fact is applied, asked afterwards.
pub(crate) struct Telling {
    told: Told,
}

impl Telling {
    /// What a fact follows on.
    pub(crate) fn of(fact: &Fact, before: &Touched) -> Self {
        let mut told = Told::default();
        if let Some(consent) = fact.consent()
            && let Some(was) = before.consents.get(&consent.id)
        {
            told.previous = Some(was.status.as_str().to_owned());
            told.changed = changed(was, consent);
        }
        if let Some(agreement) = fact.agreement()
            && let Some(was) = before.agreements.get(&agreement.id)
        {
            told.previous = Some(status(was).to_owned());
        }
        Self { told }
    }

    /// What a decision leads to for a person.
    pub(crate) fn decided(&mut self, before: &Touched, facts: &[Fact], subject: SubjectId) {
        let of_person = facts.iter().filter(|fact| fact.subject() == subject);
        for consent in of_person.filter_map(Fact::consent) {
            let was = before.consents.get(&consent.id);
            let change = Change {
                consent: consent.id,
                definition: consent.slot.definition.clone(),
                from: was.map(|was| was.status.as_str().to_owned()),
                to: consent.status.as_str().to_owned(),
                qualifier: consent.slot.qualifier.clone(),
            };
            match self
                .told
                .changes
                .iter_mut()
                .find(|own| own.consent == change.consent)
            {
                Some(own) => own.to = change.to,
                None => self.told.changes.push(change),
            }
        }
    }

    /// All of it.
    pub(crate) fn told(mut self, fact: &Fact, act: &Act, after: &Touched) -> Told {
        if let Some(agreement) = fact.agreement() {
            let standing = agreement.items.iter().filter(|item| {
                let own = after.consents.get(&item.consent);
                own.is_some_and(|own| speaking(own, after.deciding(&own.slot)).status.is_granting())
            });
            self.told.standing = standing.map(|item| item.definition.clone()).collect();
        }
        if !says_who(fact) {
            self.told.actor = Some(Actor::clone(&act.actor));
        }
        self.told
    }
}

/// The status of a bundle as events name it.
pub(crate) fn status(agreement: &Agreement) -> &'static str {
    match agreement.ended.as_ref().map(|ended| ended.reason) {
        None => "active",
        Some(EndReason::Superseded) => "superseded",
        Some(_) => "revoked",
    }
}

/// Whether a fact itself says who acted.
fn says_who(fact: &Fact) -> bool {
    match fact {
        Fact::DecisionRecorded { .. } => true,
        Fact::DecisionDeleted { .. } => false,
        _ => match (fact.consent(), fact.agreement()) {
            (Some(_), _) => true,
            (None, Some(agreement)) => agreement.ended.is_some(),
            (None, None) => false,
        },
    }
}

fn changed(was: &Consent, is: &Consent) -> Vec<String> {
    let wording = |consent: &Consent| {
        consent
            .wording
            .as_ref()
            .map(|wording| (wording.version, wording.locale.clone()))
    };
    let compared = [
        ("definition", was.slot.definition != is.slot.definition),
        ("audience", was.slot.audience != is.slot.audience),
        ("status", was.status != is.status),
        ("wording", wording(was) != wording(is)),
        ("valid_from", was.valid_from != is.valid_from),
        ("valid_until", was.valid_until != is.valid_until),
    ];
    let differing = compared.into_iter().filter(|(_, differs)| *differs);
    differing.map(|(name, _)| name.to_owned()).collect()
}
