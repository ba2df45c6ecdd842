using System.Text.Json;
using NextLayer.Contracts.Json;
using NextLayer.Worker.Execution;
using NextLayer.Worker.Steps.Http;
using Npgsql;

namespace NextLayer.Worker.Steps.Database;

/// <summary>What a <c>database_query</c> step reports when it fails.</summary>
internal static class DatabaseFailure
{
    /// <summary>The statement itself: syntax, a constraint, a right. Final; <c>detail.sqlstate</c> tells which.</summary>
    public const string Error = "DB_ERROR";

    /// <summary>More than one statement.</summary>
    public const string Multiple = "SQL_MULTIPLE";

    /// <summary>It changes something, in mode read.</summary>
    public const string ReadOnly = "DB_READ_ONLY";

    /// <summary>It took longer than <c>statement_timeout</c>, or somebody cancelled it.</summary>
    public const string Timeout = "DB_TIMEOUT";

    /// <summary>Another transaction stood in the way.</summary>
    public const string Conflict = "DB_CONFLICT";

    /// <summary>The server starts, stops or has no room.</summary>
    public const string Unavailable = "DB_UNAVAILABLE";

    /// <summary>It does not let us in.</summary>
    public const string Auth = "DB_AUTH";

    /// <summary>The connection broke while a change was being committed: it may or may not have happened.</summary>
    public const string UnknownOutcome = "DB_UNKNOWN_OUTCOME";

    /// <summary>The connector leads to NextLayer's own database.</summary>
    public const string Own = "DB_OWN";

    public static StepFailure From(DatabaseSettings settings, Exception ex, bool committing) => ex switch
    {
        PostgresException refusal => Refused(refusal),
        NotSupportedException => StepFailure.Of(Multiple, "config.sql must be one statement."),
        _ when committing => StepFailure.Of(
            UnknownOutcome, $"The connection to {settings.Shown} broke while the change was committed; it may or may not have happened."),
        _ => NetworkFailure.From(settings.Host, settings.Shown, ex),
    };

    private static StepFailure Refused(PostgresException refusal)
    {
        var (code, retryable) = Kind(refusal);
        var detail = JsonSerializer.SerializeToElement(
            new
            {
                sqlstate = refusal.SqlState,
                position = refusal.Position > 0 ? refusal.Position : (int?)null,
                constraint = refusal.ConstraintName,
                table = refusal.TableName,
                column = refusal.ColumnName,
            },
            NextLayerJson.Options);
        return StepFailure.Of(code, $"{refusal.SqlState}: {refusal.MessageText}", retryable, detail);
    }

    /// <summary>A refusal means that nothing was changed, so what may go better is tried again in either mode.</summary>
    private static (string Code, bool Retryable) Kind(PostgresException refusal) => refusal.SqlState switch
    {
        PostgresErrorCodes.QueryCanceled => (Timeout, true),
        PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable => (Conflict, true),
        PostgresErrorCodes.ReadOnlySqlTransaction => (ReadOnly, false),
        PostgresErrorCodes.SyntaxError when refusal.Routine == "exec_parse_message" => (Multiple, false),
        ['0', '8', ..] or ['5', '3', ..] or ['5', '7', 'P', ..] => (Unavailable, true),
        ['2', '8', ..] or PostgresErrorCodes.InvalidCatalogName => (Auth, false),
        _ => (Error, false),
    };
}
