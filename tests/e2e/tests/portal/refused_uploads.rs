//! Uploads that the server refuses: file and comment stay, one sentence gives the reason, and the first button is
//! a way out that can work.

use crate::uploading::open_task;
use e2e::fixtures::{self, Folder};
use e2e::{Page, containing, in_chromium};

/// Uploads a file whose name causes a fault in the demo. Checks the message, and that file and comment are
/// kept and can be sent again. The file exists as long as the folder.
async fn upload_fails(page: &Page, name: &str, title: &str, reason: &str) -> Folder {
    let folder = upload_is_refused(page, name, title, reason).await;
    page.button("Nog een keer versturen").appears().await;
    folder
}

/// The same where sending the file again would get the same answer: the way out is another file.
async fn file_is_refused(page: &Page, name: &str, reason: &str) {
    let _folder = upload_is_refused(page, name, NOT_UPLOADED, reason).await;
    page.button("Nog een keer versturen").is_absent().await;
    page.link("Mail Sanne de Wit").appears().await;
    let folder = Folder::new();
    page.choose_file(&folder.file("beter.pdf", &fixtures::pdf(20_000)))
        .await;
    page.text("beter.pdf").appears().await;
    page.button("Aanleveren").click().await;
    page.heading("Aangeleverd").appears().await;
}

async fn upload_is_refused(page: &Page, name: &str, title: &str, reason: &str) -> Folder {
    let folder = Folder::new();
    open_task(page, crate::PAYSLIP).await;
    page.choose_file(&folder.file(name, &fixtures::pdf(20_000)))
        .await;
    page.textbox(containing("Opmerking"))
        .type_text("Graag bewaren")
        .await;
    page.button("Aanleveren").click().await;
    page.heading(title).appears().await;
    page.text(containing(reason)).appears().await;
    page.text(name).appears().await;
    let comment = page.textbox(containing("Opmerking")).value().await;
    assert_eq!(comment, "Graag bewaren");
    assert_eq!(page.servers.demo().request_count("upload_file"), 1);
    assert!(page.servers.uploads().is_empty());
    page.text("Ander bestand kiezen").appears().await;
    folder
}

const NOT_UPLOADED: &str = "Uw document is niet aangeleverd";

mod smoke {
    use super::*;

    in_chromium! {
        async fn an_upload_that_fails_once_succeeds_the_second_time(page: &Page) {
            let _folder = upload_fails(page, "hapert.pdf", NOT_UPLOADED, "Het lukt nu even niet. Dat ligt aan ons.").await;
            page.button("Nog een keer versturen").click().await;
            page.heading("Aangeleverd").appears().await;
            let uploads = page.servers.uploads();
            assert_eq!(uploads.len(), 1);
            assert_eq!(uploads[0].comment.as_deref(), Some("Graag bewaren"));
        }
    }
}

in_chromium! {
    async fn after_a_failure_another_file_can_be_uploaded(page: &Page) {
        let _folder = upload_fails(page, "storing.pdf", NOT_UPLOADED, "Het lukt nu even niet. Dat ligt aan ons.").await;
        let folder = Folder::new();
        page.choose_file(&folder.file("beter.pdf", &fixtures::pdf(20_000))).await;
        page.text("beter.pdf").appears().await;
        page.button("Aanleveren").click().await;
        page.heading("Aangeleverd").appears().await;
        assert_eq!(page.servers.uploads()[0].comment.as_deref(), Some("Graag bewaren"));
    }

    async fn an_upload_that_keeps_failing_can_be_retried(page: &Page) {
        let _folder = upload_fails(page, "storing.pdf", NOT_UPLOADED, "Het lukt nu even niet. Dat ligt aan ons.").await;
        page.button("Nog een keer versturen").click().await;
        page.wait_until("a second attempt", async || match page.servers.demo().request_count("upload_file") {
            2 => Ok(()),
            other => Err(format!("{other} were made")),
        })
        .await;
        page.heading(NOT_UPLOADED).appears().await;
        page.text("storing.pdf").appears().await;
    }

    async fn an_unknown_error_code_is_shown_as_a_plain_sentence(page: &Page) {
        let _folder = upload_is_refused(page, "geweigerd.pdf", NOT_UPLOADED, "Dit is niet geaccepteerd.").await;
        page.text(containing("DOCUMENT_REFUSED")).is_absent().await;
        page.text(containing("422")).is_absent().await;
        page.button("Nog een keer versturen").is_absent().await;
    }

    async fn an_unsupported_file_is_reported(page: &Page) {
        file_is_refused(page, "verkeerd-soort.pdf", "Dit soort bestand wordt niet geaccepteerd.").await;
    }

    async fn a_file_too_large_for_the_server_is_reported(page: &Page) {
        file_is_refused(page, "te-groot.pdf", "Het bestand is te groot.").await;
    }

    async fn too_many_requests_are_reported(page: &Page) {
        upload_fails(page, "te-vaak.pdf", NOT_UPLOADED, "Wacht een minuut en probeer het opnieuw.").await;
    }

    async fn an_expired_session_is_reported(page: &Page) {
        upload_fails(page, "sessie-verlopen.pdf", NOT_UPLOADED, "Uw toegang is verlopen.").await;
    }

    async fn an_expired_token_is_reported(page: &Page) {
        upload_fails(page, "verlopen.pdf", NOT_UPLOADED, "Uw toegang is verlopen.").await;
    }

    async fn an_html_response_is_reported_as_a_failure(page: &Page) {
        upload_fails(page, "geen-json.pdf", NOT_UPLOADED, "Wij ontvingen iets dat niet te lezen is.").await;
    }

    async fn a_result_other_than_ok_is_reported_as_a_failure(page: &Page) {
        upload_fails(page, "niet-ok.pdf", NOT_UPLOADED, "Dit is niet geaccepteerd.").await;
    }
}
