//! An answer that goes on: server-sent events, read block by block.

use std::{collections::VecDeque, time::Duration};

use axum::body::Body;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;

/// How long a test waits for what has to come.
const PATIENCE: Duration = Duration::from_secs(20);

/// A stream that is being read.
#[derive(Debug)]
pub struct Listening {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    body: Body,
    text: String,
    blocks: VecDeque<Block>,
    last_id: Option<String>,
}

/// What stands between two empty lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Block {
    /// `id`.
    pub id: Option<String>,
    /// `event`.
    pub event: Option<String>,
    /// `data`.
    pub data: Option<String>,
    /// `retry`.
    pub retry: Option<String>,
    /// Comments, without the colon.
    pub comments: Vec<String>,
}

impl Listening {
    pub(crate) fn new(status: StatusCode, headers: HeaderMap, body: Body) -> Self {
        Self {
            status,
            headers,
            body,
            text: String::new(),
            blocks: VecDeque::new(),
            last_id: None,
        }
    }

    /// The next block; none at the end of the answer. Panics when nothing comes.
    pub async fn block(&mut self) -> Option<Block> {
        loop {
            if let Some(block) = self.blocks.pop_front() {
                if let Some(id) = &block.id {
                    self.last_id = Some(id.clone());
                }
                return Some(block);
            }
            let frame = tokio::time::timeout(PATIENCE, self.body.frame());
            let frame = frame.await.unwrap()?;
            let bytes = frame.unwrap().into_data().unwrap();
            self.text.push_str(std::str::from_utf8(&bytes).unwrap());
            while let Some((block, rest)) = self.text.split_once("\n\n") {
                self.blocks.push_back(Block::parse(block));
                self.text = rest.to_owned();
            }
        }
    }

    /// The next event; what has no data is passed over. None at the end of the answer.
    pub async fn event(&mut self) -> Option<Value> {
        while let Some(block) = self.block().await {
            if let Some(data) = block.data {
                return Some(serde_json::from_str(&data).unwrap());
            }
        }
        None
    }

    /// The next events.
    pub async fn events(&mut self, count: usize) -> Vec<Value> {
        let mut events = Vec::with_capacity(count);
        for _ in 0..count {
            events.push(self.event().await.unwrap());
        }
        events
    }

    /// The id that was seen last, as a browser keeps it.
    pub fn last_id(&self) -> &str {
        self.last_id.as_deref().unwrap()
    }
}

impl Block {
    fn parse(text: &str) -> Self {
        let mut block = Self::default();
        for line in text.lines() {
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value).to_owned();
            match name {
                "" => block.comments.push(value),
                "id" => block.id = Some(value),
                "event" => block.event = Some(value),
                "data" => block.data = Some(value),
                "retry" => block.retry = Some(value),
                other => panic!("not a field of a stream: {other:?}"),
            }
        }
        block
    }
}
