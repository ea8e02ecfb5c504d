// Better Auth with its OAuth provider, device authorization and organization plugins, as its documentation sets them up: its memory, its
// defaults (ID tokens signed with EdDSA, opaque access tokens), and the pages that it leaves to whoever uses it.
//
//   ACCESS_TOKEN_TTL   seconds

import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { toNodeHandler } from 'better-auth/node';
import { jwt, organization } from 'better-auth/plugins';
import { oauthDeviceAuthorization, oauthProvider } from '@better-auth/oauth-provider';
import { pages } from './better-auth-pages.mjs';
import { secret, seed, tables } from './better-auth-people.mjs';
import { ready } from './ready.mjs';

const server = createServer();
ready(server, async (origin) => {
  const memory = {};

  // The provider knows nothing of organizations: this is what a service adds.
  const membershipsOf = async (user) => {
    const { adapter } = await auth.$context;
    const members = await adapter.findMany({ model: 'member', where: [{ field: 'userId', value: user.id }] });
    return Promise.all(members.map(async ({ organizationId, role }) => {
      const { slug } = await adapter.findOne({ model: 'organization', where: [{ field: 'id', value: organizationId }] });
      return { slug, role };
    }));
  };

  const auth = betterAuth({
    baseURL: origin,
    secret,
    database: memoryAdapter(memory),
    emailAndPassword: { enabled: true },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    plugins: [
      jwt(),
      organization(),
      oauthProvider({
        loginPage: '/sign-in',
        consentPage: '/consent',
        accessTokenExpiresIn: Number(process.env.ACCESS_TOKEN_TTL ?? 3600),
        customUserInfoClaims: async ({ user }) => ({ memberships: await membershipsOf(user), groups: ['authors'] }),
        customIdTokenClaims: async () => ({ groups: ['authors'] }),
      }),
      oauthDeviceAuthorization({ verificationUri: '/device', interval: '1s' }),
    ],
  });
  await tables(auth, memory);
  await seed(auth);

  // Clients with an id that is known beforehand: there is no route for that.
  const { adapter } = await auth.$context;
  for (const clientId of ['datagen-cli', 'genlabz-cli']) {
    await adapter.create({
      model: 'oauthClient',
      data: {
        clientId,
        name: clientId,
        tokenEndpointAuthMethod: 'none',
        applicationType: 'native',
        redirectUris: ['http://127.0.0.1/callback'], // Any port.
        grantTypes: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
        responseTypes: ['code'],
        scopes: ['openid', 'email', 'profile', 'offline_access'],
        createdAt: new Date(),
        updatedAt: new Date(),
      },
    });
  }

  const page = pages(auth, origin);
  server.on('request', toNodeHandler(async (request) => await page(request) ?? auth.handler(request)));
  return `${origin}/api/auth`;
});
