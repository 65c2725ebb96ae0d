//! A party on this machine: its configuration, its keys, and what it signs.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    response::{IntoResponse, Response},
    routing::get,
};
use consentry_jose::{Algorithm, SigningKey, encoding};
use http::{StatusCode, header};
use serde_json::{Map, Value, json};

/// How a document is answered.
#[derive(Debug, Clone)]
pub struct Document {
    /// Status.
    pub status: u16,
    /// Media type.
    pub kind: &'static str,
    /// Body.
    pub body: String,
    /// Where it leads, for a redirect.
    pub location: Option<String>,
}

impl Document {
    /// JSON with status 200.
    pub fn json(body: &Value) -> Self {
        Self {
            status: 200,
            kind: "application/json",
            body: body.to_string(),
            location: None,
        }
    }
}

impl IntoResponse for Document {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap();
        let kind = [(header::CONTENT_TYPE, self.kind)];
        let mut answer = (status, kind, self.body).into_response();
        if let Some(location) = self.location {
            answer
                .headers_mut()
                .insert(header::LOCATION, location.parse().unwrap());
        }
        answer
    }
}

/// A party that publishes its configuration and keys.
pub struct Party {
    /// Its key.
    pub key: SigningKey,
    /// Where it is, without slash at the end.
    pub address: String,
    /// Its configuration, and its keys.
    pub documents: Arc<Mutex<[Document; 2]>>,
    /// How often each was fetched.
    pub fetched: Arc<[AtomicUsize; 2]>,
}

impl Party {
    /// Starts it with a fresh key.
    pub async fn start() -> Self {
        let key = SigningKey::generate(Algorithm::Rs256).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let configuration = Document::json(&json!({ "jwks_uri": format!("{address}/jwks.json"), "more": 1 }));
        let keys = Document::json(&json!({ "keys": [key.public_jwk()] }));
        let documents = Arc::new(Mutex::new([configuration, keys]));
        let fetched = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
        let serve = |which: usize| {
            let (documents, fetched) = (Arc::clone(&documents), Arc::clone(&fetched));
            get(move || async move {
                fetched[which].fetch_add(1, Ordering::SeqCst);
                documents.lock().unwrap()[which].clone()
            })
        };
        let router = Router::new()
            .route("/party.json", serve(0))
            .route("/jwks.json", serve(1));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            key,
            address,
            documents,
            fetched,
        }
    }

    /// Where its configuration is.
    pub fn configuration(&self) -> String {
        format!("{}/party.json", self.address)
    }

    /// Publishes these keys instead.
    pub fn publish(&self, keys: &Value) {
        self.documents.lock().unwrap()[1] = Document::json(&json!({ "keys": keys }));
    }

    /// How often its keys were fetched.
    pub fn fetches(&self) -> usize {
        self.fetched[1].load(Ordering::SeqCst)
    }

    /// Signs claims as the protocol wants it.
    pub fn sign(&self, claims: &Value) -> String {
        let members = Map::from_iter([("v".to_owned(), "0.2".into())]);
        let header = self.key.header_with(Some("JWT"), members).unwrap();
        self.key.sign(&header, claims).unwrap()
    }

    /// Signs any header and payload, whatever they say. The key's own header is swapped for the given one before it signs.
    pub fn sign_raw(&self, header: &str, payload: &str) -> String {
        sign_raw(&self.key, header, payload)
    }
}

/// A token with this very header and payload, signed with RS256 by a key.
pub fn sign_raw(key: &SigningKey, header: &str, payload: &str) -> String {
    use aws_lc_rs::{rand::SystemRandom, rsa::KeyPair, signature::RSA_PKCS1_SHA256};
    let pair = KeyPair::from_pkcs8(&key.to_pkcs8()).unwrap();
    let input = format!("{}.{}", encoding::encode(header), encoding::encode(payload));
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        input.as_bytes(),
        &mut signature,
    )
    .unwrap();
    format!("{input}.{}", encoding::encode(signature))
}
