using Fuzz.Targets;

namespace Fuzz;

internal static class All
{
    public static IReadOnlyList<Target> Targets { get; } =
    [
        CredentialsFile.Parsing,
        Answers.Discovery, Answers.DeviceAuthorization, Answers.Token, Answers.UserInfo, Answers.Revocation,
        Polling.Sequence,
        IdTokens.Compact, IdTokens.Payload, IdTokens.Keys,
        Redirects.Head, Redirects.Query, Redirects.Pasted,
        Certificates.Bundle, Certificates.Name,
        Words.Printed, Words.Address, Words.Duration, Words.Parameters, Words.CommandLine,
    ];
}
