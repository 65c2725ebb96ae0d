//! `GET` and `PUT …/applications`, wrapped in `result`.

use consentry_testkit::TestApp;
use http::Method;
use serde_json::json;

use super::{admin, bank, refused, register, third_party_with};

#[tokio::test]
async fn tpa_a2_applications_are_listed_read_and_changed() {
    let app = TestApp::start().await;
    for prefix in ["", "/cis"] {
        for list in [
            bank(&app, Method::GET, &format!("{prefix}/v1/applications"), None).await,
            admin(&app, Method::GET, &format!("{prefix}/v1/applications"), None).await,
        ] {
            let list = list.expect_status(200).json();
            assert_eq!(list["result"][0]["app_id"], app.bank.app_id.as_str());
        }
        let path = format!("{prefix}/v1/applications/{}", app.bank.app_id);
        let read = bank(&app, Method::GET, &path, None)
            .await
            .expect_status(200)
            .json();
        assert_eq!(read["result"]["tenant_id"], app.tenant().id().to_string());
        let name = format!("Bank {prefix}");
        let changed = bank(&app, Method::PUT, &path, Some(&json!({ "name": name })))
            .await
            .expect_status(200)
            .json();
        let mut expected = read.clone();
        expected["result"]["name"] = json!(name);
        assert_eq!(changed, expected);
        assert_eq!(
            bank(&app, Method::PUT, &path, Some(&changed["result"]))
                .await
                .json(),
            changed
        );
    }
    let path = format!("/v1/applications/{}", app.bank.app_id);
    for body in [
        json!({ "name": null }),
        json!({ "name": "" }),
        json!({ "resources": ["relative"] }),
        json!({ "resources": ["https://a.example/#x"] }),
        json!({ "consent_hosts": ["https://a.example"] }),
        json!({ "consent_hosts": ["*.example"] }),
        json!({ "app_id": "other" }),
        json!({ "other": 1 }),
    ] {
        let _told = refused(&app, Method::PUT, &path, &body).await;
    }
    let _missing = bank(&app, Method::GET, "/v1/applications/nonsense", None)
        .await
        .expect_status(404);
}

#[tokio::test]
async fn tpa_cl_10_consent_pages_are_at_hosts_that_the_application_lists() {
    let app = TestApp::start().await;
    let path = format!("/v1/applications/{}", app.bank.app_id);
    let hosts = json!({ "consent_hosts": ["localhost", "127.0.0.1", "app.bank.example"] });
    let _listed = bank(&app, Method::PUT, &path, Some(&hosts))
        .await
        .expect_status(200);
    let with = |uri: &str| third_party_with(&json!({ "consent_uri": uri }));
    let told = refused(
        &app,
        Method::POST,
        "/v1/clients",
        &with("https://evil.example/consent"),
    )
    .await;
    assert!(told[0].starts_with("/consent_uri"), "{told:?}");
    let (client, _) = register(&app, &with("https://app.bank.example/consent")).await;
    let fewer = json!({ "consent_hosts": ["localhost", "127.0.0.1"] });
    let told = refused(&app, Method::PUT, &path, &fewer).await;
    assert!(told[0].contains(&client.client_id), "{told:?}");
}
