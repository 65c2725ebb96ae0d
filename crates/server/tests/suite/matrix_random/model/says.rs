//! What every door is to say, and what a request needs (A.6).

use super::{Access, Agreement, End, Grant, Micros, Model, Refresh, SECOND, Scope, Status};

impl Model {
    /// What the records door says of a record.
    pub(in crate::matrix_random) fn answer(&self, record: usize, now: Micros) -> Status {
        let consent = &self.consents[self.records[record].consent];
        if consent.status == Status::Accepted && !consent.in_force(now) {
            Status::Revoked
        } else {
            consent.status
        }
    }

    /// What of a scope a client may use.
    pub(in crate::matrix_random) fn covered(
        &self,
        person: usize,
        client: &'static str,
        scope: &[&'static str],
        now: Micros,
    ) -> Scope {
        let in_force = |value: &&&'static str| {
            self.deciding((person, value, Some(client)))
                .is_some_and(|consent| self.consents[consent].in_force(now))
        };
        scope.iter().filter(in_force).copied().collect()
    }

    /// What a grant may use of a scope; nothing where that is not enough.
    pub(super) fn usable(&self, grant: &Grant, scope: &[&'static str], now: Micros) -> Option<Scope> {
        let covered = self.covered(grant.person, grant.client, scope, now);
        (!grant.ended && now < grant.until && covered.contains(&"openid")).then_some(covered)
    }

    /// What introspection says of an access token.
    pub(in crate::matrix_random) fn access_scope(&self, token: &Access, now: Micros) -> Option<Scope> {
        let alive = !token.revoked && now.div_euclid(SECOND) < token.exp;
        alive
            .then(|| self.usable(&self.grants[token.grant], &token.scope, now))
            .flatten()
    }

    /// What introspection says of a refresh token.
    pub(in crate::matrix_random) fn refresh_scope(&self, token: &Refresh, now: Micros) -> Option<Scope> {
        let alive = !token.used && now < token.until;
        alive
            .then(|| self.usable(&self.grants[token.grant], &token.scope, now))
            .flatten()
            .filter(|scope| scope.contains(&"offline_access"))
    }
    /// `status` of the consents API.
    pub(in crate::matrix_random) fn status(&self, agreement: &Agreement, now: Micros) -> &'static str {
        match agreement.ended {
            Some((at, _)) if agreement.until <= at => "expired",
            Some((_, End::Superseded)) => "superseded",
            Some((_, End::Revoked)) => "revoked",
            None if agreement.until <= now => "expired",
            None => "active",
        }
    }

    /// `scope` of the consents API: what counts of an active one, all of one that is over.
    pub(in crate::matrix_random) fn scope(&self, agreement: &Agreement, now: Micros) -> Scope {
        let active = self.status(agreement, now) == "active";
        let items = agreement.items.iter();
        items
            .filter(|own| !active || self.consents[self.speaking(**own)].in_force(now))
            .map(|own| self.consents[*own].slot.1)
            .collect()
    }

    pub(super) fn is_active(&self, agreement: usize, now: Micros) -> bool {
        self.status(&self.agreements[agreement], now) == "active"
    }

    pub(in crate::matrix_random) fn active(
        &self,
        person: usize,
        client: &'static str,
        now: Micros,
    ) -> Vec<usize> {
        (0..self.agreements.len())
            .filter(|index| {
                let agreement = &self.agreements[*index];
                agreement.person == person && agreement.client == client && self.is_active(*index, now)
            })
            .collect()
    }

    /// The scope that would be granted, and whether that happens unasked.
    pub(in crate::matrix_random) fn need(
        &self,
        person: usize,
        client: &'static str,
        asked: &[&'static str],
        prompt_consent: bool,
        now: Micros,
    ) -> (Scope, bool) {
        let given = |value: &'static str| {
            self.deciding((person, value, Some(client)))
                .is_some_and(|consent| {
                    let consent = &self.consents[consent];
                    consent.in_force(now)
                        && consent
                            .agreement
                            .is_some_and(|agreement| self.is_active(agreement, now))
                })
        };
        let keeps = prompt_consent || given("offline_access");
        let scope: Scope = asked
            .iter()
            .filter(|value| keeps || **value != "offline_access")
            .copied()
            .collect();
        let silent = !prompt_consent && scope.iter().all(|value| given(value));
        (scope, silent)
    }
}
