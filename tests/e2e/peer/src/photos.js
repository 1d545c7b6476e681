import { PDFDocument } from "pdf-lib";

// The portal's own numbers (src/scan/store.rs, document/src/worker.rs), so that both make the same pictures.
const LONGEST_SIDE = 2480;
const QUALITY = 0.8;

const A4 = [595.276, 841.89];

/** A page's picture: the photo upright, and no larger than a page needs. */
async function picture(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(LONGEST_SIDE / Math.max(bitmap.width, bitmap.height), 1);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const jpeg = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  return jpeg.arrayBuffer();
}

async function documentOf(files) {
  const pdf = await PDFDocument.create();
  // One after the other: all at once would take the memory of all.
  for (const file of files) {
    const image = await pdf.embedJpg(await picture(file));
    const size = image.width > image.height ? [A4[1], A4[0]] : A4;
    const page = pdf.addPage(size);
    const { width, height } = image.scaleToFit(...size);
    page.drawImage(image, { x: (size[0] - width) / 2, y: (size[1] - height) / 2, width, height });
  }
  return new Blob([await pdf.save()], { type: "application/pdf" });
}

document.querySelector("input").addEventListener("change", async ({ target }) => {
  const detail = await documentOf(target.files);
  dispatchEvent(new CustomEvent("document-made", { detail }));
});
