// The Web Worker in which documents are made: passes each call on to the module, and its answer back. The names in
// double underscores are filled in by `cargo xtask site`.

import start, { answer } from "./document.js";

const ready = start({ module_or_path: new URL("__DOCUMENT_WASM__", import.meta.url) });

// One after the other: two photos at once would need twice the memory.
let last;
// That it has started is heard; that it cannot, the first call says.
ready.then(() => postMessage({}), () => {});
addEventListener("message", ({ data }) => (last = answerTo(data, last)));

async function answerTo({ id, call, blobs }, before) {
  await before;
  try {
    await ready;
    const [reply, made] = await answer(call, blobs, decodeHeic, drawPdf);
    postMessage({ id, reply, blobs: made });
  } catch (cause) {
    // A module that panicked is not used again: the portal ends this worker.
    postMessage({ id, cause: String(cause) });
  }
}

// A photo that the browser cannot read: only then is the decoder fetched. Its address is the portal's, also on an
// office's page.
async function decodeHeic(file) {
  const { decode } = await import(new URL("__HEIC__", import.meta.url).href);
  return decode(file);
}

// A page of a PDF, as a picture: only for one is the renderer fetched.
async function drawPdf(file, longestSide) {
  const { draw } = await import(new URL("__PDF__", import.meta.url).href);
  return draw(file, longestSide);
}
