using Datagen.Auth;
using Datagen.Console;

namespace Datagen.Commands;

internal static class StatusCommand
{
    public static async Task<int> RunAsync(Session session, Product product, Output output, CancellationToken cancellation)
    {
        try
        {
            output.Print(product.Words.Status, await session.GetIdentityAsync(cancellation));
            return ExitCode.Done;
        }
        catch (NotSignedInException nobody) when (nobody.NoCredential)
        {
            output.Print(product.Words.NoCredential);
            return ExitCode.NotSignedIn;
        }
    }
}
