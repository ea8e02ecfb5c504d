namespace LocalService.Hosting;

public static class SecurityHeaders
{
    private static readonly object FormTarget = new();

    public static Task SetAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy =
                "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
                + $"form-action 'self' {context.Items[FormTarget]}".TrimEnd();
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer"; // The addresses carry codes.
            headers.CacheControl = "no-store"; // RFC 6749 5.1
            return Task.CompletedTask;
        });
        return next(context);
    }

    /// <summary>Chromium applies form-action to the redirect after a form as well.</summary>
    public static void AllowFormTo(HttpContext context, string source)
    {
        context.Items[FormTarget] = source;
    }
}
