// What bench/page measures: node page.mjs LINK DEVICES
import { ask, context, launch, manyDevices, setUp } from '../web/src/test/page/browser.mjs';

const [link, number] = process.argv.slice(2);
const count = Number(number);
const browser = await launch();

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
} finally {
  await browser.close();
}
