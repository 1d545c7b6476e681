// Keeps Leptos's texts in the page, and the page out of the element.
//
// Leptos has a reference to each text node that may change or go. Programs that translate a page
// put nodes of their own in place of these, and `normalize()` joins them and takes the empty ones out. What Leptos then
// writes would be seen by nobody.
//
// Such a change stays as it is, translated, until Leptos turns to a text node that it has lost: to write it,
// to remove it, or to put something before it. Then what was done to its neighbours is undone first. So
// nothing is undone in reply to a program that would do it again, and the two cannot go round in circles.

const isText = (node) => node.nodeType === Node.TEXT_NODE;

// A guarded node has a `parentNode` of ours.
const { get } = Object.getOwnPropertyDescriptor(Node.prototype, "parentNode");
const parentOf = (node) => node && get.call(node);

// Watches everything in `root`, until it is gone.
export function keepTexts(root) {
  const observer = new MutationObserver((records) => read(records, observer));
  observer.observe(root, { subtree: true, childList: true, characterData: true, characterDataOldValue: true });
}

// Guards the text nodes that went, and those that took their text in.
function read(records, observer) {
  const parents = new Set();
  for (const { target, removedNodes } of records) if ([...removedNodes].some(isText)) parents.add(target);
  for (const parent of parents) {
    const changes = records.filter(({ target }) => target === parent || (isText(target) && parentOf(target) === parent));
    const removed = [].concat(...changes.map(({ removedNodes }) => [...removedNodes])).filter(isText);
    const texts = removed.map(({ data }) => data).join("");
    const joined = changes.filter(
      ({ target: { data }, oldValue }) =>
        oldValue !== null && data.startsWith(oldValue) && texts.includes(data.slice(oldValue.length)),
    );
    let isDone;
    const undo = () => {
      if (isDone) return;
      isDone = true;
      read(observer.takeRecords(), observer);
      undoAll(parent, changes, joined);
      observer.takeRecords();
    };
    for (const node of removed) if (parentOf(node) !== parent) guard(node, undo, changes);
    for (const { target } of joined) guard(target, undo);
  }
}

// Puts the children of `parent` back as they were before `changes`, beginning with the last one.
function undoAll(parent, changes, joined) {
  const isIn = (node) => parentOf(node) === parent;
  for (const change of [...changes].reverse()) {
    if (joined.includes(change)) change.target.data = change.oldValue;
    const { addedNodes, removedNodes, previousSibling, nextSibling } = change;
    const after = isIn(previousSibling) ? previousSibling.nextSibling : null;
    const next = isIn(nextSibling) ? nextSibling : after;
    for (const node of removedNodes) parent.insertBefore(node, next);
    for (const node of addedNodes) {
      const isReplacement = isText(node) || node.localName === "font" || removedNodes.length;
      if (isReplacement && isIn(node)) parent.removeChild(node);
    }
  }
}

// HTML knows no element that closes itself: behind `<consumer-portal … />` the rest of the page is inside the element,
// where nobody sees it. It is put behind the element. The office's own words for when the portal is not there stay:
// something follows the element then, if only a space, or there is nothing in it but words.
export function freePage(element) {
  const page = "article,aside,consumer-portal,footer,form,header,iframe,main,nav,script,section,style";
  const free = () => {
    if (element.nextSibling || !element.querySelector(page)) return;
    console.warn("<consumer-portal> needs its closing tag: the rest of the page was inside it.");
    element.after(...element.childNodes);
  };
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", free);
  else free();
}

const guards = new WeakMap();

// Calls `undo` before anything is done to `node`. If `changes` took it out and Leptos itself has put it
// somewhere else since, there is nothing to undo.
function guard(node, undo, changes) {
  guards.set(node, [[undo, changes], ...(guards.get(node) ?? [])]);
  const prepare = () => {
    for (const name of ["nodeValue", "parentNode", "remove"]) delete node[name];
    const undos = guards.get(node);
    guards.delete(node);
    for (const [undo, changes] of undos) {
      const isInAdded = ({ addedNodes }) => [...addedNodes].some((added) => added.contains(node));
      if (!changes || !node.parentNode || changes.some(isInAdded)) undo();
    }
    return node;
  };
  Object.defineProperties(node, {
    nodeValue: { configurable: true, get: () => node.data, set: (text) => (prepare().nodeValue = text) },
    parentNode: { configurable: true, get: () => prepare().parentNode },
    remove: { configurable: true, value: () => prepare().remove() },
  });
}
