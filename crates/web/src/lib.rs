//! What every door shares between the socket and the ledger.
//!
//! Here lives what is the same at every door: reading requests strictly, answering failures, security headers, routes,
//! pages, words and assets. Nothing here knows a protocol's meaning, reaches a store or decides about a consent.
//!
//! | module | one line |
//! | --- | --- |
//! | [`error`] | one failure type, one registry of codes, one renderer per outside shape |
//! | [`house`], [`visit`] | what every handler is given: ledger, addresses, tenant, request |
//! | [`request_id`] | the id that a request carries into its answer, its span and its log lines |
//! | [`headers`] | the security header sets of pages, embedded pages and APIs |
//! | [`parameters`], [`query`], [`form`] | strict `application/x-www-form-urlencoded` |
//! | [`body`], [`json`] | bounded bodies, strict JSON |
//! | [`deadline`] | how long a request may take |
//! | [`credentials`] | what a request presents: `Authorization` and cookies, syntax only |
//! | [`sign_in`] | whose session a browser brings, and where it was on its way to |
//! | [`client`] | which client of the tenant a request's credential is of |
//! | [`idempotency`] | requests that may come again and are carried out once |
//! | [`rate_limits`] | what the outside learns of rates |
//! | [`path`], [`conditional`] | parts of a path; entity tags and conditions |
//! | [`origin`] | where a request comes from: cross-origin guard, prefetches, navigations |
//! | [`routes`] | the one route table of a site, with owners and CORS |
//! | [`openapi`] | what doors say in the same words when they describe themselves |
//! | [`texts`] | the words of the interface, in every language of the house |
//! | [`page`] | the layout that every page extends |
//! | [`assets`] | stylesheet, script, icon |
//! | [`logos`] | pictures of those who ask |
//!
//! # A new page in a door
//!
//! 1. `askama.toml` beside the door's `Cargo.toml`: `[general]`, `dirs = ["templates", "../../web/templates"]`,
//!    `whitespace = "minimize"`.
//! 2. `templates/<door>/<page>.html` starts with `{% extends "layout.html" %}`, imports `parts.html` and fills the
//!    block `main`.
//! 3. The words go to `crates/web/texts/<language>/<door>.ftl`, one file per door and language.
//! 4. The template's struct has one field `page: Page` and whatever the page shows; templates say
//!    `{{ page.text("key") }}` and `{{ page.text("key").with("name", value) }}`.

pub mod assets;
pub mod body;
pub mod client;
pub mod conditional;
pub mod credentials;
pub mod cursor;
pub mod deadline;
pub mod erasures;
pub mod error;
pub mod form;
pub mod headers;
pub mod house;
pub mod idempotency;
pub mod json;
pub mod logos;
pub mod multipart;
pub mod openapi;
pub mod origin;
pub mod page;
pub mod parameters;
pub mod path;
pub mod query;
pub mod rate_limits;
pub mod received;
pub mod request_id;
pub mod routes;
pub mod sign_in;
pub mod texts;
pub mod visit;
