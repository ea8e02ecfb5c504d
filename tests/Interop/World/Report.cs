using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text;
using Interop.World;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(Report))]

namespace Interop.World;

/// <summary>Who is on the other side in a class of tests.</summary>
/// <param name="name">The server.</param>
/// <param name="package">The npm package whose version it has; none for a provider that is played from its documentation.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class AgainstAttribute(string name, string? package = null) : Attribute
{
    public string Name => name;

    public string? Package => package;

    /// <summary>A type of the server's, where it is a NuGet package.</summary>
    public Type? Of { get; init; }

    /// <summary>False for a provider that is played from its documentation.</summary>
    public bool IsReal => package is not null || Of is not null;

    public string Title => Of is not null ? $"{name} {Of.Assembly.GetName().Version!.ToString(3)}"
        : package is not null ? $"{name} {Packages.Installed(package)}"
        : name;
}

/// <summary>Writes README.md from what happened, once every test there is has run.</summary>
public sealed class Report : IDisposable
{
    private static readonly ConcurrentDictionary<(Type Class, string Method), ConcurrentBag<string>> s_results = new();

    /// <summary>To be called when a test is over.</summary>
    internal static void Add(Type situation, ITestContext context)
    {
        var result = context.TestState switch
        {
            { Result: TestResult.Passed } => "passed",
            { Result: TestResult.Failed } => "**failed**",
            _ => "skipped",
        };
        s_results.GetOrAdd((situation, context.TestMethod!.MethodName), _ => []).Add(result);
    }

    public void Dispose()
    {
        var tests = Tests().ToList();
        // A part of the tests says nothing about the whole.
        if (!tests.All(s_results.ContainsKey)) return;

        var path = Path.Combine(Server.Folder, "README.md");
        var text = Text(tests);
        if (!File.Exists(path) || File.ReadAllText(path) != text) File.WriteAllText(path, text);
    }

    private static IEnumerable<(Type Class, string Method)> Tests() =>
        from type in typeof(Report).Assembly.GetTypes()
        where type.IsSubclassOf(typeof(ReportedSituation)) && !type.IsAbstract
        from method in type.GetMethods()
        where method.GetCustomAttributes().Any(attribute => attribute is IFactAttribute)
        select (type, method.Name);

    private static string Text(IReadOnlyList<(Type Class, string Method)> tests)
    {
        var text = new StringBuilder("""
            # Against servers that nobody here wrote

            The published executable signs in at [oidc-provider](https://github.com/panva/node-oidc-provider), a certified OpenID Connect
            provider, through its own pages; at [OpenIddict](https://github.com/openiddict/openiddict-core) and
            [Better Auth](https://github.com/better-auth/better-auth), with and without its OAuth provider, through the few pages that they leave
            to their users; at [oidc-mock-provider](https://github.com/mongodb-js/oidc-mock-provider), which approves everything; and at
            [oauth2-mock-server](https://github.com/axa-group/oauth2-mock-server), made to give answers that are odd but legal. The large providers can't be run here: their documented answers are played to the protocol layer.

                dotnet run --project tests/Interop

            It needs `dist/` (`./publish.sh`), Node.js 20.19 or later (oidc-provider would rather have 22, and works), the npm registry once,
            and Chromium for one class of tests. All traffic stays on 127.0.0.1. This page is written by that run; don't edit it.

            | server | what was exercised | result |
            |---|---|---|

            """);
        var rows =
            from test in tests
            let against = test.Class.GetCustomAttribute<AgainstAttribute>()!
            orderby !against.IsReal, against.Title, test.Class.Name, test.Method
            select $"| {against.Title} | {Sentence(test.Method)} | {Result(s_results[test])} |\n";
        foreach (var row in rows) text.Append(CultureInfo.InvariantCulture, $"{row}");
        return text.ToString();
    }

    private static string Sentence(string method) => method.Replace('_', ' ');

    private static string Result(IEnumerable<string> results)
    {
        var different = results.Distinct().Order(StringComparer.Ordinal).ToList();
        return string.Join(", ", different);
    }
}
