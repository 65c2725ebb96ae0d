//! Every endpoint for every class of caller (enforcement-events-evidence SEC-02). The route table itself says which endpoints there are, so a
//! new one is asked too.

use std::sync::Arc;

use consentry_domain::tenant::Tenant;
use consentry_testkit::{RequestBuilder, TestApp};
use consentry_web::{
    house::House,
    routes::{CrossOriginPolicies, Site},
};
use http::Method;
use serde_json::json;

use crate::world::lets_party;

/// What anybody may read.
const PUBLIC: [&str; 3] = [
    "/.well-known/authzen-configuration",
    "/events/v1/schemas/{file}",
    "/events/v1/revocations.jwt",
];

/// Something that is nobody's.
const NOBODYS: &str = "019ca832-6180-7a31-a1b2-c3d4e5f60718";

/// The endpoints of the door as it registers them, without those that only have a slash more.
fn endpoints(app: &TestApp) -> Vec<(Method, String)> {
    let base = "http://127.0.0.1:8080".parse().unwrap();
    let house = House::new(app.ledger.clone(), base, Vec::new());
    let nobody: CrossOriginPolicies = Arc::new(|_, _, _| None);
    let table = consentry_door_decisions::routes(&app.parts().egress).with_state(house);
    let site = Site::join(vec![table], &nobody).unwrap();
    site.listing()
        .lines()
        .filter(|line| !line.starts_with("prefix"))
        .map(|line| {
            let mut words = line.split_whitespace();
            let (method, path) = (words.next().unwrap(), words.next().unwrap());
            (method.parse().unwrap(), path.to_owned())
        })
        .filter(|(_, path)| !path.ends_with('/'))
        .collect()
}

/// A request that nothing else is wrong with than what a good caller is told: a parameter that nobody knows, a body without members.
fn asking<'a>(app: &'a TestApp, method: &Method, path: &str) -> RequestBuilder<'a> {
    let path = path.replace("{id}", NOBODYS).replace("{file}", "none.json");
    match *method {
        Method::POST | Method::PATCH => app.request(method.clone(), &path).json(&json!({})),
        _ => app.request(method.clone(), &format!("{path}?nobody-knows=1")),
    }
}

#[tokio::test]
async fn sec_02_every_endpoint_for_every_class_of_caller() {
    let app = TestApp::start().await;
    crate::world::unbounded(&app).await;
    let meadow = Tenant {
        id: app.ledger.ids().tenant(),
        slug: "meadow".to_owned(),
        hosts: vec!["meadow.example".to_owned()],
        ..app.tenant().tenant.clone()
    };
    app.provision_tenant(&meadow).await;
    app.configure(|tenant| tenant.hosts = vec!["127.0.0.1".to_owned()])
        .await;
    let all = endpoints(&app);
    let (first, third, staff) = (&app.bank.first_party, &app.bank.third_party, &app.bank.admin);
    let person = app.person_token("ada", "openid accounts:balance").await.access;
    let own = app.own_token(first).await;
    let refused = async |request: RequestBuilder<'_>, status: u16, what: &str| {
        let answer = request.send().await;
        assert_eq!(answer.status(), status, "{what}: {}", answer.text());
        let kept = answer.header("cache-control").unwrap_or_default();
        assert!(kept.contains("no-store"), "COM-03 {what}: {kept}");
    };
    let let_in = async |request: RequestBuilder<'_>, what: &str| {
        let status = request.send().await.status();
        assert!(![401, 403, 500].contains(&status), "{what}: {status}");
    };
    let closed: Vec<_> = all
        .iter()
        .filter(|(_, path)| !PUBLIC.contains(&path.as_str()))
        .collect();
    assert!(closed.len() > 25, "{closed:?}");
    for (nth, (method, path)) in closed.iter().enumerate() {
        let what = |who: &str| format!("{who}: {method} {path}");
        let ask = || asking(&app, method, path);
        refused(ask(), 401, &what("anonymous")).await;
        // A client of its own each time, since guesses are counted by client.
        let stranger = ask().basic(&format!("stranger-{nth}"), "wrong");
        refused(stranger, 401, &what("stranger")).await;
        let elsewhere = asking(&app, method, &format!("http://meadow.example{path}"));
        refused(elsewhere.bearer(&own), 401, &what("client of another tenant")).await;
        refused(ask().bearer(&person), 403, &what("person")).await;
        let party = ask().basic(&third.client_id, &third.client_secret);
        refused(party, 403, &what("party without scope")).await;
        let staff = ask().basic(&staff.client_id, &staff.client_secret);
        refused(staff, 403, &what("staff without scope")).await;
        let tenant = ask().basic(&first.client_id, &first.client_secret);
        let_in(tenant, &what("back end of the tenant")).await;
    }
    lets_party(&app, "consent:check consent:search events:read webhooks:manage").await;
    for (method, path) in closed {
        let party = asking(&app, method, path).basic(&third.client_id, &third.client_secret);
        let_in(party, &format!("party: {method} {path}")).await;
    }
    for path in PUBLIC {
        let_in(asking(&app, &Method::GET, path), &format!("anybody: {path}")).await;
    }
}
