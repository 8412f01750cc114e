// A real identity provider (OpenID Connect), for tests: node identity.mjs KEY CERTIFICATE WAY-BACK
// It prints where it is, and ends with its input. Whoever signs in is who he says he is, with any password; those
// whose name begins with "new-" have an address that was not verified, those with "op-" are of the group vpn-ops. The
// provider says that its programs are for Node 22; they run in Node 20.
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { Provider } from 'oidc-provider';

const [key, certificate, wayBack] = process.argv.slice(2);
let answer;
const server = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (request, response) => answer(request, response));
server.listen(0, '127.0.0.1', () => {
  const issuer = `https://127.0.0.1:${server.address().port}`;
  const signing = [
    { ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }), kid: 'rsa', use: 'sig' },
    { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }), kid: 'ec', use: 'sig' },
  ];
  const client = { client_secret: 'a secret: of a test/&+', redirect_uris: [wayBack], grant_types: ['authorization_code'], response_types: ['code'] };
  const provider = new Provider(issuer, {
    clients: [
      { ...client, client_id: 'guywire' },
      { ...client, client_id: 'guywire-ec', id_token_signed_response_alg: 'ES256' },
    ],
    cookies: { keys: ['of a test'] },
    jwks: { keys: signing },
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['preferred_username'], groups: ['groups'] },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.net`, email_verified: !id.startsWith('new-'), preferred_username: id, groups: id.startsWith('op-') ? ['staff', 'vpn-ops'] : ['staff'] }),
    }),
  });
  answer = provider.callback();
  console.log(`at ${issuer}`);
});
process.stdin.resume().on('end', () => process.exit());
