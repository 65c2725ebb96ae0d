//! The body of `POST /api/{version}/token` (consent-dashboard A2.2).

use consentry_ledger::embed::CustomerId;
use consentry_web::error::{ApiError, FieldError, registry};
use serde_json::{Map, Value};

/// What the guide calls the consent_management scope.
const KIND: &str = "consent_management";

/// What stands before the customer id in `scopes`.
const PREFIX: &str = "customer.modify_consent:";

/// Whose dashboard is asked for. Unknown members are ignored.
pub fn customer(body: &Value) -> Result<CustomerId, ApiError> {
    let body = body.as_object().ok_or_else(|| wrong("", "must be an object"))?;
    let kind = text(body, "type")?;
    if kind.is_some_and(|kind| kind != KIND) {
        return Err(scope("type must be consent_management"));
    }
    let named = text(body, "customerId")?;
    let customer = match scopes(body)? {
        Scopes::Customer(customer) => {
            if kind.is_none() {
                return Err(wrong("/type", "is missing"));
            }
            if named.is_some_and(|named| named != customer) {
                return Err(wrong("/customerId", "names another customer than scopes"));
            }
            customer
        }
        Scopes::Kind => named.ok_or_else(|| wrong("/customerId", "is missing"))?,
    };
    CustomerId::parse(customer).map_err(|error| wrong("", error.to_string()))
}

/// What `scopes`, or leniently `scope`, says.
enum Scopes<'a> {
    /// The canonical form.
    Customer(&'a str),
    /// Only the kind, as the guide's prose has it; the customer is in a member of its own.
    Kind,
}

fn scopes(body: &Map<String, Value>) -> Result<Scopes<'_>, ApiError> {
    let (scopes, lenient) = (text(body, "scopes")?, text(body, "scope")?);
    if lenient.is_some_and(|lenient| lenient != KIND && Some(lenient) != scopes) {
        return Err(scope("scope must be consent_management"));
    }
    match scopes.or(lenient) {
        None => Err(wrong("/scopes", "is missing")),
        Some(KIND) => Ok(Scopes::Kind),
        Some(scopes) => {
            let customer = scopes
                .strip_prefix(PREFIX)
                .ok_or_else(|| scope("scopes must begin with customer.modify_consent:"))?;
            if customer.contains(" customer.modify_consent:") {
                return Err(scope("scopes must name one customer"));
            }
            Ok(Scopes::Customer(customer))
        }
    }
}

/// A member that is a text where it is there at all: numbers lose leading zeros and precision.
fn text<'a>(body: &'a Map<String, Value>, name: &'static str) -> Result<Option<&'a str>, ApiError> {
    match body.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(wrong(format!("/{name}"), "must be a string")),
    }
}

fn wrong(
    pointer: impl Into<std::borrow::Cow<'static, str>>,
    detail: impl Into<std::borrow::Cow<'static, str>>,
) -> ApiError {
    let (pointer, detail) = (pointer.into(), detail.into());
    let said = match pointer.strip_prefix('/') {
        Some(name) => format!("{name} {detail}"),
        None => format!("the body is not acceptable: {detail}"),
    };
    ApiError::new(&registry::INVALID_REQUEST)
        .detail(said)
        .field(FieldError::pointer(pointer, detail))
}

fn scope(detail: &'static str) -> ApiError {
    ApiError::new(&registry::INVALID_SCOPE).detail(detail)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn asked(body: &Value) -> Result<String, &'static str> {
        customer(body)
            .map(|customer| customer.alias().value)
            .map_err(|error| error.code.name)
    }

    fn canonical(id: &str) -> Value {
        json!({ "type": "consent_management", "scopes": format!("customer.modify_consent:{id}") })
    }

    #[test]
    fn dsh_a2_2_canonical_everything_behind_the_first_colon_is_the_id() {
        for id in [
            "cust-7f3a91",
            "a:b:c",
            "urn:x/y@z|w",
            "with space",
            " x ",
            "customer.modify_consent:y",
        ] {
            assert_eq!(asked(&canonical(id)).as_deref(), Ok(id));
        }
    }

    #[test]
    fn dsh_a2_2_lenient_form_names_the_customer_apart() {
        for body in [
            json!({ "scope": "consent_management", "customerId": "c" }),
            json!({ "scopes": "consent_management", "customerId": "c" }),
            json!({ "type": "consent_management", "scope": "consent_management", "customerId": "c", "other": [1] }),
            json!({ "type": "consent_management", "scopes": "customer.modify_consent:c", "customerId": "c" }),
        ] {
            assert_eq!(asked(&body).as_deref(), Ok("c"), "{body}");
        }
    }

    #[test]
    fn dsh_a2_2_both_forms_must_name_the_same_customer() {
        let mut body = canonical("a");
        body["customerId"] = json!("b");
        assert_eq!(asked(&body), Err("invalid_request"));
    }

    #[test]
    fn dsh_a2_2_several_scopes_are_an_invalid_scope() {
        assert_eq!(
            asked(&canonical("a customer.modify_consent:b")),
            Err("invalid_scope")
        );
    }

    #[test]
    fn dsh_a2_4_invalid_scope_for_another_type_or_prefix() {
        for body in [
            json!({ "type": "other", "scopes": "customer.modify_consent:a" }),
            json!({ "type": "consent_management", "scopes": "customer.read:a" }),
            json!({ "type": "consent_management", "scopes": "Customer.modify_consent:a" }),
            json!({ "type": "consent_management", "scopes": " customer.modify_consent:a" }),
            json!({ "type": "consent_management", "scopes": "" }),
            json!({ "scope": "openid", "customerId": "a" }),
        ] {
            assert_eq!(asked(&body), Err("invalid_scope"), "{body}");
        }
    }

    #[test]
    fn dsh_a2_4_invalid_request_for_missing_or_wrongly_typed_members() {
        for body in [
            json!([]),
            json!("consent_management"),
            json!({}),
            json!({ "type": "consent_management" }),
            json!({ "scopes": "customer.modify_consent:a" }),
            json!({ "type": 1, "scopes": "customer.modify_consent:a" }),
            json!({ "type": "consent_management", "scopes": ["customer.modify_consent:a"] }),
            json!({ "type": "consent_management", "scopes": null }),
            json!({ "scope": "consent_management" }),
            json!({ "scope": "consent_management", "customerId": 17 }),
            json!({ "scope": "consent_management", "customerId": "" }),
            json!({ "scope": "consent_management", "customerId": "a\u{7}" }),
            json!({ "scope": "consent_management", "customerId": "x".repeat(256) }),
            canonical(""),
        ] {
            assert_eq!(asked(&body), Err("invalid_request"), "{body}");
        }
    }
}
