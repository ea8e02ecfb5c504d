using System.Globalization;
using System.Security.Cryptography;
using LocalService.Hosting;
using LocalService.Protocol;
using LocalService.State;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.WebUtilities;

namespace LocalService.Pages;

/// <summary>RFC 6749 4.1.1: the request stays in the address (RFC 9126: its name does), and is checked again when the person has decided.</summary>
public sealed class AuthorizeModel(
    Clients clients, AuthorizationCodes codes, PushedRequests pushed, ServiceSettings settings, ServiceClock clock, Issuer issuer,
    IDataProtectionProvider protection) : PageModel
{
    private const string AskedAgain = "asked_again";

    private readonly IDataProtector protector = protection.CreateProtector(AskedAgain);

    /// <summary>What the person decides about; null if the request can't be trusted.</summary>
    public AuthorizationRequest? Asking { get; private set; }

    public string Distrust { get; private set; } = string.Empty;

    public string Destination => new Uri(Asking!.RedirectUri).Authority;

    public IActionResult OnGet() => Answer(_ => Page());

    public IActionResult OnPost([FromForm] string? decision) => Answer(asking => decision switch
    {
        "approve" when settings.AuthorizationError is { } error => Redirect(asking, ("error", error)),
        "approve" => Redirect(asking, ("code", codes.Issue(asking, User.Subject(), User.AuthTime()))),
        "deny" => Redirect(asking, ("error", "access_denied"), ("error_description", "The person denied the request.")),
        _ => Page(),
    });

    private string? RequestUri => Request.Query["request_uri"] is [{ Length: > 0 } value] && settings.OfferPushedRequests ? value : null;

    private IActionResult Answer(Func<AuthorizationRequest, IActionResult> decide)
    {
        if (!settings.OfferAuthorization)
        {
            return NotFound();
        }

        // RFC 9126 4: client_id stands beside request_uri, and nothing else counts.
        var query = RequestUri is not { } requestUri ? Request.Query
            : Request.Query["client_id"] is [{ } clientId] ? pushed.Open(requestUri, clientId)
            : null;
        if (query is null)
        {
            return Refuse("It was used before, or is too old (request_uri).");
        }

        var asking = AuthorizationRequest.Read(query, clients, settings, out var distrust);
        if (asking is null)
        {
            return Refuse(distrust);
        }

        if (asking.Problem is { } problem)
        {
            return Redirect(asking, ("error", problem.Error), ("error_description", problem.Description));
        }

        if (settings.RequirePushedRequests && RequestUri is null)
        {
            return Redirect(asking, ("error", "invalid_request"), ("error_description", "The request must be pushed (RFC 9126)."));
        }

        // A sign-in that this very request asked for is new enough, however small max_age is.
        var isFresh = User.Identity!.IsAuthenticated && User.AuthTime() >= AskedAgainAt();
        var isSignedIn = User.Identity.IsAuthenticated && (isFresh || !(User.AuthTime() + asking.MaxAge < clock.GetUtcNow()));
        if (asking.Prompt == "none")
        {
            return Redirect(asking, ("error", isSignedIn ? "consent_required" : "login_required"));
        }

        if (!isSignedIn || (asking.Prompt == "login" && !isFresh))
        {
            var now = clock.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
            var again = Request.Query.Where(parameter => parameter.Key != AskedAgain).Append(new(AskedAgain, protector.Protect(now)));
            return Challenge(new AuthenticationProperties { RedirectUri = QueryHelpers.AddQueryString($"{Request.PathBase}/authorize", again) });
        }

        Asking = asking;
        SecurityHeaders.AllowFormTo(HttpContext, RedirectUri.FormActionSource(asking.RedirectUri));
        return decide(asking);
    }

    /// <summary>When the person was sent to sign in for this request; never, if they were not. Protected, or a client could say so itself.</summary>
    private DateTimeOffset AskedAgainAt()
    {
        try
        {
            return Request.Query[AskedAgain] is [{ } value]
                ? DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(protector.Unprotect(value), CultureInfo.InvariantCulture))
                : DateTimeOffset.MaxValue;
        }
        catch (CryptographicException)
        {
            return DateTimeOffset.MaxValue;
        }
    }

    private PageResult Refuse(string distrust)
    {
        Distrust = distrust;
        Response.StatusCode = StatusCodes.Status400BadRequest;
        return Page();
    }

    private SeeOtherResult Redirect(AuthorizationRequest asking, params (string Name, string Value)[] parameters)
    {
        if (RequestUri is { } requestUri)
        {
            pushed.Use(requestUri);
        }

        return new(asking.Answer(settings.SendIssuerInAuthorizationResponse ? issuer.Value : null, parameters));
    }
}
