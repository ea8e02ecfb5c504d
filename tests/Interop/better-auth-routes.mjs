// Four routes for a service that has Better Auth's device authorization, organization and bearer plugins, and no OAuth provider.
// With them `datagen auth login` signs in; the access token is a session of Better Auth, and slides as sessions do.

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const json = (body, status = 200, headers = {}) => Response.json(body, { status, headers: { 'Cache-Control': 'no-store', ...headers } });

export const routes = (auth, origin) => ({
  // OpenID Connect Discovery: where everything is. /device/code takes a form as it is.
  'GET /.well-known/openid-configuration': () => json({
    issuer: origin,
    device_authorization_endpoint: `${origin}/api/auth/device/code`,
    token_endpoint: `${origin}/oauth/token`,
    userinfo_endpoint: `${origin}/oauth/userinfo`,
    revocation_endpoint: `${origin}/oauth/revoke`,
    grant_types_supported: [deviceGrant],
    response_types_supported: [],
    subject_types_supported: ['public'],
  }),

  // RFC 8628 section 3.4: a form comes in; Better Auth's own route takes JSON alone, and answers as the RFC wants.
  'POST /oauth/token': async (request) => {
    const { grant_type, device_code, client_id } = Object.fromEntries(await request.formData());
    if (grant_type !== deviceGrant) return json({ error: 'unsupported_grant_type' }, 400);
    return auth.handler(new Request(`${origin}/api/auth/device/token`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ grant_type, device_code, client_id }),
    }));
  },

  // OpenID Connect Core section 5.3: who it is, and in which organizations.
  'GET /oauth/userinfo': async ({ headers }) => {
    const found = await auth.api.getSession({ headers }); // The bearer plugin reads the Authorization header.
    if (!found) return json({ error: 'invalid_token' }, 401, { 'WWW-Authenticate': 'Bearer error="invalid_token"' });
    const organizations = await auth.api.listOrganizations({ headers });
    const memberships = await Promise.all(organizations.map(async ({ id, slug }) => {
      const { role } = await auth.api.getActiveMemberRole({ headers, query: { organizationId: id } });
      return { slug, role };
    }));
    const asked = headers.get('X-Datagen-Org');
    if (asked && !memberships.some(({ slug }) => slug === asked)) return json({ error: 'insufficient_scope' }, 403);
    return json({
      sub: found.user.id,
      email: found.user.email,
      memberships,
      default_org_slug: organizations.find(({ id }) => id === found.session.activeOrganizationId)?.slug,
    });
  },

  // RFC 7009: the session ends; a token that nobody knows is no error.
  'POST /oauth/revoke': async (request) => {
    const token = (await request.formData()).get('token');
    if (!token) return json({ error: 'invalid_request' }, 400);
    await (await auth.$context).internalAdapter.deleteSession(token);
    return new Response();
  },
});
