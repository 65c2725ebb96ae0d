//! Switches that no installation with real data has on.

use super::{Found, Patient};

pub(super) fn look(patient: &Patient) -> Vec<Found> {
    vec![if patient.configuration.development.mock_tokens {
        Found::wrong(
            "development.mock_tokens is on: whoever reaches this server can be anybody",
            "take development.mock_tokens out of the configuration",
        )
    } else {
        Found::Fine("none that is for development only is on".to_owned())
    }]
}
