//! Which keys of a set count (dataspace-consent-protocol 3.4, 8.5): RSA, for signatures, with RS256 and a name. Others are passed over, as
//! a set may hold keys for other purposes; sizes and exponents are judged where the keys are read.

use consentry_jose::KeySet;
use serde_json::{Value, json};

/// Most keys of a set that are looked at.
const MOST: usize = 100;

/// The usable keys of a set; none where it is no set.
pub(super) fn keys(set: &Value) -> Option<KeySet> {
    let keys: Vec<&Value> = set
        .get("keys")?
        .as_array()?
        .iter()
        .take(MOST)
        .filter(|key| is_usable(key))
        .collect();
    KeySet::parse(json!({ "keys": keys }).to_string()).ok()
}

fn is_usable(key: &Value) -> bool {
    let says = |name: &str, value: &str| key.get(name).and_then(Value::as_str) == Some(value);
    let has_name = key
        .get("kid")
        .and_then(Value::as_str)
        .is_some_and(|kid| !kid.is_empty());
    says("kty", "RSA") && says("use", "sig") && says("alg", "RS256") && has_name
}
