//! What a request presents to say who it is: syntax only.
//!
//! Nothing here knows whether a credential is right. Secrets are never shown by `Debug`.

mod authorization;
mod cookie;
#[cfg(test)]
mod tests;

pub use self::{
    authorization::{Credentials, CredentialsError, authorization, basic},
    cookie::{CookieError, CookieName, SameSite, Transport, clear_cookie, cookie, set_cookie},
};
