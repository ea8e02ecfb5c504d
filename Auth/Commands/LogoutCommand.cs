using Datagen.Auth;
using Datagen.Console;

namespace Datagen.Commands;

internal static class LogoutCommand
{
    public static async Task<int> RunAsync(
        Session session, Product product, Output output, bool local, Action forget, CancellationToken cancellation)
    {
        var signedOut = await session.SignOutAsync(local, cancellation);
        forget();
        output.Print(signedOut ? product.Words.SignedOut : product.Words.NoCredential);
        return ExitCode.Done;
    }
}
