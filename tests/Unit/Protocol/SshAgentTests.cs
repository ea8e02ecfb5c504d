using System.Security.Cryptography;
using System.Text;
using Datagen.Auth;
using Datagen.Protocol;
using Unit.World;

namespace Unit.Protocol;

public sealed class SshAgentTests : IDisposable
{
    private static readonly byte[] Data = Encoding.ASCII.GetBytes("header.claims");

    private readonly ScriptedAgent _scripted = new();
    private readonly StillClock _clock = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private SshAgent Agent => new(_scripted.Address, _clock);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _scripted.Dispose();
        _key.Dispose();
    }

    private async Task<AgentKey> OnlyKey(byte[] blob)
    {
        _scripted.Answer = _ => ScriptedAgent.List((blob, "a comment"));
        return Assert.Single(await Agent.ListAsync(Cancellation));
    }

    private async Task<string> Fails(Func<Task> call) => (await Assert.ThrowsAsync<AuthException>(call)).Message;

    private byte[] SignedBy(ECDsa key)
    {
        var raw = key.SignData(Data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        return ScriptedAgent.Signature(
            "ecdsa-sha2-nistp256", [.. ScriptedAgent.MultiplePrecision(raw.AsSpan(0, 32)), .. ScriptedAgent.MultiplePrecision(raw.AsSpan(32))]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Keys_that_can_sign_proofs_are_listed(bool inPieces)
    {
        _scripted.AnswersInPieces = inPieces;
        _scripted.Answer = _ => ScriptedAgent.List((ScriptedAgent.Blob(_key), "work"), (ScriptedAgent.Ed25519Blob(), ""));

        var keys = await Agent.ListAsync(Cancellation);

        Assert.Equal(["work", ""], keys.Select(key => key.Comment));
        Assert.Equal([false, true], keys.Select(key => key.Public.IsEdwards));
        Assert.All(keys, key => Assert.Matches("^SHA256:[A-Za-z0-9+/]{43}$", key.Fingerprint));
        Assert.Equal<byte[]>([[11]], _scripted.Requests);
    }

    [Theory]
    [InlineData("ssh-rsa")]
    [InlineData("ecdsa-sha2-nistp384")]
    [InlineData("sk-ssh-ed25519@openssh.com")]
    [InlineData("sk-ecdsa-sha2-nistp256@openssh.com")]
    [InlineData("ssh-ed25519-cert-v01@openssh.com")]
    [InlineData("ecdsa-sha2-nistp256-cert-v01@openssh.com")]
    public async Task Keys_that_cannot_are_left_out(string type)
    {
        _scripted.Answer = _ => ScriptedAgent.List(
            ([.. ScriptedAgent.Text(type), .. ScriptedAgent.Text("nistp256"), .. ScriptedAgent.Bytes(1, 2, 3)], "other"), (ScriptedAgent.Ed25519Blob(), "good"));

        Assert.Equal("good", Assert.Single(await Agent.ListAsync(Cancellation)).Comment);
    }

    [Fact]
    public async Task Fifty_keys_are_all_listed()
    {
        _scripted.Answer = _ => ScriptedAgent.List([.. Enumerable.Range(0, 50).Select(i => (ScriptedAgent.Ed25519Blob((byte)i), $"key {i}"))]);

        var keys = await Agent.ListAsync(Cancellation);

        Assert.Equal(50, keys.Select(key => key.Public.Thumbprint).Distinct().Count());
    }

    [Fact]
    public async Task A_request_to_sign_has_the_key_the_data_itself_and_no_flags()
    {
        var key = await OnlyKey(ScriptedAgent.Blob(_key));
        _scripted.Answer = _ => SignedBy(_key);

        await Agent.SignAsync(key, Data, Cancellation);

        Assert.Equal<byte>([13, .. ScriptedAgent.Bytes(key.Blob), .. ScriptedAgent.Bytes(Data), 0, 0, 0, 0], _scripted.Requests[1]);
    }

    [Fact]
    public async Task A_signature_by_P256_is_64_bytes_that_verify()
    {
        var key = await OnlyKey(ScriptedAgent.Blob(_key));
        _scripted.Answer = _ => SignedBy(_key);

        var signature = await Agent.SignAsync(key, Data, Cancellation);

        Assert.Equal(64, signature.Length);
        Assert.True(_key.VerifyData(Data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation));
    }

    [Theory]
    [InlineData(32, 32)]
    [InlineData(31, 32)]
    [InlineData(32, 31)]
    [InlineData(30, 31)]
    [InlineData(1, 30)]
    public void Numbers_shorter_than_32_bytes_are_padded_on_the_left(int bytesOfR, int bytesOfS)
    {
        var (r, s) = (Number(bytesOfR, 0x80), Number(bytesOfS, 0x7f));

        var signature = SshAgent.JoseSignature([.. ScriptedAgent.MultiplePrecision(r), .. ScriptedAgent.MultiplePrecision(s)]);

        Assert.Equal<byte>([.. r, .. s], signature!);

        static byte[] Number(int bytes, byte first)
        {
            var number = new byte[32];
            number.AsSpan(32 - bytes).Fill(first);
            return number;
        }
    }

    [Fact]
    public void A_number_longer_than_32_bytes_is_no_signature() =>
        Assert.Null(SshAgent.JoseSignature([.. ScriptedAgent.Bytes([.. Enumerable.Repeat((byte)1, 33)]), .. ScriptedAgent.Bytes(1)]));

    [Fact]
    public async Task A_signature_by_Ed25519_is_taken_as_it_is()
    {
        var key = await OnlyKey(ScriptedAgent.Ed25519Blob());
        byte[] signature = [.. Enumerable.Range(0, 64).Select(i => (byte)i)];
        _scripted.Answer = _ => ScriptedAgent.Signature("ssh-ed25519", signature);

        Assert.Equal<byte>(signature, await Agent.SignAsync(key, Data, Cancellation));
    }

    [Fact]
    public async Task A_signature_by_another_key_is_refused()
    {
        var key = await OnlyKey(ScriptedAgent.Blob(_key));
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _scripted.Answer = _ => SignedBy(other);

        Assert.Equal("the ssh-agent's answer is not what it should be", await Fails(() => Agent.SignAsync(key, Data, Cancellation)));
    }

    [Fact]
    public async Task A_refusal_to_sign_names_what_can_be_the_cause()
    {
        var key = await OnlyKey(ScriptedAgent.Blob(_key));
        _scripted.Answer = _ => [5];

        var refusal = await Assert.ThrowsAsync<AuthException>(() => Agent.SignAsync(key, Data, Cancellation));

        Assert.Equal($"the ssh-agent did not sign with the key {key.Fingerprint}", refusal.Message);
        foreach (var cause in new[] { "locked", "expired", "removed", "confirmed", "restricted" }) Assert.Contains(cause, refusal.Hint, StringComparison.Ordinal);
    }

    public static TheoryData<byte[]> Garbage => new(
        [99],
        [12],
        [12, 0, 0, 0],
        [12, 0xff, 0xff, 0xff, 0xff],
        [12, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff],
        [12, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
        [12, 0, 0, 0, 1, .. ScriptedAgent.Bytes([.. ScriptedAgent.Text("ssh-ed25519"), .. ScriptedAgent.Number(33)])],
        [12, 0, 0, 0, 2, .. ScriptedAgent.Bytes(ScriptedAgent.Ed25519Blob()), .. ScriptedAgent.Text("only one")]);

    [Theory]
    [MemberData(nameof(Garbage))]
    public async Task Garbage_in_place_of_a_list_is_told_as_that(byte[] answer)
    {
        _scripted.Answer = _ => answer;

        Assert.Equal("the ssh-agent's answer is not what it should be", await Fails(() => Agent.ListAsync(Cancellation)));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData((256u << 10) + 1)]
    [InlineData(uint.MaxValue)]
    public async Task A_length_that_cannot_be_is_not_believed(uint length)
    {
        _scripted.Answer = _ => [12, 0, 0, 0, 0];
        _scripted.ClaimedLength = length;

        Assert.Equal("the ssh-agent's answer is not what it should be", await Fails(() => Agent.ListAsync(Cancellation)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(9000u)]
    public async Task An_agent_that_hangs_up_is_not_one_without_keys(uint? claimed)
    {
        _scripted.Answer = _ => claimed is null ? null : [12, 0];
        _scripted.ClaimedLength = claimed;

        Assert.Equal("the ssh-agent closed the connection without an answer", await Fails(() => Agent.ListAsync(Cancellation)));
    }

    [Fact]
    public async Task An_agent_that_says_nothing_is_waited_for_60_seconds()
    {
        _scripted.Answer = _ =>
        {
            _clock.Advance(TimeSpan.FromSeconds(60));
            return [];
        };

        Assert.Equal("the ssh-agent did not answer within 60 seconds", await Fails(() => Agent.ListAsync(Cancellation)));
    }

    [Fact]
    public async Task A_wait_for_the_agent_can_be_called_off()
    {
        using var stop = new CancellationTokenSource();
        _scripted.Answer = _ =>
        {
            stop.Cancel();
            return [];
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Agent.ListAsync(stop.Token));
    }

    [Theory]
    [InlineData(null, "there is no ssh-agent here: SSH_AUTH_SOCK is not set")]
    [InlineData("", "there is no ssh-agent here: SSH_AUTH_SOCK is not set")]
    [InlineData("/nonexistent/agent", "can't connect to the ssh-agent that SSH_AUTH_SOCK names")]
    [InlineData("/dev/null", "can't connect to the ssh-agent that SSH_AUTH_SOCK names")]
    public async Task No_agent_is_told_as_that(string? socket, string why) =>
        Assert.Equal(why, await Fails(() => new SshAgent(socket, _clock).ListAsync(Cancellation)));

    [Fact]
    public async Task A_path_longer_than_a_socket_can_have_is_no_agent() =>
        Assert.Equal(
            "can't connect to the ssh-agent that SSH_AUTH_SOCK names",
            await Fails(() => new SshAgent('/' + new string('a', 200), _clock).ListAsync(Cancellation)));
}
