using System.Net;
using System.Text;

namespace Tests.World;

/// <summary>Answers each request with the next line of its script for that address, and keeps what was asked, to the letter.</summary>
public sealed class ScriptedServer : HttpMessageHandler
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Queue<Func<CancellationToken, Task<HttpResponseMessage>>>> _answers = [];

    /// <summary>As in <c>POST https://id.example/token grant_type=…</c>.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>The headers that decide what a request may do, beside each of <see cref="Requests"/>.</summary>
    public List<string> Headers { get; } = [];

    public ScriptedServer Answers(string address, string body, int status = 200, Action<HttpResponseMessage>? with = null) =>
        Does(address, () =>
        {
            var response = Answer(body, status);
            with?.Invoke(response);
            return response;
        });

    public ScriptedServer Drops(string address) =>
        Does(address, () => throw new HttpRequestException(HttpRequestError.ResponseEnded));

    public ScriptedServer Does(string address, Func<HttpResponseMessage> answer) =>
        Does(address, _ => Task.FromResult(answer()));

    /// <summary>For an answer that takes its time; it is told when nobody waits for it any more.</summary>
    public ScriptedServer Does(string address, Func<CancellationToken, Task<HttpResponseMessage>> answer)
    {
        if (!_answers.TryGetValue(address, out var queue))
            _answers[address] = queue = new Queue<Func<CancellationToken, Task<HttpResponseMessage>>>();
        queue.Enqueue(answer);
        return this;
    }

    public static HttpResponseMessage Answer(string body, int status = 200) =>
        new((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : " " + await request.Content.ReadAsStringAsync(cancellationToken);
        Func<CancellationToken, Task<HttpResponseMessage>>? answer;
        lock (_lock)
        {
            Requests.Add($"{request.Method} {request.RequestUri}{body}");
            Headers.Add(string.Join(
                "; ",
                request.Headers.Where(header => header.Key is "Authorization" or "X-Datagen-Org")
                    .Select(header => $"{header.Key}: {header.Value.Single()}")));
            answer = _answers.TryGetValue(request.RequestUri!.ToString(), out var queue) && queue.TryDequeue(out var next)
                ? next
                : throw new InvalidOperationException($"nothing is scripted for request {Requests.Count}: {Requests[^1]}");
        }

        return await answer(cancellationToken);
    }
}
