// Runs before anything else of a page: notes when files were chosen and when their document was made, and between the
// two every task over 50 ms and the longest time in which a timer could not run. The browser tells of no task in which
// only promises went on; the timer waits for those, too. In the portal it presses the button that makes the document as soon as it can be pressed.
// `COUNT` is how many files are chosen.
(() => {
  const EVERY = 10;
  const noted = { tasks: [], longestWait: 0 };
  window.composed = new Promise((resolve) => {
    const made = (size) => {
      if (noted.took) return;
      noted.took = performance.now() - noted.from;
      noted.size = size;
      clearInterval(noted.timer);
      // The browser tells of a task after its end.
      setTimeout(() => resolve(noted), 200);
    };
    // What the peer makes.
    addEventListener("document-made", ({ detail }) => {
      window.made = detail;
      made(detail.size);
    });

    let isPressed = false;
    const look = () => {
      const { shadowRoot } = document.querySelector("consumer-portal");
      if (isPressed) {
        if (shadowRoot.querySelector(".in-hand [role=group]")) made();
        return;
      }
      const button = shadowRoot.querySelector("button.primary");
      const isReady = button?.textContent.includes(" COUNT ") && !button.ariaDisabled;
      if (!isReady) return;
      isPressed = true;
      noted.pages = performance.now() - noted.from;
      // Not within what the portal does at this moment.
      setTimeout(() => button.click());
    };
    addEventListener(
      "input",
      (event) => {
        if (noted.from || event.composedPath()[0].files?.length !== COUNT) return;
        noted.from = performance.now();
        let last = noted.from;
        noted.timer = setInterval(() => {
          const now = performance.now();
          noted.longestWait = Math.max(noted.longestWait, now - last - EVERY);
          last = now;
        }, EVERY);
        const portal = document.querySelector("consumer-portal");
        if (!portal) return;
        const changes = { subtree: true, childList: true, attributeFilter: ["aria-disabled"] };
        new MutationObserver(look).observe(portal.shadowRoot, changes);
      },
      true,
    );
  });
  new PerformanceObserver((list) => {
    for (const { duration, startTime } of list.getEntries()) {
      if (noted.from && startTime + duration > noted.from) noted.tasks.push(duration);
    }
  }).observe({ type: "longtask" });
})();
