// What bench/page measures: node page.mjs LINK DEVICES
import { ask, context, launch, manyDevices, setUp } from '../web/src/test/page/browser.mjs';

const [link, number] = process.argv.slice(2);
const count = Number(number);
const browser = await launch();

/** Of so many the page is told anew each second. */
const told = 1000;

/** In place of the server's stream: every second all devices and their hub have moved bytes. Runs in the page. */
function tellAll(devices) {
  globalThis.toldTimes = 0;
  globalThis.EventSource = class extends EventTarget {
    static CLOSED = 2;
    readyState = 1;
    constructor() {
      super();
      this.timer = setInterval(() => this.tell(), 1000);
    }
    tell() {
      globalThis.toldTimes++;
      const at = new Date().toISOString();
      const traffic = (i) => ({
        'latest-handshake': at,
        endpoint: `198.51.100.9:${40_000 + i}`,
        'received-bytes': globalThis.toldTimes * (i + 1) * 1000,
        'sent-bytes': globalThis.toldTimes * (i + 1) * 3000,
        'received-bytes-per-second': (i + 1) * 1000 * (1 + Math.random()),
        'sent-bytes-per-second': (i + 1) * 3000 * (1 + Math.random()),
      });
      const all = devices.map(([name], i) => ({ name, live: { online: true, ...traffic(i) } }));
      const peers = devices.map(([name, key], i) => ({ 'public-key': key, interface: 'wg0', node: name, ...traffic(i) }));
      const data = JSON.stringify({ nodes: [{ name: 'hub', live: { online: true, 'last-seen': at, revision: 3, program: 'guywire', peers } }], devices: all });
      this.dispatchEvent(new MessageEvent('live', { data }));
    }
    close() {
      clearInterval(this.timer);
    }
  };
}

function say(what, value, digits = 0) {
  console.log(`| ${what} | ${value.toFixed(digits)} |`);
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** How long it takes from `begin` on until the list says that it has so many. */
async function listed(page, begin, how) {
  const start = Date.now();
  await begin();
  await page.waitForFunction(how, count, { polling: 'raf' });
  return Date.now() - start;
}

try {
  const anna = await context(browser, []);
  anna.setDefaultTimeout(120_000);
  const page = await anna.newPage();
  await setUp(page, link);
  console.log(`| the page, with ${count} devices | |\n|---|---|`);
  const bytes = await page.evaluate(async () => {
    const files = performance.getEntriesByType('resource').filter((one) => !one.name.includes('/api/'));
    return files.reduce((sum, one) => sum + one.encodedBodySize, 0);
  });
  say('the first view, kB as sent', bytes / 1000);
  const views = [];
  for (let round = 0; round < 5; round++) {
    const start = Date.now();
    await page.reload();
    await page.waitForSelector('.empty');
    views.push(Date.now() - start);
  }
  say('the first view, without devices, ms', median(views));

  await ask(page, 'POST', '/networks', { definition: manyDevices(count) });
  await page.reload();
  await page.selectOption('header select', { label: 'many' });
  await page.click('nav a:has-text("Devices")');
  await page.waitForSelector('main li[aria-posinset]');
  const usable = [];
  const whole = [];
  for (let round = 0; round < 5; round++) {
    usable.push(await listed(page, () => page.reload({ waitUntil: 'commit' }), () => document.querySelector('main li[aria-posinset]')));
    const start = Date.now();
    await page.waitForFunction((count) => document.querySelector('main li[aria-setsize]')?.getAttribute('aria-setsize') === String(count), count, { polling: 'raf' });
    whole.push(usable.at(-1) + Date.now() - start);
  }
  say('the list can be used after, ms', median(usable));
  say('and has all after, ms', median(whole));
  say('a search in it, ms', await listed(page, () => page.fill('main input[type=search]', `d${count - 1}`), (count) => document.querySelector('main li strong')?.innerText === `d${count - 1}`));
  await page.fill('main input[type=search]', '');
  await page.waitForFunction((count) => document.querySelector('main li[aria-setsize]')?.getAttribute('aria-setsize') === String(count), count);

  const frames = await page.evaluate(async () => {
    const times = [];
    const end = document.documentElement.scrollHeight;
    for (let at = 0, step = 0; step < 300; step++, at += end / 2000) {
      scrollTo(0, at);
      times.push(await new Promise((done) => requestAnimationFrame(done)));
    }
    return times.slice(1).map((time, i) => time - times[i]);
  });
  frames.sort((a, b) => a - b);
  say('scrolling: a frame, median, ms', frames[Math.floor(frames.length / 2)], 1);
  say('scrolling: a frame, 95th of a hundred, ms', frames[Math.floor(frames.length * 0.95)], 1);

  await ask(page, 'POST', '/networks', { definition: manyDevices(told, 'told') });
  const { items } = await ask(page, 'GET', `/networks/told/devices?limit=${told}`);
  await page.addInitScript(tellAll, items.map((device) => [device.name, device['public-key']]));
  const cdp = await anna.newCDPSession(page);
  await cdp.send('Performance.enable');
  for (const view of ['devices', 'nodes', 'network']) {
    await page.goto(`${new URL(page.url()).origin}/?view=${view}&network=told`);
    await page.waitForFunction(() => globalThis.toldTimes > 3, undefined, { polling: 500 });
    const busy = async () => (await cdp.send('Performance.getMetrics')).metrics.find((one) => one.name === 'TaskDuration').value;
    const before = await busy();
    await page.waitForTimeout(20_000);
    say(`${told} devices and a hub told of each second, ${view}: hundredths of a core`, ((await busy()) - before) * 5, 1);
  }
} finally {
  await browser.close();
}
