using LocalService.Observing;

namespace LocalService.Faults;

/// <summary>Faults wait here for their requests; for one path they are used in the order in which they were added.</summary>
public sealed class FaultQueue
{
    private readonly Lock turn = new();
    private readonly List<Fault> faults = [];

    public void Add(Fault fault)
    {
        lock (turn)
        {
            faults.Add(fault);
        }
    }

    public void Clear()
    {
        lock (turn)
        {
            faults.Clear();
        }
    }

    /// <summary>How many have not happened yet.</summary>
    public int Remaining
    {
        get
        {
            lock (turn)
            {
                return faults.Sum(fault => fault.Times);
            }
        }
    }

    internal Fault? Take(LoggedRequest request)
    {
        lock (turn)
        {
            var index = faults.FindIndex(fault => fault.Path == request.Path && fault.When(request));
            if (index < 0)
            {
                return null;
            }

            var fault = faults[index];
            if (fault.Times > 1)
            {
                faults[index] = fault with { Times = fault.Times - 1 };
            }
            else
            {
                faults.RemoveAt(index);
            }

            return fault;
        }
    }
}
