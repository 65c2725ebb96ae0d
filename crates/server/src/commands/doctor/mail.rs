//! The mail server: whether it is there, and takes what it is given to log in with.

use super::{Found, Patient};

pub(super) async fn look(patient: &Patient) -> Vec<Found> {
    vec![match patient.configuration.mail.mailer() {
        Err(error) => Found::wrong(error.to_string(), "see docs/mail.md for what goes into [mail]"),
        Ok(None) => Found::Skipped("no mail server is configured, so nobody is written to".to_owned()),
        Ok(Some(mailer)) => match mailer.greet().await {
            Ok(()) => Found::Fine("the server takes mails".to_owned()),
            Err(error) => Found::wrong(
                error.to_string(),
                "see that [mail] has the server's host, port, encryption and account, and that it takes connections from here",
            ),
        },
    }]
}
