namespace NextLayer.ControlPlane.Platform.Secrets;

/// <summary>Section <c>Secrets</c>.</summary>
internal sealed class MasterKeyOptions
{
    /// <summary>
    /// 32 bytes in base64 that the key ring is encrypted with, as <c>openssl rand -base64 32</c> makes them. Several, parted
    /// by spaces, commas or lines: the first encrypts, all of them decrypt. Absent: the ring lies in the database as it is.
    /// </summary>
    public string? MasterKey { get; set; }

    /// <summary>A mounted file that holds the same.</summary>
    public string? MasterKeyFile { get; set; }
}
