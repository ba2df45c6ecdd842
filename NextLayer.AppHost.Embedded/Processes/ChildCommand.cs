namespace NextLayer.AppHost.Embedded.Processes;

/// <summary>What to run, before <see cref="ChildProcess"/> adds what makes it die with us.</summary>
internal sealed record ChildCommand
{
    /// <summary>A full path, or a name to be found in <c>PATH</c>.</summary>
    public required string FileName { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Added to our own environment; null removes a variable the child must not inherit.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Null keeps ours; a child under another user needs one that user may enter.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>Null keeps our own user.</summary>
    public SystemUser? User { get; init; }

    /// <summary>Text for the child's standard input, which is closed behind it; the way to hand over a secret.</summary>
    public string? StandardInput { get; init; }

    /// <summary>What the kernel sends the child when we die without having stopped it.</summary>
    public ChildSignal OnOurDeath { get; init; } = ChildSignal.Kill;
}
