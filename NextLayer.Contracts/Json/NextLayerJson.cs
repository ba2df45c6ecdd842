using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using NextLayer.Contracts.Runs;
using NextLayer.Contracts.Workers;

namespace NextLayer.Contracts.Json;

/// <summary>
/// The one place that says how our JSON looks: snake_case names, null written as null, no comments, no duplicate
/// members, at most <see cref="MaxDepth"/> levels. Hot shapes come from generated code, the rest from reflection.
/// </summary>
public static class NextLayerJson
{
    /// <summary>Deeper documents are refused at the edge.</summary>
    public const int MaxDepth = 64;

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
        options.MaxDepth = MaxDepth;
        options.RespectNullableAnnotations = true;
        // The answers are JSON and never pasted into HTML; escaping quotes and umlauts would only make them longer.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        options.Converters.Add(new UtcTimeConverter());
        options.TypeInfoResolverChain.Clear();
        options.TypeInfoResolverChain.Add(HotJson.Default);
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

/// <summary>Generated code for what crosses the wire thousands of times a second.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ClaimRequest))]
[JsonSerializable(typeof(ClaimedMany))]
[JsonSerializable(typeof(ClaimedOne))]
[JsonSerializable(typeof(CreateRunRequest))]
[JsonSerializable(typeof(CreateRunsRequest))]
[JsonSerializable(typeof(RunCreated))]
[JsonSerializable(typeof(RunsCreated))]
[JsonSerializable(typeof(RunPage))]
[JsonSerializable(typeof(RunEventPage))]
[JsonSerializable(typeof(WorkerReportsRequest))]
[JsonSerializable(typeof(WorkerReportsResponse))]
[JsonSerializable(typeof(WorkerHeartbeatRequest))]
[JsonSerializable(typeof(WorkerHeartbeatResponse))]
internal sealed partial class HotJson : JsonSerializerContext;
