//! The JSON in which a data provider lists the accounts of a customer, told by it or asked for (consent-dashboard B4.3).

use consentry_domain::AccountId;
use consentry_ledger::{
    embed::CustomerId,
    holdings::{CoHolder, Holding, InvalidHolding},
};
use consentry_web::{error::FieldError, json::Limits};
use serde_json::Value;

/// Largest list, in bytes: as many accounts as are kept, with the longest names.
pub const LIMITS: Limits = Limits::size(256 * 1024);

/// Whose accounts are listed.
pub fn customer(body: &Value) -> Result<CustomerId, FieldError> {
    let id = body.get("customerId").and_then(Value::as_str);
    id.and_then(|id| CustomerId::parse(id).ok())
        .ok_or_else(|| wrong("/customerId".to_owned(), "must be a text of 1 to 255 bytes"))
}

/// The accounts in a list: at most 200, each once.
pub fn accounts(body: &Value) -> Result<Vec<Holding>, FieldError> {
    let rows = body.get("accounts").and_then(Value::as_array);
    let rows = rows.ok_or_else(|| wrong("/accounts".to_owned(), "must be a list of accounts"))?;
    if rows.len() > Holding::MOST {
        return Err(wrong("/accounts".to_owned(), "has more than 200 accounts"));
    }
    let mut read: Vec<Holding> = Vec::with_capacity(rows.len());
    for (position, row) in rows.iter().enumerate() {
        let holding = account(position, row)?;
        if read.iter().any(|other| other.id == holding.id) {
            let place = format!("/accounts/{position}/account_id");
            return Err(wrong(place, "is there twice"));
        }
        read.push(holding);
    }
    Ok(read)
}

fn account(position: usize, row: &Value) -> Result<Holding, FieldError> {
    let place = |name: &str| format!("/accounts/{position}/{name}");
    let text = |name: &str| match row.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(wrong(place(name), "must be a text")),
    };
    let id = text("account_id")?.and_then(|id| AccountId::parse(id).ok());
    let id = id.ok_or_else(|| wrong(place("account_id"), "must be a text of 1 to 256 bytes"))?;
    let nickname = text("nickname")?.unwrap_or_default();
    let joint_with = holders(&place("joint_with"), row.get("joint_with"))?;
    let holding =
        Holding::new(id, nickname, text("kind")?, text("account_number_display")?).map_err(|error| {
            let name = match error {
                InvalidHolding::Name => "nickname",
                InvalidHolding::Kind => "kind",
                InvalidHolding::Display => "account_number_display",
                InvalidHolding::Holder => "joint_with",
            };
            FieldError::pointer(place(name), error.to_string())
        })?;
    Ok(Holding {
        joint_with,
        ..holding
    })
}

/// The other holders of an account, each a customer with the name that the person may read (B6.8).
fn holders(place: &str, rows: Option<&Value>) -> Result<Vec<CoHolder>, FieldError> {
    let rows = match rows {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(rows)) if rows.len() <= CoHolder::MOST => rows,
        Some(_) => return Err(wrong(place.to_owned(), "must be a list of at most 8 customers")),
    };
    let mut read: Vec<CoHolder> = Vec::with_capacity(rows.len());
    for (position, row) in rows.iter().enumerate() {
        let customer = row.get("customerId").and_then(Value::as_str);
        let customer = customer.and_then(|id| CustomerId::parse(id).ok());
        let customer = customer.ok_or_else(|| {
            wrong(
                format!("{place}/{position}/customerId"),
                "must be a text of 1 to 255 bytes",
            )
        })?;
        let name_place = || format!("{place}/{position}/name");
        let name = match row.get("name") {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) => Some(name.as_str()),
            Some(_) => return Err(wrong(name_place(), "must be a text")),
        };
        let holder = CoHolder::new(&customer, name)
            .map_err(|error| FieldError::pointer(name_place(), error.to_string()))?;
        if read.iter().any(|other| other.customer == holder.customer) {
            return Err(wrong(format!("{place}/{position}/customerId"), "is there twice"));
        }
        read.push(holder);
    }
    Ok(read)
}

fn wrong(place: String, why: &'static str) -> FieldError {
    FieldError::pointer(place, why)
}
