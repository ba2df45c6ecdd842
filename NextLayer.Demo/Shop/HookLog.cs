using System.Collections.Concurrent;
using System.Text.Json;

namespace NextLayer.Demo.Shop;

/// <summary>The last webhooks that were received.</summary>
internal sealed class HookLog
{
    private const int Kept = 50;

    private readonly ConcurrentQueue<JsonElement> received = new();

    public IReadOnlyCollection<JsonElement> Latest => received;

    public void Add(JsonElement body)
    {
        received.Enqueue(body);
        while (received.Count > Kept)
            received.TryDequeue(out _);
    }
}
