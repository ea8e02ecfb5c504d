using Datagen.Auth;
using Datagen.Protocol;

namespace Datagen.Doctor;

/// <summary>All that <c>auth doctor</c> looks at: this machine first, then the servers. Made to be pasted where others read it.</summary>
internal sealed class Examination(Product product, SessionOptions options, ServiceClient service, Surroundings surroundings, TimeProvider clock)
{
    public async Task<IReadOnlyList<Check>> RunAsync(CancellationToken cancellation)
    {
        var local = new LocalChecks(product, options, surroundings, clock);
        var checks = local.Run();
        var server = new ServerChecks(local.Named, service, surroundings, clock, cancellation);
        checks.AddRange(await server.RunAsync(options, local.Credential));

        var discretion = new Discretion(options, local.Credential, surroundings.Environment("HOME"));
        return checks.ConvertAll(check => check with { Message = discretion.Without(check.Message), Hint = check.Hint is null ? null : discretion.Without(check.Hint) });
    }
}
