// The first five minutes: node newcomer.mjs LINK DIRECTORY. Whoever started it runs what the page shows to be pasted
// ("run MACHINE COMMAND", escaped), has a phone scan the code that it shows ("scan MACHINE PICTURE"), and answers with
// a line: "done". It does only what the page says, and tells when what was there. At the end something is taken away on
// a machine, which the page shows.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { allow, asking, context, keepFailure, launch, look, setUp } from './browser.mjs';

const [link, directory] = process.argv.slice(2);
const wrongs = [];
const { asked, run } = asking();
allow(new URL(link).hostname);
const browser = await launch();
const started = Date.now();

function seconds(since = started) {
  return ((Date.now() - since) / 1000).toFixed(1);
}

function tell(what) {
  console.log(`${seconds()} s: ${what}`);
}

/** What is marked so is there, however often the page has to hear of it. */
async function soon(page, selector, within) {
  await page.waitForSelector(selector, { timeout: within });
}

try {
  const anna = await context(browser, wrongs);
  anna.setDefaultTimeout(60_000);
  const page = await anna.newPage();
  await setUp(page, link, '203.0.113.1');
  tell('the server is set up');

  await page.click('nav a:has-text("Nodes")');
  await page.click('summary');
  await page.click('button:has-text("Connect it")');
  await page.waitForSelector('dialog pre');
  await run('hub', await page.innerText('dialog pre'));
  await page.keyboard.press('Escape');
  await soon(page, 'summary:has-text("hub") .tag.good:has-text("online")', 30_000);
  tell('the hub is connected');

  await page.click('nav a:has-text("Devices")');
  await page.click('button:has-text("Add device")');
  await page.fill('#device-name', 'anna-phone');
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog .code');
  await page.locator('dialog .code').screenshot({ path: join(directory, 'code.png') });
  tell('the code is there');
  await asked('scan phone code.png');
  await page.keyboard.press('Escape');
  await run('phone', 'for i in 1 2 3 4 5 6 7 8 9 10; do ping -c 1 -W 2 10.77.0.1 && exit 0; sleep 1; done; exit 1');
  const reached = Date.now();
  await soon(page, 'li:has-text("anna-phone") .name:has-text("online")', 10_000);
  tell(`the phone is connected; the page shows it ${seconds(reached)} s after its first answer`);

  await page.click('nav a:has-text("Nodes")');
  await page.click('button:has-text("Add server")');
  await page.waitForSelector('dialog pre');
  await run('store', await page.innerText('dialog pre'));
  await page.keyboard.press('Escape');
  await page.waitForSelector('article:has-text("store")');
  tell('the server asks, with what is known of it');
  await page.click('article button:has-text("Approve")');
  await soon(page, 'summary:has-text("store") .tag.good:has-text("online")', 30_000);
  await run('store', 'for i in 1 2 3 4 5 6 7 8 9 10; do ping -c 1 -W 2 10.77.0.1 && exit 0; sleep 1; done; exit 1');
  await run('phone', `for i in 1 2 3 4 5 6 7 8 9 10; do ping -c 1 -W 2 ${await addressOf(page, 'store')} && exit 0; sleep 1; done; exit 1`);
  tell('the server is connected, and the phone reaches it');
  console.log(`connected after ${seconds()} s`);

  await page.click('nav a:has-text("Health")');
  await page.waitForSelector('.verdict');
  await run('store', 'ip -4 address flush dev wg0');
  const gone = Date.now();
  await soon(page, 'li:has-text("store")', 30_000);
  const words = await page.innerText('li:has-text("store")');
  assert.match(words, /not as it was set up|its agent undid that/);
  tell(`the address is gone on the server; the page says so ${seconds(gone)} s later: ${words.replaceAll('\n', ' / ')}`);
  await soon(page, 'li:has-text("its agent undid that")', 30_000);
  await run('store', 'ping -c 1 -W 2 10.77.0.1');
  tell('its agent has put it back, and the page says that, too');
  await look(page, 'health, with drift', wrongs);
  await page.screenshot({ path: join(directory, 'health.png') });
  assert.deepEqual(wrongs, []);
} catch (error) {
  await keepFailure(browser, directory, error);
} finally {
  await browser.close();
  process.stdin.destroy();
}

/** The address of a node in the tunnel, as the page shows it. */
async function addressOf(page, name) {
  const node = page.locator(`details:has(summary:has-text("${name}"))`);
  if (!(await node.getAttribute('open').catch(() => null))) {
    await node.locator('summary').click();
  }
  await node.locator('.fact .mono').nth(1).waitFor();
  const all = await node.locator('.fact .mono').allInnerTexts();
  return all.map((text) => /^(10\.77\.0\.\d+)\//.exec(text)?.[1]).find(Boolean);
}
