using System.Diagnostics.CodeAnalysis;

namespace Microsoft.CodeAnalysis.Runtime;

/// <summary>What the C# compiler's <c>/instrument:TestCoverage</c> calls, once a method: flags for its statements, set as they run.</summary>
[ExcludeFromCodeCoverage]
internal static class Instrumentation
{
    private static readonly List<bool[]> s_methods = [];
    private static readonly Lock s_lock = new();

    public static bool[] CreatePayload(Guid mvid, int methodToken, int fileIndex, ref bool[] payload, int payloadLength) =>
        CreatePayload(mvid, methodToken, [fileIndex], ref payload, payloadLength);

    public static bool[] CreatePayload(Guid mvid, int methodToken, int[] fileIndices, ref bool[] payload, int payloadLength)
    {
        lock (s_lock)
        {
            if (Volatile.Read(ref payload) is { } known) return known;
            var made = new bool[payloadLength];
            s_methods.Add(made);
            return payload = made;
        }
    }

    /// <summary>How many statements have run since the last <see cref="Forget"/>.</summary>
    public static int Count()
    {
        lock (s_lock)
        {
            var count = 0;
            foreach (var method in s_methods) count += method.AsSpan().Count(true);
            return count;
        }
    }

    public static void Forget()
    {
        lock (s_lock) s_methods.ForEach(Array.Clear);
    }
}
