using System.Text.Json.Nodes;
using LocalService.Hosting;

namespace Container;

/// <summary>What people install: the archive, the Debian package and the container image in dist/release.</summary>
public sealed class Released : IDisposable
{
    private const string You = "you@yourcompany.com";
    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static string Folder
    {
        get
        {
            var folder = Path.Combine(Path.GetDirectoryName(Executable.Path("datagen"))!, "release");
            if (!Directory.Exists(folder)) EmptyRoot.Missing("there is no dist/release: ./publish.sh --release makes it");
            return folder;
        }
    }

    private Cli Shell => Cli.Named("datagen", _home.Path) with { Program = "/bin/sh" };

    [Fact]
    public async Task Everything_is_what_its_checksum_says()
    {
        var run = await Shell.RunAsync("-c", $"cd {Folder} && sha256sum -c --strict --quiet SHA256SUMS && ls | grep -v SHA256SUMS | wc -l && wc -l <SHA256SUMS");

        Assert.Equal((0, ""), (run.ExitCode, run.StandardError));
        var counts = run.StandardOutput.Split('\n');
        Assert.Equal(counts[0], counts[1]);
    }

    [Fact]
    public async Task Install_puts_both_commands_their_manual_and_completions_into_ones_own_home()
    {
        var run = await Shell.RunAsync(Path.Combine(Folder, "install.sh"), Folder);

        Assert.Equal((0, $"install.sh: put {_home[".local/bin"]} in your PATH\n"), (run.ExitCode, run.StandardError));
        var installed = Shell.With("PATH", $"{_home[".local/bin"]}:/usr/bin:/bin");
        Assert.Equal(run.StandardOutput.Replace("datagen", "genlabz", StringComparison.Ordinal), (await installed.RunAsync("-c", "genlabz --version")).StandardOutput);
        Assert.Contains("datagen auth login", (await installed.RunAsync("-c", "man -P cat datagen-auth-login")).StandardOutput, StringComparison.Ordinal);
        Assert.Equal("login\nlogout\n", (await (installed with { Program = "/bin/bash" }).RunAsync(
            "-c", $"source {_home[".local/share/bash-completion/completions/datagen"]}; COMP_WORDS=(datagen auth lo) COMP_CWORD=2; _datagen; printf '%s\\n' \"${{COMPREPLY[@]}}\"")).StandardOutput);
    }

    [Theory]
    [InlineData("for archive in \"$1\"/*.tar.gz; do printf x >>\"$archive\"; done", "is not what SHA256SUMS says")]
    [InlineData("sed -i s/linux/plan9/ \"$1/SHA256SUMS\"", "there is no archive for linux-")]
    [InlineData("rm \"$1\"/*.tar.gz", "No such file")]
    public async Task Install_puts_nothing_anywhere_if_something_is_wrong(string harm, string complaint)
    {
        await Shell.RunAsync("-c", $"cp -r {Folder} {_home["from"]}");
        await Shell.RunAsync("-c", harm, "sh", _home["from"]);

        var run = await Shell.RunAsync(Path.Combine(Folder, "install.sh"), _home["from"]);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(complaint, run.StandardError, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_home[".local"]));
    }

    [Fact]
    public async Task Install_takes_nothing_over_a_line_that_others_can_write_into()
    {
        var run = await Shell.RunAsync(Path.Combine(Folder, "install.sh"), "http://downloads.example");

        Assert.Equal(new Run(1, "", "install.sh: http://downloads.example is not https\n"), run);
    }

    [Fact]
    public async Task The_bill_of_materials_names_what_is_inside()
    {
        var bill = JsonNode.Parse(await System.IO.File.ReadAllTextAsync(Directory.GetFiles(Folder, "*-linux-x64.cdx.json").Single(), Stop))!;

        var names = bill["components"]!.AsArray().Select(component => (string)component!["name"]!).ToList();
        Assert.Contains("QRCoder", names);
        if (await EmptyRoot.IsStaticAsync()) Assert.Superset(new HashSet<string> { "openssl", "glibc", "zlib" }, names.ToHashSet());
        var hash = (await Shell.RunAsync("-c", $"sha256sum {Executable.Path("datagen")}")).StandardOutput.Split(' ')[0];
        Assert.Equal(hash, (string)bill["metadata"]!["component"]!["hashes"]![0]!["content"]!);
    }

    [Theory]
    [InlineData("amd64")]
    [InlineData("arm64")]
    public async Task Apt_takes_the_Debian_package_and_lintian_finds_nothing_in_it(string architecture)
    {
        var package = Directory.GetFiles(Folder, $"*_{architecture}.deb").SingleOrDefault();
        if (package is null || !System.IO.File.Exists("/usr/bin/lintian") || !System.IO.File.Exists("/usr/bin/apt-get"))
        {
            EmptyRoot.Missing("this is not Debian with lintian");
            return;
        }

        var lintian = await Shell.RunAsync("-c", $"lintian --allow-root --fail-on error,warning {package}");
        Assert.Equal((0, ""), (lintian.ExitCode, lintian.StandardOutput));
        var apt = await Shell.RunAsync("-c", $"apt-get install --simulate {package}");
        Assert.Matches(@"\nInst datagen(:arm64)? \(1\.0\.0", apt.StandardOutput);
    }

    /// <summary>What a container engine does with one name for several kinds of machine.</summary>
    [Theory]
    [InlineData("amd64", "linux-x64")]
    [InlineData("arm64", "linux-arm64")]
    public async Task The_index_has_the_image_of_each_kind_of_machine(string architecture, string rid)
    {
        var index = Directory.GetFiles(Folder, "datagen-*.oci.tar").SingleOrDefault(file => !file.Contains("-linux-", StringComparison.Ordinal));
        if (index is null)
        {
            EmptyRoot.Missing("there is no index: ./publish.sh --rid linux-arm64 --release makes it");
            return;
        }

        var image = Directory.GetFiles(Folder, $"*-{rid}.oci.tar").Single();
        var copy = await Shell.RunAsync(
            "-c", $"cd {_home.Path} && skopeo --override-arch {architecture} copy --quiet oci-archive:{index} oci:mine:1 && skopeo inspect oci:mine:1 && skopeo inspect oci-archive:{image}");
        Assert.True(copy.ExitCode == 0, copy.StandardError);
        var inspected = copy.StandardOutput.Split("\n}\n{\n");
        var (mine, theirs) = (JsonNode.Parse(inspected[0] + "\n}")!, JsonNode.Parse("{\n" + inspected[1])!);
        Assert.Equal(architecture, (string)mine["Architecture"]!);
        Assert.Equal(((string)theirs["Digest"]!, theirs["Layers"]!.ToJsonString()), ((string)mine["Digest"]!, mine["Layers"]!.ToJsonString()));
    }

    /// <summary>With nothing but the image, as its own user, the root read-only and the credential in a folder of memory.</summary>
    [Fact]
    public async Task The_container_image_signs_in_under_a_real_runtime()
    {
        var image = Directory.GetFiles(Folder, "*-linux-x64.oci.tar").SingleOrDefault();
        if (image is null || !System.IO.File.Exists("/usr/sbin/runc") || !Environment.IsPrivilegedProcess || !await EmptyRoot.IsStaticAsync())
        {
            EmptyRoot.Missing("there is no image, or no runc, or we are not root");
            return;
        }

        await using var service = await IdentityService.StartAsync(new ServiceOptions { Settings = { PollingInterval = 1 } });
        var unpacked = await Shell.RunAsync(
            "-c", $"cd {_home.Path} && skopeo copy --quiet oci-archive:{image} oci:image:1 && umoci unpack --image image:1 bundle 2>&1");
        Assert.True(unpacked.ExitCode == 0, unpacked.StandardError + unpacked.StandardOutput);
        var configuration = JsonNode.Parse(await System.IO.File.ReadAllTextAsync(_home["bundle/config.json"], Stop))!;
        Assert.Equal(65532, (int)configuration["process"]!["user"]!["uid"]!);
        configuration["root"]!["readonly"] = true;
        configuration["process"]!["terminal"] = false;
        configuration["process"]!["env"]!.AsArray().Add($"DATAGEN_ISSUER={service.Issuer}");
        // This machine's network, since the service is on its loopback.
        var namespaces = configuration["linux"]!["namespaces"]!.AsArray();
        namespaces.Remove(namespaces.Single(one => (string)one!["type"]! == "network"));
        configuration["mounts"]!.AsArray().Add(JsonNode.Parse(
            """{"destination":"/config","type":"tmpfs","source":"tmpfs","options":["nosuid","nodev","noexec","mode=0700","uid=65532","gid=65532"]}"""));
        configuration["process"]!["args"] = new JsonArray("/usr/bin/datagen", "auth", "login");
        await System.IO.File.WriteAllTextAsync(_home["bundle/config.json"], configuration.ToJsonString(), Stop);

        var name = $"datagen-{Guid.NewGuid():N}";
        using var login = (Shell with { Program = "/usr/sbin/runc" }).Start("--root", _home["runc"], "run", "--bundle", _home["bundle"], name);
        var (userCode, verificationUri) = await login.UserCodeAsync(Stop);
        using var browser = service.NewBrowser();
        await browser.ApproveDeviceAsync(verificationUri, userCode, You, Stop);
        var run = await login.ExitAsync(Stop);

        Assert.Equal((0, $"status: authenticated\nemail: {You}\nactive_org_slug: yourcompany\n"), (run.ExitCode, run.StandardOutput));
    }
}
