//! What is reported of pages that do the same job, tried on this one. `docs/reports.md` lists the reports.

use e2e::fixtures::{self, Folder};
use e2e::{Page, containing, in_chromium, in_every_browser};

use crate::uploading::open_task;

/// Opens the broker's page as Eva.
async fn open_brokers_page(page: &Page) {
    page.open("/open/eva").await;
    page.open(&page.servers.broker()).await;
    page.heading("Welkom Eva Bakker").appears().await;
}

/// Chooses a payslip for a task of Eva's.
async fn choose_payslip(page: &Page, folder: &Folder, name: &str) {
    open_task(page, crate::PAYSLIP).await;
    page.choose_file(&folder.file(name, &fixtures::pdf(20_000)))
        .await;
    page.text(name).appears().await;
}

/// Sends what was chosen, and checks that it has arrived once.
async fn send(page: &Page) {
    page.button("Aanleveren").click().await;
    page.heading("Aangeleverd").appears().await;
    assert_eq!(page.servers.uploads().len(), 1);
}

/// Signs in as another consumer in another tab, who agrees to close the dossier that is open.
pub async fn sign_in_as_another_in_another_tab(page: &Page, consumer: &str) {
    let token = page.servers.token(consumer);
    let body = serde_json::json!({ "token": token, "replace": true }).to_string();
    assert_eq!(
        crate::request_status(page, "POST", "/session", &body).await,
        200
    );
}

in_every_browser! {
    async fn coming_back_to_a_page_that_the_browser_kept_shows_what_is_true_now(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        // On another page of the same site the consumer logs out.
        page.open("/elders").await;
        page.text(containing("Deze pagina is er niet")).appears().await;
        crate::log_out_in_another_tab(page).await;
        page.allow_console("401");
        page.back().await;
        // A page that was loaded again has never known her.
        page.wait_until("words about signing in", async || {
            let outline = page.outline().await;
            let says_so = ["U bent niet ingelogd", "Uw toegang is verlopen"].iter().any(|it| outline.contains(it));
            if says_so && !outline.contains("Eva Bakker") { Ok(()) } else { Err(outline) }
        })
        .await;
    }

    async fn a_file_that_changes_after_it_was_chosen_is_sent_as_it_was(page: &Page) {
        let folder = Folder::new();
        choose_payslip(page, &folder, "loonstrook.pdf").await;
        page.button("Aanleveren").appears().await;
        let chosen = std::fs::read(folder.file_path("loonstrook.pdf")).unwrap();
        folder.file("loonstrook.pdf", &fixtures::pdf(90_000));
        page.button("Aanleveren").click().await;
        page.heading("Aangeleverd").appears().await;
        assert!(page.servers.uploads()[0].bytes == chosen);
    }
}

in_chromium! {
    async fn keys_in_a_field_are_no_shortcuts_of_the_page_around(page: &Page) {
        let folder = Folder::new();
        open_brokers_page(page).await;
        // As pages have them that search with `/` and close with Escape.
        let shortcuts = "window.pressed = [];
            document.addEventListener('keydown', (event) => {
              if (/^(input|textarea|select)$/i.test(event.target.tagName)) return;
              pressed.push(event.key);
              if (event.key === '/') event.preventDefault();
            })";
        page.script(shortcuts, vec![]).await;
        page.link(containing(crate::PAYSLIP)).first().click().await;
        page.text("Bestand kiezen").appears().await;
        page.choose_file(&folder.file("loonstrook.pdf", &fixtures::pdf(9_000))).await;
        let comment = page.textbox(containing("Opmerking"));
        comment.click().await;
        page.type_text("loon 1/12").await;
        assert_eq!(comment.value().await, "loon 1/12");
        assert_eq!(page.script("return pressed.join('')", vec![]).await, "");
        // What is no writing is still the page's.
        page.press(&[fantoccini::key::Key::Escape]).await;
        assert_eq!(page.script("return pressed.join()", vec![]).await, "Escape");
    }

    async fn a_page_begins_below_a_bar_that_the_office_has_told_of(page: &Page) {
        open_brokers_page(page).await;
        let bar = "const bar = document.createElement('div');
            bar.style.cssText = 'position: fixed; inset: 0 0 auto; height: 110px; background: #333; z-index: 9';
            bar.append(document.createElement('b'));
            document.body.append(bar);
            document.body.style.paddingTop = '110px';
            document.querySelector('consumer-portal').style.scrollMarginTop = '110px'";
        page.script(bar, vec![]).await;
        let link = page.link(containing("Loonstrook")).first();
        page.resize(900, 500).await;
        link.script("arguments[0].scrollIntoView({ block: 'center' })").await;
        link.click().await;
        page.wait_for_script(
            "the portal below the bar",
            "const portal = document.querySelector('consumer-portal');
             const { top } = portal.shadowRoot.querySelector('.sections').getBoundingClientRect();
             return top >= 110 && top < 400",
        )
        .await;
    }

    async fn another_dossier_of_this_browser_does_not_take_the_place_of_this_one(page: &Page) {
        let folder = Folder::new();
        choose_payslip(page, &folder, "loonstrook.pdf").await;
        sign_in_as_another_in_another_tab(page, "thomas").await;
        page.return_to_tab().await;
        page.heading("In deze browser is een ander dossier geopend").appears().await;
        page.text(containing("Eva Bakker")).is_absent().await;
        page.text("loonstrook.pdf").is_absent().await;
        page.button("Het andere dossier tonen").click().await;
        page.heading("Welkom Thomas de Groot").appears().await;
        page.link(containing(crate::PAYSLIP)).first().click().await;
        page.text("Bestand kiezen").appears().await;
        page.text("loonstrook.pdf").is_absent().await;
        assert_eq!(page.servers.uploads().len(), 0);
    }

    async fn who_signs_in_again_finds_their_own_dossier_and_file(page: &Page) {
        let folder = Folder::new();
        choose_payslip(page, &folder, "loonstrook.pdf").await;
        sign_in_as_another_in_another_tab(page, "thomas").await;
        page.return_to_tab().await;
        page.heading("In deze browser is een ander dossier geopend").appears().await;
        sign_in_as_another_in_another_tab(page, "eva").await;
        page.return_to_tab().await;
        page.text("loonstrook.pdf").appears().await;
        send(page).await;
    }

    async fn the_portals_script_twice_on_a_page_is_one_portal(page: &Page) {
        open_brokers_page(page).await;
        let again = "const [done] = arguments;
            const script = document.createElement('script');
            script.type = 'module';
            script.src = document.querySelector('script[src*=\"portal.js\"]').src + '?ver=6.5.2';
            script.onload = () => done(true);
            document.head.append(script)";
        page.async_script(again, vec![]).await;
        page.link("Mijn gegevens").click().await;
        page.heading("Mijn gegevens").appears().await;
    }

    async fn a_portal_that_is_put_away_and_shown_again_is_whole(page: &Page) {
        open_brokers_page(page).await;
        // As tabs and accordions do that take their panels out of the page.
        page.script(
            "window.away = document.querySelector('consumer-portal'); window.place = away.parentNode; away.remove()",
            vec![],
        )
        .await;
        page.wait_for_script("the portal to have let go", "return away.shadowRoot.querySelector('h1') === null").await;
        page.script("place.append(away)", vec![]).await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.heading("Welkom Eva Bakker").has_count(1).await;
        page.link("Documenten").click().await;
        page.heading("Documenten").appears().await;
    }

    async fn what_was_chosen_is_there_when_a_portal_that_was_put_away_is_shown_again(page: &Page) {
        let folder = Folder::new();
        open_brokers_page(page).await;
        page.link(containing(crate::PAYSLIP)).first().click().await;
        page.text("Bestand kiezen").appears().await;
        page.choose_file(&folder.file("loonstrook.pdf", &fixtures::pdf(20_000))).await;
        page.textbox(containing("Opmerking")).type_text("Van november").await;
        let twin = "window.away = document.querySelector('consumer-portal'); window.place = away.parentNode;
            window.twin = away.cloneNode(); twin.setAttribute('drafts', 'off'); place.append(twin)";
        page.script(twin, vec![]).await;
        let has = |portal: &str, heading: bool| {
            format!("return Boolean({portal}.shadowRoot.querySelector('h1[tabindex]')) === {heading}")
        };
        page.wait_for_script("the other portal", &has("twin", true)).await;
        page.script("away.remove(); twin.remove()", vec![]).await;
        // Nothing was chosen there.
        page.wait_for_script("the other portal to have let go", &has("twin", false)).await;
        page.script("place.append(away)", vec![]).await;
        page.text("loonstrook.pdf").appears().await;
        send(page).await;
        assert_eq!(page.servers.uploads()[0].comment.as_deref(), Some("Van november"));
        page.script("away.remove()", vec![]).await;
        page.wait_for_script("the portal to have let go", &has("away", false)).await;
    }

    async fn a_screenshot_is_pasted_and_sent(page: &Page) {
        open_task(page, crate::PAYSLIP).await;
        page.devtools("Browser.setPermission", serde_json::json!({
            "permission": { "name": "clipboard-write", "allowWithoutSanitization": false },
            "setting": "granted",
        }))
        .await;
        let copy = "const [done] = arguments;
            const canvas = Object.assign(document.createElement('canvas'), { width: 40, height: 30 });
            canvas.toBlob(async (picture) => {
              try { await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture })]); done('copied'); }
              catch (error) { done(String(error)); }
            })";
        assert_eq!(page.async_script(copy, vec![]).await, "copied");
        for kind in ["rawKeyDown", "keyUp"] {
            page.devtools("Input.dispatchKeyEvent", serde_json::json!({
                "type": kind, "modifiers": 2, "key": "v", "code": "KeyV", "commands": ["paste"],
            }))
            .await;
        }
        page.text("image.png").appears().await;
        page.button("Gebruik het bestand zonder bewerking").click().await;
        send(page).await;
        let upload = page.servers.uploads().remove(0);
        assert_eq!(upload.filename, "image.png");
        assert!(upload.bytes.starts_with(b"\x89PNG"));
    }

    async fn what_extensions_put_in_the_page_is_in_nobodys_way(page: &Page) {
        let folder = Folder::new();
        choose_payslip(page, &folder, "loonstrook.pdf").await;
        // As Grammarly, LanguageTool, a keeper of passwords and Dark Reader do.
        let put = "const portal = document.querySelector('consumer-portal'), root = portal.shadowRoot;
            portal.setAttribute('data-lt-installed', 'true');
            const field = root.querySelector('textarea');
            field.setAttribute('data-gramm', 'true');
            field.after(document.createElement('grammarly-extension'));
            field.before(document.createElement('div'));
            root.prepend(document.createElement('div'));
            for (const element of root.querySelectorAll('*')) element.setAttribute('data-darkreader-inline-color', '')";
        page.script(put, vec![]).await;
        page.textbox(containing("Opmerking")).type_text("Van november").await;
        send(page).await;
        assert_eq!(page.servers.uploads()[0].comment.as_deref(), Some("Van november"));
        page.link("Overzicht").click().await;
        page.heading("Welkom Eva Bakker").appears().await;
    }

    async fn enter_held_down_sends_once(page: &Page) {
        let folder = Folder::new();
        choose_payslip(page, &folder, "laat.pdf").await;
        // A key that is held clicks whatever has the focus, again and again.
        let hold = "const [done] = arguments;
            const root = document.querySelector('consumer-portal').shadowRoot;
            [...root.querySelectorAll('button')].find((it) => it.textContent === 'Aanleveren').focus();
            let left = 40;
            const repeat = () => { root.activeElement?.click(); left-- ? requestAnimationFrame(repeat) : done(true); };
            repeat()";
        page.async_script(hold, vec![]).await;
        page.servers.demo().skip_delays();
        page.heading("Aangeleverd").appears().await;
        assert_eq!(page.servers.demo().request_count("upload_file"), 1);
        assert_eq!(page.servers.uploads().len(), 1);
    }

    async fn days_are_the_same_in_every_time_zone(page: &Page) {
        for zone in ["Pacific/Honolulu", "Pacific/Kiritimati"] {
            page.devtools("Emulation.setTimezoneOverride", serde_json::json!({ "timezoneId": zone })).await;
            page.open("/open/voorbeeld").await;
            page.text(containing("geopend op 1 januari 2018")).appears().await;
            page.open("/open/eva").await;
            page.text(containing("19:30 tot 20:30")).appears().await;
            page.link("Mijn gegevens").click().await;
            page.text("17 april 1993").appears().await;
            crate::log_out_in_another_tab(page).await;
        }
    }

    async fn a_dossier_is_readable_with_the_widest_spacing_of_text(page: &Page) {
        page.open("/open/eva").await;
        page.heading("Welkom Eva Bakker").appears().await;
        page.resize(320, 700).await;
        // WCAG 1.4.12.
        let spacing = "const sheet = new CSSStyleSheet();
            sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }');
            document.querySelector('consumer-portal').shadowRoot.adoptedStyleSheets.push(sheet)";
        page.script(spacing, vec![]).await;
        for section in ["Overzicht", "Documenten", "Mijn gegevens"] {
            page.link(section).click().await;
            let cut_off = "const root = document.querySelector('consumer-portal').shadowRoot;
                const cut = [...root.querySelectorAll('*')].filter((it) => it.getBoundingClientRect().right > innerWidth + 1
                  || (getComputedStyle(it).overflowX === 'hidden' && it.scrollWidth > it.clientWidth + 1 && it.className !== 'visually-hidden'));
                return document.documentElement.scrollWidth <= innerWidth && cut.length === 0";
            page.wait_for_script(&format!("nothing of {section} to be cut off"), cut_off).await;
        }
    }
}

/// A module that a server sends with another type than `application/wasm`.
mod other_type {
    use super::*;
    use e2e::{servers::TestServers, site};

    const TYPE: &str = "const { fetch } = window;
        window.fetch = async (what, ...rest) => {
          const answer = await fetch(what, ...rest);
          if (!/\\.wasm$/.test(answer.url)) return answer;
          const { status } = answer;
          return new Response(answer.body, { status, headers: { 'content-type': 'application/octet-stream' } });
        }";

    in_every_browser! {
        at TestServers::with_site(site::with_script(TYPE));

        async fn both_modules_start_whatever_type_the_server_gives_them(page: &Page) {
            page.open("/open/eva").await;
            page.heading("Welkom Eva Bakker").appears().await;
            page.link("Documenten").click().await;
            page.heading("Documenten").appears().await;
        }
    }
}

/// A new version of the site while the page is open.
mod another_version {
    use super::*;
    use e2e::{servers::TestServers, site};

    in_chromium! {
        at TestServers::with_site(site::without_second_module());

        async fn a_part_of_a_site_that_is_gone_comes_with_the_new_one(page: &Page) {
            page.allow_console("could not be loaded");
            page.allow_console("Failed to load resource");
            page.allow_console("WebAssembly");
            page.allow_console("HTTP status code is not ok");
            page.open("/open/eva").await;
            page.heading("Welkom Eva Bakker").appears().await;
            page.servers.stop();
            site::add_second_module(page.servers.site());
            site::deploy_another_version(page.servers.site());
            page.servers.start();
            page.link("Documenten").click().await;
            page.heading("Deze pagina kon niet worden geladen").appears().await;
            // It may be a tunnel: the first time the page stays.
            page.button("Opnieuw proberen").click().await;
            page.heading("Deze pagina kon niet worden geladen").appears().await;
            page.button("Opnieuw proberen").click().await;
            page.heading("Documenten").appears().await;
        }
    }
}

/// A browser that gives a page no storage.
mod no_storage {
    use super::*;
    use e2e::{servers::TestServers, site};

    const DENIED: &str = "Object.defineProperty(window, 'localStorage', {
          get() { throw new DOMException('denied', 'SecurityError'); } })";

    in_chromium! {
        at TestServers::with_site(site::with_script(DENIED));

        async fn a_browser_that_keeps_nothing_shows_the_dossier_and_ends_it(page: &Page) {
            page.open("/open/eva").await;
            page.link(containing(crate::PAYSLIP)).first().click().await;
            page.text("Bestand kiezen").appears().await;
            crate::log_out_in_another_tab(page).await;
            page.allow_console("401");
            page.return_to_tab().await;
            page.heading("Uw toegang is verlopen").appears().await;
        }
    }
}

/// A page with a library that changes what the language brings.
mod old_library {
    use super::*;
    use e2e::{servers::TestServers, site};

    /// As Prototype and MooTools do.
    const LIBRARY: &str = "Array.from = (list) => { const all = []; for (let i = 0; i < (list?.length ?? 0); i++) all.push(list[i]); return all; };
        Array.prototype.reduce = () => 'reduced';
        Array.prototype.toJSON = () => '[]';
        String.prototype.toJSON = function () { return '\"' + this + '\"'; };
        Object.prototype.each = function () { return this; };
        Function.prototype.bind = function (to, ...first) { const work = this; return (...rest) => work.apply(to, [...first, ...rest]); };
        window.$ = window.$$ = () => null";

    in_chromium! {
        at TestServers::with_site(site::with_script(LIBRARY));

        async fn an_old_library_on_the_page_changes_nothing(page: &Page) {
            // Finding things by role needs a page without such a library.
            let root = "const root = document.querySelector('consumer-portal')?.shadowRoot;
                const find = (what, words) => [...root?.querySelectorAll(what) ?? []].find((it) => it.textContent.includes(words));";
            let is_at = async |heading: &str| {
                let there = format!("{root} return Boolean(find('h1', {heading:?}))");
                page.wait_for_script(heading, &there).await;
            };
            page.open("/open/eva").await;
            is_at("Welkom Eva Bakker").await;
            page.wait_for_script("the tasks", &format!("{root} return Boolean(find('.task', 'Loonstrook'))")).await;
            page.script(&format!("{root} find('a', 'Documenten').click()"), vec![]).await;
            is_at("Documenten").await;
            let save = "root.querySelector('button[aria-label=\"Rentevoorstel van Florius opslaan\"]').click()";
            page.script(&format!("{root} {save}"), vec![]).await;
            page.saved_file("rentevoorstel-florius.pdf").await;
        }
    }
}

/// A computer that slept. Its timers stand still meanwhile, and its clock does not.
mod sleep {
    use super::*;
    use e2e::{servers::TestServers, site};

    /// A minute of waiting takes three seconds, and half an hour more than a test has.
    const FAST: &str = "const { setTimeout } = window, now = Date.now;
        window.slept = 0;
        window.setTimeout = (work, delay, ...rest) => setTimeout(work, delay / 20, ...rest);
        Date.now = () => now() + slept";

    in_chromium! {
        at TestServers::with_site(site::with_script(FAST));

        async fn a_session_that_ended_while_the_computer_slept_leaves_the_screen(page: &Page) {
            page.open("/open/eva").await;
            page.heading("Welkom Eva Bakker").appears().await;
            crate::log_out_in_another_tab(page).await;
            page.allow_console("401");
            page.script("slept = 40 * 60 * 1000", vec![]).await;
            page.heading("Uw toegang is verlopen").appears().await;
        }
    }
}
