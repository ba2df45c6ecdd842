import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// `npm run dev` beside a running control plane; the built pages are served by the host, which forwards the same paths.
const controlPlane = process.env.CP_BASE ?? "http://localhost:8000";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: { tsconfigPaths: true },
  build: {
    outDir: "../wwwroot",
    emptyOutDir: true,
    target: "es2023",
    // Fonts and pictures as files: the page's policy allows no data: fonts.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    manifest: true,
    rolldownOptions: {
      output: {
        // What several pages need comes in two files, not in dozens of a few hundred bytes each.
        codeSplitting: {
          groups: [
            { name: "icons", test: /node_modules\/lucide-react/, minShareCount: 2 },
            { name: "shared", test: /\/client\/src\/shared\/(?!graph\/)/, minShareCount: 3 },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      "/api": controlPlane,
      "/openapi": controlPlane,
      "/docs": controlPlane,
      "/ws": { target: controlPlane, ws: true },
    },
  },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
