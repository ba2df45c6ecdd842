using System.Text.Json;
using NextLayer.Workflows.Definitions;
using Npgsql;
using NpgsqlTypes;

namespace NextLayer.Worker.Steps.Database;

internal enum QueryMode
{
    /// <summary>In a READ ONLY transaction.</summary>
    Read,

    Write,
}

internal enum Fetch
{
    Rows,

    /// <summary>The first row alone, also as <c>row</c>.</summary>
    One,

    None,
}

/// <summary>Configuration of a <c>database_query</c> step, read strictly.</summary>
internal sealed record QueryConfig
{
    public required string Sql { get; init; }
    public required JsonElement? Params { get; init; }
    public required QueryMode Mode { get; init; }

    /// <summary>Values are <c>$1</c>, <c>$2</c> …; there is at least one.</summary>
    public bool HasPositions => Params is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 0;

    public required int RowLimit { get; init; }
    public required Fetch Fetch { get; init; }
    public required TimeSpan StatementTimeout { get; init; }

    public static QueryConfig Read(JsonElement json)
    {
        var config = new StepConfig(json);
        var fetch = config.Choice("fetch", Fetch.Rows);
        var parameters = config.Find("params");
        if (parameters is { ValueKind: not (JsonValueKind.Array or JsonValueKind.Object) })
            throw config.Wrong("params", "a list ($1, $2 …) or an object (:name)");
        return new QueryConfig
        {
            Sql = config.RequiredText("sql"),
            Params = parameters,
            Mode = config.Choice("mode", QueryMode.Read),
            RowLimit = fetch == Fetch.One ? 1 : (int)(config.Number("row_limit", 1, 100_000) ?? 1000),
            Fetch = fetch,
            StatementTimeout = ReadTimeout(config),
        };
    }

    private static TimeSpan ReadTimeout(StepConfig config)
    {
        if (config.Find("statement_timeout") is not { } value)
            return TimeSpan.FromSeconds(30);
        return IsoDuration.TryRead(value, out var timeout) && timeout > TimeSpan.Zero && timeout <= TimeSpan.FromDays(1)
            ? timeout
            : throw config.Wrong("statement_timeout", "a duration such as PT30S, or a number of seconds");
    }

    public void AddParameters(NpgsqlParameterCollection parameters)
    {
        if (Params is { ValueKind: JsonValueKind.Array } list)
        {
            foreach (var value in list.EnumerateArray())
                parameters.Add(Parameter(value));
        }
        else if (Params is { } map)
        {
            foreach (var member in map.EnumerateObject())
            {
                var parameter = Parameter(member.Value);
                parameter.ParameterName = member.Name;
                parameters.Add(parameter);
            }
        }
    }

    // As text of no type: the server then takes each for what stands beside it, as it does with a literal in quotes.
    private static NpgsqlParameter Parameter(JsonElement value) => new()
    {
        NpgsqlDbType = NpgsqlDbType.Unknown,
        Value = value.ValueKind switch
        {
            JsonValueKind.Null => DBNull.Value,
            JsonValueKind.String => value.GetString()!.Contains('\0', StringComparison.Ordinal) // A string is never null.
                ? throw new StepConfigException("config.params holds a NUL character, which no database text may.")
                : value.GetString(),
            JsonValueKind.Array when PostgresArray.TryWrite(value, out var array) => array,
            _ => value.GetRawText(),
        },
    };
}
