using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Interop.OpenIddict;

/// <summary>Signing in, consenting, deciding about a device, and what OpenIddict passes through. Forms without script.</summary>
internal static class Pages
{
    private const string Server = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    public static void Map(WebApplication app)
    {
        app.MapGet("/sign-in", (HttpRequest request) => Page("Sign in", Form($"/sign-in{request.QueryString}", """<input name="email">""")));
        app.MapGet("/done", () => Page("Go back to your terminal", ""));
        app.MapPost("/sign-in", (Delegate)SignInAsync);
        app.MapMethods("/connect/authorize", ["GET", "POST"], (Delegate)AuthorizeAsync);
        app.MapMethods("/connect/verify", ["GET", "POST"], (Delegate)VerifyAsync);
        app.MapPost("/connect/token", (Delegate)TokenAsync);
        app.MapMethods("/connect/userinfo", ["GET", "POST"], UserInfo).RequireAuthorization(policy => policy
            .AddAuthenticationSchemes(Server)
            .RequireAuthenticatedUser());
    }

    private static IResult Page(string title, string body) => Results.Content(
        $"<!DOCTYPE html><html lang=\"en\"><title>{WebUtility.HtmlEncode(title)}</title><h1>{WebUtility.HtmlEncode(title)}</h1>{body}", "text/html");

    private static string Form(string action, string fields) =>
        $"""<form method="post" action="{WebUtility.HtmlEncode(action)}">{fields}<button type="submit">Continue</button></form>""";

    private static string Hidden(string name, string value) =>
        $"""<input type="hidden" name="{WebUtility.HtmlEncode(name)}" value="{WebUtility.HtmlEncode(value)}">""";

    private static async Task<IResult> SignInAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        var identity = new ClaimsIdentity([new Claim(Claims.Subject, $"{form["email"]}")], CookieAuthenticationDefaults.AuthenticationScheme);
        await context.SignInAsync(CookieAuthenticationDefaults.AuthenticationScheme, new ClaimsPrincipal(identity));
        return Results.LocalRedirect($"{context.Request.Query["ReturnUrl"]}");
    }

    private static async Task<IResult> AuthorizeAsync(HttpContext context)
    {
        var request = context.GetOpenIddictServerRequest()!;
        var signedIn = await context.AuthenticateAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        if (!signedIn.Succeeded) return Results.Challenge(authenticationSchemes: [CookieAuthenticationDefaults.AuthenticationScheme]);
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            // Of a POST, OpenIddict reads the form alone.
            var fields = string.Concat(context.Request.Query.Select(parameter => Hidden(parameter.Key, $"{parameter.Value}")));
            return Page($"{request.ClientId} asks for {request.Scope}", Form("/connect/authorize", fields));
        }

        return Results.SignIn(Principal(signedIn.Principal.GetClaim(Claims.Subject)!, request.GetScopes()), authenticationScheme: Server);
    }

    private static async Task<IResult> VerifyAsync(HttpContext context)
    {
        var signedIn = await context.AuthenticateAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        if (!signedIn.Succeeded) return Results.Challenge(authenticationSchemes: [CookieAuthenticationDefaults.AuthenticationScheme]);
        var code = context.GetOpenIddictServerRequest()!.UserCode;
        if (string.IsNullOrEmpty(code)) return Page("Enter the code", Form("/connect/verify", """<input name="user_code">"""));
        var device = await context.AuthenticateAsync(Server);
        if (!device.Succeeded) return Page("No such code", "");
        var form = HttpMethods.IsPost(context.Request.Method) ? await context.Request.ReadFormAsync() : FormCollection.Empty;
        if (form["decision"] is not [{ } decision])
        {
            var asking = $"{device.Principal.GetClaim(Claims.ClientId)} asks for {string.Join(' ', device.Principal.GetScopes())}";
            return Page($"{code}: {asking}", Form("/connect/verify", Hidden("user_code", code) + Hidden("decision", "approve")));
        }

        var done = new AuthenticationProperties { RedirectUri = "/done" };
        return decision == "approve"
            ? Results.SignIn(Principal(signedIn.Principal.GetClaim(Claims.Subject)!, device.Principal.GetScopes()), done, Server)
            : Results.Forbid(done, [Server]);
    }

    private static async Task<IResult> TokenAsync(HttpContext context)
    {
        var granted = await context.AuthenticateAsync(Server);
        return granted.Succeeded ? Results.SignIn(granted.Principal, authenticationScheme: Server) : Results.Forbid(authenticationSchemes: [Server]);
    }

    private static IResult UserInfo(ClaimsPrincipal person)
    {
        var subject = person.GetClaim(Claims.Subject)!;
        return Results.Json(new
        {
            sub = subject,
            email = subject,
            memberships = new[] { new { slug = "yourcompany", role = "admin" }, new { slug = "test-org", role = "member" } },
            default_org_slug = "test-org",
            groups = new[] { "authors", "reviewers" },
        });
    }

    private static ClaimsPrincipal Principal(string email, IEnumerable<string> scopes)
    {
        var identity = new ClaimsIdentity(Server, Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, email).SetClaim(Claims.Email, email).SetClaims("groups", ["authors", "reviewers"]);
        identity.SetScopes(scopes);
        identity.SetDestinations(claim => claim.Type is Claims.Email or "groups" ? [Destinations.AccessToken, Destinations.IdentityToken] : [Destinations.AccessToken]);
        return new ClaimsPrincipal(identity);
    }
}
