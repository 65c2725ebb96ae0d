//! Taking the steps through the doors, and telling the small truth what came of each.

mod records;

use std::fmt::Debug;

use consentry_testkit::{Answer as Http, Browser, KnownClient, TestApp, VERIFIER, tokens};
use http::Method;
use serde_json::json;

use super::{
    model::{Answer, Micros, Model, SECOND, Scope},
    steps::{AUDIENCES, CLIENTS, DEFINITIONS, Decision, PEOPLE, SCOPES, Step, Stopper},
};

/// Redirect address of the bank's own client.
const OUTSIDE: &str = "http://127.0.0.1:9999/callback";

/// How long a question can be answered.
const QUESTION: Micros = 600 * SECOND;

/// How long a session lives.
const SESSION: Micros = 14 * 86_400 * SECOND;

/// Open questions of one browser; more are not left open, since the tenth would be crowded out.
const MOST_QUESTIONS: usize = 8;

/// A question put to a person.
struct Question {
    handle: String,
    person: usize,
    client: &'static str,
    scope: Scope,
    session: u64,
    until: Micros,
    over: bool,
}

/// A person's session at the hosted pages.
#[derive(Clone, Copy)]
struct Session {
    id: u64,
    until: Micros,
}

/// One history on its way.
pub(in crate::matrix_random) struct Run<'a> {
    pub app: &'a TestApp,
    pub model: Model,
    browsers: [Browser<'a>; 2],
    sessions: [Option<Session>; 2],
    /// Page sessions of the dashboard, perhaps over.
    pages: [String; 2],
    questions: Vec<Question>,
    drawn: u64,
}

/// The one meant by a number, among so many.
fn among(which: usize, len: usize) -> Option<usize> {
    match (which, len) {
        (_, 0) => None,
        (usize::MAX, len) => Some(len - 1),
        (which, len) => Some(which % len),
    }
}

fn expect<T: Debug>(what: &str, seen: impl Debug + PartialEq<T>, told: T) -> Result<(), String> {
    if seen == told {
        Ok(())
    } else {
        Err(format!("{what}: the door says {seen:?}, the model {told:?}"))
    }
}

impl<'a> Run<'a> {
    pub(in crate::matrix_random) fn new(app: &'a TestApp) -> Self {
        Self {
            app,
            model: Model::default(),
            browsers: [app.browser(), app.browser()],
            sessions: [None, None],
            pages: Default::default(),
            questions: Vec::new(),
            drawn: 0,
        }
    }

    pub(in crate::matrix_random) fn now(&self) -> Micros {
        self.app.now().as_micros()
    }

    fn client(&self, id: &str) -> &'a KnownClient {
        if id == CLIENTS[0] {
            &self.app.bank.third_party
        } else {
            &self.app.bank.external
        }
    }

    pub(in crate::matrix_random) fn user_id(&self, person: usize) -> &'a str {
        &self.app.bank.customers[person].user_id
    }

    /// Takes a step; the error says which door said something else than it had to.
    pub(in crate::matrix_random) async fn take(&mut self, step: Step) -> Result<(), String> {
        self.app.clock.advance_micros(7_001);
        match step {
            Step::Ask {
                person,
                client,
                scope,
                prompt,
            } => self.ask(person, CLIENTS[client], SCOPES[scope], prompt).await,
            Step::Decide {
                which,
                decision,
                reported,
            } => match among(which, self.questions.len()) {
                Some(which) => self.decide(which, decision, reported).await,
                None => Ok(()),
            },
            Step::Redeem(which) => match among(which, self.model.codes.len()) {
                Some(which) => self.redeem(which).await,
                None => Ok(()),
            },
            Step::Refresh(which) => match among(which, self.model.refresh.len()) {
                Some(which) => self.refresh(which).await,
                None => Ok(()),
            },
            Step::RevokeAccess(which) => match among(which, self.model.access.len()) {
                Some(which) => self.revoke_access(which).await,
                None => Ok(()),
            },
            Step::RevokeRefresh(which) => match among(which, self.model.refresh.len()) {
                Some(which) => self.revoke_refresh(which).await,
                None => Ok(()),
            },
            Step::Stop { person, client, by } => self.stop(person, CLIENTS[client], by).await,
            Step::Create {
                person,
                definition,
                audience,
                answer,
            } => {
                let slot = (person, DEFINITIONS[definition].0, AUDIENCES[audience]);
                self.create(slot, answer).await
            }
            Step::Patch { which, answer } => match self.record(which) {
                Some(record) => self.patch(record, answer).await,
                None => Ok(()),
            },
            Step::Put {
                which,
                answer,
                person,
                audience,
            } => match self.record(which) {
                Some(record) => self.put(record, answer, person, audience).await,
                None => Ok(()),
            },
            Step::Delete(which) => match self.record(which) {
                Some(record) => self.delete(record).await,
                None => Ok(()),
            },
            Step::LogOut(person) => self.log_out(person).await,
            Step::Pass { seconds } => {
                self.app.pass(seconds);
                Ok(())
            }
            Step::PassToEnd { which, beside } => {
                let ends = self.model.ends(self.now());
                if let Some(end) = among(which, ends.len()).map(|which| ends[which]) {
                    self.app.clock.advance_micros((end + beside - self.now()).max(0));
                }
                Ok(())
            }
        }
    }

    /// A record that is known by its id and not deleted.
    fn record(&self, which: usize) -> Option<usize> {
        let records = &self.model.records;
        let known: Vec<usize> = (0..records.len())
            .filter(|index| records[*index].id.is_some() && !records[*index].deleted)
            .collect();
        among(which, known.len()).map(|which| known[which])
    }

    // The browser.

    /// The session of a person, beginning one where there is none: the next request logs them in.
    fn session(&mut self, person: usize) -> Session {
        let now = self.now();
        let alive = self.sessions[person].filter(|session| now < session.until);
        alive.unwrap_or_else(|| {
            self.drawn += 1;
            let session = Session {
                id: self.drawn,
                until: now + SESSION,
            };
            self.sessions[person] = Some(session);
            session
        })
    }

    async fn ask(
        &mut self,
        person: usize,
        client: &'static str,
        asked: &'static [&'static str],
        prompt: bool,
    ) -> Result<(), String> {
        let now = self.now();
        let open = |question: &&Question| question.person == person && !question.over && now < question.until;
        if self.questions.iter().filter(open).count() >= MOST_QUESTIONS {
            return Ok(());
        }
        let session = self.session(person);
        let prompted = [("prompt", if prompt { "consent" } else { "" })];
        let request = self
            .app
            .authorization(self.client(client), &asked.join(" "), &prompted);
        let answer = self
            .app
            .reach_question(&self.browsers[person], PEOPLE[person], &request)
            .await;
        let (scope, silent) = self.model.need(person, client, asked, prompt, now);
        if silent {
            let code = code(&answer)?;
            self.model
                .grant_unasked((person, client), &scope, session.until, code, now);
            return Ok(());
        }
        let hosted = client == CLIENTS[0];
        expect("asked", answer.status(), if hosted { 200 } else { 303 })?;
        let handle = if hosted {
            answer.field("interaction")
        } else {
            answer.location_parameter("src_interaction")
        };
        self.questions.push(Question {
            handle: handle.ok_or_else(|| format!("no question: {}", answer.text()))?,
            person,
            client,
            scope,
            session: session.id,
            until: now + QUESTION,
            over: false,
        });
        Ok(())
    }

    async fn decide(&mut self, which: usize, decision: Decision, reported: bool) -> Result<(), String> {
        let now = self.now();
        let question = &self.questions[which];
        let session = self.sessions[question.person].filter(|session| now < session.until);
        let in_time = !question.over && now < question.until;
        let same_session = session.is_some_and(|session| session.id == question.session);
        let granted: Option<Scope> = match decision {
            Decision::Part(mask) => Some(
                (0..question.scope.len())
                    .filter(|value| mask & (1 << value) != 0)
                    .map(|value| question.scope[value])
                    .collect(),
            )
            .filter(|part: &Scope| !part.is_empty()),
            Decision::All | Decision::No => None,
        };
        let answer = self
            .answer(question, decision, granted.as_ref(), reported)
            .await?;
        if !in_time {
            return expect("an answer too late", answer.status(), 410);
        }
        if !same_session {
            return expect("an answer in another session", answer.status(), 403);
        }
        self.questions[which].over = true;
        let question = &self.questions[which];
        if matches!(decision, Decision::No) {
            let error = answer.location_parameter("error");
            return expect("a decline", error.as_deref(), Some("access_denied"));
        }
        let keeps = |value: &&'static str| {
            *value == "openid" || granted.as_ref().is_none_or(|granted| granted.contains(value))
        };
        let scope: Scope = question.scope.iter().copied().filter(keeps).collect();
        let code = code(&answer)?;
        let (pair, session) = ((question.person, question.client), session.unwrap());
        self.model.approve(pair, &scope, session.until, code, now);
        Ok(())
    }

    /// Gives the answer the way this client's question is answered.
    async fn answer(
        &self,
        question: &Question,
        decision: Decision,
        granted: Option<&Scope>,
        reported: bool,
    ) -> Result<Http, String> {
        let browser = &self.browsers[question.person];
        let approved = !matches!(decision, Decision::No);
        if question.client == CLIENTS[0] {
            let word = match (approved, granted) {
                (false, _) => "decline",
                (true, None) => "approve",
                (true, Some(_)) => "approve_part",
            };
            let mut fields = vec![("interaction", question.handle.as_str()), ("decision", word)];
            fields.extend(
                granted
                    .into_iter()
                    .flatten()
                    .map(|value| ("granted_scope", *value)),
            );
            return Ok(browser.submit("/consent", &fields).await);
        }
        if reported {
            let token = self.app.own_token(&self.app.bank.first_party).await;
            let mut body = json!({ "src_interaction": question.handle, "approved": approved,
                "user_id": self.user_id(question.person) });
            if let Some(granted) = granted {
                body["granted_scope"] = json!(granted);
            }
            let request = self.app.request(Method::POST, "/cis/auth/consent/callback");
            let answer = request.bearer(&token).json(&body).send().await;
            if answer.status() != 200 {
                return Ok(answer);
            }
            let url = answer.json()["result"]["url"].as_str().unwrap().to_owned();
            return Ok(browser.open(&url).await);
        }
        let mut query = vec![("src_interaction", question.handle.as_str())];
        query.push(("approved", if approved { "true" } else { "false" }));
        query.extend(
            granted
                .into_iter()
                .flatten()
                .map(|value| ("granted_scope", *value)),
        );
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(query)
            .finish();
        Ok(browser.open(&format!("/cis/auth/consent/callback?{query}")).await)
    }

    async fn log_out(&mut self, person: usize) -> Result<(), String> {
        let answer = self.browsers[person]
            .submit("/logout", &[("confirm", "yes")])
            .await;
        expect("logging out", answer.status(), 200)?;
        if let Some(session) = self.sessions[person].take()
            && self.now() < session.until
        {
            self.model.log_out(person);
        }
        Ok(())
    }

    // The token endpoint.

    async fn redeem(&mut self, which: usize) -> Result<(), String> {
        let now = self.now();
        let code = self.model.codes[which].clone();
        let answer = self.app.try_redeem(self.client(code.client), &code.text).await;
        let told = self.model.redeem(which, now);
        let family = self.model.family_of_code(which);
        self.issued("redeeming", &answer, told, family)
    }

    async fn refresh(&mut self, which: usize) -> Result<(), String> {
        let now = self.now();
        let token = self.model.refresh[which].clone();
        let answer = self.app.refresh(self.client(token.client), &token.text).await;
        let told = self.model.refresh(which, now);
        let family = self.model.family_of_refresh(which);
        self.issued("refreshing", &answer, told, family)
    }

    fn issued(
        &mut self,
        what: &str,
        answer: &Http,
        told: Answer,
        (grant, family_scope): (usize, Scope),
    ) -> Result<(), String> {
        let Answer::Tokens {
            scope,
            seconds,
            refresh,
        } = told
        else {
            let error = (answer.status(), answer.json()["error"].clone());
            return expect(what, error, (400, json!("invalid_grant")));
        };
        let body = answer.json();
        let seen = (
            body["scope"].as_str().unwrap_or(answer.text()).to_owned(),
            body["expires_in"].as_i64(),
            body["refresh_token"].is_string(),
        );
        expect(what, seen, (scope.join(" "), Some(seconds), refresh))?;
        let given = tokens(answer);
        let now = self.now();
        self.model.keep(
            grant,
            family_scope,
            &scope,
            seconds,
            (given.access, given.refresh),
            now,
        );
        Ok(())
    }

    async fn revoke(&self, client: &str, token: &str) -> Result<(), String> {
        let client = self.client(client);
        let request = self.app.request(Method::POST, "/cis/oidc/token/revocation");
        let request = request
            .basic(&client.client_id, &client.client_secret)
            .form(&[("token", token)]);
        expect("revoking a token", request.send().await.status(), 200)
    }

    async fn revoke_access(&mut self, which: usize) -> Result<(), String> {
        let client = self.model.client_of_access(which);
        self.revoke(client, &self.model.access[which].text).await?;
        self.model.revoke_access(which, self.now());
        Ok(())
    }

    async fn revoke_refresh(&mut self, which: usize) -> Result<(), String> {
        let token = &self.model.refresh[which];
        self.revoke(token.client, &token.text).await?;
        self.model.revoke_refresh(which);
        Ok(())
    }

    // Taking back.

    async fn stop(&mut self, person: usize, client: &'static str, by: Stopper) -> Result<(), String> {
        let now = self.now();
        let mut stopped = self.model.active(person, client, now);
        let one = match by {
            Stopper::BackEndOne(which) | Stopper::Dashboard(which) => {
                let Some(which) = among(which, stopped.len()) else {
                    return Ok(());
                };
                stopped = vec![stopped[which]];
                self.model.agreements[stopped[0]].id.clone()
            }
            Stopper::BackEnd | Stopper::Person => None,
        };
        if let (Stopper::Dashboard(_), Some(id)) = (by, &one) {
            let list = self.dashboard(person).await;
            let session = list.field("session").ok_or("no dashboard")?;
            let fields = [("session", session.as_str()), ("id", id.as_str())];
            let answer = self.app.post_embedded("/embed/stop/confirm", &fields).await;
            expect("stopping in the frame", answer.status(), 200)?;
        } else {
            let (token, mut path) = match by {
                Stopper::Person => {
                    let Some(token) = self.token_of_person(person).await? else {
                        return Ok(());
                    };
                    (token, format!("/cis/v1/consents/me/clients/{client}"))
                }
                _ => (
                    self.app.own_token(&self.app.bank.first_party).await,
                    format!("/cis/v1/consents/clients/{client}/users/{}", self.user_id(person)),
                ),
            };
            if let Some(id) = &one {
                path = format!("{path}?consent_id={id}");
            }
            let answer = self
                .app
                .request(Method::DELETE, &path)
                .bearer(&token)
                .send()
                .await;
            let told = if stopped.is_empty() { 404 } else { 200 };
            expect("stopping at the consents API", answer.status(), told)?;
        }
        self.model.stop(&stopped, now);
        Ok(())
    }

    /// A person's own token, through the bank's own client, which asks for no consent; none in the last second of a session, since
    /// it could not live for one.
    async fn token_of_person(&mut self, person: usize) -> Result<Option<String>, String> {
        let session = self.session(person);
        if session.until - self.now() < SECOND {
            return Ok(None);
        }
        let client = &self.app.bank.first_party;
        let more = [("redirect_uri", OUTSIDE), ("prompt", "")];
        let request = self.app.authorization(client, "openid", &more);
        let answer = self
            .app
            .reach_question(&self.browsers[person], PEOPLE[person], &request)
            .await;
        let code = code(&answer)?;
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", OUTSIDE),
            ("code_verifier", VERIFIER),
        ];
        let answer = self.app.ask_token(client, &fields).await.expect_status(200);
        Ok(Some(tokens(&answer).access))
    }

    /// The list in the frame; opened anew when the page session is over.
    pub(in crate::matrix_random) async fn dashboard(&mut self, person: usize) -> Http {
        let fields = [("session", self.pages[person].as_str())];
        let again = self.app.post_embedded("/embed/connections", &fields).await;
        if again.status() == 200 {
            return again;
        }
        let list = self.app.open_dashboard(PEOPLE[person]).await.expect_status(200);
        self.pages[person] = list.field("session").unwrap_or_default();
        list
    }
}

fn code(answer: &Http) -> Result<String, String> {
    let code = (answer.status() == 303)
        .then(|| answer.location_parameter("code"))
        .flatten();
    code.ok_or_else(|| format!("no code: {} {}", answer.status(), answer.text()))
}
