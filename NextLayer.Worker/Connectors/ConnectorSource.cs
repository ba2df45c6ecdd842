using System.Collections.Concurrent;
using NextLayer.Contracts.Runs;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Platform;
using NextLayer.Worker.Steps;

namespace NextLayer.Worker.Connectors;

/// <summary>
/// Asks the control plane for the connectors that steps name. What it gives is added to the attempt's secrets at once,
/// and is kept for a moment only, so that a connector that was disabled is soon seen to be.
/// </summary>
internal sealed class ConnectorSource(ControlPlaneClient controlPlane, TimeProvider time)
{
    public const string MissingCode = "CONNECTOR_MISSING";
    public const string UnusableCode = "CONNECTOR_UNUSABLE";

    private const int RoomFor = 512;
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
        var connector = await AskAsync(context, named ?? types[0], ct);
        if (connector is null)
            return named is null ? null : throw Missing($"There is no connector '{named}' in this tenant.");
        if (!types.Contains(connector.Type, StringComparer.Ordinal))
            throw new StepConfigException(
                $"config.connector names a connector of type '{connector.Type}'; this step needs {string.Join(" or ", types.Select(t => $"'{t}'"))}.");
        context.Secrets.AddFrom(connector.Json);
        return connector;
    }

    private static StepFailure Missing(string message) => StepFailure.Of(MissingCode, message);

    private async Task<Connector?> AskAsync(StepContext context, string name, CancellationToken ct)
    {
        var key = new Key(context.RunId, context.Epoch, name);
        if (kept.TryGetValue(key, out var entry) && time.GetElapsedTime(entry.At) < KeptFor)
            return entry.Connector;
        try
        {
            var answer = await AskPatientlyAsync(context, name, ct);
            var connector = new Connector(answer.Id, answer.ConnectorType, answer.Config);
            Keep(key, connector);
            return connector;
        }
        catch (ControlPlaneRefusedException ex) when (ex.Code == "connector_not_found")
        {
            return null;
        }
        catch (ControlPlaneRefusedException ex)
        {
            throw StepFailure.Of(ex.Code is "lease_lost" or "run_not_found" ? "LEASE_LOST" : UnusableCode, ex.Sentence);
        }
    }

    /// <summary>An outage of the control plane is no failure of the step; its own time-out bounds the waiting.</summary>
    private async Task<RunConnector> AskPatientlyAsync(StepContext context, string name, CancellationToken ct)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                return await controlPlane.FindConnectorAsync(context.RunId, new RunConnectorRequest { Lease = context.Lease, Connector = name }, ct);
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
