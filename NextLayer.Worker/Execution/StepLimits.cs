namespace NextLayer.Worker.Execution;

/// <summary>Sizes the control plane accepts.</summary>
internal static class StepLimits
{
    /// <summary>Of one step's output, as JSON.</summary>
    public const int MaxOutputBytes = 256 * 1024;

    /// <summary>Characters of an error's message; the rest is cut off.</summary>
    public const int MaxMessage = 2000;
}
