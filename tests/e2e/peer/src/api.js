/** Header values are ASCII: all else, and `%` itself, is percent-encoded. */
const header = (text) =>
  text.replace(/\s+/g, " ").trim().replace(/[^ -~]+|%/g, (part) => encodeURIComponent(part));

/** Uploads by XMLHttpRequest: fetch reports no progress of what is sent. */
export function upload({ action, file, comment, onProgress }) {
  return new Promise((resolve, reject) => {
    const form = new FormData();
    form.append("file", file, file.name);
    const xhr = new XMLHttpRequest();
    xhr.open("POST", "consumerportal/upload_file");
    const headers = {
      productaction_id: action.id,
      is_reupload: action.isReupload ? "1" : "0",
      filename: header(file.name),
      mimetype: file.type || "application/octet-stream",
      "upload-id": crypto.randomUUID(),
    };
    if (comment.trim()) headers.comment = header(comment);
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = ({ loaded, total }) => onProgress(loaded / total);
    xhr.onerror = () => reject(new Error("no answer"));
    xhr.onload = () => {
      let answer;
      try {
        answer = JSON.parse(xhr.responseText);
      } catch {
        // Told below, with the status.
      }
      if (xhr.status < 400 && answer?.operation_result === "ok") resolve();
      else reject(new Error(`upload_file: ${xhr.status}`));
    };
    xhr.send(form);
  });
}

async function get(endpoint, action) {
  const url = `consumerportal/${endpoint}?productaction_id=${encodeURIComponent(action.id)}`;
  const answer = await fetch(url, { credentials: "include", cache: "no-store" });
  if (!answer.ok) throw new Error(`${endpoint}: ${answer.status}`);
  return answer;
}

/** The action's document. */
export const getDocument = async (action) => (await get("get_product_action_download", action)).blob();

/** The assignment to the adviser: a PDF in base64 in JSON. */
export async function getOtd(action) {
  const { raw_pdf_data } = await (await get("get_otd_pdf", action)).json();
  const text = atob(raw_pdf_data);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return new Blob([bytes], { type: "application/pdf" });
}

export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
