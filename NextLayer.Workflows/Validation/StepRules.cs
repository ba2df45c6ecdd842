using NextLayer.Workflows.Catalog;
using NextLayer.Workflows.Definitions;

namespace NextLayer.Workflows.Validation;

/// <summary>Types, configs and ports of the steps one by one.</summary>
internal static class StepRules
{
    public static List<DefinitionError> Find(WorkflowDefinition definition, StepCatalog catalog)
    {
        var errors = new List<DefinitionError>();
        var edges = definition.Edges.ToLookup(e => e.Source, StringComparer.Ordinal);
        foreach (var step in definition.Steps)
        {
            var type = catalog.Find(step.Type);
            if (type is null)
            {
                if (step.Type.Length > 0)
                    errors.Add(new DefinitionError("unknown_step_type", step.Id, step.Path, $"There is no step type '{step.Type}'."));
            }
            else
            {
                CheckConfig(step, type, errors);
                CheckPorts(step, type, edges[step.Id], errors);
            }
            if (step.OnError == OnError.Branch && !edges[step.Id].Any(e => e.SourceHandle == StepPorts.Error))
            {
                errors.Add(new DefinitionError("missing_branch", step.Id, $"{step.DataPath}.on_error",
                    $"Step '{step.Id}' has on_error branch and no edge from its port 'error'."));
            }
        }
        return errors;
    }

    private static void CheckConfig(StepDefinition step, StepType type, List<DefinitionError> errors)
    {
        var problems = SchemaCheck.Find(step.Config, type.ConfigSchema).Concat(type.Check?.Invoke(step.Config) ?? []);
        foreach (var problem in problems)
        {
            var path = problem.Path.Length == 0 ? $"{step.DataPath}.config" : $"{step.DataPath}.config.{problem.Path}";
            errors.Add(new DefinitionError(problem.Code, step.Id, path, $"Step '{step.Id}': {problem.Message}"));
        }
    }

    private static void CheckPorts(StepDefinition step, StepType type, IEnumerable<EdgeDefinition> edges, List<DefinitionError> errors)
    {
        var ports = type.OutputPortsFor(step.Config);
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var edge in edges)
        {
            if (edge.SourceHandle is not { } port)
                continue;
            used.Add(port);
            if (port != StepPorts.Out && !ports.Contains(port))
            {
                errors.Add(new DefinitionError("unknown_port", step.Id, edge.Path,
                    $"Step '{step.Id}' has no port '{port}'; it has {string.Join(", ", ports)}."));
            }
        }
        foreach (var port in type.RequiredPortsFor(step.Config).Where(p => !used.Contains(p)))
            errors.Add(new DefinitionError("missing_branch", step.Id, step.Path, $"Step '{step.Id}' has no edge from its port '{port}'."));
    }
}
