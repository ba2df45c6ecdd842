using NextLayer.Workflows.Catalog;
using NextLayer.Workflows.Definitions;

namespace NextLayer.Workflows.Validation;

/// <summary>Types, configs and ports of the steps one by one.</summary>
internal static class StepRules
{
    /// <summary>Ports that a sentence lists.</summary>
    private const int MaxNamedPorts = 20;

    public static IEnumerable<DefinitionError> Find(WorkflowDefinition definition, StepCatalog catalog)
    {
        var edges = definition.Edges.ToLookup(e => e.Source, StringComparer.Ordinal);
        foreach (var step in definition.Steps)
        {
            var type = catalog.Find(step.Type);
            if (type is null)
            {
                if (step.Type.Length > 0)
                    yield return new DefinitionError("unknown_step_type", step.Id, step.Path, $"There is no step type '{step.Type}'.");
            }
            else
            {
                foreach (var error in CheckConfig(step, type).Concat(CheckPorts(step, type, edges[step.Id])))
                    yield return error;
            }
            if (step.OnError == OnError.Branch && !edges[step.Id].Any(e => e.SourceHandle == StepPorts.Error))
            {
                yield return new DefinitionError("missing_branch", step.Id, $"{step.DataPath}.on_error",
                    $"Step '{step.Id}' has on_error branch and no edge from its port 'error'.");
            }
        }
    }

    private static IEnumerable<DefinitionError> CheckConfig(StepDefinition step, StepType type)
    {
        var problems = SchemaCheck.Find(step.Config, type.ConfigSchema).Concat(type.Check?.Invoke(step.Config) ?? []);
        foreach (var problem in problems)
        {
            var path = problem.Path.Length == 0 ? $"{step.DataPath}.config" : $"{step.DataPath}.config.{problem.Path}";
            yield return new DefinitionError(problem.Code, step.Id, path, $"Step '{step.Id}': {problem.Message}");
        }
    }

    private static IEnumerable<DefinitionError> CheckPorts(StepDefinition step, StepType type, IEnumerable<EdgeDefinition> edges)
    {
        var ports = type.OutputPortsFor(step.Config);
        var known = ports.ToHashSet(StringComparer.Ordinal);
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var edge in edges)
        {
            if (edge.SourceHandle is not { } port)
                continue;
            used.Add(port);
            if (port != StepPorts.Out && !known.Contains(port))
            {
                yield return new DefinitionError("unknown_port", step.Id, edge.Path,
                    $"Step '{step.Id}' has no port '{port}'; it has {Names(ports)}.");
            }
        }
        foreach (var port in type.RequiredPortsFor(step.Config).Where(p => !used.Contains(p)))
            yield return new DefinitionError("missing_branch", step.Id, step.Path, $"Step '{step.Id}' has no edge from its port '{port}'.");
    }

    private static string Names(IReadOnlyList<string> ports) =>
        string.Join(", ", ports.Take(MaxNamedPorts).Select(Shortened.Name)) + (ports.Count > MaxNamedPorts ? " and others" : "");
}
