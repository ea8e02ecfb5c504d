using System.Text;
using Datagen.Host;

namespace Datagen.Console;

/// <summary>Lines that a person pastes or types at the terminal, as long as an address may be.</summary>
/// <param name="input">Standard input.</param>
/// <param name="takeOutOfLineMode">Makes the terminal give each character at once, and undoes that; null where it can't.</param>
/// <param name="show">Writes to the terminal, which outside of line mode does not erase by itself.</param>
internal sealed class PastedLines(Stream input, Func<IDisposable?> takeOutOfLineMode, Action<string> show)
{
    private const int Longest = 64 << 10;
    private const byte EndOfInput = 4, Backspace = 8, EraseLine = 21, Delete = 127; // Ctrl-D, Ctrl-H, Ctrl-U

    private readonly List<byte> _line = [];
    private readonly byte[] _read = new byte[4096];
    private int _next;
    private int _end;

    /// <summary>The next line; null at the end of input. A read can't be called off; its thread ends with the process.</summary>
    public async Task<string?> NextAsync(CancellationToken cancellation)
    {
        using var mode = takeOutOfLineMode();
        while (true)
        {
            while (_next < _end)
            {
                var key = _read[_next++];
                if (key is (byte)'\n' or (byte)'\r') return Take();
                if (mode is null) Append(key);
                else if (key == EndOfInput && _line.Count == 0) return null;
                else Edit(key);
            }

            _next = 0;
            _end = await Task.Run(() => input.Read(_read), cancellation).WaitAsync(cancellation);
            if (_end == 0) return _line.Count > 0 ? Take() : null;
        }
    }

    private string Take()
    {
        var line = Encoding.UTF8.GetString([.. _line]);
        _line.Clear();
        return line;
    }

    private void Append(byte key)
    {
        if (_line.Count < Longest) _line.Add(key);
    }

    private void Edit(byte key)
    {
        switch (key)
        {
            case Backspace or Delete:
                Erase();
                break;
            case EraseLine:
                while (_line.Count > 0) Erase();
                break;
            case >= (byte)' ':
                Append(key);
                break;
        }
    }

    private void Erase()
    {
        if (_line.Count == 0) return;
        // A character of several bytes is one on the screen.
        while (_line.Count > 1 && (_line[^1] & 0xC0) == 0x80) _line.RemoveAt(_line.Count - 1);
        _line.RemoveAt(_line.Count - 1);
        show("\b \b");
    }
}
