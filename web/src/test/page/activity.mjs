// What was done, and lists that the server looks through: also for what no page of them has shown yet.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ask, look } from './browser.mjs';

const made = 120;

export async function activityJourney({ page, wrongs, step, shown, leave }) {
  step('what was done is found, chosen and saved, however long ago it was');
  const tokens = [];
  for (let i = 0; i < made; i++) {
    tokens.push(ask(page, 'POST', '/tokens', { owner: `robot-${i}`, label: i === 7 ? '=1+1, "quoted"' : '', scope: 'read' }));
  }
  const ids = (await Promise.all(tokens)).map(({ id }) => id);
  await page.click('nav a:has-text("Activity")');
  await page.waitForSelector('main ol li:has-text("made the token")');
  assert.equal(await page.locator('main ol > li').count(), 100);
  assert.doesNotMatch(await page.innerText('main ol'), /set the server up/, 'that was longer ago than a hundred deeds');
  await page.selectOption('select[aria-label=What]', { label: 'set the server up' });
  await page.waitForFunction(() => document.querySelectorAll('main ol > li').length === 1);
  await shown(page, 'set the server up');
  assert.match(page.url(), /did=set-up/);
  await page.click('button:has-text("Show all")');
  await page.waitForFunction(() => document.querySelectorAll('main ol > li').length === 100);
  await page.click('button:has-text("Older")');
  await page.waitForFunction(() => document.querySelectorAll('main ol > li').length > 100);
  await page.fill('main input[type=search]', 'nobody has done that');
  await page.waitForSelector('main ol .none');
  // Beside what people did stands which nodes the server had try it, a moment later or not yet.
  await page.selectOption('select[aria-label=What]', { label: 'changed the definition' });
  await page.fill('main input[type=search]', 'Version 6');
  await page.waitForFunction(() => document.querySelectorAll('main ol > li').length === 1 && /Version 6/.test(document.querySelector('main ol').innerText));
  assert.match(page.url(), /search=Version\+6/);
  await page.reload();
  await page.waitForFunction(() => document.querySelectorAll('main ol > li').length === 1);
  await look(page, 'activity, found', wrongs);
  await page.click('button[aria-label^="What changed"]');
  await page.waitForSelector('dialog del, dialog ins');
  assert.match(await page.innerText('dialog thead'), /Version 5\s+Version 6/);
  await look(page, 'activity, what changed', wrongs);
  await leave(page);
  await page.click('button:has-text("Show all")');

  const day = (later) => {
    const at = new Date(Date.now() + later * 86_400_000);
    return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`;
  };
  await page.locator('.day input').first().fill(day(2));
  await page.waitForSelector('main ol .none');
  await page.locator('.day input').first().fill(day(-1));
  await page.waitForFunction(() => document.querySelectorAll('main ol > li').length === 100);
  await page.locator('.day input').last().fill(day(-2));
  await page.waitForSelector('main ol .none');
  await page.click('button:has-text("Show all")');
  await page.selectOption('select[aria-label="By whom"]', 'anna');
  await page.selectOption('select[aria-label=What]', { label: 'made the token' });
  await page.waitForFunction(() => /did=token-made/.test(location.search) && document.querySelectorAll('main ol > li').length === 100);
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('button:has-text("Save as a table")')]);
  assert.equal(download.suggestedFilename(), 'activity.csv');
  const table = readFileSync(await download.path(), 'utf8').replace('\uFEFF', '').trimEnd().split('\r\n');
  assert.equal(table[0], 'number,at,actor,token,action,network,subject,detail');
  assert.ok(table.length > made, `all ${made} are in it and not only what is shown: ${table.length}`);
  assert.ok(table.slice(1).every((line) => /^\d+,2\d{3}-[^,]*Z,anna,[^,]*,token-made,/.test(line)), table[1]);
  assert.ok(table.every((line) => !/(^|,)"?[=+@-]/.test(line)), 'nothing in it is a formula');
  await look(page, 'activity', wrongs);

  step('tokens are found among many by the server');
  await page.click('nav a:has-text("Tokens")');
  await page.fill('main input[type=search]', 'robot-77');
  await page.waitForFunction(() => document.querySelectorAll('main li').length === 1 && /robot-77/.test(document.querySelector('main li').innerText));
  await page.fill('main input[type=search]', 'nobody like that');
  await page.waitForSelector('main li.none');
  await page.fill('main input[type=search]', 'robot-');
  await page.selectOption('select[aria-label=Order]', 'owner');
  await page.waitForFunction(() => document.querySelector('main li strong')?.innerText === 'robot-0');
  await look(page, 'tokens, found', wrongs);
  await Promise.all(ids.map((id) => ask(page, 'DELETE', `/tokens/${id}`)));

  step('nodes and people are found');
  await page.click('nav a:has-text("Nodes")');
  await page.waitForSelector('main details');
  await page.fill('main input[type=search]', 'stor');
  await page.waitForFunction(() => document.querySelectorAll('main details').length === 1);
  await page.selectOption('main select[aria-label=State]', 'noKey');
  await shown(page, 'Nothing is like that.');
  await look(page, 'nodes, found', wrongs);
  await page.click('#to-users');
  await page.fill('main input[type=search]', 'ann');
  await page.waitForFunction(() => document.querySelectorAll('main .sheet li').length === 1);
  await page.selectOption('main select', 'own');
  await page.waitForSelector('main li.none');
  await look(page, 'people, found', wrongs);
}
