using Microsoft.Net.Http.Headers;

namespace LocalService.Protocol;

/// <summary>The parameters of a request to one of the endpoints that applications post to.</summary>
public sealed class FormParameters
{
    private readonly IFormCollection form;

    private FormParameters(IFormCollection form) => this.form = form;

    public static async Task<FormParameters> ReadAsync(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase))
        {
            throw OAuthException.InvalidRequest("The content type must be application/x-www-form-urlencoded.");
        }

        // Addresses end up in logs; RFC 6749 2.3.1 and 3.2 want parameters in the body.
        if (request.QueryString.HasValue)
        {
            throw OAuthException.InvalidRequest("Parameters belong in the body.");
        }

        try
        {
            var form = await request.ReadFormAsync();
            var repeated = form.FirstOrDefault(field => field.Value.Count > 1).Key;
            return repeated is null ? new(form) : throw OAuthException.InvalidRequest("A parameter is there more than once.");
        }
        catch (Exception exception) when (exception is InvalidDataException or BadHttpRequestException)
        {
            throw OAuthException.InvalidRequest("The body can't be read.");
        }
    }

    public IEnumerable<string> Names => form.Keys;

    /// <summary>RFC 6749 3.2: a parameter without a value is as good as none.</summary>
    public string? Find(string name) => form.TryGetValue(name, out var value) && !string.IsNullOrEmpty(value) ? value.ToString() : null;

    public string Require(string name) => Find(name) ?? throw OAuthException.InvalidRequest($"{name} is missing.");
}
