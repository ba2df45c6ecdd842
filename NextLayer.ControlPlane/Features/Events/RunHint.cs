using NextLayer.Contracts.Runs;

namespace NextLayer.ControlPlane.Features.Events;

/// <summary>
/// News that a run has changed: never the change itself. Whoever hears it reads Postgres; whoever misses it finds out
/// by polling.
/// </summary>
/// <param name="Seq">The run's newest event.</param>
/// <param name="CancelWorker">Worker that should stop the run; null unless a cancel was just asked for.</param>
internal readonly record struct RunHint(Guid RunId, Guid TenantId, int Seq, RunStatus Status, string? CancelWorker = null);
