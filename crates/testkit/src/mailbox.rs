//! What people are sent by mail, in the middle of a test.

use std::{sync::Arc, time::Duration};

use consentry_domain::mail::MailAddress;
use consentry_egress::{Letter, Mailer, Outbox};
use consentry_outbound::Outbound;

use crate::TestApp;

/// How long a mail may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// The mails of a house, which sends them as long as this is there.
#[derive(Debug)]
pub struct Mailbox {
    outbox: Arc<Outbox>,
    _working: Outbound,
}

impl TestApp {
    /// From now on mails are sent into this.
    pub fn mailbox(&self) -> Mailbox {
        let outbox = Arc::new(Outbox::default());
        let from = MailAddress::parse("noreply@harbor.example").unwrap();
        let mailer = Mailer::outbox(Arc::clone(&outbox), from);
        Mailbox {
            outbox,
            _working: self.outbound_mailing(mailer),
        }
    }
}

impl Mailbox {
    /// All mails to an address so far, first ones first.
    pub fn to(&self, address: &str) -> Vec<Letter> {
        let mut all = self.outbox.all();
        all.reverse();
        let letters = all.into_iter().map(|kept| kept.letter);
        letters.filter(|letter| letter.to.as_str() == address).collect()
    }

    /// Waits for the nth mail to an address, counted from 1.
    pub async fn nth(&self, address: &str, nth: usize) -> Letter {
        let look = || self.to(address).into_iter().nth(nth - 1);
        until(&format!("mail {nth} to {address}"), look).await
    }

    /// The codes in mails to an address so far, first ones first.
    pub fn codes(&self, address: &str) -> Vec<String> {
        let is_code = |line: &&str| line.len() == 8 && line.bytes().all(|byte| byte.is_ascii_digit());
        let letters = self.to(address);
        let codes = letters
            .iter()
            .filter_map(|letter| letter.text.lines().find(is_code));
        codes.map(str::to_owned).collect()
    }

    /// Waits for the nth code to an address, counted from 1.
    pub async fn code(&self, address: &str, nth: usize) -> String {
        let look = || self.codes(address).into_iter().nth(nth - 1);
        until(&format!("code {nth} to {address}"), look).await
    }
}

async fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let waiting = async {
        loop {
            if let Some(found) = look() {
                return found;
            }
            tokio::task::yield_now().await;
        }
    };
    let found = tokio::time::timeout(PATIENCE, waiting).await;
    found.unwrap_or_else(|_| panic!("no {what}"))
}
