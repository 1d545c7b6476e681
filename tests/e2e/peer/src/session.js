import { useQuery } from "@tanstack/react-query";

/** PHP writes a map as a list when it is empty, or when its keys happen to be 0, 1, 2. */
const list = (map) => (map && typeof map === "object" ? Object.values(map) : []);
const count = (counters) => ({ total: Number(counters?.total) || 0, done: Number(counters?.done) || 0 });

function read(answer) {
  const { session, dossier, duplicate_comfort_data: more } = answer.consumerportalsession;
  const open = session?.state === "RUNNING";
  const ids = (map) => new Set(list(map).map(({ id }) => id));
  const [uploadable, downloadable] = [ids(more?.uploadable_productactions), ids(more?.downloadable_productactions)];
  const products = list(dossier.products);
  const actions = new Map();
  for (const raw of [...products.flatMap((product) => list(product.productactions)), ...list(more?.productactions)]) {
    if (actions.has(raw.id)) continue;
    const kind = raw.type ?? "";
    const otd = kind.includes("OTD");
    const done = raw.is_done === true || Number(raw.is_done) === 1;
    actions.set(raw.id, {
      ...raw,
      label: raw.label || raw.document?.label,
      status: done ? "done" : raw.date_executed ? "rejected" : "open",
      isReupload: done || Boolean(raw.date_executed),
      upload: open && (uploadable.has(raw.id) || kind.startsWith("UPLOAD")),
      download: downloadable.has(raw.id) || (kind.startsWith("DOWNLOAD") && !otd),
      otd,
    });
  }
  const all = [...actions.values()];
  return {
    open,
    dossier,
    consumer: dossier.consumer ?? {},
    products: products.map((product) => ({ ...product, counters: count(product.productaction_counters) })),
    actions,
    left: [...all.filter(({ status }) => status === "rejected"), ...all.filter(({ status }) => status === "open")],
    counters: count(more?.actioncounter_total),
    appointment: more?.most_recent_appointment || undefined,
  };
}

async function getSession() {
  const answer = await fetch("consumerportal/getsession", { credentials: "include", cache: "no-store" });
  if (!answer.ok) throw new Error(`getsession: ${answer.status}`);
  return read(await answer.json());
}

export const sessionQuery = { queryKey: ["session"], queryFn: getSession };

export const useSession = () => useQuery(sessionQuery);
