using System.Net;
using System.Net.Sockets;
using Datagen.Protocol;
using Unit.World;

namespace Unit.Protocol;

/// <summary>RFC 8305, without a network: connections that are made, fail or are silent as the test says.</summary>
public sealed class AddressRaceTests
{
    private readonly Dictionary<string, TaskCompletionSource<Connection>> _attempts = [];
    private readonly List<string> _tried = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_silent_address_costs_a_quarter_of_a_second()
    {
        var clock = new ManualClock();

        var winner = await RaceAsync(clock, "silent", "works");

        Assert.Equal("works", winner.Address);
        Assert.Equal([TimeSpan.FromMilliseconds(250)], clock.Waits);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _attempts["silent"].Task);
    }

    [Fact]
    public async Task Five_silent_addresses_are_all_still_waited_for()
    {
        var clock = new ManualClock { OnWait = () => { } };
        var race = RaceAsync(clock, "silent 1", "silent 2", "silent 3", "silent 4", "silent 5");
        while (_attempts.Count < 5) await Task.Yield();

        _attempts["silent 2"].SetResult(new Connection("silent 2"));

        Assert.Equal("silent 2", (await race).Address);
        Assert.Equal(4, clock.Waits.Count);
    }

    [Fact]
    public async Task One_that_fails_is_followed_at_once()
    {
        var winner = await RaceAsync(new StoppedClock(), "fails", "fails too", "works", "silent");

        Assert.Equal("works", winner.Address);
        Assert.Equal(["fails", "fails too", "works"], _tried);
    }

    [Fact]
    public async Task The_failure_of_the_last_is_told()
    {
        var failure = await Assert.ThrowsAsync<SocketException>(() => RaceAsync(new StoppedClock(), "fails", "fails last"));

        Assert.Equal(SocketError.ConnectionRefused, failure.SocketErrorCode);
        Assert.Equal(2, _tried.Count);
    }

    [Fact]
    public async Task One_that_connects_too_late_is_closed()
    {
        var clock = new ManualClock();
        await RaceAsync(clock, "slow to stop", "works");

        var late = new Connection("slow to stop");
        _attempts["slow to stop"].SetResult(late);

        Assert.True(late.IsClosed);
    }

    [Fact]
    public async Task A_single_address_is_not_raced()
    {
        var clock = new ManualClock();

        Assert.Equal("works", (await RaceAsync(clock, "works")).Address);

        Assert.Empty(clock.Waits);
    }

    [Fact]
    public async Task It_can_be_called_off()
    {
        using var cancellation = new CancellationTokenSource();
        var race = AddressRace.FirstAsync(["silent", "silent too"], ConnectAsync, new StoppedClock(), cancellation.Token);

        await cancellation.CancelAsync();

        var stopped = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => race);
        Assert.Equal(cancellation.Token, stopped.CancellationToken);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("::1", "::1")]
    [InlineData("::1 ::2 1.1.1.1", "::1 1.1.1.1 ::2")]
    [InlineData("1.1.1.1 1.1.1.2 1.1.1.3 ::1 ::2", "1.1.1.1 ::1 1.1.1.2 ::2 1.1.1.3")]
    [InlineData("::1 ::2 ::3", "::1 ::2 ::3")]
    public void Families_take_turns(string addresses, string turns) => Assert.Equal(
        turns, string.Join(' ', HostNames.Interleave([.. addresses.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse)])));

    [Theory]
    [InlineData("localhost")]
    [InlineData("LocalHost.")]
    [InlineData("no-such-name.localhost")]
    [InlineData("a.b.c.localhost.")]
    public async Task Names_below_localhost_are_this_machine_without_asking(string name) =>
        Assert.Equal([IPAddress.IPv6Loopback, IPAddress.Loopback], await HostNames.FindAsync(name, Stop));

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("[::1]", "::1")]
    [InlineData("2001:db8::7", "2001:db8::7")]
    public async Task An_address_is_itself(string text, string address) => Assert.Equal([IPAddress.Parse(address)], await HostNames.FindAsync(text, Stop));

    private Task<Connection> RaceAsync(TimeProvider clock, params string[] addresses) => AddressRace.FirstAsync(addresses, ConnectAsync, clock, Stop);

    private Task<Connection> ConnectAsync(string address, CancellationToken cancellation)
    {
        _tried.Add(address);
        if (address.StartsWith("works", StringComparison.Ordinal)) return Task.FromResult(new Connection(address));
        if (address == "fails last") return Task.FromException<Connection>(new SocketException((int)SocketError.ConnectionRefused));
        if (address.StartsWith("fails", StringComparison.Ordinal)) return Task.FromException<Connection>(new SocketException((int)SocketError.AddressFamilyNotSupported));
        var attempt = new TaskCompletionSource<Connection>();
        if (address != "slow to stop") cancellation.Register(() => attempt.TrySetCanceled(cancellation));
        lock (_attempts) _attempts[address] = attempt;
        return attempt.Task;
    }

    private sealed class Connection(string address) : IDisposable
    {
        public string Address => address;

        public bool IsClosed { get; private set; }

        public void Dispose() => IsClosed = true;
    }

    /// <summary>A clock on which no wait is ever over.</summary>
    private sealed class StoppedClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Never();

        private sealed class Never : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
