namespace Datagen.Console;

/// <summary>What datagen.csproj generates for the program itself.</summary>
internal static class ProgramVersion
{
    public const string Text = "0.0.0";
}
