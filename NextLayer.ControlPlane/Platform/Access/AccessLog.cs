namespace NextLayer.ControlPlane.Platform.Access;

/// <summary>What operators read of sign-in.</summary>
internal static partial class AccessLog
{
    [LoggerMessage(1801, LogLevel.Warning, "Authentication is off: every caller is an administrator of everything. Set Auth:Required to true where others can reach this address.")]
    public static partial void AuthenticationIsOff(this ILogger logger);

    [LoggerMessage(1802, LogLevel.Information, "Authentication is on: {Ways}.")]
    public static partial void AuthenticationIsOn(this ILogger logger, string ways);

    [LoggerMessage(1803, LogLevel.Information, "Read {Count} signing keys from {Address}")]
    public static partial void KeySetRead(this ILogger logger, Uri address, int count);

    [LoggerMessage(1804, LogLevel.Warning, "The signing keys at {Address} cannot be read: {Reason}")]
    public static partial void KeySetUnreadable(this ILogger logger, Uri address, string reason);

    [LoggerMessage(1805, LogLevel.Warning, "The audit log could not be completed for {Action} by {Actor}; its outcome stays unknown: {Reason}")]
    public static partial void AuditNotCompleted(this ILogger logger, string action, string actor, string reason);

    [LoggerMessage(1806, LogLevel.Warning, "Nobody administers this installation yet, so that nobody can be given a key. Set Auth:AdminKey or Auth:Administrators; docs/access.md tells how.")]
    public static partial void NobodyAdministers(this ILogger logger);
}
