using System.Collections;
using System.Text.Json;

namespace NextLayer.Workflows.Expressions;

/// <summary>
/// Named JSON values for an expression. The elements must outlive the evaluation and everything it returned,
/// so clone what belongs to a pooled document.
/// </summary>
public sealed class CelVariables : CelScope, IEnumerable<string>
{
    private readonly Dictionary<string, CelValue> _values = [];

    /// <summary>Adds or replaces one variable.</summary>
    public void Add(string name, JsonElement value) => _values[name] = CelJson.Read(value);

    /// <summary>The names of the variables.</summary>
    public IEnumerator<string> GetEnumerator() => _values.Keys.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal void Add(string name, CelValue value) => _values[name] = value;

    internal override bool TryFind(string name, out CelValue value) => _values.TryGetValue(name, out value);
}
