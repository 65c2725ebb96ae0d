//! The token endpoint (A.10.3, A.11).

use super::{ACCESS, Access, Answer, Code, FORTNIGHT, Grant, Micros, Model, Refresh, SECOND, Scope};

impl Model {
    pub(in crate::matrix_random) fn redeem(&mut self, code: usize, now: Micros) -> Answer {
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

    pub(in crate::matrix_random) fn refresh(&mut self, token: usize, now: Micros) -> Answer {
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
    pub(in crate::matrix_random) fn keep(
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

    pub(in crate::matrix_random) fn family_of_code(&self, code: usize) -> (usize, Scope) {
        (self.codes[code].grant, self.codes[code].scope.clone())
    }

    pub(in crate::matrix_random) fn family_of_refresh(&self, token: usize) -> (usize, Scope) {
        (self.refresh[token].grant, self.refresh[token].scope.clone())
    }

    pub(in crate::matrix_random) fn client_of_access(&self, token: usize) -> &'static str {
        self.grants[self.access[token].grant].client
    }

    pub(in crate::matrix_random) fn person_of_access(&self, token: &Access) -> usize {
        self.grants[token.grant].person
    }

    pub(in crate::matrix_random) fn revoke_access(&mut self, token: usize, now: Micros) {
        let access = &mut self.access[token];
        access.revoked |= now.div_euclid(SECOND) < access.exp;
    }

    pub(in crate::matrix_random) fn revoke_refresh(&mut self, token: usize) {
        let grant = self.refresh[token].grant;
        self.grants[grant].ended = true;
    }
}
