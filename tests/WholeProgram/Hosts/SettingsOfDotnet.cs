using System.Text;
using System.Text.RegularExpressions;

namespace WholeProgram.Hosts;

/// <summary><c>DOTNET_…</c> variables that are set for other programs.</summary>
public sealed partial class SettingsOfDotnet : Situation
{
    private static readonly string[] s_values = ["0", "1", "7fffffffffffffff", "no-such-thing"];

    // What learn.microsoft.com documents: run-time configuration, crash dumps, diagnostics, the SDK's images.
    private static readonly string[] s_documented =
    [
        "gcServer", "gcConcurrent", "gcTrimCommitOnLowMemory", "GCHeapCount", "GCHeapAffinitizeMask", "GCHeapAffinitizeRanges", "GCCpuGroup", "GCHeapHardLimit",
        "GCHeapHardLimitPercent", "GCHeapHardLimitSOH", "GCHeapHardLimitLOH", "GCHeapHardLimitPOH", "GCHeapHardLimitSOHPercent", "GCHeapHardLimitLOHPercent",
        "GCHeapHardLimitPOHPercent", "GCNoAffinitize", "GCHighMemPercent", "GCRetainVM", "GCLargePages", "GCAllowVeryLargeObjects", "GCLOHThreshold", "GCName", "GCPath",
        "GCConserveMemory", "GCgen0size", "GCGen0MaxBudget", "GCRegionRange", "GCRegionSize", "GCDynamicAdaptationMode", "Thread_DefaultStackSize",
        "Thread_UseAllCpuGroups", "Thread_AssignCpuGroups", "ThreadPool_ForceMinWorkerThreads", "ThreadPool_ForceMaxWorkerThreads", "ThreadPool_UseWindowsThreadPool",
        "PROCESSOR_COUNT", "DbgEnableMiniDump", "DbgMiniDumpType", "DbgMiniDumpName", "CreateDumpDiagnostics", "CreateDumpVerboseDiagnostics", "CreateDumpLogToFile",
        "EnableCrashReport", "EnableCrashReportOnly", "EnableDiagnostics", "EnableDiagnostics_IPC", "EnableDiagnostics_Debugger", "EnableDiagnostics_Profiler",
        "DiagnosticPorts", "DefaultDiagnosticPortSuspend", "EnableEventPipe", "EventPipeConfig", "EventPipeOutputPath", "EventPipeOutputStreaming", "EventPipeCircularMB",
        "StressLog", "StressLogLevel", "StressLogSize", "TotalStressLogSize", "ROOT", "ROOT_X64", "RUNNING_IN_CONTAINER", "VERSION", "TieredCompilation", "TieredPGO",
        "ReadyToRun", "EnableHWIntrinsic", "EnableAVX", "EnableAVX2", "EnableAES", "EnableSSE42", "JitStdOutFile", "LTTng", "STARTUP_HOOKS", "ADDITIONAL_DEPS",
        "SYSTEM_GLOBALIZATION_INVARIANT", "SYSTEM_GLOBALIZATION_PREDEFINED_CULTURES_ONLY", "SYSTEM_GLOBALIZATION_USENLS", "ICU_VERSION_OVERRIDE", "OPENSSL_MEMORY_DEBUG",
        "SYSTEM_NET_SOCKETS_THREAD_COUNT", "SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "SYSTEM_NET_DISABLEIPV6", "SYSTEM_NET_HTTP_ENABLEACTIVITYPROPAGATION",
        "SYSTEM_NET_HTTP_SOCKETSHTTPHANDLER_HTTP2SUPPORT", "SYSTEM_NET_HTTP_SOCKETSHTTPHANDLER_MAXCONNECTIONSPERSERVER", "SYSTEM_IO_DISABLEFILELOCKING",
        "USE_POLLING_FILE_WATCHER",
    ];

    [Fact]
    public async Task Are_without_effect_the_documented_and_those_that_the_executable_names()
    {
        await SignedInAsync();
        var content = await System.IO.File.ReadAllBytesAsync(Datagen.Program, Stop);
        var names = s_documented.Concat(Named(Encoding.Latin1.GetString(content))).Concat(Named(Encoding.Unicode.GetString(content)))
            .Concat(Named(Encoding.Unicode.GetString(content.AsSpan(1)))).Distinct().ToList();
        Assert.InRange(names.Count, s_documented.Length + 20, 400);
        var token = await Datagen.RunAsync("auth", "token");
        var status = await Datagen.RunAsync("auth", "status");
        Assert.Equal((0, 0), (token.ExitCode, status.ExitCode));

        foreach (var value in s_values)
        {
            foreach (var name in names)
            {
                var cli = Datagen.With($"DOTNET_{name}", value);
                Assert.Equal((name, value, token), (name, value, await cli.RunAsync("auth", "token")));
            }

            var all = names.Aggregate(Datagen, (cli, name) => cli.With($"DOTNET_{name}", value).With($"COMPlus_{name}", value));
            Assert.Equal((value, status), (value, await all.RunAsync("auth", "status")));
        }
    }

    [Fact]
    public async Task Reach_the_browser()
    {
        var browser = Home.Script("browser", $"env >'{Home.Path}/environment.new'; mv '{Home.Path}/environment.new' '{Home.Path}/environment'");
        using var login = Datagen.With("BROWSER", browser).With("DOTNET_ROOT", "/opt/dotnet").With("DOTNET_GCHeapHardLimit", "1").With("COMPlus_gcServer", "1")
            .StartAtTerminal("auth", "login");
        await ApproveAsync(login);
        Assert.Equal(0, (await login.ExitAsync(Stop)).ExitCode);

        await Eventually.HappensAsync(() => System.IO.File.Exists(Home["environment"]), () => "no browser was opened", Stop);
        var environment = await System.IO.File.ReadAllLinesAsync(Home["environment"], Stop);
        Assert.Superset(new HashSet<string> { "DOTNET_ROOT=/opt/dotnet", "DOTNET_GCHeapHardLimit=1", "COMPlus_gcServer=1" }, environment.ToHashSet());
        Assert.DoesNotContain(environment, variable => variable[0] is '$' or '#');
    }

    private static IEnumerable<string> Named(string content) => Name().Matches(content).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"(?:DOTNET_|(?<![A-Za-z.])(?=(?:GC|gc|Dbg|Thread_|StressLog|CreateDump|EnableCrash|HeapVerify)[A-Za-z0-9]{3,40}\0))([A-Za-z0-9_]{3,90})")]
    private static partial Regex Name();
}
