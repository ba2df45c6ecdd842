using System.Text.Json;
using NextLayer.Tests.Support;
using NextLayer.Tests.Worker.Support;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Steps.Database;
using NextLayer.Worker.Steps.Http;
using Npgsql;

namespace NextLayer.Tests.Worker.Steps;

/// <summary><c>database_query</c> on a real database of somebody else's.</summary>
public sealed class DatabaseQueryStepTests(Servers servers, DatabaseQueryStepTests.Warehouse shared) : IClassFixture<DatabaseQueryStepTests.Warehouse>, IAsyncLifetime
{
    private readonly StepBench bench = new();
    private readonly GuardedConnector network = new(new AllowedHosts(["127.0.0.0/8", "::1"]));
    private TestConnectors connectors = null!; // Set before any test runs.
    private TestDatabase Database => shared.Database;

    private DatabaseQueryStep Step => new(connectors.Source, network);

    public async ValueTask InitializeAsync()
    {
        connectors = await TestConnectors.StartAsync();
        await Database.ExecuteAsync("DROP TABLE IF EXISTS orders");
        await Database.ExecuteAsync("CREATE TABLE orders (id integer PRIMARY KEY, customer text NOT NULL, total numeric(10,2))");
        await Database.ExecuteAsync("INSERT INTO orders VALUES (1, 'ada', 10.50), (2, 'bob', NULL), (3, 'ada', 7)");
        connectors.Add("postgres", ConfigOf(Database));
    }

    [Fact]
    public async Task Read_ByPosition_GivesRowsCountAndColumns()
    {
        var output = await QueryAsync("SELECT id, total FROM orders WHERE customer = $1 AND id > $2 ORDER BY id;", """["ada", 0]""");

        Assert.Equal(
            """{"rows":[{"id":1,"total":10.50},{"id":3,"total":7.00}],"count":2,"truncated":false,"columns":[{"name":"id","type":"integer"},{"name":"total","type":"numeric"}]}""",
            output.GetRawText());
    }

    [Theory]
    [InlineData("SELECT id FROM orders WHERE customer = :who AND id = :id", """{"who": "ada", "id": 3}""")]
    [InlineData("SELECT id FROM orders WHERE customer = @who AND customer = @who AND id = '3'::int -- :nobody ; no end", """{"who": "ada"}""")]
    [InlineData("SELECT id FROM orders WHERE id = ANY ($1) AND id > 2", "[[3, 4]]")]
    [InlineData("SELECT id FROM orders WHERE customer = ANY ($1) AND id = 3", """[["it's \"x\"\\", "ada", null]]""")]
    [InlineData("SELECT 3 AS id WHERE $1::jsonb ->> 'a' = 'x;y'", """[{"a": "x;y"}]""")]
    [InlineData("SELECT 3 AS id WHERE $1::text IS NULL AND $2 AND $3::float8 = 1.5", "[null, true, 1.5]")]
    [InlineData("SELECT $1::int AS id", """["3"]""")]
    public async Task Params_OfEachKind_ReachTheServerAsWhatItExpects(string sql, string parameters)
    {
        var output = await QueryAsync(sql, parameters);

        Assert.Equal("""[{"id":3}]""", output.GetProperty("rows").GetRawText());
    }

    [Theory]
    [InlineData("true", "true")]
    [InlineData("NULL::int", "null")]
    [InlineData("9223372036854775807", "9223372036854775807")]
    [InlineData("123456789012345678901234567890.10", "123456789012345678901234567890.10")]
    [InlineData("'NaN'::numeric", "\"NaN\"")]
    [InlineData("0.1::float8", "0.1")]
    [InlineData("'-Infinity'::float8", "\"-Infinity\"")]
    [InlineData("'2030-01-31 09:00:00.5+02'::timestamptz", "\"2030-01-31T07:00:00.5+00:00\"")]
    [InlineData("'2030-01-31 09:00'::timestamp", "\"2030-01-31T09:00:00\"")]
    [InlineData("'infinity'::timestamptz", "\"infinity\"")]
    [InlineData("date '2030-01-31'", "\"2030-01-31\"")]
    [InlineData("interval '1 day 2 hours'", "\"P1DT2H\"")]
    [InlineData("'\\x00ff'::bytea", "\"AP8=\"")]
    [InlineData("'{\"a\": [1, null]}'::jsonb", "{\"a\":[1,null]}")]
    [InlineData("'{\"a\": 1, \"a\": 2}'::json", "\"{\\\"a\\\": 1, \\\"a\\\": 2}\"")]
    [InlineData("ARRAY[1, NULL, 3]", "[1,null,3]")]
    [InlineData("ARRAY[['a', 'b,\"'], ['NULL', '']]", "[[\"a\",\"b,\\\"\"],[\"NULL\",\"\"]]")]
    [InlineData("ARRAY['2030-01-31 09:00+00'::timestamptz]", "[\"2030-01-31T09:00:00+00:00\"]")]
    [InlineData("'[2:3]={1,2}'::int[]", "\"[2:3]={1,2}\"")]
    [InlineData("'{}'::text[]", "[]")]
    [InlineData("point(1, 2)", "\"(1,2)\"")]
    [InlineData("ROW(1, 'a')", "\"(1,a)\"")]
    [InlineData("int4range(1, 5)", "\"[1,5)\"")]
    [InlineData("'00000000-0000-7000-8000-000000000001'::uuid", "\"00000000-0000-7000-8000-000000000001\"")]
    public async Task Value_OfEachType_BecomesJsonWithoutLoss(string expression, string expected)
    {
        var output = await QueryAsync($"SELECT {expression} AS v");

        Assert.Equal(expected, output.GetProperty("rows")[0].GetProperty("v").GetRawText());
    }

    [Fact]
    public async Task Columns_OfOneName_BecomeTwoMembers()
    {
        var output = await QueryAsync("SELECT 1 AS a, 2 AS a, 3 AS a_2");

        Assert.Equal("""[{"a":1,"a_2":2,"a_2_2":3}]""", output.GetProperty("rows").GetRawText());
    }

    [Fact]
    public async Task Rows_OverTheLimit_AreCutOff()
    {
        var output = await bench.OutputAsync(
            Step, new { connector = "postgres", sql = "SELECT n FROM generate_series(1, 5000000) n", row_limit = 2 });

        Assert.Equal("""[{"n":1},{"n":2}]""", output.GetProperty("rows").GetRawText());
        Assert.Equal((2, true), (output.GetProperty("count").GetInt32(), output.GetProperty("truncated").GetBoolean()));
    }

    [Theory]
    [InlineData("SELECT repeat('x', 100000000) AS v")]
    [InlineData("SELECT repeat('x', 1000) AS v FROM generate_series(1, 1000)")]
    public async Task Result_ThatIsTooLarge_FailsBeforeItFillsTheMemory(string sql)
    {
        var failure = await FailAsync(sql);

        Assert.Equal(("OUTPUT_TOO_LARGE", false), (failure.Error.Code, failure.Error.Retryable));
    }

    [Theory]
    [InlineData("one", "SELECT id FROM orders ORDER BY id", """{"row":{"id":1},"rows":[{"id":1}],"count":1,"truncated":true,"columns":[{"name":"id","type":"integer"}]}""")]
    [InlineData("one", "SELECT id FROM orders WHERE false", """{"row":null,"rows":[],"count":0,"truncated":false,"columns":[{"name":"id","type":"integer"}]}""")]
    [InlineData("none", "SELECT id FROM orders", "{}")]
    public async Task Fetch_DecidesWhatIsGivenBack(string fetch, string sql, string expected)
    {
        var output = await bench.OutputAsync(Step, new { connector = "postgres", sql, fetch });

        Assert.Equal(expected, output.GetRawText());
    }

    [Fact]
    public async Task Write_ChangesAndCounts()
    {
        var output = await bench.OutputAsync(
            Step, """{"connector": "postgres", "mode": "write", "sql": "UPDATE orders SET total = $1 WHERE customer = $2 RETURNING id", "params": ["1.25", "ada"], "row_limit": 1}""");

        Assert.Equal("""{"affected":2,"rows":[{"id":1}],"count":1,"truncated":true,"columns":[{"name":"id","type":"integer"}]}""", output.GetRawText());
        Assert.Equal(2, await Database.AskAsync<long>("SELECT count(*) FROM orders WHERE total = 1.25"));
        var plain = await bench.OutputAsync(Step, new { connector = "postgres", mode = "write", sql = "DELETE FROM orders" });
        Assert.Equal("""{"affected":3}""", plain.GetRawText());
    }

    [Theory]
    [InlineData("DELETE FROM orders", "DB_READ_ONLY")]
    [InlineData("WITH gone AS (DELETE FROM orders RETURNING id) SELECT id FROM gone", "DB_READ_ONLY")]
    [InlineData("SELECT nextval('s')", "DB_READ_ONLY")]
    [InlineData("SET TRANSACTION READ WRITE", "DB_ERROR")]
    [InlineData("SELECT set_config('transaction_read_only', 'off', false)", "DB_ERROR")]
    [InlineData("DO $$ BEGIN SET TRANSACTION READ WRITE; DELETE FROM orders; END $$", "DB_ERROR")]
    [InlineData("COMMIT; DELETE FROM orders", "SQL_MULTIPLE")]
    [InlineData("SELECT 1; SELECT 2", "SQL_MULTIPLE")]
    [InlineData("SELECT 'it''s; fine'; ROLLBACK; DELETE FROM orders", "SQL_MULTIPLE")]
    [InlineData("SELECT E'\\'; COMMIT; DELETE FROM orders; --'; DELETE FROM orders", "SQL_MULTIPLE")]
    [InlineData("SELECT $a$ ; $a$; DELETE FROM orders", "SQL_MULTIPLE")]
    public async Task Read_ChangesNothingWhateverIsTried(string sql, string code)
    {
        await Database.ExecuteAsync("CREATE SEQUENCE IF NOT EXISTS s");

        var failure = await FailAsync(sql);

        Assert.Equal((code, false), (failure.Error.Code, failure.Error.Retryable));
        Assert.Equal(3, await Database.AskAsync<long>("SELECT count(*) FROM orders"));
    }

    [Fact]
    public async Task Statements_SeveralWithPositions_AreRefused()
    {
        var failure = await bench.FailureAsync(
            Step, """{"connector": "postgres", "mode": "write", "sql": "DELETE FROM orders WHERE id = $1; DELETE FROM orders", "params": [1]}""");

        Assert.Equal("SQL_MULTIPLE", failure.Error.Code);
        Assert.Equal(3, await Database.AskAsync<long>("SELECT count(*) FROM orders"));
    }

    // Ends of transactions cannot smuggle a change past the step's own commit.
    [Theory]
    [InlineData("COMMIT")]
    [InlineData("ROLLBACK")]
    [InlineData("COPY orders TO STDOUT")]
    [InlineData("COPY orders FROM STDIN")]
    public async Task Statements_ThatAreNoQueries_EndTheStepAndNothingElse(string sql)
    {
        await bench.RunAsync(Step, new { connector = "postgres", sql, statement_timeout = "PT1S" });

        Assert.Equal(3, await Database.AskAsync<long>("SELECT count(*) FROM orders"));
    }

    [Theory]
    [InlineData("SELEKT 1", "42601", "DB_ERROR", false)]
    [InlineData("SELECT nothing FROM orders", "42703", "DB_ERROR", false)]
    [InlineData("SELECT 1 / 0", "22012", "DB_ERROR", false)]
    [InlineData("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$", "40001", "DB_CONFLICT", true)]
    [InlineData("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40P01'; END $$", "40P01", "DB_CONFLICT", true)]
    [InlineData("SELECT pg_terminate_backend(pg_backend_pid())", "57P01", "DB_UNAVAILABLE", true)]
    public async Task Error_OfTheServer_CarriesItsSqlstate(string sql, string sqlstate, string code, bool retryable)
    {
        var failure = await FailAsync(sql);

        Assert.Equal((code, retryable), (failure.Error.Code, failure.Error.Retryable));
        Assert.Equal(sqlstate, failure.Error.Detail!.Value.GetProperty("sqlstate").GetString());
        Assert.StartsWith(sqlstate, failure.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Error_OfAConstraint_NamesItAndChangesNothing()
    {
        var failure = await bench.FailureAsync(
            Step, """{"connector": "postgres", "mode": "write", "sql": "INSERT INTO orders VALUES (4, 'eve'), (1, 'eve')"}""");

        Assert.Equal(("DB_ERROR", false), (failure.Error.Code, failure.Error.Retryable));
        Assert.Equal("orders_pkey", failure.Error.Detail!.Value.GetProperty("constraint").GetString());
        Assert.Equal(3, await Database.AskAsync<long>("SELECT count(*) FROM orders"));
    }

    [Fact]
    public async Task Statement_ThatTakesTooLong_IsStoppedByTheServer()
    {
        var failure = await bench.FailureAsync(Step, new { connector = "postgres", sql = "SELECT pg_sleep(60)", statement_timeout = 0.05 });

        Assert.Equal(("DB_TIMEOUT", true), (failure.Error.Code, failure.Error.Retryable));
    }

    [Fact]
    public async Task Connector_ToNextLayersOwnDatabase_IsRefused()
    {
        await using var own = await servers.CreateDatabaseAsync();
        connectors.Add("postgres", ConfigOf(own), "own");

        var failure = await bench.FailureAsync(Step, new { connector = "own", sql = "SELECT 1" });

        Assert.Equal(("DB_OWN", false), (failure.Error.Code, failure.Error.Retryable));
    }

    [Fact]
    public async Task Connector_ThatLeadsNowhere_SaysHow()
    {
        var good = new NpgsqlConnectionStringBuilder(Database.ConnectionString);
        connectors.Add("postgres", new { host = "127.0.0.1", port = 1, database = "x", username = "u", password = "p" }, "closed");
        connectors.Add("postgres", new { host = "10.0.0.1", database = "x", username = "u", password = "p" }, "private");
        connectors.Add("postgres", new { host = "/var/run/postgresql", database = "x", username = "u" }, "socket");
        connectors.Add("postgres", new { host = good.Host, port = good.Port, database = "no_such", username = good.Username, password = good.Password }, "wrong");
        connectors.Add("postgres", new { host = good.Host, port = good.Port, database = good.Database, username = good.Username, password = good.Password, ssl_mode = "verify-full" }, "plain");
        connectors.Add("postgres", new { host = "h", database = "x" }, "half");

        foreach (var (connector, code, retryable) in new[]
                 {
                     ("closed", "NETWORK", true), ("private", "SSRF_BLOCKED", false), ("socket", "NETWORK", true), ("wrong", "DB_AUTH", false), ("plain", "NETWORK", true),
                     ("half", "CONFIG", false),
                 })
        {
            var failure = await bench.FailureAsync(Step, new { connector, sql = "SELECT 1" });
            Assert.Equal((connector, code, retryable), (connector, failure.Error.Code, failure.Error.Retryable));
        }
    }

    [Theory]
    [InlineData("""{"connector": "postgres"}""")]
    [InlineData("""{"connector": "postgres", "sql": "SELECT 1", "params": 5}""")]
    [InlineData("""{"connector": "postgres", "sql": "SELECT 1", "mode": "both"}""")]
    [InlineData("""{"connector": "postgres", "sql": "SELECT 1", "row_limit": 0}""")]
    [InlineData("""{"connector": "postgres", "sql": "SELECT 1", "statement_timeout": "soon"}""")]
    [InlineData("""{"connector": "postgres", "sql": "SELECT $1", "params": ["a\u0000b"]}""")]
    public async Task Config_ThatMakesNoSense_Fails(string config) =>
        Assert.Equal("CONFIG", (await bench.FailureAsync(Step, config)).Error.Code);

    private Task<JsonElement> QueryAsync(string sql, string parameters = "null") =>
        bench.OutputAsync(Step, new { connector = "postgres", sql, @params = JsonElement.Parse(parameters) });

    private Task<StepResult.Failed> FailAsync(string sql) => bench.FailureAsync(Step, new { connector = "postgres", sql });

    private static object ConfigOf(TestDatabase database)
    {
        var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        return new { host = connection.Host, port = connection.Port, database = connection.Database, username = connection.Username, password = connection.Password };
    }

    public ValueTask DisposeAsync() => connectors.DisposeAsync();

    /// <summary>One database for all, whose table each test makes anew.</summary>
    public sealed class Warehouse(Servers servers) : IAsyncLifetime
    {
        public TestDatabase Database { get; private set; } = null!; // Set before any test runs.

        public async ValueTask InitializeAsync() => Database = await servers.CreateEmptyDatabaseAsync();

        public ValueTask DisposeAsync() => Database.DisposeAsync();
    }
}
