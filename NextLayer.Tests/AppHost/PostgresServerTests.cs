using System.Diagnostics;
using NextLayer.AppHost.Embedded;
using NextLayer.AppHost.Embedded.Servers;
using Npgsql;

namespace NextLayer.Tests.AppHost;

public sealed class PostgresServerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nextlayer-test-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public PostgresServerTests() => Unix.LetOthersIn(folder);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task StartAsync_NoDataDirectory_ServesWithDefaultDurabilityAndLeavesNothing()
    {
        string data;
        int processId;
        await using (var server = await PostgresServer.StartAsync(ct: Ct))
        {
            (data, processId) = (server.DataDirectory, server.ProcessId);

            Assert.Equal("on", await ScalarAsync(server.ConnectionString(), "SHOW fsync"));
            Assert.Equal("on", await ScalarAsync(server.ConnectionString(), "SHOW synchronous_commit"));
            Assert.Equal("scram-sha-256", await ScalarAsync(server.ConnectionString(), "SHOW password_encryption"));
            Assert.Equal("127.0.0.1", await ScalarAsync(server.ConnectionString(), "SHOW listen_addresses"));
        }

        Assert.False(Directory.Exists(data));
        Assert.False(Unix.IsAlive(processId));
    }

    [Fact]
    public async Task CreateDatabaseAsync_FromTemplate_CopiesItsTables()
    {
        await using var server = await PostgresServer.StartAsync(ct: Ct);
        await server.CreateDatabaseAsync("template", ct: Ct);
        await ScalarAsync(server.ConnectionString("template"), "CREATE TABLE t AS SELECT 7 AS x");

        await server.CreateDatabaseAsync("it's \"quoted\"", "template", Ct);

        Assert.True(await server.DatabaseExistsAsync("it's \"quoted\"", Ct));
        var copy = new NpgsqlConnectionStringBuilder(server.ConnectionString()) { Database = "it's \"quoted\"" };
        Assert.Equal("7", await ScalarAsync(copy.ConnectionString, "SELECT x FROM t"));
    }

    [Fact]
    public async Task RestartAsync_SameInstance_KeepsPortAndData()
    {
        await using var server = await PostgresServer.StartAsync(ct: Ct);
        var before = server.ConnectionString();
        await ScalarAsync(before, "CREATE TABLE t AS SELECT 7 AS x");

        await server.RestartAsync(Ct);

        Assert.Equal(before, server.ConnectionString());
        Assert.Equal("7", await ScalarAsync(before, "SELECT x FROM t"));
    }

    [Fact]
    public async Task StartAsync_AfterKill_RecoversCommittedRows()
    {
        await using var server = await PostgresServer.StartAsync(ct: Ct);
        await ScalarAsync(server.ConnectionString(), "CREATE TABLE t AS SELECT 7 AS x");

        await server.KillAsync();
        Assert.False(server.IsRunning);
        await server.StartAsync(Ct);

        Assert.Equal("7", await ScalarAsync(server.ConnectionString(), "SELECT x FROM t"));
    }

    [Fact]
    public async Task StartAsync_FolderOfAnEarlierInstance_KeepsPortPasswordAndData()
    {
        var options = new PostgresServerOptions { DataDirectory = Path.Combine(folder, "pg") };
        string before;
        await using (var first = await PostgresServer.StartAsync(options, Ct))
        {
            before = first.ConnectionString();
            await ScalarAsync(before, "CREATE TABLE t AS SELECT 7 AS x");
        }

        await using var second = await PostgresServer.StartAsync(options, Ct);

        Assert.Equal(before, second.ConnectionString());
        Assert.Equal("7", await ScalarAsync(before, "SELECT x FROM t"));
    }

    [Fact]
    public async Task StartAsync_PidFileNamesAnotherProgram_Starts()
    {
        var options = new PostgresServerOptions { DataDirectory = Path.Combine(folder, "pg") };
        await using (await PostgresServer.StartAsync(options, Ct))
        {
        }

        var pidFile = Path.Combine(folder, "pg", "data", "postmaster.pid");
        await File.WriteAllTextAsync(pidFile, $"{Environment.ProcessId}\n", Ct);

        await using var server = await PostgresServer.StartAsync(options, Ct);

        Assert.True(server.IsRunning);
    }

    [Fact]
    public async Task StartAsync_ServerOfAnEarlierOwnerStillRuns_ReplacesIt()
    {
        var options = new PostgresServerOptions { DataDirectory = Path.Combine(folder, "pg") };
        await using var left = await PostgresServer.StartAsync(options, Ct);
        var leftId = left.ProcessId;

        await using var server = await PostgresServer.StartAsync(options, Ct);

        Assert.False(Unix.IsAlive(leftId));
        Assert.True(server.IsRunning);
        Assert.Equal("1", await ScalarAsync(server.ConnectionString(), "SELECT 1"));
    }

    [Fact]
    public async Task StartAsync_NoBinariesInFolder_SaysWhatToInstall()
    {
        var error = await Assert.ThrowsAsync<ServerException>(() => PostgresServer.StartAsync(new() { BinDirectory = folder }, Ct));

        Assert.Contains("apt-get install postgresql", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StartAsync_Twice_TakesDifferentPorts()
    {
        var started = Stopwatch.GetTimestamp();

        var servers = await Task.WhenAll(PostgresServer.StartAsync(ct: Ct), PostgresServer.StartAsync(ct: Ct));

        Assert.NotEqual(servers[0].Port, servers[1].Port);
        TestContext.Current.SendDiagnosticMessage("Two servers were up after {0}", Stopwatch.GetElapsedTime(started));
        foreach (var server in servers)
            await server.DisposeAsync();
    }

    private static async Task<string?> ScalarAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(sql, connection);
        return (await command.ExecuteScalarAsync(Ct))?.ToString();
    }
}
