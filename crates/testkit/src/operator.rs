//! Changing configuration in the middle of a test, as somebody with access to the machine would.

use consentry_domain::tenant::Tenant;
use consentry_ledger::{
    Caller, Permit, Target,
    access::{Provision, authorize},
    provision::{Entry, Person},
};

use crate::TestApp;

impl TestApp {
    /// Changes the settings of the seeded tenant.
    pub async fn configure(&self, change: impl FnOnce(&mut Tenant)) {
        let mut tenant = self.tenant().tenant.clone();
        change(&mut tenant);
        self.ledger.provision_tenant(&operator(), &tenant).await.unwrap();
    }

    /// Makes another tenant what is given.
    pub async fn provision_tenant(&self, tenant: &Tenant) {
        self.ledger.provision_tenant(&operator(), tenant).await.unwrap();
    }

    /// Makes entries of the seeded tenant what they say.
    pub async fn provision(&self, entries: &[Entry]) {
        self.ledger
            .provision(&self.tenant(), &operator(), entries)
            .await
            .unwrap();
    }

    /// Makes a person known; answers their id.
    pub async fn provision_person(&self, person: &Person) -> String {
        let subject = self
            .ledger
            .provision_person(&self.tenant(), &operator(), person)
            .await
            .unwrap();
        subject.to_string()
    }
}

fn operator() -> Permit<Provision> {
    authorize::<Provision>(&Caller::Operator, Target::Tenant).unwrap()
}
