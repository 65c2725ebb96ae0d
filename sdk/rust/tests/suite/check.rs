//! The client of the check API.

use std::sync::{Arc, Mutex};

use consentry_verify::{
    BoxFuture, CheckClient, Environment, Fetch, FetchError, Request, Response, Semantic, basic,
};
use serde_json::{Map, Value, json};

#[derive(Clone, Default)]
struct Server {
    status: u16,
    answer: Option<Value>,
    asked: Arc<Mutex<Option<Request>>>,
}

impl Server {
    fn answering(status: u16, answer: Value) -> Self {
        Self {
            status,
            answer: Some(answer),
            ..Self::default()
        }
    }

    fn client(&self) -> CheckClient {
        let environment = Environment::new(self.clone());
        CheckClient::new("https://id.northbay.example/", basic("bank", "a:b"), environment).unwrap()
    }

    fn asked(&self) -> Request {
        self.asked.lock().unwrap().clone().unwrap()
    }
}

impl Fetch for Server {
    fn send(&self, request: Request) -> BoxFuture<'_, Result<Response, FetchError>> {
        *self.asked.lock().unwrap() = Some(request);
        Box::pin(async {
            let answer = self.answer.as_ref();
            let answer = answer.ok_or_else(|| FetchError("unreachable".to_owned()))?;
            Ok(Response {
                status: self.status,
                headers: [("content-type".to_owned(), "application/json".to_owned())].into(),
                body: answer.to_string().into_bytes(),
            })
        })
    }
}

fn balance() -> Value {
    json!({
        "subject": { "type": "user", "id": "ada" },
        "action": { "name": "read" },
        "resource": { "type": "scope", "id": "accounts:balance" },
    })
}

fn permit() -> Value {
    json!({ "decision": true, "context": { "reason_code": "consented", "max_age": 30 } })
}

#[tokio::test]
async fn a_question_and_its_answer() {
    let server = Server::answering(200, permit());
    let decision = server.client().evaluation(&balance()).await.unwrap();
    assert!(decision.allowed);
    assert_eq!(
        (decision.reason.as_deref(), decision.max_age),
        (Some("consented"), 30)
    );
    let asked = server.asked();
    assert_eq!(asked.url, "https://id.northbay.example/access/v1/evaluation");
    let credentials = asked.headers.iter().find(|(name, _)| name == "authorization");
    assert_eq!(credentials.unwrap().1, "Basic YmFuazphJTNBYg==");
    let body: Value = serde_json::from_slice(&asked.body.unwrap()).unwrap();
    assert_eq!(body, balance());
}

#[tokio::test]
async fn several_questions_have_as_many_answers() {
    let denied = json!({ "decision": false, "context": { "reason_code": "revoked" } });
    let server = Server::answering(200, json!({ "evaluations": [permit(), denied] }));
    let client = server.client();
    let Value::Object(defaults) = balance() else {
        panic!("an object")
    };
    let ask = async |many: usize, semantic| {
        let questions = vec![json!({}); many];
        client.evaluations(&questions, &defaults, semantic).await
    };
    let decisions = ask(2, Semantic::ExecuteAll).await.unwrap();
    let allowed: Vec<bool> = decisions.iter().map(|one| one.allowed).collect();
    assert_eq!(allowed, [true, false]);
    assert!(ask(3, Semantic::ExecuteAll).await.is_err());
    assert_eq!(ask(3, Semantic::DenyOnFirstDeny).await.unwrap().len(), 2);
    let body: Value = serde_json::from_slice(&server.asked().body.unwrap()).unwrap();
    assert_eq!(body["options"]["evaluations_semantic"], "deny_on_first_deny");
    assert_eq!(body["subject"]["id"], "ada");
    let nothing = client.evaluations(&[], &Map::new(), Semantic::ExecuteAll).await;
    assert_eq!(nothing.unwrap(), []);
}

#[tokio::test]
async fn whatever_is_no_answer_is_no_permit() {
    let odd = [
        (200, json!({ "decision": "true" }), "check_unavailable"),
        (200, json!({}), "check_unavailable"),
        (200, json!([]), "check_unavailable"),
        (
            200,
            json!({ "decision": true, "context": 7 }),
            "check_unavailable",
        ),
        (500, json!({}), "check_unavailable"),
        (429, json!({}), "check_unavailable"),
        (302, permit(), "check_unavailable"),
        (401, permit(), "check_refused"),
        (400, json!({}), "check_refused"),
    ];
    for (status, answer, code) in odd {
        let server = Server::answering(status, answer.clone());
        let refused = server.client().evaluation(&balance()).await.unwrap_err();
        assert_eq!(refused.code.as_str(), code, "{status} {answer}");
    }
    let refused = Server::default().client().evaluation(&balance()).await;
    assert_eq!(refused.unwrap_err().code.as_str(), "check_unavailable");
}
