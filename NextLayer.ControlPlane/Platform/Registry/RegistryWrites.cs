using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using NextLayer.Contracts.Json;
using NextLayer.ControlPlane.Platform.Access.Auditing;
using NextLayer.ControlPlane.Platform.Errors;
using NextLayer.ControlPlane.Platform.Idempotency;
using Npgsql;

namespace NextLayer.ControlPlane.Platform.Registry;

/// <summary>How the registry is changed: creation once per idempotency key, change without losing another's.</summary>
internal sealed class RegistryWrites(RegistryContext db)
{
    private const int MaxAttempts = 5;

    /// <summary>
    /// Creates in one transaction with the caller's idempotency key. A repeat of the call gets the stored answer, another
    /// call under the same key <c>422</c>; a creation that is refused leaves the key free.
    /// </summary>
    public async Task<Results<Ok<T>, ProblemHttpResult>> CreateAsync<T>(
        HttpContext context, Func<CancellationToken, Task<Outcome<T>>> create, CancellationToken ct)
        where T : class =>
        (await CreateOnceAsync(context, create, location: null, ct)).Outcome.ToOk();

    /// <summary>As the other, with <c>201</c> and <c>Location</c> at first and <c>200</c> for a repeat.</summary>
    /// <param name="location">Address of what was made.</param>
    public async Task<Results<Created<T>, Ok<T>, ProblemHttpResult>> CreateAsync<T>(
        HttpContext context, Func<CancellationToken, Task<Outcome<T>>> create, Func<T, string> location, CancellationToken ct)
        where T : class
    {
        var (outcome, isRepeat) = await CreateOnceAsync(context, create, location, ct);
        if (outcome.Value is not { } made)
            return outcome.Problem!; // One of the two is there.
        if (!isRepeat)
            return TypedResults.Created(location(made), made);
        context.Response.Headers.Location = location(made);
        return TypedResults.Ok(made);
    }

    private async Task<(Outcome<T> Outcome, bool IsRepeat)> CreateOnceAsync<T>(
        HttpContext context, Func<CancellationToken, Task<Outcome<T>>> create, Func<T, string>? location, CancellationToken ct)
        where T : class
    {
        var request = IdempotencyRequest.From(context);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var keys = new IdempotencyStore((NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction)transaction.GetDbTransaction());
        if (request is not null && await keys.TakeAsync(request, ct) is { } known)
        {
            return known.IsRepeatOf(request)
                ? (JsonSerializer.Deserialize<T>(known.Body, NextLayerJson.Options)!, true) // Stored below, never null.
                : (IdempotencyStore.KeyReused(request), true);
        }

        var outcome = await create(ct);
        if (outcome.Value is { } made)
        {
            if (request is not null)
            {
                var status = location is null ? StatusCodes.Status200OK : StatusCodes.Status201Created;
                await keys.AnswerAsync(request, status, location?.Invoke(made), JsonSerializer.SerializeToUtf8Bytes(made, NextLayerJson.Options), ct);
            }

            await transaction.CommitAsync(ct);
            AuditTrail.Made(context, made);
        }

        return (outcome, false);
    }

    /// <summary>
    /// Runs a change that reads, decides and saves. Where somebody else saved in between it is run again on what they
    /// left, so that nobody's change is lost.
    /// </summary>
    public async Task<Outcome<T>> ChangeAsync<T>(Func<CancellationToken, Task<Outcome<T>>> change, CancellationToken ct)
        where T : class
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await change(ct);
            }
            catch (DbUpdateConcurrencyException) when (attempt < MaxAttempts)
            {
                db.ChangeTracker.Clear();
            }
            catch (DbUpdateConcurrencyException)
            {
                return Problems.Conflict("changed_meanwhile", "Others keep changing this at the same moment. Try again.");
            }
        }
    }
}
