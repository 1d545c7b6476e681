//! Every flow of the portal, as the consumers of the demo go through them. A file is named after its
//! topic, a test after its subject and outcome. The texts are those on the screen.
//!
//! - `engines::…`: runs in three browsers, because engines differ in it.
//! - `flows::…`: runs in Chromium alone.
//! - `smoke::…`: either of them, and part of `cargo xtask test --quick`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod accessibility;
mod actions_and_products;
mod colours_and_paper;
mod composing;
mod content_security_policy;
mod cross_site;
mod downloading;
mod embedding;
mod hostile_texts;
mod keeping;
mod keyboard;
mod languages;
mod logging_out;
mod long_dossier;
mod lost_responses;
mod navigation;
mod networks;
mod overview;
mod phone_code;
mod refused_uploads;
mod rejected_files;
mod reported_elsewhere;
mod second_module;
mod session_errors;
mod session_expiry;
mod signing_in;
mod starting;
mod timeline;
mod translating;
mod uploading;

/// Parts of the names of two tasks of Eva and Thomas.
const PAYSLIP: &str = "Loonstrook";
const REJECTED_PASSPORT: &str = "Geldig legitimatiebewijs Opnieuw";

/// Sends a request to the gateway from the page, with the session of the browser. Gives the status.
async fn request_status(page: &e2e::Page, method: &str, path: &str, body: &str) -> u64 {
    let send = "const [method, path, body, done] = arguments;
        fetch(path, { method, body: body || undefined }).then((response) => done(response.status))";
    let arguments = vec![method.into(), path.into(), body.into()];
    let status = page.async_script(send, arguments).await;
    status.as_u64().unwrap_or_default()
}

/// Logs out as another tab would. The page does not notice.
async fn log_out_in_another_tab(page: &e2e::Page) {
    assert_eq!(request_status(page, "DELETE", "/session", "").await, 204);
}

/// Signs in as another tab would.
async fn sign_in_in_another_tab(page: &e2e::Page, token: &str) {
    let body = serde_json::json!({ "token": token }).to_string();
    assert_eq!(request_status(page, "POST", "/session", &body).await, 200);
}

/// Uploads a document for an action as another device would.
async fn upload_on_another_device(page: &e2e::Page, action: &str) {
    let send = "const [id, done] = arguments;
        const body = new FormData();
        body.append('file', new Blob(['%PDF-1.4 %%EOF'], { type: 'application/pdf' }), 'x.pdf');
        fetch('consumerportal/upload_file', { method: 'POST', body, headers: {
          productaction_id: id, is_reupload: '0', filename: 'x.pdf', mimetype: 'application/pdf',
        } }).then((response) => done(response.status))";
    assert_eq!(page.async_script(send, vec![action.into()]).await, 200);
}
