import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// One page, its scripts and styles in files of their own, named by their content: nothing inline, so that
// the server's content security policy needs no exception.
export default defineConfig({
  root: 'src/main/page',
  base: '/',
  plugins: [svelte()],
  build: {
    outDir: '../../../target/page',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
