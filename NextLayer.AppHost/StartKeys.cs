using System.Security.Cryptography;

namespace NextLayer.AppHost;

/// <summary>
/// Keys that are made anew with every start and handed to whoever needs them. Their ids stay, so that those of the start
/// before end.
/// </summary>
internal sealed record StartKeys(string Admin, string Worker)
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int SecretLength = 43;

    public static StartKeys Create() => new(Key("apphostadmin"), Key("apphostworker"));

    /// <summary>Says how to sign in: nothing else knows the key.</summary>
    public void PrintAdmin() => Console.WriteLine($"""
        Callers need a credential. The administrator's, for this start:

          {Admin}

        Paste it on the dashboard's sign-in page, or send it to the control plane in the header X-API-Key.
        """);

    private static string Key(string id) => $"nlk_{id}_{RandomNumberGenerator.GetString(Letters, SecretLength)}";
}
