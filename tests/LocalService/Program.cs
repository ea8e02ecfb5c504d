using System.Globalization;
using System.Runtime.InteropServices;
using LocalService.Hosting;

const string Usage = "usage: LocalService [--port N] [--state FOLDER]";

var options = new ServiceOptions { Port = 5010, StateFolder = ".local-service", Observed = false, Settings = { OfferPushedRequests = true } };
for (var index = 0; index < args.Length; index += 2)
{
    var value = index + 1 < args.Length ? args[index + 1] : null;
    if (args[index] == "--port" && ushort.TryParse(value, CultureInfo.InvariantCulture, out var port))
    {
        options = options with { Port = port };
    }
    else if (args[index] == "--state" && !string.IsNullOrEmpty(value))
    {
        options = options with { StateFolder = value };
    }
    else
    {
        await Console.Error.WriteLineAsync(Usage);
        return 2;
    }
}

var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stopped.TrySetResult();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
try
{
    await using var service = await IdentityService.StartAsync(options);
    Console.WriteLine($"Identity service: {service.Issuer}");
    await stopped.Task;
    return 0;
}
catch (IOException failure)
{
    await Console.Error.WriteLineAsync($"error: {failure.Message}");
    return 1;
}
