//! One tenant's events on their way: as they come, many at a time, in the order of the log.

use std::{collections::VecDeque, sync::Arc};

use consentry_domain::Lifetime;
use consentry_egress::{Acknowledged, Acknowledgement, JetStream, NatsError, Publication, StreamEnd};
use consentry_ledger::{
    TenantSnapshot,
    feed::{Filter, Follower, Heard, Page, Reader, Start, SubjectView, Wish},
};

use super::{Mirror, MirrorError, Place, Stopped, Trouble};
use crate::{Shared, TERM, stops};

/// Most messages on their way.
const MOST: usize = 256;

/// How many messages the server took before that is written down, where the lease needs no renewal.
const WRITTEN_EVERY: u64 = 500;

/// A lease is renewed when less than this is left of it.
const LEFT: Lifetime = Lifetime::seconds(7);

/// What events are in a message.
const CONTENT_TYPE: &str = "application/cloudevents+json";

/// What types of events begin with.
const TYPES: &str = "consentry.";

/// A message on its way.
struct OnItsWay {
    /// Index of the event behind it.
    next: u64,
    /// The number that the server has to give it.
    number: u64,
    answer: Acknowledgement,
}

/// Publishes until the node stops, the mirror is another's, or something is in the way.
pub(super) async fn publish(
    shared: &Arc<Shared>,
    mirror: &Mirror,
    tenant: &Arc<TenantSnapshot>,
    place: &mut Place,
    trouble: &mut Trouble,
) -> Stopped {
    match Publisher::open(shared, mirror, tenant, place, trouble).await {
        Ok(mut publisher) => {
            let Err(stopped) = publisher.run().await;
            // What the server took is written down, also where something went wrong behind it.
            let reached = publisher.reached;
            if !matches!(stopped, Stopped::Elsewhere)
                && let Err(Stopped::Elsewhere) = place.reach(shared, reached, TERM).await
            {
                return Stopped::Elsewhere;
            }
            stopped
        }
        Err(stopped) => stopped,
    }
}

struct Publisher<'a> {
    shared: &'a Arc<Shared>,
    place: &'a mut Place,
    trouble: &'a mut Trouble,
    tenant: &'a Arc<TenantSnapshot>,
    /// What subjects of this tenant begin with, a dot at the end.
    subject: String,
    link: Arc<JetStream>,
    follower: Follower,
    /// The server's number of the message sent last.
    sent: u64,
    /// Its id, where it is one of this publisher's.
    sent_id: Option<String>,
    on_their_way: VecDeque<OnItsWay>,
    /// Index of the event behind the last one that the server has.
    reached: u64,
    /// What of it is written down.
    written: u64,
}

impl<'a> Publisher<'a> {
    async fn open(
        shared: &'a Arc<Shared>,
        mirror: &Mirror,
        tenant: &'a Arc<TenantSnapshot>,
        place: &'a mut Place,
        trouble: &'a mut Trouble,
    ) -> Result<Self, Stopped> {
        let slug = &tenant.tenant.slug;
        let link = mirror.client.connected().await?;
        let wanted = mirror.stream(slug);
        let end = tokio::select! {
            end = link.stream(&wanted) => end?,
            () = link.lost() => return Err(NatsError::Lost.into()),
        };
        let written = place.index();
        let resumption = shared
            .ledger
            .resume_mirror(tenant.id(), written, last_event(&end))
            .await?;
        if !resumption.agrees {
            tracing::warn!(
                tenant = %slug,
                index = resumption.index,
                "what the mirror in NATS has last is of another log, as after a restore; it goes on where this one was written down"
            );
        }
        let wish = Wish {
            start: Start::Index(resumption.index),
            filter: Filter::default(),
            view: SubjectView::Usual,
        };
        let base = (shared.base)(tenant);
        let following = async {
            let reader = Reader::house("nats");
            let reading = shared.ledger.read_events(Arc::clone(tenant), base, reader, wish);
            reading.await?.follow().await
        };
        let follower = following
            .await
            .map_err(|error| MirrorError::Feed(error.to_string()))?;
        Ok(Self {
            shared,
            place,
            trouble,
            tenant,
            subject: format!("{}.{slug}.", mirror.prefix),
            link,
            follower,
            sent: end.sequence,
            sent_id: None,
            on_their_way: VecDeque::new(),
            reached: resumption.index,
            written,
        })
    }

    async fn run(&mut self) -> Result<std::convert::Infallible, Stopped> {
        let mut stopping = self.shared.stopping.clone();
        loop {
            self.write_down().await?;
            let slug = &self.tenant.tenant.slug;
            let size = *self.follower.size().borrow();
            self.shared
                .observer
                .mirror_behind(slug, size.saturating_sub(self.reached));
            let has_room = self.on_their_way.len() < MOST;
            let link = Arc::clone(&self.link);
            tokio::select! {
                biased;
                () = link.lost() => return Err(NatsError::Lost.into()),
                answer = first(&mut self.on_their_way), if !self.on_their_way.is_empty() => self.settle(answer?)?,
                () = stops(&mut stopping) => return Err(self.end().await),
                heard = self.follower.next(), if has_room => match heard? {
                    Heard::Events(page) => self.send(page).await?,
                    Heard::Nothing | Heard::Signals(_) => self.pass(),
                    Heard::Over(_) => return Err(self.end().await),
                },
            }
        }
    }

    /// Nothing more to send: what was not for the mirror counts as reached once the rest is there.
    fn pass(&mut self) {
        if self.on_their_way.is_empty() {
            self.reached = self.follower.index();
            self.trouble.over(&self.tenant.tenant.slug);
        }
    }

    async fn send(&mut self, page: Page) -> Result<(), Stopped> {
        for event in page.events {
            let name = event.kind.strip_prefix(TYPES).unwrap_or(&event.kind);
            let id = event.id.to_string();
            // The number alone would let somebody else's message take the place of one that was refused.
            let behind_id = self.sent_id.replace(id.clone());
            let publication = Publication {
                subject: format!("{}{name}", self.subject),
                id,
                sequence: format!("{:020}", event.index),
                content_type: CONTENT_TYPE,
                behind: self.sent,
                behind_id,
                body: event.json,
            };
            let answer = self.link.publish(publication).await?;
            self.sent = self.sent.saturating_add(1);
            self.on_their_way.push_back(OnItsWay {
                next: event.index.saturating_add(1),
                number: self.sent,
                answer,
            });
        }
        Ok(())
    }

    fn settle(&mut self, (next, number, answer): (u64, u64, Acknowledged)) -> Result<(), Stopped> {
        self.reached = next;
        if answer.is_duplicate {
            // It was there before and took no number. What was sent behind it as new is refused, what comes now need not be.
            self.sent = self.sent.saturating_sub(1);
            if self.on_their_way.is_empty() {
                self.sent_id = None;
            }
            return Ok(());
        }
        if answer.sequence != number {
            return Err(NatsError::OtherEnd.into());
        }
        let slug = &self.tenant.tenant.slug;
        self.shared.observer.mirrored(slug);
        self.trouble.over(slug);
        Ok(())
    }

    /// Writes down how far it came, where that is far enough or the lease is about to end.
    async fn write_down(&mut self) -> Result<(), Stopped> {
        let now = self.shared.ledger.now();
        let until = self.place.lease.held_until().unwrap_or(now);
        let is_far = self.reached.saturating_sub(self.written) >= WRITTEN_EVERY;
        if until <= now.plus(LEFT) || is_far {
            self.place.reach(self.shared, self.reached, TERM).await?;
            self.written = self.reached;
        }
        Ok(())
    }

    /// Waits for what is on its way, within bounds.
    async fn end(&mut self) -> Stopped {
        let is_over = *self.shared.stopping.borrow();
        let link = Arc::clone(&self.link);
        let grace = self.shared.options.grace;
        let settling = async {
            while !self.on_their_way.is_empty() {
                let answer = first(&mut self.on_their_way).await?;
                self.settle(answer)?;
            }
            Ok(())
        };
        let settled = tokio::select! {
            settled = tokio::time::timeout(grace, settling) => settled.unwrap_or(Ok(())),
            () = link.lost() => Ok(()),
        };
        match settled {
            Err(stopped) if !is_over => stopped,
            _ if is_over => Stopped::Over,
            _ => Stopped::Anew,
        }
    }
}

/// The answer to what was sent first. Not being polled to its end loses nothing.
async fn first(on_their_way: &mut VecDeque<OnItsWay>) -> Result<(u64, u64, Acknowledged), Stopped> {
    let Some(front) = on_their_way.front_mut() else {
        return std::future::pending().await;
    };
    let answer = front.answer.as_mut().await;
    let (next, number) = (front.next, front.number);
    on_their_way.pop_front();
    Ok((next, number, answer?))
}

/// Place and id of the event that a stream has last, as far as the message there is one of ours.
fn last_event(end: &StreamEnd) -> Option<(u64, &str)> {
    let message = end.message.as_ref()?;
    Some((message.sequence.parse().ok()?, &message.id))
}
