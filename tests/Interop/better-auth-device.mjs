// A service that has Better Auth with its own plugins, and the four routes of docs/better-auth.md.
//
//   SESSION_TTL   seconds

import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { toNodeHandler } from 'better-auth/node';
import { bearer, deviceAuthorization, organization } from 'better-auth/plugins';
import { pages } from './better-auth-pages.mjs';
import { secret, seed, tables } from './better-auth-people.mjs';
import { routes } from './better-auth-routes.mjs';
import { ready } from './ready.mjs';

const server = createServer();
ready(server, async (origin) => {
  const memory = {};
  const auth = betterAuth({
    baseURL: origin,
    secret,
    database: memoryAdapter(memory),
    emailAndPassword: { enabled: true },
    session: { expiresIn: Number(process.env.SESSION_TTL ?? 604800), updateAge: 0 },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    plugins: [
      bearer(),
      organization(),
      deviceAuthorization({
        verificationUri: '/device',
        interval: '1s',
        validateClient: (client) => ['datagen-cli', 'genlabz-cli'].includes(client),
      }),
    ],
  });
  await tables(auth, memory);
  await seed(auth);

  const page = pages(auth, origin);
  const own = routes(auth, origin);
  server.on('request', toNodeHandler(async (request) => {
    const route = own[`${request.method} ${new URL(request.url).pathname}`];
    return route ? route(request) : await page(request) ?? auth.handler(request);
  }));
  return origin;
});
