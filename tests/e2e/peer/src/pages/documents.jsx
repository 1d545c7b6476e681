import { FormattedMessage } from "react-intl";

import { Download } from "../download.jsx";
import { useSession } from "../session.js";

export default function Documents() {
  const actions = [...useSession().data.actions.values()];
  const group = (title, some, otd) =>
    some.length > 0 && (
      <section className="card">
        <h2><FormattedMessage id={title} /></h2>
        <ul className="documents">
          {some.slice(0, 100).map((action) => (
            <li key={action.id}>{action.label} <Download action={action} otd={otd} /></li>
          ))}
        </ul>
      </section>
    );
  return (
    <div className="page narrow">
      <h1 tabIndex={-1}><FormattedMessage id="documents" /></h1>
      {group("to_download", actions.filter(({ download }) => download), false)}
      {group("otds", actions.filter(({ otd }) => otd), true)}
    </div>
  );
}
