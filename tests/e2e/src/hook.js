// Stands in front of the portal in every page of the tests and keeps what would otherwise be lost:
// what went wrong in the console, and what became of object URLs. Never changes what the page does.
(() => {
  if (window.e2e) return;
  const urls = new Map();
  window.e2e = { urls, saved: [] };

  const complain = (kind, what) => {
    const text = `${kind}: ${what}`;
    // Where a reload does not take it away.
    const earlier = JSON.parse(sessionStorage.getItem("e2e") ?? "[]");
    sessionStorage.setItem("e2e", JSON.stringify([...earlier, text]));
  };
  const say = (value) => (value instanceof Error ? `${value.message}\n${value.stack}` : String(value));

  const error = console.error;
  console.error = function (...values) {
    complain("console.error", values.map(say).join(" "));
    return error.apply(this, values);
  };
  addEventListener(
    "error",
    (event) => {
      const from = event.target;
      if (from instanceof Element) complain("not loaded", from.src ?? from.href ?? from.localName);
      else complain("uncaught", say(event.error ?? event.message));
    },
    true,
  );
  addEventListener("unhandledrejection", (event) => complain("unhandled rejection", say(event.reason)));
  document.addEventListener("securitypolicyviolation", (event) =>
    complain("policy", `${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`),
  );

  const create = URL.createObjectURL;
  const revoke = URL.revokeObjectURL;
  URL.createObjectURL = function (blob) {
    const url = create.call(this, blob);
    urls.set(url, { blob, released: false });
    return url;
  };
  URL.revokeObjectURL = function (url) {
    if (urls.has(url)) urls.get(url).released = true;
    return revoke.call(this, url);
  };
  // A link with `download` may be clicked without ever being in the document.
  const click = HTMLElement.prototype.click;
  const keep = (link) => {
    if (!link.href.startsWith("blob:")) return;
    if (link.hasAttribute("download")) window.e2e.saved.push({ name: link.download, url: link.href });
  };
  HTMLElement.prototype.click = function () {
    if (this instanceof HTMLAnchorElement && !this.isConnected) keep(this);
    return click.call(this);
  };
  addEventListener(
    "click",
    (event) => {
      const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
      if (link) keep(link);
    },
    true,
  );
})();
