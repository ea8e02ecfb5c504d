namespace Datagen.Commands;

/// <summary>What git asks a credential helper (gitcredentials(7), git-credential(1)).</summary>
internal sealed record GitRequest(string Protocol, string Host, string? UserName, bool WantsBearer)
{
    public static GitRequest Parse(string text)
    {
        string protocol = "", host = "";
        string? user = null;
        var knowsTypes = false;
        var challenges = new List<string>();
        foreach (var line in text.Split('\n'))
        {
            var end = line.IndexOf('=', StringComparison.Ordinal);
            if (end < 0) continue;
            var value = line[(end + 1)..];
            switch (line[..end])
            {
                case "protocol": protocol = value; break;
                case "host": host = value; break;
                case "username": user = value; break;
                case "capability[]": knowsTypes |= value == "authtype"; break;
                case "wwwauth[]" when value.Length == 0: challenges.Clear(); break; // an empty value clears the list
                case "wwwauth[]": challenges.Add(value); break;
            }
        }

        // Git 2.46 tells what the server offers (RFC 9110 section 11.6.1); a server of Basic alone takes the token for a password.
        return new GitRequest(protocol, host, user, knowsTypes && (challenges.Count == 0 || challenges.Exists(OffersBearer)));
    }

    // A header may hold several challenges, each with commas of its own: a scheme begins the header or follows a comma.
    private static bool OffersBearer(string header) => header.Split(',').Any(part =>
        part.TrimStart() is var challenge
        && challenge.StartsWith("Bearer", StringComparison.OrdinalIgnoreCase)
        && (challenge.Length == "Bearer".Length || challenge["Bearer".Length] == ' '));
}
