using System.Security.Cryptography.X509Certificates;
using LocalService.Protocol;
using LocalService.State;

namespace LocalService.Hosting;

public sealed record ServiceOptions
{
    /// <summary>0 is a free one.</summary>
    public int Port { get; init; }

    /// <summary>Null keeps everything in memory.</summary>
    public string? StateFolder { get; init; }

    /// <summary>Whether to keep the log of requests and events, and to apply faults.</summary>
    public bool Observed { get; init; } = true;

    public ServiceSettings Settings { get; init; } = new();

    /// <summary>In how many organizations many@example.com is.</summary>
    public int ManyOrganizations { get; init; } = 1000;

    /// <summary>People besides the seeded ones (or in their place, with the same subject). Their password is the same.</summary>
    public IReadOnlyList<Person> People { get; init; } = [];

    /// <summary>Clients besides datagen-cli and genlabz-cli.</summary>
    public IReadOnlyList<Client> Clients { get; init; } = [];

    /// <summary>Machines that sign in without a person. None, and the service knows no grant for them.</summary>
    public IReadOnlyList<Workload> Workloads { get; init; } = [];

    /// <summary>Given, the service speaks HTTPS only.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>The host in the issuer. The service listens on 127.0.0.1 whatever it says.</summary>
    public string HostName { get; init; } = "127.0.0.1";

    /// <summary>A path in the issuer, such as /tenant.</summary>
    public string IssuerPath { get; init; } = string.Empty;
}
