//! What every door says after a step, beside what the small truth says.

use std::collections::BTreeSet;

use http::Method;
use serde_json::Value;

use super::{
    model::Scope,
    run::Run,
    steps::{CLIENTS, PEOPLE},
};

/// Tokens asked about after each step: the latest, and some of the others in turn.
const LATEST: usize = 4;

/// Titles by which the dashboard tells what a connection holds.
const TITLES: [(&str, &str); 4] = [
    ("openid", "Know that it is you"),
    ("offline_access", "Stay connected while you are away"),
    ("accounts:balance", "Account balance"),
    ("accounts:transactions", "Transactions"),
];

/// Id, definition, audience and status of a record.
type Shown = (String, String, String, String);

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn differ(door: &str, seen: &impl std::fmt::Debug, told: &impl std::fmt::Debug) -> String {
    format!("{door} says\n  {seen:?}\nthe model\n  {told:?}")
}

fn sorted(mut scope: Scope) -> Scope {
    scope.sort_unstable();
    scope
}

impl Run<'_> {
    /// Compares every door with the truth; `turn` chooses what is only looked at now and then.
    pub(super) async fn look(&mut self, turn: usize) -> Result<(), String> {
        for person in 0..PEOPLE.len() {
            self.look_at_records(person).await?;
            self.look_at_consents(person).await?;
            self.look_at_dashboard(person, turn).await?;
            self.look_at_checks(person).await?;
        }
        self.look_at_tokens(turn).await
    }

    async fn look_at_records(&mut self, person: usize) -> Result<(), String> {
        let now = self.now();
        let mut seen: Vec<Shown> = Vec::new();
        for record in self.app.records_of(PEOPLE[person]).await {
            let id = text(&record["id"]);
            let (definition, audience) = (text(&record["definition"]["id"]), text(&record["audience"]));
            self.meet_record(person, &id, &definition, &audience);
            seen.push((id, definition, audience, text(&record["status"])));
        }
        let records = &self.model.records;
        let mut told: Vec<_> = (0..records.len())
            .filter(|index| !records[*index].deleted && self.model.slot_of(*index).0 == person)
            .map(|index| {
                let (_, definition, audience) = self.model.slot_of(index);
                (
                    records[index].id.clone().unwrap_or_default(),
                    definition.to_owned(),
                    audience.unwrap_or_default().to_owned(),
                    self.model.answer(index, now).as_str().to_owned(),
                )
            })
            .collect();
        seen.sort();
        told.sort();
        if seen == told {
            return Ok(());
        }
        let differing = |own: &[Shown], other: &[Shown]| {
            let only: Vec<Shown> = own.iter().filter(|one| !other.contains(one)).cloned().collect();
            only
        };
        Err(differ(
            &format!("the records door, of {},", PEOPLE[person]),
            &differing(&seen, &told),
            &differing(&told, &seen),
        ))
    }

    /// An approval makes records whose ids are first seen here.
    fn meet_record(&mut self, person: usize, id: &str, definition: &str, audience: &str) {
        if self
            .model
            .records
            .iter()
            .any(|record| record.id.as_deref() == Some(id))
        {
            return;
        }
        let unmet = (0..self.model.records.len()).find(|index| {
            let slot = self.model.slot_of(*index);
            self.model.records[*index].id.is_none()
                && slot.0 == person
                && slot.1 == definition
                && slot.2.unwrap_or_default() == audience
        });
        if let Some(unmet) = unmet {
            self.model.records[unmet].id = Some(id.to_owned());
        }
    }

    async fn look_at_consents(&mut self, person: usize) -> Result<(), String> {
        let now = self.now();
        let token = self.app.own_token(&self.app.bank.first_party).await;
        let path = format!("/cis/v1/consents?status=all&user_id={}", self.user_id(person));
        let answer = self.app.request(Method::GET, &path).bearer(&token).send().await;
        let answer = answer.expect_status(200).json();
        let mut seen = Vec::new();
        for consent in answer["result"].as_array().unwrap() {
            let (id, client) = (text(&consent["consent_id"]), text(&consent["client_id"]));
            self.meet_agreement(person, &id, &client);
            let mut scope: Vec<String> = text(&consent["scope"]).split(' ').map(str::to_owned).collect();
            scope.sort();
            let until = consent["expires_at"].as_i64();
            seen.push((id, client, text(&consent["status"]), scope.join(" "), until));
        }
        let of_person = self
            .model
            .agreements
            .iter()
            .filter(|agreement| agreement.person == person);
        let mut told: Vec<_> = of_person
            .map(|agreement| {
                (
                    agreement.id.clone().unwrap_or_default(),
                    agreement.client.to_owned(),
                    self.model.status(agreement, now).to_owned(),
                    sorted(self.model.scope(agreement, now)).join(" "),
                    Some(agreement.until.div_euclid(1_000_000)),
                )
            })
            .collect();
        seen.sort();
        told.sort();
        if seen == told {
            return Ok(());
        }
        let differing = seen.iter().zip(&told).find(|(one, other)| one != other);
        Err(differ(
            &format!(
                "the consents API, of {} ({} and {}),",
                PEOPLE[person],
                seen.len(),
                told.len()
            ),
            &differing.map(|both| both.0),
            &differing.map(|both| both.1),
        ))
    }

    fn meet_agreement(&mut self, person: usize, id: &str, client: &str) {
        let agreements = &mut self.model.agreements;
        if agreements
            .iter()
            .any(|agreement| agreement.id.as_deref() == Some(id))
        {
            return;
        }
        let unmet = agreements.iter_mut().find(|agreement| {
            agreement.id.is_none() && agreement.person == person && agreement.client == client
        });
        if let Some(unmet) = unmet {
            unmet.id = Some(id.to_owned());
        }
    }

    async fn look_at_dashboard(&mut self, person: usize, turn: usize) -> Result<(), String> {
        let now = self.now();
        let list = self.dashboard(person).await;
        let stoppable: BTreeSet<&str> = list
            .text()
            .split("action=\"/embed/stop\"")
            .skip(1)
            .filter_map(|form| form.split("name=\"id\" value=\"").nth(1)?.split('"').next())
            .collect();
        let mut standing = Vec::new();
        for client in CLIENTS {
            standing.extend(self.model.active(person, client, now));
        }
        let told: BTreeSet<&str> = standing
            .iter()
            .filter_map(|index| self.model.agreements[*index].id.as_deref())
            .collect();
        if stoppable != told {
            return Err(differ(
                &format!("the dashboard, of {},", PEOPLE[person]),
                &stoppable,
                &told,
            ));
        }
        if standing.is_empty() {
            return Ok(());
        }
        let agreement = &self.model.agreements[standing[turn % standing.len()]];
        let session = list.field("session").ok_or("the dashboard has no session")?;
        let id = agreement.id.as_deref().unwrap_or_default();
        let page = self
            .app
            .post_embedded("/embed/connection", &[("session", &session), ("id", id)])
            .await
            .expect_status(200);
        let shared = page.text().split("No longer shared").next().unwrap_or_default();
        let shared = shared.split("class=\"items\"").nth(1).unwrap_or_default();
        let shared = shared.split("</ul>").next().unwrap_or_default();
        let seen: Vec<&str> = TITLES
            .iter()
            .filter(|(_, title)| shared.contains(&format!(">{title}<")))
            .map(|(definition, _)| *definition)
            .collect();
        let told = sorted(self.model.scope(agreement, now));
        if sorted(seen.clone()) == told {
            Ok(())
        } else {
            Err(differ("the page of a connection", &seen, &told))
        }
    }

    async fn look_at_checks(&self, person: usize) -> Result<(), String> {
        let now = self.now();
        let definitions = TITLES.map(|(definition, _)| definition);
        for client in CLIENTS {
            let seen = self.app.usable(PEOPLE[person], client, &definitions).await;
            let told = self.model.covered(person, client, &definitions, now);
            if seen != told {
                let door = format!("the check API, of {} and {client},", PEOPLE[person]);
                return Err(differ(&door, &seen, &told));
            }
        }
        Ok(())
    }

    async fn look_at_tokens(&self, turn: usize) -> Result<(), String> {
        let now = self.now();
        let tokens = &self.model.access;
        for index in 0..tokens.len() {
            if index + LATEST < tokens.len() && index % 16 != turn % 16 {
                continue;
            }
            let token = &tokens[index];
            let told = self.model.access_scope(token, now);
            let seen = self.app.introspect(&token.text).await;
            let scope = seen["scope"]
                .as_str()
                .map(|scope| scope.split(' ').collect::<Vec<_>>());
            if scope != told || seen["active"] != told.is_some() {
                return Err(differ("introspection", &seen, &told));
            }
            if let Some(user) = seen["user_id"].as_str() {
                let told = self.user_id(self.model.person_of_access(token));
                if user != told {
                    return Err(differ("introspection", &user, &told));
                }
            }
            let userinfo = self.app.userinfo(&token.text).await;
            let told = if told.is_some() { 200 } else { 401 };
            if userinfo != told {
                return Err(differ("UserInfo", &userinfo, &told));
            }
        }
        let tokens = &self.model.refresh;
        for index in 0..tokens.len() {
            if index + 2 < tokens.len() && index % 16 != turn % 16 {
                continue;
            }
            let token = &tokens[index];
            let client = if token.client == CLIENTS[0] {
                &self.app.bank.third_party
            } else {
                &self.app.bank.external
            };
            let request = self.app.request(Method::POST, "/cis/oidc/token/introspection");
            let request = request
                .basic(&client.client_id, &client.client_secret)
                .form(&[("token", &token.text)]);
            let seen = request.send().await.expect_status(200).json();
            let told = self.model.refresh_scope(token, now);
            let scope = seen["scope"]
                .as_str()
                .map(|scope| scope.split(' ').collect::<Vec<_>>());
            if scope != told {
                return Err(differ("introspection of a refresh token", &seen, &told));
            }
        }
        Ok(())
    }
}
