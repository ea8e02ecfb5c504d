namespace LocalService.Faults;

/// <summary>How an answer ends.</summary>
public enum FaultEnding
{
    /// <summary>As it should.</summary>
    Complete,

    /// <summary>There is no answer: the connection is dropped.</summary>
    Drop,

    /// <summary>The headers and half of the body arrive, then the connection is dropped.</summary>
    Truncate,

    /// <summary>The headers and half of the body arrive, then nothing happens until the client goes away.</summary>
    Stall,
}
