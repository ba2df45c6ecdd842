using System.Collections.Concurrent;

namespace NextLayer.Demo.Shop;

/// <summary>Answers the third call of each caller; keeps the last thousand callers.</summary>
internal sealed class FlakyService
{
    private const int MostCallers = 1000;
    private const int AnswersFrom = 3;

    private readonly ConcurrentDictionary<string, int> calls = new();

    /// <returns>The number of the call, or null while it fails.</returns>
    public int? Call(string key)
    {
        if (calls.Count > MostCallers)
            calls.Clear();
        var call = calls.AddOrUpdate(key, 1, (_, n) => n + 1);
        return call >= AnswersFrom ? call : null;
    }
}
