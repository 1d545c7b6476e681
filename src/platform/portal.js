// <consumer-portal>: the element and its first moments. It shows a skeleton and asks for the session
// at once, while the module is still on its way, and hands both over to the module (`mount` in
// src/lib.rs). If the module cannot be had, or panics, it says so itself: by then nobody else can.
//
// The names in double underscores are put in by `cargo xtask site`.

const at = (name) => new URL(name, import.meta.url).href;

// One module for all elements on a page; both parts are fetched side by side.
const loading = Promise.all([import(at("__GLUE__")), fetch(at("__WASM__"))]).then(
  async ([glue, wasm]) => {
    await glue.default({ module_or_path: wasm });
    return glue;
  },
);
loading.catch(() => {}); // reported by each element

// Dutch is in the module. English is fetched once, where it is wanted; without it the portal is Dutch.
let english;
const readEnglish = () =>
  (english ??= fetch(at("__ENGLISH__"))
    .then((answer) => (answer.ok ? answer.text() : undefined))
    .catch(() => undefined));

const apiOf = (element) => (element.getAttribute("api")?.trim() || "consumerportal").replace(/\/+$/, "");

// A page of another site than the gateway's is opened with a link's token in its fragment, and signs in
// itself. The token leaves the address at once. What is wrong with a link is put there, as the gateway
// does on its own page; without an answer the token is put back, for a reload.
const TOKEN = /^#portal-open=(.+)/;
const token = TOKEN.exec(location.hash)?.[1];
const setFragment = (fragment) => history.replaceState(history.state, "", location.href.split("#")[0] + fragment);
if (token) setFragment("");

let opening;
async function openLink(element) {
  const url = new URL(`${apiOf(element)}/../session`, document.baseURI);
  try {
    const answer = await fetch(url, { method: "POST", credentials: "include", body: JSON.stringify({ token }) });
    const said = await answer.json();
    if (!answer.ok && answer.status !== 401) throw new Error(answer.status);
    const bad = /^(LINK|CODE)_(EXPIRED|USED)$/.exec(said.error?.code)?.[0].toLowerCase().replace("_", "-") ?? "link-unknown";
    setFragment(answer.ok ? (said.route ? `#portal/${said.route}` : "") : `#portal/${bad}`);
    return said.own_page;
  } catch (cause) {
    setFragment(`#portal-open=${token}`);
    throw cause;
  }
}
// A link that is opened where the page is open already changes the fragment only.
addEventListener("hashchange", () => TOKEN.test(location.hash) && location.reload());

// The same request that `browser::fetch` makes for every later one (accelerate::request).
function askSession(element) {
  const url = new URL(`${apiOf(element)}/getsession`, document.baseURI);
  for (const name of ["consumer-id", "ip-address"]) {
    const value = element.getAttribute(name)?.trim();
    if (value) url.searchParams.set(name.replace("-", "_"), value);
  }
  const credentials = element.getAttribute("consumer-id")?.trim() ? "same-origin" : "include";
  return fetch(url, { credentials, cache: "no-store" });
}

// What is said while the module, and with it all other words, is not there.
const words = {
  nl: ["Het dossier wordt opgehaald…", "Er ging iets mis", "Onze excuses. Laad de pagina opnieuw om verder te gaan.", "Pagina opnieuw laden"],
  en: ["Fetching the dossier…", "Something went wrong", "Our apologies. Reload the page to go on.", "Reload the page"],
};

// A guess; which language it is to be, the module says (`speaks_english`).
function guess(element) {
  const tag = element.closest("[lang]")?.lang || navigator.language || "nl";
  return /^en\b/i.test(tag) ? "en" : "nl";
}

const wordsFor = (element) => words[guess(element)];

function apologise(element) {
  const [, title, more, reload] = wordsFor(element);
  const screen = element.shadowRoot;
  for (const node of [...screen.children]) if (node.localName !== "link") node.remove();
  screen.append(panel.content.cloneNode(true));
  screen.querySelector("h1").textContent = title;
  screen.querySelector("p").textContent = more;
  const button = screen.querySelector("button");
  button.textContent = reload;
  button.onclick = () => location.reload();
}

// Made beforehand: when something is badly wrong with the page, cloning still works.
const panel = document.createElement("template");
panel.innerHTML = `<div class="portal"><div class="screen" role="alert"><span class="icon icon-alert" aria-hidden="true"></span><h1></h1><p></p><button type="button" class="button primary"></button></div></div>`;

class ConsumerPortal extends HTMLElement {
  #mounted;

  connectedCallback() {
    if (this.#mounted) return;
    const screen = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    if (!screen.querySelector("link")) {
      screen.innerHTML = `<link rel="stylesheet"><div class="skeleton" role="status"><h1></h1></div>`;
      screen.querySelector("link").href = at("__CSS__");
      screen.querySelector("h1").textContent = wordsFor(this)[0];
    }
    this.addEventListener("portal-error", (event) => {
      if (event.detail?.kind === "panic") apologise(this);
    });
    if (token) opening ??= openLink(this);
    const session = opening ? opening.then(() => askSession(this)) : askSession(this);
    session.catch(() => {}); // the module looks at it when it is there
    if (guess(this) === "en") readEnglish();
    this.#mounted = loading
      .then(async (glue) => {
        const texts = glue.speaks_english(this) ? await readEnglish() : undefined;
        // What the fragment says is known when the link was opened.
        const ownPage = await opening?.catch(() => {});
        return glue.mount(this, screen, session, at("__TIMELINE_CSS__"), texts, ownPage);
      })
      .catch(async (cause) => {
        // A page that is being left breaks off what it fetches, too. It is gone before this is over.
        await new Promise((over) => setTimeout(over, 1000));
        console.error("consumer-portal could not start:", cause);
        apologise(this);
      });
  }

  disconnectedCallback() {
    // A page that merely moves the element takes it out and puts it back at once.
    setTimeout(async () => {
      if (this.isConnected || !this.#mounted) return;
      const mounted = this.#mounted;
      this.#mounted = undefined;
      (await mounted)?.unmount();
    });
  }
}

if (!customElements.get("consumer-portal")) customElements.define("consumer-portal", ConsumerPortal);
