namespace Datagen.Doctor;

/// <summary>One thing that <c>auth doctor</c> looked at: what it found, and the next step where there is one.</summary>
internal sealed record Check(string Name, string Status, string Message, string? Hint = null)
{
    public const string Fine = "ok", Doubtful = "warning", Wrong = "failed", NotDone = "skipped";

    public static Check Ok(string name, string message) => new(name, Fine, message);

    public static Check Warning(string name, string message, string? hint = null) => new(name, Doubtful, message, hint);

    public static Check Failed(string name, string message, string? hint = null) => new(name, Wrong, message, hint);

    public static Check Skipped(string name, string why) => new(name, NotDone, why);
}
