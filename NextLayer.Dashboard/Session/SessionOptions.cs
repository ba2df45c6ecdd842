using System.ComponentModel.DataAnnotations;

namespace NextLayer.Dashboard.Session;

/// <summary>How long people stay signed in, and how their cookie is kept. Section <c>Session</c>.</summary>
internal sealed class SessionOptions
{
    /// <summary>
    /// Folder of the keys that encrypt sessions. Replicas of the dashboard share one; null takes the usual place of the
    /// user whom the process runs as.
    /// </summary>
    public string? KeyFolder { get; set; }

    /// <summary>Hours after which somebody who did nothing is signed out; 12 by default. A token ends it sooner when it expires.</summary>
    [Range(1, 24 * 30)]
    public int IdleHours { get; set; } = 12;

    /// <summary>
    /// Tries to sign in that one address has in a minute; 30 by default. Behind a proxy, name it in <c>TRUSTED_PROXIES</c>:
    /// everybody has the proxy's address otherwise.
    /// </summary>
    [Range(1, 1_000_000)]
    public int SignInsPerMinute { get; set; } = 30;

    /// <summary>
    /// True sends the cookie over HTTPS alone, for a dashboard behind a proxy that ends TLS. False does so where the
    /// request itself came over HTTPS.
    /// </summary>
    public bool SecureCookie { get; set; }
}
