// Decodes a photo for the worker. The name in double underscores is filled in by `cargo xtask site`.

import { picture } from "./apart.js";

const MODULE = new URL("__HEIC_WASM__", import.meta.url);

export const decode = (file) => picture(MODULE, (module) => module.decode(file));
