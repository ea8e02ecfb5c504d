using System.Text.Json.Nodes;
using LocalService.Hosting;
using LocalService.State;

namespace LocalService.Protocol;

/// <summary>OpenID Connect Core 5.3; the token comes in the Authorization header only (RFC 6750 2.1).</summary>
public static class UserInfoEndpoint
{
    public static IResult Handle(HttpContext context, Resource resource, People people, ServiceSettings settings)
    {
        if (!settings.OfferUserInfo)
        {
            return Results.NotFound();
        }

        if (resource.Authenticate(context, out var refusal) is not { } token)
        {
            return refusal;
        }

        return Scopes.Contains(token.Scope, Scopes.OpenId)
            ? Results.Json(Describe(people.FindBySubject(token.Subject), token.Scope))
            : resource.Refuse(context, Resource.SchemeOf(token), "insufficient_scope", "The access token does not have the scope openid.");
    }

    private static JsonObject Describe(Person person, string scope)
    {
        var claims = new JsonObject { ["sub"] = person.Subject };
        if (Scopes.Contains(scope, Scopes.Email))
        {
            claims["email"] = person.Email;
            claims["email_verified"] = true;
        }

        if (Scopes.Contains(scope, Scopes.Profile))
        {
            claims["name"] = person.Name;
        }

        if (person.Memberships.Count > 0)
        {
            claims["memberships"] = new JsonArray([.. person.Memberships.Select(membership =>
                new JsonObject { ["slug"] = membership.Slug, ["role"] = membership.Role })]);
        }

        if (person.DefaultOrgSlug is not null)
        {
            claims["default_org_slug"] = person.DefaultOrgSlug;
        }

        if (person.Groups.Count > 0)
        {
            claims["groups"] = new JsonArray([.. person.Groups]);
        }

        return claims;
    }
}
