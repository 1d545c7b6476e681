import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useDropzone } from "react-dropzone";
import { FormattedMessage, FormattedNumber } from "react-intl";
import { Link, useParams } from "react-router";

import { upload } from "../api.js";
import { Download } from "../download.jsx";
import { NotFound } from "../layout.jsx";
import { Comment, Status } from "../parts.jsx";
import { useSession } from "../session.js";

/** What AccelerateConnect takes, in bytes. */
const MOST = 25 * 1024 * 1024;

export default function ActionPage() {
  const { id } = useParams();
  const action = useSession().data.actions.get(id);
  return action ? <Action action={action} /> : <NotFound />;
}

function Action({ action }) {
  const document = action.document ?? {};
  const requirements = Object.values(document.upload_requirements ?? {});
  return (
    <div className="page narrow">
      <p><Link to="/"><FormattedMessage id="back_to_overview" /></Link></p>
      <h1 tabIndex={-1}>{action.label}</h1>
      <p className="facts"><Status status={action.status} /></p>
      <section className="card">
        <Comment action={action} />
        <h2>{document.label}</h2>
        <p>{document.description}</p>
        <ul className="requirements">{requirements.map((requirement) => <li key={requirement}>{requirement}</li>)}</ul>
      </section>
      {action.upload && <Upload key={action.id} action={action} />}
      {action.download && <section className="card"><Download action={action} /></section>}
      {action.otd && <section className="card"><Download action={action} otd /></section>}
    </div>
  );
}

/** Choose, review with a comment, send with progress, and what came of it. */
function Upload({ action }) {
  const client = useQueryClient();
  const [file, setFile] = useState(null);
  const [comment, setComment] = useState("");
  const [sent, setSent] = useState(0);
  const { getRootProps, getInputProps, fileRejections } = useDropzone({
    multiple: false,
    maxSize: MOST,
    accept: { "application/pdf": [".pdf"], "image/*": [".jpg", ".jpeg", ".png", ".heic", ".webp"] },
    onDropAccepted: ([chosen]) => setFile(chosen),
  });
  const sending = useMutation({
    mutationFn: () => upload({ action, file, comment, onProgress: setSent }),
    onSuccess: () => {
      setFile(null);
      setComment("");
      return client.invalidateQueries({ queryKey: ["session"] });
    },
  });
  useEffect(() => {
    if (!file || sending.isSuccess) return;
    const ask = (event) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [file, sending.isSuccess]);
  return (
    <section className="card upload">
      <h2><FormattedMessage id="upload" /></h2>
      {!file && (
        <div {...getRootProps({ className: "drop" })}>
          <input {...getInputProps()} />
          <p><FormattedMessage id="choose" /></p>
        </div>
      )}
      {fileRejections.length > 0 && !file && <p role="alert"><FormattedMessage id="refused" /></p>}
      {file && !sending.isPending && (
        <>
          <p>
            {file.name} (<FormattedNumber value={file.size / 1000} style="unit" unit="kilobyte" maximumFractionDigits={0} />)
          </p>
          <label className="field">
            <FormattedMessage id="comment" />
            <textarea value={comment} onChange={({ target }) => setComment(target.value)} />
          </label>
          <button className="button primary send" onClick={() => sending.mutate()}><FormattedMessage id="send" /></button>
          <button className="button" onClick={() => setFile(null)}><FormattedMessage id="choose_another" /></button>
        </>
      )}
      {sending.isPending && <progress max={1} value={sent} />}
      <p role="status">
        {sending.isSuccess && <FormattedMessage id="arrived" />}
        {sending.isError && <FormattedMessage id="failed" />}
      </p>
    </section>
  );
}
