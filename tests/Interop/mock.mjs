// @mongodb-js/oidc-mock-provider, as MongoDB tests its own tools with it: everything is approved at once, and it has neither UserInfo
// nor revocation nor a refresh grant.

import { OIDCMockProvider } from '@mongodb-js/oidc-mock-provider';
import { tell } from './ready.mjs';

const { issuer } = await OIDCMockProvider.create({
  hostname: '127.0.0.1',
  getTokenPayload: () => ({
    expires_in: 3600,
    payload: { sub: 'you' },
    customIdTokenPayload: { email: 'you@yourcompany.com', groups: ['authors', 'reviewers'] },
  }),
});
tell(issuer);
