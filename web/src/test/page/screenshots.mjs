// Pictures of every screen in both languages and themes, wide and on a phone, of a new server:
// node screenshots.mjs LINK DIRECTORY
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { payload, pile } from './import.mjs';
import { ask, context, join as joinAs, launch, password, setUp, someKey } from './browser.mjs';

const [link, directory] = process.argv.slice(2);
mkdirSync(directory, { recursive: true });
const origin = new URL(link).origin;
const browser = await launch();
const wrongs = [];

const definition = `# Two homes and an office, joined by one hub in a data centre.
network: home
overlay: 10.77.0.0/24
sites:
  home: {lan: 192.168.2.0/24, internet: nat}
  office: {lan: 192.168.40.0/24, internet: nat}
nodes:
  hub: {hub: true, public: 203.0.113.7, listen: 51820}
  router-home: {router: home, platform: openwrt}
  router-office: {router: office, platform: linux}
  # People and what they carry.
  anna-phone: {roaming: true, platform: ios}
  anna-laptop: {roaming: true, platform: macos}
  ben-phone: {roaming: true, platform: android}
  ben-thinkpad: {roaming: true, platform: linux}
  guest-tablet: {roaming: true, platform: android}
expect:
  - anna-laptop reaches home, office
  - home reaches office keeping source
`;

async function pictures(name, prepare, sizes = [[1200, 800, ''], [390, 844, '-phone']]) {
  for (const [width, height, size] of sizes) {
    for (const language of ['en', 'zh-CN']) {
      for (const theme of ['light', 'dark']) {
        const page = await anna.newPage();
        await page.setViewportSize({ width, height });
        await page.goto(origin);
        await page.evaluate(
          ([language, theme]) => {
            localStorage.setItem('guywire-language', language);
            localStorage.setItem('guywire-theme', theme);
          },
          [language, theme],
        );
        await prepare(page);
        await page.screenshot({ path: join(directory, `${name}${size}-${language.slice(0, 2)}-${theme}.png`) });
        await page.close();
      }
    }
  }
}

const anna = await context(browser, wrongs);
anna.setDefaultTimeout(20_000);
try {
  await pictures('set-up', async (page) => {
    await page.goto('about:blank');
    await page.goto(link);
    await page.waitForSelector('#password');
  });
  const page = await anna.newPage();
  await setUp(page, link);
  const at = '/networks/home';
  await pictures('no-device', async (page) => {
    await page.goto(origin);
    await page.waitForSelector('.empty');
  });
  await ask(page, 'POST', at + '/changes', { definition, 'expected-version': 1, comment: 'the office and what we carry', cuts: ['hub'] });
  const key = { 'anna-phone': someKey(), 'anna-laptop': someKey() };
  for (const node of ['router-home', 'anna-phone', 'anna-laptop', 'ben-phone', 'ben-thinkpad']) {
    await ask(page, 'PUT', `${at}/nodes/${node}/key`, { 'public-key': key[node] ?? someKey() });
  }
  await ask(page, 'PUT', at + '/devices/ben-phone/state', { state: 'paused' });
  await ask(page, 'PUT', at + '/devices/ben-thinkpad/state', { state: 'active', 'expires-in-seconds': 2_600_000 });
  await ask(page, 'POST', at + '/changes', { definition: definition.replace('listen: 51820', 'listen: 443'), 'expected-version': 2, comment: 'a port that hotels let through' });
  await ask(page, 'POST', '/tokens', { owner: 'ci', label: 'pull requests', scope: 'operate', network: 'home', 'expires-in-seconds': 7_776_000 });
  await ask(page, 'POST', '/tokens', { owner: 'grafana', label: 'the wall in the hall', scope: 'read' });

  const view = (name) => async (page) => {
    await page.goto(`${origin}/?view=${name}`);
    await page.waitForSelector('main .sheet');
  };
  const invite = async (body) => {
    const invited = await ask(page, 'POST', at + '/invitations', body);
    return `'${origin}/#${invited.token}~${invited.fingerprint}'`;
  };
  const hub = await joinAs(browser, await invite({ name: 'hub', approved: true }), 'hub', '203.0.113.7/24');
  await hub.tell({ [key['anna-phone']]: 0, [key['anna-laptop']]: 0 });
  // What a page has heard of rates it keeps: so they are told while it is open.
  let moved = 0;
  await pictures('devices', async (page) => {
    await view('devices')(page);
    await page.waitForSelector('li:has-text("anna-phone") .endpoint');
    for (const more of [3, 9, 4, 14]) {
      moved += more * 100_000;
      await hub.tell({ [key['anna-phone']]: moved, [key['anna-laptop']]: moved * 4 });
      await page.waitForTimeout(1000);
    }
  });
  let count = 0;
  await pictures('code', async (page) => {
    await view('devices')(page);
    await page.click('main button.main');
    await page.fill('#device-name', `tablet-${++count}`);
    await page.screenshot({ path: join(directory, `add-${count}.png`) });
    await page.click('dialog button[value=here]');
    await page.waitForSelector('.code');
    await ask(page, 'DELETE', `${at}/devices/tablet-${count}`);
  });
  await pictures('link', async (page) => {
    await view('devices')(page);
    await page.click('li:has-text("guest-tablet") button:nth-of-type(3)');
    await page.waitForSelector('.code');
  });
  await pictures('command', async (page) => {
    await view('nodes')(page);
    await page.click('summary:has-text("router-office")');
    await page.click('button:has-text("Connect it"), button:has-text("连接")');
    await page.waitForSelector('dialog pre');
  });
  await joinAs(browser, await invite({}), 'store', '192.168.40.7/24');
  await pictures('newcomer', async (page) => {
    await view('nodes')(page);
    await page.waitForSelector('article');
  });
  await pictures('nodes', async (page) => {
    await view('nodes')(page);
    await page.click('summary');
    await page.waitForSelector('.known .fact:nth-of-type(3)');
  });
  await pictures('map', async (page) => {
    await page.goto(`${origin}/?view=network&from=anna-laptop&to=office-host&down=router-office`);
    await page.waitForSelector('.verdict');
    await page.waitForSelector('#on-map-hub .dot');
  });
  await pictures('access', async (page) => {
    await view('access')(page);
    await page.click('[data-at="0/1"]');
  });
  await pictures('access-refused', async (page) => {
    await view('access')(page);
    await page.click('button:has-text("Add sentence"), button:has-text("添加句子")');
    await page.keyboard.type('roaming may reach home');
    await page.waitForSelector('.preview .broken');
  });
  await hub.tell({ [key['anna-phone']]: moved, [key['anna-laptop']]: moved * 4 }, {
    drift: [{ english: 'the route to 192.168.40.0/24 is missing', chinese: '缺少到 192.168.40.0/24 的路由' }],
    mends: [{ outcome: 'given-up', words: { english: 'another program takes the address 10.77.0.1/24 away again and again', chinese: '另一个程序一再去掉地址 10.77.0.1/24' }, 'seconds-ago': 5 }],
  });
  await pictures('health', async (page) => {
    await view('health')(page);
    await page.waitForSelector('li .what');
  });
  await pictures('definition', view('definition'));
  await pictures('offered', async (page) => {
    await view('definition')(page);
    const editor = page.locator('textarea');
    await editor.evaluate((area) => {
      const at = area.value.indexOf('  router-home:') + 15;
      area.setSelectionRange(at, at);
    });
    await editor.press('End');
    await editor.press('ArrowLeft');
    await page.keyboard.type(', ');
    await page.keyboard.press('Control+Space');
    await page.waitForSelector('.offer:not([hidden])');
  });
  const before = pile().files;
  await pictures('import', async (page) => {
    await view('import')(page);
    await page.locator('.drop input').first().setInputFiles(payload(before));
    await page.waitForSelector('.files .tag.good');
    await page.waitForSelector('.result pre');
  });
  await pictures('import-result', async (page) => {
    await view('import')(page);
    await page.locator('.drop input').first().setInputFiles(payload(before));
    await page.waitForSelector('.result pre');
    await page.evaluate(() => document.querySelector('.result').scrollIntoView());
  });
  await pictures('take-over', async (page) => {
    await view('import')(page);
    await page.waitForSelector('li:has-text("router-office") button');
    await page.evaluate(() => document.querySelector('main section:last-of-type').scrollIntoView());
  });
  await pictures('refused', async (page) => {
    await view('definition')(page);
    const editor = page.locator('textarea');
    await editor.fill((await editor.inputValue()) + 'policy:\n  - roaming may reach home\n  - home, office may reach each other\n');
    await page.waitForSelector('.broken pre');
  });
  await pictures('cuts', async (page) => {
    await view('definition')(page);
    const editor = page.locator('textarea');
    await editor.fill((await editor.inputValue()).replace(/ {2}ben-phone: .*\n/, ''));
    await page.waitForSelector('.cuts');
  });
  await pictures('difference', async (page) => {
    await view('definition')(page);
    await page.click('.versions li:nth-child(2) button');
    await page.waitForSelector('dialog table');
  });
  await ask(page, 'POST', '/users', { name: 'ben', password: 'first words for ben', scope: 'own', network: 'home' });
  await ask(page, 'POST', '/users', { name: 'carla', password: 'first words for carla', scope: 'operate' });
  await pictures('users', view('users'));
  await pictures('account', async (page) => {
    await view('account')(page);
    await page.fill('#present', password);
    await page.click('button:has-text("Set it up"), button:text-is("设置")');
    await page.waitForSelector('svg.code');
  });
  await pictures('tokens', view('tokens'));
  await ask(page, 'POST', '/webhooks', { url: 'https://chat.example.net/hooks/guywire' });
  await pictures('settings', view('settings'));
  await pictures('activity', view('activity'));
  await pictures('activity-change', async (page) => {
    await view('activity')(page);
    await page.click('.when button');
    await page.waitForSelector('dialog table');
  });
  const given = await ask(page, 'POST', at + '/devices/guest-tablet/link', {});
  await pictures('taking', async (page) => {
    await page.goto('about:blank');
    await page.goto(`${origin}/#${given.token}`);
    await page.waitForSelector('button.main');
  });
  await ask(page, 'DELETE', '/session');
  await page.close();
  await pictures('sign-in', async (page) => {
    await page.goto(origin);
    await page.waitForSelector('#password');
  });
  if (wrongs.length > 0) {
    throw new Error(wrongs.join('\n'));
  }
} catch (error) {
  for (const [i, page] of anna.pages().entries()) {
    await page.screenshot({ path: join(directory, `failed-${i}.png`) }).catch(() => undefined);
  }
  throw error;
} finally {
  await browser.close();
}
