//! Signatures and documents that are given on the page of a center (consent-tokens-and-preferences 7.2, 8).

use consentry_testkit::Answer;
use http::Method;
use serde_json::json;

use crate::{
    centers::{CENTER, events, open, save, world_with},
    world::{IRIS, World, text},
};

/// A form with files, as a browser sends it.
fn with_files(fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    let mut part = |disposition: String, content: &[u8]| {
        body.extend(format!("--limit\r\nContent-Disposition: form-data; {disposition}\r\n\r\n").bytes());
        body.extend(content);
        body.extend(b"\r\n");
    };
    for (name, value) in fields {
        part(format!("name=\"{name}\""), value.as_bytes());
    }
    for (name, content) in files {
        part(
            format!("name=\"{name}\"; filename=\"x\"\r\nContent-Type: text/html"),
            content,
        );
    }
    body.extend(b"--limit--\r\n");
    body
}

async fn sign(world: &World, page: &Answer, files: &[(&str, &[u8])]) -> Answer {
    let token = page.field("token").unwrap();
    let fields = [
        ("step", "save"),
        ("token", token.as_str()),
        ("purpose:newsletter", "on"),
    ];
    let sent = world
        .app
        .request(Method::POST, CENTER)
        .header("accept", "text/html")
        .header("content-type", "multipart/form-data; boundary=limit")
        .body(&with_files(&fields, files));
    sent.send().await
}

#[tokio::test]
async fn ctp_8_a_signature_and_a_document_are_given_on_the_page() {
    let both = json!({ "validations": {
        "signature": { "enabled": true, "approval": false },
        "file": { "enabled": true, "approval": false },
    } });
    let world = world_with(&both).await;
    let token = world.id_token(IRIS, &json!({})).await;
    let page = open(&world, &token).await.expect_status(200);
    let html = page.text();
    assert!(
        html.contains("multipart/form-data")
            && html.contains("<canvas")
            && html.contains(r#"name="document""#),
        "{html}"
    );
    let (png, pdf) = (
        b"\x89PNG\r\n\x1a\n drawn".as_slice(),
        b"%PDF-1.7 letter".as_slice(),
    );
    for (files, why) in [
        (vec![("document", pdf)], "Your signature is missing."),
        (vec![("signature", png)], "The document is missing."),
        (
            vec![("signature", pdf), ("document", pdf)],
            "The file is none of the kinds",
        ),
        (
            vec![("signature", png), ("document", b"<script>".as_slice())],
            "The file is none of the kinds",
        ),
    ] {
        let refused = sign(&world, &page, &files).await.expect_status(200);
        assert!(refused.text().contains(why), "{why}: {}", refused.text());
    }
    let plain = save(&world, &page, &[("purpose:newsletter", "on")]).await;
    assert!(plain.text().contains("Your signature is missing."));
    let large = vec![b'x'; 1_100_000];
    let refused = sign(&world, &page, &[("signature", png), ("document", &large)]).await;
    assert_eq!(refused.status(), 413);
    assert!(events(&world).await.is_empty());

    let saved = sign(&world, &page, &[("signature", png), ("document", pdf)]).await;
    let saved = saved.expect_status(200);
    assert!(saved.text().contains("Saved"), "{}", saved.text());
    let event = events(&world).await.remove(0);
    assert_eq!(event["status"], "confirmed");
    let proofs = event["proofs_id"].as_array().unwrap();
    assert_eq!(proofs.len(), 2);
    let kept = world
        .get(&format!("/consents/proofs/{}", proofs[0].as_str().unwrap()))
        .await;
    assert_eq!(kept["size"], png.len());
    assert!(text(&kept, "file").starts_with("data:image/png;base64,"));
    world.verify().await;
}

#[tokio::test]
async fn ctp_7_2_a_token_decides_whether_the_page_asks_for_a_signature() {
    let world = world_with(&json!({})).await;
    let asks = json!({ "validations": { "signature": { "enabled": true, "approval": false } } });
    let signing = world.id_token(IRIS, &asks).await;
    let page = open(&world, &signing).await.expect_status(200);
    assert!(page.text().contains("<canvas") && !page.text().contains(r#"name="document""#));
    let token = world.id_token(IRIS, &json!({})).await;
    let page = open(&world, &token).await.expect_status(200);
    assert!(!page.text().contains("<canvas"));
    let saved = sign(&world, &page, &[("signature", b"<script>")]).await;
    assert!(
        saved.expect_status(200).text().contains("Saved"),
        "what nobody asked for is not looked at"
    );
    assert!(
        events(&world).await[0]
            .get("proofs_id")
            .is_none_or(|own| own == &json!([]))
    );
}
