namespace NextLayer.Bench;

/// <summary>How much to measure. Everything is bounded: counts are fixed here, and each wait has an end.</summary>
internal sealed record BenchOptions
{
    /// <summary>A tenth of the work: shows that all of it runs, not how fast.</summary>
    public bool Quick { get; init; }

    /// <summary>Times each rate is measured; the median counts.</summary>
    public int Repeat { get; init; } = 3;

    /// <summary>Slots of each worker; null leaves the worker's own default.</summary>
    public int? Slots { get; init; }

    /// <summary>Prints what Postgres and our services log.</summary>
    public bool Verbose { get; init; }

    /// <summary>Runs per drain.</summary>
    public int DrainRuns => Quick ? 4_000 : 20_000;

    /// <summary>Runs made one by one, per repeat.</summary>
    public int SingleCreates => Quick ? 1_000 : 5_000;

    /// <summary>Runs whose start is timed.</summary>
    public int LatencyRuns => Quick ? 40 : 200;

    /// <summary>Runs in the list, where the command line says; null for the usual number.</summary>
    public int? Listed { get; init; }

    /// <summary>Runs in the list.</summary>
    public int ListedRuns => Listed ?? (Quick ? 100_000 : 1_000_000);

    /// <summary>Requests per kind of list page.</summary>
    public int ListRequests => Quick ? 40 : 200;

    /// <summary>Visits of each page, each in a browser that knows nothing yet.</summary>
    public int PageVisits => Quick ? 5 : 20;

    /// <summary>Peers that watch one run.</summary>
    public int StreamReaders => Quick ? 50 : 500;

    /// <summary>Events that all of them are sent as quickly as they can be written.</summary>
    public int StreamEvents => Quick ? 500 : 2_000;

    /// <summary>Events whose way to each of them is timed, written at an easy pace.</summary>
    public int TimedEvents => Quick ? 40 : 200;

    /// <summary>Items of one for-each step.</summary>
    public int ForEachItems => Quick ? 100 : 1_000;
}
