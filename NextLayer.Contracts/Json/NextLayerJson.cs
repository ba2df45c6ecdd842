using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace NextLayer.Contracts.Json;

/// <summary>
/// The one place that says how our JSON looks: snake_case names, null written as null, no comments, no duplicate
/// members, at most <see cref="MaxDepth"/> levels.
/// </summary>
public static class NextLayerJson
{
    /// <summary>Deeper bodies are refused at the edge.</summary>
    public const int MaxDepth = 64;

    /// <summary>
    /// Levels a document of ours may have: what was let in comes back within answers, lists and messages, a few levels
    /// further down.
    /// </summary>
    public const int MaxSentDepth = MaxDepth + 16;

    /// <summary>Used for every body, message and stored value.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    /// <summary>Applies the same rules to options that somebody else made, such as ASP.NET's.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.DictionaryKeyPolicy = null;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.AllowDuplicateProperties = false;
        options.MaxDepth = MaxSentDepth;
        options.RespectNullableAnnotations = true;
        // The answers are JSON and never pasted into HTML; escaping quotes and umlauts would only make them longer.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new UtcTimeConverter());
        options.TypeInfoResolverChain.Clear();
        // Not a source-generated context: it sets every init member, also those the document leaves out, and so throws
        // away their defaults (an empty list would be null). Once warm, reflection's emitted code is as quick.
        options.TypeInfoResolverChain.Add(new DefaultJsonTypeInfoResolver());
    }

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions();
        Configure(options);
        options.MakeReadOnly();
        return options;
    }
}
