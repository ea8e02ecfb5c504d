using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Library;

// dotnet run -c Release: what a call costs; with -- short, about. dotnet run -c Release -- storm: 10,000 callers at once on an expired token.
switch (args)
{
    case ["storm"]:
        return await Storm.RunAsync();
    case ["callers", var folder, var go, var callers]:
        return await Storm.CallAsync(folder, go, int.Parse(callers, System.Globalization.CultureInfo.InvariantCulture));
    default:
        var config = DefaultConfig.Instance.AddJob((args is ["short"] ? Job.ShortRun : Job.Default).WithToolchain(InProcessEmitToolchain.Instance)).AddDiagnoser(MemoryDiagnoser.Default);
        BenchmarkRunner.Run<Tokens>(config);
        BenchmarkRunner.Run<Requests>(config);
        return 0;
}
