//! The dashboard door through its wire: one test per rule of consent-dashboard that this door claims.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

mod accounts;
mod activity;
mod clusters;
mod connector;
mod customer_jwt;
mod details;
mod everything;
mod fdx;
mod framing;
mod joint;
mod notices;
mod of_this_second;
mod opening;
mod page_api;
mod pages;
mod screens;
mod session;
mod stopping;
mod token;
mod world;
