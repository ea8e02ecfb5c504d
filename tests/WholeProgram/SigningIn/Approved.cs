using System.Text.Json.Nodes;
using LocalService.Hosting;
using LocalService.Protocol;

namespace WholeProgram.SigningIn;

public class Approved : Situation
{
    private const string Answer = "status: authenticated\nemail: you@yourcompany.com\nactive_org_slug: yourcompany\n";

    protected override ServiceOptions Options => new() { Clients = [new Client("another-cli", "Another command line")] };

    [Fact]
    public async Task Says_what_the_document_shows()
    {
        var run = await SignInAsync(Datagen, You);

        Assert.Equal(new Run(0, Answer, Prompts()), run);
    }

    [Fact]
    public async Task Says_it_as_one_JSON_object()
    {
        var run = await SignInAsync(Datagen, You, "--format", "json");

        Assert.Equal(
            new Run(0, """{"status":"authenticated","email":"you@yourcompany.com","active_org_slug":"yourcompany"}""" + "\n", Prompts()),
            run);
    }

    [Fact]
    public async Task Asks_the_server_what_it_has_to_and_nothing_twice()
    {
        await SignInAsync(Datagen, You);

        // How often it polls depends on how soon the person is done; it is one and the same question.
        Assert.Equal(
            ["GET /.well-known/openid-configuration", "POST /device_authorization", "POST /token", "GET /userinfo"],
            RequestsOfTheProgram().Select(request => $"{request.Method} {request.Path}").Distinct());
        Assert.Equal(
            "client_id=datagen-cli&scope=openid+email+offline_access",
            Assert.Single(Service.Log.To("/device_authorization")).Body);
        var polls = Service.Log.To("/token");
        var poll = Assert.Single(polls.Select(poll => poll.Body).Distinct());
        Assert.Matches(@"\Agrant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=[^&]+&client_id=datagen-cli\z", poll);
        Assert.All(polls.SkipLast(1), poll => Assert.Equal(400, poll.Status));
        Assert.Equal(200, polls[^1].Status);
        Assert.Single(Service.Log.To("/.well-known/openid-configuration"));
        var userInfo = Assert.Single(Service.Log.To("/userinfo"));
        Assert.Equal($"Bearer {File["access_token"]}", userInfo.Header("Authorization"));
        Assert.Null(userInfo.Header("X-Datagen-Org"));
    }

    [Fact]
    public async Task Says_its_name_and_no_more_to_the_server()
    {
        await SignInAsync(Datagen, You);

        Assert.All(RequestsOfTheProgram(), request =>
        {
            Assert.Equal("datagen/1.0.0", request.Header("User-Agent"));
            Assert.Equal("application/json", request.Header("Accept"));
            Assert.Null(request.Header("Cookie"));
            Assert.Equal("", request.QueryString);
        });
        Assert.All(Service.Log.To("/token"), request => Assert.Null(request.Header("Authorization")));
    }

    [Fact]
    public async Task First_poll_comes_after_the_interval()
    {
        await SignInAsync(Datagen, You);

        var asked = Assert.Single(Service.Log.To("/device_authorization")).At;
        Assert.True(Service.Log.To("/token")[0].At - asked >= TimeSpan.FromSeconds(0.99), "it polled at once");
    }

    [Fact]
    public async Task Stores_what_the_contract_lists()
    {
        var before = DateTimeOffset.UtcNow.AddSeconds(-1); // Stored times are cut to whole seconds.
        await SignInAsync(Datagen, You);

        var json = File.Json;
        Assert.Equal(
            [
                "access_token", "token_type", "email", "active_org_slug", "stored_at", "expires_at", "refresh_token", "id_token",
                "issuer", "client_id", "endpoints",
            ],
            json.Select(member => member.Key));
        Assert.True(Service.IsActive(File["access_token"]));
        Assert.True(Service.IsActive(File["refresh_token"]));
        Assert.Equal(3, File["id_token"].Split('.').Length);
        Assert.Equal(
            ("Bearer", "you@yourcompany.com", "yourcompany", Service.Issuer, "datagen-cli"),
            (File["token_type"], File["email"], File["active_org_slug"], File["issuer"], File["client_id"]));
        Assert.True(JsonNode.DeepEquals(DirectSignIn.Endpoints(Service), json["endpoints"]), $"{json["endpoints"]}");
        Assert.InRange(Credentials.Moment(File["stored_at"]), before, DateTimeOffset.UtcNow);
        Assert.InRange(
            Credentials.Moment(File["expires_at"]) - Credentials.Moment(File["stored_at"]), TimeSpan.FromHours(1), TimeSpan.FromSeconds(3601));
    }

    [Theory]
    [InlineData("000")]
    [InlineData("022")]
    [InlineData("077")]
    public async Task File_and_folder_are_the_owners_alone_whatever_the_umask(string umask)
    {
        using var login = Datagen.StartInShell($"umask {umask}; exec \"$@\"", "auth", "login");
        await ApproveAsync(login);
        Assert.Equal(0, (await login.ExitAsync(Stop)).ExitCode);

        Assert.Equal(OwnerOnly, File.Mode);
        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.FolderMode);
        Assert.Equal(["credentials.json", "credentials.lock", "settings.json"], File.Siblings);
        Assert.Equal(OwnerOnly, System.IO.File.GetUnixFileMode(File.LockPath));
    }

    [Fact]
    public async Task XDG_CONFIG_HOME_is_where_the_folder_is_made()
    {
        await SignInAsync(Datagen.With("XDG_CONFIG_HOME", Home["xdg"]), You);

        var file = new Credentials(Home["xdg/datagen/credentials.json"]);
        Assert.Equal((OwnerOnly, OwnerOnly | UnixFileMode.UserExecute), (file.Mode, file.FolderMode));
        Assert.Equal("you@yourcompany.com", file["email"]);
        Assert.False(Directory.Exists(Home[".config"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("relative")]
    public async Task An_XDG_CONFIG_HOME_that_the_specification_calls_invalid_is_ignored(string value)
    {
        await SignInAsync(Datagen.With("XDG_CONFIG_HOME", value), You);

        Assert.Equal("you@yourcompany.com", File["email"]);
    }

    [Fact]
    public async Task DATAGEN_CONFIG_DIR_is_the_folder_itself()
    {
        await SignInAsync(Datagen.With("DATAGEN_CONFIG_DIR", Home["elsewhere"]).With("XDG_CONFIG_HOME", Home["xdg"]), You);

        var file = new Credentials(Home["elsewhere/credentials.json"]);
        Assert.Equal((OwnerOnly, OwnerOnly | UnixFileMode.UserExecute), (file.Mode, file.FolderMode));
        Assert.Equal("you@yourcompany.com", file["email"]);
        Assert.False(Directory.Exists(Home[".config"]) || Directory.Exists(Home["xdg"]));
    }

    [Fact]
    public async Task Client_and_scope_of_the_environment_are_asked_for()
    {
        await SignInAsync(Datagen.With("DATAGEN_CLIENT_ID", "another-cli").With("DATAGEN_SCOPE", "openid email"), You);

        Assert.Equal("client_id=another-cli&scope=openid+email", Assert.Single(Service.Log.To("/device_authorization")).Body);
        Assert.All(Service.Log.To("/token"), poll => Assert.Equal("another-cli", poll.Field("client_id")));
        Assert.Equal("another-cli", File["client_id"]);
        Assert.False(File.Json.ContainsKey("refresh_token"), "there is no refresh token without offline_access");
    }

    [Fact]
    public async Task Without_an_expiry_from_the_server_none_is_stored()
    {
        Service.Settings.OmitExpiresIn = true;

        await SignInAsync(Datagen, You);

        Assert.False(File.Json.ContainsKey("expires_at"));
    }

    [Fact]
    public async Task A_server_without_verification_uri_complete_will_do()
    {
        Service.Settings.OfferVerificationUriComplete = false;

        var run = await SignInAsync(Datagen, You);

        Assert.Equal(new Run(0, Answer, Prompts()), run);
    }

    [Fact]
    public async Task A_new_sign_in_replaces_the_old_one_and_keeps_keys_of_other_versions()
    {
        await SignedInAsync("many@example.com");
        File.Set("later", new JsonObject { ["deep"] = 1 });
        var old = File["access_token"];

        await SignInAsync(Datagen, You);

        Assert.NotEqual(old, File["access_token"]);
        Assert.Equal("you@yourcompany.com", File["email"]);
        Assert.Equal("""{"deep":1}""", File.Json["later"]!.ToJsonString());
    }

    [Fact]
    public async Task A_person_without_organizations_is_signed_in_for_none()
    {
        var run = await SignInAsync(Datagen, "nobody@example.com");

        Assert.Equal(new Run(0, "status: authenticated\nemail: nobody@example.com\nactive_org_slug: none\n", Prompts()), run);
        Assert.False(File.Json.ContainsKey("active_org_slug"));
    }

    [Fact]
    public async Task A_person_without_organizations_is_null_in_JSON()
    {
        var run = await SignInAsync(Datagen, "nobody@example.com", "--format=json");

        Assert.Equal("""{"status":"authenticated","email":"nobody@example.com","active_org_slug":null}""" + "\n", run.StandardOutput);
    }

    [Fact]
    public async Task Without_a_default_the_first_membership_is_the_active_one()
    {
        var run = await SignInAsync(Datagen, "many@example.com");

        Assert.Equal("status: authenticated\nemail: many@example.com\nactive_org_slug: org-0001\n", run.StandardOutput);
        Assert.Equal("org-0001", File["active_org_slug"]);
    }

    private IEnumerable<LocalService.Observing.LoggedRequest> RequestsOfTheProgram() =>
        Service.Log.Snapshot().Where(request => request.Header("User-Agent") is not null);
}
