// Draws a page of a PDF for the worker. The name in double underscores is filled in by `cargo xtask site`.

import { picture } from "./apart.js";

const MODULE = new URL("__PDF_WASM__", import.meta.url);

export const draw = (pdf, longestSide) => picture(MODULE, (module) => module.draw(pdf, longestSide));
