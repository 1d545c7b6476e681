// What is said when the portal does not start, or cannot go on. The loader fetches this only then, so the
// words are no part of a usual visit. Nothing here needs the module or its texts.

const words = {
  nl: {
    network: [
      "Deze pagina kwam niet helemaal binnen",
      "Kijk of uw internet werkt, en laad de pagina opnieuw. Helpt dat niet? Probeer een andere verbinding of een ander apparaat.",
    ],
    webassembly: [
      "Deze browser kan uw dossier niet laten zien",
      "Open deze pagina in een andere browser of op een ander apparaat.",
    ],
    policy: [
      "Op deze website kan uw dossier nu niet open",
      "Dat ligt niet aan u. Opnieuw laden helpt niet. Laat het uw adviseur weten.",
    ],
    wrong: [
      "Er ging iets mis",
      "Onze excuses. Laad de pagina opnieuw om verder te gaan.",
      "Gebeurt het weer? Laat het dan uw adviseur weten.",
    ],
    call: "Of bel uw adviseur.",
    contact: "U kunt ons ook bereiken:",
    reload: "Pagina opnieuw laden",
  },
  je: {
    network: [
      "Deze pagina kwam niet helemaal binnen",
      "Kijk of je internet werkt, en laad de pagina opnieuw. Helpt dat niet? Probeer een andere verbinding of een ander apparaat.",
    ],
    webassembly: [
      "Deze browser kan je dossier niet laten zien",
      "Open deze pagina in een andere browser of op een ander apparaat.",
    ],
    policy: [
      "Op deze website kan je dossier nu niet open",
      "Dat ligt niet aan jou. Opnieuw laden helpt niet. Laat het je adviseur weten.",
    ],
    wrong: [
      "Er ging iets mis",
      "Onze excuses. Laad de pagina opnieuw om verder te gaan.",
      "Gebeurt het weer? Laat het dan je adviseur weten.",
    ],
    call: "Of bel je adviseur.",
    contact: "Je kunt ons ook bereiken:",
  },
  en: {
    network: [
      "This page did not arrive completely",
      "See whether your internet works, and reload the page. Does that not help? Try another connection or another device.",
    ],
    webassembly: [
      "This browser cannot show your dossier",
      "Open this page in another browser or on another device.",
    ],
    policy: [
      "Your dossier cannot be opened on this website now",
      "This is not because of you. Reloading does not help. Please tell your adviser.",
    ],
    wrong: [
      "Something went wrong",
      "Our apologies. Reload the page to go on.",
      "Does it happen again? Then please tell your adviser.",
    ],
    call: "Or call your adviser.",
    contact: "You can also reach us:",
    reload: "Reload the page",
  },
};

// Why the portal did not start. `stage` is what the loader knows of it.
function reasonOf(stage, cause) {
  if (/security policy|\bCSP\b|unsafe-eval/i.test(cause)) return "policy";
  // An old browser cannot read the glue.
  if (!window.WebAssembly || cause instanceof SyntaxError) return "webassembly";
  return stage === "webassembly" && cause instanceof TypeError ? "network" : stage;
}

// The panel for `element`, in `language`, and why the portal did not start. Without a `cause` the module panicked.
export function apology(element, language, stage, cause) {
  const reason = cause && reasonOf(stage, cause);
  const attribute = (name) => element.getAttribute(name)?.trim();
  const isInformal = language === "nl" && attribute("address")?.toLowerCase() === "je";
  const says = { ...words[language], ...(isInformal && words.je) };
  const [title, ...lines] = says[reason] ?? says.wrong;
  const phone = attribute("phone");
  const email = attribute("email");

  const panel = make("div", "portal");
  panel.lang = language;
  const screen = make("div", "screen");
  screen.setAttribute("role", "alert");
  const icon = make("span", "icon icon-alert");
  icon.setAttribute("aria-hidden", "true");
  screen.append(icon, make("h1", "", title), ...lines.map((text) => make("p", "", text)));

  if (phone || email) screen.append(make("p", "", [attribute("broker"), says.contact].filter(Boolean).join(". ")));
  else if (reason !== "policy" && says[reason]) screen.append(make("p", "", says.call));
  if (phone) screen.append(link(`tel:${phone.replace(/[^\d+]/g, "")}`, phone));
  if (email) screen.append(link(`mailto:${email}`, email));
  // The office's own words, for when the portal is not there. Our own page has them for a script that is not.
  if (!element.hasAttribute("standalone")) screen.append(document.createElement("slot"));

  // Reloading mends neither the browser nor the website.
  if (reason !== "webassembly" && reason !== "policy") {
    const button = make("button", "button primary", says.reload);
    button.type = "button";
    button.onclick = () => location.reload();
    screen.append(button);
  }
  panel.append(screen);
  return { panel, reason };
}

function make(name, className, text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

function link(href, text) {
  const line = make("p", "");
  const made = make("a", "", text);
  made.href = href;
  line.append(made);
  return line;
}
