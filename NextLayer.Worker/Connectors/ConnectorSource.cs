using System.Collections.Concurrent;
using NextLayer.Contracts.Runs;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Platform;
using NextLayer.Worker.Steps;

namespace NextLayer.Worker.Connectors;

/// <summary>
/// Asks the control plane for the connectors that steps name. What it gives is added to the attempt's secrets at once,
/// and is kept for a moment only, so that a connector that was disabled is soon seen to be. An attempt after a failed one asks
/// anew: its credential may have been what was wrong.
/// </summary>
internal sealed class ConnectorSource(ControlPlaneClient controlPlane, TimeProvider time)
{
    public const string MissingCode = "CONNECTOR_MISSING";
    public const string UnusableCode = "CONNECTOR_UNUSABLE";
    public const string LeaseLostCode = "LEASE_LOST";

    private const string SecretsType = "secrets";
    private const int RoomFor = 512;
    private static readonly Dictionary<string, string> NoSecrets = [];
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<Key, (Connector Connector, long At)> kept = new();

    /// <summary>The connector that <c>config.connector</c> names, else the tenant's only one of a type.</summary>
    /// <param name="context">The attempt.</param>
    /// <param name="types">Types that serve the step; the first is looked for where the step names none.</param>
    /// <param name="ct">Ends the waiting for a control plane that does not answer.</param>
    /// <exception cref="StepFailure">There is none, or it cannot be used.</exception>
    public async Task<Connector> GetAsync(StepContext context, IReadOnlyList<string> types, CancellationToken ct) =>
        await FindAsync(context, types, ct) ?? throw Missing($"This step needs a connector of type '{types[0]}', and the tenant has none.");

    /// <summary>As <see cref="GetAsync"/>; null where the step names none and the tenant has none.</summary>
    public async Task<Connector?> FindAsync(StepContext context, IReadOnlyList<string> types, CancellationToken ct)
    {
        var named = new StepConfig(context.Config).Text("connector") is { Length: > 0 } name ? name : null;
        var connector = await AskAsync(context.RunId, context.Lease, named ?? types[0], fresh: context.Attempt > 1, ct);
        if (connector is null)
            return named is null ? null : throw Missing($"There is no connector '{named}' in this tenant.");
        if (!types.Contains(connector.Type, StringComparer.Ordinal))
            throw new StepConfigException(
                $"config.connector names a connector of type '{connector.Type}'; this step needs {string.Join(" or ", types.Select(t => $"'{t}'"))}.");
        connector.HideIn(context.Secrets);
        return connector;
    }

    /// <summary>
    /// What templates read as <c>secrets.name</c>: the secrets of the tenant's one connector of type <c>secrets</c>, and of
    /// no other, so that who may write a workflow cannot read what other connectors sign in with.
    /// </summary>
    /// <exception cref="StepFailure">There are several, it is disabled, or the run is another worker's now.</exception>
    public async Task<IReadOnlyDictionary<string, string>> SecretsAsync(Guid runId, Lease lease, int attempt, CancellationToken ct) =>
        (await AskAsync(runId, lease, SecretsType, fresh: attempt > 1, ct))?.Secrets ?? NoSecrets;

    private static StepFailure Missing(string message) => StepFailure.Of(MissingCode, message);

    private async Task<Connector?> AskAsync(Guid runId, Lease lease, string name, bool fresh, CancellationToken ct)
    {
        var key = new Key(runId, lease.Epoch, name);
        if (!fresh && kept.TryGetValue(key, out var entry) && time.GetElapsedTime(entry.At) < KeptFor)
            return entry.Connector;
        try
        {
            var connector = new Connector(await AskPatientlyAsync(runId, lease, name, ct));
            Keep(key, connector);
            return connector;
        }
        catch (ControlPlaneRefusedException ex) when (ex.Code == "connector_not_found")
        {
            return null;
        }
        catch (ControlPlaneRefusedException ex)
        {
            throw StepFailure.Of(ex.Code is "lease_lost" or "run_not_found" ? LeaseLostCode : UnusableCode, ex.Sentence);
        }
    }

    /// <summary>An outage of the control plane is no failure of the step; its own time-out bounds the waiting.</summary>
    private async Task<RunConnector> AskPatientlyAsync(Guid runId, Lease lease, string name, CancellationToken ct)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                return await controlPlane.FindConnectorAsync(runId, new RunConnectorRequest { Lease = lease, Connector = name }, ct);
            }
            catch (ControlPlaneUnavailableException)
            {
                await Task.Delay(Backoff.Next(failures, FirstPause, LongestPause), time, ct);
            }
        }
    }

    private void Keep(Key key, Connector connector)
    {
        if (kept.Count >= RoomFor)
        {
            foreach (var (old, entry) in kept)
            {
                if (time.GetElapsedTime(entry.At) >= KeptFor)
                    kept.TryRemove(old, out _);
            }
        }

        if (kept.Count < RoomFor)
            kept[key] = (connector, time.GetTimestamp());
    }

    private sealed record Key(Guid RunId, int Epoch, string Name);
}
