using System.Text.Json;

namespace NextLayer.Workflows.Expressions;

/// <summary>A list; one over JSON reads its elements when first asked for them.</summary>
internal sealed class CelList
{
    private CelValue[]? _items;

    public CelList(CelValue[] items)
    {
        _items = items;
        Count = items.Length;
    }

    public CelList(JsonElement source)
    {
        Source = source;
        Count = source.GetArrayLength();
    }

    public int Count { get; }

    /// <summary>The JSON array behind this list, so that writing it back costs nothing.</summary>
    public JsonElement? Source { get; }

    public CelValue[] Items => _items ??= ReadSource();

    private CelValue[] ReadSource()
    {
        var items = new CelValue[Count];
        var next = 0;
        foreach (var element in Source!.Value.EnumerateArray())
            items[next++] = CelJson.Read(element);
        return items;
    }
}
