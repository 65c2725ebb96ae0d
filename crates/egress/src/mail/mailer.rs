//! The way of mails out: one server, or an outbox that keeps them.

use std::{sync::Arc, time::Duration};

use consentry_domain::mail::MailAddress;
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    transport::smtp::{
        self,
        authentication::Credentials,
        client::{Certificate, CertificateStore, Tls, TlsParameters},
        extension::ClientId,
        response::{Category, Severity},
    },
};
use secrecy::ExposeSecret as _;

use super::{
    error::MailError,
    letter::Letter,
    outbox::Outbox,
    settings::{MailTls, SmtpSettings},
};

/// Sends mails. Cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    way: Way,
}

#[derive(Clone)]
enum Way {
    Smtp {
        transport: AsyncSmtpTransport<Tokio1Executor>,
        from: MailAddress,
        deadline: Duration,
    },
    Outbox {
        outbox: Arc<Outbox>,
        from: MailAddress,
    },
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.way {
            Way::Smtp { .. } => "Mailer(smtp)",
            Way::Outbox { .. } => "Mailer(outbox)",
        })
    }
}

impl Mailer {
    /// Sends over SMTP. No connection is made yet.
    pub fn smtp(settings: &SmtpSettings) -> Result<Self, MailError> {
        settings.check()?;
        let tls = match settings.tls {
            MailTls::None => Tls::None,
            MailTls::StartTls => Tls::Required(parameters(settings)?),
            MailTls::Implicit => Tls::Wrapper(parameters(settings)?),
        };
        let (_, domain) = settings.from.parts();
        let hello = if domain.is_ascii() { domain } else { "localhost" };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(settings.host.as_str())
            .port(settings.port())
            .tls(tls)
            .timeout(Some(settings.deadline))
            .hello_name(ClientId::Domain(hello.to_owned()));
        if let Some((user, password)) = &settings.account {
            let password = password.expose_secret().to_owned();
            transport = transport.credentials(Credentials::new(user.clone(), password));
        }
        Ok(Self {
            way: Way::Smtp {
                transport: transport.build(),
                from: settings.from.clone(),
                deadline: settings.deadline,
            },
        })
    }

    /// Keeps what is sent.
    pub const fn outbox(outbox: Arc<Outbox>, from: MailAddress) -> Self {
        Self {
            way: Way::Outbox { outbox, from },
        }
    }

    /// Connects and logs in as for a mail, and sends none.
    pub async fn greet(&self) -> Result<(), MailError> {
        let Way::Smtp {
            transport, deadline, ..
        } = &self.way
        else {
            return Ok(());
        };
        match tokio::time::timeout(*deadline, transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(MailError::Away("the server is not ready".to_owned())),
            Ok(Err(error)) => Err(meaning(&error, false)),
            Err(_) => Err(MailError::Away("no answer before the deadline".to_owned())),
        }
    }

    /// Sends a mail. Success means that the server has taken it on.
    pub async fn send(&self, letter: Letter) -> Result<(), MailError> {
        let refused = |why: &str| MailError::Refused(why.to_owned());
        match &self.way {
            Way::Outbox { outbox, from } => {
                // What a server could not get is not kept either.
                let _message = letter.message(from).map_err(refused)?;
                outbox.keep(letter);
                Ok(())
            }
            Way::Smtp {
                transport,
                from,
                deadline,
            } => {
                let message: Message = letter.message(from).map_err(refused)?;
                let needs_utf8 = !letter.to.parts().0.is_ascii();
                match tokio::time::timeout(*deadline, transport.send(message)).await {
                    Ok(Ok(_)) => Ok(()),
                    Ok(Err(error)) => Err(meaning(&error, needs_utf8)),
                    Err(_) => Err(MailError::Away("no answer before the deadline".to_owned())),
                }
            }
        }
    }
}

fn parameters(settings: &SmtpSettings) -> Result<TlsParameters, MailError> {
    let wrong = |key: &str, why: &dyn std::fmt::Display| MailError::Setup(format!("{key} {why}"));
    let mut parameters = TlsParameters::builder(settings.host.clone());
    if let Some(roots) = &settings.roots {
        let mut count = 0;
        for pem in certificates(roots) {
            let certificate = Certificate::from_pem(pem.as_bytes())
                .map_err(|_| wrong("ca_file", &"must hold PEM certificates"))?;
            parameters = parameters.add_root_certificate(certificate);
            count += 1;
        }
        if count == 0 {
            return Err(wrong("ca_file", &"must hold PEM certificates"));
        }
        parameters = parameters.certificate_store(CertificateStore::None);
    }
    parameters
        .build()
        .map_err(|error| wrong("tls", &format!("cannot be set up: {error}")))
}

/// The certificates of a file, each with its frame.
fn certificates(pem: &str) -> impl Iterator<Item = String> + '_ {
    const END: &str = "-----END CERTIFICATE-----";
    pem.match_indices("-----BEGIN CERTIFICATE-----")
        .map(|(begin, _)| {
            let rest = &pem[begin..];
            let end = rest.find(END).map_or(rest.len(), |end| end + END.len());
            format!("{}\n", &rest[..end])
        })
}

/// What a failure means. Texts of the server are left out, since they may repeat the address.
fn meaning(error: &smtp::Error, needs_utf8: bool) -> MailError {
    let Some(code) = error.status() else {
        if error.is_client() && needs_utf8 {
            return MailError::Refused("an address that only servers with SMTPUTF8 take".to_owned());
        }
        return MailError::Away(if error.is_timeout() {
            "no answer before the deadline".to_owned()
        } else {
            causes(error)
        });
    };
    let number = code.to_string();
    match (code.severity, code.category) {
        // 421: the server is about to stop. 530 to 538: who we are, not whom we write to (RFC 4954 6).
        _ if number == "421" => MailError::Away(number),
        (_, Category::Unspecified3) => {
            MailError::Away(format!("{number}, which is about our own name and password"))
        }
        (Severity::PermanentNegativeCompletion, _) => MailError::Refused(number),
        _ => MailError::Later(number),
    }
}

/// An error with what caused it, in one line. Without a code of the server none of it is the server's text.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        next = cause.source();
    }
    text.chars()
        .map(|character| if character.is_control() { ' ' } else { character })
        .take(300)
        .collect()
}
