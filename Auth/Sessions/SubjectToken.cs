using System.Text;
using Datagen.Auth;
using Datagen.Host;
using Datagen.Protocol;
using Datagen.Storage;

namespace Datagen.Sessions;

/// <summary>The token that says which workload this is: in a file that its platform mounts, or asked of GitHub Actions.</summary>
internal static class SubjectToken
{
    private const int MaximumBytes = 64 << 10;

    /// <summary>Whether there is a place to read one from.</summary>
    public static bool IsOffered(SessionOptions options) =>
        options.SubjectTokenFile is not null || (options.ActionsTokenAddress is not null && options.ActionsRequestToken is not null);

    /// <summary>Afresh each time: platforms replace it long before it expires.</summary>
    public static Task<string> GetAsync(SessionOptions options, Product product, ServiceClient service, CancellationToken cancellation) =>
        options.SubjectTokenFile is { } path ? Task.FromResult(Read(path, product.Variable("SUBJECT_TOKEN_FILE")))
        : IsOffered(options) ? AskGitHubAsync(options, service, cancellation)
        : throw new AuthException(
            $"{product.Variable("GRANT")} needs a token that says which workload this is",
            $"set {product.Variable("SUBJECT_TOKEN_FILE")} to the file that the platform mounts; on GitHub Actions give the job the permission id-token: write");

    private static string Read(string path, string variable)
    {
        try
        {
            using var handle = FileCalls.OpenToRead(path) ?? throw new AuthException($"there is no {Printable.Text(path)}, which {variable} names");
            if (!FileFacts.Of(handle, path).IsRegular) throw Unusable("it is not a regular file");
            var bytes = FileCalls.ReadAll(handle, MaximumBytes) ?? throw Unusable("it is larger than 64 KiB");
            return Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF').Trim() is var token && BearerToken.IsWellFormed(token) ? token : throw Unusable("it does not hold a token");
        }
        catch (SystemCallException problem)
        {
            throw new AuthException(problem.Message, $"{variable} names it", problem);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new AuthException($"can't read {Printable.Text(path)}: {SystemCallException.ReasonOf(problem)}", $"{variable} names it", problem);
        }

        AuthException Unusable(string why) => new($"{Printable.Text(path)}, which {variable} names, can't be used: {why}");
    }

    // https://docs.github.com/actions/reference/security/oidc: the address has a query already.
    private static async Task<string> AskGitHubAsync(SessionOptions options, ServiceClient service, CancellationToken cancellation)
    {
        // RFC 7523 section 3: the audience is the authorization server.
        var audience = options.Audience ?? options.Issuer;
        var separator = options.ActionsTokenAddress!.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        var address = EndpointAddress.Of(
            $"{options.ActionsTokenAddress}{separator}audience={Uri.EscapeDataString(audience)}", "ACTIONS_ID_TOKEN_REQUEST_URL", "the environment");
        if (!BearerToken.IsWellFormed(options.ActionsRequestToken)) throw new AuthException("ACTIONS_ID_TOKEN_REQUEST_TOKEN is not a token");
        var authorization = Authorize.For(new AccessToken(options.ActionsRequestToken, ExpiresAt: null, Organization: null));
        var answer = await service.GetAsync(address, authorization, Limits.AnswerBytes, cancellation).ConfigureAwait(false);
        if (!answer.IsSuccess) throw answer.Refusal("to say which workload this is");
        var token = answer.Decode(ProtocolJson.Default.ActionsIdToken).Value;
        return BearerToken.IsWellFormed(token) ? token : throw answer.Unexpected("there is no usable value");
    }
}
