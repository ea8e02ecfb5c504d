namespace Container;

/// <summary>
/// What an empty container is: a read-only root that holds the executable, a resolv.conf, /dev/urandom and what a test puts there;
/// no /proc, no /tmp, no list of users; a user without privileges, without a name and without a home. The network is this machine's.
/// </summary>
internal sealed class EmptyRoot : IDisposable
{
    private const string Bubblewrap = "/usr/bin/bwrap";
    private const string Nobody = "65532";
    private readonly TemporaryFolder _folder = new();

    public EmptyRoot()
    {
        Put("/datagen", []);
        File.Copy(Executable.Path("datagen"), _folder["root/datagen"], overwrite: true);
        Put("/dev/urandom", []); // For bubblewrap to put the real one over.
        Put("/etc/resolv.conf", "nameserver 127.0.0.1\n"u8);
        Directory.CreateDirectory(_folder["root/config"]);
        Directory.CreateDirectory(_folder["config"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>Variables of the one environment there is.</summary>
    public Dictionary<string, string> Environment { get; } = [];

    /// <summary>With how much address space: what <c>ulimit -v</c> says, in MiB.</summary>
    public int AddressSpace { get; init; } = 1024;

    /// <summary>Whether /config is there to be written.</summary>
    public bool HasConfig { get; init; }

    /// <summary>Skips the test where an empty root can't be had or the executable can't run in it; in CI that is a failure.</summary>
    public static async Task RequireAsync()
    {
        if (!File.Exists(Bubblewrap))
        {
            Missing("bubblewrap is not installed");
            return;
        }

        var tried = await ToolAsync(Bubblewrap, "--ro-bind", "/", "/", "--unshare-user", "--uid", Nobody, "/bin/true");
        if (tried.ExitCode != 0) Missing($"bubblewrap may not make a container here: {tried.StandardError.Trim()}");
        else if (!await IsStaticAsync()) Missing("the executable is linked dynamically: publish.sh had no static libraries");
    }

    public static async Task<bool> IsStaticAsync()
    {
        var answer = await ToolAsync("/usr/bin/ldd", Executable.Path("datagen"));
        // The second is what it says of one that has a table of symbols all the same.
        return (answer.StandardOutput + answer.StandardError).Trim() is "not a dynamic executable" or "statically linked";
    }

    public void Put(string path, ReadOnlySpan<byte> content)
    {
        var place = _folder[$"root{path}"];
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        File.WriteAllBytes(place, content);
    }

    public string Read(string path) => File.ReadAllText(_folder[path.TrimStart('/')]);

    public async Task<Run> RunAsync(params string[] arguments)
    {
        using var started = Start(arguments);
        return await started.ExitAsync(TestContext.Current.CancellationToken);
    }

    public Started Start(params string[] arguments) => new(
        Tool("/bin/sh").Prepare("/bin/sh",
        [
            "-c", "ulimit -v \"$1\" && shift && exec \"$@\"", "sh", $"{AddressSpace << 10}",
            Bubblewrap, "--die-with-parent", "--unshare-user", "--unshare-pid", "--unshare-ipc", "--uid", Nobody, "--gid", Nobody, "--cap-drop", "ALL",
            "--ro-bind", _folder["root"], "/",
            "--dev-bind", "/dev/urandom", "/dev/urandom",
            .. HasConfig ? ["--bind", _folder["config"], "/config"] : Array.Empty<string>(),
            "--chdir", "/", "--clearenv",
            .. Environment.SelectMany(variable => new[] { "--setenv", variable.Key, variable.Value }),
            "/datagen", .. arguments,
        ]),
        input: "");

    public void Dispose() => _folder.Dispose();

    private static Task<Run> ToolAsync(string program, params string[] arguments) => Tool(program).RunAsync(arguments);

    private static Cli Tool(string program) => Cli.Named("datagen", "/") with { Program = program };

    public static void Missing(string what)
    {
        if (System.Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(what);
        Assert.Skip(what);
    }
}
