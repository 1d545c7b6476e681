// Stands in our own page: asks for the session before the loader has arrived, which takes the answer over
// (`askSession` in portal.js). Where the element says more of whom to ask, or a link is opened first, the
// loader asks; so it does where a policy forbids this script.
{
  const portal = document.querySelector("consumer-portal:not([api], [consumer-id], [ip-address])");
  if (portal && !/^#portal-open[-=]/.test(location.hash)) {
    portal.session = fetch("consumerportal/getsession", { credentials: "include", cache: "no-store" });
    portal.session.catch(() => {}); // the module says what is wrong with it
  }
}
