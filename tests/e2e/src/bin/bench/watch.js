// Runs before anything else of a page: notes when what a consumer waits for can be seen and used, and
// what was loaded for it. `WANTED` is { code, name, link, ready }, as `race.rs` puts it in:
//   code, name  the texts that must be visible; without a name the code alone
//   link        the selector of the links of which one must be clickable; without one the code will do
//   ready       the event that must have been fired, or none
(() => {
  const wanted = WANTED;
  const marks = { ready: !wanted.ready, shift: 0, shifted: [] };
  window.marks = marks;

  new PerformanceObserver((list) => {
    for (const { name, startTime } of list.getEntries()) {
      if (name !== "first-contentful-paint") continue;
      marks.painted = startTime;
      begin();
    }
  }).observe({ type: "paint", buffered: true });
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      if (hadRecentInput) continue;
      marks.shift += value;
      marks.shifted.push(...sources.map(({ node }) => node?.className || node?.nodeName));
    }
  }).observe({ type: "layout-shift", buffered: true });

  const screens = () => [
    document,
    ...[...document.querySelectorAll("consumer-portal")].map((host) => host.shadowRoot).filter(Boolean),
  ];

  // Whether one of the innermost elements with this text is drawn, and within the window.
  const isSeen = (element) => {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false;
    const { width, height, top, bottom } = element.getBoundingClientRect();
    return width > 1 && height > 1 && bottom > 0 && top < innerHeight;
  };
  const shows = (text) =>
    screens().some((screen) =>
      [...screen.querySelectorAll("*")].some(
        (element) =>
          !["HEAD", "TITLE", "SCRIPT", "STYLE"].includes(element.tagName) &&
          element.textContent.includes(text) &&
          ![...element.children].some((child) => child.textContent.includes(text)) &&
          isSeen(element),
      ),
    );

  // Where a click hits the link and nothing over it: the middle of it, in the window's coordinates.
  const clickable = () => {
    for (const screen of screens()) {
      for (const link of screen.querySelectorAll(wanted.link)) {
        const { x, y, width, height } = link.getBoundingClientRect();
        const [middle, centre] = [x + width / 2, y + height / 2];
        const hit = screen.elementFromPoint(middle, centre);
        if (width > 1 && height > 1 && hit && (hit === link || link.contains(hit))) return [middle, centre];
      }
    }
    return undefined;
  };

  // Looks in the frame that follows a change: what is there then is laid out and about to be painted.
  let scheduled = false;
  const look = () => {
    scheduled = false;
    if (marks.seen === undefined) {
      if (!shows(wanted.code) || (wanted.name && !shows(wanted.name))) return again();
      marks.seen = performance.now();
    }
    if (marks.usable === undefined) {
      const place = wanted.link ? clickable() : [0, 0];
      if (!marks.ready || !place) return again();
      marks.usable = performance.now();
      marks.place = place;
      observer.disconnect();
    }
    return undefined;
  };
  const soon = () => {
    if (scheduled) return;
    scheduled = true;
    requestAnimationFrame(look);
  };
  // A style sheet that comes makes visible without changing a node: once the text is there, every frame
  // is looked at.
  const again = () => {
    if (screens().some((screen) => (screen.body ?? screen).textContent?.includes(wanted.code))) soon();
  };

  // Nothing is looked at before the first paint: a callback or a frame asked for earlier would delay it, and
  // the more, the more there is on the page. What stands there by then is found in the frame after it.
  const begin = () => {
    watch();
    soon();
  };

  const watched = new WeakSet();
  const observer = new MutationObserver(() => {
    watch();
    soon();
  });
  const watch = () => {
    if (marks.painted === undefined) return;
    for (const screen of screens()) {
      if (watched.has(screen)) continue;
      watched.add(screen);
      observer.observe(screen, { subtree: true, childList: true, characterData: true, attributes: true });
    }
  };
  // A shadow root that a script makes is empty at first, and no mutation of the page.
  const attachShadow = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (init) {
    const root = attachShadow.call(this, init);
    queueMicrotask(watch);
    return root;
  };
  if (wanted.ready) {
    addEventListener(
      wanted.ready,
      () => {
        marks.ready = true;
        soon();
      },
      true,
    );
  }

  // Every file that was fetched, once: its path, when it was asked for, and its bytes as they were sent.
  window.fetched = () => {
    const files = new Map();
    for (const { name, startTime, encodedBodySize } of [
      ...performance.getEntriesByType("navigation"),
      ...performance.getEntriesByType("resource"),
    ]) {
      const path = new URL(name).pathname;
      const before = files.get(path);
      files.set(path, {
        path,
        at: Math.min(startTime, before?.at ?? Infinity),
        bytes: Math.max(encodedBodySize, before?.bytes ?? 0),
      });
    }
    return [...files.values()];
  };
})();
