import { FormattedMessage, useIntl } from "react-intl";

import { Day, Details } from "../parts.jsx";
import { useSession } from "../session.js";

export default function Me() {
  const intl = useIntl();
  const { consumer: me } = useSession().data;
  const term = (id) => intl.formatMessage({ id });
  return (
    <div className="page narrow">
      <h1 tabIndex={-1}><FormattedMessage id="my_details" /></h1>
      <section className="card">
        <Details
          rows={[
            [term("name"), me.display_name],
            [term("address"), [me.streetname, me.housenumber, me.housenumber_addition, me.zipcode, me.city].filter(Boolean).join(" ")],
            [term("date_of_birth"), me.date_of_birth && <Day date={me.date_of_birth} />],
            [term("phone"), me.phone_mobile || me.phone],
            [term("emailaddress"), me.emailaddress],
          ]}
        />
      </section>
    </div>
  );
}
