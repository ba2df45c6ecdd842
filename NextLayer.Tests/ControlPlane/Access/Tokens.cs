using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace NextLayer.Tests.ControlPlane.Access;

/// <summary>Writes tokens as an identity provider would, and as a forger might.</summary>
internal static class Tokens
{
    public static JsonObject Claims(string subject, DateTimeOffset now) => new()
    {
        ["sub"] = subject,
        ["iss"] = AccessStack.Issuer,
        ["aud"] = "authenticated",
        ["iat"] = now.ToUnixTimeSeconds(),
        ["exp"] = now.AddMinutes(10).ToUnixTimeSeconds(),
        ["email"] = $"{subject}@example.test",
        ["role"] = "authenticated",
        ["user_metadata"] = new JsonObject { ["full_name"] = $"Name of {subject}" },
    };

    public static string Hs256(JsonObject claims, string secret = AccessStack.JwtSecret, JsonObject? header = null) =>
        Sign(header ?? new JsonObject { ["alg"] = "HS256", ["typ"] = "JWT" }, claims, data => HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), data));

    public static string Rs256(JsonObject claims, RSA key, string? kid, string algorithm = "RS256") =>
        Sign(Header(algorithm, kid), claims, data => key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    public static string Es256(JsonObject claims, ECDsa key, string? kid) =>
        Sign(Header("ES256", kid), claims, data => key.SignData(data, HashAlgorithmName.SHA256));

    public static string Sign(JsonObject header, JsonObject claims, Func<byte[], byte[]> sign)
    {
        var signed = $"{Encode(header.ToJsonString())}.{Encode(claims.ToJsonString())}";
        return $"{signed}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    public static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));

    public static JsonObject Jwk(RSA key, string kid)
    {
        var parameters = key.ExportParameters(false);
        return new JsonObject
        {
            ["kty"] = "RSA", ["kid"] = kid, ["use"] = "sig", ["alg"] = "RS256",
            ["n"] = Base64Url.EncodeToString(parameters.Modulus), ["e"] = Base64Url.EncodeToString(parameters.Exponent),
        };
    }

    public static JsonObject Jwk(ECDsa key, string kid)
    {
        var point = key.ExportParameters(false).Q;
        return new JsonObject
        {
            ["kty"] = "EC", ["kid"] = kid, ["use"] = "sig", ["alg"] = "ES256", ["crv"] = "P-256",
            ["x"] = Base64Url.EncodeToString(point.X), ["y"] = Base64Url.EncodeToString(point.Y),
        };
    }

    private static JsonObject Header(string algorithm, string? kid)
    {
        var header = new JsonObject { ["alg"] = algorithm, ["typ"] = "JWT" };
        if (kid is not null)
            header["kid"] = kid;
        return header;
    }

    public static string Text(this JsonElement json, string name) => json.GetProperty(name).GetString()!;
}
