namespace NextLayer.Worker.Execution;

/// <summary>How urgently a run is to be left, in rising order: a later request replaces only a weaker one.</summary>
internal enum StopRequest
{
    None,

    /// <summary>Start no further step; when the running ones are through, give the run back to the queue.</summary>
    HandBack,

    /// <summary>The grace period is over: interrupt the running steps and give the run back.</summary>
    HandBackNow,

    /// <summary>Somebody cancelled the run: interrupt its steps and report CANCELLED.</summary>
    Cancel,

    /// <summary>The run is another worker's or has ended: interrupt its steps and tell nobody.</summary>
    Lost,
}
