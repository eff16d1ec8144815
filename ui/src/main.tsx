import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { createRoot } from "react-dom/client";
import { initTheme } from "@/frame/theme";
import { ApiError } from "@/lib/api";
import { refreshWith } from "@/lib/live";
import { router } from "@/router";
import "@/styles/app.css";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      gcTime: 120_000,
      refetchOnWindowFocus: false,
      placeholderData: (before: unknown) => before, // what was shown stays until the new is there
      retry: (count, error) => !(error instanceof ApiError && error.status < 500) && count < 2,
    },
  },
});

// What is put in by libraries as <style> carries the nonce of the page (get-nonce reads this name).
const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content;
Object.assign(globalThis, { __webpack_nonce__: nonce });
initTheme();
refreshWith(client);
const place = document.getElementById("root");
if (place) {
  createRoot(place).render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
}
