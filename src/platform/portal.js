// <consumer-portal>: the element and its first moments. It shows a skeleton and asks for the session at
// once, while the module is still on its way, and hands both over to the module (`mount` in src/lib.rs).
// When the module does not come, or panics, it says so: nothing else can by then.
//
// It runs as a module and as a classic script, by itself or in a bundle: consent tools and optimisers make
// any of these of it. So it must not use `import.meta`. Browsers of 2019 can read it, to hear that they are
// too old.
//
// The names in double underscores are filled in by `cargo xtask site`.

// Where this file is. The others are beside it.
const addresses = [
  document.currentScript && document.currentScript.src,
  (/https?:\/\/\S+?(?=:\d+:\d)/.exec(new Error().stack) ?? [])[0],
];
const own = addresses.find((address) => /^http/.test(address)) ?? document.baseURI;
const at = (name) => new URL(name, own).href;

// Why the portal does not start, as far as it is known here (`reasonOf` in apology.js).
let stage = "network";

// One module for all elements on a page; both parts are fetched side by side.
const loading = Promise.all([import(at("__GLUE__")), fetch(at("__WASM__"))]).then(
  async ([glue, wasm]) => {
    // A page that says why the file is not given is no module.
    if (!wasm.ok || /html/.test(wasm.headers.get("content-type"))) throw new TypeError(wasm.status);
    stage = "webassembly";
    await glue.default({ module_or_path: wasm });
    stage = "script";
    return glue;
  },
);
loading.catch(() => {}); // reported by each element

document.addEventListener("securitypolicyviolation", ({ blockedURI }) => {
  if (/portal|wasm/.test(blockedURI)) stage = "policy";
});

// Dutch is in the module. English is fetched once, where it is wanted; without it the portal is Dutch.
let english;
const readEnglish = () =>
  (english ??= fetch(at("__ENGLISH__"))
    .then((answer) => (answer.ok ? answer.text() : undefined))
    .catch(() => undefined));

const apiOf = (element) => (element.getAttribute("api")?.trim() || "consumerportal").replace(/\/+$/, "");

// A page of another site than the gateway's is opened with a link's token in its fragment, and signs in
// itself when its button is pressed: following a link must not give up who is signed in. The token leaves
// the address at once. What is wrong with a link is put there, as the gateway does on its own page; without an
// answer the link is put back, for a reload. Links of earlier gateways have a "=".
const LINK = /^#portal-open[-=]/;
const link = LINK.test(location.hash) && location.hash;
const setFragment = (fragment) => history.replaceState(history.state, "", location.href.split("#")[0] + fragment);
if (link) setFragment("");

let opening;
async function openLink(element) {
  try {
    const { openLink } = await import(at("__OPEN_LINK__"));
    const url = new URL(`${apiOf(element)}/../session`, document.baseURI);
    const { fragment, ownPage } = await openLink(element, url, link.slice(13), guess(element));
    setFragment(fragment);
    return ownPage;
  } catch (cause) {
    setFragment(link);
    throw cause;
  }
}

// A link that is opened where the page is open already changes the fragment only.
addEventListener("hashchange", () => LINK.test(location.hash) && location.reload());

// The same request that `api::session` makes later (accelerate::request). Our own page has made it already
// (begin.js). No other request has its number (`api::http`).
function askSession(element) {
  const { session } = element;
  if (session) {
    delete element.session;
    return session;
  }
  const url = new URL(`${apiOf(element)}/getsession`, document.baseURI);
  for (const name of ["consumer-id", "ip-address"]) {
    const value = element.getAttribute(name)?.trim();
    if (value) url.searchParams.set(name.replace("-", "_"), value);
  }
  url.searchParams.set("once", Math.random());
  const credentials = element.getAttribute("consumer-id")?.trim() ? "same-origin" : "include";
  return fetch(url, { credentials, cache: "no-store" });
}

// What is said while the module, and with it all other words, is not there. src/i18n has the same words
// for the greeting and the dossier; a test there compares them.
const words = {
  nl: {
    locale: "nl-NL",
    sections: ["Overzicht", "Documenten", "Mijn gegevens"],
    loading: "Het dossier wordt opgehaald…",
    loadingLong: "Het duurt langer dan normaal. U hoeft niets te doen.",
    greeting: "Welkom {name}",
    dossier: "Dossier {code}",
    dossierSince: "Dossier {code}, geopend op {date}",
  },
  en: {
    locale: "en-GB",
    sections: ["Overview", "Documents", "My details"],
    late: "The dossier cannot be seen here yet. Reload the page, or call your adviser.",
    loading: "Fetching the dossier…",
    loadingLong: "This takes longer than usual. You need not do anything.",
    greeting: "Hello {name}",
    dossier: "Dossier {code}",
    dossierSince: "Dossier {code}, opened on {date}",
  },
};

// A guess; which language it is to be, the module says (`speaks_english`).
function guess(element) {
  const tag = element.getAttribute("lang") || element.parentElement?.closest("[lang]")?.lang || navigator.language || "nl";
  return /^en\b/i.test(tag) ? "en" : "nl";
}

const wordsFor = (element) => words[guess(element)];

const setText = (screen, selector, text) => {
  const node = screen.querySelector(`.skeleton ${selector}`);
  if (node && text) node.textContent = text;
};

// The skeleton of src/platform/skeleton.html. Our own page has it already, with Dutch words.
function showSkeleton(element, screen) {
  if (!screen.querySelector(".skeleton")) {
    screen.innerHTML = `__SKELETON__`;
    try {
      // A broker's policy may forbid a style element, but not this.
      const sheet = new CSSStyleSheet();
      sheet.replaceSync("__SKELETON_CSS__");
      screen.adoptedStyleSheets = [sheet];
    } catch {
      // An old browser: the skeleton looks right when the style sheet is there.
    }
  }
  const says = wordsFor(element);
  setText(screen, "slot p", says.late);
  screen.querySelectorAll(".skeleton li a").forEach((link, index) => (link.textContent = says.sections[index]));
  setText(screen, "h1", says.loading);
  setTimeout(() => {
    const heading = screen.querySelector(".skeleton h1");
    if (heading?.textContent === says.loading) heading.textContent = says.loadingLong;
  }, 8000);
}

// The style sheet of everything. The module waits for it. Then the skeleton's own style goes: it would
// come after the sheet, and its rules are in the sheet too.
function styleSheet(screen) {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = at("__CSS__");
  const loaded = new Promise((done) => {
    link.onload = () => {
      screen.querySelector("style")?.remove();
      screen.adoptedStyleSheets = [];
      done();
    };
    link.onerror = done;
  });
  screen.prepend(link);
  return loaded;
}

// A day as it is written there.
const dates = (locale) => new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" });

// Who it is and which dossier, in the skeleton, as text and nothing else. The module shows the same
// words in the same place. What is not as it should be is left to the module to say.
async function greet(element, screen, session) {
  const answer = await session;
  const isLong = Number(answer.headers.get("content-length")) > 500_000;
  if (!answer.ok || isLong || !/^(#portal(\/|-overview)?)?$/.test(location.hash)) return;
  const { dossier } = (await answer.clone().json()).consumerportalsession;
  const says = wordsFor(element);
  const fill = (text, name, value) => text.replace(`{${name}}`, () => value);
  const { code, date_created: created, consumer } = dossier;
  if (typeof consumer.display_name === "string" && consumer.display_name.trim()) {
    setText(screen, "h1", fill(says.greeting, "name", consumer.display_name.trim()));
  }
  if (typeof code === "string" && code.trim()) {
    const day = /^\d{4}-\d\d-\d\d$/.test(created) && new Date(created);
    const date = day && dates(says.locale).format(day);
    const line = date ? fill(says.dossierSince, "date", date) : says.dossier;
    setText(screen, ".lead", fill(line, "code", code.trim()));
  }
}

// Says that the portal does not start, or cannot go on after a panic, and what to do. The words come when they
// are needed; where not even these come, the skeleton has some.
async function apologise(element, cause) {
  const screen = element.shadowRoot;
  const tooLong = new Promise((_, fail) => setTimeout(fail, 5000));
  const { panel, reason } = await Promise.race([import(at("__APOLOGY__")), tooLong]).then(
    ({ apology }) => apology(element, guess(element), stage, cause),
    () => ({ reason: stage }),
  );
  if (cause) {
    const detail = { kind: "start", reason };
    element.dispatchEvent(new CustomEvent("portal-error", { bubbles: true, composed: true, detail }));
  }
  for (const node of [...screen.children]) if (node.localName !== "link") node.remove();
  if (panel) return screen.append(panel);
  showSkeleton(element, screen);
  screen.querySelector(".skeleton").className += " is-late";
}

// Shows the portal in `element`. Gives what is to be unmounted when the element leaves the page.
function begin(element) {
  const screen = element.shadowRoot ?? element.attachShadow({ mode: "open" });
  for (const type of ["keydown", "keypress", "keyup"]) screen.addEventListener(type, keepWriting);
  showSkeleton(element, screen);
  const styled = styleSheet(screen);
  if (link) opening ??= openLink(element);
  const session = opening ? opening.then(() => askSession(element)) : askSession(element);
  // The module says what is wrong with it.
  greet(element, screen, session).catch(() => {});
  if (guess(element) === "en") readEnglish();
  // Nothing waits for it.
  import(at("__TEXTS__")).then(({ keepTexts, freePage }) => (keepTexts(screen), freePage(element))).catch(() => {});
  // The first format of all takes a slow phone a tenth of a second, which it has now.
  window.requestIdleCallback?.(() => dates(wordsFor(element).locale));
  return loading.then(
    async (glue) => {
      const texts = glue.speaks_english(element) ? await readEnglish() : undefined;
      await styled;
      // What the fragment says is known when the link was opened.
      const ownPage = await opening?.catch(() => {});
      return glue.mount(element, screen, session, at("__TIMELINE_CSS__"), at("__WORKER__"), texts, ownPage);
    },
  ).catch((cause) => beginFromOriginal(element, session, cause));
}

// A copy of this file on the office's own server, or in a bundle, does not find the others beside it. Then
// the original, beside the gateway's endpoints, takes over.
async function beginFromOriginal(element, session, cause) {
  const original = new URL(`${apiOf(element)}/../portal.js`, document.baseURI).href;
  if (stage === "network" && original !== own.split("?")[0]) {
    // A link that could not be opened is in the address again.
    await opening?.catch(() => {});
    if (!opening) element.session = session;
    Portal.isLost = true;
    await import(original).catch(() => {});
    if (Portal.begin !== begin) return Portal.begin(element);
  }
  throw cause;
}

const NAME = "consumer-portal";
const before = customElements.get(NAME);

// What is written in a field of the portal is no shortcut of the page around. To the page's listeners a key
// comes from the element, which is no field: a page that searches at `/` would take the key away.
function keepWriting(event) {
  const { target, key, ctrlKey, altKey, metaKey } = event;
  if (ctrlKey || altKey || metaKey || key === "Escape" || key === "Tab") return;
  if (/^(input|textarea)$/.test(target.localName)) event.stopPropagation();
}

class ConsumerPortal extends HTMLElement {
  connectedCallback() {
    if (this.mounted) return;
    if (!this.isHeard) {
      this.isHeard = true;
      this.addEventListener("portal-error", ({ detail }) => {
        if (detail?.kind === "panic") apologise(this);
      });
    }
    this.mounted = Portal.begin(this).catch(async (cause) => {
      // A page that is being left breaks off what it fetches, too. It is gone before this is over.
      await new Promise((over) => setTimeout(over, 1000));
      console.error("consumer-portal could not start:", cause);
      return apologise(this, cause);
    });
  }

  async disconnectedCallback() {
    const { mounted } = this;
    const portal = await mounted;
    // A page that merely moves the element takes it out and puts it back at once. Tabs and accordions put it back
    // some time: a portal with a document that was not sent waits for that, and is asked again each minute.
    for (let pause = 0; ; pause = 60_000) {
      await new Promise((over) => setTimeout(over, pause));
      if (this.isConnected || this.mounted !== mounted) return;
      if (this.dispatchEvent(new Event("portal-away", { cancelable: true }))) break;
    }
    this.mounted = undefined;
    portal?.unmount();
  }
}

const Portal = before ?? ConsumerPortal;
if (!before || before.isLost) Portal.begin = begin;
if (!before) customElements.define(NAME, ConsumerPortal);
