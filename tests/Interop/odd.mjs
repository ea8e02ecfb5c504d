// oauth2-mock-server, made to answer as few servers do and every server may. The client's id chooses the oddity.
// Its metadata is RFC 8414's alone, for an issuer with a path. It has no device flow: the polls are counted here, and
// an approved device code is exchanged as if it were one of its authorization codes.

import { createServer } from 'node:http';
import { randomUUID } from 'node:crypto';
import { Events, OAuth2Issuer, OAuth2Service } from 'oauth2-mock-server';
import { ready } from './ready.mjs';

const path = '/tenant';
const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const email = { email: 'you@yourcompany.com' };

const oddities = {
  // Nothing that the standards let a server leave out, and UserInfo knows no email.
  'sparse-cli': {
    device: { interval: undefined, verification_uri_complete: undefined },
    token: { expires_in: undefined, refresh_token: undefined, id_token: undefined, scope: undefined },
    userinfo: { email: undefined },
  },
  // Numbers as texts, a token type in lower case, nulls, and members that nobody knows.
  'texts-cli': {
    device: { interval: '1', expires_in: '600', message: 'Go there.', qr: { size: 3 } },
    token: { expires_in: '3600', token_type: 'bearer', ext_expires_in: 7200, not_before_policy: 0, session_state: null },
    userinfo: { memberships: null, groups: null, address: { country: 'CH' } },
  },
  'empty-cli': { token: { refresh_token: '', id_token: '' } },
  'narrow-cli': { token: { scope: 'openid' } },
  'large-cli': { accessToken: { padding: 'x'.repeat(6000) } },
  'no-rotation-cli': { refreshed: { refresh_token: undefined, id_token: undefined } },
  'expired-cli': { poll: { error: 'expired_token' } },
  'forgetful-cli': { secondPoll: { error: 'invalid_grant' } },
  'mac-cli': { token: { token_type: 'mac' } },
};
const odd = (client) => oddities[client] ?? {};

const server = createServer();
ready(server, async (origin) => {
  const issuer = new OAuth2Issuer();
  issuer.url = origin + path;
  await issuer.keys.generate('RS256');
  const service = new OAuth2Service(issuer, { wellKnownDocument: `/.well-known/oauth-authorization-server${path}` });

  service.on(Events.BeforeTokenSigning, (token, req) => {
    // What UserInfo tells the oddity by.
    token.payload.client_id = req.body.client_id;
    if (token.payload.scope) Object.assign(token.payload, odd(req.body.client_id).accessToken);
  });
  service.on(Events.BeforeResponse, (answer, req) => {
    const { token, refreshed } = odd(req.body.client_id);
    Object.assign(answer.body, token, req.body.grant_type === 'refresh_token' ? refreshed : undefined);
  });
  service.on(Events.BeforeUserinfo, (answer, req) => {
    const payload = JSON.parse(Buffer.from(req.headers.authorization.split('.')[1], 'base64url'));
    Object.assign(answer.body, email, odd(payload.client_id).userinfo);
  });

  const polls = new Map();
  const answer = (res, status, body) => res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));

  server.on('request', async (req, res) => {
    if (req.url.startsWith(path)) req.url = req.url.slice(path.length);
    if (req.url.startsWith('/.well-known/oauth')) {
      res.json = (body) => answer(res, 200, { ...body, device_authorization_endpoint: `${issuer.url}/device_authorization` });
    }

    if (req.method === 'POST') {
      const text = (await req.toArray()).join('');
      req.body = Object.fromEntries(new URLSearchParams(text));
    }

    if (req.url === '/device_authorization') {
      const code = randomUUID();
      polls.set(code, 0);
      return answer(res, 200, {
        device_code: code,
        user_code: 'ODD',
        verification_uri: `${issuer.url}/device`,
        verification_uri_complete: `${issuer.url}/device?user_code=ODD`,
        expires_in: 600,
        interval: 1,
        ...odd(req.body.client_id).device,
      });
    }

    if (req.body?.grant_type === deviceGrant) {
      const { device_code: code, client_id: client } = req.body;
      if (!polls.has(code)) return answer(res, 400, { error: 'invalid_grant' });
      if (odd(client).poll) return answer(res, 400, odd(client).poll);
      polls.set(code, polls.get(code) + 1);
      if (polls.get(code) === 1) return answer(res, 400, { error: 'authorization_pending' });
      if (odd(client).secondPoll) return answer(res, 400, odd(client).secondPoll);
      polls.delete(code);
      Object.assign(req.body, { grant_type: 'authorization_code', code });
    }

    return service.requestHandler(req, res);
  });
  return issuer.url;
});
