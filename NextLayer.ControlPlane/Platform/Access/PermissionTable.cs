using System.Collections.Frozen;
using NextLayer.Contracts.Access;

namespace NextLayer.ControlPlane.Platform.Access;

/// <summary>The one place that says which role has which rights.</summary>
internal static class PermissionTable
{
    private static readonly Permission[] Reading =
    [
        Permission.RunsRead, Permission.WorkflowsRead, Permission.TriggersRead, Permission.ConnectorsRead, Permission.TenantRead,
        Permission.CostsRead, Permission.WorkersRead, Permission.EngineRead,
    ];

    private static readonly Permission[] Operating =
    [
        .. Reading, Permission.RunsStart, Permission.RunsControl, Permission.ApprovalsDecide, Permission.EventsPost,
        Permission.WorkflowsWrite, Permission.TriggersWrite,
    ];

    private static readonly Permission[] Administering =
    [
        .. Operating, Permission.ApprovalsInvite, Permission.WorkflowsPublish, Permission.ConnectorsWrite, Permission.TenantWrite, Permission.MembersManage,
        Permission.KeysManage, Permission.AuditRead, Permission.Work,
    ];

    private static readonly FrozenDictionary<Role, FrozenSet<Permission>> InTenant = new Dictionary<Role, FrozenSet<Permission>>
    {
        [Role.Viewer] = Reading.ToFrozenSet(),
        [Role.Operator] = Operating.ToFrozenSet(),
        [Role.Admin] = Administering.ToFrozenSet(),
        [Role.Worker] = FrozenSet.Create(Permission.Work),
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<Role, FrozenSet<Permission>> InAll = new Dictionary<Role, FrozenSet<Permission>>
    {
        [Role.Viewer] = InTenant[Role.Viewer],
        [Role.Operator] = InTenant[Role.Operator].Append(Permission.EngineControl).ToFrozenSet(),
        [Role.Admin] = InTenant[Role.Admin].Append(Permission.EngineControl).Append(Permission.TenantsManage).ToFrozenSet(),
        [Role.Worker] = InTenant[Role.Worker],
    }.ToFrozenDictionary();

    /// <summary>Rights of a role in one tenant.</summary>
    public static FrozenSet<Permission> Of(Role role) => InTenant[role];

    /// <summary>Rights of a role in every tenant and for the installation itself.</summary>
    public static FrozenSet<Permission> OfPlatform(Role role) => InAll[role];
}
