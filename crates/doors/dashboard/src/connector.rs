//! Asking the data provider which accounts a customer has (consent-dashboard B4.3).
//!
//! What lives here: when it is asked, what of an answer is believed, and that no page waits long for it. What may not: the list itself,
//! which the ledger keeps; where nothing new can be had, what was known stands, and stopping works in any case (B7.5).

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use consentry_domain::{Lifetime, SubjectId, TenantId, Timestamp, tenant::AccountsConnector};
use consentry_egress::{Egress, EgressError};
use consentry_ledger::{
    Caller, Fault, Ledger, Target, TenantSnapshot,
    access::{Denied, OpenDashboard, authorize},
    embed::CustomerId,
    holdings::Holding,
};
use consentry_web::{
    error::FieldError,
    json::{self, JsonError},
    path, received,
    visit::Visit,
};
use http::{HeaderValue, StatusCode, header};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::listed_accounts;

/// How long a page waits for the answer; what comes later is there on the next one.
const WAIT: Duration = Duration::from_secs(1);

/// How long a customer is not asked for again after that failed.
const REST: Lifetime = Lifetime::minutes(1);

/// Customers that are asked for at once; for who finds no room, what is known stands.
const AT_ONCE: usize = 64;

/// Customers of whom it is remembered when they are asked for again; some 60 bytes each. Beyond it they are asked for each time.
const MOST: usize = 200_000;

type Key = (TenantId, SubjectId);

/// The way to the data providers' lists.
#[derive(Debug)]
pub struct Connector {
    egress: Arc<Egress>,
    /// When each customer may be asked for again.
    again_at: Mutex<HashMap<Key, Timestamp>>,
    room: Arc<Semaphore>,
}

/// Why there is no new list. Texts name no customer.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("it cannot be asked: {0}")]
    Away(#[from] EgressError),
    #[error("the token for it cannot be had: {0}")]
    Token(String),
    #[error("it answered with status {0}")]
    Status(StatusCode),
    #[error("its answer is not JSON as it should be: {0}")]
    Json(#[from] JsonError),
    #[error("in its answer, {} {}", .0.place, .0.detail)]
    Field(FieldError),
    #[error("its answer is about another customer")]
    OtherCustomer,
    #[error("the customer id cannot be part of an address")]
    NoAddress,
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("the list cannot be kept: {0}")]
    Fault(#[from] Fault),
}

impl Connector {
    /// A way that leads through `egress`.
    pub fn new(egress: &Arc<Egress>) -> Self {
        Self {
            egress: Arc::clone(egress),
            again_at: Mutex::default(),
            room: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Has a customer's accounts listed anew where the list is old, and waits a second for it at most. Answers whether the list may have
    /// changed meanwhile.
    pub async fn freshen(self: &Arc<Self>, visit: &Visit, subject: SubjectId) -> bool {
        let Some(settings) = visit.tenant.tenant.dashboard.accounts.clone() else {
            return false;
        };
        let (key, now) = ((visit.tenant.id(), subject), visit.ledger().now());
        let Ok(room) = Arc::clone(&self.room).try_acquire_owned() else {
            tracing::warn!(
                "too many customers are asked for at once; their accounts are shown as they were known"
            );
            return false;
        };
        if !self.claim(key, now.plus(settings.timeout), now) {
            return false;
        }
        let (connector, tenant) = (Arc::clone(self), Arc::clone(&visit.tenant));
        let ledger = visit.house.ledger().clone();
        let asking = tokio::spawn(async move {
            let done = connector.ask(&ledger, &tenant, &settings, subject).await;
            drop(room);
            let now = ledger.now();
            let rest = match done {
                Ok(()) => settings.fresh,
                Err(why) => {
                    tracing::warn!(tenant = %tenant.tenant.slug, %why, "a customer's accounts cannot be had from the data provider");
                    REST
                }
            };
            connector.rest(key, now.plus(rest), now);
        });
        tokio::time::timeout(WAIT, asking).await.is_ok()
    }

    /// Whether a customer is due; nobody else asks for them until then.
    fn claim(&self, key: Key, until: Timestamp, now: Timestamp) -> bool {
        let mut again_at = self.again_at.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = again_at.get(&key).is_none_or(|again_at| now >= *again_at);
        if is_due {
            leave(&mut again_at, key, until, now);
        }
        is_due
    }

    fn rest(&self, key: Key, until: Timestamp, now: Timestamp) {
        let mut again_at = self.again_at.lock().unwrap_or_else(PoisonError::into_inner);
        leave(&mut again_at, key, until, now);
    }

    async fn ask(
        &self,
        ledger: &Ledger,
        tenant: &TenantSnapshot,
        settings: &AccountsConnector,
        subject: SubjectId,
    ) -> Result<(), Trouble> {
        let Some(customer) = ledger.customer_id(tenant, subject).await? else {
            return Ok(());
        };
        let address = address(settings, &customer).ok_or(Trouble::NoAddress)?;
        let token = received::secret(settings.token_file.as_deref(), settings.token_env.as_deref()).await;
        let token = token.map_err(Trouble::Token)?;
        let answer = self
            .egress
            .get(&address)
            .header(header::ACCEPT, HeaderValue::from_static("application/json"))
            .bearer_auth(token.expose_secret())
            .deadline(Duration::from_secs(settings.timeout.as_seconds().unsigned_abs()))
            .longest_answer(listed_accounts::LIMITS.size)
            .send()
            .await?;
        if answer.status != StatusCode::OK {
            return Err(Trouble::Status(answer.status));
        }
        let accounts = believed(&json::parse(&answer.body, &listed_accounts::LIMITS)?, &customer)?;
        // What follows is what the tenant said in its settings.
        let permit = authorize::<OpenDashboard>(&Caller::Operator, Target::Tenant)?;
        ledger.keep_holdings(tenant, &permit, subject, &accounts).await?;
        Ok(())
    }
}

/// Leaves a customer alone until a moment, as far as there is room to remember it.
fn leave(again_at: &mut HashMap<Key, Timestamp>, key: Key, until: Timestamp, now: Timestamp) {
    if again_at.len() >= MOST && !again_at.contains_key(&key) {
        again_at.retain(|_, until| now < *until);
        if again_at.len() >= MOST {
            return;
        }
    }
    again_at.insert(key, until);
}

/// Where a customer is asked for. None: their id would be read as a step up or down in the path.
fn address(settings: &AccountsConnector, customer: &CustomerId) -> Option<String> {
    let customer = customer.alias().value;
    let is_step = matches!(customer.as_str(), "." | "..");
    (!is_step).then(|| {
        settings
            .url
            .replace(AccountsConnector::CUSTOMER, &path::encoded(&customer))
    })
}

/// The accounts in an answer, where it is about the customer who was asked for.
fn believed(answer: &Value, customer: &CustomerId) -> Result<Vec<Holding>, Trouble> {
    if listed_accounts::customer(answer).map_err(Trouble::Field)? != *customer {
        return Err(Trouble::OtherCustomer);
    }
    listed_accounts::accounts(answer).map_err(Trouble::Field)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn dsh_b4_3_a_customer_id_stays_one_part_of_the_address() {
        let settings: AccountsConnector = serde_json::from_value(json!({
            "url": "https://bank.example/customers/{customer}/accounts", "token_env": "TOKEN",
        }))
        .unwrap();
        let at = |id: &str| address(&settings, &CustomerId::parse(id).unwrap());
        assert_eq!(
            at("a/../b?c#d %ü").as_deref(),
            Some("https://bank.example/customers/a%2F..%2Fb%3Fc%23d%20%25%C3%BC/accounts")
        );
        assert_eq!(
            at("..."),
            Some("https://bank.example/customers/.../accounts".to_owned())
        );
        assert_eq!((at("."), at("..")), (None, None));
    }
}
