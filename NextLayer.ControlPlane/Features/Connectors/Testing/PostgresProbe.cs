using NextLayer.ServiceDefaults.Network;
using Npgsql;

namespace NextLayer.ControlPlane.Features.Connectors.Testing;

/// <summary>Tries a PostgreSQL connector: signs in and asks for nothing.</summary>
internal sealed class PostgresProbe(GuardedConnector network)
{
    public async Task<ProbeResult> TryAsync(ProbeTarget target, CancellationToken ct)
    {
        var (host, port) = (target.Required("host"), target.Port(5432));
        var shown = $"{host}:{port}/{target.Required("database")}";
        var addresses = await network.PermittedAsync(host, port, ct);
        if (addresses.Length == 0)
            return ProbeResult.Failed($"The name {host} has no address.");
        try
        {
            await using var source = Source(target, host, addresses[0].ToString(), port);
            await using var connection = await source.OpenConnectionAsync(ct);
            await using var command = new NpgsqlCommand("SELECT 1", connection);
            await command.ExecuteScalarAsync(ct);
            return ProbeResult.Fine($"{shown} is PostgreSQL {connection.PostgreSqlVersion}.");
        }
        catch (PostgresException ex) when (ex.SqlState.StartsWith("28", StringComparison.Ordinal))
        {
            return ProbeResult.Rejected($"{shown} refused the user name or password ({ex.SqlState}).");
        }
        catch (PostgresException ex)
        {
            return ProbeResult.Failed($"{shown} refused the connection ({ex.SqlState}).");
        }
    }

    private static NpgsqlDataSource Source(ProbeTarget target, string host, string address, int port)
    {
        var builder = new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder
        {
            Host = address,
            Port = port,
            Database = target.Text("database"),
            Username = target.Required("username"),
            Password = target.Text("password"),
            SslMode = ReadSslMode(target.Text("ssl_mode")),
            ApplicationName = "nextlayer-test",
            Pooling = false,
            GssEncryptionMode = GssEncryptionMode.Disable,
        }.ConnectionString);
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        // The certificate names the host, not the address it was found at.
        builder.UseSslClientAuthenticationOptionsCallback(options => options.TargetHost = host);
        if (target.Authorities() is { } authorities)
            builder.UseRootCertificates(authorities);
        return builder.Build();
    }

    private static SslMode ReadSslMode(string? text) => text switch
    {
        null or "prefer" => SslMode.Prefer,
        "disable" => SslMode.Disable,
        "require" => SslMode.Require,
        "verify-ca" => SslMode.VerifyCA,
        "verify-full" => SslMode.VerifyFull,
        _ => throw new ProbeConfigException("config.ssl_mode must be one of disable, prefer, require, verify-ca, verify-full."),
    };
}
