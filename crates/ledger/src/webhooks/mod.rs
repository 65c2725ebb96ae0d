//! Webhooks: where they go, which messages there are, and what has become of them (enforcement-events-evidence 5).
//!
//! What lives here: endpoints as configuration of a tenant, secrets and signatures, the lane of each endpoint (how far it has come in the
//! log, and its messages), and the history. What may not: HTTP, and when something is sent; that is the crate `outbound`.
//!
//! A message is a row that names an event. It is made in the change set that moves the lane behind that event, so nothing is lost and
//! nothing is made twice, whatever happens to the node that does it. What a message says is rendered when it is sent.

mod auth;
mod check;
mod configured;
mod endpoint;
mod format;
mod history;
mod keep;
mod lane;
mod message;
mod render;
mod signing;

pub use auth::{Auth, AuthWish, SealedAuth};
pub use check::EndpointError;
pub use configured::{AuthTold, EndpointWish};
pub use endpoint::{
    Endpoint, EndpointSettings, EndpointStatus, Handshake, Order, Resume, RetryProfile, Scheme, SealedSecret,
    Selection,
};
pub use format::{Format, Part};
pub use history::{Attempt, Delivery, DeliveryPage, DeliveryWish, EndpointHealth, ReplayWish};
pub use keep::{EndpointBounds, Keeper, MOST_OVERLAP, Made};
pub use lane::{Lane, Settled, Stopped};
pub use message::{Message, Outcome, PING};
pub use render::Rendered;
pub use signing::{WebhookKey, WebhookSecret};

/// Scope of having endpoints (enforcement-events-evidence 1.2).
pub const MANAGE: &str = "webhooks:manage";
