namespace NextLayer.ControlPlane.Features.Engine;

/// <summary>Section <c>Dispatch</c>.</summary>
internal sealed class DispatchOptions
{
    /// <summary>Whether a new database, whose state nobody has ever changed, begins to give out work by itself.</summary>
    public bool AutoStart { get; set; } = true;
}
