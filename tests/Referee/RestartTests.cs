using System.Net;
using LocalService.Hosting;

namespace Referee;

/// <summary>The state is in a folder, so that a restart forgets no session.</summary>
public sealed class RestartTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("referee-");

    private string State => Path.Combine(_folder.FullName, "state");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_restart_forgets_no_session_and_no_pending_sign_in()
    {
        string refreshToken;
        System.Text.Json.Nodes.JsonObject pending;
        await using (var service = await IdentityService.StartAsync(new ServiceOptions { StateFolder = State }))
        {
            using var visit = new Visit(service);
            refreshToken = (string)(await visit.SignInAsync())["refresh_token"]!;
            pending = await visit.StartDeviceAsync();
        }

        await using (var service = await IdentityService.StartAsync(new ServiceOptions { StateFolder = State }))
        {
            using var visit = new Visit(service);
            Assert.Equal(HttpStatusCode.OK, (await visit.RefreshAsync(refreshToken)).Status);
            Assert.Equal("authorization_pending", (string?)(await visit.PollAsync(pending)).Body["error"]);
        }
    }

    [Fact]
    public async Task The_folder_is_the_owners_and_holds_no_token_as_it_is()
    {
        await using var service = await IdentityService.StartAsync(new ServiceOptions { StateFolder = State });
        using var visit = new Visit(service);
        var tokens = await visit.SignInAsync();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(State));
        var files = Directory.GetFiles(State, "*", SearchOption.AllDirectories);
        Assert.Contains(files, file => new FileInfo(file).Length > 0);
        foreach (var file in files)
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
            var content = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
            Assert.DoesNotContain((string)tokens["refresh_token"]!, content, StringComparison.Ordinal);
            Assert.DoesNotContain((string)tokens["access_token"]!, content, StringComparison.Ordinal);
        }
    }
}
