// How the desk is built: web/ into dist/web. Called by tools/build.ts; `npx vite` serves it while one works on it.
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

const languages = ["de-DE", "en-US"];

/** React Aria carries its words in 34 languages; the desk speaks two. Saves about 30 kB gzip. */
const twoLanguages: Plugin = {
  name: "two-languages",
  load(id) {
    const language = /[\\/]intl[\\/][^\\/]+[\\/]([a-z]{2}-[A-Z]{2})\.m?js$/.exec(id)?.[1];
    return language === undefined || languages.includes(language) ? null : "export default {};";
  },
};

export default defineConfig({
  root: "web",
  base: "/",
  plugins: [twoLanguages],
  resolve: { alias: { zod: fileURLToPath(new URL("web/kit/noSchemas.ts", import.meta.url)) } },
  build: {
    outDir: "../dist/web",
    emptyOutDir: true,
    target: "es2023",
    // The page's policy allows no data: or blob: scripts and styles; everything is a file of its own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1000,
    license: { fileName: "licenses.md" },
    rolldownOptions: {
      // "use client" speaks to servers that render React; here everything is the client.
      onLog: (level, log, handle) => (log.code === "MODULE_LEVEL_DIRECTIVE" ? undefined : handle(level, log)),
    },
  },
  server: { proxy: { "/api": "http://127.0.0.1:7300", "/live": { target: "ws://127.0.0.1:7300", ws: true } } },
});
