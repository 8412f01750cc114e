// The import's proof: files of several programs are given to the page, and what it sends is looked at byte by byte.
import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import { ask, join as joinAs, look } from './browser.mjs';

/** A key pair as WireGuard writes it. */
function pair() {
  const secret = randomBytes(32);
  const der = Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), secret]);
  const shown = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })).export({ format: 'der', type: 'spki' });
  return { private: secret.toString('base64'), public: shown.subarray(-32).toString('base64') };
}

/** Four machines whose files are of four programs, with all that must not leave the browser. */
export function pile() {
  const [hub, router, tik, laptop, phone, spare] = Array.from({ length: 6 }, pair);
  const shared = randomBytes(32).toString('base64');
  const loose = randomBytes(32).toString('base64');
  const files = {
    'hub.conf': `[Interface]
PrivateKey = ${hub.private}
Address = 10.8.0.1/24
ListenPort = 51820
# was: ${loose}

# router
[Peer]
PublicKey = ${router.public}
PresharedKey = ${shared}
AllowedIPs = 10.8.0.2/32, 192.168.20.0/24
# tik
[Peer]
PublicKey = ${tik.public}
AllowedIPs = 10.8.0.3/32
# laptop
[Peer]
PublicKey=${laptop.public}
AllowedIPs = 10.8.0.4/32
# anna-phone
[Peer]
PublicKey = ${phone.public}
AllowedIPs = 10.8.0.5/32
`,
    'router.uci': `config interface 'lan'
	option device 'br-lan'
	option proto 'static'
	option ipaddr '192.168.20.1'
	option netmask '255.255.255.0'

config interface 'wg0'
	option proto 'wireguard'
	option private_key '${router.private}'
	list addresses '10.8.0.2/24'

config wireguard_wg0
	option public_key '${hub.public}'
	option preshared_key "${shared}"
	option endpoint_host '203.0.113.9'
	option endpoint_port '51820'
	option persistent_keepalive '25'
	option route_allowed_ips '1'
	list allowed_ips '10.8.0.0/24'

config interface 'wan'
	option proto 'pppoe'
	option username 'anna'
	option password 'words-of-the-line'
`,
    'tik.rsc': `/interface wireguard
add listen-port=13231 mtu=1420 name=wg0 private-key=\\
    "${tik.private.slice(0, 20)}\\
    ${tik.private.slice(20)}"
/interface wireguard peers
add allowed-address=10.8.0.0/24 endpoint-address=203.0.113.9 endpoint-port=51820 interface=wg0 persistent-keepalive=25s public-key="${hub.public}"
/ip address
add address=10.8.0.3/24 interface=wg0
`,
    'laptop.nmconnection': `[connection]
id=wg0
type=wireguard
interface-name=wg0

[wireguard]
private-key=${laptop.private}

[wireguard-peer.${hub.public}]
endpoint=203.0.113.9:51820
allowed-ips=10.8.0.0/24;
persistent-keepalive=25

[ipv4]
address1=10.8.0.4/24
method=manual
`,
    'spare.key': spare.private + '\n',
    'old/dump.txt': `wg9\t${spare.private}\t${spare.public}\t51999\toff\n`,
  };
  return {
    files,
    publics: { hub: hub.public, router: router.public, tik: tik.public, laptop: laptop.public, 'anna-phone': phone.public },
    secrets: [hub.private, router.private, tik.private, tik.private.slice(0, 20), tik.private.slice(20), laptop.private, spare.private, shared, loose, 'words-of-the-line'],
  };
}

export function payload(files) {
  return Object.entries(files).map(([path, text]) => ({ name: path.split('/').at(-1), mimeType: 'text/plain', buffer: Buffer.from(text) }));
}

/** What people do with it, from the files to the first machine that is taken over. */
export async function importJourney({ browser, page, wrongs, step, shown, leave }) {
  const { files, publics, secrets } = pile();
  const sent = [];
  const listen = (request) => sent.push({ url: request.url(), body: request.postData() ?? '' });
  page.on('request', listen);

  step('files of four programs are understood, and none of their secrets leaves the browser');
  await page.click('nav a:has-text("Import")');
  await page.waitForSelector('.drop');
  await look(page, 'import, empty', wrongs);
  await page.locator('.drop input').first().setInputFiles(payload(files));
  await page.waitForSelector('.files .tag.good');
  await shown(page, 'OpenWrt (UCI)');
  for (const [name, key] of Object.entries(publics)) {
    await page.waitForFunction(([name, key]) => document.querySelector('.result pre')?.textContent.includes(key) ? true : undefined, [name, key]);
  }
  const posted = sent.filter(({ url }) => url.endsWith('/imports'));
  assert.ok(posted.length > 0 && posted.every(({ body }) => JSON.parse(body).files.length === 6));
  for (const secret of secrets) {
    assert.ok(!sent.some(({ url, body }) => body.includes(secret) || JSON.stringify(body).includes(JSON.stringify(secret).slice(1, -1)) || url.includes(encodeURIComponent(secret))), 'a secret was sent');
  }
  for (const { body } of posted) {
    const texts = JSON.parse(body).files.map(({ text }) => text);
    const [hub, router, tik] = texts;
    assert.match(router.match(/preshared_key "([^"]*)"/)[1], /^[A-Za-z0-9+/]{43}=$/);
    assert.equal(hub.match(/PresharedKey = (.*)/)[1], router.match(/preshared_key "([^"]*)"/)[1], 'the same by the same');
    assert.equal(hub.split('\n').length, files['hub.conf'].split('\n').length, 'every line where it was');
    assert.match(tik, /private-key=\\\n {4}"[A-Za-z0-9+/]{20}\\\n {4}[A-Za-z0-9+/]{23}="/, 'the cuts of RouterOS too');
  }
  await page.waitForSelector('section[aria-label="Who reaches whom, against the files"]');
  await look(page, 'import, seen', wrongs);
  const wide = page.viewportSize();
  await page.setViewportSize({ width: 360, height: 740 });
  await look(page, 'import, seen on a phone', wrongs);
  await page.setViewportSize(wide);

  step('whose file it is can be said, and another network of the files be meant');
  await page.fill('#import-name', 'old-homes');
  await page.fill('input[aria-label="Machine of laptop.nmconnection"]', 'thinkpad');
  await page.waitForFunction(() => /network: old-homes/.test(document.querySelector('.result pre')?.textContent) && /thinkpad/.test(document.querySelector('.result pre')?.textContent));

  step('what comes of it is a change of the present network, to be looked at first, or a network of its own');
  const before = (await ask(page, 'GET', '/networks/home')).version;
  await page.click('button:has-text("See it as a change of home")');
  await page.waitForSelector('textarea');
  assert.match(await page.inputValue('textarea'), /network: "home"[^]*thinkpad:/);
  await page.waitForSelector('.preview');
  await page.click('button:has-text("Discard")');
  assert.equal((await ask(page, 'GET', '/networks/home')).version, before, 'looked at, not made');
  await page.click('nav a:has-text("Import")');
  await page.locator('.drop input').first().setInputFiles(payload(files));
  await page.fill('#import-name', 'old-homes');
  await page.waitForFunction(() => /network: old-homes/.test(document.querySelector('.result pre')?.textContent));
  await page.click('button:has-text("Make the network old-homes")');
  await shown(page, 'The machines of old-homes');
  const made = (await ask(page, 'GET', '/networks/old-homes/nodes')).items;
  assert.deepEqual(Object.fromEntries(made.map((node) => [node.name, node['public-key']])), publics, 'each keeps the key of its files');
  await look(page, 'device by device', wrongs);

  step('one command takes a machine over with the key that it has');
  await page.click('li:has-text("hub") button:has-text("Command")');
  await page.waitForSelector('dialog pre');
  const command = await page.innerText('dialog pre');
  assert.match(command, /^sudo wg-quick down wg0\nif sudo guywire join '[^']+' --name 'hub' --key \/etc\/wireguard\/wg0\.conf\nthen sudo systemctl disable wg-quick@wg0; else sudo wg-quick up wg0; fi$/);
  await look(page, 'command, taking over', wrongs);
  const hub = await joinAs(browser, command, 'hub', '203.0.113.9/24', publics.hub);
  assert.equal(hub.state, 'approved', 'with its own key it needs no other yes');
  await leave(page);
  await hub.tell({ [publics['anna-phone']]: 5_000 });
  await page.waitForSelector('li:has-text("hub") .tag.good:has-text("online")');
  await shown(page, 'Managed: 1 of 5');

  step('a phone keeps its file, or gets another key, which the definition then says');
  await page.click('li:has-text("anna-phone") button:has-text("New key and code")');
  await page.click('dialog button.main');
  await page.waitForSelector('dialog .code');
  await leave(page);
  await page.click('li:has-text("router") button:has-text("New key and code")');
  await page.click('dialog button.main');
  await shown(page, 'router and hub share a pre-shared key');
  await look(page, 'a pre-shared key', wrongs);
  await leave(page);
  const text = await ask(page, 'GET', '/networks/old-homes/definition');
  assert.ok(text.includes(publics.router), 'a key of which a file would be of no use is not made');
  assert.ok(!text.includes(publics['anna-phone']) && text.includes(publics.tik), 'its key alone is another');
  page.off('request', listen);
  for (const secret of secrets) {
    assert.ok(!sent.some(({ body }) => body.includes(secret)), 'nor later');
  }
  await page.selectOption('header select', 'home');
}
