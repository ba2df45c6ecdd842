using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using NextLayer.ControlPlane.Platform.Errors;
using Npgsql;

namespace NextLayer.ControlPlane.Platform.Registry;

/// <summary>What the database's own rules said about a change.</summary>
internal static class DatabaseRefusals
{
    /// <summary>Name of the unique constraint that a change ran into, or null.</summary>
    public static string? UniqueViolation(this DbUpdateException exception) =>
        exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } refused ? refused.ConstraintName : null;

    /// <summary>True when the change points to a row that is not there.</summary>
    public static bool IsForeignKeyViolation(this DbUpdateException exception) =>
        exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation };

    /// <summary>Deletes the row unless others refer to it, which the foreign keys decide.</summary>
    /// <param name="row">The row, by its id.</param>
    /// <param name="missing">The answer when there is none.</param>
    /// <param name="users">Counts who refers to it; only asked when somebody does.</param>
    /// <returns>Null when it is gone.</returns>
    public static async Task<ProblemHttpResult?> TryDeleteAsync<TRow>(
        this IQueryable<TRow> row, ProblemHttpResult missing, string kind, Func<Task<(int Count, string One, string Many)[]>> users, CancellationToken ct)
        where TRow : RegistryRow
    {
        try
        {
            return await row.ExecuteDeleteAsync(ct) == 0 ? missing : null;
        }
        catch (PostgresException ex) when (ex.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            var named = (await users()).Where(user => user.Count > 0).Select(user => $"{user.Count} {(user.Count == 1 ? user.One : user.Many)}");
            return Problems.Conflict("in_use", $"The {kind} is still used by {string.Join(", ", named)}. Remove what uses it first.");
        }
    }
}
