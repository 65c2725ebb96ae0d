//! The mails of one tenant: held by one node at a time, made of what happens, sent when they are due.
//!
//! A server that refuses one mail says something about that mail; one that cannot be used at all says nothing about any. So while the server
//! is away nothing is counted against the mails: the queue rests, longer each time, and asks again with one mail.

use std::{collections::HashSet, sync::Arc, time::Duration};

use consentry_domain::{Lifetime, TenantId, Timestamp};
use consentry_egress::{Letter, MailError, Mailer};
use consentry_ledger::{
    Draw as _, TenantSnapshot,
    mail::{Grown, MailQueue, Settled, Waiting},
    webhooks::Stopped,
};
use tokio::task::JoinSet;

use crate::{Shared, lane::sleep, pause, stops};

/// Most mails of a tenant that are on their way; each has a connection of its own.
const MOST: usize = 4;

/// How long mails stay a node's after it last said so. Longer than for webhooks: a mail can wait, and saying so is a write.
const TERM: Lifetime = Lifetime::seconds(30);

/// The lease is renewed when less than this is left of it.
const LEFT: Lifetime = Lifetime::seconds(15);

/// How long the queue rests after the server could not be used, in seconds; the last again and again.
const RESTS: [i64; 6] = [5, 10, 30, 60, 120, 300];

/// With fewer mails than this, what waits is read again whenever it may have changed.
const FEW: usize = 50;

/// With more, after so many things that happened: a long list is not read for each mail that leaves it.
const SELDOM: usize = 100;

/// With more mails than this nothing more follows from the log for now: what happened waits there.
const ENOUGH: usize = 500;

/// What an attempt led to.
enum Tried {
    /// Something became of the mail.
    Settled(Settled),
    /// Nothing became of it, since something else failed; and whether that was the mail server.
    Failed(String, bool),
}

/// Sends for a tenant whenever this node holds its mails, until the node stops or the tenant is gone.
pub(crate) async fn send(shared: Arc<Shared>, tenant: TenantId, mailer: Mailer) {
    let mut stopping = shared.stopping.clone();
    let mut has_failed = false;
    loop {
        let directory = shared.ledger.directory();
        let Some(snapshot) = directory.tenant(tenant) else {
            return;
        };
        match take(&shared, snapshot, &mailer).await {
            Ok(()) => has_failed = false,
            Err(Stopped::Lost) => {
                tracing::info!(tenant.id = %tenant, "another node holds the mails of a tenant now");
            }
            Err(Stopped::Fault(error)) => {
                // Said once: what keeps mails from being worked on keeps others too, who say so.
                if !has_failed {
                    tracing::warn!(%error, tenant.id = %tenant, "the mails of a tenant cannot be worked on; it is tried again");
                }
                has_failed = true;
            }
        }
        if pause(&mut stopping, shared.options.look_again).await {
            return;
        }
    }
}

async fn take(shared: &Arc<Shared>, tenant: &TenantSnapshot, mailer: &Mailer) -> Result<(), Stopped> {
    if !shared.ledger.has_mails(tenant).await? {
        return Ok(());
    }
    let opened = shared
        .ledger
        .open_mail_queue(tenant.id(), &shared.node, TERM)
        .await?;
    let Some(queue) = opened else { return Ok(()) };
    let worker = Worker {
        shared: Arc::clone(shared),
        mailer: mailer.clone(),
        tenant: tenant.id(),
        attempts: JoinSet::new(),
        on_their_way: HashSet::new(),
        rests_until: None,
        failures: 0,
    };
    worker.run(queue).await
}

/// The queue at work.
struct Worker {
    shared: Arc<Shared>,
    mailer: Mailer,
    tenant: TenantId,
    attempts: JoinSet<(Waiting, Tried)>,
    on_their_way: HashSet<String>,
    rests_until: Option<Timestamp>,
    /// How often in a row the server could not be used.
    failures: usize,
}

impl Worker {
    async fn run(mut self, mut queue: MailQueue) -> Result<(), Stopped> {
        let mut stopping = self.shared.stopping.clone();
        let (mut waiting, mut happened, mut may_differ) = (Vec::new(), 0, true);
        loop {
            let directory = self.shared.ledger.directory();
            let Some(tenant) = directory.tenant(self.tenant) else {
                return Ok(());
            };
            if *stopping.borrow() {
                self.finish(&mut queue).await?;
                return queue.let_go(false).await;
            }
            let now = self.shared.ledger.now();
            if queue.held_until().is_none_or(|until| until <= now.plus(LEFT)) {
                queue.keep(TERM).await?;
            }
            happened += 1;
            let follows = waiting.len() <= ENOUGH;
            // Most of what is committed leads to no mail, and then what waits is what waited.
            may_differ |= follows && queue.follow(tenant, waiting.len()).await? > 0;
            if may_differ && waiting.len() < FEW || happened >= SELDOM {
                (waiting, happened, may_differ) = (queue.waiting().await?, 0, false);
            }
            let slug = &tenant.tenant.slug;
            self.shared.observer.mails_waiting(slug, waiting.len());
            if waiting.is_empty() && self.attempts.is_empty() && !self.shared.ledger.has_mails(tenant).await?
            {
                return queue.let_go(true).await;
            }
            let time = self.start_what_is_due(tenant, &waiting);
            tokio::select! {
                Some(tried) = self.attempts.join_next() => {
                    if let Ok((mail, tried)) = tried {
                        self.settle(&mut queue, &mail, tried).await?;
                        // One that is tried again is read again with the others.
                        waiting.retain(|one| one.key() != mail.key());
                        may_differ = true;
                    }
                }
                what = queue.grown(), if follows => may_differ |= what == Grown::Mails,
                () = sleep(time) => happened = SELDOM,
                () = stops(&mut stopping) => {}
            }
        }
    }

    /// Sends what is due; answers how long nothing happens by itself.
    fn start_what_is_due(&mut self, tenant: &Arc<TenantSnapshot>, waiting: &[Waiting]) -> Duration {
        let look_again = self.shared.options.look_again;
        let now = self.shared.ledger.now();
        if let Some(until) = self.rests_until
            && until > now
        {
            return look_again.min(between(now, until));
        }
        let most = if self.failures > 0 { 1 } else { MOST };
        for mail in waiting {
            if mail.due_at() > now {
                return look_again.min(between(now, mail.due_at()));
            }
            if self.on_their_way.len() >= most {
                break;
            }
            if self.on_their_way.insert(mail.key().to_owned()) {
                let attempt = attempt(
                    Arc::clone(&self.shared),
                    self.mailer.clone(),
                    Arc::clone(tenant),
                    mail.clone(),
                );
                self.attempts.spawn(attempt);
            }
        }
        look_again
    }

    async fn settle(&mut self, queue: &mut MailQueue, mail: &Waiting, tried: Tried) -> Result<(), Stopped> {
        self.on_their_way.remove(mail.key());
        let observer = &self.shared.observer;
        let settled = match tried {
            Tried::Settled(settled) => settled,
            Tried::Failed(why, is_server) => {
                observer.mailed("away");
                if self.failures == 0 {
                    let what = if is_server {
                        "the mail server cannot be used"
                    } else {
                        "a mail could not be read"
                    };
                    tracing::warn!(%why, tenant.id = %self.tenant, "{what}; mails wait");
                }
                let rest = RESTS.get(self.failures).or(RESTS.last()).copied().unwrap_or(5);
                self.failures = self.failures.saturating_add(1);
                let random: [u8; 1] = self.shared.ledger.entropy().bytes();
                // Up to a tenth earlier, so that many nodes and tenants do not ask at the same moment.
                let micros = rest * 1_000_000 - rest * 100_000 * i64::from(random[0]) / 255;
                let now = self.shared.ledger.now();
                self.rests_until = Some(Timestamp::from_micros(now.as_micros() + micros));
                return Ok(());
            }
        };
        let outcome = match &settled {
            Settled::Sent => "sent",
            Settled::Nothing => "dropped",
            Settled::Again(..) => "again",
            Settled::Parked(why) => {
                let kind = mail.about().kind().as_str();
                tracing::warn!(%why, mail.kind = kind, mail.key = mail.key(), tenant.id = %self.tenant, "a mail was given up");
                "parked"
            }
        };
        observer.mailed(outcome);
        if matches!(settled, Settled::Sent | Settled::Again(..)) && self.failures > 0 {
            tracing::info!(tenant.id = %self.tenant, "the mail server can be used again");
            self.failures = 0;
            self.rests_until = None;
        }
        queue.settle(mail, &settled).await
    }

    /// Waits for what is on its way, within bounds.
    async fn finish(&mut self, queue: &mut MailQueue) -> Result<(), Stopped> {
        let grace = sleep(self.shared.options.grace);
        tokio::pin!(grace);
        loop {
            tokio::select! {
                tried = self.attempts.join_next() => match tried {
                    None => return Ok(()),
                    Some(Ok((mail, tried))) => self.settle(queue, &mail, tried).await?,
                    Some(Err(_)) => {}
                },
                () = &mut grace => return Ok(()),
            }
        }
    }
}

fn between(now: Timestamp, then: Timestamp) -> Duration {
    let micros = then.as_micros().saturating_sub(now.as_micros());
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}

/// Sends a mail once.
async fn attempt(
    shared: Arc<Shared>,
    mailer: Mailer,
    tenant: Arc<TenantSnapshot>,
    mail: Waiting,
) -> (Waiting, Tried) {
    let now = shared.ledger.now();
    if mail.until() <= now {
        let why = mail.last_error().unwrap_or("the server could not be used");
        let settled = Settled::Parked(format!("it was not sent in time; {why}"));
        return (mail, Tried::Settled(settled));
    }
    let composed = match shared
        .ledger
        .compose_mail(&tenant, &(shared.base)(&tenant), &mail)
        .await
    {
        Ok(Ok(Some(composed))) => composed,
        Ok(Ok(None)) => return (mail, Tried::Settled(Settled::Nothing)),
        Ok(Err(why)) => return (mail, Tried::Settled(Settled::Parked(why))),
        Err(error) => return (mail, Tried::Failed(error.to_string(), false)),
    };
    let letter = Letter {
        id: composed.id,
        to: composed.to,
        from_name: composed.from_name,
        reply_to: composed.reply_to,
        language: composed.language.as_str().to_owned(),
        subject: composed.subject,
        text: composed.text,
        html: composed.html,
        at: now,
        unsubscribe: composed.unsubscribe,
    };
    let tried = match mailer.send(letter).await {
        Ok(()) => Tried::Settled(Settled::Sent),
        Err(MailError::Refused(why)) => Tried::Settled(Settled::Parked(why)),
        Err(MailError::Later(why)) => Tried::Settled(mail.after_refusal(now, why)),
        Err(MailError::Setup(why) | MailError::Away(why)) => Tried::Failed(why, true),
    };
    (mail, tried)
}
