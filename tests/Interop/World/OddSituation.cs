namespace Interop.World;

/// <summary>At oauth2-mock-server, whose answers are odd in the way of the client that asks.</summary>
[Against("oauth2-mock-server", "oauth2-mock-server")]
public abstract class OddSituation(Servers servers) : ReportedSituation
{
    protected Server Odd { get; private set; } = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Odd = await servers.OddAsync();
    }
}
