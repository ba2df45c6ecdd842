using System.ComponentModel.DataAnnotations;

namespace NextLayer.ControlPlane.Platform.Database;

/// <summary>Section <c>Database</c>; the address itself is <c>ConnectionStrings:nextlayer</c>.</summary>
internal sealed class DatabaseOptions
{
    /// <summary>Connections for claim, report, heartbeat and the other hot paths of one replica.</summary>
    [Range(2, 200)]
    public int HotPoolSize { get; set; } = Math.Clamp(Environment.ProcessorCount * 3, 6, 48);

    /// <summary>Connections for lists, the registry and everything people do.</summary>
    [Range(2, 200)]
    public int PoolSize { get; set; } = 20;

    /// <summary>Longest a single statement of a request may take, in seconds.</summary>
    [Range(1, 600)]
    public int StatementTimeoutSeconds { get; set; } = 15;

    /// <summary>How long to wait for Postgres at start before giving up, in seconds.</summary>
    [Range(0, 600)]
    public int StartTimeoutSeconds { get; set; } = 60;
}
