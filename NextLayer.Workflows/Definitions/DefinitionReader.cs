using System.Runtime.InteropServices;
using System.Text.Json;
using NextLayer.Workflows.Catalog;

namespace NextLayer.Workflows.Definitions;

/// <summary>Finds out which form a definition has and reads it, collecting what is wrong.</summary>
internal sealed class DefinitionReader
{
    private readonly List<StepDefinition> _steps = [];
    private readonly List<EdgeDefinition> _edges = [];
    private readonly List<DefinitionError> _errors = [];
    private double? _timeoutSeconds;

    public static WorkflowDefinition Read(JsonElement json)
    {
        var reader = new DefinitionReader();
        reader.ReadRoot(json);
        return new WorkflowDefinition(reader._steps, reader._edges, reader._errors) { TimeoutSeconds = reader._timeoutSeconds };
    }

    private void ReadRoot(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            Report("not_an_object", null, "", "A definition is a JSON object.");
            return;
        }
        if (IsTooDeep(json))
        {
            Report("too_deep", null, "", $"A definition may nest {WorkflowDefinition.MaxDepth} deep.");
            return;
        }
        var hasNodes = TryGetList(json, "nodes", out var nodes);
        var hasSteps = TryGetList(json, "steps", out var steps);
        if (hasNodes && hasSteps && nodes.GetArrayLength() > 0 && steps.GetArrayLength() > 0)
            Report("two_forms", null, "steps", "A definition has either nodes and edges or steps, not both.");
        if (hasNodes && IsWithin(nodes, WorkflowDefinition.MaxSteps, "too_many_steps", "nodes"))
            ReadNodes(nodes);
        else if (!hasNodes && hasSteps && IsWithin(steps, WorkflowDefinition.MaxSteps, "too_many_steps", "steps"))
            ReadShortForm(steps);
        if (TryGetList(json, "edges", out var edges) && IsWithin(edges, WorkflowDefinition.MaxEdges, "too_many_edges", "edges"))
            ReadEdges(edges);
        ReadTimeout(json);
    }

    private void ReadTimeout(JsonElement json)
    {
        if (!IsoDuration.TryRead(json, "timeout", out var timeout) || timeout is { TotalSeconds: <= 0 or > WorkflowDefinition.LongestTimeoutSeconds })
            Report("invalid_timeout", null, "timeout_seconds", "timeout_seconds must be more than 0 and at most a year, or a duration such as PT1H.");
        else
            _timeoutSeconds = timeout?.TotalSeconds;
    }

    // All that reads a definition recurses over its JSON, so a caller's generous parser must not decide how deep.
    private static bool IsTooDeep(JsonElement json)
    {
        var reader = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(json), new JsonReaderOptions { MaxDepth = WorkflowDefinition.MaxDepth + 1 });
        try
        {
            while (reader.Read())
            {
            }
            return false;
        }
        catch (JsonException)
        {
            return true;
        }
    }

    private void ReadNodes(JsonElement nodes)
    {
        var index = 0;
        foreach (var node in nodes.EnumerateArray())
        {
            var path = $"nodes[{index++}]";
            if (!IsObject(node, path) || ReadId(node, path) is not { } id)
                continue;
            var data = node.TryGetProperty("data", out var found) && found.ValueKind == JsonValueKind.Object ? found : JsonOut.EmptyObject;
            var type = TextOf(data, "type", id, path + ".data") ?? TextOf(node, "type", id, path);
            AddStep(id, type, data, path, path + ".data");
        }
    }

    private void ReadShortForm(JsonElement steps)
    {
        var index = 0;
        string? previous = null;
        foreach (var step in steps.EnumerateArray())
        {
            var path = $"steps[{index++}]";
            var id = step.ValueKind == JsonValueKind.String ? Short(step.GetString()!, path)
                : IsObject(step, path) ? ReadId(step, path) : null;
            if (id is null)
                continue;
            var data = step.ValueKind == JsonValueKind.Object ? step : JsonOut.EmptyObject;
            AddStep(id, TextOf(data, "type", id, path) ?? StepTypes.Noop, data, path, path);
            ReadNeeds(data, id, path, previous);
            previous = id;
        }
    }

    private void ReadNeeds(JsonElement step, string id, string path, string? previous)
    {
        if (!step.TryGetProperty("needs", out var needs) || needs.ValueKind == JsonValueKind.Null)
        {
            if (previous is not null && previous != id)
                _edges.Add(new EdgeDefinition(null, previous, id, null, path));
            return;
        }
        JsonElement[] entries = needs.ValueKind == JsonValueKind.Array ? [.. needs.EnumerateArray()] : [needs];
        for (var i = 0; i < entries.Length; i++)
        {
            var entryPath = needs.ValueKind == JsonValueKind.Array ? $"{path}.needs[{i}]" : $"{path}.needs";
            if (entries[i].ValueKind != JsonValueKind.String)
            {
                Report("malformed_needs", id, entryPath, "needs holds ids of steps, such as \"a\" or, from a port, \"check:true\".");
                continue;
            }
            var parts = entries[i].GetString()!.Split(':', 2);
            _edges.Add(new EdgeDefinition(null, parts[0], id, parts.Length == 2 ? parts[1] : null, entryPath));
        }
    }

    private void ReadEdges(JsonElement edges)
    {
        var index = 0;
        foreach (var edge in edges.EnumerateArray())
        {
            var path = $"edges[{index++}]";
            if (!IsObject(edge, path))
                continue;
            var source = TextOf(edge, "source", null, path);
            var target = TextOf(edge, "target", null, path);
            if (source is null || target is null)
            {
                Report("malformed_edge", source ?? target, path, "An edge needs a source and a target.");
                continue;
            }
            var handle = TextOf(edge, "sourceHandle", source, path) ?? TextOf(edge, "source_handle", source, path);
            _edges.Add(new EdgeDefinition(TextOf(edge, "id", null, path), source, target, handle == "" ? null : handle, path));
        }
    }

    private void AddStep(string id, string? type, JsonElement data, string path, string dataPath)
    {
        if (string.IsNullOrEmpty(type))
        {
            Report("missing_type", id, path, $"Step '{id}' has no type.");
            type = "";
        }
        var config = JsonOut.EmptyObject;
        if (data.TryGetProperty("config", out var found) && found.ValueKind != JsonValueKind.Null)
        {
            if (found.ValueKind == JsonValueKind.Object)
                config = found;
            else
                Report("config_not_an_object", id, dataPath + ".config", $"The config of step '{id}' must be an object.");
        }
        var label = TextOf(data, "label", id, dataPath) ?? TextOf(data, "name", id, dataPath);
        var bare = new StepDefinition
        {
            Id = id,
            Label = string.IsNullOrWhiteSpace(label) ? id : label,
            Type = type,
            Config = config,
            Path = path,
            DataPath = dataPath,
        };
        _steps.Add(new EnvelopeReader(id, dataPath, _errors).Read(bare, data));
    }

    private string? ReadId(JsonElement step, string path)
    {
        if (step.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String)
            return Short(id.GetString()!, path);
        Report("missing_id", null, path, "A step needs an id.");
        return null;
    }

    // Every sentence about the step would repeat it.
    private string? Short(string id, string path)
    {
        if (id.Length <= WorkflowDefinition.MaxIdLength)
            return id;
        Report("malformed_id", null, path, $"An id has at most 63 characters; this one has {id.Length}.");
        return null;
    }

    private string? TextOf(JsonElement owner, string name, string? nodeId, string path)
    {
        if (!owner.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        if (value.ValueKind == JsonValueKind.String)
            return value.GetString();
        Report("malformed_" + name, nodeId, $"{path}.{name}", $"{name} must be text.");
        return null;
    }

    private bool TryGetList(JsonElement json, string name, out JsonElement list)
    {
        if (!json.TryGetProperty(name, out list) || list.ValueKind == JsonValueKind.Null)
            return false;
        if (list.ValueKind == JsonValueKind.Array)
            return true;
        Report("malformed_" + name, null, name, $"{name} must be a list.");
        return false;
    }

    private bool IsWithin(JsonElement list, int limit, string code, string path)
    {
        if (list.GetArrayLength() <= limit)
            return true;
        Report(code, null, path, $"A definition may have at most {limit} {path}; this one has {list.GetArrayLength()}.");
        return false;
    }

    private bool IsObject(JsonElement value, string path)
    {
        if (value.ValueKind == JsonValueKind.Object)
            return true;
        Report("malformed_entry", null, path, "This must be an object.");
        return false;
    }

    private void Report(string code, string? nodeId, string path, string message)
    {
        if (_errors.Count <= WorkflowDefinition.MaxErrors)
            _errors.Add(new DefinitionError(code, nodeId, path, message));
    }
}
