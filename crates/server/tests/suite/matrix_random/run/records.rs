//! What back ends write.

use http::Method;
use serde_json::{Value, json};

use super::{Run, expect};
use crate::matrix_random::{
    model::{Slot, Status},
    steps::{ANSWERS, AUDIENCES, DEFINITIONS, PEOPLE},
};

impl Run<'_> {
    fn body(&self, (person, definition, audience): Slot, answer: usize) -> Value {
        let version = DEFINITIONS.iter().find(|(id, _)| *id == definition).unwrap().1;
        let mut body = json!({
            "status": ANSWERS[answer], "subject": PEOPLE[person], "actor": PEOPLE[person],
            "definition": { "id": definition, "version": version, "locale": "en-GB" },
        });
        if let Some(audience) = audience {
            body["audience"] = json!(audience);
        }
        body
    }

    pub(super) async fn create(&mut self, slot: Slot, answer: usize) -> Result<(), String> {
        let body = self.body(slot, answer);
        let made = self.app.records(Method::POST, "/consents", Some(&body)).await;
        expect("making a record", made.status(), 201)?;
        let id = made.json()["id"].as_str().unwrap().to_owned();
        self.model.create(id, slot, status(answer), self.now());
        Ok(())
    }

    fn path(&self, record: usize) -> String {
        format!("/consents/{}", self.model.records[record].id.as_ref().unwrap())
    }

    pub(super) async fn patch(&mut self, record: usize, answer: usize) -> Result<(), String> {
        let body = json!({ "status": ANSWERS[answer] });
        let path = self.path(record);
        let changed = self.app.records(Method::PATCH, &path, Some(&body)).await;
        expect("changing a record", changed.status(), 200)?;
        let slot = self.model.slot_of(record);
        self.model.change(record, slot, status(answer), self.now());
        Ok(())
    }

    pub(super) async fn put(
        &mut self,
        record: usize,
        answer: usize,
        person: Option<usize>,
        audience: Option<usize>,
    ) -> Result<(), String> {
        let before = self.model.slot_of(record);
        let slot = (
            person.unwrap_or(before.0),
            before.1,
            audience.map_or(before.2, |audience| AUDIENCES[audience]),
        );
        let body = self.body(slot, answer);
        let path = self.path(record);
        let changed = self.app.records(Method::PUT, &path, Some(&body)).await;
        expect("replacing a record", changed.status(), 200)?;
        self.model.change(record, slot, status(answer), self.now());
        Ok(())
    }

    pub(super) async fn delete(&mut self, record: usize) -> Result<(), String> {
        let path = self.path(record);
        let deleted = self.app.records(Method::DELETE, &path, None).await;
        expect("deleting a record", deleted.status(), 204)?;
        self.model.delete(record, self.now());
        Ok(())
    }
}

const fn status(answer: usize) -> Status {
    match answer {
        0 => Status::Pending,
        1 => Status::Accepted,
        2 => Status::Denied,
        _ => Status::Revoked,
    }
}
