using System.Collections.Concurrent;
using Interop.World;

[assembly: AssemblyFixture(typeof(Servers))]

namespace Interop.World;

/// <summary>The servers, each started when the first test wants it. Those that are set up alike are one.</summary>
public sealed class Servers : IAsyncLifetime
{
    private readonly ConcurrentDictionary<string, Lazy<Task<Server>>> _servers = new();

    public async ValueTask InitializeAsync() => await Packages.InstallAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers.Values) await (await server.Value).DisposeAsync();
    }

    public Task<Server> ProviderAsync(IEnumerable<(string Name, string Value)> environment) => GetAsync("provider.mjs", environment);

    public Task<Server> OddAsync() => GetAsync("odd.mjs", []);

    public Task<Server> BetterAuthAsync(IEnumerable<(string Name, string Value)> environment) => GetAsync("better-auth.mjs", environment);

    public Task<Server> BetterAuthDeviceAsync(IEnumerable<(string Name, string Value)> environment) => GetAsync("better-auth-device.mjs", environment);

    public Task<Server> MockAsync() => GetAsync("mock.mjs", []);

    public Task<Server> OpenIddictAsync() => _servers.GetOrAdd("OpenIddict", _ => new Lazy<Task<Server>>(Server.StartOpenIddictAsync)).Value;

    private Task<Server> GetAsync(string script, IEnumerable<(string Name, string Value)> environment) => _servers.GetOrAdd(
        $"{script} {string.Join(' ', environment)}",
        _ => new Lazy<Task<Server>>(() => Server.StartAsync(script, environment))).Value;
}
