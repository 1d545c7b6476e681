import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { IntlProvider } from "react-intl";
import { createHashRouter } from "react-router";
import { RouterProvider } from "react-router/dom";

import { Layout, NotFound } from "./layout.jsx";
import dutch from "./messages/nl.json";
import { Overview } from "./pages/overview.jsx";
import { sessionQuery } from "./session.js";
import "./main.css";

// What is not needed for the overview comes later: a chunk a page, as the router's own guide has it.
const pages = {
  product: () => import("./pages/product.jsx"),
  action: () => import("./pages/action.jsx"),
  documents: () => import("./pages/documents.jsx"),
  me: () => import("./pages/me.jsx"),
};
const lazy = (page) => async () => ({ Component: (await page()).default });

const router = createHashRouter([
  {
    path: "/",
    Component: Layout,
    HydrateFallback: () => null,
    children: [
      { index: true, Component: Overview },
      { path: "product/:id", lazy: lazy(pages.product) },
      { path: "action/:id", lazy: lazy(pages.action) },
      { path: "documents", lazy: lazy(pages.documents) },
      { path: "me", lazy: lazy(pages.me) },
      { path: "*", Component: NotFound },
    ],
  },
]);

const client = new QueryClient({ defaultOptions: { queries: { staleTime: 60_000, retry: 1 } } });
// The session is on its way before the first component is.
client.prefetchQuery(sessionQuery);

const english = new URLSearchParams(location.search).get("lang") === "en";
const messages = english ? (await import("./messages/en.json")).default : dutch;

createRoot(document.getElementById("root")).render(
  <StrictMode>
    <IntlProvider locale={english ? "en" : "nl"} messages={messages}>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </IntlProvider>
  </StrictMode>,
);

// The other pages, once the dossier is on the screen and the browser has nothing else to do.
addEventListener(
  "portal-ready",
  () => requestIdleCallback(() => Object.values(pages).forEach((page) => page().catch(() => {}))),
  { once: true },
);
