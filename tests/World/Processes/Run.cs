using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Tests.World;

/// <summary>All that a finished process has told.</summary>
public sealed partial record Run(int ExitCode, string StandardOutput, string StandardError)
{
    /// <summary>An error as the contract shapes it: nothing on standard output, <c>error: …</c> and perhaps <c>hint: …</c> on standard error.</summary>
    /// <param name="exitCode">The code expected.</param>
    /// <param name="says">What must be among the words.</param>
    public void IsError(int exitCode, params string[] says) => IsErrorAfter("", exitCode, says);

    /// <param name="prompts">What comes before the error on standard error, to the letter.</param>
    public void IsErrorAfter(string prompts, int exitCode, params string[] says)
    {
        Assert.Equal((exitCode, ""), (ExitCode, StandardOutput));
        Assert.StartsWith(prompts, StandardError, StringComparison.Ordinal);
        var error = StandardError[prompts.Length..];
        Assert.Matches(TextError(), error);
        Assert.All(says, word => Assert.Contains(word, error, StringComparison.Ordinal));
    }

    /// <summary>An error that comes with an answer: that one on standard output, and the error as ever.</summary>
    public void IsErrorWithAnswer(string answer, int exitCode, params string[] says)
    {
        Assert.Equal(answer, StandardOutput);
        (this with { StandardOutput = "" }).IsError(exitCode, says);
    }

    /// <summary>The same with <c>--format json</c>: one object on one line.</summary>
    public void IsJsonError(int exitCode, string code, params string[] says)
    {
        Assert.Equal((exitCode, ""), (ExitCode, StandardOutput));
        Assert.Matches(OneLine(), StandardError);
        var answer = JsonNode.Parse(StandardError)!.AsObject();
        Assert.Equal(["error"], answer.Select(member => member.Key));
        var error = answer["error"]!.AsObject();
        Assert.Equal(["code", "message", "hint"], error.Select(member => member.Key).Union(["hint"]));
        Assert.Equal(code, (string?)error["code"]);
        Assert.NotEqual("", (string?)error["message"]);
        Assert.All(says, word => Assert.Contains(word, StandardError, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\Aerror: [^\n]*[^\n.]\n(hint: [^\n]*[^\n.]\n)?\z")]
    private static partial Regex TextError();

    [GeneratedRegex(@"\A[^\n]+\n\z")]
    private static partial Regex OneLine();
}
