// Draws a photo of a letter into the page, which is as large as the photo's pixels: a table with grain, a sheet of
// paper with its shadow and its text, light from one side, and the noise of a small camera. The same for the same seed.
//   arguments  { seed, fills, turned }: whether the letter fills the picture, so that no edge of it is seen; whether the
//              pixels lie on their side, as a phone stores what it took upright
const { seed, fills, turned } = arguments[0];

// A number generator (mulberry32).
let state = seed * 0x9e3779b1;
const random = () => {
  state = (state + 0x6d2b79f5) | 0;
  let bits = Math.imul(state ^ (state >>> 15), 1 | state);
  bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
  return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296;
};
const between = (low, high) => low + (high - low) * random();
const oneOf = (list) => list[Math.floor(random() * list.length)];

const WORDS = `de het een van en in op voor met wij uw u is wordt hierbij werkgever salaris brutoloon nettoloon periode
  hypotheek aanvraag inkomen maand bedrag toeslag pensioen premie loonheffing vakantiegeld november uitbetaald rekening
  gegevens bewaren jaaropgave volgens afspraak dienstverband onbepaalde tijd sinds functie uren week opgebouwd verlof
  reiskosten vergoeding inhouding bijdrage zorgverzekeringswet cumulatief tabel korting bijzonder tarief`.split(/\s+/);
const sentence = () => {
  const words = Array.from({ length: 6 + Math.floor(random() * 10) }, () => oneOf(WORDS)).join(" ");
  return `${words[0].toUpperCase()}${words.slice(1)}.`;
};
const paragraph = () => `<p>${Array.from({ length: 2 + Math.floor(random() * 3) }, sentence).join(" ")}</p>`;
const amount = () => between(10, 4800).toLocaleString("nl-NL", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const rows = Array.from(
  { length: 12 },
  () => `<tr><td>${oneOf(WORDS)} ${oneOf(WORDS)}<td>${amount()}<td>${amount()}<td>${amount()}`,
).join("");

// A4 with 11 pixels to the millimetre, or so near that its edges are outside.
const mm = fills ? 17 : 10.6;
const [width, height] = [3024, 4032];
const tilt = fills
  ? `rotateZ(${between(-1, 1)}deg)`
  : `rotateX(${between(3, 9)}deg) rotateY(${between(-5, 5)}deg) rotateZ(${between(-4, 4)}deg)`;
const shift = fills ? 0 : 60;
const at = `translate(${between(-shift, shift)}px, ${between(-shift, shift)}px)`;
const table = oneOf(["#6b4a2f", "#4d4640", "#2f3d46", "#7a5a3a"]);
const turn = turned ? `translateY(${width}px) rotate(-90deg)` : "none";
const cover = "position: absolute; inset: 0; width: 100%; height: 100%;";

document.documentElement.innerHTML = `
<style>
  body { margin: 0; overflow: hidden }
  .scene { position: absolute; width: ${width}px; height: ${height}px; overflow: hidden; background: ${table};
    transform: ${turn}; transform-origin: 0 0 }
  .lens { ${cover} filter: blur(0.8px); perspective: 9000px }
  article { position: absolute; left: 50%; top: 50%; width: ${210 * mm}px; height: ${297 * mm}px;
    margin: ${-148.5 * mm}px 0 0 ${-105 * mm}px; padding: ${20 * mm}px; box-sizing: border-box;
    background: #f3f1ec; color: #24242a; transform: ${at} ${tilt}; overflow: hidden;
    box-shadow: 12px 18px 50px #0009; font: ${3.7 * mm}px/1.45 "DejaVu Sans", sans-serif }
  h1 { font-size: ${6 * mm}px; margin: 0 0 ${8 * mm}px; color: #1c4a86 }
  table { width: 100%; border-collapse: collapse; font-size: ${3.2 * mm}px }
  td { border-bottom: ${0.25 * mm}px solid #777; padding: ${0.8 * mm}px; text-align: right }
  td:first-child { text-align: left }
</style>
<div class="scene">
  <div class="lens">
    <svg style="${cover}">
      <filter id="grain" x="0" y="0" width="100%" height="100%">
        <feTurbulence type="fractalNoise" baseFrequency="0.0015 0.04" numOctaves="3" seed="${seed}"/>
        <feColorMatrix values="0 0 0 0 0  0 0 0 0 0  0 0 0 0 0  1.6 0 0 0 -0.45"/>
      </filter>
      <rect width="100%" height="100%" filter="url(#grain)"/>
    </svg>
    <article>
      <h1>Loonstrook ${seed}</h1>
      <p>Werkgever Voorbeeld B.V.<br>Herfordstraat 8<br>7418 EX Deventer</p>
      ${paragraph()}<table>${rows}</table>${paragraph()}${paragraph()}${paragraph()}
    </article>
  </div>
  <div style="${cover} background: linear-gradient(${between(0, 360)}deg, #0005, #0000)"></div>
  <svg style="${cover} mix-blend-mode: soft-light; opacity: 0.25">
    <filter id="noise" x="0" y="0" width="100%" height="100%">
      <feTurbulence type="fractalNoise" baseFrequency="0.6" numOctaves="2" seed="${seed}"/>
      <feColorMatrix values="3 0 0 0 -1  0 3 0 0 -1  0 0 3 0 -1  0 0 0 0 1"/>
    </filter>
    <rect width="100%" height="100%" filter="url(#noise)"/>
  </svg>
</div>`;
