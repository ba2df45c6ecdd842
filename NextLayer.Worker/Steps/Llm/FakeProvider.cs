using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Worker.Execution;

namespace NextLayer.Worker.Steps.Llm;

/// <summary>
/// Makes answers up, the same for the same question, without network and key: for demonstrations, and for trying a
/// pipeline before it costs anything. It says so in its texts.
/// </summary>
internal sealed class FakeProvider : ILlmProvider
{
    public const string ProviderName = "fake";

    private const int Echoed = 200;

    public string Name => ProviderName;

    public Task<ILlmProvider.Ask> OpenAsync(StepContext context, CancellationToken ct) =>
        Task.FromResult<ILlmProvider.Ask>((request, _) => Task.FromResult(Answer(request)));

    private static LlmAnswer Answer(LlmRequest request)
    {
        var question = request.Messages[^1].Content;
        var content = request.Task.Mode switch
        {
            LlmMode.Extract => (FakeSample.Of(request.Task.Schema ?? default, question)?.ToJsonString(NextLayerJson.Options) ?? "null"),
            LlmMode.Classify => Classify(request.Task.Categories, question),
            _ => $"Fake answer {Fingerprint(request)} to: {(question.Length <= Echoed ? question : question[..Echoed] + "…")}",
        };
        return new LlmAnswer(content, LlmFinish.Stop, request.Model, request.Messages.Sum(m => Tokens(m.Content)) + Tokens(request.System ?? ""), Tokens(content));
    }

    private static string Fingerprint(LlmRequest request)
    {
        var asked = JsonSerializer.SerializeToUtf8Bytes(new { request.Model, request.System, request.Messages }, NextLayerJson.Options);
        return Convert.ToHexStringLower(SHA256.HashData(asked).AsSpan(0, 4));
    }

    /// <summary>The classes whose name, or most of whose description, the question mentions.</summary>
    private static string Classify(IReadOnlyList<LlmCategory> categories, string question)
    {
        var words = Words(question).ToHashSet();
        var best = categories
            .Select(c => (c.Name, Score: (Words(c.Name).Count(words.Contains) * 10) + Words(c.Description ?? "").Count(w => w.Length > 3 && words.Contains(w))))
            .Where(c => c.Score > 0).OrderByDescending(c => c.Score).Select(c => c.Name).ToList();
        return JsonSerializer.Serialize(new { categories = best.Count > 0 ? best : [LlmInstructions.OtherCategory], confidence = best.Count > 0 ? 0.9 : 0.5 });
    }

    private static IEnumerable<string> Words(string text) =>
        new string([.. text.Select(c => char.IsLetterOrDigit(c) ? char.ToLowerInvariant(c) : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct();

    /// <summary>Four bytes are a token, more or less.</summary>
    private static long Tokens(string text) => (Encoding.UTF8.GetByteCount(text) + 3) / 4;
}
