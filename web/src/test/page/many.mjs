// A list of very many devices: node many.mjs LINK NUMBER. Only what is near the window is in the page, and all the
// same each can be come by, by scrolling and by searching, and is told which one it is of how many.
import assert from 'node:assert/strict';
import { ask, context, launch, look, manyDevices, setUp } from './browser.mjs';

const [link, number] = process.argv.slice(2);
const wrongs = [];
const browser = await launch();

/** The numbers of the devices whose rows are in the page. */
function rows(page) {
  return page.$$eval('main li[aria-posinset]', (all) => all.map((row) => Number(row.querySelector('strong').innerText.slice(1))));
}

try {
  const count = Number(number);
  const anna = await context(browser, wrongs);
  anna.setDefaultTimeout(60_000);
  const page = await anna.newPage();
  await setUp(page, link);
  await ask(page, 'POST', '/networks', { definition: manyDevices(count) });
  await page.reload();
  await page.selectOption('header select, nav select', { label: 'many' });
  await page.click('nav a:has-text("Devices")');
  await page.waitForFunction((count) => document.querySelector('main li')?.getAttribute('aria-setsize') === String(count), count);

  const first = await rows(page);
  assert.equal(first[0], 1);
  assert.ok(first.length < 100, `${first.length} rows are in the page`);
  await look(page, 'many devices', wrongs);

  const seen = new Set(first);
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  for (let at = 0; at < height; at += 600) {
    await page.evaluate((at) => scrollTo(0, at), at);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    const now = await rows(page);
    const visible = await page.evaluate(() => {
      const row = document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest('li[aria-posinset]');
      return row ? Number(row.getAttribute('aria-posinset')) : 0;
    });
    if (at > 600 && at < height - 2000) {
      assert.ok(visible > 0, `nothing stands in the middle of the window at ${at}`);
    }
    now.forEach((one) => seen.add(one));
  }
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  await page.waitForSelector(`main li[aria-posinset="${count}"]`);
  (await rows(page)).forEach((one) => seen.add(one));
  assert.equal(seen.size, count, 'each was come by');
  const after = await page.evaluate(() => document.documentElement.scrollHeight);
  assert.ok(Math.abs(after - height) < 200, `the page was ${height} pixels high and is ${after}`);

  await page.fill('main input[type=search]', `d${count - 1}`);
  await page.waitForFunction((name) => document.querySelector('main li strong')?.innerText === name, `d${count - 1}`);
  assert.ok((await rows(page)).includes(count - 1));
  await page.click('main .bar input[type=checkbox]');
  await page.waitForSelector('main li.marked');
  assert.deepEqual(wrongs, []);
  console.log('ok');
} finally {
  await browser.close();
}
