import { defineConfig } from 'vite';
import { aboutModule } from './about-module.js';

const service = process.env.API ?? 'http://127.0.0.1:8000';

export default defineConfig({
  root: import.meta.dirname,
  base: '/ui/',
  plugins: [aboutModule()],
  build: {
    outDir: '../dist/ui',
    emptyOutDir: true,
    // A data: address would violate the content policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    port: 5173,
    strictPort: false,
    open: false,
    // All that is not below /ui/ belongs to the service, which refuses requests of other origins' pages.
    proxy: {
      '^/(?!ui/)': { target: service, changeOrigin: true, headers: { origin: new URL(service).origin } },
    },
  },
});
