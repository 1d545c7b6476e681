// A module that the worker loads only when it is needed. It is compiled once and started anew for each picture: its
// memory is given back, and a module that panicked is not used again.

import start from "./glue.js";

let compiled;

// The picture that the module makes, with its own functions.
export async function picture(address, make) {
  compiled ??= compile(address);
  const module = start();
  const { memory } = await module({ module_or_path: await compiled });
  const { width, height, start: first } = make(module);
  const pixels = new Uint8ClampedArray(memory.buffer, first, width * height * 4);
  return await createImageBitmap(new ImageData(pixels, width, height));
}

async function compile(address) {
  try {
    const response = await fetch(address);
    return await WebAssembly.compile(await response.arrayBuffer());
  } catch (cause) {
    compiled = undefined; // the next picture asks again
    throw cause;
  }
}
