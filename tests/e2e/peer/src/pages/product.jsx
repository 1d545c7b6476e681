import DOMPurify from "dompurify";
import { useMemo } from "react";
import { FormattedMessage, FormattedNumber, useIntl } from "react-intl";
import { useParams } from "react-router";

import { NotFound } from "../layout.jsx";
import { Details, Tasks } from "../parts.jsx";
import { useSession } from "../session.js";

export default function ProductPage() {
  const { id } = useParams();
  const { products, actions } = useSession().data;
  const product = products.find((it) => it.id === id);
  return product ? <Product product={product} actions={[...actions.values()].filter((it) => it.product_id === id)} /> : <NotFound />;
}

function Product({ product, actions }) {
  const intl = useIntl();
  const of = product[product.type.toLowerCase()] ?? {};
  const term = (id) => intl.formatMessage({ id });
  const amount = (value) => value && <FormattedNumber value={value} style="currency" currency="EUR" />;
  const open = actions.filter(({ status }) => status !== "done");
  return (
    <div className="page narrow">
      <h1 tabIndex={-1}>{product.label}</h1>
      <section className="card">
        <h2><FormattedMessage id="details" /></h2>
        <Details
          rows={[
            [term("lender"), of.lender_name],
            [term("arrangement"), of.arrangement],
            [term("mortgage_amount"), amount(of.mortgage_amount)],
            [term("loan_amount"), amount(of.loan_amount)],
            [term("reference_number"), product.reference_number],
            [term("quote_number"), product.quote_number],
          ]}
        />
      </section>
      {of.has_timeline && <Timeline html={of.rendered_timeline} />}
      <section className="card">
        <h2><FormattedMessage id="open_tasks" /></h2>
        <Tasks actions={open} />
      </section>
      <section className="card">
        <h2><FormattedMessage id="completed_tasks" /></h2>
        <Tasks actions={actions.filter(({ status }) => status === "done")} />
      </section>
    </div>
  );
}

/** The lender's HTML, of which nothing may run or fetch. */
function Timeline({ html }) {
  const clean = useMemo(
    () => DOMPurify.sanitize(html, { USE_PROFILES: { html: true }, FORBID_TAGS: ["style", "form"] }),
    [html],
  );
  return (
    <section className="card timeline">
      <h2><FormattedMessage id="timeline" /></h2>
      <div dangerouslySetInnerHTML={{ __html: clean }} />
    </section>
  );
}
