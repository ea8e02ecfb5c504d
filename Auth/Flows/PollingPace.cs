namespace Datagen.Flows;

/// <summary>How often a device code is asked about, from the answers so far.</summary>
internal sealed class PollingPace(TimeSpan interval, TimeSpan wait)
{
    public TimeSpan Interval { get; set; } = interval;

    /// <summary>Before the next poll.</summary>
    public TimeSpan Wait { get; set; } = wait;

    public int SlowDowns { get; set; }

    /// <summary>Whether a poll had no answer, so that the tokens may have been given and lost on the way.</summary>
    public bool AnswerLost { get; set; }

    /// <summary>How long to go on; null for as long as the code is good.</summary>
    public TimeSpan? Patience { get; init; }

    /// <summary>Called before each poll, and after it where there is an end to the patience.</summary>
    public Action<PollingPace>? Kept { get; init; }

    /// <summary>The server asked for fewer polls (RFC 8628 section 3.5).</summary>
    public void SlowDown(TimeSpan? named)
    {
        SlowDowns = Math.Min(SlowDowns + 1, int.MaxValue - 1);
        var longer = Interval + TimeSpan.FromSeconds(5);
        Interval = named > longer ? named.Value : longer;
        Wait = PaddedInterval;
    }

    // A clock that runs fast ends each wait too soon by the server's clock, however long the interval grows by fixed steps.
    public TimeSpan PaddedInterval => Interval * (SlowDowns switch { < 2 => 1.0, 2 => 1.2, _ => 1.4 });
}
