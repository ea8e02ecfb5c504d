using System.Text.Json.Serialization;
using Datagen.Auth;

namespace Datagen.Protocol;

/// <summary>A device authorization that waits for a person's approval (RFC 8628 section 3.2).</summary>
internal sealed record DeviceAuthorization(
    string DeviceCode, string UserCode, Uri VerificationUri, Uri? VerificationUriComplete, TimeSpan ExpiresIn, TimeSpan Interval)
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromHours(1); // No code lives that long.
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromMinutes(15);

    public override string ToString() => $"device authorization {UserCode}";

    public static async Task<DeviceAuthorization> RequestAsync(
        ServiceClient service,
        Uri endpoint,
        OAuthClient client,
        string scope,
        IReadOnlyList<KeyValuePair<string, string>> extra,
        CancellationToken cancellation)
    {
        KeyValuePair<string, string>[] form = [.. client.Fields, new("scope", scope)];
        var answer = await service.PostFormAsync(endpoint, form.With(extra), cancellation).ConfigureAwait(false);
        if (!answer.IsSuccess) throw answer.Refusal("to start a sign-in");

        var response = answer.Decode(ProtocolJson.Default.DeviceAuthorizationResponse);
        if (string.IsNullOrEmpty(response.DeviceCode)) throw answer.Unexpected("there is no device_code");
        if (Printable.Text(response.UserCode) is not { Length: > 0 } userCode) throw answer.Unexpected("there is no user_code");
        var address = response.VerificationUri ?? response.VerificationUrl;
        // This goes to the person's browser: nothing but a web page may be opened on a server's word.
        if (EndpointAddress.Web(address) is not { } verificationUri)
            throw answer.Unexpected($"its verification_uri is not a web address: {Printable.Text(answer.Redact(address))}");

        service.Secrets.Keep(response.DeviceCode);
        var interval = response.Interval?.ToTimeSpan() ?? DefaultInterval;
        return new DeviceAuthorization(
            response.DeviceCode,
            userCode,
            verificationUri,
            EndpointAddress.Web(response.VerificationUriComplete),
            response.ExpiresIn?.ToLifetime() ?? DefaultLifetime,
            interval < ShortestInterval ? ShortestInterval : interval < LongestInterval ? interval : LongestInterval);
    }
}

/// <summary>RFC 8628 section 3.2.</summary>
internal sealed record DeviceAuthorizationResponse
{
    public string? DeviceCode { get; init; }

    public string? UserCode { get; init; }

    public string? VerificationUri { get; init; }

    public string? VerificationUrl { get; init; } // an early draft's name for it, which Google still uses

    public string? VerificationUriComplete { get; init; }

    [JsonConverter(typeof(SecondsIfUnderstoodConverter))]
    public Seconds? ExpiresIn { get; init; }

    [JsonConverter(typeof(SecondsIfUnderstoodConverter))]
    public Seconds? Interval { get; init; }

    public override string ToString() => nameof(DeviceAuthorizationResponse);
}
