using System.Text;
using Datagen.Auth;
using Datagen.Console;

namespace Unit.Commands;

public class StandardInputTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Gives what each piece holds at one read, then waits for as long as nobody disposes of it, as a pipe that stays open does.</summary>
    private static Pieces Open(params string[] pieces) => new Pieces(pieces, staysOpen: true);

    private static Pieces Closed(params string[] pieces) => new Pieces(pieces, staysOpen: false);

    [Theory]
    [InlineData("\uFEFFat-1\n", "at-1\n")]
    [InlineData("at-1", "at-1")]
    [InlineData("", "")]
    [InlineData("\uFEFF", "")]
    [InlineData("a\uFEFFb", "a\uFEFFb")]
    public async Task All_of_it_is_read_without_a_byte_order_mark(string text, string read) =>
        Assert.Equal(read, await StandardInput.ReadAllAsync(Closed(text), 100, "a token", Stop));

    [Fact]
    public async Task More_than_can_be_meant_is_refused()
    {
        Assert.Equal(99, (await StandardInput.ReadAllAsync(Closed(new string('x', 99)), 100, "a token", Stop)).Length);

        var refused = await Assert.ThrowsAsync<AuthException>(() => StandardInput.ReadAllAsync(Closed(new string('x', 100)), 100, "a token", Stop));
        Assert.Equal("what came on standard input is too long for a token", refused.Message);
    }

    [Theory]
    [InlineData("host=a", "host=a\n\n")]
    [InlineData("host=a\nuser=b", "host=a\nuser=b\n\nignored")]
    [InlineData("host=a\nuser=b", "\uFEFFhost=a\r\nus", "er=b\r\n\r", "\n")]
    [InlineData("host=a", "host=a\n", "\n")]
    [InlineData("", "\n")]
    [InlineData("", "\uFEFF\r\n")]
    public async Task A_request_ends_at_its_blank_line_though_the_pipe_stays_open(string request, params string[] pieces) =>
        Assert.Equal(request, await StandardInput.ReadToBlankLineAsync(Open(pieces), 100, "a request", Stop));

    [Theory]
    [InlineData("host=a\n", "host=a\n")]
    [InlineData("host=a", "host=a")]
    [InlineData("", "")]
    public async Task A_request_without_a_blank_line_ends_with_the_pipe(string request, string text) =>
        Assert.Equal(request, await StandardInput.ReadToBlankLineAsync(Closed(text), 100, "a request", Stop));

    // ---- what is pasted at a terminal

    private readonly StringBuilder _shown = new();
    private int _modes;

    private PastedLines Pasted(bool byCharacter, params string[] pieces) =>
        new(Closed(pieces), () => byCharacter ? new Mode(this) : null, text => _shown.Append(text));

    [Fact]
    public async Task A_line_may_be_longer_than_a_terminals_and_come_in_pieces()
    {
        var address = $"http://127.0.0.1:1/callback?code={new string('c', 20_000)}&state=s";
        var pasted = Pasted(byCharacter: true, [.. address.Chunk(3000).Select(piece => new string(piece)), "\nsecond\nthi", "rd"]);

        Assert.Equal(address, await pasted.NextAsync(Stop));
        Assert.Equal("second", await pasted.NextAsync(Stop));
        Assert.Equal("third", await pasted.NextAsync(Stop));
        Assert.Null(await pasted.NextAsync(Stop));
        Assert.Equal(0, _modes);
    }

    [Theory]
    [InlineData("ab\u007Fc\n", "ac", 1)]
    [InlineData("ab\bc\n", "ac", 1)]
    [InlineData("aé\u007Fc\n", "ac", 1)]
    [InlineData("\u007Fc\n", "c", 0)]
    [InlineData("abc\u0015d\n", "d", 3)]
    [InlineData("a\u0004b\r", "ab", 0)]
    public async Task What_is_typed_can_be_erased(string typed, string line, int erased)
    {
        Assert.Equal(line, await Pasted(byCharacter: true, typed).NextAsync(Stop));
        Assert.Equal(string.Concat(Enumerable.Repeat("\b \b", erased)), _shown.ToString());
    }

    [Fact]
    public async Task Ctrl_D_on_an_empty_line_is_the_end_of_input()
    {
        Assert.Null(await Pasted(byCharacter: true, "\u0004").NextAsync(Stop));
        Assert.Null(await Pasted(byCharacter: false, "").NextAsync(Stop));
    }

    [Fact]
    public async Task In_line_mode_the_terminal_has_edited_the_line_itself() =>
        Assert.Equal("a\u007Fb", await Pasted(byCharacter: false, "a\u007Fb\n").NextAsync(Stop));

    [Fact]
    public async Task The_terminal_is_as_it_was_when_the_wait_is_called_off()
    {
        using var stop = new CancellationTokenSource();
        var pasted = new PastedLines(Open("abc"), () => new Mode(this), _ => { });
        var line = pasted.NextAsync(stop.Token);
        Assert.Equal(1, _modes);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => line);
        Assert.Equal(0, _modes);
    }

    private sealed class Mode : IDisposable
    {
        private readonly StandardInputTests _of;

        public Mode(StandardInputTests of)
        {
            _of = of;
            _of._modes++;
        }

        public void Dispose() => _of._modes--;
    }

    private sealed class Pieces(string[] pieces, bool staysOpen) : Stream
    {
        private readonly Queue<byte[]> _left = new(pieces.Select(Encoding.UTF8.GetBytes).Where(piece => piece.Length > 0));

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (_left.TryDequeue(out var piece))
            {
                piece.CopyTo(buffer, offset);
                return piece.Length;
            }

            if (staysOpen) Thread.Sleep(TimeSpan.FromSeconds(60));
            return 0;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
