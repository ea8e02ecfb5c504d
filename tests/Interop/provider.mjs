// oidc-provider, as its authors ship it: its memory, its development pages, and the features that a command line signs in with.
// Says where it is in one line on standard output, and ends with its standard input.
//
//   ACCESS_TOKEN_TTL, REFRESH_TOKEN_TTL, DEVICE_CODE_TTL   seconds
//   SLOW_DOWNS=N           the first N polls with each device code are too quick for it
//   CLAIMS_IN_ID_TOKEN=1   the ID token repeats the claims of UserInfo
//   DPOP=off|nonce         no DPoP at all; or every proof needs the nonce (RFC 9449 8)

import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { Provider, errors } from 'oidc-provider';
import MemoryAdapter from 'oidc-provider/lib/adapters/memory_adapter.js';
import * as jose from 'jose';
import { ready } from './ready.mjs';

const people = {
  'you@yourcompany.com': {
    memberships: [{ slug: 'yourcompany', role: 'admin' }, { slug: 'test-org', role: 'member' }],
    default_org_slug: 'test-org',
    groups: ['authors', 'reviewers'],
  },
  'you@example.com': { memberships: [], groups: [] },
};

const seconds = (name, otherwise) => Number(process.env[name] ?? otherwise);
const patience = seconds('SLOW_DOWNS', 0);

// The provider has no rate limit of its own; how it words one is its own.
class Adapter extends MemoryAdapter {
  static #polls = new Map();

  async find(id) {
    const code = await super.find(id);
    if (this.model === 'DeviceCode' && code && Provider.ctx?.oidc.route === 'token') {
      const polls = (Adapter.#polls.get(id) ?? 0) + 1;
      Adapter.#polls.set(id, polls);
      if (polls <= patience) throw new errors.SlowDown();
    }
    return code;
  }
}

const native = {
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
  redirect_uris: ['http://127.0.0.1/callback'], // Any port (RFC 8252 section 7.3).
};
const machine = { grant_types: ['client_credentials'], response_types: [], redirect_uris: [] };
const clients = [
  { client_id: 'robot', ...machine, token_endpoint_auth_method: 'client_secret_post', client_secret: 'known to & hidden from nobody' },
  ...process.env.WORKLOAD_JWK
    ? [{ client_id: 'workload', ...machine, token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [JSON.parse(process.env.WORKLOAD_JWK)] } }]
    : [],
  { client_id: 'datagen-cli', client_name: 'Datagen Factory', ...native },
  { client_id: 'genlabz-cli', client_name: 'GenLabZ', ...native },
  { client_id: 'elliptic-cli', ...native, id_token_signed_response_alg: 'ES256' },
  { client_id: 'signed-userinfo-cli', ...native, userinfo_signed_response_alg: 'RS256' },
  { client_id: 'one-port-cli', ...native, application_type: 'web', redirect_uris: ['http://127.0.0.1:8731/callback'] },
  { client_id: 'localhost-cli', ...native, application_type: 'web', redirect_uris: ['http://localhost:8732/sign-in/done'] },
  { client_id: 'confidential-cli', ...native, token_endpoint_auth_method: 'client_secret_post', client_secret: 'known to & hidden from nobody' },
];

const key = async (alg) => {
  const { privateKey } = await jose.generateKeyPair(alg, { extractable: true });
  return { ...await jose.exportJWK(privateKey), alg, use: 'sig' };
};

const jwks = { keys: [await key('RS256'), await key('ES256')] };

const server = createServer();
ready(server, (issuer) => {
  const provider = new Provider(issuer, {
    adapter: Adapter,
    clients,
    jwks,
    cookies: { keys: ['only for tests'] },
    scopes: ['openid', 'offline_access', 'email'],
    claims: { openid: ['sub'], email: ['email', 'email_verified', 'memberships', 'default_org_slug', 'groups'] },
    conformIdTokenClaims: process.env.CLAIMS_IN_ID_TOKEN !== '1',
    findAccount: (_, email) => people[email] && {
      accountId: email,
      claims: () => ({ sub: email, email, email_verified: true, ...people[email] }),
    },
    features: {
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      dPoP: { enabled: process.env.DPOP !== 'off', ...process.env.DPOP === 'nonce' && { nonceSecret: randomBytes(32), requireNonce: () => true } },
      devInteractions: { enabled: true },
      introspection: { enabled: true },
      jwtUserinfo: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_, resource) => ({ scope: 'email', audience: resource, accessTokenFormat: 'jwt' }),
      },
    },
    pkce: { required: () => true },
    clockTolerance: 0,
    ttl: {
      AccessToken: seconds('ACCESS_TOKEN_TTL', 3600),
      DeviceCode: seconds('DEVICE_CODE_TTL', 600),
      Grant: 86400,
      IdToken: 3600,
      Interaction: 600,
      RefreshToken: seconds('REFRESH_TOKEN_TTL', 86400),
      Session: 86400,
    },
  });
  server.on('request', provider.callback());
  return issuer;
});
