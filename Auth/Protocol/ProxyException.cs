namespace Datagen.Protocol;

/// <summary>A proxy through which a server can't be reached, and what a person can do about it.</summary>
internal sealed class ProxyException(string why, string? hint, Exception? cause = null) : IOException(why, cause)
{
    public string Why => Message;

    public string? Hint => hint;
}
