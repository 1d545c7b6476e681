// Stands in our own page: asks for the session before the loader has arrived, which takes the answer over
// (`askSession` in portal.js). Where the element says more of whom to ask, or a link is opened first, the
// loader asks; so it does where a policy forbids this script. When the loader does not come, or this browser
// cannot read it, the skeleton says at once what it says after a while anyway.
{
  const portal = document.querySelector("consumer-portal");
  const saysMore = ["api", "consumer-id", "ip-address"].some((name) => portal.hasAttribute(name));
  if (!saysMore && !/^#portal-open[-=]/.test(location.hash)) {
    const url = `consumerportal/getsession?once=${Math.random()}`;
    portal.session = fetch(url, { credentials: "include", cache: "no-store" });
    portal.session.catch(() => {}); // the module says what is wrong with it
  }
  const failed = ({ target, filename }) => {
    const skeleton = portal.shadowRoot?.querySelector(".skeleton");
    if (skeleton && /\/portal\.js/.test(target.src || filename)) skeleton.className += " is-late";
  };
  addEventListener("error", failed, true);
}
