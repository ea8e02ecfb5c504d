using Datagen.Auth;
using Datagen.Host;
using Datagen.Protocol;
using Datagen.Sessions;
using Datagen.Trust;

namespace Datagen.Console;

/// <summary>All that a command may touch, made once: the product, the streams, the interruption, sessions, and the one connection to the network.</summary>
internal sealed class World : IDisposable
{
    private readonly string[] _words;
    private readonly StandardStream _results;
    private readonly StandardStream _messages;
    private readonly Interruption _interruption = new();
    private HttpClient? _http;
    private bool _hasTls;
    private Session? _session;

    public World(Product product, string[] words)
    {
        ProcessSetUp.Run();
        Product = product;
        _words = words;
        _results = new StandardStream(StandardStream.StandardOutput);
        _messages = new StandardStream(StandardStream.StandardError);
    }

    public Product Product { get; }

    /// <summary>As <c>--profile</c> names it.</summary>
    public string? Profile { get; set; }

    public bool IsVerbose { get; set; }

    /// <summary>What a sign-in's options name of a profile's settings.</summary>
    public SignInSettings? Named { get; set; }

    /// <summary>As <c>--dpop-key</c> names it.</summary>
    public string? DpopKey { get; set; }

    public bool Forgets { get; set; }

    /// <summary>Ctrl-C or SIGTERM, once <see cref="Listen"/> was called or a request made.</summary>
    public CancellationToken Interrupted => _interruption.Token;

    public static bool HasTerminal => !System.Console.IsErrorRedirected;

    public SessionOptions Options
    {
        get
        {
            var options = SessionOptions.FromEnvironment(Product);
            if (Profile is not null) options = options with { Profile = Profile };
            return Named is null ? options : options.WithNamed(Product, Named) with { DpopKey = DpopKey, Forgets = Forgets };
        }
    }

    /// <summary>Runs what may fail. Every error becomes a message and an exit code here, and only here; no trace is ever shown.</summary>
    public async Task<int> RunAsync(Func<Task<int>> command)
    {
        try
        {
            var exitCode = await command();
            _results.Flush();
            return exitCode;
        }
        catch (IOException problem) when (problem.HResult == Errno.BrokenPipe)
        {
            return ExitCode.Failed; // The reader has left, as in `| head -1`.
        }
#pragma warning disable CA1031 // The last stop for errors of any kind.
        catch (Exception error)
#pragma warning restore CA1031
        {
            var product = _session?.Product ?? Product;
            var failure = Failure.Of(error, product, _interruption.ExitCode);
            if (error is NotSignedInException { NoCredential: true } && product.Profile is { } profile) failure = failure.In(profile, NearestProfile(profile));
            NewOutput(CommandLine.AsksForJson(_words) ? OutputFormat.Json : OutputFormat.Text).Print(failure);
            return failure.ExitCode;
        }
    }

    /// <summary>The profile that a name with nobody behind it was most likely meant to be; null where there is none like it.</summary>
    public string? NearestProfile(string name)
    {
        try
        {
            return Options.Folder is { } folder ? Spelling.Nearest(name, Profiles.WithCredential(folder)) : null;
        }
        catch (AuthException)
        {
            return null; // It is only for a hint.
        }
    }

    /// <summary>To be called before a wait without a request.</summary>
    public void Listen() => _interruption.Listen();

    public static string? Variable(string name) => Environment.GetEnvironmentVariable(name);

    public string? OwnVariable(string suffix) => Variable(Product.Variable(suffix));

    public Output NewOutput(OutputFormat format) => new(format, _results, _messages) { TellsColumns = TerminalSize.Columns };

    /// <summary>Writes to standard output as it is.</summary>
    public void WriteBytes(ReadOnlyMemory<byte> bytes) => _results.WriteBytes(bytes);

    public Session NewSession(Output output) =>
        _session = new Session(Product, Options, NewService(output), TimeProvider.System, output.Warn);

    public ServiceClient NewService(Output output)
    {
        var traced = IsVerbose || OwnVariable("DEBUG") is "1" or "true";
        return new ServiceClient(Connect, traced ? output.Prompt : null);
    }

    public void Dispose()
    {
        _http?.Dispose();
        _interruption.Dispose();
        _messages.Dispose();
        _results.Dispose();
    }

    private HttpClient Connect(Uri address)
    {
        var needsTls = address.Scheme == Uri.UriSchemeHttps;
        if (_http is not null && (_hasTls || !needsTls)) return _http;
        // Trust before anything that starts a thread: it changes the environment for a moment. Only where one of two servers is on
        // loopback are there threads already, and then they wait.
        var tls = needsTls ? SystemTrust.Options() : null;
        _hasTls = needsTls;
        _interruption.Listen();
        _http?.Dispose();
        return _http = Connections.CreateHttpClient($"{Product.Name}/{ProgramVersion.Text}", tls);
    }
}
