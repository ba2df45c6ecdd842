using System.ComponentModel.DataAnnotations;
using NextLayer.Contracts.Registry;

namespace NextLayer.Contracts.Access;

/// <summary>A machine's credential, without its secret.</summary>
public record ApiKey
{
    public required Guid Id { get; init; }

    /// <summary>The public part: the middle of <c>nlk_&lt;key_id&gt;_&lt;secret&gt;</c>.</summary>
    public required string KeyId { get; init; }

    /// <summary>The tenant it belongs to; null for a key of the installation.</summary>
    public required Guid? TenantId { get; init; }

    public required string Name { get; init; }
    public required Role Role { get; init; }

    /// <summary>Narrows the role to these rights; null for all the role has.</summary>
    public IReadOnlyList<Permission>? Scopes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required string CreatedBy { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }
    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>To the minute.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>Address of the last use.</summary>
    public string? LastUsedFrom { get; init; }
}

/// <summary>Answer of <c>POST /api/v1/api-keys</c>: the only one that holds the key.</summary>
public sealed record NewApiKey : ApiKey
{
    /// <summary>The whole credential. Only a hash of it is kept, so that it cannot be shown again: null in the answer to a repeat of the call.</summary>
    public required string? Key { get; init; }
}

/// <summary>Body of <c>POST /api/v1/api-keys</c>.</summary>
public sealed record CreateApiKeyRequest
{
    [StringLength(200, MinimumLength = 1)]
    [RegularExpression(Rules.NotBlank, ErrorMessage = Rules.NotBlankMessage)]
    public required string Name { get; init; }

    public required Role Role { get; init; }

    /// <summary>Narrows the role to these rights; all the role has when absent.</summary>
    [MinLength(1), MaxLength(50)]
    public IReadOnlyList<Permission>? Scopes { get; init; }

    /// <summary>Must lie in the future; never when absent.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}
