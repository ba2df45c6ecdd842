using System.Security.Cryptography;
using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Contracts.Workflows;
using NextLayer.Workflows.Catalog;
using NextLayer.Workflows.Retries;

namespace NextLayer.ControlPlane.Features.Workflows.Catalog;

/// <summary>The catalog of this build as it is sent: the same bytes for everybody, until another build runs.</summary>
internal sealed class CatalogDocument
{
    public CatalogDocument()
    {
        Json = JsonSerializer.SerializeToUtf8Bytes(StepCatalog.Default.Listed.Select(Describe).ToList(), NextLayerJson.Options);
        ETag = $"\"{Convert.ToHexStringLower(SHA256.HashData(Json)[..16])}\"";
    }

    public byte[] Json { get; }

    /// <summary>Another one for every other content.</summary>
    public string ETag { get; }

    private static StepTypeInfo Describe(StepType type) => new()
    {
        Type = type.Type,
        Label = type.Label,
        Description = type.Description,
        Category = type.Category,
        Icon = type.Icon,
        Effect = type.Effect,
        ConfigSchema = type.ConfigSchema,
        InputPorts = type.InputPorts,
        OutputPorts = type.OutputPorts,
        OutputSchema = type.OutputSchema,
        Example = type.Example,
        DefaultRetry = Describe(type.DefaultRetry),
        Version = type.Version,
    };

    private static StepRetryPolicy Describe(RetryPolicy retry) => new()
    {
        MaxAttempts = retry.MaxAttempts,
        Backoff = retry.Backoff == RetryBackoff.Fixed ? "fixed" : "exponential",
        InitialSeconds = retry.InitialSeconds,
        Factor = retry.Factor,
        MaxSeconds = retry.MaxSeconds,
        Jitter = retry.Jitter,
        On = retry.On,
    };
}
