import { useEffect } from "react";
import { FormattedMessage, useIntl } from "react-intl";
import { NavLink, Outlet } from "react-router";

import { useSession } from "./session.js";

export function Layout() {
  const intl = useIntl();
  const { data: session, isPending, isError, refetch } = useSession();
  const ready = Boolean(session);
  useEffect(() => {
    if (ready) dispatchEvent(new Event("portal-ready"));
  }, [ready]);
  if (isPending) return <main className="loading"><h1><FormattedMessage id="loading" /></h1></main>;
  if (isError && !session) {
    return (
      <main className="loading" role="alert">
        <h1><FormattedMessage id="failed" /></h1>
        <button className="button" onClick={() => refetch()}><FormattedMessage id="try_again" /></button>
      </main>
    );
  }
  const section = (to, id) => <li><NavLink to={to} end><FormattedMessage id={id} /></NavLink></li>;
  return (
    <main className="portal">
      <nav className="sections" aria-label={intl.formatMessage({ id: "sections" })}>
        <ul>
          {section("/", "overview")}
          {section("/documents", "documents")}
          {section("/me", "my_details")}
        </ul>
      </nav>
      {!session.open && <p className="banner"><FormattedMessage id="closed" /></p>}
      <Outlet />
    </main>
  );
}

export const NotFound = () => <h1><FormattedMessage id="not_found" /></h1>;
