using Datagen.Protocol;
using Datagen.Sessions;
using Datagen.Storage;

namespace Datagen.Auth;

/// <content>The platform's API.</content>
public sealed partial class Session
{
    /// <summary>The base address of the API that a token of this session is for, and may be sent to.</summary>
    /// <param name="token">A token of this session.</param>
    /// <exception cref="AuthException">Nobody has said which API that is, or the environment names another than the token's sign-in did.</exception>
    public Uri GetApiAddress(AccessToken token)
    {
        ArgumentNullException.ThrowIfNull(token);
        var variable = _product.Variable("API");
        var named = _options.Api is { } text ? EndpointAddress.Api(text, variable) : null;
        if (token.IsGiven) return named ?? new Uri(_product.Api);

        var own = token.Api is { } kept ? EndpointAddress.Api(kept, "the api in credentials.json")
            : token.Issuer == _product.Issuer ? new Uri(_product.Api)
            : throw new AuthException(
                $"nobody has said which API the tokens of {Printable.Text(token.Issuer ?? "this credential")} are for",
                _workload is null ? $"set {variable} to its address and run {_product.LoginCommand}" : $"set {variable} to its address");
        return named is null || ApiAddress.IsSame(named, own)
            ? own
            : throw new AuthException(
                $"{variable} names {Printable.Text(named.OriginalString)}, but you signed in for {Printable.Text(own.OriginalString)}; a token goes to no other API than its own",
                $"unset {variable}, or run {_product.LoginCommand} with it");
    }

    /// <summary>The API that a token of this session would be for, found out without any request; null where there is no session, or nobody has said.</summary>
    internal Uri? FindApiAddress()
    {
        var token = _options.Token is not null ? new AccessToken("", null, null) { IsGiven = true }
            : _workload is not null ? new AccessToken("", null, null) { Issuer = _options.Issuer, Api = _options.Api }
            : CredentialsFile.Read() is { } credential ? TokenOf(credential)
            : null;
        try
        {
            return token is null ? null : GetApiAddress(token);
        }
        catch (AuthException)
        {
            // Whoever needs it will hear why it is not known.
            return null;
        }
    }

    internal ApiClient NewApiClient(TimeSpan longestSilence) => new(_product, this, _service, longestSilence);
}
