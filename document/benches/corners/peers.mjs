// Finds the page in each picture that comes in, with scanic, with jscanify and with our own module, one after the
// other in this process. `node peers.mjs <node_modules> [<our module>]`; a picture is two numbers of four bytes, its
// width and height, and its pixels. The answer is a line for each finder: its name, the milliseconds, and the corners
// or `none`; then an empty line.
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, ours] = process.argv.slice(2);
const require = createRequire(join(folder, "any.js"));
const { createCanvas, ImageData } = require("@napi-rs/canvas");
// scanic scales on a canvas, which Node has not.
globalThis.document = { createElement: () => createCanvas(1, 1) };
globalThis.ImageData = ImageData;

const { Scanner } = await import(pathToFileURL(join(folder, "scanic/dist/scanic.js")));
const scanner = new Scanner();
await scanner.initialize();

const opencv = require("@techstark/opencv-js");
const cv = opencv instanceof Promise ? await opencv : opencv;
if (!cv.Mat) await new Promise((done) => (cv.onRuntimeInitialized = done));
globalThis.cv = cv;
const Jscanify = require("jscanify/client");
const jscanify = new Jscanify();

const listed = (it) =>
  it && it.topLeft ? [it.topLeft, it.topRight, it.bottomRight, it.bottomLeft] : null;

const scanic = (side) => async ({ image }) => {
  const options = { mode: "detect", maxProcessingDimension: side };
  const found = await scanner.scan(image, options);
  return found.success ? listed(found.corners) : null;
};

// The calls of its own `extractPaper`, without the canvas; a smaller copy is made by OpenCV.
const jscanifyAt = (side) => async ({ image }) => {
  let picture = cv.matFromImageData(image);
  const factor = Math.min(1, side / Math.max(image.width, image.height));
  if (factor < 1) {
    const small = new cv.Mat();
    cv.resize(picture, small, new cv.Size(0, 0), factor, factor, cv.INTER_AREA);
    picture.delete();
    picture = small;
  }
  const contour = jscanify.findPaperContour(picture);
  const it = contour && jscanify.getCornerPoints(contour, picture);
  contour?.delete();
  picture.delete();
  const corners =
    it && [it.topLeftCorner, it.topRightCorner, it.bottomRightCorner, it.bottomLeftCorner];
  if (!corners || corners.some((corner) => !corner)) return null;
  return corners.map(({ x, y }) => ({ x: x / factor, y: y / factor }));
};

const finders = [
  // Its own default; 480 finds no more and is wrong more often.
  ["scanic", scanic(800)],
  // It has no size of its own. Smaller it is both better and quicker than its examples, which give it the picture.
  ["jscanify", jscanifyAt(Infinity)],
  ["jscanify-480", jscanifyAt(480)],
];
if (ours) {
  const module = createRequire(ours)(ours);
  finders.unshift(["ours-wasm", async ({ bytes, width, height }) => {
    const it = module.find_page(width, height, bytes);
    return it.length ? [0, 2, 4, 6].map((at) => ({ x: it[at], y: it[at + 1] })) : null;
  }]);
}

async function answer(bytes, width, height) {
  const pixels = new Uint8ClampedArray(bytes);
  const picture = { bytes, width, height, image: new ImageData(pixels, width, height) };
  let text = "";
  for (const [name, find] of finders) {
    const start = performance.now();
    let corners = null;
    try {
      corners = await find(picture);
    } catch (error) {
      console.error(name, error);
    }
    const time = performance.now() - start;
    const numbers = corners ? corners.flatMap(({ x, y }) => [x, y]).join(" ") : "none";
    text += `${name} ${time} ${numbers}\n`;
  }
  process.stdout.write(text + "\n");
}

let parts = [];
let length = 0;
for await (const part of process.stdin) {
  parts.push(part);
  length += part.length;
  while (length >= 8) {
    const all = parts.length > 1 ? Buffer.concat(parts) : parts[0];
    parts = [all];
    const [width, height] = [all.readUInt32LE(0), all.readUInt32LE(4)];
    const end = 8 + width * height * 4;
    if (length < end) break;
    await answer(new Uint8Array(all.subarray(8, end)), width, height);
    parts = [all.subarray(end)];
    length -= end;
  }
}
