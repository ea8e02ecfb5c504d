namespace Datagen.Doctor;

/// <summary>What can't be reached, for a cause that has been told already: one cause is one failure.</summary>
internal sealed class Reach
{
    public const string Not = "not reached";

    private string? _lacking; // host and port
    private bool _lacksAll;

    public void Lacks(Uri server) => _lacking = server.Authority;

    public void LacksAll() => _lacksAll = true;

    public bool Lacked(Uri address) => _lacksAll || address.Authority == _lacking;
}
