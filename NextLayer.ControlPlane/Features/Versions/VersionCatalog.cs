using System.Text.Json;
using Microsoft.Extensions.Caching.Memory;
using NextLayer.ControlPlane.Platform.Database;
using NextLayer.Workflows.Schemas;

namespace NextLayer.ControlPlane.Features.Versions;

/// <summary>
/// Versions by id, from memory where they were approved once: definition and input schema of such a version never
/// change again (a trigger sees to it), so every replica may keep them without ever hearing of a change.
/// </summary>
internal sealed class VersionCatalog(Databases databases) : IDisposable
{
    /// <summary>Of definitions and schemas as text; in memory they take a few times as much.</summary>
    private const long MaxBytes = 32 * 1024 * 1024;

    private const string SelectSql = """
        SELECT tenant_id, pipeline_id, frozen_at IS NOT NULL, definition, input_schema, test_of
        FROM pipeline_versions WHERE id = $1
        """;

    private readonly MemoryCache cache = new(new MemoryCacheOptions { SizeLimit = MaxBytes, CompactionPercentage = 0.2 });

    /// <summary>Null when there is no such version.</summary>
    public ValueTask<VersionInfo?> GetAsync(Guid id, CancellationToken ct) =>
        cache.TryGetValue(id, out VersionInfo? known) ? new(known) : new(LoadAsync(id, ct));

    private async Task<VersionInfo?> LoadAsync(Guid id, CancellationToken ct)
    {
        await using var command = databases.Hot.CreateCommand(SelectSql);
        command.Parameters.AddWithValue(id);
        await using var row = await command.ExecuteReaderAsync(ct);
        if (!await row.ReadAsync(ct))
            return null;
        var definition = row.GetJson(3);
        var schema = row.GetOptionalJson(4);
        var version = new VersionInfo
        {
            Id = id,
            TenantId = row.GetGuid(0),
            PipelineId = row.GetGuid(1),
            Definition = definition,
            InputSchema = schema is { } text ? Compile(id, text) : null,
            TestOf = row.GetId(5),
        };
        if (row.GetBoolean(2))
            cache.Set(id, version, new MemoryCacheEntryOptions { Size = 500 + Length(definition) + Length(schema) });
        return version;
    }

    private static long Length(JsonElement? json) => json?.GetRawText().Length ?? 0;

    private static JsonSchema Compile(Guid id, JsonElement schema) =>
        JsonSchema.TryCompile(schema, out var errors)
        ?? throw new InvalidOperationException(
            $"The input schema of version {id} was stored without a check: {errors[0].Path} {errors[0].Message}");

    public void Dispose() => cache.Dispose();
}
