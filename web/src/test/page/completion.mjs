// What the editor of the definition offers while somebody writes.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ask, look } from './browser.mjs';

const text = `# what we have
network: home
overlay: 10.77.0.0/24
sites:
  office: {lan: 192.168.40.0/24, hosts: {printer: 192.168.40.9}}
  "north":
    lan: 192.168.50.0/24
    hosts:
      nas: 192.168.50.2
nodes:
  hub: {hub: true, public: 203.0.113.7}
  gate:
    router: office
    |
groups:
  people: [anna, ben]
`;

/** Texts with the cursor at the bar, and what is offered there: all of it, or these first. */
const cases = [
  ['|', ['network', 'overlay', 'topology']],
  ['network: home\n|', ['overlay', 'topology']],
  ['network: home\noverlay: 10.0.0.0/8\ntop|', ['topology']],
  ['topology: |', ['hub', 'mesh', 'links']],
  ['topology: m|', ['mesh']],
  ['preshared-keys: |', ['true', 'false']],
  [text, ['public', 'site', 'gateway', 'roaming', 'hub']],
  [text.replace('    |', '    platform: op|'), ['openwrt']],
  [text.replace('    |', '    source-nat: |'), ['true', 'false', 'office', 'north', 'hub', 'gate', 'people']],
  [text.replace('    |', '  anna: {site: |'), ['office', 'north']],
  [text.replace('    |', '  anna: {site: office, plat|}'), ['platform']],
  [text.replace('    |', '  anna: {platform: i|, site: office}'), ['ios']],
  [text.replace('    |', '  anna: {roaming: [mobile, h|]}'), ['hotel']],
  [text.replace('    |', '    # |'), []],
  [text.replace('    |', '    public: "|"'), []],
  [text.replace('[anna, ben]', '[of|').replace('    |\n', ''), ['office']],
  [text.replace('[anna, ben]', '\n    - pr|').replace('    |\n', ''), ['printer']],
  [text.replace('    |\n', '') + 'links:\n  hub - gate: |', ['direct', 'none', 'via hub', 'via gate']],
  [text.replace('    |\n', '') + 'dns: |', ['hub', 'gate']],
  [text.replace('    |\n', '') + 'policy:\n- people m|', ['may reach', 'may not reach']],
  [text.replace('    |\n', '') + 'expect:\n  - nas r|', ['reaches', 'is blocked from', 'resolves']],
  ['sites:\n  a:\n    internet: nat-|', ['nat-random']],
  ['sites:\n  a: {\n    lan: 10.0.0.0/8,\n    acc|\n  }\n', ['access']],
];

async function offered(page, with_bar) {
  const editor = page.locator('textarea');
  const at = with_bar.indexOf('|');
  await editor.fill(with_bar.replace('|', ''));
  await editor.evaluate((area, at) => area.setSelectionRange(at, at), at);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+Space');
}

export async function completionJourney({ page, wrongs, step, shown }) {
  step('the editor offers keys, values and names where the cursor stands');
  await page.click('nav a:has-text("Definition")');
  const editor = page.locator('textarea');
  await editor.waitFor();
  const before = await editor.inputValue();
  for (const [with_bar, wanted] of cases) {
    await offered(page, with_bar);
    await page
      .waitForFunction(
        (wanted) => {
          const shown = [...document.querySelectorAll('.offer:not([hidden]) [role=option] > span:first-child')].map((one) => one.textContent);
          return wanted.length === 0 ? shown.length === 0 : wanted.every((one) => shown.includes(one)) && shown.indexOf(wanted[0]) >= 0;
        },
        wanted,
        { timeout: 5000 },
      )
      .catch(async () => {
        const got = await page.locator('.offer:not([hidden]) [role=option]').allInnerTexts();
        assert.fail(`at ${JSON.stringify(with_bar)}: ${JSON.stringify(got)}, wanted ${JSON.stringify(wanted)}`);
      });
  }

  step('what each key means is there in Chinese, too');
  const schema = JSON.stringify(await ask(page, 'GET', '/definition-schema.json'), null, 1);
  const chinese = readFileSync(new URL('../../main/page/words/schema.zh.ts', import.meta.url), 'utf8');
  const meanings = [...schema.matchAll(/"description": ("(?:[^"\\]|\\.)*")/g)].map((match) => match[1]).slice(1);
  assert.deepEqual(meanings.filter((one) => !chinese.includes(`  ${one}:`)), []);

  step('it is taken by keys, and by Ctrl-Z given back');
  await editor.fill(before);
  await editor.evaluate((area) => area.setSelectionRange(area.value.length, area.value.length));
  await page.keyboard.type('top');
  await page.waitForSelector('.offer:not([hidden]) [role=option]:has-text("topology")');
  await shown(page, 'Who has a tunnel to whom.');
  await look(page, 'definition, offered', wrongs);
  await page.keyboard.press('Enter');
  assert.equal(await editor.inputValue(), before + 'topology: ');
  await page.keyboard.press('Control+Space');
  await page.waitForSelector('.offer:not([hidden]) [role=option]:has-text("mesh")');
  await page.keyboard.press('ArrowDown');
  assert.match(await editor.getAttribute('aria-activedescendant'), /-1$/);
  await page.keyboard.press('Tab');
  assert.equal(await editor.inputValue(), before + 'topology: mesh');
  assert.ok(await editor.evaluate((area) => area === document.activeElement));
  await page.keyboard.press('Control+Z');
  assert.equal(await editor.inputValue(), before + 'topology: ');
  await page.keyboard.press('Control+Space');
  await page.waitForSelector('.offer:not([hidden])');
  await page.keyboard.press('Escape');
  await page.waitForSelector('.offer', { state: 'hidden' });
  await page.keyboard.press('Enter');
  assert.equal(await editor.inputValue(), before + 'topology: \n', 'with nothing chosen, Enter is a new line');
  await page.click('button:has-text("Discard")');
}
