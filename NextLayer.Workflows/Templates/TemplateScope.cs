using System.Text.Json;
using NextLayer.Workflows.Expressions;

namespace NextLayer.Workflows.Templates;

/// <summary>
/// What templates and expressions of one step can name: <c>input</c>, <c>run</c>, <c>steps.&lt;id&gt;.output</c> and
/// <c>.status</c>, <c>secrets</c>, whatever <see cref="With"/> added, and <c>&lt;id&gt;</c> for the output of a step
/// whose id is none of these. Make one for each step executed: it remembers the secrets that were read. Not thread-safe.
/// </summary>
public sealed class TemplateScope : CelScope
{
    private readonly Dictionary<string, CelValue> _values;
    private readonly IReadOnlyDictionary<string, StepOutput> _steps;
    private readonly Dictionary<string, string> _secretsRead;

    /// <param name="input">The run's parameters.</param>
    /// <param name="run">What <c>run</c> holds: <c>id</c>, <c>now</c> and so on.</param>
    /// <param name="steps">Settled steps by id; read when asked, so a growing dictionary will do.</param>
    /// <param name="secrets">Gives a secret's value, or null when there is none of that name. Null where secrets must not be read.</param>
    public TemplateScope(
        JsonElement input,
        JsonElement run,
        IReadOnlyDictionary<string, StepOutput> steps,
        Func<string, string?>? secrets = null)
    {
        _steps = steps;
        _secretsRead = [];
        _values = new Dictionary<string, CelValue>(4)
        {
            [TemplateNames.Input] = CelJson.Read(input),
            [TemplateNames.Run] = CelJson.Read(run),
            [TemplateNames.Steps] = CelValue.Of(new StepsMap(steps)),
            [TemplateNames.Secrets] = CelValue.Of(new SecretsMap(secrets, _secretsRead)),
        };
    }

    private TemplateScope(TemplateScope outer)
    {
        _values = new Dictionary<string, CelValue>(outer._values);
        _steps = outer._steps;
        _secretsRead = outer._secretsRead;
    }

    /// <summary>The secrets read so far through this scope and those made from it, name to value: what to redact.</summary>
    public IReadOnlyDictionary<string, string> SecretsRead => _secretsRead;

    /// <summary>This scope with one more name, which hides any other of that name.</summary>
    public TemplateScope With(string name, JsonElement value)
    {
        var inner = new TemplateScope(this);
        inner._values[name] = CelJson.Read(value);
        return inner;
    }

    /// <summary>This scope with <c>item</c> and <c>index</c>, for the body of a loop.</summary>
    /// <param name="item">The item.</param>
    /// <param name="index">Its place, from 0.</param>
    public TemplateScope WithItem(JsonElement item, int index)
    {
        var inner = new TemplateScope(this);
        inner.SetItem(item, index);
        return inner;
    }

    // A transform moves one scope along its items instead of copying it for each.
    internal void SetItem(JsonElement item, int index)
    {
        _values[TemplateNames.Item] = CelJson.Read(item);
        _values[TemplateNames.Index] = CelValue.Of((long)index);
    }

    /// <summary>Whether the bare name means the output of a step.</summary>
    internal bool IsStep(string name) => !_values.ContainsKey(name) && _steps.ContainsKey(name);

    internal override bool TryFind(string name, out CelValue value)
    {
        if (_values.TryGetValue(name, out value))
            return true;
        if (!_steps.TryGetValue(name, out var step) || step.Output is not { } output)
            return false;
        value = CelJson.Read(output);
        return true;
    }
}
