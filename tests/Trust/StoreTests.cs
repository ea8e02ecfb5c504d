using System.Text.RegularExpressions;

namespace Trust;

/// <summary>Which roots there are, wherever and however they are kept.</summary>
public sealed partial class StoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Entity _root = new("Root", KeyKind.EllipticCurve, 1);
    private readonly TlsServer _server;
    private readonly string _rootPem, _otherPem;

    public StoreTests()
    {
        var between = new Entity("Between", KeyKind.EllipticCurve, 2);
        _server = new TlsServer(
            between.Certify(new Entity("Server", KeyKind.EllipticCurve, 3), Terms.Leaf),
            [_root.Certify(between)],
            System.Security.Authentication.SslProtocols.None);
        _rootPem = CertificateCase.Pem(_root.SelfSigned());
        _otherPem = CertificateCase.Pem(new Entity("Other", KeyKind.EllipticCurve, 4).SelfSigned());
    }

    public void Dispose()
    {
        _server.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("OR", true)]
    [InlineData("", false)]
    [InlineData("O", false)]
    [InlineData("?", false)]
    [InlineData("?R", true, "in the text between blocks anything may stand")]
    [InlineData("RG", true)]
    [InlineData("GR", false, "not base64")]
    [InlineData("CR", false, "another thing in PEM")]
    [InlineData("ER", false, "nothing in it")]
    [InlineData("UR", false, "no end")]
    [InlineData("LR", false, "ends as something else")]
    [InlineData("SR", false, "ends within a line")]
    [InlineData("KR", true, "another block")]
    [InlineData("DR", true, "an empty line after BEGIN")]
    [InlineData("OD", true)]
    [InlineData("AR", false, "two empty lines after BEGIN")]
    [InlineData("HR", false, "an empty line in the middle: what stands before is a header")]
    [InlineData("ZR", false, "an empty line before END")]
    [InlineData("VR", false, "an empty line after BEGIN, and then one line of all")]
    [InlineData("XO", true, "the old label")]
    [InlineData("B", true, "a block that is a single line")]
    [InlineData("N", true, "no line break at the end")]
    [InlineData("W", true, "blanks behind lines")]
    [InlineData("I", false, "blanks before lines")]
    [InlineData("MR", true, "a byte order mark")]
    [InlineData("MOMR", true, "files with byte order marks, one after the other")]
    public async Task A_file_counts_up_to_its_first_broken_block(string blocks, bool accepted, string why = "")
    {
        var file = _folder.Write("bundle.pem", string.Concat(blocks.Select(Block)));
        Assert.Equal((accepted, why), (await Verdict(("SSL_CERT_FILE", file), ("SSL_CERT_DIR", "")), why));

        var windows = _folder.Write("windows.pem", string.Concat(blocks.Select(Block)).ReplaceLineEndings("\r\n"));
        Assert.Equal((accepted, why), (await Verdict(("SSL_CERT_FILE", windows), ("SSL_CERT_DIR", "")), why));

        string Block(char kind) => kind switch
        {
            'R' => _rootPem,
            'O' => _otherPem,
            '?' => "# Some authority\n-----BEGIN without an end\n\n",
            'G' => _otherPem.Replace("\nMI", "\n*!", StringComparison.Ordinal),
            'C' => "-----BEGIN CERTIFICATE-----\naGVsbG8gd29ybGQ=\n-----END CERTIFICATE-----\n",
            'E' => "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
            'U' => Regex.Replace(_otherPem, "-----END.*\n", ""),
            'L' => _otherPem.Replace("END CERTIFICATE", "END X509 CRL", StringComparison.Ordinal),
            'S' => _otherPem.Replace("\n-----END", "-----END", StringComparison.Ordinal),
            'K' => "-----BEGIN SOMETHING-----\naGVsbG8gd29ybGQ=\n-----END SOMETHING-----\n",
            'D' => _rootPem.Replace("E-----\nM", "E-----\n\nM", StringComparison.Ordinal),
            'A' => _otherPem.Replace("E-----\nM", "E-----\n\n\nM", StringComparison.Ordinal),
            'H' => LineWithin().Replace(_otherPem, "\n\n", 1),
            'Z' => _otherPem.Replace("\n-----END", "\n\n-----END", StringComparison.Ordinal),
            'V' => LineWithin().Replace(_otherPem, "").Replace("E-----\nM", "E-----\n\nM", StringComparison.Ordinal),
            'X' => _rootPem.Replace(" CERTIFICATE", " X509 CERTIFICATE", StringComparison.Ordinal),
            'B' => LineWithin().Replace(_rootPem, ""),
            'N' => _rootPem.TrimEnd(),
            'W' => _rootPem.Replace("\n", " \t\n", StringComparison.Ordinal),
            'I' => "  " + _rootPem.Replace("\n", "\n  ", StringComparison.Ordinal),
            'M' => "\uFEFF",
            _ => throw new ArgumentException(kind.ToString()),
        };
    }

    /// <summary>The framework skips such blocks; OpenSSL, and so curl, reads them.</summary>
    [Theory]
    [InlineData("", true, "trusted for everything")]
    [InlineData("3000", true, "says nothing")]
    [InlineData("300C300A06082B06010505070301", true, "trusted for servers")]
    [InlineData("300A30080604551D2500" + "0000", true, "trusted for anything")]
    [InlineData("300C300A06082B06010505070302", false, "trusted for clients")]
    [InlineData("300C300A06082B06010505070304", false, "trusted for mail")]
    [InlineData("300CA00A06082B06010505070301", false, "not trusted for servers")]
    [InlineData("300CA00A06082B06010505070302", true, "not trusted for clients")]
    [InlineData("3018300A06082B06010505070301A00A06082B06010505070301", false, "trusted and not trusted for servers")]
    [InlineData("3007" + "0C05416C696173", true, "has another name")]
    [InlineData("0500", true, "is followed by something else")]
    public async Task A_TRUSTED_CERTIFICATE_is_trusted_for_what_it_says(string trust, bool accepted, string why)
    {
        var body = Convert.ToBase64String([.. _root.SelfSigned().RawData, .. Convert.FromHexString(trust)], Base64FormattingOptions.InsertLineBreaks).ReplaceLineEndings("\n");
        foreach (var line in new[] { body, LineOf64(body) })
        {
            var file = _folder.Write("bundle.pem", $"-----BEGIN TRUSTED CERTIFICATE-----\n{line}\n-----END TRUSTED CERTIFICATE-----\n");
            var verdict = Assert.Single(await ProbeProcess.Run([("HOME", _folder.Path), ("SSL_CERT_FILE", file), ("SSL_CERT_DIR", "")], "trust", $"https://localhost:{_server.Port}/"));
            Assert.Equal((accepted, why), (verdict == "accepted", why));
        }

        static string LineOf64(string body) => string.Join('\n', body.Replace("\n", "", StringComparison.Ordinal).Chunk(64).Select(line => new string(line)));
    }

    [Fact]
    public async Task What_is_distrusted_anywhere_is_not_trusted_elsewhere()
    {
        using var root = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(_rootPem);
        var distrust = Convert.ToBase64String([.. root.RawData, .. Convert.FromHexString("300CA00A06082B06010505070301")]);
        var file = _folder.Write("bundle.pem", $"{_rootPem}-----BEGIN TRUSTED CERTIFICATE-----\n{distrust}\n-----END TRUSTED CERTIFICATE-----\n");

        Assert.StartsWith("refused", Assert.Single(await ProbeProcess.Run(
            [("HOME", _folder.Path), ("SSL_CERT_FILE", file), ("SSL_CERT_DIR", "")], "trust", $"https://localhost:{_server.Port}/")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothing", "which does not exist")]
    [InlineData("folder", "which is not a file")]
    [InlineData("fifo", "which is not a file")]
    [InlineData("/dev/zero", "which is not a file")]
    [InlineData("/dev/tty", null)]
    [InlineData("empty", "which holds no certificate in PEM")]
    [InlineData("der", "which holds no certificate in PEM")]
    [InlineData("torn", "which is broken after its first 1 certificates")]
    public async Task A_file_that_is_of_no_use_is_told_at_once(string file, string? says)
    {
        Directory.CreateDirectory(_folder["folder"]);
        _folder.Write("empty", "");
        _folder.Write("der", _root.SelfSigned().RawData);
        _folder.Write("torn", _otherPem + _rootPem[..^40]);
        using var made = System.Diagnostics.Process.Start("mkfifo", [_folder["fifo"]]);
        await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        var path = Path.Combine(_folder.Path, file);

        var verdict = Assert.Single(await ProbeProcess.Run([("HOME", _folder.Path), ("SSL_CERT_FILE", path), ("SSL_CERT_DIR", "")], "trust", $"https://localhost:{_server.Port}/"));

        if (says is null) Assert.StartsWith($"refused: SSL_CERT_FILE names {path}, which ", verdict, StringComparison.Ordinal);
        else Assert.Equal($"refused: SSL_CERT_FILE names {path}, {says}", verdict);
    }

    [GeneratedRegex("(?<=[A-Za-z0-9+/=])\n(?=[A-Za-z0-9+/=])")]
    private static partial Regex LineWithin();

    [Fact]
    public async Task A_file_without_PEM_around_it_does_not_count()
    {
        var file = _folder.Write("root.der", _root.SelfSigned().RawData);

        Assert.False(await Verdict(("SSL_CERT_FILE", file), ("SSL_CERT_DIR", _folder.Path)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/dev/null")]
    [InlineData("/dev/zero")]
    [InlineData("/nowhere/bundle.pem")]
    [InlineData("/")]
    public async Task Without_a_file_that_can_be_read_nothing_is_trusted(string file)
    {
        Assert.False(await Verdict(("SSL_CERT_FILE", file), ("SSL_CERT_DIR", "")));
        Assert.False(await Verdict(("SSL_CERT_FILE", file), ("SSL_CERT_DIR", "/nowhere")));
    }

    [Fact]
    public async Task A_relative_file_is_found_from_the_working_folder()
    {
        var file = Path.GetRelativePath(Path.GetTempPath(), _folder.Write("bundle.pem", _rootPem));

        Assert.True(await Verdict(("SSL_CERT_FILE", file), ("SSL_CERT_DIR", "")));
    }

    [Fact]
    public async Task A_file_does_not_hide_the_folders()
    {
        var file = _folder.Write("bundle.pem", _otherPem);
        var folder = Path.GetDirectoryName(_folder.Write("more/root.pem", _rootPem));

        Assert.True(await Verdict(("SSL_CERT_FILE", file), ("SSL_CERT_DIR", folder)));
    }

    [Fact]
    public async Task Folders_hold_files_of_any_name()
    {
        _folder.Write("one/README", "nothing");
        _folder.Write("one/sub/root.pem", _otherPem);
        _folder.Write("two/whatever", _otherPem + _rootPem);
        var folders = $"{_folder["one"]}:/nowhere::{_folder["two"]}";

        Assert.True(await Verdict(("SSL_CERT_FILE", ""), ("SSL_CERT_DIR", folders)));
        Assert.True(await Verdict(("SSL_CERT_DIR", folders)));
        Assert.False(await Verdict(("SSL_CERT_FILE", ""), ("SSL_CERT_DIR", _folder["one"])));
    }

    [Fact]
    public async Task Folders_of_links_by_hash()
    {
        _folder.Write("elsewhere/root.crt", _rootPem);
        Directory.CreateDirectory(_folder["certs"]);
        File.CreateSymbolicLink(_folder["certs/Root.pem"], _folder["elsewhere/root.crt"]);
        File.CreateSymbolicLink(_folder["certs/0a1b2c3d.0"], "Root.pem");
        File.CreateSymbolicLink(_folder["certs/0a1b2c3d.1"], "nowhere.pem");

        Assert.True(await Verdict(("SSL_CERT_FILE", ""), ("SSL_CERT_DIR", _folder["certs"])));
    }

    [Fact]
    public async Task An_intermediate_in_a_folder_and_its_root_in_the_file()
    {
        var between = new Entity("Between", KeyKind.EllipticCurve, 2);
        using var server = new TlsServer(
            between.Certify(new Entity("Server", KeyKind.EllipticCurve, 3), Terms.Leaf), [], System.Security.Authentication.SslProtocols.None);
        var file = _folder.Write("bundle.pem", _rootPem);
        var folder = Path.GetDirectoryName(_folder.Write("more/between.pem", CertificateCase.Pem(_root.Certify(between))));

        Assert.True(await Verdict(server, ("SSL_CERT_FILE", file), ("SSL_CERT_DIR", folder)));
        Assert.False(await Verdict(server, ("SSL_CERT_FILE", file), ("SSL_CERT_DIR", "")));
    }

    [Fact]
    public async Task Roots_that_the_user_added_for_dotnet_count()
    {
        var between = new Entity("Between", KeyKind.EllipticCurve, 2);
        using var server = new TlsServer(
            between.Certify(new Entity("Server", KeyKind.EllipticCurve, 3), Terms.Leaf), [], System.Security.Authentication.SslProtocols.None);
        var file = _folder.Write("bundle.pem", CertificateCase.Pem(_root.Certify(between)));
        var own = _root.SelfSigned();
        _folder.Write(
            $"home/.dotnet/corefx/cryptography/x509stores/root/{own.Thumbprint}.pfx",
            own.Export(System.Security.Cryptography.X509Certificates.X509ContentType.Pfx)!);

        Assert.True(await Verdict(("HOME", _folder["home"]), ("SSL_CERT_FILE", ""), ("SSL_CERT_DIR", "")));
        using var elsewhere = new TlsServer(
            _root.Certify(new Entity("Server", KeyKind.EllipticCurve, 3), Terms.Leaf with { Host = "elsewhere.example" }),
            [],
            System.Security.Authentication.SslProtocols.None);
        Assert.False(await Verdict(elsewhere, ("HOME", _folder["home"]), ("SSL_CERT_FILE", ""), ("SSL_CERT_DIR", "")));
        Assert.True(await Verdict(server, ("HOME", _folder["home"]), ("SSL_CERT_FILE", file), ("SSL_CERT_DIR", "")));
        Assert.False(await Verdict(server, ("HOME", _folder.Path), ("SSL_CERT_FILE", file), ("SSL_CERT_DIR", "")));
    }

    private Task<bool> Verdict(params (string Name, string? Value)[] environment) => Verdict(_server, environment);

    /// <summary>The verdict, which is the framework's too.</summary>
    private async Task<bool> Verdict(TlsServer server, params (string Name, string? Value)[] environment)
    {
        if (environment[0].Name != "HOME") environment = [("HOME", _folder.Path), .. environment];
        var address = $"https://localhost:{server.Port}/";
        var framework = Assert.Single(await ProbeProcess.Run(environment, "framework", address));
        var trust = Assert.Single(await ProbeProcess.Run(environment, "trust", address));
        Assert.Equal(framework == "accepted", trust == "accepted");
        return trust == "accepted";
    }
}
