import { FormattedMessage, useIntl } from "react-intl";
import { Link } from "react-router";

import { Day, Details, Person, Progress, Tasks } from "../parts.jsx";
import { useSession } from "../session.js";

export function Overview() {
  const intl = useIntl();
  const { dossier, consumer, products, left, counters, appointment } = useSession().data;
  const { advisor, owner } = dossier;
  return (
    <div className="page columns">
      <div className="page-head">
        <h1 tabIndex={-1}><FormattedMessage id="greeting" values={{ name: consumer.display_name }} /></h1>
        <p className="lead">
          <FormattedMessage id="dossier_since" values={{ code: dossier.code, date: <Day date={dossier.date_created} /> }} />
        </p>
      </div>
      <div className="main-column">
        <section className="card">
          <h2><FormattedMessage id="progress" /></h2>
          <Progress counters={counters} label={intl.formatMessage({ id: "progress" })} />
        </section>
        <section className="card">
          <div className="card-head">
            <h2><FormattedMessage id={left.length > 0 ? "to_do" : "nothing_to_do"} /></h2>
            {left.length > 0 && <p className="count"><FormattedMessage id="to_do_many" values={{ count: left.length }} /></p>}
          </div>
          {left.length > 0 && <Tasks actions={left} />}
        </section>
        {products.length > 0 && (
          <section className="card">
            <h2><FormattedMessage id="products" /></h2>
            <ul className="products">
              {products.map((product) => (
                <li key={product.id} className="product">
                  <Link to={`/product/${product.id}`}>{product.label}</Link>
                  <Progress counters={product.counters} label={product.label} />
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
      <div className="side-column">
        {appointment && (
          <section className="card appointment">
            <h2><FormattedMessage id="your_appointment" /></h2>
            <p className="subject">{appointment.subject}</p>
            <Details
              rows={[
                [intl.formatMessage({ id: "when" }), appointment.date_start && <Day date={appointment.date_start} />],
                [intl.formatMessage({ id: "where" }), appointment.location],
                [intl.formatMessage({ id: "with" }), appointment.advisor],
                [intl.formatMessage({ id: "good_to_know" }), appointment.description],
              ]}
            />
          </section>
        )}
        <Person role="your_adviser" person={advisor} />
        {owner?.name !== advisor?.name && <Person role="your_case_handler" person={owner} />}
      </div>
    </div>
  );
}
