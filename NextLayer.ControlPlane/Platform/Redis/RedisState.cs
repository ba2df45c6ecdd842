namespace NextLayer.ControlPlane.Platform.Redis;

/// <summary>How it stands with Redis, as <c>/health</c> says it.</summary>
internal enum RedisState
{
    NotConfigured,
    Disconnected,
    Connected,
}

internal static class RedisStateText
{
    public static string Text(this RedisState state) => state switch
    {
        RedisState.Connected => "connected",
        RedisState.Disconnected => "disconnected",
        _ => "not configured",
    };
}
