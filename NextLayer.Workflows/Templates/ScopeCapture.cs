using System.Text.Json;
using NextLayer.Workflows.Catalog;
using NextLayer.Workflows.Definitions;
using NextLayer.Workflows.Expressions;

namespace NextLayer.Workflows.Templates;

/// <summary>
/// Writes down what an expression or a for-each body will read of a run, so that it can be evaluated elsewhere and later:
/// <c>{input?, run?, steps: {id: {status, output?}}, item?, index?}</c>, cut down to the paths that are named. A path
/// that does not exist is left out, and reading it there fails as it would have here.
/// </summary>
public static class ScopeCapture
{
    /// <summary>Captures what an expression reads.</summary>
    /// <param name="expression">CEL, as in <c>match</c>.</param>
    /// <param name="scope">What there is.</param>
    /// <param name="own">Names the reader will bring itself.</param>
    /// <exception cref="CelException">The expression does not parse.</exception>
    public static JsonElement OfExpression(string expression, TemplateScope scope, params IReadOnlyCollection<string> own) =>
        Capture(scope, CelReference.In(TextTemplate.ParseExpression(expression)).Where(r => !own.Contains(r.Root)));

    /// <summary>Compiles an expression as it stands in a config, with or without <c>{{ }}</c>.</summary>
    /// <exception cref="CelException">It does not parse.</exception>
    public static CelProgram CompileExpression(string expression) => TextTemplate.ParseExpression(expression);

    /// <summary>Captures what the steps of a for-each body read of the world around it, and the template of its results.</summary>
    /// <param name="body">The body.</param>
    /// <param name="output">Template of one item's result, or null.</param>
    /// <param name="scope">What there is.</param>
    public static JsonElement OfBody(WorkflowDefinition body, JsonElement? output, TemplateScope scope)
    {
        var references = ReferencesIn(body).Where(r => r.Root is not (TemplateNames.Item or TemplateNames.Index)).ToList();
        if (output is { } template)
            references.AddRange(ConfigText.In(template, null, "", []).SelectMany(Compiled).Where(r => r.Root is not (TemplateNames.Item or TemplateNames.Index or "result")));
        return Capture(scope, references);
    }

    /// <summary>The scope of what was captured.</summary>
    public static TemplateScope Restore(JsonElement captured)
    {
        var steps = captured.TryGetProperty(TemplateNames.Steps, out var map)
            ? map.EnumerateObject().ToDictionary(s => s.Name, s => ReadStep(s.Value))
            : [];
        var scope = new TemplateScope(Member(captured, TemplateNames.Input), Member(captured, TemplateNames.Run), steps);
        foreach (var name in new[] { TemplateNames.Item, TemplateNames.Index })
        {
            if (captured.TryGetProperty(name, out var value))
                scope = scope.With(name, value);
        }
        return scope;
    }

    /// <summary>The steps of what was captured, by id.</summary>
    public static IEnumerable<KeyValuePair<string, StepOutput>> StepsOf(JsonElement captured) =>
        captured.TryGetProperty(TemplateNames.Steps, out var map)
            ? map.EnumerateObject().Select(s => KeyValuePair.Create(s.Name, ReadStep(s.Value)))
            : [];

    /// <summary>The input of what was captured; an empty object where nothing of it was read.</summary>
    public static JsonElement InputOf(JsonElement captured) => Member(captured, TemplateNames.Input);

    private static JsonElement Member(JsonElement captured, string name) =>
        captured.TryGetProperty(name, out var value) ? value : JsonOut.EmptyObject;

    private static StepOutput ReadStep(JsonElement step) => new(
        step.GetProperty("status").GetString()!, // Always written.
        step.TryGetProperty("output", out var output) ? output : null);

    // A body's own steps hide outer ones of the same name; nested bodies read through to the same world.
    private static IEnumerable<CelReference> ReferencesIn(WorkflowDefinition body)
    {
        var own = body.Steps.Select(s => s.Id).ToHashSet();
        return body.Steps.SelectMany(ReferencesIn)
            .Where(r => !(r.Root == TemplateNames.Steps ? r.Keys.Count > 0 && own.Contains(r.Keys[0]) : own.Contains(r.Root)));
    }

    private static IEnumerable<CelReference> ReferencesIn(StepDefinition step)
    {
        var type = StepCatalog.Default.Find(step.Type);
        var texts = ConfigText.OfStep(step.Config, type, "", []);
        if (step.When is { } when)
            texts = texts.Append(new ConfigText("when", when, IsExpression: true, []));
        var references = texts.SelectMany(text => Compiled(text).Where(r => !text.Variables.Contains(r.Root)));
        return type?.Type == StepTypes.ForEach && step.Config.TryGetProperty("body", out var inner) && inner.ValueKind == JsonValueKind.Object
            ? references.Concat(ReferencesIn(WorkflowDefinition.Parse(inner)).Where(r => r.Root is not (TemplateNames.Item or TemplateNames.Index)))
            : references;
    }

    // A text that does not compile fails its own step when that comes to run.
    private static IEnumerable<CelReference> Compiled(ConfigText text)
    {
        try
        {
            return [.. text.Compile().SelectMany(CelReference.In)];
        }
        catch (CelException)
        {
            return [];
        }
    }

    private static JsonElement Capture(TemplateScope scope, IEnumerable<CelReference> references)
    {
        var wanted = new Selection();
        foreach (var reference in references)
        {
            if (reference.Root is TemplateNames.Secrets)
                continue; // Never written down.
            if (TemplateNames.IsAlwaysThere(reference.Root) || !scope.IsStep(reference.Root))
                wanted.Add([reference.Root, .. reference.Keys]);
            else
                wanted.Add([TemplateNames.Steps, reference.Root, "output", .. reference.Keys]);
        }
        wanted.KeepStatuses();
        return JsonOut.Write(writer => wanted.Write(writer, name => scope.TryFind(name, out var value) ? value : null));
    }

    /// <summary>Paths that are wanted, as a tree; a node without children is wanted whole.</summary>
    private sealed class Selection
    {
        private readonly Dictionary<string, Selection> _members = [];
        private bool _whole;

        public void Add(ReadOnlySpan<string> path)
        {
            if (path.Length == 0)
            {
                _whole = true;
                return;
            }
            if (!_members.TryGetValue(path[0], out var member))
                _members[path[0]] = member = new Selection();
            member.Add(path[1..]);
        }

        /// <summary>Every captured step keeps its status, since a step without one cannot be restored.</summary>
        public void KeepStatuses()
        {
            if (!_members.TryGetValue(TemplateNames.Steps, out var steps))
                return;
            foreach (var step in steps._members.Values)
                step.Add(["status"]);
        }

        public void Write(Utf8JsonWriter writer, Func<string, CelValue?> find)
        {
            writer.WriteStartObject();
            foreach (var (name, member) in _members)
            {
                if (find(name) is not { } value || value.IsError)
                    continue;
                writer.WritePropertyName(name);
                member.Write(writer, value);
            }
            writer.WriteEndObject();
        }

        // Lists are wanted whole: leaving elements out would move the others.
        private void Write(Utf8JsonWriter writer, in CelValue value)
        {
            if (_whole || value.Kind != CelKind.Map)
            {
                CelJson.Write(writer, value);
                return;
            }
            var map = value.AsMap;
            Write(writer, name => map.TryGet(CelValue.Of(name), out var member) ? member : null);
        }
    }
}
