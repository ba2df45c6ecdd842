using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization;

namespace NextLayer.Contracts.Access;

/// <summary>A right that an endpoint asks for. Spelled <c>runs.read</c> on the wire.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Permission>))]
[SuppressMessage("Naming", "CA1711", Justification = "It is the word for it; the framework's permissions are long gone.")]
public enum Permission
{
    [JsonStringEnumMemberName("runs.read")]
    RunsRead,

    [JsonStringEnumMemberName("runs.start")]
    RunsStart,

    [JsonStringEnumMemberName("runs.control")]
    RunsControl,

    [JsonStringEnumMemberName("approvals.decide")]
    ApprovalsDecide,

    /// <summary>Make links by which somebody else decides about one approval.</summary>
    [JsonStringEnumMemberName("approvals.invite")]
    ApprovalsInvite,

    [JsonStringEnumMemberName("events.post")]
    EventsPost,

    [JsonStringEnumMemberName("workflows.read")]
    WorkflowsRead,

    [JsonStringEnumMemberName("workflows.write")]
    WorkflowsWrite,

    [JsonStringEnumMemberName("workflows.publish")]
    WorkflowsPublish,

    [JsonStringEnumMemberName("triggers.read")]
    TriggersRead,

    [JsonStringEnumMemberName("triggers.write")]
    TriggersWrite,

    [JsonStringEnumMemberName("connectors.read")]
    ConnectorsRead,

    [JsonStringEnumMemberName("connectors.write")]
    ConnectorsWrite,

    [JsonStringEnumMemberName("tenant.read")]
    TenantRead,

    [JsonStringEnumMemberName("tenant.write")]
    TenantWrite,

    [JsonStringEnumMemberName("costs.read")]
    CostsRead,

    [JsonStringEnumMemberName("members.manage")]
    MembersManage,

    [JsonStringEnumMemberName("keys.manage")]
    KeysManage,

    [JsonStringEnumMemberName("audit.read")]
    AuditRead,

    [JsonStringEnumMemberName("workers.read")]
    WorkersRead,

    [JsonStringEnumMemberName("engine.read")]
    EngineRead,

    /// <summary>Claim runs, renew leases, report. Held by workers and administrators.</summary>
    [JsonStringEnumMemberName("work")]
    Work,

    /// <summary>Start, pause, resume and stop the engine, drain workers; only for the whole installation.</summary>
    [JsonStringEnumMemberName("engine.control")]
    EngineControl,

    /// <summary>Make and delete tenants, set their billing status and run limit; only for the whole installation.</summary>
    [JsonStringEnumMemberName("tenants.manage")]
    TenantsManage,
}
