// The page's proof: node proof.mjs LINK DIRECTORY. It sets a new server up and does with the page what people do
// with it. Pictures and files that are to be compared go into the directory. Whoever started it restarts the server
// when it prints "restart", and then sends a line.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask, context, join as joinAs, launch, look, oneTimeCode, password, setUp } from './browser.mjs';
import { activityJourney } from './activity.mjs';
import { completionJourney } from './completion.mjs';
import { importJourney } from './import.mjs';

const [link, directory] = process.argv.slice(2);
mkdirSync(directory, { recursive: true });
const origin = new URL(link).origin;
const wrongs = [];
const views = ['devices', 'nodes', 'network', 'access', 'health', 'definition', 'import', 'users', 'tokens', 'activity', 'settings', 'account'];
const browser = await launch();
const started = Date.now();

function step(name) {
  console.log(`step ${((Date.now() - started) / 1000).toFixed(1)} s: ${name}`);
}

async function shown(page, text) {
  await page.waitForFunction((text) => document.body.innerText.includes(text), text, { timeout: 15_000 });
}

/** Leaves a dialog as people do. */
async function leave(page) {
  await page.keyboard.press('Escape');
  await page.waitForSelector('dialog', { state: 'detached' });
}

try {
  const anna = await context(browser, wrongs);
  anna.setDefaultTimeout(15_000);
  const page = await anna.newPage();

  step('the set-up link asks for a password and a network, and is then worth nothing');
  await page.goto(link);
  await page.waitForSelector('#password');
  assert.equal(new URL(page.url()).hash, '', 'the token stays in no address');
  await look(page, 'set-up', wrongs);
  await setUp(page, link);
  await look(page, 'no device', wrongs);
  const cookies = await anna.cookies();
  assert.deepEqual(cookies.map((c) => [c.name, c.httpOnly, c.secure, c.sameSite]), [['__Host-guywire', true, true, 'Strict']]);

  step('one command makes a machine the hub, another brings a server that waits for a yes');
  await page.click('nav a:has-text("Nodes")');
  await page.click('summary');
  await page.click('button:has-text("Connect it")');
  await page.waitForSelector('dialog pre');
  await look(page, 'command', wrongs);
  const hub = await joinAs(browser, await page.innerText('dialog pre'), 'hub', '203.0.113.7/24');
  assert.equal(hub.state, 'approved');
  await leave(page);
  await page.waitForFunction(() => !document.querySelector('main .tag.warn'));
  await page.click('button:has-text("Add server")');
  await page.waitForSelector('dialog pre');
  assert.equal((await joinAs(browser, await page.innerText('dialog pre'), 'store', '10.9.8.7/24')).state, 'waiting');
  await leave(page);
  await shown(page, 'store.example.net');
  await look(page, 'newcomer', wrongs);
  await page.click('article button:has-text("Approve")');
  await page.waitForSelector('article', { state: 'detached' });
  await page.click('nav a:has-text("Devices")');

  step('two fields, and the code is there');
  await page.keyboard.press('n');
  await page.waitForSelector('dialog #device-name:focus');
  await look(page, 'add device', wrongs);
  await page.keyboard.type('anna-phone');
  await page.keyboard.press('Enter');
  await page.waitForSelector('dialog .code');
  await look(page, 'code', wrongs);
  await page.locator('dialog .code').screenshot({ path: join(directory, 'code.png') });
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('dialog a[download]')]);
  assert.equal(download.suggestedFilename(), 'wg0.conf');
  await download.saveAs(join(directory, 'wg0.conf'));
  const { items } = await ask(page, 'GET', '/networks/home/devices');
  writeFileSync(join(directory, 'public-key'), items[0]['public-key']);
  await leave(page);
  await page.waitForSelector('li:has-text("anna-phone") .tag.good');

  step('what a managed hub tells of a device shows by itself, with its rates');
  await hub.tell({ [items[0]['public-key']]: 5_000 });
  await page.waitForSelector('li:has-text("anna-phone") .name:has-text("online")');
  await page.waitForSelector('li:has-text("anna-phone") .addresses:has-text("198.51.100.9:41234")');
  await hub.tell({ [items[0]['public-key']]: 900_000_000 });
  await page.waitForSelector('li:has-text("anna-phone") .rates:text-matches("↓ [0-9.]+ [kMGT]B/s ↑ [0-9.]+ [kMGT]B/s")');
  await page.waitForSelector('li:has-text("anna-phone") > svg');
  await look(page, 'devices, live', wrongs);

  step('a one-time link, taken elsewhere, shows here without a reload');
  await page.keyboard.press('n');
  await page.fill('#device-name', 'guest');
  await page.click('label:has-text("Android")');
  await page.click('dialog button[value=link]');
  const given = await page.inputValue('dialog input[readonly]');
  await shown(page, 'It ends in 14:5');
  await look(page, 'link', wrongs);
  await leave(page);
  await page.waitForSelector('li:has-text("guest") .tag.warn');
  const guest = await context(browser, wrongs, { viewport: { width: 390, height: 800 }, locale: 'zh-CN' });
  guest.setDefaultTimeout(15_000);
  // A browser without X25519 of its own: the library makes the key.
  await guest.addInitScript(() => {
    if (globalThis.SubtleCrypto) {
      SubtleCrypto.prototype.generateKey = () => Promise.reject(new Error('unknown'));
    }
  });
  const phone = await guest.newPage();
  await phone.goto(given);
  await phone.waitForSelector('button.main');
  assert.match(await phone.innerText('main'), /此链接会把 guest 加入网络 home/);
  await look(phone, 'link, taken', wrongs);
  await phone.click('button.main');
  await phone.waitForSelector('.code');
  await look(phone, 'code, taken', wrongs);
  await phone.locator('.code').screenshot({ path: join(directory, 'guest.png') });
  await page.waitForSelector('li:has-text("guest") .tag.good');
  const devices = (await ask(page, 'GET', '/networks/home/devices')).items;
  writeFileSync(join(directory, 'guest-public-key'), devices.find((device) => device.name === 'guest')['public-key']);
  guest.expected = /status of 401/;
  await phone.goto('about:blank');
  await phone.goto(given);
  await phone.waitForSelector('.notice.bad');
  await guest.close();

  step('paused, found, several at once');
  await page.click('li:has-text("guest") [role=switch]');
  await page.waitForSelector('li:has-text("guest") [aria-checked=false]');
  await page.keyboard.press('/');
  await page.keyboard.type('gue');
  await page.waitForFunction(() => document.querySelectorAll('.sheet ul > li').length === 1);
  assert.match(page.url(), /search=gue/);
  await page.reload();
  await page.waitForSelector('li:has-text("guest")');
  assert.equal(await page.locator('.sheet ul > li').count(), 1, 'what is looked for stands in the address');
  await page.fill('input[type=search]', '');
  await page.selectOption('select[aria-label=State]', 'paused');
  await page.selectOption('select[aria-label=Order]', 'kind');
  assert.match(page.url(), /state=paused&sort=kind/);
  assert.equal(await page.locator('.sheet ul > li').count(), 1);
  await page.selectOption('select[aria-label=State]', '');
  assert.match(await page.innerText('.sheet ul > li'), /guest/, 'Android before iPhone');
  await page.click('.bar input[type=checkbox]');
  await look(page, 'devices, chosen', wrongs);
  await page.click('.bar button:has-text("Let in")');
  await page.waitForSelector('li:has-text("guest") [aria-checked=true]');

  step('the map: who reaches whom, and what if the hub were down');
  await page.click('nav a:has-text("Network")');
  await page.waitForSelector('#on-map-hub .dot');
  await hub.tell({ [items[0]['public-key']]: 1_900_000_000 });
  await page.waitForSelector('svg .flow:text-matches("[0-9] [kMG]B/s")');
  await page.click('#on-map-anna-phone');
  await page.focus('#on-map-hub');
  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await shown(page, 'anna-phone reaches hub.');
  assert.match(page.url(), /from=anna-phone&to=hub|to=hub&from=anna-phone/);
  await page.selectOption('#to', 'guest');
  await shown(page, 'anna-phone reaches guest.');
  assert.equal(await page.locator('svg .way').count(), 2, 'by the hub');
  await page.click('main summary');
  assert.match(await page.innerText('main pre'), /^anna-phone .*\n.*anna-phone .*hub.*\n.*guest.*reachable/s);
  await look(page, 'map, asked', wrongs);
  await page.click('[role=switch]');
  await page.click('#on-map-hub');
  await shown(page, 'anna-phone does not reach guest.');
  await page.waitForSelector('#on-map-hub .cross');
  await page.waitForSelector('.cut li:has-text("anna-phone")');
  await look(page, 'map, what if', wrongs);
  await page.screenshot({ path: join(directory, 'map.png') });
  await page.selectOption('#transport', 'udp');
  await page.fill('#port', '53');
  await page.click('button[aria-label="Bring hub back"]');
  await shown(page, 'anna-phone reaches guest.');
  const middle = await page.evaluate(() => {
    const tunnel = [...document.querySelectorAll('.tunnel')].find((one) => /anna-phone/.test(one.querySelector('title').textContent));
    const line = tunnel.querySelector('.reach');
    const point = line.getPointAtLength(line.getTotalLength() / 2).matrixTransform(line.getScreenCTM());
    return { x: point.x, y: point.y };
  });
  await page.mouse.click(middle.x, middle.y);
  await shown(page, 'anna-phone does not reach guest.');
  await page.waitForSelector('.tunnel .cross');
  assert.match(page.url(), /down=anna-phone%2Fhub/);
  await look(page, 'map, a tunnel down', wrongs);
  await page.click('button[aria-label="Bring anna-phone – hub back"]');
  await shown(page, 'anna-phone reaches guest.');
  await page.selectOption('select[aria-label^="Take down"]', 'anna-phone/hub');
  await shown(page, 'anna-phone does not reach guest.');

  step('a change that breaks a promise is refused with the packet, one that cuts off with whom');
  await page.click('nav a:has-text("Definition")');
  const editor = page.locator('textarea');
  await editor.waitFor();
  const text = await editor.inputValue();
  await editor.fill(text.replace('overlay:', 'overlap:'));
  await page.waitForSelector('.gutter .error');
  await look(page, 'definition, unreadable', wrongs);
  await editor.fill(text + 'expect:\n  - anna-phone reaches guest\n');
  await shown(page, 'This works');
  await page.click('button:has-text("Make the change")');
  await shown(page, 'The change is made');
  const promised = await editor.inputValue();
  await editor.fill(promised + '  - guest reaches nowhere-else\n');
  await shown(page, 'This does not work');
  assert.equal(await page.isDisabled('button:has-text("Make the change")'), true);
  await editor.fill(promised + 'policy:\n  - anna-phone may not reach guest\n  - guest may reach anna-phone\n');
  await page.waitForSelector('.broken pre');
  assert.equal(await page.innerText('.broken code >> nth=0'), 'anna-phone reaches guest');
  assert.match(await page.innerText('.broken pre >> nth=0'), /^anna-phone .*\n +anna-phone .*\n +hub .*\n.*unreachable/s, 'a line for each machine');
  await look(page, 'definition, broken', wrongs);
  await page.screenshot({ path: join(directory, 'broken.png') });
  await page.click('.broken .place >> nth=0');
  assert.equal(await editor.evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd).trim()), '- anna-phone reaches guest');
  await editor.fill(promised.replace('listen: 51820', 'listen: 51821').replace(/ {2}guest: .*\n/, '').replace(/expect:[^]*/, ''));
  await shown(page, 'Name whom you cut off');
  await look(page, 'definition, cuts', wrongs);
  await page.locator('.cuts input').first().check();
  await page.click('button:has-text("Name all of these")');
  await shown(page, 'This works, keeps');
  await page.fill('input[placeholder^="What for"]', 'guest has left');
  await page.click('button:has-text("Make the change")');
  await shown(page, 'The change is made');

  step('versions stand side by side, and a former one comes back');
  await page.click('.versions li:has-text("Version 5") button');
  await page.waitForSelector('dialog del, dialog ins');
  await look(page, 'side by side', wrongs);
  await page.click('dialog button:has-text("Have this text back")');
  await shown(page, 'This works');
  assert.equal(await editor.inputValue(), promised);
  await page.click('button:has-text("Discard")');

  step('who may reach whom: sentences with suggestions, kept promises, a sentence that breaks one');
  await page.click('nav a:has-text("Access")');
  await shown(page, 'There is no policy');
  await page.click('button:has-text("Add test")');
  await page.keyboard.type('anna-ph');
  await page.waitForSelector('[role=option]:has-text("anna-phone")');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  assert.equal(await page.inputValue('[role=combobox]'), 'anna-phone reaches ');
  await look(page, 'access, writing', wrongs);
  await page.keyboard.type('hub');
  await page.keyboard.press('Enter');
  await shown(page, 'This works');
  await page.click('button:has-text("Make the change")');
  await shown(page, 'The change is made');
  await page.waitForSelector('.expect .tag.good');
  await page.click('button:has-text("Add sentence")');
  await page.keyboard.type('hub may reach anna-phone');
  await page.waitForSelector('.preview .broken pre');
  await page.waitForSelector('.expect .wrong');
  assert.equal(await page.isDisabled('button:has-text("Make the change")'), true);
  await page.keyboard.press('Enter');
  await look(page, 'access, broken', wrongs);
  await page.keyboard.press('Enter');
  await page.keyboard.type(', store');
  await page.keyboard.press('Escape');
  assert.equal(await page.innerText('.policy .text'), 'hub may reach anna-phone', 'as it was before');
  await page.click('.policy .text');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('anna-phone may reach hub on icmp, tcp/7, udp/7');
  await page.keyboard.press('Enter');
  await shown(page, 'Name whom you cut off');
  await page.click('button:has-text("Name all of these")');
  await shown(page, 'This works, keeps');
  await page.click('button:has-text("Make the change")');
  await shown(page, 'The change is made');
  await page.click('td button[aria-label^="anna-phone → hub"]');
  await shown(page, 'Open: icmp tcp/7 udp/7.');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Home');
  assert.match(await page.evaluate(() => document.activeElement?.getAttribute('data-at')), /\/0$/);
  await look(page, 'access', wrongs);
  await page.screenshot({ path: join(directory, 'access.png') });
  await page.click('.answer a');
  await shown(page, 'reaches hub');

  step('health: who waits is approved, and a node that tells nothing is named');
  const invited = await ask(page, 'POST', '/networks/home/invitations', {});
  await joinAs(browser, `'${origin}/#${invited.token}~${invited.fingerprint}'`, 'printer', '10.9.8.9/24');
  await page.click('nav a:has-text("Health")');
  await page.waitForSelector('li:has-text("printer asks to be a node")');
  await look(page, 'health', wrongs);
  await page.click('li:has-text("printer asks") button:has-text("Approve")');
  await page.waitForSelector('li:has-text("printer tells nothing")');
  await page.waitForSelector('.verdict.bad');

  step('what drifted on a node, and what its agent did about it, shows by itself; so does the way it takes');
  await hub.tell({ [items[0]['public-key']]: 1_900_000_000 }, {
    drift: [{ english: 'the route to 10.1.0.0/16 is missing', chinese: '缺少到 10.1.0.0/16 的路由' }],
    mends: [{ outcome: 'given-up', words: { english: 'another program takes it away', chinese: '另一个程序把它去掉' }, 'seconds-ago': 5 }],
    ways: [{ node: 'store', tunnel: 'wg0', via: [], alive: true }],
  });
  await page.waitForSelector('li:has-text("hub is not as it was set up: the route to 10.1.0.0/16 is missing")');
  await shown(page, 'another program takes it away');
  await look(page, 'health, drift', wrongs);
  await page.goto(`${origin}/?view=network&from=hub&to=store`);
  await page.waitForSelector('.answer .now:has-text("direct")');
  await look(page, 'map, the way in use', wrongs);
  await page.click('nav a:has-text("Nodes")');
  await page.click('summary:has-text("hub")');
  await shown(page, 'Way to store');

  step('settings: who is told of events, with a secret that is shown once');
  await page.click('nav a:has-text("Settings")');
  await page.click('button:has-text("Add webhook")');
  await page.fill('#url', 'https://hooks.invalid/guywire?key=abc');
  await look(page, 'add a webhook', wrongs);
  await page.click('dialog form button.main');
  await page.waitForSelector('dialog input[readonly]');
  assert.match(await page.inputValue('dialog input[readonly]'), /^gws_/);
  await leave(page);
  await page.waitForSelector('li:has-text("https://hooks.invalid")');
  assert.doesNotMatch(await page.innerText('main'), /key=abc|gws_/);
  await page.click('button[aria-label="Test: https://hooks.invalid"]');
  await page.waitForSelector('li:has-text("https://hooks.invalid") .tag.bad');
  await look(page, 'settings', wrongs);
  await page.click('button[aria-label="Remove https://hooks.invalid"]');
  await page.click('dialog button.danger');
  await shown(page, 'Nobody is told yet');

  step('a token, told once');
  await page.click('nav a:has-text("Tokens")');
  await page.click('button:has-text("Make a token")');
  await page.fill('#owner', 'ci');
  await page.click('dialog form button.main');
  await page.waitForSelector('dialog input[readonly]');
  assert.match(await page.inputValue('dialog input[readonly]'), /^gwt_[A-Za-z0-9_-]{43}$/);
  await leave(page);
  await page.click('li:has-text("ci") button:has-text("Revoke")');
  await page.click('dialog button.danger');
  await page.waitForFunction(() => ![...document.querySelectorAll('main li strong')].some((e) => e.textContent === 'ci'));

  await completionJourney({ page, wrongs, step, shown });
  await activityJourney({ page, wrongs, step, shown, leave });
  await importJourney({ browser, page, wrongs, step, shown, leave });

  step('the connection drops, which is said, and comes back');
  anna.expected = /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_NETWORK|ERR_EMPTY|ERR_CONNECTION_RESET|ERR_SOCKET|ERR_CONNECTION_CLOSED/;
  console.log('restart');
  await shown(page, 'The connection to the server is gone');
  await new Promise((resolve) => process.stdin.once('data', resolve));
  await page.waitForFunction(() => !document.querySelector('.lost')?.textContent, undefined, { timeout: 20_000 });
  delete anna.expected;

  step('every screen in both languages, light and dark, wide and on a phone');
  for (const [language, theme, width, height] of [
    ['en', 'light', 1280, 860],
    ['zh-CN', 'dark', 1280, 860],
    ['en', 'dark', 360, 740],
    ['zh-CN', 'light', 360, 740],
  ]) {
    await page.evaluate(([language, theme]) => {
      localStorage.setItem('guywire-language', language);
      localStorage.setItem('guywire-theme', theme);
    }, [language, theme]);
    await page.setViewportSize({ width, height });
    for (const view of views) {
      await page.goto(`${origin}/?view=${view}`);
      await page.waitForSelector('main h1');
      await page.waitForSelector('main .sheet');
      assert.equal(await page.evaluate(() => document.documentElement.lang), language);
      if (view === 'nodes') {
        await page.click('summary');
        await page.waitForSelector('.known .fact');
      }
      await look(page, `${view} ${language} ${theme} ${width}`, wrongs);
    }
  }
  const left = await page.innerText('body');
  assert.doesNotMatch(left.replace(/anna|hub|ci\b|gwt_|English|Guywire/g, ''), /\b(the|device|token|signed)\b/i, 'English in the Chinese page');

  step('signed out, signed in');
  await page.setViewportSize({ width: 1280, height: 860 });
  await page.evaluate(() => localStorage.setItem('guywire-language', 'en'));
  await page.goto(origin);
  await page.click('button[aria-label="Sign out"]');
  await page.waitForSelector('#password');
  await look(page, 'sign-in', wrongs);
  anna.expected = /status of 401/;
  await page.fill('#name', 'anna');
  await page.fill('#password', 'not the password');
  await page.click('button.main');
  await shown(page, 'name or password are wrong');
  delete anna.expected;
  await page.fill('#password', password);
  await page.click('button.main');
  await page.waitForSelector('nav');

  step('a second factor: a code to scan, written codes, asked for when signing in');
  await page.click('a[title="Account"]');
  await page.fill('#present', password);
  await page.click('button:has-text("Set it up")');
  const secret = await page.inputValue('input[aria-label="Secret"]');
  await page.locator('.code').screenshot({ path: join(directory, 'secret.png') });
  writeFileSync(join(directory, 'secret'), secret);
  await look(page, 'a secret to scan', wrongs);
  await page.fill('#code', oneTimeCode(secret, 0));
  await page.click('button:text-is("Turn it on")');
  await page.waitForSelector('.codes li');
  await look(page, 'recovery codes', wrongs);
  const written = await page.innerText('.codes li');
  await page.click('button:has-text("I have kept them")');
  await shown(page, 'Recovery codes left: 10');
  await page.click('button[aria-label="Sign out"]');
  anna.expected = /status of 401/;
  await page.fill('#name', 'anna');
  await page.fill('#password', password);
  await page.click('button.main');
  await page.waitForSelector('#code');
  await look(page, 'a code is asked for', wrongs);
  await page.fill('#code', oneTimeCode(secret, 1));
  await page.click('button.main');
  await page.waitForSelector('nav');
  delete anna.expected;
  await page.click('a[title="Account"]');
  await page.fill('#code', written);
  await page.click('button:text-is("Turn it off")');
  await page.waitForSelector('#present');

  step('somebody who has his own devices and sees no more');
  await page.click('#to-users');
  await page.click('button:has-text("Add person")');
  await look(page, 'add a person', wrongs);
  await page.fill('#user-name', 'ben');
  await page.fill('#user-password', 'first words for ben');
  await page.click('dialog button.main');
  await page.waitForSelector('button[aria-label="Change ben"]');
  const bens = await context(browser, wrongs);
  const his = await bens.newPage();
  await his.goto(origin);
  await his.fill('#name', 'ben');
  await his.fill('#password', 'first words for ben');
  await his.click('button.main');
  await his.waitForSelector('.empty');
  assert.deepEqual(await his.locator('nav a').allInnerTexts(), ['Devices']);
  await his.click('.empty button.main');
  await his.fill('#device-name', 'ben-phone');
  await his.click('dialog button[value=here]');
  await his.waitForSelector('.code');
  await leave(his);
  await his.waitForSelector('li:has-text("ben-phone")');
  assert.equal(await his.locator('section.sheet li').count(), 1);
  assert.equal(await his.locator('[role=switch]').count(), 0);
  await look(his, 'own devices', wrongs);
  await his.goto(`${origin}/?view=tokens`);
  await his.waitForSelector('li:has-text("ben-phone")');
  await bens.close();
  await page.click('button[aria-label="Remove ben"]');
  await page.click('dialog button.danger');
  await page.waitForSelector('button[aria-label="Change ben"]', { state: 'detached' });

  step('another password, and one for who has an administrator\'s token');
  await page.click('a[title="Account"]');
  await page.fill('#old', password);
  await page.fill('#new', 'a few other words');
  await page.click('button:text-is("Change the password")');
  await shown(page, 'The password is changed');
  const { token } = await ask(page, 'POST', '/tokens', { owner: 'ops', scope: 'administer' });
  await page.click('button[aria-label="Sign out"]');
  await page.click('button:has-text("No password yet")');
  await look(page, 'sign-in by token', wrongs);
  await page.fill('#token', token);
  await page.fill('#password', 'and some more words');
  await page.click('button.main');
  await page.waitForSelector('nav');
  assert.match(await page.innerText('header'), /ops/);
  assert.deepEqual(wrongs, []);
  step('done');
} catch (error) {
  for (const one of browser.contexts()) {
    for (const [i, page] of one.pages().entries()) {
      await page.screenshot({ path: join(directory, `failed-${i}.png`) }).catch(() => undefined);
    }
  }
  console.error(error);
  wrongs.forEach((wrong) => console.error(wrong));
  process.exitCode = 1;
} finally {
  await browser.close();
  process.stdin.destroy();
}
