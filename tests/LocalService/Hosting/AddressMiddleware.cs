namespace LocalService.Hosting;

/// <summary>
/// Answers only under the issuer's own address: another host name would be a DNS rebinding attempt, and with a path in the issuer
/// nothing is outside of it but the document of RFC 8414, which has its well-known part before the path (3.1).
/// </summary>
public sealed class AddressMiddleware(RequestDelegate next, Issuer issuer, string issuerPath)
{
    public const string OAuthMetadataPath = "/.well-known/oauth-authorization-server";

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Host.Value != issuer.Authority)
        {
            context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
            return Task.CompletedTask;
        }

        if (issuerPath.Length == 0)
        {
            return next(context);
        }

        if (request.Path == OAuthMetadataPath + issuerPath)
        {
            request.Path = OAuthMetadataPath;
            return next(context);
        }

        if (request.Path.StartsWithSegments(issuerPath, StringComparison.Ordinal, out var rest) && rest != OAuthMetadataPath)
        {
            request.PathBase = issuerPath;
            request.Path = rest;
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
