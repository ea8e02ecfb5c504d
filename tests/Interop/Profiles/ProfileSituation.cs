using System.Globalization;
using Datagen.Auth;
using Datagen.Console;
using Datagen.Protocol;
using Datagen.Sessions;
using Interop.World;

namespace Interop.Profiles;

/// <summary>A large provider, played from its public documentation: its shapes with values of our own. The whole session runs, from the environment's variables to the file.</summary>
public abstract class ProfileSituation : ReportedSituation
{
    private const string Email = "\"email\":\"you@yourcompany.com\"";

    private protected ScriptedServer Provider { get; } = new();

    private protected ManualClock Clock { get; } = new();

    private protected List<string> Warnings { get; } = [];

    private protected List<UserCodePrompt> Shown { get; } = [];

    /// <summary>The query of the authorization request, decoded.</summary>
    private protected Dictionary<string, string> Asked { get; } = [];

    private protected IEnumerable<double> WaitedSeconds => Clock.Waits.Select(wait => wait.TotalSeconds);

    private protected abstract Product Product { get; }

    private protected abstract string Issuer { get; }

    private protected virtual string ClientId => "client-1";

    private protected abstract string Metadata { get; }

    /// <summary>As a person sets it for this provider, without the prefix.</summary>
    private protected virtual Dictionary<string, string> Variables => [];

    private protected string Discovery => $"{Issuer.TrimEnd('/')}/.well-known/openid-configuration";

    public override ValueTask DisposeAsync()
    {
        Provider.Dispose();
        GC.SuppressFinalize(this);
        return base.DisposeAsync();
    }

    private protected Session Session(TimeProvider? clock = null)
    {
        var variables = new Dictionary<string, string>(Variables) { ["ISSUER"] = Issuer, ["CLIENT_ID"] = ClientId }
            .ToDictionary(variable => Product.Variable(variable.Key), variable => variable.Value);
        variables["HOME"] = Home.Path;
        return new Session(
            Product, SessionOptions.From(Product, variables.GetValueOrDefault), Provider.Client, clock ?? Clock, Warnings.Add);
    }

    private protected Task<Identity> SignInByDeviceAsync()
    {
        Provider.Answers(Discovery, Metadata);
        return Session().SignInAsync(new SignInPrompts { ShowUserCode = Shown.Add }, SignInFlow.Device, 0, Stop);
    }

    /// <param name="response">What the browser comes back with, beside the state.</param>
    /// <param name="port">The port that is registered; 0 where any is good.</param>
    private protected async Task<Identity> SignInByBrowserAsync(string response, int port = 0)
    {
        Provider.Answers(Discovery, Metadata);
        var returning = Task.CompletedTask;
        using var person = new Person();
        var prompts = new SignInPrompts
        {
            ShowAddress = address =>
            {
                foreach (var pair in address.Query.TrimStart('?').Split('&'))
                    Asked.Add(pair.Split('=')[0], Uri.UnescapeDataString(pair.Split('=')[1]));
                returning = person.OpenAsync(new Uri($"{Asked["redirect_uri"]}?{response}&state={Asked["state"]}"), Stop);
            },
        };
        try
        {
            return await Session(new StillClock()).SignInAsync(prompts, SignInFlow.Browser, port, Stop);
        }
        finally
        {
            await returning;
        }
    }

    /// <summary>A token answer with an ID token in it that says this as well.</summary>
    private protected void Gives(string tokenEndpoint, string tokens, string? claims = Email) => Provider.Does(tokenEndpoint, () =>
    {
        var now = Clock.GetUtcNow().ToUnixTimeSeconds();
        var nonce = Asked.TryGetValue("nonce", out var asked) ? $",\"nonce\":\"{asked}\"" : "";
        var payload = string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"iss":"{{Issuer}}","aud":"{{ClientId}}","sub":"s1","iat":{{now}},"exp":{{now + 3600}}{{nonce}}{{(claims is null ? "" : ",")}}{{claims}}}""");
        return ScriptedServer.Answer($$"""{"id_token":"{{SigningKey.Rsa.Token(payload)}}",{{tokens}}}""");
    });

    private protected void HasKeysAt(string jwksUri) => Provider.Answers(jwksUri, $$"""{"keys":[{{SigningKey.Rsa.Jwk("\"kid\":\"k1\",\"use\":\"sig\"")}}]}""");

    /// <summary>The requests to one address, their forms decoded.</summary>
    private protected IEnumerable<string> To(string address) => Provider.Requests
        .Where(request => request.Split(' ')[1] == address)
        .Select(request => Uri.UnescapeDataString(request.Split(' ').ElementAtOrDefault(2) ?? "").Replace('+', ' '));
}
