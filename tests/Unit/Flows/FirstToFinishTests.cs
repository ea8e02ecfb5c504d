using System.Collections.Concurrent;
using Datagen.Auth;
using Datagen.Console;
using Datagen.Flows;
using Datagen.Protocol;
using Unit.World;

namespace Unit.Flows;

public sealed class FirstToFinishTests
{
    private readonly TaskCompletionSource<TokenGrant> _browser = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<TokenGrant> _device = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> _notes = new();
    private readonly ConcurrentQueue<string> _calledOff = new();
    private readonly SignInFailedException _denial = new("the sign-in was denied in the browser");
    private readonly AuthException _failure = new("id.example refused the sign-in");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static TokenGrant Tokens(string accessToken) => new(new TokenResponse { AccessToken = accessToken }, null, null);

    private Func<CancellationToken, Task<TokenGrant>> Way(string name, TaskCompletionSource<TokenGrant> outcome) => async stop =>
    {
        await using var registered = stop.Register(() =>
        {
            if (outcome.TrySetCanceled(stop)) _calledOff.Enqueue(name);
        });
        return await outcome.Task;
    };

    private static Task Discard(TokenGrant second)
    {
        second.Dispose();
        return Task.CompletedTask;
    }

    private Task<TokenGrant> Run(CancellationToken? cancellation = null) =>
        FirstToFinish.RunAsync([Way("browser", _browser), Way("device", _device)], Discard, _notes.Enqueue, cancellation ?? Ct)
            .WaitAsync(TimeSpan.FromSeconds(20), Ct);

    private async Task Noted(int notes)
    {
        while (_notes.Count < notes) await Task.Delay(1, Ct);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_first_success_wins_and_the_other_is_called_off(bool browserWins)
    {
        var run = Run();

        (browserWins ? _browser : _device).SetResult(Tokens("at"));

        Assert.Equal("at", (await run).Token.AccessToken);
        Assert.Equal([browserWins ? "device" : "browser"], _calledOff);
        Assert.Empty(_notes);
    }

    [Fact]
    public async Task It_returns_only_after_the_other_has_ended()
    {
        var ended = new TaskCompletionSource<TokenGrant>();
        var run = FirstToFinish.RunAsync([_ => _browser.Task, _ => ended.Task], Discard, null, Ct);

        _browser.SetResult(Tokens("at"));
        await Task.Yield();
        Assert.False(run.IsCompleted);
        ended.SetCanceled(Ct);

        Assert.Equal("at", (await run).Token.AccessToken);
    }

    [Fact]
    public async Task One_that_fails_leaves_the_other_going_and_the_person_is_told()
    {
        var run = Run();

        _device.SetException(_failure);
        await Noted(1);
        Assert.False(run.IsCompleted);
        _browser.SetResult(Tokens("at"));

        Assert.Equal("at", (await run).Token.AccessToken);
        Assert.Equal(["id.example refused the sign-in; still waiting for the other way to sign in"], _notes);
        Assert.Empty(_calledOff);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task When_all_fail_a_denial_is_told_before_anything_else(bool denialFirst)
    {
        var run = Run();

        _browser.SetException(denialFirst ? _denial : _failure);
        await Noted(1);
        _device.SetException(denialFirst ? _failure : _denial);

        Assert.Same(_denial, await Assert.ThrowsAsync<SignInFailedException>(() => run));
        Assert.Single(_notes);
    }

    [Fact]
    public async Task Without_a_denial_the_last_failure_is_told()
    {
        var last = new ServiceUnreachableException("can't reach id.example");
        var run = Run();

        _browser.SetException(_failure);
        await Noted(1);
        _device.SetException(last);

        Assert.Same(last, await Assert.ThrowsAsync<ServiceUnreachableException>(() => run));
    }

    [Fact]
    public async Task Cancelling_calls_all_off()
    {
        using var source = new CancellationTokenSource();
        var run = Run(source.Token);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(["browser", "device"], _calledOff.Order());
    }

    [Fact]
    public async Task A_defect_in_one_calls_the_other_off()
    {
        var run = Run();

        _device.SetException(new InvalidOperationException("a defect"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => run);
        Assert.Equal(["browser"], _calledOff);
    }

    [Fact]
    public async Task One_that_cannot_even_begin_has_failed_like_any_other()
    {
        var run = FirstToFinish.RunAsync([Way("browser", _browser), _ => throw _failure], Discard, _notes.Enqueue, Ct);
        _browser.SetResult(Tokens("at"));

        Assert.Equal("at", (await run).Token.AccessToken);
        Assert.Equal(["id.example refused the sign-in; still waiting for the other way to sign in"], _notes);
    }

    [Fact]
    public async Task A_browser_that_came_second_is_not_left_hanging()
    {
        using var listener = new LoopbackListener(0);
        using var browser = await Visitor.Connect(listener.RedirectUri);
        await browser.Say(Visitor.Head(listener.RedirectUri));
        var request = await listener.NextAsync(Ct);
        _device.SetResult(Tokens("at"));
        _browser.SetResult(Tokens("too late") with { Browser = request });

        using (var grant = await FirstToFinish.RunAsync([_ => _device.Task, _ => _browser.Task], Discard, null, Ct))
            Assert.Equal("at", grant.Token.AccessToken);

        await browser.Hear();
    }
}
