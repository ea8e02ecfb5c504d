using System.Text.Json.Nodes;
using LocalService.Hosting;
using LocalService.State;

namespace LocalService.Protocol;

/// <summary>OpenID Connect Core 5.3; the token comes in the Authorization header only (RFC 6750 2.1).</summary>
public static class UserInfoEndpoint
{
    private const string Scheme = "Bearer ";

    public static IResult Handle(HttpContext context, Tokens tokens, People people, ServiceSettings settings)
    {
        if (!settings.OfferUserInfo)
        {
            return Results.NotFound();
        }

        var header = context.Request.Headers.Authorization;
        if (header.Count != 1 || !header[0]!.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            // RFC 6750 3.1: no error code where there was no attempt to authenticate.
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Results.StatusCode(StatusCodes.Status401Unauthorized);
        }

        var token = tokens.FindActive(header[0]![Scheme.Length..]);
        if (token is null)
        {
            return Refuse(context, StatusCodes.Status401Unauthorized, "invalid_token", "The access token is not known, expired or revoked.");
        }

        if (!Scopes.Contains(token.Scope, Scopes.OpenId))
        {
            return Refuse(context, StatusCodes.Status403Forbidden, "insufficient_scope", "The access token does not have the scope openid.");
        }

        var person = people.FindBySubject(token.Subject);
        var organizations = context.Request.Headers["X-Datagen-Org"];
        if (organizations.Any(slug => person.Memberships.All(membership => membership.Slug != slug)))
        {
            return Refuse(context, StatusCodes.Status403Forbidden, "insufficient_scope", "The person is not a member of this organization.");
        }

        return Results.Json(Describe(person, token.Scope));
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

    private static IResult Refuse(HttpContext context, int status, string error, string description)
    {
        context.Response.Headers.WWWAuthenticate = $"""Bearer error="{error}", error_description="{description}" """.TrimEnd();
        return Results.Json(new { error, error_description = description }, statusCode: status);
    }
}
