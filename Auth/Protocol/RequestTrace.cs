using System.Globalization;
using System.Text.Json;
using Datagen.Auth;
using Datagen.Storage;

namespace Datagen.Protocol;

/// <summary>What --verbose shows of an exchange. Only values on its list are shown; whatever else there is, new or unknown, is redacted.</summary>
internal static class RequestTrace
{
    public const string OrganizationHeader = "X-Datagen-Org";

    private static readonly HashSet<string> Shown =
    [
        "grant_type", "client_id", "scope", "token_type_hint", "code_challenge_method", "redirect_uri",
        "error", "error_description", "interval", "expires_in", "token_type", "issuer",
        "subject_token_type", "requested_token_type", "issued_token_type", "client_assertion_type",
        "verification_uri", EndpointName.Authorization, EndpointName.DeviceAuthorization, EndpointName.Token,
        EndpointName.Revocation, EndpointName.UserInfo, EndpointName.Keys,
    ];

    public static void Write(
        Action<string> trace, HttpRequestMessage request, IReadOnlyList<KeyValuePair<string, string>> form)
    {
        trace($"> {request.Method} {WithoutQuery(request.RequestUri!)}");
        if (request.Headers.Authorization is { } authorization) trace($">   Authorization: {authorization.Scheme} [redacted]");
        if (request.Headers.TryGetValues(OrganizationHeader, out var organization))
            trace($">   {OrganizationHeader}: {Printable.Text(organization.First())}");
        foreach (var (name, value) in form) trace($">   {name}={Value(name, value)}");
    }

    public static void Write(Action<string> trace, ServiceAnswer answer, TimeSpan elapsed)
    {
        trace(string.Create(
            CultureInfo.InvariantCulture,
            $"< {(int)answer.Status} in {elapsed.TotalMilliseconds:0} ms, {answer.Body.Length} bytes"));
        if (answer.Body.IsEmpty) return;
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(answer.Body);
        }
        catch (JsonException)
        {
            trace("<   not JSON");
            return;
        }

        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object) return;
            try
            {
                foreach (var property in document.RootElement.EnumerateObject())
                    trace($"<   {Printable.Text(answer.Redact(property.Name))}: {Value(property.Name, answer.Redact(Plain(property.Value))!)}");
            }
            catch (InvalidOperationException)
            {
                trace("<   not text"); // half a surrogate pair
            }
        }
    }

    /// <summary>The values in a form that must not be shown.</summary>
    public static IEnumerable<string> SecretsIn(IEnumerable<KeyValuePair<string, string>> form)
    {
        foreach (var (name, value) in form)
        {
            if (!Shown.Contains(name)) yield return value;
        }
    }

    // What is inside of something could be anything.
    private static string Plain(JsonElement value) =>
        value.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? "[redacted]" : value.ToString();

    private static string Value(string name, string value) => Shown.Contains(name) ? Printable.Text(value) : "[redacted]";

    private static string WithoutQuery(Uri address) =>
        address.GetLeftPart(UriPartial.Path) + (address.Query.Length > 0 ? "?[redacted]" : "");
}
