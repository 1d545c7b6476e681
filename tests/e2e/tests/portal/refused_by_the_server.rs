//! Uploads that the server refuses: the file and the comment stay, the reason is said in a sentence, and
//! there is a way on.

use crate::handing_in::opens_task;
use e2e::papers::{self, Folder};
use e2e::{Page, containing, in_every_browser};

/// Hands in a file that the demo knows by its name, and sees it fail with file and comment kept. The file
/// is there for as long as its folder is.
async fn fails(page: &Page, name: &str, title: &str, reason: &str) -> Folder {
    let folder = Folder::new();
    opens_task(page, crate::PAYSLIP).await;
    page.give_file(&folder.file(name, &papers::pdf(20_000)))
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
    assert_eq!(page.stage.watch().count("upload_file"), 1);
    assert!(page.stage.uploads().is_empty());
    page.button("Nog een keer versturen").appears().await;
    folder
}

const NOT_HANDED_IN: &str = "Uw document is niet aangeleverd";

in_every_browser! {
    async fn a_server_that_fails_once_takes_it_the_second_time(page: &Page) {
        let _folder = fails(page, "hapert.pdf", NOT_HANDED_IN, "Het lukt nu even niet. Dat ligt aan ons.").await;
        page.button("Nog een keer versturen").click().await;
        page.heading("Uw document is aangekomen").appears().await;
        let kept = page.stage.uploads();
        assert_eq!(kept.len(), 1);
        assert_eq!(kept[0].comment.as_deref(), Some("Graag bewaren"));
    }

    async fn a_server_that_keeps_failing_can_be_tried_again(page: &Page) {
        let _folder = fails(page, "storing.pdf", NOT_HANDED_IN, "Het lukt nu even niet. Dat ligt aan ons.").await;
        page.button("Nog een keer versturen").click().await;
        page.until("a second attempt", async || match page.stage.watch().count("upload_file") {
            2 => Ok(()),
            other => Err(format!("{other} were made")),
        })
        .await;
        page.heading(NOT_HANDED_IN).appears().await;
        page.text("storing.pdf").appears().await;
    }

    async fn a_failure_can_be_answered_with_another_file(page: &Page) {
        let _folder = fails(page, "storing.pdf", NOT_HANDED_IN, "Het lukt nu even niet. Dat ligt aan ons.").await;
        let folder = Folder::new();
        page.give_file(&folder.file("beter.pdf", &papers::pdf(20_000))).await;
        page.text("beter.pdf").appears().await;
        page.button("Aanleveren").click().await;
        page.heading("Uw document is aangekomen").appears().await;
        assert_eq!(page.stage.uploads()[0].comment.as_deref(), Some("Graag bewaren"));
    }

    async fn a_code_nobody_knows_is_a_plain_sentence(page: &Page) {
        fails(page, "geweigerd.pdf", NOT_HANDED_IN, "Dit is niet geaccepteerd.").await;
        page.text(containing("DOCUMENT_REFUSED")).is_absent().await;
        page.text(containing("422")).is_absent().await;
    }

    async fn an_unsupported_kind_is_said(page: &Page) {
        fails(page, "verkeerd-soort.pdf", NOT_HANDED_IN, "Dit soort bestand wordt niet geaccepteerd.").await;
    }

    async fn too_large_for_the_server_is_said(page: &Page) {
        fails(page, "te-groot.pdf", NOT_HANDED_IN, "Het bestand is te groot.").await;
    }

    async fn too_often_is_said(page: &Page) {
        fails(page, "te-vaak.pdf", NOT_HANDED_IN, "Wacht een minuut en probeer het opnieuw.").await;
    }

    async fn an_expired_session_is_said(page: &Page) {
        fails(page, "sessie-verlopen.pdf", NOT_HANDED_IN, "Uw toegang is verlopen.").await;
    }

    async fn an_expired_token_is_said(page: &Page) {
        fails(page, "verlopen.pdf", NOT_HANDED_IN, "Uw toegang is verlopen.").await;
    }

    async fn a_page_instead_of_an_answer_is_no_success(page: &Page) {
        fails(page, "geen-json.pdf", NOT_HANDED_IN, "Wij ontvingen iets dat niet te lezen is.").await;
    }

    async fn a_result_other_than_ok_is_no_success(page: &Page) {
        fails(page, "niet-ok.pdf", NOT_HANDED_IN, "Dit is niet geaccepteerd.").await;
    }
}
