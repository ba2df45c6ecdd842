using NextLayer.Contracts.Runs;

namespace NextLayer.ControlPlane.Features.Events;

/// <summary>
/// News that a run has changed: never the change itself. Whoever hears it reads Postgres; whoever misses it finds out
/// by polling.
/// </summary>
/// <param name="Seq">The run's newest event.</param>
/// <param name="Worker">Worker that must hear of it (cancel, lost lease, a wait that is over); null when there is nothing to tell.</param>
/// <param name="Was">Status before the change; null when it was the same.</param>
/// <param name="LostLabels">Pairs (<c>key=value</c>) that the run does not have any more; null when it lost none.</param>
internal readonly record struct RunHint(
    Guid RunId, Guid TenantId, int Seq, RunStatus Status, string? Worker = null, RunStatus? Was = null, IReadOnlyList<string>? LostLabels = null);
