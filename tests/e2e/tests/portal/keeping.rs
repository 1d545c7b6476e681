//! What was chosen and not sent outlives the page, for its consumer alone.

use e2e::fixtures::{self, Folder};
use e2e::servers::TestServers;
use e2e::{Page, containing, in_chromium, in_every_browser};
use fantoccini::wd::WindowHandle;
use serde_json::{Value, json};

use crate::reported_elsewhere::sign_in_as_another_in_another_tab;
use crate::uploading::open_task;

const KEPT: &str = "Dit blijft versleuteld op dit apparaat staan";
const RESTORED: &str = "Dit stond hier al klaar. Het is nog niet aangeleverd.";

/// All that the browser has in its database and its storages, as text.
const EVERYTHING: &str = "const [done] = arguments;
    const asked = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    (async () => {
      const all = [];
      const db = await asked(indexedDB.open('consumer-portal-drafts'));
      for (const name of db.objectStoreNames) {
        const store = db.transaction(name).objectStore(name);
        for (const key of await asked(store.getAllKeys())) all.push(String(key));
        for (const value of await asked(db.transaction(name).objectStore(name).getAll())) {
          const bytes = value.data ?? value;
          all.push(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
        }
      }
      db.close();
      const kept = [...Object.entries(localStorage), ...Object.entries(sessionStorage)];
      done({ drafts: all, storage: kept.flat().filter((it) => it !== 'e2e') });
    })().catch((error) => done({ error: String(error) }));";

/// A large file is never encrypted, as if the page were closed before that.
const NEVER_ENCRYPTS: &str = "const { encrypt } = SubtleCrypto.prototype;
    SubtleCrypto.prototype.encrypt = function (how, key, data) {
      return data.byteLength > 9e4 ? new Promise(() => {}) : encrypt.call(this, how, key, data);
    };";

/// Removes all drafts, as another tab does.
const REMOVE: &str = "const [done] = arguments, opening = indexedDB.open('consumer-portal-drafts');
    opening.onsuccess = () => {
      const db = opening.result, all = db.transaction(['drafts', 'blobs'], 'readwrite');
      all.objectStore('drafts').clear();
      all.objectStore('blobs').clear();
      all.oncomplete = () => (db.close(), localStorage.removeItem('portal-drafts'), done());
    };";

/// Waits until nothing of any draft is in the browser.
async fn nothing_is_kept(page: &Page) {
    page.wait_until("nothing in the browser", async || {
        let kept = page.async_script(EVERYTHING, vec![]).await;
        let is_empty =
            kept["drafts"] == json!([]) && !kept["storage"].to_string().contains("draft");
        if is_empty {
            Ok(())
        } else {
            Err(kept.to_string().chars().take(300).collect())
        }
    })
    .await;
}

/// Opens a task, and chooses a PDF.
async fn choose(page: &Page, folder: &Folder, name: &str) -> Vec<u8> {
    open_task(page, crate::PAYSLIP).await;
    choose_here(page, folder, name).await
}

async fn choose_here(page: &Page, folder: &Folder, name: &str) -> Vec<u8> {
    let document = fixtures::pdf(90_000);
    page.choose_file(&folder.file(name, &document)).await;
    page.role("group", "Gekozen bestand")
        .contains_text(name)
        .await;
    page.text(containing(KEPT)).appears().await;
    document
}

/// Opens the task here and in another tab, whose handle it gives.
async fn same_task_in_another_tab(page: &Page) -> WindowHandle {
    let first = page.client().window().await.unwrap();
    open_task(page, crate::PAYSLIP).await;
    let here = page.script("return location.href", vec![]).await;
    let second = page.client().new_window(true).await.unwrap().handle;
    page.client()
        .switch_to_window(second.clone())
        .await
        .unwrap();
    page.open(here.as_str().unwrap()).await;
    page.text("Bestand kiezen").appears().await;
    page.client().switch_to_window(first).await.unwrap();
    second
}

async fn hand_in(page: &Page) {
    page.button("Aanleveren").click().await;
    page.heading("Aangeleverd").appears().await;
}

in_every_browser! {
    async fn a_file_and_a_comment_outlive_a_reload(page: &Page) {
        let folder = Folder::new();
        let document = choose(page, &folder, "loonstrook.pdf").await;
        page.textbox(containing("Opmerking")).type_text("Van mijn nieuwe baan").await;
        kept_settles(page).await;
        page.reload().await;
        page.text(RESTORED).appears().await;
        page.role("group", "Gekozen bestand").contains_text("loonstrook.pdf").await;
        hand_in(page).await;
        let uploads = page.servers.uploads();
        assert_eq!(uploads[0].filename, "loonstrook.pdf");
        assert_eq!(uploads[0].comment.as_deref(), Some("Van mijn nieuwe baan"));
        assert!(uploads[0].bytes == document);
        nothing_is_kept(page).await;
    }

    async fn pages_and_what_was_done_to_them_outlive_a_reload(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        let files = ["voor.jpg", "achter.jpg"].map(|name| folder.file(name, &fixtures::letter()));
        page.choose_files(&files).await;
        page.role("group", "Pagina 2 van 2").appears().await;
        page.button("Pagina 2 naar voren").click().await;
        page.button("Pagina 1 van 2: Draaien").click().await;
        page.text(containing(KEPT)).appears().await;
        kept_settles(page).await;
        page.reload().await;
        page.text(RESTORED).appears().await;
        page.role("group", "Pagina 1 van 2").contains_text("achter.jpg").await;
        page.button("Verder met 2 pagina's").click().await;
        page.role("group", "Gekozen bestand").appears().await;
        hand_in(page).await;
        let upload = &page.servers.uploads()[0];
        let info = document::pdf::inspect(&upload.bytes).expect("a PDF arrived");
        let lie = info.pages.iter().map(|page| page.width > page.height);
        assert_eq!(lie.collect::<Vec<_>>(), [true, false]);
        nothing_is_kept(page).await;
    }

    async fn on_an_offices_page_it_comes_back_too(page: &Page) {
        let folder = Folder::new();
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.open(&page.servers.broker()).await;
        page.link(containing(crate::PAYSLIP)).first().click().await;
        page.text("Bestand kiezen").appears().await;
        let document = choose_here(page, &folder, "loonstrook.pdf").await;
        page.reload().await;
        page.text(RESTORED).appears().await;
        hand_in(page).await;
        assert!(page.servers.uploads()[0].bytes == document);
    }

    async fn another_consumer_on_the_same_computer_sees_and_reads_nothing(page: &Page) {
        let folder = Folder::new();
        choose(page, &folder, "loonstrook.pdf").await;
        page.textbox(containing("Opmerking")).type_text("Van mijn nieuwe baan").await;
        kept_settles(page).await;
        let kept = page.async_script(EVERYTHING, vec![]).await;
        assert!(kept["drafts"].as_array().is_some_and(|all| all.len() > 3), "{kept}");
        let text = kept.to_string();
        for secret in ["loonstrook", "nieuwe baan", "%PDF", "PRA", "Eva", "Bakker"] {
            assert!(!text.contains(secret), "{secret}");
        }
        // Thomas has the same dossier, and the same tasks.
        sign_in_as(page, "thomas").await;
        page.heading("Welkom Thomas de Groot").appears().await;
        page.link(containing(crate::PAYSLIP)).first().click().await;
        page.text("Bestand kiezen").appears().await;
        page.text(RESTORED).is_absent().await;
        // Eva finds hers again.
        sign_in_as(page, "eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.link(containing(crate::PAYSLIP)).first().click().await;
        page.text(RESTORED).appears().await;
        page.role("group", "Gekozen bestand").contains_text("loonstrook.pdf").await;
    }
}

/// Opens a consumer's link, and says yes to another dossier.
async fn sign_in_as(page: &Page, consumer: &str) {
    page.client()
        .delete_all_cookies()
        .await
        .expect("cookies can be deleted");
    page.open(&format!("/open/{consumer}")).await;
}

/// Waits until what is kept does not change any more.
async fn kept_settles(page: &Page) {
    let before = std::cell::RefCell::new(Value::Null);
    page.wait_until("a draft that does not change", async || {
        let now = page.async_script(EVERYTHING, vec![]).await;
        let is_same = before.replace(now.clone()) == now;
        if is_same {
            Ok(())
        } else {
            Err("it changes".to_owned())
        }
    })
    .await;
}

in_chromium! {
    async fn a_draft_outlives_a_tab_that_is_killed(page: &Page) {
        let folder = Folder::new();
        let tab = page.client().window().await.unwrap();
        let other = page.client().new_window(true).await.unwrap();
        page.client().switch_to_window(tab).await.unwrap();
        let document = choose(page, &folder, "loonstrook.pdf").await;
        let here = page.script("return location.href", vec![]).await;
        // The driver hears nothing more of the tab.
        let crash = json!({ "cmd": "Page.crash", "params": {} });
        let _ = page.command("goog/cdp/execute", crash).await;
        page.client().switch_to_window(other.handle).await.unwrap();
        page.open(here.as_str().unwrap()).await;
        page.text(RESTORED).appears().await;
        hand_in(page).await;
        assert!(page.servers.uploads()[0].bytes == document);
    }

    async fn files_that_are_no_pages_yet_outlive_a_reload(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        // The worker never comes to an end with what it is given.
        let stall = "Worker.prototype.postMessage = () => {}";
        page.script(stall, vec![]).await;
        let files = ["voor.jpg", "achter.jpg"].map(|name| folder.file(name, &fixtures::letter()));
        page.choose_files(&files).await;
        page.text(containing("voor.jpg wordt gelezen")).appears().await;
        page.text(containing(KEPT)).appears().await;
        kept_settles(page).await;
        page.reload().await;
        page.text(RESTORED).appears().await;
        page.role("group", "Pagina 2 van 2").contains_text("achter.jpg").await;
        page.button("Verder met 2 pagina's").click().await;
        page.role("group", "Gekozen bestand").appears().await;
    }

    async fn what_closes_the_page_each_time_is_not_made_again(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        let files = ["voor.jpg", "achter.jpg"].map(|name| folder.file(name, &fixtures::letter()));
        page.choose_files(&files).await;
        page.role("group", "Pagina 2 van 2").appears().await;
        page.text(containing(KEPT)).appears().await;
        kept_settles(page).await;
        let task = page.fragment().await;
        // Nobody touches the page: the browser does not let it ask.
        page.allow_console("beforeunload");
        // Once it may be bad luck, and who leaves the page was not thrown out.
        for (times, comes_back) in [("1", true), ("2", false)] {
            page.open("/icon.svg").await;
            page.script("localStorage.setItem('portal-making-again', arguments[0])", vec![times.into()]).await;
            page.open(&format!("/{task}")).await;
            if comes_back {
                page.role("group", "Pagina 2 van 2").appears().await;
            }
        }
        page.text(containing("De pagina sloot telkens bij voor.jpg.")).appears().await;
        page.text(containing("De pagina sloot telkens bij achter.jpg.")).appears().await;
        page.text("Bestand kiezen").appears().await;
        page.choose_file(&folder.file("kleiner.jpg", &fixtures::letter())).await;
        page.role("group", "Pagina 1 van 1").contains_text("kleiner.jpg").await;
        let left = "return localStorage.getItem('portal-making-again') === null";
        page.wait_for_script("what is made again to be made", left).await;
    }

    async fn tasks_that_are_opened_while_another_is_made_again_are_made_again_too(page: &Page) {
        let folder = Folder::new();
        let tasks = [(crate::PAYSLIP, "een.jpg"), ("Werkgeversverklaring", "twee.jpg"), ("Verzekeringsbericht UWV", "drie.jpg")];
        for (task, name) in tasks {
            open_task(page, task).await;
            let files = [name, "nog.jpg"].map(|name| folder.file(name, &fixtures::letter()));
            page.choose_files(&files).await;
            page.role("group", "Pagina 2 van 2").appears().await;
            page.text(containing(KEPT)).appears().await;
            kept_settles(page).await;
        }
        page.allow_console("beforeunload");
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        // Nothing is made, until it is asked for anew.
        let hold = "const { postMessage } = Worker.prototype;
            window.held = [];
            Worker.prototype.postMessage = function (...message) {
              held.push(() => postMessage.apply(this, message));
            };";
        page.script(hold, vec![]).await;
        for (task, name) in tasks {
            page.link(containing(task)).first().click().await;
            page.role("group", "Pagina 1 van 2").contains_text(name).await;
            page.text(containing("De pagina sloot")).is_absent().await;
            page.link(containing("Terug naar")).click().await;
            page.heading("Welkom Eva Bakker").appears().await;
        }
        // The page closed once at most.
        let times = "return localStorage.getItem('portal-making-again')";
        assert_eq!(page.script(times, vec![]).await, "1");
    }

    async fn what_was_not_kept_yet_is_told_by_name(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        let (first, second) = (fixtures::pdf(50_000), fixtures::pdf(90_000));
        // The second is never encrypted, as if the page were closed before that.
        let stall = "const { encrypt } = SubtleCrypto.prototype;
            SubtleCrypto.prototype.encrypt = function (how, key, data) {
              if (data.byteLength === SIZE) return new Promise(() => {});
              return encrypt.call(this, how, key, data);
            };";
        let stall = stall.replace("SIZE", &second.len().to_string());
        page.script(&stall, vec![]).await;
        let files = [folder.file("een.pdf", &first), folder.file("twee.pdf", &second)];
        page.choose_files(&files).await;
        page.role("group", "Pagina 2 van 2").appears().await;
        page.text("Dit wordt op dit apparaat bewaard…").appears().await;
        kept_settles(page).await;
        page.reload().await;
        page.text(RESTORED).appears().await;
        let lost = page.text("twee.pdf was nog niet bewaard toen de pagina sloot. Kies dit bestand opnieuw.");
        lost.appears().await;
        page.role("group", "Pagina 1 van 1").contains_text("een.pdf").await;
        page.text(containing(KEPT)).appears().await;
        page.choose_file(&files[1]).await;
        page.role("group", "Pagina 2 van 2").contains_text("twee.pdf").await;
        lost.disappears().await;
    }

    async fn the_only_file_that_was_not_kept_yet_is_told(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        page.script(NEVER_ENCRYPTS, vec![]).await;
        let document = folder.file("loonstrook.pdf", &fixtures::pdf(99_000));
        page.choose_file(&document).await;
        page.role("group", "Gekozen bestand").appears().await;
        kept_settles(page).await;
        page.reload().await;
        let lost = page.text(containing("loonstrook.pdf was nog niet bewaard"));
        lost.appears().await;
        page.text(RESTORED).is_absent().await;
        page.choose_file(&document).await;
        page.text(containing(KEPT)).appears().await;
        lost.is_absent().await;
    }

    async fn what_was_chosen_is_written_once(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        let count = "window.written = [];
            const { put } = IDBObjectStore.prototype;
            IDBObjectStore.prototype.put = function (value, key) {
              if (value.byteLength > 5000) window.written.push(key);
              return put.call(this, value, key);
            };";
        page.script(count, vec![]).await;
        let photo = fixtures::letter();
        let files = ["voor.jpg", "achter.jpg"].map(|name| folder.file(name, &photo));
        page.choose_files(&files).await;
        page.role("group", "Pagina 2 van 2").appears().await;
        page.choose_file(&folder.file("brief.pdf", &fixtures::pdf(50_000))).await;
        page.role("group", "Pagina 3 van 3").appears().await;
        page.text(containing("Samen ongeveer")).appears().await;
        page.text(containing(KEPT)).appears().await;
        kept_settles(page).await;
        let written = page.script("return window.written.length", vec![]).await;
        let pieces = 2 * photo.len().div_ceil(262_144) + 1;
        assert_eq!(written, json!(pieces));
        page.reload().await;
        page.role("group", "Pagina 3 van 3").contains_text("brief.pdf").await;
    }

    async fn drafts_of_several_tasks_outlive_the_session(page: &Page) {
        let folder = Folder::new();
        choose(page, &folder, "loonstrook.pdf").await;
        page.link(containing("Terug naar")).click().await;
        page.link(containing("Werkgeversverklaring")).first().click().await;
        page.text("Bestand kiezen").appears().await;
        choose_here(page, &folder, "verklaring.pdf").await;
        sign_in_as(page, "eva").await;
        for (task, name) in [(crate::PAYSLIP, "loonstrook.pdf"), ("Werkgeversverklaring", "verklaring.pdf")] {
            page.link(containing(task)).first().click().await;
            page.text(RESTORED).appears().await;
            page.role("group", "Gekozen bestand").contains_text(name).await;
            page.link(containing("Terug naar")).click().await;
            page.heading("Welkom Eva Bakker").appears().await;
        }
    }

    async fn a_task_whose_document_waits_is_marked_on_the_overview(page: &Page) {
        const WAITS: &str = "Staat klaar, nog niet aangeleverd";
        let folder = Folder::new();
        choose(page, &folder, "loonstrook.pdf").await;
        page.open("/open/eva").await;
        page.text(WAITS).appears().await;
        page.link(containing(crate::PAYSLIP)).first().click().await;
        page.text(RESTORED).appears().await;
        page.link(containing("Terug naar")).click().await;
        page.text(WAITS).appears().await;
        page.link(containing(crate::PAYSLIP)).first().click().await;
        hand_in(page).await;
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.link(containing(crate::PAYSLIP)).is_absent().await;
        nothing_is_kept(page).await;
        page.text(WAITS).is_absent().await;
    }

    async fn who_logs_out_leaves_nothing_behind(page: &Page) {
        let folder = Folder::new();
        choose(page, &folder, "loonstrook.pdf").await;
        crate::logging_out::log_out(page).await;
        nothing_is_kept(page).await;
        page.open("/open/eva").await;
        page.link(containing(crate::PAYSLIP)).first().click().await;
        page.text("Bestand kiezen").appears().await;
    }

    async fn who_logs_out_from_another_page_leaves_nothing_behind_either(page: &Page) {
        let folder = Folder::new();
        choose(page, &folder, "loonstrook.pdf").await;
        // The task is not opened any more.
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.button("Uitloggen").click().await;
        page.text(containing("Als u uitlogt, is het hier weg.")).appears().await;
        page.button("Ingelogd blijven").click().await;
        crate::logging_out::log_out(page).await;
        nothing_is_kept(page).await;
    }

    async fn what_another_tab_has_removed_is_not_written_again(page: &Page) {
        let folder = Folder::new();
        choose(page, &folder, "loonstrook.pdf").await;
        page.async_script(REMOVE, vec![]).await;
        page.textbox(containing("Opmerking")).type_text("Nog iets").await;
        page.text(containing(KEPT)).disappears().await;
        nothing_is_kept(page).await;
    }

    async fn what_is_removed_while_it_is_written_stays_removed(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        let stall = "const { encrypt } = SubtleCrypto.prototype;
            SubtleCrypto.prototype.encrypt = async function (how, key, data) {
              if (data.byteLength > 9e4) await new Promise((go) => window.go = go);
              return encrypt.call(this, how, key, data);
            };";
        page.script(stall, vec![]).await;
        page.choose_file(&folder.file("loonstrook.pdf", &fixtures::pdf(99_000))).await;
        page.text("Dit wordt op dit apparaat bewaard…").appears().await;
        page.wait_for_script("the file to be encrypted", "return Boolean(window.go)").await;
        page.async_script(REMOVE, vec![]).await;
        page.script("window.go()", vec![]).await;
        page.text("Dit wordt op dit apparaat bewaard…").disappears().await;
        page.text(containing(KEPT)).is_absent().await;
        nothing_is_kept(page).await;
    }

    async fn what_became_no_page_is_not_said_to_be_kept(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        let files = ["een.docx", "twee.docx"].map(|name| folder.file(name, b"PK\x03\x04 no document"));
        page.choose_files(&files).await;
        page.text(containing("twee.docx is geen foto of PDF")).appears().await;
        nothing_is_kept(page).await;
        page.text(containing(KEPT)).is_absent().await;
        page.link(containing("Terug naar")).click().await;
        page.link(containing(crate::PAYSLIP)).first().appears().await;
        page.text("Staat klaar, nog niet aangeleverd").is_absent().await;
    }

    async fn a_tab_learns_what_another_one_has_replaced_and_removed(page: &Page) {
        const WAITS: &str = "Staat klaar, nog niet aangeleverd";
        let folder = Folder::new();
        let first = page.client().window().await.unwrap();
        let second = same_task_in_another_tab(page).await;
        choose_here(page, &folder, "een.pdf").await;
        page.client().switch_to_window(second.clone()).await.unwrap();
        choose_here(page, &folder, "twee.pdf").await;
        page.client().switch_to_window(first.clone()).await.unwrap();
        page.return_to_tab().await;
        page.text(containing("In een ander tabblad is dit veranderd")).appears().await;
        page.text(containing(KEPT)).is_absent().await;
        page.role("group", "Gekozen bestand").contains_text("een.pdf").await;
        // The mark of what the other tab has goes with it.
        page.open("/open/eva").await;
        page.text(WAITS).appears().await;
        page.client().switch_to_window(second).await.unwrap();
        page.button(containing("verwijderen")).click().await;
        page.text("Bestand kiezen").appears().await;
        nothing_is_kept(page).await;
        page.client().switch_to_window(first).await.unwrap();
        page.return_to_tab().await;
        page.text(WAITS).disappears().await;
    }

    async fn what_another_tab_keeps_stays_when_one_removes_its_own(page: &Page) {
        let folder = Folder::new();
        let first = page.client().window().await.unwrap();
        let second = same_task_in_another_tab(page).await;
        // Nobody touches the other tab: the browser does not let it ask.
        page.allow_console("beforeunload");
        choose_here(page, &folder, "een.pdf").await;
        page.client().switch_to_window(second.clone()).await.unwrap();
        choose_here(page, &folder, "twee.pdf").await;
        page.client().switch_to_window(first).await.unwrap();
        page.button("een.pdf verwijderen").click().await;
        page.text("Bestand kiezen").appears().await;
        kept_settles(page).await;
        page.client().switch_to_window(second).await.unwrap();
        page.reload().await;
        page.text(RESTORED).appears().await;
        page.role("group", "Gekozen bestand").contains_text("twee.pdf").await;
    }

    async fn what_is_chosen_after_another_tab_removed_the_first_is_kept(page: &Page) {
        let folder = Folder::new();
        choose(page, &folder, "een.pdf").await;
        page.async_script(REMOVE, vec![]).await;
        page.return_to_tab().await;
        page.text(containing("In een ander tabblad is dit aangeleverd of weggehaald.")).appears().await;
        choose_here(page, &folder, "twee.pdf").await;
        page.reload().await;
        page.text(RESTORED).appears().await;
        page.role("group", "Gekozen bestand").contains_text("twee.pdf").await;
    }

    async fn what_another_tab_has_sent_is_not_written_again(page: &Page) {
        let folder = Folder::new();
        let first = page.client().window().await.unwrap();
        let second = same_task_in_another_tab(page).await;
        choose_here(page, &folder, "een.pdf").await;
        page.client().switch_to_window(second.clone()).await.unwrap();
        page.reload().await;
        page.text(RESTORED).appears().await;
        page.client().switch_to_window(first).await.unwrap();
        hand_in(page).await;
        nothing_is_kept(page).await;
        page.client().switch_to_window(second).await.unwrap();
        page.textbox(containing("Opmerking")).type_text("Nog iets").await;
        page.text(containing(KEPT)).disappears().await;
        nothing_is_kept(page).await;
    }

    async fn a_file_that_is_refused_takes_no_warning_away(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        page.script(NEVER_ENCRYPTS, vec![]).await;
        page.choose_file(&folder.file("loonstrook.pdf", &fixtures::pdf(99_000))).await;
        page.role("group", "Gekozen bestand").appears().await;
        kept_settles(page).await;
        page.reload().await;
        let lost = page.text(containing("loonstrook.pdf was nog niet bewaard"));
        lost.appears().await;
        page.choose_file(&folder.file("programma.exe", b"MZ")).await;
        page.text(containing("Dit soort bestand kunt u niet aanleveren")).appears().await;
        lost.appears().await;
    }

    async fn what_could_not_be_written_to_its_end_leaves_nothing_behind(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        // As when the device is full.
        let full = "const { put } = IDBObjectStore.prototype;
            IDBObjectStore.prototype.put = function (value, key) {
              if (this.name === 'blobs') throw new DOMException('full', 'QuotaExceededError');
              return put.call(this, value, key);
            };";
        page.script(full, vec![]).await;
        page.choose_file(&folder.file("loonstrook.pdf", &fixtures::pdf(90_000))).await;
        page.role("group", "Gekozen bestand").contains_text("loonstrook.pdf").await;
        page.text("Dit wordt op dit apparaat bewaard…").disappears().await;
        page.text(containing(KEPT)).is_absent().await;
        page.button("loonstrook.pdf verwijderen").click().await;
        page.text("Bestand kiezen").appears().await;
        nothing_is_kept(page).await;
    }

    async fn the_marks_of_the_next_consumer_on_the_page_are_theirs(page: &Page) {
        const WAITS: &str = "Staat klaar, nog niet aangeleverd";
        let folder = Folder::new();
        sign_in_as(page, "thomas").await;
        page.link(containing("Werkgeversverklaring")).first().click().await;
        choose_here(page, &folder, "van-thomas.pdf").await;
        sign_in_as(page, "eva").await;
        page.link(containing(crate::PAYSLIP)).first().click().await;
        choose_here(page, &folder, "van-eva.pdf").await;
        page.link(containing("Terug naar")).click().await;
        page.text(WAITS).appears().await;
        sign_in_as_another_in_another_tab(page, "thomas").await;
        page.return_to_tab().await;
        page.button("Het andere dossier tonen").click().await;
        page.heading("Welkom Thomas de Groot").appears().await;
        page.text(WAITS).appears().await;
        let marked = page.role("listitem", containing("Werkgeversverklaring")).first();
        marked.contains_text(WAITS).await;
        let unmarked = page.role("listitem", containing(crate::PAYSLIP)).first();
        unmarked.appears().await;
        assert!(!unmarked.text().await.contains(WAITS));
        page.link(containing(crate::PAYSLIP)).first().click().await;
        page.text("Bestand kiezen").appears().await;
    }

    async fn a_warning_comes_back_with_its_file(page: &Page) {
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        let locked = include_bytes!("../../../../document/tests/corpus/password-aes-256.pdf");
        page.choose_file(&folder.file("loonstrook.pdf", locked)).await;
        page.text(containing("wachtwoord")).appears().await;
        page.text(containing(KEPT)).appears().await;
        kept_settles(page).await;
        page.reload().await;
        page.role("group", "Gekozen bestand").contains_text("loonstrook.pdf").await;
        page.text(containing("wachtwoord")).appears().await;
    }

    async fn who_does_not_wait_for_a_draft_does_not_lose_it(page: &Page) {
        let stall = "const { digest } = SubtleCrypto.prototype;
            SubtleCrypto.prototype.digest = async function (...all) {
              if (localStorage.getItem('stall')) await new Promise((go) => window.go = go);
              return digest.apply(this, all);
            };";
        page.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": stall })).await;
        let folder = Folder::new();
        choose(page, &folder, "loonstrook.pdf").await;
        page.script("localStorage.setItem('stall', '1')", vec![]).await;
        page.reload().await;
        page.text(containing("er wordt gekeken wat hier al klaarstond")).appears().await;
        page.wait_for_script("the portal to look", "return Boolean(window.go)").await;
        page.button("Annuleren").click().await;
        page.text("Bestand kiezen").appears().await;
        page.script("localStorage.removeItem('stall'); window.go()", vec![]).await;
        kept_settles(page).await;
        page.reload().await;
        page.text(RESTORED).appears().await;
        page.role("group", "Gekozen bestand").contains_text("loonstrook.pdf").await;
    }

    async fn what_is_still_being_decrypted_is_not_the_next_consumers(page: &Page) {
        let stall = "const { decrypt } = SubtleCrypto.prototype;
            SubtleCrypto.prototype.decrypt = async function (how, key, data) {
              if (localStorage.getItem('stall') && data.byteLength > 5e4) await new Promise((go) => window.go = go);
              return decrypt.call(this, how, key, data);
            };";
        page.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": stall })).await;
        let folder = Folder::new();
        open_task(page, crate::PAYSLIP).await;
        let letters = ["een.jpg", "twee.jpg"].map(|name| folder.file(name, &fixtures::letter()));
        page.choose_files(&letters).await;
        page.role("group", "Pagina 2 van 2").appears().await;
        page.text(containing(KEPT)).appears().await;
        kept_settles(page).await;
        page.script("localStorage.setItem('stall', '1')", vec![]).await;
        page.reload().await;
        page.wait_for_script("the photos to be decrypted", "return Boolean(window.go)").await;
        sign_in_as_another_in_another_tab(page, "thomas").await;
        page.return_to_tab().await;
        page.button("Het andere dossier tonen").click().await;
        page.heading("Welkom Thomas de Groot").appears().await;
        page.link(containing(crate::PAYSLIP)).first().click().await;
        page.script("localStorage.removeItem('stall'); window.go()", vec![]).await;
        page.text("Bestand kiezen").appears().await;
        page.choose_files(&[folder.file("drie.jpg", &fixtures::letter()), letters[0].clone()]).await;
        page.role("group", "Pagina 2 van 2").contains_text("een.jpg").await;
        page.role("group", "Pagina 1 van 2").contains_text("drie.jpg").await;
        page.button("Verder met 2 pagina's").click().await;
        hand_in(page).await;
        assert_eq!(page.servers.uploads().len(), 1);
    }

    async fn a_draft_is_gone_after_a_week(page: &Page) {
        let folder = Folder::new();
        choose(page, &folder, "loonstrook.pdf").await;
        let week = "const now = Date.now;
            Date.now = () => now() + 7.01 * 24 * 3600 * 1000;";
        page.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": week })).await;
        // Whatever page is opened.
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        nothing_is_kept(page).await;
    }

    async fn what_was_removed_is_not_kept(page: &Page) {
        let folder = Folder::new();
        choose(page, &folder, "loonstrook.pdf").await;
        page.button(containing("verwijderen")).click().await;
        page.text("Bestand kiezen").appears().await;
        nothing_is_kept(page).await;
    }

    async fn a_tab_that_was_killed_while_sending_finds_out_what_became_of_it(page: &Page) {
        let folder = Folder::new();
        choose(page, &folder, "laat.pdf").await;
        page.button("Aanleveren").click().await;
        page.wait_until("the document's arrival", async || match page.servers.uploads().len() {
            1 => Ok(()),
            count => Err(count.to_string()),
        })
        .await;
        page.reload().await;
        page.heading("Aangeleverd").appears().await;
        assert_eq!(page.servers.uploads().len(), 1);
        nothing_is_kept(page).await;
    }

    async fn a_page_that_was_closed_while_a_photo_was_taken_says_what_to_do(page: &Page) {
        open_task(page, crate::PAYSLIP).await;
        let begin = "const input = document.querySelector('consumer-portal').shadowRoot.querySelector('input[capture]');
            input.addEventListener('click', (event) => event.preventDefault());
            input.click();";
        page.script(begin, vec![]).await;
        page.reload().await;
        page.text(containing("De pagina is opnieuw geladen terwijl er een foto werd gemaakt")).appears().await;
        // It is said once, and of no other task.
        page.link(containing("Terug naar")).click().await;
        page.link(containing("Werkgeversverklaring")).first().click().await;
        page.text("Bestand kiezen").appears().await;
        page.text(containing("De pagina is opnieuw geladen")).is_absent().await;
        page.reload().await;
        page.text("Bestand kiezen").appears().await;
        page.text(containing("De pagina is opnieuw geladen")).is_absent().await;
    }
}

mod without {
    use super::*;

    fn keeps_nothing() -> TestServers {
        TestServers::with_settings(|_, settings| settings.session.keep_drafts = false)
    }

    in_chromium! {
        at keeps_nothing();

        async fn where_nothing_is_to_be_kept_nothing_is(page: &Page) {
            let folder = Folder::new();
            open_task(page, crate::PAYSLIP).await;
            page.choose_file(&folder.file("loonstrook.pdf", &fixtures::pdf(90_000))).await;
            page.role("group", "Gekozen bestand").contains_text("loonstrook.pdf").await;
            page.text(containing(KEPT)).is_absent().await;
            page.reload().await;
            page.text("Bestand kiezen").appears().await;
            nothing_is_kept(page).await;
        }
    }
}
