// Opens a link on a page of another site than the gateway's: shows a button, with a question when the
// gateway has one, and signs in when it is pressed. The loader fetches this only where a link is opened.

const words = {
  nl: {
    title: "Uw dossier openen",
    more: "Met de knop logt u in en ziet u uw hypotheekdossier.",
    button: "Mijn dossier openen",
    other: "U bent ingelogd bij een ander dossier",
    otherMore:
      "Deze link is van een ander dossier dan het dossier dat nu open is. Wilt u het ene sluiten en het andere openen?",
    otherButton: "Ja, dit dossier openen",
    "birth-date": "Wat is uw geboortedatum? Bijvoorbeeld 31-12-1980",
    postcode: "Wat is uw postcode? Bijvoorbeeld 1234 AB",
    wrong: "Dat klopt niet met het dossier. Probeer het nog een keer.",
  },
  je: {
    title: "Je dossier openen",
    more: "Met de knop log je in en zie je je hypotheekdossier.",
    other: "Je bent ingelogd bij een ander dossier",
    otherMore:
      "Deze link is van een ander dossier dan het dossier dat nu open is. Wil je het ene sluiten en het andere openen?",
    "birth-date": "Wat is je geboortedatum? Bijvoorbeeld 31-12-1980",
    postcode: "Wat is je postcode? Bijvoorbeeld 1234 AB",
  },
  en: {
    title: "Open your dossier",
    more: "The button signs you in and shows your mortgage dossier.",
    button: "Open my dossier",
    other: "You are signed in to another dossier",
    otherMore:
      "This link is of another dossier than the one that is open now. Do you want to close the one and open the other?",
    otherButton: "Yes, open this dossier",
    "birth-date": "What is your date of birth? For example 31-12-1980",
    postcode: "What is your postal code? For example 1234 AB",
    wrong: "That does not match the dossier. Please try again.",
  },
};

const panel = document.createElement("template");
panel.innerHTML = `<div class="portal"><div class="screen"><h1></h1><p></p><div role="alert"></div><form autocomplete="off"><label class="field"><span></span><input type="text" required maxlength="20"></label><button type="submit" class="button primary"></button></form></div></div>`;

// Signs in with a link's token, at the gateway's `url`, in `language`. Gives the fragment of the page to show,
// where what is wrong with a link stands too, and where the gateway has a page of its own for the dossier.
export async function openLink(element, url, token, language) {
  for (let says = {}; ; ) {
    const body = JSON.stringify({ token, ...(await pressed(element, language, says)) });
    const answer = await fetch(url, { method: "POST", credentials: "include", body });
    const said = await answer.json();
    const code = said.error?.code;
    if (answer.status === 409) {
      says = { other: says.other || code === "OTHER_CONSUMER", wrong: code === "ANSWER_WRONG", ask: said.ask };
      continue;
    }
    if (!answer.ok && answer.status !== 401) throw new Error(answer.status);
    const bad = /^(LINK|CODE)_(EXPIRED|USED)$/.exec(code)?.[0].toLowerCase().replace("_", "-");
    const why = bad ?? (code === "LINK_CLOSED" ? "link-expired" : "link-unknown");
    const page = answer.ok ? said.route : why;
    return { fragment: page ? `#portal-${page}` : "", ownPage: said.own_page };
  }
}

// Shows the button in place of the skeleton, with a question when the gateway has one. Gives what is to be
// sent once it was pressed.
function pressed(element, language, { other, ask, wrong }) {
  const isInformal = language === "nl" && element.getAttribute("address")?.trim().toLowerCase() === "je";
  const says = { ...words[language], ...(isInformal && words.je) };
  const screen = element.shadowRoot;
  const skeleton = screen.querySelector(".skeleton");
  const shown = panel.content.cloneNode(true).firstChild;
  const find = (selector) => shown.querySelector(selector);
  find("h1").textContent = other ? says.other : says.title;
  find("p").textContent = other ? says.otherMore : says.more;
  find("button").textContent = other ? says.otherButton : says.button;
  find("[role=alert]").textContent = wrong ? says.wrong : "";
  if (ask) find("span").textContent = says[ask];
  else find("label").remove();
  if (skeleton) skeleton.style.display = "none";
  screen.append(shown);
  return new Promise((done) => {
    find("form").onsubmit = (event) => {
      event.preventDefault();
      const answer = find("input")?.value ?? "";
      shown.remove();
      if (skeleton) skeleton.style.display = "";
      done({ answer, replace: Boolean(other) });
    };
  });
}
