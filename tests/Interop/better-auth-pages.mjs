// The pages that Better Auth leaves to whoever uses it: signing in, consenting, deciding about a device. Forms without script.

const escape = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const hidden = (name, value) => `<input type="hidden" name="${name}" value="${escape(value)}">`;
const form = (action, fields) => `<form method="post" action="${escape(action)}">${fields}<button type="submit">Continue</button></form>`;
const page = (status, title, body = '') => new Response(
  `<!DOCTYPE html><html lang="en"><title>${escape(title)}</title><h1>${escape(title)}</h1>${body}`,
  { status, headers: { 'Content-Type': 'text/html; charset=utf-8' } },
);
const goTo = (location, cookies = []) => new Response(null, { status: 303, headers: [['Location', location], ...cookies.map((cookie) => ['Set-Cookie', cookie])] });

/** What answers a request for one of the pages; undefined for anything else. */
export const pages = (auth, origin) => async (request) => {
  const url = new URL(request.url);
  const cookie = request.headers.get('cookie') ?? '';
  const posted = request.method === 'POST';
  const here = url.pathname + url.search;
  const call = async (path, body) => {
    const headers = { 'Content-Type': 'application/json', Origin: origin, Cookie: cookie };
    const answer = await auth.handler(new Request(`${origin}/api/auth${path}`, body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers }));
    return { ok: answer.ok, cookies: answer.headers.getSetCookie(), json: await answer.json() };
  };
  const fields = async () => Object.fromEntries(await request.formData());

  switch (url.pathname) {
    case '/sign-in': {
      if (!posted) return page(200, 'Sign in', form(here, '<input name="email"><input name="password" type="password">'));
      // Better Auth goes on with the authorization request if it gets its own words back.
      const { ok, cookies, json } = await call('/sign-in/email', { ...await fields(), oauth_query: url.searchParams.has('sig') ? url.search.slice(1) : undefined });
      return ok ? goTo(url.searchParams.get('then') ?? json.url, cookies) : page(401, json.message);
    }

    case '/consent': {
      if (!posted) return page(200, `${url.searchParams.get('client_id')} asks for ${url.searchParams.get('scope')}`, form(here, ''));
      const { ok, json } = await call('/oauth2/consent', { accept: true, oauth_query: url.search.slice(1) });
      return ok ? goTo(json.url) : page(400, json.error_description ?? json.message);
    }

    case '/device': {
      if (!await auth.api.getSession({ headers: request.headers })) return goTo(`/sign-in?then=${encodeURIComponent(here)}`);
      const { user_code: code = url.searchParams.get('user_code'), decision } = posted ? await fields() : {};
      if (!code) return page(200, 'Enter the code', form('/device', '<input name="user_code">'));
      const found = await call(`/device?user_code=${encodeURIComponent(code)}`);
      if (!found.ok) return page(400, found.json.error_description);
      if (!decision) return page(200, `${code}: ${found.json.client_id} asks for ${found.json.scope}`, form('/device', hidden('user_code', code) + hidden('decision', 'approve')));
      const { ok, json } = await call(decision === 'approve' ? '/device/approve' : '/device/deny', { userCode: code });
      return page(ok ? 200 : 400, ok ? 'Go back to your terminal' : json.error_description);
    }

    default:
      return undefined;
  }
};
