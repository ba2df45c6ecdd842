using System.Runtime.CompilerServices;
using System.Text.Json;
using NextLayer.Worker.Execution;

namespace NextLayer.Worker.Steps.Providers;

/// <summary>Pages as OpenAI and Anthropic give them: <c>{"data": [buckets], "has_more", "next_page"}</c>.</summary>
internal static class CursorPages
{
    private const int MostPages = 10_000;

    /// <summary>The results of all buckets of all pages.</summary>
    /// <param name="ask">Asks for the page behind a cursor; null for the first.</param>
    public static async IAsyncEnumerable<JsonElement> ReadAsync(
        Func<string?, CancellationToken, Task<JsonElement>> ask, [EnumeratorCancellation] CancellationToken ct)
    {
        string? cursor = null;
        for (var page = 1; page <= MostPages; page++)
        {
            var answer = await ask(cursor, ct);
            foreach (var bucket in answer.Items("data"))
            {
                foreach (var result in bucket.Items("results"))
                    yield return result.ValueKind == JsonValueKind.Object ? result : throw ProviderJson.Unexpected("results[]", "an object");
            }

            if (!answer.TryGetProperty("has_more", out var more) || more.ValueKind != JsonValueKind.True)
                yield break;
            var next = answer.Text("next_page");
            if (string.IsNullOrEmpty(next) || next == cursor)
                throw ProviderJson.Unexpected("next_page", "another page, though has_more says that there is one");
            cursor = next;
        }

        throw StepFailure.Of(ProviderCodes.Response, $"The provider gives more than {MostPages} pages for one day.");
    }
}
