using Datagen.Protocol;

namespace Datagen.Auth;

/// <content>How other programs come by a session; the command composes its own.</content>
public sealed partial class Session
{
    private static readonly Lazy<HttpClient> s_http = new(() =>
        ServiceClient.CreateHttpClient($"datagen-auth/{typeof(Session).Assembly.GetName().Version?.ToString(3)}"));

    /// <summary>A product's session, the same that its command uses: they share the credentials file and its lock.</summary>
    /// <param name="product">Whose session.</param>
    /// <param name="options">Null for what the environment says, as the command reads it.</param>
    /// <param name="warn">Is told what a person should know and no result tells, such as permissions that were too wide. May be null.</param>
    /// <remarks>Nothing is read or asked before it is needed. A session may be used by several threads at once.</remarks>
    public static Session Open(Product product, SessionOptions? options = null, Action<string>? warn = null)
    {
        ArgumentNullException.ThrowIfNull(product);
        return new Session(
            product,
            options ?? SessionOptions.FromEnvironment(product),
            new ServiceClient(_ => s_http.Value),
            TimeProvider.System,
            warn ?? (_ => { }));
    }
}
