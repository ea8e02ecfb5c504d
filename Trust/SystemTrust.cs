using System.Net.Security;
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
            RemoteCertificateValidationCallback = (_, leaf, chain, errors) =>
                errors == SslPolicyErrors.None
                || (errors == SslPolicyErrors.RemoteCertificateChainErrors
                    && leaf is X509Certificate2 certificate && chain is not null && IsTrusted(certificate, chain, files, directories)),
        };
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

    private static bool IsTrusted(X509Certificate2 leaf, X509Chain refused, string[] files, string[] directories)
    {
        var sent = refused.ChainPolicy.ExtraStore;
        X509Certificate2[] known = [leaf, .. sent, .. refused.ChainElements.Select(element => element.Certificate)];
        var store = files.Select(Read).OfType<byte[]>().Take(1).ToList();
        if (Verify(leaf, sent, Pick(store, known))) return true;

        store.AddRange(directories.SelectMany(FilesIn).Select(Read).OfType<byte[]>());
        if (Verify(leaf, sent, Pick(store, known))) return true;

        var all = new X509Certificate2Collection();
        foreach (var pem in store) PemFile.Collect(pem, [null], all);
        using var user = new X509Store(StoreName.Root, StoreLocation.CurrentUser, OpenFlags.ReadOnly);
        all.AddRange(user.Certificates);
        return Verify(leaf, sent, all);
    }

    private static bool Verify(X509Certificate2 leaf, X509Certificate2Collection sent, X509Certificate2Collection roots)
    {
        if (roots.Count == 0) return false;
        using var chain = new X509Chain { ChainPolicy = Policy(X509ChainTrustMode.CustomRootTrust) };
        chain.ChainPolicy.CustomTrustStore.AddRange(roots); // Of these, only the self-issued are trusted; others may stand between.
        chain.ChainPolicy.ExtraStore.AddRange(sent);
        return chain.Build(leaf);
    }

    private static X509ChainPolicy Policy(X509ChainTrustMode mode) => new()
    {
        TrustMode = mode,
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
        ApplicationPolicy = { new Oid("1.3.6.1.5.5.7.3.1") }, // For servers. A policy of our own has none.
    };

    /// <summary>What the store holds for these certificates: their issuers, and the issuers of those.</summary>
    private static X509Certificate2Collection Pick(List<byte[]> store, IEnumerable<X509Certificate2> known)
    {
        var wanted = new List<byte[]?>();
        Want(known);
        while (true)
        {
            var found = new X509Certificate2Collection();
            foreach (var pem in store) PemFile.Collect(pem, wanted, found);
            var names = wanted.Count;
            Want(found);
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

    private static byte[]? Read(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var content = new byte[RandomAccess.GetLength(file)]; // Not of a pipe, which the framework does not read either.
            RandomAccess.Read(file, content, fileOffset: 0);
            return content;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return null;
        }
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
