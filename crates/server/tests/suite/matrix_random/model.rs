//! The truth in small: what the specifications say must hold after each act, in plain lists and without a look at the rules of the
//! product (architecture 3.1, 3.2; consent-api 10; third-party-authorization A.3, A.6, A.10, A.11).
//!
//! A slot is decided by one consent. The pointer moves on a grant, on a denial or withdrawal of what it points to, and whenever a
//! record is made in a slot or moved to one. Only what it points to is evaluated.

use std::collections::BTreeMap;

/// Microseconds since 1970.
pub(super) type Micros = i64;

pub(super) const SECOND: Micros = 1_000_000;
const DAY: Micros = 86_400 * SECOND;
const CONSENT: Micros = 30 * DAY;
const FORTNIGHT: Micros = 14 * DAY;
const ACCESS: Micros = 600 * SECOND;
const CODE: Micros = 60 * SECOND;

/// (person, definition, audience).
pub(super) type Slot = (usize, &'static str, Option<&'static str>);

/// Scope values in the order they were asked.
pub(super) type Scope = Vec<&'static str>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    Pending,
    Accepted,
    Denied,
    Revoked,
    Superseded,
}

impl Status {
    /// The answer as the records door spells it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Denied => "denied",
            Self::Revoked | Self::Superseded => "revoked",
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Consent {
    pub slot: Slot,
    pub status: Status,
    until: Option<Micros>,
    agreement: Option<usize>,
}

impl Consent {
    fn in_force(&self, now: Micros) -> bool {
        self.status == Status::Accepted && self.until.is_none_or(|until| now < until)
    }
}

#[derive(Debug, Clone)]
pub(super) struct Record {
    /// As the records door knows it, once it was seen there.
    pub id: Option<String>,
    consent: usize,
    pub deleted: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Revoked,
    Superseded,
}

#[derive(Debug, Clone)]
pub(super) struct Agreement {
    /// As the authorization door knows it, once it was seen there.
    pub id: Option<String>,
    pub person: usize,
    pub client: &'static str,
    items: Vec<usize>,
    pub until: Micros,
    ended: Option<(Micros, End)>,
}

#[derive(Debug, Clone)]
struct Grant {
    person: usize,
    client: &'static str,
    agreement: usize,
    offline: bool,
    session: u64,
    until: Micros,
    ended: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Code {
    pub text: String,
    pub client: &'static str,
    grant: usize,
    scope: Scope,
    until: Micros,
    used: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Access {
    pub text: String,
    grant: usize,
    scope: Scope,
    /// In whole seconds.
    pub exp: i64,
    revoked: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Refresh {
    pub text: String,
    pub client: &'static str,
    grant: usize,
    scope: Scope,
    until: Micros,
    used: bool,
}

/// What the token endpoint is to answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    Tokens {
        scope: Scope,
        seconds: i64,
        refresh: bool,
    },
    InvalidGrant,
}

/// The world.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub consents: Vec<Consent>,
    pub records: Vec<Record>,
    pub agreements: Vec<Agreement>,
    slots: BTreeMap<Slot, usize>,
    grants: Vec<Grant>,
    pub codes: Vec<Code>,
    pub access: Vec<Access>,
    pub refresh: Vec<Refresh>,
}

impl Model {
    // What doors are to say.

    pub(super) fn slot_of(&self, record: usize) -> Slot {
        self.consents[self.records[record].consent].slot
    }

    /// What the records door says of a record.
    pub(super) fn answer(&self, record: usize, now: Micros) -> Status {
        let consent = &self.consents[self.records[record].consent];
        if consent.status == Status::Accepted && !consent.in_force(now) {
            Status::Revoked
        } else {
            consent.status
        }
    }

    fn deciding(&self, slot: Slot) -> Option<usize> {
        self.slots.get(&slot).copied()
    }

    /// What of a scope a client may use.
    fn covered(&self, person: usize, client: &'static str, scope: &[&'static str], now: Micros) -> Scope {
        let in_force = |value: &&&'static str| {
            self.deciding((person, value, Some(client)))
                .is_some_and(|consent| self.consents[consent].in_force(now))
        };
        scope.iter().filter(in_force).copied().collect()
    }

    /// What a grant may use of a scope; nothing where that is not enough.
    fn usable(&self, grant: &Grant, scope: &[&'static str], now: Micros) -> Option<Scope> {
        let covered = self.covered(grant.person, grant.client, scope, now);
        (!grant.ended && now < grant.until && covered.contains(&"openid")).then_some(covered)
    }

    /// What introspection says of an access token.
    pub(super) fn access_scope(&self, token: &Access, now: Micros) -> Option<Scope> {
        let alive = !token.revoked && now.div_euclid(SECOND) < token.exp;
        alive
            .then(|| self.usable(&self.grants[token.grant], &token.scope, now))
            .flatten()
    }

    /// What introspection says of a refresh token.
    pub(super) fn refresh_scope(&self, token: &Refresh, now: Micros) -> Option<Scope> {
        let alive = !token.used && now < token.until;
        alive
            .then(|| self.usable(&self.grants[token.grant], &token.scope, now))
            .flatten()
            .filter(|scope| scope.contains(&"offline_access"))
    }

    /// The consent that speaks for an item of a bundle: its own, or a record made over it by a back end. What a newer bundle took
    /// over speaks for that one.
    fn speaking(&self, own: usize) -> usize {
        let deciding = self.deciding(self.consents[own].slot);
        deciding
            .filter(|deciding| self.consents[*deciding].agreement.is_none())
            .filter(|_| self.consents[own].status != Status::Superseded)
            .unwrap_or(own)
    }

    fn stands(&self, own: usize) -> bool {
        self.consents[self.speaking(own)].status == Status::Accepted
    }

    /// `status` of the consents API.
    pub(super) fn status(&self, agreement: &Agreement, now: Micros) -> &'static str {
        match agreement.ended {
            Some((at, _)) if agreement.until <= at => "expired",
            Some((_, End::Superseded)) => "superseded",
            Some((_, End::Revoked)) => "revoked",
            None if agreement.until <= now => "expired",
            None => "active",
        }
    }

    /// `scope` of the consents API: what counts of an active one, all of one that is over.
    pub(super) fn scope(&self, agreement: &Agreement, now: Micros) -> Scope {
        let active = self.status(agreement, now) == "active";
        let items = agreement.items.iter();
        items
            .filter(|own| !active || self.consents[self.speaking(**own)].in_force(now))
            .map(|own| self.consents[*own].slot.1)
            .collect()
    }

    fn is_active(&self, agreement: usize, now: Micros) -> bool {
        self.status(&self.agreements[agreement], now) == "active"
    }

    pub(super) fn active(&self, person: usize, client: &'static str, now: Micros) -> Vec<usize> {
        (0..self.agreements.len())
            .filter(|index| {
                let agreement = &self.agreements[*index];
                agreement.person == person && agreement.client == client && self.is_active(*index, now)
            })
            .collect()
    }

    // What a request needs (A.6).

    /// The scope that would be granted, and whether that happens unasked.
    pub(super) fn need(
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

    // Acts.

    fn grant(&mut self, grant: Grant) -> usize {
        self.grants.push(grant);
        self.grants.len() - 1
    }

    fn code(&mut self, text: String, grant: usize, scope: Scope, now: Micros) {
        let client = self.grants[grant].client;
        self.codes.push(Code {
            text,
            client,
            grant,
            scope,
            until: now + CODE,
            used: false,
        });
    }

    /// A person says yes; `session` and its end are where they said so.
    pub(super) fn approve(
        &mut self,
        (person, client): (usize, &'static str),
        scope: &Scope,
        (session, session_until): (u64, Micros),
        code: String,
        now: Micros,
    ) {
        let until = now + CONSENT;
        let own = self.agreements.len();
        let mut items = Vec::new();
        for value in scope {
            let slot = (person, *value, Some(client));
            for older in &mut self.consents {
                let makes_room = older.slot == slot && older.agreement.is_some();
                if makes_room && matches!(older.status, Status::Accepted | Status::Pending) {
                    older.status = Status::Superseded;
                }
            }
            let consent = self.write(slot, Status::Accepted, Some(until), Some(own));
            self.slots.insert(slot, consent);
            self.records.push(Record {
                id: None,
                consent,
                deleted: false,
            });
            items.push(consent);
        }
        for index in 0..own {
            let older = &self.agreements[index];
            let of_pair = older.person == person && older.client == client && self.is_active(index, now);
            if of_pair && !older.items.iter().any(|item| self.stands(*item)) {
                self.agreements[index].ended = Some((now, End::Superseded));
            }
        }
        self.agreements.push(Agreement {
            id: None,
            person,
            client,
            items,
            until,
            ended: None,
        });
        let offline = scope.contains(&"offline_access");
        let longest = if offline { now + FORTNIGHT } else { session_until };
        let grant = self.grant(Grant {
            person,
            client,
            agreement: own,
            offline,
            session,
            until: longest.min(until),
            ended: false,
        });
        self.code(code, grant, scope.clone(), now);
    }

    /// A code on what stands.
    pub(super) fn grant_unasked(
        &mut self,
        (person, client): (usize, &'static str),
        scope: &Scope,
        (session, session_until): (u64, Micros),
        code: String,
        now: Micros,
    ) {
        let resting = scope
            .iter()
            .filter_map(|value| self.deciding((person, value, Some(client))));
        let until = resting
            .filter_map(|consent| self.consents[consent].until)
            .min()
            .unwrap();
        let bundle = self.deciding((person, "openid", Some(client))).unwrap();
        let offline = scope.contains(&"offline_access");
        let longest = if offline { now + FORTNIGHT } else { session_until };
        let grant = self.grant(Grant {
            person,
            client,
            agreement: self.consents[bundle].agreement.unwrap(),
            offline,
            session,
            until: longest.min(until),
            ended: false,
        });
        self.code(code, grant, scope.clone(), now);
    }

    fn write(
        &mut self,
        slot: Slot,
        status: Status,
        until: Option<Micros>,
        agreement: Option<usize>,
    ) -> usize {
        self.consents.push(Consent {
            slot,
            status,
            until,
            agreement,
        });
        self.consents.len() - 1
    }

    /// A back end makes a record.
    pub(super) fn create(&mut self, id: String, slot: Slot, status: Status, now: Micros) {
        let consent = self.write(slot, status, None, None);
        self.slots.insert(slot, consent);
        self.records.push(Record {
            id: Some(id),
            consent,
            deleted: false,
        });
        self.settle(slot, now);
    }

    /// A back end makes a record say this, in this slot.
    pub(super) fn change(&mut self, record: usize, slot: Slot, status: Status, now: Micros) {
        let before = self.records[record].consent;
        let (old_slot, old) = (self.consents[before].slot, self.answer(record, now));
        let moved = old_slot != slot;
        if !moved && old == status {
            return;
        }
        let decides = moved || status == Status::Accepted || self.deciding(slot) == Some(before);
        let goes_on = !moved
            && matches!(
                (old, status),
                (Status::Pending, _) | (Status::Accepted, Status::Revoked)
            );
        let consent = if goes_on {
            self.consents[before].status = status;
            before
        } else {
            self.withdraw(before);
            self.write(slot, status, None, None)
        };
        self.records[record].consent = consent;
        if decides {
            self.slots.insert(slot, consent);
        }
        self.settle(old_slot, now);
        self.settle(slot, now);
    }

    pub(super) fn delete(&mut self, record: usize, now: Micros) {
        let consent = self.records[record].consent;
        self.records[record].deleted = true;
        self.withdraw(consent);
        self.settle(self.consents[consent].slot, now);
    }

    fn withdraw(&mut self, consent: usize) {
        let status = &mut self.consents[consent].status;
        if matches!(status, Status::Accepted | Status::Pending) {
            *status = Status::Revoked;
        }
    }

    /// What a back end wrote in a slot narrows or ends the bundles that stood on it.
    fn settle(&mut self, slot: Slot, now: Micros) {
        let (person, _, Some(client)) = slot else { return };
        for index in 0..self.agreements.len() {
            let agreement = &self.agreements[index];
            let concerned = agreement.person == person
                && agreement.client == client
                && self.is_active(index, now)
                && agreement.items.iter().any(|own| {
                    self.consents[*own].slot == slot && self.consents[*own].status != Status::Superseded
                });
            if !concerned {
                continue;
            }
            let without_openid = agreement.items.iter().any(|own| {
                let consent = &self.consents[*own];
                consent.slot.1 == "openid" && consent.status != Status::Superseded && !self.stands(*own)
            });
            if without_openid || !agreement.items.iter().any(|own| self.stands(*own)) {
                self.end(index, now);
            }
        }
        self.end_grants_without_openid(person, client);
    }

    /// A bundle ends with all that spoke for it and everything issued under it.
    fn end(&mut self, agreement: usize, now: Micros) {
        self.agreements[agreement].ended = Some((now, End::Revoked));
        let items = self.agreements[agreement].items.clone();
        for own in &items {
            for consent in [self.speaking(*own), *own] {
                if self.consents[consent].status == Status::Accepted {
                    self.withdraw(consent);
                }
            }
        }
        for grant in &mut self.grants {
            grant.ended |= grant.agreement == agreement;
        }
        for own in items {
            self.settle(self.consents[own].slot, now);
        }
    }

    /// Nothing can be used without `openid`, and nothing comes back to life when it is given again (TPA-RT-09).
    fn end_grants_without_openid(&mut self, person: usize, client: &'static str) {
        let stands = self
            .deciding((person, "openid", Some(client)))
            .is_none_or(|consent| self.consents[consent].status == Status::Accepted);
        for grant in &mut self.grants {
            grant.ended |= !stands && grant.person == person && grant.client == client;
        }
    }

    pub(super) fn stop(&mut self, agreements: &[usize], now: Micros) {
        for agreement in agreements {
            self.end(*agreement, now);
        }
    }

    pub(super) fn log_out(&mut self, session: u64) {
        for grant in &mut self.grants {
            grant.ended |= !grant.offline && grant.session == session;
        }
    }

    // The token endpoint (A.10.3, A.11).

    pub(super) fn redeem(&mut self, code: usize, now: Micros) -> Answer {
        let Code {
            grant,
            scope,
            until,
            used,
            ..
        } = self.codes[code].clone();
        if used {
            self.grants[grant].ended = true;
            return Answer::InvalidGrant;
        }
        if now >= until || self.grants[grant].ended || now >= self.grants[grant].until {
            return Answer::InvalidGrant;
        }
        let Some(covered) = self.usable(&self.grants[grant], &scope, now) else {
            self.grants[grant].ended = true;
            return Answer::InvalidGrant;
        };
        let refresh = self.grants[grant].offline && covered.contains(&"offline_access");
        let answer = self.issued(grant, &covered, refresh, now);
        if answer != Answer::InvalidGrant {
            self.codes[code].used = true;
        }
        answer
    }

    pub(super) fn refresh(&mut self, token: usize, now: Micros) -> Answer {
        let Refresh {
            grant,
            scope,
            until,
            used,
            ..
        } = self.refresh[token].clone();
        if used {
            self.grants[grant].ended = true;
            return Answer::InvalidGrant;
        }
        if now >= until || self.grants[grant].ended || now >= self.grants[grant].until {
            return Answer::InvalidGrant;
        }
        let Some(covered) = self.usable(&self.grants[grant], &scope, now) else {
            self.grants[grant].ended = true;
            return Answer::InvalidGrant;
        };
        if !covered.contains(&"offline_access") {
            return Answer::InvalidGrant;
        }
        let answer = self.issued(grant, &covered, true, now);
        if answer != Answer::InvalidGrant {
            self.refresh[token].used = true;
        }
        answer
    }

    fn consents_end(&self, grant: usize, covered: &[&'static str]) -> Option<Micros> {
        let Grant { person, client, .. } = self.grants[grant];
        covered
            .iter()
            .filter_map(|value| self.consents[self.deciding((person, value, Some(client)))?].until)
            .min()
    }

    fn issued(&self, grant: usize, covered: &Scope, refresh: bool, now: Micros) -> Answer {
        let ends = [
            Some(now + ACCESS),
            self.consents_end(grant, covered),
            Some(self.grants[grant].until),
        ];
        let end = ends.into_iter().flatten().min().unwrap();
        let seconds = end.div_euclid(SECOND) - now.div_euclid(SECOND);
        if seconds <= 0 {
            return Answer::InvalidGrant;
        }
        Answer::Tokens {
            scope: covered.clone(),
            seconds,
            refresh,
        }
    }

    /// Remembers tokens; `scope` is what the access token carries, the refresh token carries what its family began with.
    pub(super) fn keep(
        &mut self,
        grant: usize,
        family_scope: Scope,
        scope: &Scope,
        seconds: i64,
        (access, refresh): (String, Option<String>),
        now: Micros,
    ) {
        self.access.push(Access {
            text: access,
            grant,
            scope: scope.clone(),
            exp: now.div_euclid(SECOND) + seconds,
            revoked: false,
        });
        if let Some(text) = refresh {
            let ends = [
                Some(now + FORTNIGHT),
                self.consents_end(grant, scope),
                Some(self.grants[grant].until),
            ];
            self.refresh.push(Refresh {
                text,
                client: self.grants[grant].client,
                grant,
                scope: family_scope,
                until: ends.into_iter().flatten().min().unwrap(),
                used: false,
            });
        }
    }

    pub(super) fn family_of_code(&self, code: usize) -> (usize, Scope) {
        (self.codes[code].grant, self.codes[code].scope.clone())
    }

    pub(super) fn family_of_refresh(&self, token: usize) -> (usize, Scope) {
        (self.refresh[token].grant, self.refresh[token].scope.clone())
    }

    pub(super) fn client_of_access(&self, token: usize) -> &'static str {
        self.grants[self.access[token].grant].client
    }

    pub(super) fn person_of_access(&self, token: &Access) -> usize {
        self.grants[token.grant].person
    }

    pub(super) fn revoke_access(&mut self, token: usize, now: Micros) {
        let access = &mut self.access[token];
        access.revoked |= now.div_euclid(SECOND) < access.exp;
    }

    pub(super) fn revoke_refresh(&mut self, token: usize) {
        let grant = self.refresh[token].grant;
        self.grants[grant].ended = true;
    }

    /// Moments at which something ends, all that lie ahead, soonest first.
    pub(super) fn ends(&self, now: Micros) -> Vec<Micros> {
        let mut ends: Vec<Micros> = self.consents.iter().filter_map(|consent| consent.until).collect();
        ends.extend(self.grants.iter().map(|grant| grant.until));
        ends.extend(self.access.iter().map(|token| token.exp * SECOND));
        ends.extend(self.refresh.iter().map(|token| token.until));
        ends.extend(self.codes.iter().map(|code| code.until));
        ends.retain(|end| *end > now);
        ends.sort_unstable();
        ends.dedup();
        ends
    }
}
