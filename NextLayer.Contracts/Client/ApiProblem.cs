using System.Text.Json;

namespace NextLayer.Contracts.Client;

/// <summary>An RFC 9457 problem document, as every refusal carries one.</summary>
public sealed record ApiProblem
{
    private const string Prefix = "urn:nextlayer:problem:";

    /// <summary><c>urn:nextlayer:problem:</c> and a stable code; <c>about:blank</c> where the answer was no problem document.</summary>
    public string Type { get; init; } = "about:blank";

    public string? Title { get; init; }

    /// <summary>HTTP status.</summary>
    public int Status { get; init; }

    /// <summary>What is wrong, in a sentence for people.</summary>
    public string? Detail { get; init; }

    /// <summary>Sentences about each member or parameter that is wrong, by its path in the request; empty when it is not about one.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Errors { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Further members of the document.</summary>
    [System.Text.Json.Serialization.JsonExtensionData]
    public IDictionary<string, JsonElement>? Extensions { get; init; }

    /// <summary>What programs switch on: <c>run_not_found</c>, <c>invalid_request</c>, <c>lease_lost</c> …; empty when there is none.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string Code => Type.StartsWith(Prefix, StringComparison.Ordinal) ? Type[Prefix.Length..] : "";
}
