using LocalService.Hosting;
using LocalService.State;
using Microsoft.Extensions.Primitives;

namespace LocalService.Protocol;

/// <summary>Who asks at a resource: RFC 6750, and RFC 9449 7 for tokens that are bound to a key.</summary>
public sealed class Resource(Tokens tokens, People people, DPoPProofs proofs, DPoPNonces nonces, ServiceSettings settings)
{
    private const string Bearer = "Bearer";
    private const string DPoP = "DPoP";

    /// <returns>Null if the request is refused, with <paramref name="refusal"/>.</returns>
    public AccessToken? Authenticate(HttpContext context, out IResult refusal)
    {
        refusal = Results.StatusCode(StatusCodes.Status401Unauthorized);
        var header = context.Request.Headers.Authorization;
        var (scheme, value) = header is [{ } one] && one.IndexOf(' ', StringComparison.Ordinal) is var space and > 0
            ? (one[..space], one[(space + 1)..])
            : ("", "");
        var isBound = proofs.AreOffered && scheme.Equals(DPoP, StringComparison.OrdinalIgnoreCase);
        if (!isBound && !scheme.Equals(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            // RFC 6750 3.1: no error code where there was no attempt to authenticate.
            context.Response.Headers.WWWAuthenticate = proofs.AreOffered
                ? new StringValues((string[])[Bearer, $"{DPoP} algs=\"{Algorithms}\""])
                : Bearer;
            return null;
        }

        if (isBound && settings.DemandDPoPNonceAtResources)
        {
            context.Response.Headers[DPoPNonces.Header] = nonces.Current;
        }

        var token = tokens.FindActive(value);
        if (token is not null && settings.SlideAccessTokens)
        {
            tokens.Slide(value);
        }

        string? jkt;
        try
        {
            jkt = proofs.Check(context.Request, isBound && settings.DemandDPoPNonceAtResources, value);
        }
        catch (OAuthException refused)
        {
            refusal = Refuse(context, DPoP, refused.Error, refused.Message);
            return null;
        }

        var problem = (token, isBound, jkt) switch
        {
            (_, false, not null) => ("invalid_request", "A proof goes with the scheme DPoP."), // As oidc-provider says it.
            (_, true, null) => ("invalid_dpop_proof", "There is no proof."),
            (null, _, _) => ("invalid_token", "The access token is not known, expired or revoked."),
            ({ Jkt: not null }, false, _) => ("invalid_token", "The access token is bound to a key (RFC 9449 7.2)."),
            ({ Jkt: null }, true, _) => ("invalid_token", "The access token is bound to no key."),
            ({ Jkt: var bound }, true, _) when bound != jkt => ("invalid_token", "The access token is bound to another key."),
            _ => default((string Error, string Description)?),
        };
        if (problem is var (error, description))
        {
            refusal = Refuse(context, isBound ? DPoP : Bearer, error, description);
            return null;
        }

        var memberships = people.FindBySubject(token!.Subject).Memberships;
        if (context.Request.Headers["X-Datagen-Org"].Any(slug => memberships.All(membership => membership.Slug != slug)))
        {
            refusal = Refuse(context, scheme, "insufficient_scope", "The person is not a member of this organization.");
            return null;
        }

        return token;
    }

    public IResult Refuse(HttpContext context, string scheme, string error, string description, string more = "")
    {
        var algorithms = scheme.Equals(DPoP, StringComparison.OrdinalIgnoreCase) ? $", algs=\"{Algorithms}\"" : "";
        context.Response.Headers.WWWAuthenticate = $"""{scheme} error="{error}", error_description="{description}"{more}{algorithms}""";
        return Results.Json(new { error, error_description = description }, statusCode: error switch
        {
            "insufficient_scope" => StatusCodes.Status403Forbidden,
            "invalid_request" => StatusCodes.Status400BadRequest,
            "invalid_token" => settings.InvalidTokenStatus,
            _ => StatusCodes.Status401Unauthorized,
        });
    }

    public static string SchemeOf(AccessToken token) => token.Jkt is null ? Bearer : DPoP;

    private string Algorithms => string.Join(' ', settings.DPoPAlgorithms);
}
