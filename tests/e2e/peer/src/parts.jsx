import { useDeferredValue, useMemo, useState } from "react";
import { FormattedDate, FormattedMessage, FormattedNumber, useIntl } from "react-intl";
import { Link } from "react-router";

const STEP = 25;
const SEARCH_FROM = 10;

export function Progress({ counters, label }) {
  if (counters.total === 0) return null;
  return (
    <div className="progress">
      <p className="progress-words">
        <span><FormattedMessage id="progress_words" values={counters} /></span>
        <strong><FormattedNumber value={counters.done / counters.total} style="percent" /></strong>
      </p>
      <progress aria-label={label} max={counters.total} value={counters.done} />
    </div>
  );
}

/** A day as the wire writes it, such as `2018-01-01`. */
export const Day = ({ date }) => (
  <FormattedDate value={date.replace(" ", "T")} day="numeric" month="long" year="numeric" />
);

export const Status = ({ status }) => (
  <span className={`chip chip-${status}`}><FormattedMessage id={`status_${status}`} /></span>
);

export const Comment = ({ action }) =>
  action.comment ? (
    <p className="says"><strong><FormattedMessage id="adviser_says" /></strong> {action.comment}</p>
  ) : null;

function Task({ action }) {
  const whom = action.document?.consumer_name;
  return (
    <li className={`task task-${action.status}`}>
      <Link to={`/action/${action.id}`}>
        <span className="task-name">{action.label || <FormattedMessage id="nameless_task" />}</span>
        {whom && !action.label?.includes(whom) && (
          <span className="task-whom"><FormattedMessage id="for_whom" values={{ name: whom }} /></span>
        )}
      </Link>
      {action.status !== "open" && <Status status={action.status} />}
      {action.status !== "done" && <Comment action={action} />}
    </li>
  );
}

/** A list of actions, some at a time, with a search when it is long. */
export function Tasks({ actions }) {
  const intl = useIntl();
  const [wanted, setWanted] = useState("");
  const [shown, setShown] = useState(STEP);
  const searched = useDeferredValue(wanted.trim().toLowerCase());
  const found = useMemo(
    () =>
      actions.filter(({ label, comment, document }) =>
        [label, comment, document?.label, document?.consumer_name].some((text) => text?.toLowerCase().includes(searched)),
      ),
    [actions, searched],
  );
  const search = intl.formatMessage({ id: "search" });
  return (
    <>
      {actions.length >= SEARCH_FROM && (
        <input
          type="search"
          aria-label={search}
          placeholder={search}
          autoComplete="off"
          value={wanted}
          onChange={({ target }) => {
            setWanted(target.value);
            setShown(STEP);
          }}
        />
      )}
      <p className="found" role="status">
        {searched && <FormattedMessage id="found" values={{ count: found.length }} />}
      </p>
      <ul className="tasks">{found.slice(0, shown).map((action) => <Task key={action.id} action={action} />)}</ul>
      {found.length > shown && (
        <button className="button more" onClick={() => setShown(shown + STEP)}>
          <FormattedMessage id="more" values={{ count: Math.min(STEP, found.length - shown) }} />
        </button>
      )}
    </>
  );
}

export function Person({ role, person }) {
  if (!person?.name) return null;
  const { name, phone, emailaddress, avatar_base64: avatar } = person;
  return (
    <section className="card person">
      <h2><FormattedMessage id={role} /></h2>
      <div className="who">
        {avatar ? (
          <img className="face" src={`data:image;base64,${avatar}`} alt="" />
        ) : (
          <span className="face" aria-hidden="true">{name.slice(0, 1)}</span>
        )}
        <p className="name">{name}</p>
      </div>
      <ul className="ways">
        {phone && <li><a href={`tel:${phone.replace(/[^+\d]/g, "")}`}>{phone}</a></li>}
        {emailaddress && <li><a href={`mailto:${emailaddress}`}>{emailaddress}</a></li>}
      </ul>
    </section>
  );
}

/** Rows of a term and what it is; a row without a value is left out. */
export function Details({ rows }) {
  return (
    <dl className="details">
      {rows.filter(([, value]) => value).map(([term, value]) => (
        <div key={term}><dt>{term}</dt><dd>{value}</dd></div>
      ))}
    </dl>
  );
}
