// Decodes a photo for the worker. The module is compiled once and started anew for each photo: its memory is given
// back, and a module that panicked is not used again. The name in double underscores is filled in by `cargo xtask site`.

import start from "./glue.js";

let compiled;

export async function decode(file) {
  compiled ??= compile();
  const decoder = start();
  const { memory } = await decoder({ module_or_path: await compiled });
  const photo = decoder.decode(file);
  const { width, height } = photo;
  const pixels = new Uint8ClampedArray(memory.buffer, photo.start, width * height * 4);
  return await createImageBitmap(new ImageData(pixels, width, height));
}

async function compile() {
  try {
    const response = await fetch(new URL("__HEIC_WASM__", import.meta.url));
    return await WebAssembly.compile(await response.arrayBuffer());
  } catch (cause) {
    compiled = undefined; // the next photo asks again
    throw cause;
  }
}
