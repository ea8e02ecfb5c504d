// Who and what every Better Auth of these tests starts with.

export const password = 'only for tests';
export const secret = 'only for tests, and long enough for the check that it is long';

/** Tables in memory: Better Auth's memory adapter wants each to be there. */
export const tables = (auth, memory) => auth.$context.then(({ tables }) => {
  for (const { modelName } of Object.values(tables)) memory[modelName] ??= [];
});

/** One person, in two organizations. */
export async function seed(auth) {
  const { adapter } = await auth.$context;
  const { user } = await auth.api.signUpEmail({ body: { email: 'you@yourcompany.com', password, name: 'You' } });
  for (const [slug, role] of [['yourcompany', 'owner'], ['test-org', 'member']]) {
    const organization = await adapter.create({ model: 'organization', data: { name: slug, slug, createdAt: new Date() } });
    await adapter.create({ model: 'member', data: { organizationId: organization.id, userId: user.id, role, createdAt: new Date() } });
  }
}
