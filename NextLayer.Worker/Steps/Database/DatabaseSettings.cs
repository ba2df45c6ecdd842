using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using NextLayer.Worker.Execution;
using Npgsql;

namespace NextLayer.Worker.Steps.Database;

/// <summary>A connector of type <c>postgres</c>.</summary>
internal sealed record DatabaseSettings
{
    public required string Host { get; init; }
    public required int Port { get; init; }
    public required string Database { get; init; }
    public required string Username { get; init; }
    public required string? Password { get; init; }
    public required SslMode SslMode { get; init; }

    /// <summary>PEM of an authority to trust instead of the machine's.</summary>
    public required string? CaCertificate { get; init; }

    public string Shown => $"{Host}:{Port}/{Database}";

    public static DatabaseSettings Read(StepConfig connector, SecretValues secrets)
    {
        var password = connector.Text("password");
        secrets.Add(password);
        return new DatabaseSettings
        {
            Host = connector.RequiredText("host"),
            Port = (int)(connector.Number("port", 1, 65535) ?? 5432),
            Database = connector.RequiredText("database"),
            Username = connector.RequiredText("username"),
            Password = password,
            SslMode = ReadSslMode(connector),
            CaCertificate = connector.Text("ca_certificate"),
        };
    }

    // As libpq spells them.
    private static SslMode ReadSslMode(StepConfig connector) => connector.Text("ssl_mode") switch
    {
        null or "prefer" => SslMode.Prefer,
        "disable" => SslMode.Disable,
        "require" => SslMode.Require,
        "verify-ca" => SslMode.VerifyCA,
        "verify-full" => SslMode.VerifyFull,
        _ => throw connector.Wrong("ssl_mode", "one of disable, prefer, require, verify-ca, verify-full"),
    };

    /// <summary>For one connection to an address that was checked.</summary>
    public NpgsqlDataSource ToDataSource(IPAddress address)
    {
        var builder = new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder
        {
            Host = address.ToString(),
            Port = Port,
            Database = Database,
            Username = Username,
            Password = Password,
            SslMode = SslMode,
            ApplicationName = "nextlayer",
            Timeout = 10,
            CommandTimeout = 0, // The step has its own, and so has the statement.
            Pooling = false, // Nothing of one tenant's session may meet another's step.
            GssEncryptionMode = GssEncryptionMode.Disable,
        }.ConnectionString);
        // Results are read as text, so no type needs to be looked up.
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        // The certificate names the host, not the address it was found at.
        builder.UseSslClientAuthenticationOptionsCallback(options => options.TargetHost = Host);
        if (CaCertificate is not null)
            builder.UseRootCertificates(ReadCertificates(CaCertificate));
        return builder.Build();
    }

    private static X509Certificate2Collection ReadCertificates(string pem)
    {
        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPem(pem);
            return certificates;
        }
        catch (CryptographicException)
        {
            throw new StepConfigException("connector.config.ca_certificate must be a certificate in PEM.");
        }
    }
}
