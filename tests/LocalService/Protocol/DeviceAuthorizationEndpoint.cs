using System.Globalization;
using System.Text.Json.Nodes;
using LocalService.Hosting;
using LocalService.State;

namespace LocalService.Protocol;

/// <summary>RFC 8628 3.1 and 3.2.</summary>
public static class DeviceAuthorizationEndpoint
{
    public static async Task<IResult> HandleAsync(
        HttpRequest request, Clients clients, DeviceCodes deviceCodes, ServiceSettings settings, Issuer issuer)
    {
        if (!settings.OfferDevice)
        {
            return Results.NotFound();
        }

        var parameters = await FormParameters.ReadAsync(request);
        var client = clients.Identify(request, parameters);
        var scope = parameters.Find("scope") ?? Scopes.Default;
        if (!Scopes.AreSupported(scope))
        {
            throw new OAuthException("invalid_scope", "A scope is not known.");
        }

        // RFC 8628 knows neither; OpenID Connect Core 3.1.2.1 is what they mean here.
        TimeSpan? maxAge = null;
        if (parameters.Find("max_age") is { } age)
        {
            maxAge = uint.TryParse(age, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                ? TimeSpan.FromSeconds(seconds)
                : throw OAuthException.InvalidRequest("max_age must be a number of seconds.");
        }

        var (deviceCode, userCode) = deviceCodes.Issue(client.Id, scope, parameters.Find("acr_values"), maxAge);
        var answer = new JsonObject
        {
            ["device_code"] = deviceCode,
            ["user_code"] = userCode,
            ["verification_uri"] = $"{issuer.Value}/device",
            ["expires_in"] = (int)settings.DeviceCodeLifetime.TotalSeconds,
        };
        if (settings.OfferVerificationUriComplete)
        {
            answer["verification_uri_complete"] = $"{issuer.Value}/device?user_code={userCode}";
        }

        if (settings.PollingInterval is { } interval)
        {
            answer["interval"] = interval;
        }

        return Results.Json(answer);
    }
}
