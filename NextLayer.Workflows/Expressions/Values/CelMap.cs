using System.Text.Json;

namespace NextLayer.Workflows.Expressions;

/// <summary>A map. Implementations over JSON and over a scope read lazily.</summary>
internal abstract class CelMap
{
    public abstract int Count { get; }

    public abstract IEnumerable<KeyValuePair<CelValue, CelValue>> Entries { get; }

    public abstract bool TryGet(in CelValue key, out CelValue value);
}

/// <summary>A map made by an expression, in the order of its making.</summary>
internal sealed class CelDictionary : CelMap
{
    private readonly Dictionary<CelValue, CelValue> _entries = new(CelEquality.Instance);

    public override int Count => _entries.Count;

    public override IEnumerable<KeyValuePair<CelValue, CelValue>> Entries => _entries;

    public bool TryAdd(in CelValue key, in CelValue value) => _entries.TryAdd(key, value);

    public override bool TryGet(in CelValue key, out CelValue value) => _entries.TryGetValue(key, out value);
}

/// <summary>A JSON object. Of a name given twice, the last wins, as in the rest of System.Text.Json.</summary>
internal sealed class CelJsonMap(JsonElement source) : CelMap
{
    // JsonElement looks names up by walking its properties; beyond this many a dictionary is worth its making.
    private const int WalkAtMost = 16;

    private Dictionary<string, CelValue>? _entries;

    public JsonElement Source => source;

    public override int Count => All.Count;

    public override IEnumerable<KeyValuePair<CelValue, CelValue>> Entries =>
        All.Select(e => KeyValuePair.Create(CelValue.Of(e.Key), e.Value));

    private Dictionary<string, CelValue> All => _entries ??= ReadSource();

    public override bool TryGet(in CelValue key, out CelValue value)
    {
        value = default;
        if (key.Kind != CelKind.String)
            return false;
        if (_entries is null && source.GetPropertyCount() <= WalkAtMost)
        {
            if (!source.TryGetProperty(key.AsString, out var property))
                return false;
            value = CelJson.Read(property);
            return true;
        }
        return All.TryGetValue(key.AsString, out value);
    }

    private Dictionary<string, CelValue> ReadSource()
    {
        var entries = new Dictionary<string, CelValue>(StringComparer.Ordinal);
        foreach (var property in source.EnumerateObject())
            entries[CelJson.NameOf(property)] = CelJson.Read(property.Value);
        return entries;
    }
}
