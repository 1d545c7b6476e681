// Finds elements as a person would, through shadow roots: by role and accessible name (as axe-core
// computes them) or by the text they show. Runs as the body of a WebDriver script; arguments:
//   [0] what to do: "find", "outline" or "focus"
//   [1] for "find": a list of steps from the outside in, each {role, name, exact}
// Answers "axe" when axe-core is needed and not in the page yet.
const [task, steps] = arguments;

const children = (element) => {
  if (element.shadowRoot) return [...element.shadowRoot.children];
  if (element.localName === "slot" && element.assignedElements().length) return element.assignedElements();
  return [...element.children];
};
const nodes = (element) => {
  if (element.shadowRoot) return [...element.shadowRoot.childNodes];
  if (element.localName === "slot" && element.assignedNodes().length) return element.assignedNodes();
  return [...element.childNodes];
};
const silent = new Set(["script", "style", "template", "noscript", "head", "link"]);
const visible = (element) => element.checkVisibility({ visibilityProperty: true });
const squeeze = (text) => text.replace(/[\s\u00a0\u202f]+/g, " ").trim();

// Every element under `root` in the order a person meets it, `root` included.
const everything = (root) => {
  const found = [];
  const stack = [root];
  while (stack.length) {
    const element = stack.pop();
    if (silent.has(element.localName)) continue;
    found.push(element);
    stack.push(...children(element).reverse());
  }
  return found;
};

// The text each element under `root` shows, its descendants' included.
const texts = (root) => {
  const known = new Map();
  const read = (element) => {
    if (silent.has(element.localName)) return "";
    let text = "";
    for (const node of nodes(element)) {
      if (node.nodeType === Node.TEXT_NODE) text += node.data;
      else if (node.nodeType === Node.ELEMENT_NODE) {
        const inner = read(node);
        if (inner) text += getComputedStyle(node).display.startsWith("inline") ? inner : ` ${inner} `;
      }
    }
    const shown = visible(element) || getComputedStyle(element).display === "contents" ? text : "";
    known.set(element, squeeze(shown));
    return shown;
  };
  read(root);
  return known;
};

// Elements that can have a role at all; anything else is not worth asking axe-core about.
const candidates = {
  alert: "[role=alert]",
  button: "button, summary, [role=button], input",
  checkbox: "input, [role=checkbox]",
  dialog: "dialog, [role=dialog]",
  heading: "h1, h2, h3, h4, h5, h6, [role=heading]",
  img: "img, svg, [role=img]",
  link: "a, area, [role=link]",
  list: "ul, ol, menu, [role=list]",
  listitem: "li, [role=listitem]",
  main: "main, [role=main]",
  navigation: "nav, [role=navigation]",
  progressbar: "progress, [role=progressbar]",
  region: "section, [role=region]",
  searchbox: "input, [role=searchbox]",
  status: "output, [role=status]",
  textbox: "input, textarea, [role=textbox]",
};

const roleOf = (element) => axe.commons.aria.getRole(element);
const nameOf = (element) => squeeze(axe.commons.text.accessibleText(element));
const exposed = (element) => visible(element) && axe.commons.dom.isVisibleToScreenReaders(element);

const matching = (root, { role, name, exact }) => {
  const fits = (text) => (name === null ? true : exact ? text === name : text.includes(name));
  if (role === "text") {
    const known = texts(root);
    const found = [...known.keys()].filter((element) => known.get(element) && fits(known.get(element)));
    const holding = new Set(found);
    return everything(root).filter(
      (element) => holding.has(element) && !children(element).some((child) => holding.has(child)),
    );
  }
  const possible = everything(root).filter((element) => element.matches(candidates[role] ?? "*"));
  return possible.filter((element) => exposed(element) && roleOf(element) === role && fits(nameOf(element)));
};

const withAxe = (work) => {
  if (!window.axe) return "axe";
  try {
    axe.teardown();
  } catch {
    // Nothing was set up.
  }
  axe.setup(document);
  try {
    return work();
  } finally {
    axe.teardown();
  }
};

const body = document.body;
if (!body) return task === "outline" ? "(no page)" : [];

if (task === "outline") {
  return withAxe(() => {
    const lines = [];
    const roles = new Set([...Object.keys(candidates), "paragraph", "term", "definition", "combobox", "iframe"]);
    for (const element of everything(body)) {
      if (lines.length > 250) break;
      if (!visible(element)) continue;
      const role = element.localName === "iframe" ? "iframe" : roleOf(element);
      const own = squeeze([...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join(" "));
      if (roles.has(role)) {
        const state = ["disabled", "aria-disabled", "aria-current", "aria-expanded", "aria-invalid", "aria-valuenow"]
          .filter((attribute) => element.hasAttribute(attribute))
          .map((attribute) => ` ${attribute}=${element.getAttribute(attribute)}`)
          .join("");
        lines.push(`${role} "${nameOf(element).slice(0, 90)}"${state}${own && role !== "button" && role !== "link" && role !== "heading" ? `: ${own.slice(0, 160)}` : ""}`);
      } else if (own) lines.push(`  ${own.slice(0, 160)}`);
    }
    return lines.join("\n");
  });
}

if (task === "focus") {
  return withAxe(() => {
    let focused = document.activeElement;
    while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
    return focused ? `${roleOf(focused) ?? focused.localName} "${nameOf(focused)}"` : "";
  });
}

// While a modal dialog is open nobody gets to anything else.
const modal = () => everything(body).find((element) => element.localName === "dialog" && element.matches(":modal"));

const search = () => {
  let roots = [modal() ?? body];
  for (const step of steps) {
    const found = new Set(roots.flatMap((root) => matching(root, step)));
    roots = [...found];
  }
  return roots;
};
// The costly tree is built only when a step asks for a role and something could have it.
const roles = steps.map((step) => step.role).filter((role) => role !== "text");
if (roles.length === 0) return search();
const all = everything(body);
if (!roles.every((role) => all.some((element) => element.matches(candidates[role] ?? "*")))) return [];
return withAxe(search);
