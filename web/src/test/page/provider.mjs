// Signing in by an identity provider, as people do it: node provider.mjs LINK DIRECTORY. The server is new, and knows
// the one of identity.mjs.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { context, launch, look, setUp } from './browser.mjs';

const [link, directory] = process.argv.slice(2);
mkdirSync(directory, { recursive: true });
const origin = new URL(link).origin;
const wrongs = [];
const browser = await launch();

/** A browser of its own. What the provider's page does wrong is not ours: it asks for a font elsewhere. */
async function person(locale) {
  const made = await context(browser, wrongs, { locale });
  made.setDefaultTimeout(15_000);
  made.expected = /ERR_FAILED|status of 40[013]/;
  await made.route(/fonts\.googleapis\.com/, (route) => route.abort());
  return made.newPage();
}

async function shown(page, text) {
  await page.waitForFunction((text) => document.body.innerText.includes(text), text, { timeout: 15_000 });
}

async function signIn(page, button, name) {
  await page.click(`button:has-text("${button}")`);
  await page.fill('input[name=login]', name);
  await page.fill('input[name=password]', 'any');
  await page.click('button[type=submit]');
  await page.waitForSelector('input[name=prompt][value=consent]', { state: 'attached' });
  await page.click('button[type=submit]');
}

try {
  const anna = await context(browser, wrongs);
  anna.setDefaultTimeout(15_000);
  const page = await anna.newPage();
  await setUp(page, link);
  await page.click('nav a:has-text("People")');
  await page.click('button:has-text("Add person")');
  await page.fill('#user-name', 'ben');
  await page.fill('#user-identity', 'ben@example.net');
  await look(page, 'add a person of the provider', wrongs);
  await page.click('dialog button.main');
  await shown(page, 'Example ID: not signed in yet');
  await look(page, 'people', wrongs);

  const his = await person('en-GB');
  await his.goto(origin);
  await his.waitForSelector('#password');
  await look(his, 'sign-in with a provider', wrongs);
  await signIn(his, 'Sign in with Example ID', 'ben');
  await his.waitForSelector('.empty');
  assert.equal(his.url(), `${origin}/`, 'what it came back with stands in no address');
  assert.deepEqual(await his.locator('nav a').allInnerTexts(), ['Devices']);
  await his.reload();
  await his.waitForSelector('.empty');
  await his.click('a[title="Account"]');
  await shown(his, 'You sign in with Example ID and have no password here');
  await look(his, 'account without a password', wrongs);
  await page.reload();
  await page.waitForSelector('li:has-text("ben") .tag:text-is("Example ID")');
  await page.click('button[aria-label="Change ben"]');
  assert.equal(await page.locator('dialog input[type=checkbox]').count(), 0, 'he has no password to lose');
  await page.fill('#user-password', 'many good words');
  await page.click('dialog button.main');
  await page.waitForSelector('dialog', { state: 'detached' });
  await page.waitForSelector('li:has-text("ben"):not(:has-text("no password"))');
  await page.click('button[aria-label="Change ben"]');
  await page.check('dialog input[type=checkbox]');
  await look(page, 'taking a password away', wrongs);
  await page.click('dialog button.main');
  await page.waitForSelector('li:has-text("ben") .tag:text-is("no password")');
  await page.click('nav a:has-text("Activity")');
  await shown(page, 'came from the identity provider for the first time, as');

  const hers = await person('zh-CN');
  await hers.goto(origin);
  await signIn(hers, '用 Example ID 登录', 'eve');
  await shown(hers, '但这里没有人允许您登录');
  await look(hers, 'not let in', wrongs);
  assert.equal(hers.url(), `${origin}/`);
  // The provider remembers her; she goes there again and says no.
  await hers.context().clearCookies();
  await hers.click('button:has-text("用 Example ID 登录")');
  await hers.click('a:has-text("Cancel")');
  await shown(hers, '身份提供方没有让人登录（access_denied）');
  await hers.goto(`${origin}/oidc?code=a&state=b&error=%3Cb%3Ex`);
  await shown(hers, '身份提供方没有让人登录（error）');
  await hers.goto(`${origin}/oidc?code=a&state=b`);
  await shown(hers, '此次登录不是在这个浏览器中开始的');
  await hers.waitForSelector('#password');
  assert.deepEqual(wrongs.filter((wrong) => !wrong.includes('fonts.googleapis.com')), []);
} catch (error) {
  for (const [i, one] of browser.contexts().entries()) {
    await one.pages()[0]?.screenshot({ path: join(directory, `failed-${i}.png`) }).catch(() => undefined);
  }
  console.error(error);
  wrongs.forEach((wrong) => console.error(wrong));
  process.exitCode = 1;
} finally {
  await browser.close();
}
