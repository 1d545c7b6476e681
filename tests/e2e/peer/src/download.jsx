import { useMutation } from "@tanstack/react-query";
import { FormattedMessage } from "react-intl";

import { getDocument, getOtd, save } from "./api.js";

/** Saves an action's document, or its OTD. */
export function Download({ action, otd }) {
  const fetching = useMutation({
    mutationFn: () => (otd ? getOtd(action) : getDocument(action)),
    onSuccess: (blob) => save(blob, `${action.label}.pdf`),
  });
  return (
    <div className="downloads">
      <button className="button save" disabled={fetching.isPending} onClick={() => fetching.mutate()}>
        <FormattedMessage id="save" />
      </button>
      <p role="status">
        {fetching.isPending && <FormattedMessage id="fetching" />}
        {fetching.isSuccess && <FormattedMessage id="saved" />}
        {fetching.isError && <FormattedMessage id="failed" />}
      </p>
    </div>
  );
}
