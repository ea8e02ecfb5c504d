using System.Text;
using Datagen.Auth;
using Datagen.Console;
using Datagen.Doctor;
using Datagen.Flows;
using Datagen.Protocol;

namespace Fuzz.Targets;

internal static class Polling
{
    private const int Enough = 300;

    /// <summary>Whatever a server answers, in whatever order: never asked more often than its interval says, nor after the code's end, and it ends as one of our failures or with a token.</summary>
    public static Target Sequence { get; } = Target.OfBytes(
        "device flow",
        3000,
        [
            "200\n{\"device_code\":\"d\",\"user_code\":\"A\",\"verification_uri\":\"https://id.example/d\",\"expires_in\":900,\"interval\":5}~400\n{\"error\":\"authorization_pending\"}~400\n{\"error\":\"slow_down\"}~503 30\nx~429 1\n{\"error\":\"slow_down\",\"interval\":9}~200\n{\"access_token\":\"a\",\"expires_in\":60}",
            "200\n{\"device_code\":\"d\",\"user_code\":\"A\",\"verification_uri\":\"https://id.example/d\",\"expires_in\":60}~400\n{\"error\":\"slow_down\"}",
            "200\n{\"device_code\":\"d\",\"user_code\":\"A\",\"verification_uri\":\"https://id.example/d\",\"expires_in\":1e300,\"interval\":1e300}~503 99999999999\nx~500\n",
        ],
        [
            "~", "400\n{\"error\":\"authorization_pending\"}~", "400\n{\"error\":\"slow_down\"}~", "400\n{\"error\":\"slow_down\",\"interval\":100}~", "429 7\n{\"error\":\"slow_down\"}~", "503 0\n~", "500\n~",
            "503 Fri, 31 Dec 9999 23:59:59 GMT\n~", "400\n{\"error\":\"invalid_grant\"}~", "400\n{\"error\":\"expired_token\"}~", "400\n{\"error\":\"access_denied\"}~", "\"expires_in\":", "\"interval\":",
        ],
        Check);

    private static void Check(byte[] input)
    {
        var answers = Encoding.Latin1.GetString(input).Split('~').Select(Encoding.Latin1.GetBytes).ToArray();
        var clock = new HastyClock();
        var polls = new List<TimeSpan>();
        using var enough = new CancellationTokenSource();
        using var server = new Script(() =>
        {
            polls.Add(clock.Now);
            if (polls.Count > Enough) enough.Cancel();
            return StubServer.Answer(answers[Math.Min(polls.Count - 1, answers.Length - 1)]);
        });
        using var http = new HttpClient(server);
        var prompt = default(UserCodePrompt);
        try
        {
            var flow = new DeviceFlow(new ServiceClient(_ => http), clock, new SignInPrompts { ShowUserCode = shown => prompt = shown, Note = Spoken.Line });
            using var grant = flow.SignInAsync(StubServer.Issuer, StubServer.Issuer, new OAuthClient("c", null), "openid", [], enough.Token).GetAwaiter().GetResult();
            Feature.Note("granted");
        }
        catch (AuthException failure)
        {
            Spoken.Failure(failure);
        }
        catch (OperationCanceledException) when (enough.IsCancellationRequested)
        {
            Feature.Note("endless");
        }

        for (var i = 1; i < polls.Count; i++)
        {
            PropertyException.Require(polls[i] - polls[i - 1] >= TimeSpan.FromSeconds(1), "asked again too soon");
            PropertyException.Require(polls[i] <= prompt!.ExpiresIn, "asked after the code's end");
        }

        PropertyException.Require(prompt is null || clock.Now <= prompt.ExpiresIn, "waited after the code's end");
    }

    private sealed class Script(Func<HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer());
    }

    /// <summary>A clock on which every wait is over at once.</summary>
    private sealed class HastyClock : TimeProvider
    {
        private long _ticks;

        public TimeSpan Now => TimeSpan.FromTicks(_ticks);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + Now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime > TimeSpan.Zero) _ticks += dueTime.Ticks;
            callback(state);
            return new Timer();
        }

        private sealed class Timer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
