//! Every flow of the portal in every browser, as the consumers of the demo go through them. Each file is
//! named after what a consumer does, or after what could go wrong; the words are those on the screen.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod accessible;
mod another_site;
mod at_a_glance;
mod downloading;
mod embedded;
mod finding_the_way;
mod foreign_timeline;
mod handing_in;
mod hostile_texts;
mod keyboard_only;
mod languages;
mod logging_out;
mod long_dossier;
mod lost_answers;
mod not_taken;
mod on_the_phone;
mod policy;
mod refused_by_the_server;
mod session_over;
mod signing_in;
mod what_is_asked;
mod when_it_fails;

/// Tasks of Eva and Thomas, by part of their names.
const PAYSLIP: &str = "recente loonstrook (Eva";
const PASSPORT_SENT_BACK: &str = "legitimatiebewijs (Thomas";

/// Asks the gateway something from within the page, with the session that the browser has; gives the
/// status.
async fn asks(page: &e2e::Page, method: &str, path: &str, body: &str) -> u64 {
    let ask = "const [method, path, body, done] = arguments;
        fetch(path, { method, body: body || undefined }).then((answer) => done(answer.status))";
    let arguments = vec![method.into(), path.into(), body.into()];
    let status = page.script_later(ask, arguments).await;
    status.as_u64().unwrap_or_default()
}

/// Logs out as another tab would, behind the page's back.
async fn logs_out_elsewhere(page: &e2e::Page) {
    assert_eq!(asks(page, "DELETE", "/session", "").await, 204);
}

/// Signs in as another tab would.
async fn signs_in(page: &e2e::Page, token: &str) {
    let body = serde_json::json!({ "token": token }).to_string();
    assert_eq!(asks(page, "POST", "/session", &body).await, 200);
}

/// Hands in a document for an action as another device would.
async fn hands_in_elsewhere(page: &e2e::Page, action: &str) {
    let send = "const [id, done] = arguments;
        const body = new FormData();
        body.append('file', new Blob(['%PDF-1.4 %%EOF'], { type: 'application/pdf' }), 'x.pdf');
        fetch('consumerportal/upload_file', { method: 'POST', body, headers: {
          productaction_id: id, is_reupload: '0', filename: 'x.pdf', mimetype: 'application/pdf',
        } }).then((answer) => done(answer.status))";
    assert_eq!(page.script_later(send, vec![action.into()]).await, 200);
}
