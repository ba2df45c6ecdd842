using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NextLayer.AppHost.Embedded.Servers;
using NextLayer.ControlPlane.Platform.Database;
using Npgsql;

namespace NextLayer.Tests.Support;

/// <summary>One test's database, dropped at its end.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly PostgresServer server;
    private readonly string name;
    private readonly bool keep;

    internal TestDatabase(PostgresServer server, string name, bool keep = false)
    {
        this.server = server;
        this.name = name;
        this.keep = keep;
        ConnectionString = server.ConnectionString(name);
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("ConnectionStrings:nextlayer", ConnectionString)])
            .Build();
        var options = Options.Create(new DatabaseOptions { HotPoolSize = 12, PoolSize = 8 });
        Databases = new Databases(configuration, options, NullLoggerFactory.Instance);
    }

    public string ConnectionString { get; }

    /// <summary>The product's own pools on this database.</summary>
    internal Databases Databases { get; }

    public Task MigrateAsync() =>
        new Migrator(Databases, NullLogger<Migrator>.Instance).MigrateAsync(TestContext.Current.CancellationToken);

    /// <summary>Runs one statement; <c>$1</c>, <c>$2</c> … are the values in order.</summary>
    public async Task<int> ExecuteAsync(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        return await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>First column of the first row; default when there is none or it is null.</summary>
    public async Task<T?> AskAsync<T>(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) is T value ? value : default;
    }

    /// <summary>First column of every row.</summary>
    public async Task<IReadOnlyList<T>> ListAsync<T>(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        await using var rows = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var list = new List<T>();
        while (await rows.ReadAsync(TestContext.Current.CancellationToken))
            list.Add(rows.GetFieldValue<T>(0));
        return list;
    }

    private NpgsqlCommand Command(string sql, object[] values)
    {
        var command = Databases.Main.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.AddWithValue(value);
        return command;
    }

    public async ValueTask DisposeAsync()
    {
        await Databases.DisposeAsync();
        if (!keep)
            await server.DropDatabaseAsync(name);
    }
}
