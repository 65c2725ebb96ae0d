//! The dataspace of these tests.

use std::ops::Deref;

use consentry_testkit::dataspace::Dataspace;
pub(crate) use consentry_testkit::dataspace::{
    ADDRESS, HOME, INCOME, ISSUER, LOGIN_ISSUER, OWNER, PROFILE, contents, send,
};

/// It, with what these tests ask of it.
pub(crate) struct World(Dataspace);

impl World {
    pub(crate) async fn start() -> Self {
        Self(Dataspace::start().await)
    }
}

impl Deref for World {
    type Target = Dataspace;

    fn deref(&self) -> &Dataspace {
        &self.0
    }
}
