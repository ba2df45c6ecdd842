using Microsoft.AspNetCore.DataProtection;

namespace NextLayer.ControlPlane.Platform.Secrets;

/// <summary>
/// Seals what must be read again and must not lie open in the database: authenticated encryption under the shared key ring.
/// What was sealed for one purpose cannot be opened for another.
/// </summary>
internal sealed class SecretBox(IDataProtectionProvider protection)
{
    /// <param name="purpose">A fixed name of the use, and the owner: <c>webhook/{pipeline}</c>.</param>
    public byte[] Seal(string purpose, byte[] secret) => protection.CreateProtector(purpose).Protect(secret);

    /// <exception cref="System.Security.Cryptography.CryptographicException">It was sealed for another purpose, with a key that is gone, or changed since.</exception>
    public byte[] Open(string purpose, byte[] @sealed) => protection.CreateProtector(purpose).Unprotect(@sealed);
}
