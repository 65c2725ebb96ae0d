//! What people and back ends do, and what must follow from it.

use super::{
    Agreement, CODE, CONSENT, Code, Consent, End, FORTNIGHT, Grant, Micros, Model, Record, Scope, Slot,
    Status,
};

impl Model {
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
    pub(in crate::matrix_random) fn approve(
        &mut self,
        (person, client): (usize, &'static str),
        scope: &Scope,
        session_until: Micros,
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
            until: longest.min(until),
            ended: false,
        });
        self.code(code, grant, scope.clone(), now);
    }

    /// A code on what stands.
    pub(in crate::matrix_random) fn grant_unasked(
        &mut self,
        (person, client): (usize, &'static str),
        scope: &Scope,
        session_until: Micros,
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
    pub(in crate::matrix_random) fn create(&mut self, id: String, slot: Slot, status: Status, now: Micros) {
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
    pub(in crate::matrix_random) fn change(
        &mut self,
        record: usize,
        slot: Slot,
        status: Status,
        now: Micros,
    ) {
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

    pub(in crate::matrix_random) fn delete(&mut self, record: usize, now: Micros) {
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

    pub(in crate::matrix_random) fn stop(&mut self, agreements: &[usize], now: Micros) {
        for agreement in agreements {
            self.end(*agreement, now);
        }
    }

    /// All sessions of a person end, and what was to live only as long.
    pub(in crate::matrix_random) fn log_out(&mut self, person: usize) {
        for grant in &mut self.grants {
            grant.ended |= !grant.offline && grant.person == person;
        }
    }
}
