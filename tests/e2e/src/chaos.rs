//! Uploads under the demo's networks and faults, at random moments: what the page says in the end is compared
//! with what the demo keeps. The same seed makes the same choices.

use crate::fixtures::{self, Folder};
use crate::{Page, containing};
use std::fmt;

/// A part of the name of the task that documents are handed in for.
const TASK: &str = "Loonstrook";

/// How many times as fast the page's timers run: its minutes of looking are seconds then.
const SPEED: u32 = 100;

/// Networks of the demo; an empty name is none.
const NETWORKS: [&str; 9] = [
    "",
    "knipt",
    "te-groot",
    "verbiedt",
    "slikt",
    "slikt-en-verbreekt",
    "verliest-antwoord",
    "zonder-onderstrepingstekens",
    "zonder-onbekende-koppen",
];

/// Names of files: half of them bring on a fault.
const FILES: [&str; 16] = [
    "loonstrook.pdf",
    "loonstrook.pdf",
    "loonstrook.pdf",
    "loonstrook.pdf",
    "loonstrook.pdf",
    "loonstrook.pdf",
    "loonstrook.pdf",
    "loonstrook.pdf",
    "weg-ervoor.pdf",
    "weg-tijdens.pdf",
    "weg-erna.pdf",
    "hapert.pdf",
    "half.pdf",
    "laat.pdf",
    "langzaam.pdf",
    "storing.pdf",
];

/// What the consumer does while their document is on its way.
const ACTS: [Act; 8] = [
    Act::Nothing,
    Act::Nothing,
    Act::Cancel,
    Act::Cancel,
    Act::CancelAndSendAgain,
    Act::SendAgain,
    Act::LookElsewhere,
    Act::BelieveOffline,
];

#[derive(Debug, Clone, Copy)]
enum Act {
    Nothing,
    Cancel,
    CancelAndSendAgain,
    SendAgain,
    LookElsewhere,
    BelieveOffline,
}

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// What was tried.
    pub what: String,
    /// The sentence that the page said in the end, or a part of it.
    pub said: &'static str,
    /// How many documents the demo keeps.
    pub kept: usize,
    /// Neither kept nor on the page any more.
    pub is_lost: bool,
    /// Kept more than once as the first document.
    pub is_doubled: bool,
    /// What the page said is not so.
    pub is_wrong: bool,
}

impl Verdict {
    /// Whether all is as it should be.
    pub fn is_good(&self) -> bool {
        !self.is_lost && !self.is_doubled && !self.is_wrong
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults = [
            (self.is_lost, " LOST"),
            (self.is_doubled, " DOUBLED"),
            (self.is_wrong, " WRONG"),
        ];
        write!(f, "{}: “{}”, {} kept", self.what, self.said, self.kept)?;
        for (is_so, word) in faults {
            f.write_str(if is_so { word } else { "" })?;
        }
        Ok(())
    }
}

/// Random numbers, the same for the same seed (splitmix64).
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// The numbers of a run: each run of a seed has its own, so that one can be repeated alone.
    pub fn of_run(seed: u64, run: u64) -> Random {
        Random(seed.wrapping_mul(1_000_003).wrapping_add(run))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }
}

/// What the page can say in the end, and whether a document is there then. Where it says nothing of that, it is
/// `None`. The first that is on the page counts.
const SAID: [(&str, Option<bool>); 9] = [
    ("Uw document is aangekomen", Some(true)),
    ("uw document is aangekomen", Some(true)),
    ("Er is een document aangekomen", Some(true)),
    ("Wij hebben uw document niet ontvangen", Some(false)),
    ("gekeken en geen document van u gezien", Some(false)),
    ("Uw document is niet aangeleverd", Some(false)),
    ("Wij kunnen niet zien of uw nieuwe document", None),
    ("Het eerdere document vervangen?", None),
    // The file is chosen, and nothing is said of it.
    ("Aanleveren", None),
];

/// What the page says while it is not over.
const UNDER_WAY: [&str; 7] = [
    "Uw document wordt verstuurd",
    "Wij kijken na of",
    "Wij zien uw document nog niet",
    "Wij zien nog geen document van u",
    "Wij konden niet nakijken",
    "Een ogenblik",
    "De pagina wordt geladen",
];

/// One upload. The servers are fresh afterwards too.
pub async fn run(page: &Page, mut random: Random) -> Verdict {
    let network = random.pick(&NETWORKS);
    let is_at_broker = random.below(4) == 0;
    let name = random.pick(&FILES);
    let size = random.pick(&[20_000, 300_000]);
    let act = random.pick(&ACTS);
    let [before, after, later] = [60, 60, 120].map(|most| random.below(most));
    let what = format!(
        "{}{} {name} {size} {act:?} at {before}, {after}, {later}",
        if is_at_broker { "broker " } else { "" },
        if network.is_empty() {
            "no network"
        } else {
            network
        },
    );
    page.servers.stop();
    page.servers.start();
    page.open("/open/eva").await;
    page.heading("Welkom Eva Bakker").appears().await;
    match (network, is_at_broker) {
        ("", true) => page.open(&page.servers.broker()).await,
        ("", false) => {}
        (_, true) => page.open(&page.servers.broker_through(network)).await,
        (_, false) => page.open(&page.servers.through(network)).await,
    }
    // What the run before has not sent is kept.
    let forget = "const [done] = arguments;
        localStorage.removeItem('portal-drafts');
        const removing = indexedDB.deleteDatabase('consumer-portal-drafts');
        removing.onsuccess = removing.onerror = () => done();";
    page.async_script(forget, vec![]).await;
    page.link(containing(TASK)).first().click().await;
    page.text("Bestand kiezen").appears().await;
    page.speed_up_timers(SPEED).await;

    let folder = Folder::new();
    let bytes = fixtures::pdf(size);
    page.choose_file(&folder.file(name, &bytes)).await;
    page.button("Aanleveren").click().await;
    frames(page, before).await;
    match act {
        Act::Nothing => {}
        Act::Cancel => press(page, "Annuleren").await,
        Act::CancelAndSendAgain => {
            press(page, "Annuleren").await;
            frames(page, after).await;
            press(page, "Aanleveren").await;
        }
        Act::SendAgain => {
            frames(page, after).await;
            press(page, "Nog een keer versturen").await;
        }
        Act::LookElsewhere => {
            press(page, "Overzicht").await;
            frames(page, after).await;
            page.back().await;
        }
        Act::BelieveOffline => {
            let tell = "dispatchEvent(new Event('offline'))";
            page.script(tell, vec![]).await;
        }
    }
    frames(page, later).await;
    let is_there = || {
        let uploads = page.servers.uploads();
        uploads.iter().any(|upload| upload.bytes == bytes)
    };
    // A network that holds a document for longer than the page looks: what is said then is about that moment.
    let early = said_in(&text(page).await).ok();
    let was_there = is_there();
    page.servers.demo().skip_delays();

    let said = page
        .wait_until("the page to have said what became of it", async || {
            said_in(&text(page).await)
        })
        .await;
    let is_true = |says| says == is_there() || (early == Some(said) && says == was_there);
    let uploads = page.servers.uploads();
    let first = uploads.iter().filter(|upload| !upload.is_reupload).count();
    let is_on_page = text(page).await.contains(name);
    Verdict {
        what,
        said: said.0,
        kept: uploads.len(),
        is_lost: !is_there() && !is_on_page,
        is_doubled: first > 1,
        is_wrong: said.1.is_some_and(|says| !is_true(says)),
    }
}

/// What a page says at the end, and whether that means that the document is there. An error is what it says before.
fn said_in(text: &str) -> Result<(&'static str, Option<bool>), String> {
    if let Some(not_yet) = UNDER_WAY.iter().find(|it| text.contains(**it)) {
        return Err(format!("it says “{not_yet}”"));
    }
    let said = SAID.iter().find(|(said, _)| text.contains(said));
    said.copied().ok_or_else(|| text.to_owned())
}

/// Lets so many frames of the browser go by: a moment at random.
async fn frames(page: &Page, count: u64) {
    let wait = "let [left, done] = arguments;
        const next = () => (left-- > 0 ? requestAnimationFrame(next) : done());
        next();";
    page.async_script(wait, vec![count.into()]).await;
}

/// Presses a button or link, if it is there at this moment.
async fn press(page: &Page, words: &str) {
    let press = "const [words] = arguments;
        const all = (root) => [...root.querySelectorAll('*')].flatMap((it) => it.shadowRoot ? [it, ...all(it.shadowRoot)] : [it]);
        all(document).find((it) => it.matches('button, a') && it.textContent.trim() === words)?.click();";
    page.script(press, vec![words.into()]).await;
}

/// All text of the page, in shadow roots too.
async fn text(page: &Page) -> String {
    let read = "const texts = (root) => [...root.childNodes].map((it) =>
          ['STYLE', 'SCRIPT', 'TEMPLATE'].includes(it.nodeName) ? '' :
          it.nodeType === 3 ? it.data : texts(it.shadowRoot ?? it)).join(' ');
        return texts(document.body).replace(/\\s+/g, ' ');";
    let text = page.script(read, vec![]).await;
    text.as_str().unwrap_or_default().to_owned()
}
