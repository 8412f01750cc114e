// A way that dies, as the page tells of it: node failover.mjs LINK DIRECTORY. Whoever started it runs what it asks for
// ("run MACHINE COMMAND", escaped) and answers with a line: "done".
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { allow, ask, asking, context, keepFailure, launch, look, setUp } from './browser.mjs';

const [link, directory] = process.argv.slice(2);
const wrongs = [];
const { run } = asking();
allow(new URL(link).hostname);
const browser = await launch();

const definition = `network: shops
overlay: 10.77.0.0/24
nodes:
  hub: {hub: true, public: 203.0.113.1, listen: 51820}
  spare: {hub: true, public: 203.0.113.20, listen: 51820}
  store: {public: 203.0.113.30}
`;

try {
  const anna = await context(browser, wrongs);
  anna.setDefaultTimeout(60_000);
  const page = await anna.newPage();
  await setUp(page, link, '203.0.113.1');
  await ask(page, 'POST', '/networks', { definition });
  await page.reload();
  await page.selectOption('header select, nav select', { label: 'shops' });
  for (const name of ['hub', 'spare', 'store']) {
    await page.click('nav a:has-text("Nodes")');
    await page.click(`summary:has-text("${name}")`);
    await page.click(`details:has(summary:has-text("${name}")) button:has-text("Connect it")`);
    await page.waitForSelector('dialog pre');
    await run(name, await page.innerText('dialog pre'));
    await page.keyboard.press('Escape');
    await page.waitForSelector(`summary:has-text("${name}") .tag.good:has-text("online")`);
  }
  await run('store', 'for i in $(seq 40); do ping -c 1 -W 2 10.77.0.2 && exit 0; sleep 1; done; exit 1');
  // Ways are looked at where there is traffic.
  await run('store', 'ping -i 0.2 10.77.0.2 >/dev/null 2>&1 &');

  await page.goto(`${new URL(link).origin}/?view=network&network=shops&from=store&to=spare`);
  await page.waitForSelector('.now:has-text("direct"):has-text("ms there and back")');
  await run('store', 'nft -f - <<E\ntable inet cut {\nchain out { type filter hook output priority 0; ip daddr 203.0.113.20 meta l4proto udp drop; }\nchain in { type filter hook input priority 0; ip saddr 203.0.113.20 meta l4proto udp drop; }\n}\nE');
  const cut = Date.now();
  await page.waitForSelector('.now:has-text("relayed through hub"):has-text("A better way is not taken")');
  const took = (Date.now() - cut) / 1000;
  console.log(`the page shows the other way ${took.toFixed(1)} s after the cut`);
  await look(page, 'a relayed pair', wrongs);
  await page.screenshot({ path: join(directory, 'relayed.png') });
  await run('store', 'nft delete table inet cut');
  await page.waitForSelector('.now:has-text("direct"):has-text("ms there and back")', { timeout: 150_000 });
  assert.deepEqual(wrongs, []);
} catch (error) {
  await keepFailure(browser, directory, error);
} finally {
  await browser.close();
  process.stdin.destroy();
}
