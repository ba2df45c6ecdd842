import "@fontsource-variable/inter/wght.css";
import "./styles/main.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queryClient } from "./app/queryClient";
import { isByLink } from "./app/Root";
import { router } from "./app/router";
import { meQuery } from "./shared/access/me";
import { watchPrefs } from "./shared/prefs/prefs";
import { TooltipProvider } from "./shared/ui/Tooltip";

// Lets in the style by which open dialogs keep the page behind them from scrolling.
setNonce(document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "");
watchPrefs();

// After an update of the server the parts of the old page are gone: a fresh page has the new ones.
addEventListener("vite:preloadError", () => location.reload());

// Who is signed in decides what is drawn: asked before anything is.
if (!isByLink(location.pathname)) void queryClient.prefetchQuery(meQuery());

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <TooltipProvider delayDuration={300}>
        <RouterProvider router={router} />
      </TooltipProvider>
    </QueryClientProvider>
  </StrictMode>,
);
