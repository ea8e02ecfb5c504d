using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Datagen.Host;

namespace Datagen.Trust;

/// <summary>TLS that trusts the machine's roots, all of them and no others, but parses only those that a server's chain names.</summary>
/// <remarks>
/// The rule. The framework verifies host name, dates, purposes, constraints and signatures, always. All that is decided here is
/// which roots it is given, and they are picked by name alone: each certificate of the machine's store whose subject is
/// the issuer of one the server sent, or of one so picked. OpenSSL looks for an issuer by that name, so no other could be in
/// the chain. Names count as equal wherever they do for OpenSSL, and where that is hard to tell. The file is tried first,
/// then the folders with it, then the whole store: a refusal is always the whole store's.
///
/// Two things go beyond the framework, as curl has them: a chain of too little <see cref="Strength"/> is refused, and an authority
/// whose certificate spells its one name in two ways, as subject and as issuer, is a root.
///
/// The machine's store is the file SSL_CERT_FILE and the folders SSL_CERT_DIR. Where both are unset it is the first of
/// <see cref="Bundles"/> and the <see cref="Folders"/>; where one is, what OpenSSL takes in its place. Roots that the user
/// added for .NET count too, as everywhere in .NET. Nothing is downloaded and no revocation is looked up.
///
/// The framework would load the machine's store before it asks anyone, and does so once in a process. So here it loads
/// an empty one, for good: whatever else in this process speaks TLS needs these options too. That is why this is part of
/// the executable only, and not of the library.
/// </remarks>
internal static class SystemTrust
{
    private const string FileVariable = "SSL_CERT_FILE", FoldersVariable = "SSL_CERT_DIR";

    private const int MaximumBytes = 64 << 20;

    // Both lists are Go's.
    private static readonly string[] Bundles =
    [
        "/etc/ssl/certs/ca-certificates.crt", // Debian, Gentoo, Arch
        "/etc/pki/tls/certs/ca-bundle.crt", // Fedora, Red Hat 6
        "/etc/ssl/ca-bundle.pem", // SUSE
        "/etc/pki/tls/cacert.pem", // OpenELEC
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // Red Hat 7 and newer
        "/etc/ssl/cert.pem", // Alpine
    ];

    private static readonly string[] Folders = ["/etc/ssl/certs", "/etc/pki/tls/certs"];

    // Debian's, Red Hat's and Alpine's.
    private static readonly string[] BundlesOfOpenSsl = ["/usr/lib/ssl/cert.pem", "/etc/pki/tls/cert.pem", "/etc/ssl/cert.pem"];

    /// <summary>The options for every TLS connection of this process; null where the system judges chains itself.</summary>
    /// <remarks>Changes the C library's environment for a moment: no other thread may read it then.</remarks>
    public static SslClientAuthenticationOptions? Options()
    {
        if (!OperatingSystem.IsLinux()) return null;
        var file = Environment.GetEnvironmentVariable(FileVariable);
        var folders = Environment.GetEnvironmentVariable(FoldersVariable);
        FindUserStores();
        LoadEmptyMachineStore(file, folders);

        var (files, directories) = Store(file, folders);
        return new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = Policy(X509ChainTrustMode.System),
            RemoteCertificateValidationCallback = (_, leaf, chain, errors) => errors switch
            {
                _ when leaf is not X509Certificate2 || chain is null => false,
                SslPolicyErrors.None => Strength.WeaknessOf(chain) is not { } weakness ? true : throw new AuthenticationException(weakness),
                SslPolicyErrors.RemoteCertificateChainErrors => IsTrusted((X509Certificate2)leaf, chain, files, directories),
                _ => false,
            },
        };
    }

    /// <summary>What is wrong with the file that SSL_CERT_FILE names, told to a person; null where nothing is.</summary>
    public static string? Problem()
    {
        if (Environment.GetEnvironmentVariable(FileVariable) is not { Length: > 0 } path) return null;
        var content = Read(path, out var problem);
        if (content is not null)
        {
            var (certificates, isWhole) = PemFile.Collect(content, [], []);
            problem = certificates == 0 ? "which holds no certificate in PEM"
                : !isWhole ? $"which is broken after its first {certificates} certificates"
                : null;
        }

        return problem is null ? null : $"{FileVariable} names {path}, {problem}";
    }

    /// <summary>The bundle whose roots count, and the folders of others, for a person; null where the machine has none.</summary>
    public static string? Source()
    {
        if (!OperatingSystem.IsLinux()) return "the system's own";
        var (files, directories) = Store(Environment.GetEnvironmentVariable(FileVariable), Environment.GetEnvironmentVariable(FoldersVariable));
        string[] found = [.. files.Where(file => Read(file) is not null).Take(1), .. directories.Where(folder => FilesIn(folder).Length > 0)];
        return found.Length > 0 ? string.Join(", ", found) : null;
    }

    private static (string[] Files, string[] Directories) Store(string? file, string? folders)
    {
        // Here too an empty value means none.
        string[] files = file switch
        {
            null => folders is null ? Bundles : BundlesOfOpenSsl,
            "" => [],
            _ => [Path.GetFullPath(file)],
        };
        return (files, folders?.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(Path.GetFullPath).ToArray() ?? Folders);
    }

    /// <exception cref="AuthenticationException">It is not, for a reason that a person can do something about.</exception>
    private static bool IsTrusted(X509Certificate2 leaf, X509Chain refused, string[] files, string[] directories)
    {
        var sent = refused.ChainPolicy.ExtraStore;
        X509Certificate2[] known = [leaf, .. sent, .. refused.ChainElements.Select(element => element.Certificate)];
        string? weakness = null;
        var store = files.Select(Read).OfType<byte[]>().Take(1).ToList();
        if (Verify(leaf, sent, Pick(store, known), ref weakness)) return true;

        store.AddRange(directories.SelectMany(FilesIn).Select(Read).OfType<byte[]>());
        if (Verify(leaf, sent, Pick(store, known), ref weakness)) return true;

        var all = new Roots([], []);
        foreach (var pem in store) PemFile.Collect(pem, [null], all.Found, all.Distrusted);
        using var user = new X509Store(StoreName.Root, StoreLocation.CurrentUser, OpenFlags.ReadOnly);
        all.Found.AddRange(user.Certificates);
        if (Verify(leaf, sent, all, ref weakness)) return true;
        return (weakness ?? Problem()) is { } reason ? throw new AuthenticationException(reason) : false;
    }

    private static bool Verify(X509Certificate2 leaf, X509Certificate2Collection sent, Roots roots, ref string? weakness)
    {
        if (roots.Found.Count == 0) return false;
        using var chain = new X509Chain { ChainPolicy = Policy(X509ChainTrustMode.CustomRootTrust) };
        chain.ChainPolicy.CustomTrustStore.AddRange(roots.Found); // Of these, only the self-issued are trusted; others may stand between.
        chain.ChainPolicy.ExtraStore.AddRange(sent);
        if (!chain.Build(leaf) && !EndsInTwoSpellings(chain, roots)) return false;
        if (chain.ChainElements.Any(element => roots.Distrusted.Contains(element.Certificate))) return false;
        return Strength.WeaknessOf(chain) is not { } found || (weakness = found) is null;
    }

    /// <summary>Whether nothing is missing but that the framework would take the last certificate, one of the store's, for a root.</summary>
    /// <remarks>It compares subject and issuer byte by byte, where OpenSSL compares names.</remarks>
    private static bool EndsInTwoSpellings(X509Chain chain, Roots roots)
    {
        if (chain.ChainStatus is not [{ Status: X509ChainStatusFlags.UntrustedRoot }] || chain.ChainElements is not [.., { Certificate: var last }]) return false;
        return roots.Found.Contains(last)
            && PemFile.Fold(last.SubjectName.RawData) is { } subject
            && PemFile.Fold(last.IssuerName.RawData) is { } issuer
            && subject.AsSpan().SequenceEqual(issuer);
    }

    private static X509ChainPolicy Policy(X509ChainTrustMode mode) => new()
    {
        TrustMode = mode,
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
        ApplicationPolicy = { new Oid("1.3.6.1.5.5.7.3.1") }, // For servers. A policy of our own has none.
    };

    /// <summary>What the store holds for these certificates: their issuers, and the issuers of those.</summary>
    private static Roots Pick(List<byte[]> store, IEnumerable<X509Certificate2> known)
    {
        var wanted = new List<byte[]?>();
        Want(known);
        while (true)
        {
            var found = new Roots([], []);
            foreach (var pem in store) PemFile.Collect(pem, wanted, found.Found, found.Distrusted);
            var names = wanted.Count;
            Want(found.Found);
            if (wanted.Count == names) return found;
        }

        void Want(IEnumerable<X509Certificate2> certificates)
        {
            foreach (var certificate in certificates)
            {
                var issuer = PemFile.Fold(certificate.IssuerName.RawData);
                if (!wanted.Exists(name => name is null || (issuer is not null && name.AsSpan().SequenceEqual(issuer)))) wanted.Add(issuer);
            }
        }
    }

    private static byte[]? Read(string path) => Read(path, out _);

    private static byte[]? Read(string path, out string? problem)
    {
        problem = null;
        try
        {
            using var file = FileCalls.OpenToRead(path);
            if (file is null) problem = "which does not exist";
            else if (!FileFacts.Of(file, path).IsRegular) problem = "which is not a file"; // A pipe would be waited for.
            else if (RandomAccess.GetLength(file) is var length && length > MaximumBytes) problem = "which is too large";
            else
            {
                var content = new byte[length];
                RandomAccess.Read(file, content, fileOffset: 0);
                return content;
            }
        }
        catch (IOException unreadable)
        {
            problem = $"which can't be read: {SystemCallException.ReasonOf(unreadable)}";
        }

        return null;
    }

    private static string[] FilesIn(string folder)
    {
        try
        {
            // What links to its neighbour is read as that neighbour.
            return [.. new DirectoryInfo(folder).EnumerateFiles()
                .Where(file => file.LinkTarget?.Contains('/', StringComparison.Ordinal) ?? true).Select(file => file.FullName)];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static void LoadEmptyMachineStore(string? file, string? folders)
    {
        ProcessEnvironment.Set(FileVariable, "");
        ProcessEnvironment.Set(FoldersVariable, "");
        try
        {
            using var store = new X509Store(StoreName.Root, StoreLocation.LocalMachine, OpenFlags.ReadOnly);
            _ = store.Certificates;
        }
        finally
        {
            ProcessEnvironment.Set(FileVariable, file);
            ProcessEnvironment.Set(FoldersVariable, folders);
        }
    }

    /// <summary>The framework looks once for the user's home, and fails every handshake where there is none: then it gets one without stores.</summary>
    private static void FindUserStores()
    {
        try
        {
            Find();
        }
        catch (Exception homeless) when (homeless is IOException or InvalidOperationException or CryptographicException)
        {
            var home = Environment.GetEnvironmentVariable("HOME");
            Environment.SetEnvironmentVariable("HOME", "/dev/null");
            try
            {
                Find();
            }
            finally
            {
                Environment.SetEnvironmentVariable("HOME", home);
            }
        }

        static void Find() => new X509Store(StoreName.Root, StoreLocation.CurrentUser, OpenFlags.ReadOnly).Dispose();
    }
}

/// <summary>Certificates of the machine's store.</summary>
/// <param name="Found">Those that may be trusted, or stand between.</param>
/// <param name="Distrusted">Those that must stand in no chain.</param>
internal sealed record Roots(X509Certificate2Collection Found, X509Certificate2Collection Distrusted);
