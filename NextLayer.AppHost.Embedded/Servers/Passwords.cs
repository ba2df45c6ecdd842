using System.Security.Cryptography;

namespace NextLayer.AppHost.Embedded.Servers;

internal static class Passwords
{
    // No comma, semicolon, quote or equals sign: nothing a connection string would have to escape.
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    public static string Generate() => RandomNumberGenerator.GetString(Letters, 32);
}
