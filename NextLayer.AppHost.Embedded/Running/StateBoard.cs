using System.Text.Json;
using System.Text.Json.Serialization;
using NextLayer.AppHost.Embedded.Output;

namespace NextLayer.AppHost.Embedded.Running;

/// <summary>Knows how each process stands, says each change, and keeps <c>state.json</c> for scripts and tests.</summary>
internal sealed class StateBoard(string stateFile, IResourceOutput output)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        WriteIndented = true,
    };

    private readonly Lock gate = new();
    private readonly List<ReplicaState> states = [];

    public IReadOnlyList<ReplicaState> Snapshot()
    {
        lock (gate)
            return [.. states];
    }

    /// <param name="change">Gets the state as it is.</param>
    /// <param name="detail">Said behind the new state, such as what it waits for.</param>
    public void Change(string label, Func<ReplicaState, ReplicaState> change, string? detail = null)
    {
        lock (gate)
        {
            var index = states.FindIndex(state => state.Label == label);
            var after = change(states[index]);
            states[index] = after;
            output.StateChanged(after, detail);
            WriteFile();
        }
    }

    public void Add(ReplicaState state)
    {
        lock (gate)
            states.Add(state);
    }

    /// <summary>Moved into place, so a reader never sees half of it.</summary>
    private void WriteFile()
    {
        var next = stateFile + ".next";
        File.WriteAllText(next, JsonSerializer.Serialize(new { AppHostPid = Environment.ProcessId, Resources = states }, Json));
        File.Move(next, stateFile, overwrite: true);
    }
}
