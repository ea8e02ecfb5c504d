using System.Globalization;
using LocalService.Hosting;

namespace LocalService.Protocol;

/// <summary>A resource that says who asked for what, and may want a better or a newer sign-in (RFC 9470).</summary>
public static class ApiEndpoint
{
    public static IResult Handle(HttpContext context, Resource resource, ServiceSettings settings, ServiceClock clock)
    {
        if (resource.Authenticate(context, out var refusal) is not { } token)
        {
            return refusal;
        }

        var wantsAcr = settings.ApiAcr is { } acr && acr != token.Acr;
        var wantsAge = settings.ApiMaxAge is { } age && token.AuthTime + age < clock.GetUtcNow();
        if (wantsAcr || wantsAge)
        {
            var more = (settings.ApiAcr is null ? "" : $", acr_values=\"{settings.ApiAcr}\"")
                + (settings.ApiMaxAge is not { } seconds ? "" : string.Create(CultureInfo.InvariantCulture, $", max_age=\"{(long)seconds.TotalSeconds}\""));
            return resource.Refuse(
                context, Resource.SchemeOf(token), "insufficient_user_authentication", "A stronger or a newer sign-in is needed.", more);
        }

        return Results.Json(new
        {
            method = context.Request.Method,
            path = context.Request.Path.Value,
            sub = token.Subject,
            acr = token.Acr,
            auth_time = token.AuthTime.ToUnixTimeSeconds(),
            token_type = Resource.SchemeOf(token),
            organization = context.Request.Headers["X-Datagen-Org"].FirstOrDefault(),
        });
    }
}
