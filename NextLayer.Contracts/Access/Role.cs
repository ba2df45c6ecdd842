using System.Text.Json.Serialization;
using NextLayer.Contracts.Json;

namespace NextLayer.Contracts.Access;

/// <summary>What a member may do in a tenant, or in all of them. <c>docs/access.md</c> has the table.</summary>
[JsonConverter(typeof(LowerSnakeEnumConverter<Role>))]
public enum Role
{
    /// <summary>Sees everything but the audit log and secrets.</summary>
    Viewer,

    /// <summary>Also starts and steers runs, decides approvals, writes drafts and triggers.</summary>
    Operator,

    /// <summary>Also publishes, and manages connectors, members, keys and the tenant itself.</summary>
    Admin,

    /// <summary>Claims runs and reports on them; sees nothing else.</summary>
    Worker,
}
