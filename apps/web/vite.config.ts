import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

/** `vite` for work on the pages asks the platform that runs on port 8000; `vite build` writes what the gateway serves. */
export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ['sifaka:source', ...defaultClientConditions] },
  server: { host: '127.0.0.1', proxy: { '/api': 'http://127.0.0.1:8000' } },
  // The content security policy of the gateway takes pictures from data addresses and nothing else from them.
  build: { target: 'es2022', assetsInlineLimit: 0, reportCompressedSize: false, chunkSizeWarningLimit: 1_500 },
});
