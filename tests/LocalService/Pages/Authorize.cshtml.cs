using LocalService.Hosting;
using LocalService.Protocol;
using LocalService.State;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.WebUtilities;

namespace LocalService.Pages;

/// <summary>RFC 6749 4.1.1: the request stays in the address, and is checked again when the person has decided.</summary>
public sealed class AuthorizeModel(
    Clients clients, AuthorizationCodes codes, ServiceSettings settings, ServiceClock clock, Issuer issuer) : PageModel
{
    /// <summary>What the person decides about; null if the request can't be trusted.</summary>
    public AuthorizationRequest? Asking { get; private set; }

    public string Distrust { get; private set; } = string.Empty;

    public string Destination => new Uri(Asking!.RedirectUri).Authority;

    public IActionResult OnGet() => Answer(_ => Page());

    public IActionResult OnPost([FromForm] string? decision) => Answer(asking => decision switch
    {
        "approve" => Redirect(asking, ("code", codes.Issue(asking, User.Subject(), User.AuthTime()))),
        "deny" => Redirect(asking, ("error", "access_denied"), ("error_description", "The person denied the request.")),
        _ => Page(),
    });

    private IActionResult Answer(Func<AuthorizationRequest, IActionResult> decide)
    {
        var asking = AuthorizationRequest.Read(Request.Query, clients, settings, out var distrust);
        if (asking is null)
        {
            Distrust = distrust;
            Response.StatusCode = StatusCodes.Status400BadRequest;
            return Page();
        }

        if (asking.Problem is { } problem)
        {
            return Redirect(asking, ("error", problem.Error), ("error_description", problem.Description));
        }

        var isSignedIn = User.Identity!.IsAuthenticated && !(User.AuthTime() + asking.MaxAge < clock.GetUtcNow());
        if (asking.Prompt == "none")
        {
            return Redirect(asking, ("error", isSignedIn ? "consent_required" : "login_required"));
        }

        if (!isSignedIn || asking.Prompt == "login")
        {
            // Without the prompt, or signing in would never end.
            var query = Request.Query.Where(parameter => parameter.Key != "prompt");
            var returnUrl = QueryHelpers.AddQueryString($"{Request.PathBase}/authorize", query);
            return Challenge(new AuthenticationProperties { RedirectUri = returnUrl });
        }

        Asking = asking;
        SecurityHeaders.AllowFormTo(HttpContext, RedirectUri.FormActionSource(asking.RedirectUri));
        return decide(asking);
    }

    private SeeOtherResult Redirect(AuthorizationRequest asking, params (string Name, string Value)[] parameters) =>
        new(asking.Answer(settings.SendIssuerInAuthorizationResponse ? issuer.Value : null, parameters));
}
