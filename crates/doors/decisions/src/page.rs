//! Pages of search results (AuthZEN 1.0, 8.2; CHK-28, CHK-29, CHK-32, CHK-33).

use consentry_domain::{Lifetime, Timestamp};
use consentry_web::{
    cursor,
    error::{ApiError, registry},
    visit::Visit,
};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::admission::invalid;

/// Results on a page where nobody says.
const DEFAULT: usize = 100;

/// Results on a page at the most.
const MOST: usize = 1_000;

/// Largest total that is told.
const MOST_TOLD: usize = 10_000;

/// How long a token leads on.
const LIVES: Lifetime = Lifetime::minutes(10);

/// Which page is wanted.
pub(crate) struct Wanted {
    limit: usize,
    /// Only what comes behind this; empty for the first page.
    behind: String,
    question: String,
}

/// What is said of a page.
#[derive(Serialize)]
pub(crate) struct Page {
    next_token: String,
    count: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<usize>,
}

impl Wanted {
    /// Reads `page`. A token is good for the very question it was given for, within its time.
    pub(crate) fn read(visit: &Visit, body: &Map<String, Value>, now: Timestamp) -> Result<Self, ApiError> {
        let mut asked = body.clone();
        let page = match asked.remove("page") {
            None => Map::new(),
            Some(Value::Object(page)) => page,
            Some(_) => return Err(invalid("/page", "must be an object")),
        };
        let limit = match page.get("limit") {
            None => None,
            Some(limit) => Some(
                limit
                    .as_u64()
                    .ok_or_else(|| invalid("/page/limit", "must be a whole number from 0"))?,
            ),
        };
        let limit = limit.map(|limit| usize::try_from(limit).unwrap_or(MOST).min(MOST));
        let question = Value::Object(asked).to_string();
        let token = match page.get("token") {
            None => "",
            Some(Value::String(token)) => token.as_str(),
            Some(_) => return Err(invalid("/page/token", "must be a string")),
        };
        if token.is_empty() {
            return Ok(Self {
                limit: limit.unwrap_or(DEFAULT),
                behind: String::new(),
                question,
            });
        }
        let mismatch = || ApiError::new(&registry::CURSOR_MISMATCH);
        let said = cursor::decode(&visit.tenant, LIST, &question, token).ok_or_else(mismatch)?;
        let mut parts = said.splitn(3, ' ');
        let mut number = || parts.next().and_then(|part| part.parse::<i64>().ok());
        let (until, own) = (number().ok_or_else(mismatch)?, number().ok_or_else(mismatch)?);
        let own = usize::try_from(own).map_err(|_| mismatch())?;
        // A page of nothing is followed by pages of the usual size.
        let expected = if own == 0 { DEFAULT } else { own };
        if now >= Timestamp::from_micros(until) || limit.is_some_and(|limit| limit != own) {
            return Err(mismatch());
        }
        Ok(Self {
            limit: expected,
            behind: parts.next().unwrap_or_default().to_owned(),
            question,
        })
    }

    /// Most results on this page.
    pub(crate) const fn limit(&self) -> usize {
        self.limit
    }

    /// What the last page ended with; empty for the first one.
    pub(crate) fn behind(&self) -> &str {
        &self.behind
    }

    /// A page whose results were found one after the other: how many there are in all is known only where it is the only one.
    pub(crate) fn ending_with(
        &self,
        visit: &Visit,
        now: Timestamp,
        count: usize,
        last: Option<&str>,
    ) -> Page {
        let is_only = last.is_none() && self.behind.is_empty();
        Page {
            next_token: last.map_or_else(String::new, |last| self.token(visit, now, last)),
            count,
            total: is_only.then_some(count),
        }
    }

    fn token(&self, visit: &Visit, now: Timestamp, last: &str) -> String {
        let said = format!("{} {} {last}", now.plus(LIVES).as_micros(), self.limit);
        cursor::encode(&visit.tenant, LIST, &self.question, &said)
    }

    /// The part of all results, which come in the order of their keys, that this page has.
    pub(crate) fn cut<T>(&self, visit: &Visit, now: Timestamp, mut all: Vec<(String, T)>) -> (Page, Vec<T>) {
        let total = all.len();
        all.retain(|(key, _)| *key > self.behind);
        let has_more = all.len() > self.limit;
        all.truncate(self.limit);
        let last = all.last().map_or(self.behind.as_str(), |(key, _)| key);
        let next_token = if has_more {
            self.token(visit, now, last)
        } else {
            String::new()
        };
        let page = Page {
            next_token,
            count: all.len(),
            total: (total <= MOST_TOLD).then_some(total),
        };
        (page, all.into_iter().map(|(_, result)| result).collect())
    }
}

const LIST: &str = "checks";
