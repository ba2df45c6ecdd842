using System.Globalization;
using NextLayer.AppHost.Embedded.Running;

namespace NextLayer.AppHost.Embedded.Output;

/// <summary>The table at the end of a start: resource, state, address, log file.</summary>
internal static class StartTable
{
    private static readonly string[] Head = ["resource", "state", "address", "log file"];

    public static string Render(IReadOnlyList<ReplicaState> states, string workingDirectory)
    {
        var rows = Rows(states, workingDirectory).Prepend(Head).ToList();
        var widths = Enumerable.Range(0, Head.Length).Select(column => rows.Max(row => row[column].Length)).ToList();
        rows.Insert(1, [.. widths.Select(width => new string('-', width))]);
        return string.Join('\n', rows.Select(row => string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()));
    }

    private static IEnumerable<string[]> Rows(IReadOnlyList<ReplicaState> states, string workingDirectory)
    {
        foreach (var resource in states.GroupBy(state => state.Resource))
        {
            if (resource.Count() > 1)
            {
                var healthy = resource.Count(state => state.State == ReplicaPhase.Healthy);
                yield return [resource.Key, string.Create(CultureInfo.InvariantCulture, $"{healthy} of {resource.Count()} healthy"), resource.First().Endpoint ?? "", ""];
            }

            foreach (var state in resource)
                yield return [state.Label, state.State.ToString().ToLowerInvariant(), state.Address ?? "", Shorten(state.Log, workingDirectory)];
        }
    }

    private static string Shorten(string? path, string workingDirectory)
    {
        if (path is null)
            return "";
        var relative = Path.GetRelativePath(workingDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }
}
