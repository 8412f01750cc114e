// A real browser on a real server: what every test and every picture of the page begins with.
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join as pathIn } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Chromium as Debian has it. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: process.getuid() === 0 ? ['--no-sandbox'] : [],
  });
}

const hosts = ['127.0.0.1', 'localhost', ''];

/** A server that is elsewhere than on this machine may be asked. */
export function allow(host) {
  hosts.push(host);
}

/** A browser's context whose page may do nothing wrong: what it did stands in `wrongs`. */
export async function context(browser, wrongs, options = {}) {
  const made = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: { width: 1280, height: 860 },
    locale: 'en-GB',
    acceptDownloads: true,
    ...options,
  });
  made.on('page', (page) => {
    page.on('console', (message) => {
      // What a server refuses, Chromium calls an error; whoever refuses on purpose says so.
      if (['error', 'warning'].includes(message.type()) && !made.expected?.test(message.text())) {
        wrongs.push(`console: ${message.text()}`);
      }
    });
    page.on('pageerror', (error) => wrongs.push(`exception: ${error.message}`));
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (!hosts.includes(url.hostname)) {
        wrongs.push(`another host was asked: ${request.url()}`);
      }
    });
  });
  return made;
}

/** What axe finds in what is shown now. */
export async function look(page, where, wrongs) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  for (const violation of found.violations) {
    wrongs.push(`axe, ${where}: ${violation.id}: ${violation.help}: ${violation.nodes.map((node) => node.html.slice(0, 160)).slice(0, 3).join(' | ')}`);
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (wide > 0) {
    wrongs.push(`${where}: ${wide} pixels wider than the window`);
  }
}

/** Asks whoever started this for something that no browser can do; `run` for a command on a machine. */
export function asking() {
  const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  const asked = async (what) => {
    console.log(what);
    const { value } = await answers.next();
    assert.equal(value, 'done', what);
  };
  // Escaped, so that it is one line.
  const run = (machine, command) => asked(`run ${machine} ${command.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`);
  return { asked, run };
}

/** Keeps what is to be seen where a step went wrong. */
export async function keepFailure(browser, directory, error) {
  for (const [i, page] of browser.contexts().flatMap((one) => one.pages()).entries()) {
    await page.screenshot({ path: pathIn(directory, `failed-${i}.png`) }).catch(() => undefined);
    console.log((await page.innerText('body').catch(() => '')).replaceAll('\n', ' / '));
  }
  console.log(String(error?.stack ?? error));
  process.exitCode = 1;
}

/** Sets the server up as a newcomer does, up to the empty list of devices. */
export async function setUp(page, link, hub = '203.0.113.7') {
  await page.goto(link);
  await page.fill('#name', 'anna');
  await page.fill('#password', password);
  await page.fill('#network', 'home');
  await page.fill('#host', hub);
  await page.click('button.main');
  await page.waitForSelector('.empty');
}

export const password = 'a few good words';

/** Asks the API as the page does, with the session of the browser. */
export async function ask(page, method, path, body) {
  return page.evaluate(
    async ([method, path, body]) => {
      const response = await fetch('/api/v1' + path, {
        method,
        headers: { 'X-Guywire-Page': '1' },
        body: body === undefined ? null : JSON.stringify(body),
      });
      const text = await response.text();
      if (!response.ok) {
        throw new Error(`${method} ${path}: ${response.status} ${text}`);
      }
      return response.headers.get('Content-Type')?.startsWith('application/json') ? JSON.parse(text) : text;
    },
    [method, path, body],
  );
}

/** What a device shows for a secret in base32, so many steps from now (RFC 6238). */
export function oneTimeCode(secret, after) {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + after));
  const hash = createHmac('sha1', key).update(step).digest();
  const number = hash.readUInt32BE(hash.at(-1) & 15) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, '0');
}

/** A public key that nobody has the private one of. */
export function someKey() {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64');
}

/** The definition of a network of a hub and as many devices as are wanted. */
export function manyDevices(count, name = 'many') {
  const lines = [`network: ${name}`, 'overlay: 10.0.0.0/16', 'nodes:', '  hub: {hub: true, public: 198.51.100.1}'];
  for (let i = 1; i <= count; i++) {
    lines.push(`  d${i}: {roaming: true, platform: ${i % 2 ? 'ios' : 'android'}, public-key: ${someKey()}}`);
  }
  return lines.join('\n') + '\n';
}

/**
 * A host that is given the command that the page shows, played: its keys, what it says of itself, its signatures.
 * One that runs a tunnel already brings its public key. What it is told of its request is its `state`; later it can `tell` what its tunnels do.
 */
export async function join(browser, command, name, address, key = someKey()) {
  const [, origin, token, fingerprint] = /'(https:[^/]*\/\/[^/]+)\/#(gwt_[A-Za-z0-9_-]{43})~([0-9a-f]{64})'/.exec(command);
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { request } = await browser.newContext({ ignoreHTTPSErrors: true });
  const at = `${origin}/api/v1/host`;
  const post = async (path, token, data) => {
    const answer = await request.post(at + path, { headers: token ? { Authorization: `Bearer ${token}` } : {}, data });
    if (!answer.ok()) {
      throw new Error(`a host was refused at ${path}: ${await answer.text()}`);
    }
    return answer.json();
  };
  const signed = async (what, who) => {
    const { challenge } = await (await request.get(at + '/challenge')).json();
    const statement = `guywire host, version 1\n${what}\nchallenge ${challenge}\nserver ${fingerprint}\n${who}\n`;
    return { challenge, signature: sign(null, Buffer.from(statement), privateKey).toString('base64') };
  };
  const { host, state } = await post('', token, {
    version: 1,
    name,
    'public-key': key,
    identity: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64'),
    facts: {
      'host-name': `${name}.example.net`,
      kernel: '6.12.48-amd64',
      links: [{ name: 'eth0', addresses: [address] }],
      'default-routes': [{ link: 'eth0' }],
    },
    ...(await signed('join', key)),
  });
  return {
    state,
    /** Each of the peers with what was received from it so far; as much again was sent. And what else it tells. */
    async tell(peers, more = {}) {
      const session = await post('/session', '', { version: 1, host, ...(await signed('here', host)) });
      await post('/reports', session.token, {
        version: 1,
        program: 'guywire 0.1.0',
        applied: { revision: 7, digest: '0'.repeat(64) },
        peers: Object.entries(peers).map(([publicKey, bytes]) => ({
          tunnel: 'wg0',
          'public-key': publicKey,
          'handshake-seconds-ago': 3,
          endpoint: '198.51.100.9:41234',
          'received-bytes': bytes,
          'sent-bytes': bytes,
        })),
        ways: [],
        ...more,
      });
    },
  };
}
