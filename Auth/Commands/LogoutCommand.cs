namespace Datagen.Auth.Commands;

internal static class LogoutCommand
{
    public static async Task<int> RunAsync(
        Session session, Product product, Output output, bool local, CancellationToken cancellation)
    {
        var signedOut = await session.SignOutAsync(local, cancellation);
        output.Print(signedOut ? product.Words.SignedOut : product.Words.NoCredential);
        return ExitCode.Done;
    }
}
