import { launch } from './src/test/page/browser.mjs';
import { readFileSync, writeFileSync } from 'node:fs';
const b = await launch();
const p = await b.newPage({ viewport: { width: 1900, height: 900 } });
async function sheet(out, names, w) {
  const html = '<body style="margin:0;background:#777;display:flex;flex-wrap:wrap;gap:6px">' + names.map(n => `<img style="width:${w}px" src="data:image/png;base64,${readFileSync('/tmp/shots/' + n + '.png').toString('base64')}">`).join('');
  await p.setContent(html); await p.waitForTimeout(200);
  await p.screenshot({ path: out, fullPage: true });
}
for (const [out, w, ...names] of JSON.parse(process.argv[2])) await sheet('/tmp/m-' + out + '.png', names, w);
await b.close();
