using System.Buffers;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Datagen.Protocol;

/// <summary>DPoP proofs (RFC 9449 section 4.2): a new one for each attempt, with what its server has said of nonce and time.</summary>
/// <param name="key">Signs them.</param>
/// <param name="algorithm">What the server calls the key's algorithm.</param>
/// <param name="clock">This machine's time, which is corrected by each server's.</param>
internal sealed class DpopProofs(DpopKey key, string algorithm, TimeProvider clock) : IDisposable
{
    public const string Header = "DPoP";
    public const string NonceHeader = "DPoP-Nonce";
    public const string Scheme = "DPoP";

    // A server's Date has whole seconds and was on its way for a while, so less than this says nothing.
    private static readonly TimeSpan ClocksAgree = TimeSpan.FromSeconds(2);
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ConcurrentDictionary<string, string> _nonces = new(StringComparer.OrdinalIgnoreCase); // RFC 9449 section 9: one a server
    private readonly ConcurrentDictionary<string, TimeSpan> _ahead = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>What the server calls the key's algorithm.</summary>
    public string Algorithm => algorithm;

    /// <summary>The thumbprint that tokens are bound to.</summary>
    public string Thumbprint => key.Public.Thumbprint;

    /// <summary>What goes into the <c>DPoP</c> header of one attempt.</summary>
    /// <param name="method">The request's method.</param>
    /// <param name="address">The request's address.</param>
    /// <param name="accessToken">The access token that goes with it; null at the token endpoint.</param>
    /// <param name="cancellation">Calls it off: a key may have to be confirmed by a person.</param>
    public async Task<string> CreateAsync(HttpMethod method, Uri address, string? accessToken, CancellationToken cancellation)
    {
        var origin = Origin(address);
        var now = clock.GetUtcNow() + _ahead.GetValueOrDefault(origin);
        var header = Encode(json =>
        {
            json.WriteString("typ", "dpop+jwt");
            json.WriteString("alg", algorithm);
            json.WritePropertyName("jwk");
            json.WriteRawValue(key.Public.Jwk);
        });
        var claims = Encode(json =>
        {
            json.WriteString("jti", Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16)));
            json.WriteString("htm", method.Method);
            json.WriteString("htu", address.GetLeftPart(UriPartial.Path)); // RFC 9449 section 4.2: without query and fragment
            json.WriteNumber("iat", now.ToUnixTimeSeconds() - 1); // never in the server's future, where some allow no more than seconds
            if (accessToken is not null)
                json.WriteString("ath", Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken))));
            if (_nonces.TryGetValue(origin, out var nonce)) json.WriteString("nonce", nonce);
        });
        var signed = $"{header}.{claims}";
        var signature = await key.SignAsync(Encoding.ASCII.GetBytes(signed), cancellation).ConfigureAwait(false);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    /// <summary>Takes from an answer what the next proof for its server must say.</summary>
    /// <returns>Whether a proof made now would differ from one made before in more than its number: only then is a refused one worth another attempt.</returns>
    public bool Learn(Uri address, string? nonce, DateTimeOffset? date)
    {
        var origin = Origin(address);
        var learned = false;
        if (IsNonce(nonce) && _nonces.GetValueOrDefault(origin) != nonce)
        {
            _nonces[origin] = nonce!;
            learned = true;
        }

        if (date is { } theirs)
        {
            var ahead = theirs - clock.GetUtcNow();
            if (ahead.Duration() <= ClocksAgree) ahead = TimeSpan.Zero;
            learned |= (ahead - _ahead.GetValueOrDefault(origin)).Duration() > ClocksAgree;
            _ahead[origin] = ahead;
        }

        return learned;
    }

    /// <summary>Takes from a resource's answer what the next proof must say.</summary>
    /// <returns>Whether it may be the proof that was refused, and not the token: a nonce was missing, a clock is wrong, or the connection's
    /// own repetition of a request showed one proof twice.</returns>
    public bool IsRefusedBy(Uri address, HttpStatusCode status, string? nonce, DateTimeOffset? date)
    {
        Learn(address, nonce, date);
        return status == HttpStatusCode.Unauthorized;
    }

    public static string? NonceOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues(NonceHeader, out var values) && values.ToArray() is [var only] ? only : null;

    /// <summary>How far a server's clock is ahead of this one, as an answer showed that came before there was a key.</summary>
    public void Correct(Uri address, TimeSpan ahead)
    {
        if (ahead.Duration() > ClocksAgree) _ahead[Origin(address)] = ahead;
    }

    public void Dispose() => key.Dispose();

    // RFC 9449 section 8.1: NQCHAR, and a bound so that a request's head stays small.
    private static bool IsNonce(string? nonce) =>
        nonce is { Length: > 0 and <= 1024 } && nonce.All(c => c is >= '!' and <= '~' and not ('"' or '\\'));

    private static string Origin(Uri address) => address.GetLeftPart(UriPartial.Authority);

    private static string Encode(Action<Utf8JsonWriter> writeMembers)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, Json))
        {
            json.WriteStartObject();
            writeMembers(json);
            json.WriteEndObject();
        }

        return Base64Url.EncodeToString(buffer.WrittenSpan);
    }
}
