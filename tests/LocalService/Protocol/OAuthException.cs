namespace LocalService.Protocol;

/// <summary>A request that is refused, with the words of RFC 6749 5.2.</summary>
public sealed class OAuthException(string error, string description, int status = StatusCodes.Status400BadRequest) : Exception(description)
{
    public string Error => error;

    public int Status => status;

    public static OAuthException InvalidRequest(string description) => new("invalid_request", description);

    /// <summary>An endpoint filter.</summary>
    public static async ValueTask<object?> AnswerAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (OAuthException refused)
        {
            var headers = context.HttpContext;
            if (refused.Status == StatusCodes.Status401Unauthorized && headers.Request.Headers.Authorization.Count > 0)
            {
                headers.Response.Headers.WWWAuthenticate = "Basic"; // RFC 6749 5.2
            }

            return Results.Json(new { error = refused.Error, error_description = refused.Message }, statusCode: refused.Status);
        }
    }
}
